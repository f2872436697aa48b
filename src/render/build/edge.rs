//! Owns load balancers and target groups of the standby, and the record that leads to them.

use std::collections::{BTreeMap, BTreeSet};

use super::inventory::is_mirrored_kind;
use super::{Offers, Site, listener, network, tags, traffic};
use crate::facts::{LoadBalancerFacts, TargetGroupFacts};
use crate::model::{Network, Part};
use crate::render::problem::RenderProblem;
use crate::render::translate::Translator;
use crate::render::view::{EdgeView, LoadBalancerView, ParameterView, TargetGroupView};

pub(super) fn build(site: &Site<'_>, translator: &mut Translator<'_>, offers: &mut Offers) -> EdgeView {
    let mut view = EdgeView::default();
    let mut parameters = BTreeMap::new();
    for (arn, logical) in &site.inventory.target_groups {
        let Some(group) = site.baseline.facts.target_groups.get(arn) else { continue };
        offers.resources(logical, Part::Edge, vec![logical.clone()]);
        view.target_groups.push(target_group(site, translator, arn, logical, group));
    }
    for (arn, logical) in &site.inventory.load_balancers {
        let Some(balancer) = site.baseline.facts.load_balancers.get(arn) else { continue };
        offers.resources(logical, Part::Edge, vec![logical.clone()]);
        offers.load_balancer_dns(Part::Edge, logical);
        let balancer_view = load_balancer(site, translator, arn, logical, balancer, &mut parameters);
        view.listeners.extend(listener::build(site, translator, balancer, logical));
        view.load_balancers.push(balancer_view);
    }
    report_missing(site, translator);
    report_unused(site, translator, &view);
    if !view.load_balancers.is_empty() {
        translator.note("listener rules beside the default actions are not mirrored".into());
    }
    view.target_groups.sort_by(|a, b| a.id.cmp(&b.id));
    view.load_balancers.sort_by(|a, b| a.id.cmp(&b.id));
    view.listeners.sort_by(|a, b| a.id.cmp(&b.id));
    view.parameters = parameters.into_values().collect();
    view.traffic = traffic::build(site, translator);
    view
}

fn load_balancer(
    site: &Site<'_>,
    translator: &mut Translator<'_>,
    arn: &str,
    logical: &str,
    balancer: &LoadBalancerFacts,
    parameters: &mut BTreeMap<String, ParameterView>,
) -> LoadBalancerView {
    let place = format!("load-balancer/{}", balancer.name);
    let faces_internet = balancer.scheme == "internet-facing";
    let subnets = if faces_internet { network::PUBLIC } else { network::PRIVATE };
    if let Network::Existing { public_subnet_ids, .. } = &site.environment.network
        && faces_internet
        && public_subnet_ids.is_empty()
    {
        translator.problem(RenderProblem::Value {
            place: place.clone(),
            why: "it faces the internet, and `network` names no public subnets; add `public_subnet_ids`".into(),
        });
    }
    let what = if faces_internet { "Public" } else { "Private" };
    need(parameters, subnets, network::SUBNETS_TYPE, format!("{what} subnets of the standby"));
    let mut security_groups = Vec::new();
    let mut security_group_ids = Vec::new();
    for id in &balancer.security_group_ids {
        if let Some(group) = site.inventory.security_groups.get(id) {
            need(parameters, group, "AWS::EC2::SecurityGroup::Id", format!("Security group {group}"));
            security_groups.push(group.clone());
        } else {
            let advice = "the baseline does not hold this group: run `lifeboat baseline` again, or add the standby's to `map:`; \
                          the load balancer stands without it until then";
            security_group_ids.extend(translator.by_map(&format!("{place}/security-groups"), id, advice));
        }
    }
    // Subnets of the standby would need IPv6 blocks: those that lifeboat makes have none, of those that are given it is not
    // known.
    if balancer.speaks_ipv6() {
        translator.note(format!(
            "{place}: it speaks IPv6 and its counterpart in the standby IPv4 only: users who have only IPv6 are not served \
             from the standby"
        ));
    }
    let tiers = site.inventory.tiers_of(arn);
    LoadBalancerView {
        id: logical.to_owned(),
        name: balancer.name.clone(),
        kind: balancer.kind.clone(),
        scheme: balancer.scheme.clone(),
        subnets: subnets.to_owned(),
        security_groups,
        security_group_ids,
        tags: tags::mirrored(site.environment, &tiers, &balancer.tags, &place, translator),
    }
}

fn need(parameters: &mut BTreeMap<String, ParameterView>, id: &str, kind: &str, description: String) {
    parameters.entry(id.to_owned()).or_insert_with(|| ParameterView {
        id: id.to_owned(),
        kind: kind.to_owned(),
        description,
    });
}

fn target_group(
    site: &Site<'_>,
    translator: &mut Translator<'_>,
    arn: &str,
    logical: &str,
    group: &TargetGroupFacts,
) -> TargetGroupView {
    let tiers = site.inventory.tiers_of(arn);
    let check = &group.health_check;
    let over_http = matches!(check.protocol.as_str(), "HTTP" | "HTTPS");
    let asked = site
        .environment
        .tiers
        .iter()
        .filter(|tier| tiers.contains(&tier.name))
        .find_map(|tier| tier.load_balancer.as_ref()?.health_check.clone());
    let place = format!("target-group/{}", group.name);
    if asked.is_some() && !over_http {
        translator.note(format!(
            "{place}: its health check goes over {}, which has no path; `health_check` is not used",
            check.protocol
        ));
    }
    let seen = check.path.as_ref().map(|path| translator.text(&format!("{place}/health-check/path"), path));
    TargetGroupView {
        id: logical.to_owned(),
        name: group.name.clone(),
        protocol: group.protocol.clone(),
        port: group.port,
        target_type: group.target_type.clone(),
        check_protocol: check.protocol.clone(),
        check_port: check.port.clone(),
        check_path: asked.or(seen).filter(|_| over_http),
        check_matcher: check.matcher.clone().filter(|_| over_http),
        check_interval: check.interval_s,
        check_timeout: check.timeout_s,
        healthy_threshold: check.healthy_threshold,
        unhealthy_threshold: check.unhealthy_threshold,
        tags: tags::own(site.environment, &tiers, Some(group.name.clone())),
    }
}

/// Target groups that no listener of the standby forwards to: production may reach them by listener rules.
fn report_unused(site: &Site<'_>, translator: &mut Translator<'_>, view: &EdgeView) {
    let actions = view.listeners.iter().flat_map(|listener| &listener.actions);
    let used: BTreeSet<&String> = actions.flat_map(|action| &action.target_groups).collect();
    for (arn, logical) in site.inventory.target_groups.iter().filter(|(_, logical)| !used.contains(logical)) {
        let name = site.baseline.facts.target_groups.get(arn).map_or(logical, |group| &group.name);
        for tier in site.inventory.tiers_of(arn) {
            translator.note(format!(
                "{tier}: no listener of the standby forwards to target group {name}, because listener rules are not mirrored: its \
                 targets are never checked, so that a declaration or a drill finds none healthy and stops at {tier}. Add a rule in \
                 the standby once it is provisioned (`aws elbv2 create-rule`), or name the standby's own target group in `map:`"
            ));
        }
    }
}

/// What tiers need and the baseline has not seen, or lifeboat does not mirror.
fn report_missing(site: &Site<'_>, translator: &mut Translator<'_>) {
    for id in site.inventory.needed().filter(|id| id.contains(":loadbalancer/")) {
        if translator.mapped(id).is_some() {
            continue;
        }
        match site.baseline.facts.load_balancers.get(id) {
            None => translator.untranslated(
                "load-balancer",
                id,
                "the baseline does not hold it: run `lifeboat baseline` again, or add its counterpart to `map:`".into(),
            ),
            Some(balancer) if !is_mirrored_kind(&balancer.kind) => translator.untranslated(
                &format!("load-balancer/{}", balancer.name),
                id,
                format!("lifeboat does not mirror {} load balancers: add its counterpart to `map:`", balancer.kind),
            ),
            Some(_) => {}
        }
    }
}
