//! Owns one observation of a side: groups and everything they lead to, in a handful of calls.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::data::{observe_data, security_groups};
use super::events::observe_events;
use super::parameters::{ParameterView, observe_parameters};
use super::traffic::observe_traffic;
use crate::cloud::{CloudError, CloudResult, ReadPorts};
use crate::facts::{Gap, LaunchTemplateRef, Noun, SideFacts};
use crate::model::{Caller, Environment, SecretKey};

/// What to look at.
pub struct SideQuery<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// The groups to begin with.
    pub groups: &'a [String],
    /// In whose words parameters are told.
    pub parameters: ParameterView<'a>,
    /// The key of secret digests.
    pub key: &'a SecretKey,
    /// Who looks.
    pub caller: &'a Caller,
    /// When.
    pub now: Timestamp,
}

/// Looks at a side. Only the groups themselves must answer; whatever else cannot be read becomes a gap.
pub async fn observe_side(ports: &ReadPorts, query: &SideQuery<'_>) -> CloudResult<SideFacts> {
    let mut facts = SideFacts::empty(
        ports.side,
        ports.region.clone(),
        query.caller.account.clone(),
        query.now,
        query.caller.arn.clone(),
    );
    // None of these depends on another, and pages of parameters are serial: all start at once.
    let (groups, (parameters, parameter_gaps), schedules, data, (traffic, events)) = futures_util::future::join5(
        ports.groups.groups(query.groups),
        observe_parameters(ports, query.environment, query.parameters, query.key),
        ports.schedules.schedules(query.groups),
        observe_data(ports, query.environment, query.now),
        futures_util::future::join(
            observe_traffic(ports, query.environment.traffic.as_ref()),
            observe_events(ports, query.environment),
        ),
    )
    .await;
    facts.groups = groups?.into_iter().map(|group| (group.name.clone(), group)).collect();
    facts.parameters = parameters;
    facts.gaps.extend(parameter_gaps);
    facts.schedules = seen(schedules, Noun::Schedule, &mut facts.gaps).unwrap_or_default();
    facts.schedules.retain(|_, schedules| !schedules.is_empty());
    data.put_into(&mut facts);
    (facts.records, facts.health_checks) = (traffic.records, traffic.health_checks);
    facts.gaps.extend(traffic.gaps);
    facts.event_sources = events.0;
    facts.gaps.extend(events.1);

    let references: Vec<LaunchTemplateRef> =
        distinct(facts.groups.values().filter_map(|group| group.launch_template.clone()));
    let target_groups: Vec<String> =
        distinct(facts.groups.values().flat_map(|group| group.target_group_arns.iter().cloned()));
    let subnets: Vec<String> = distinct(facts.groups.values().flat_map(|group| group.subnet_ids.iter().cloned()));
    let (templates, targets, vpc_ids) = futures_util::future::join3(
        ports.launch_templates.launch_templates(&references),
        ports.balancing.target_groups(&target_groups),
        ports.network.vpcs_of_subnets(&subnets),
    )
    .await;
    if let Some(templates) = seen(templates, Noun::LaunchTemplate, &mut facts.gaps) {
        for group in facts.groups.values() {
            match &group.launch_template {
                Some(reference) => match templates.get(reference) {
                    Some(version) => {
                        facts.launch_templates.insert(group.name.clone(), version.clone());
                    }
                    None => facts.gaps.push(Gap {
                        noun: Noun::LaunchTemplate,
                        subject: group.name.clone(),
                        reason: format!(
                            "launch template {} version {} does not exist",
                            reference.id, reference.version
                        ),
                    }),
                },
                None => facts.gaps.push(Gap {
                    noun: Noun::LaunchTemplate,
                    subject: group.name.clone(),
                    reason: "the group has a launch configuration, which AWS has retired; move it to a launch template"
                        .to_owned(),
                }),
            }
        }
    }
    if let Some(targets) = seen(targets, Noun::TargetGroup, &mut facts.gaps) {
        facts.target_groups = targets.into_iter().map(|group| (group.arn.clone(), group)).collect();
    }

    let images = distinct(facts.launch_templates.values().filter_map(|version| version.image_id.clone()));
    let balancers = distinct(facts.target_groups.values().flat_map(|group| group.load_balancer_arns.iter().cloned()));
    let vpc_ids = seen(vpc_ids, Noun::Network, &mut facts.gaps).unwrap_or_default();
    let (images, balancers, vpcs) = futures_util::future::join3(
        ports.images.images(&images),
        ports.balancing.load_balancers(&balancers),
        ports.network.vpcs(&vpc_ids),
    )
    .await;
    if let Some(images) = seen(images, Noun::Image, &mut facts.gaps) {
        facts.images = images.into_iter().map(|image| (image.id.clone(), image)).collect();
    }
    if let Some(balancers) = seen(balancers, Noun::LoadBalancer, &mut facts.gaps) {
        facts.load_balancers = balancers.into_iter().map(|balancer| (balancer.arn.clone(), balancer)).collect();
    }
    if let Some(vpcs) = seen(vpcs, Noun::Network, &mut facts.gaps) {
        facts.vpcs = vpcs.into_iter().map(|vpc| (vpc.id.clone(), vpc)).collect();
    }

    let group_ids = distinct(
        facts
            .launch_templates
            .values()
            .flat_map(|version| version.security_group_ids.iter())
            .chain(facts.load_balancers.values().flat_map(|balancer| balancer.security_group_ids.iter()))
            .chain(security_groups(&facts))
            .cloned(),
    );
    let found = ports.network.security_groups(&group_ids).await;
    if let Some(groups) = seen(found, Noun::SecurityGroup, &mut facts.gaps) {
        facts.security_groups = groups.into_iter().map(|group| (group.id.clone(), group)).collect();
    }
    facts.gaps.sort();
    Ok(facts)
}

fn seen<T>(answer: Result<T, CloudError>, noun: Noun, gaps: &mut Vec<Gap>) -> Option<T> {
    match answer {
        Ok(value) => Some(value),
        Err(error) => {
            gaps.push(Gap { noun, subject: "*".to_owned(), reason: error.to_string() });
            None
        }
    }
}

fn distinct<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.collect::<BTreeSet<T>>().into_iter().collect()
}
