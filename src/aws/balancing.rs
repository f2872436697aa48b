//! Owns the load balancing port on Elastic Load Balancing v2.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_elasticloadbalancingv2::types::{Action, Listener, LoadBalancer, TargetGroup, TargetHealthDescription};

use super::api::Api;
use super::missing::ask_instead;
use super::pacing::Rate;
use super::session::{Session, side_by_side};
use super::tags::own_tags;
use crate::cloud::{CloudErrorKind, CloudResult, ReadBalancing};
use crate::facts::{
    ListenerAction, ListenerFacts, LoadBalancerFacts, Tags, TargetGroupFacts, TargetHealth, TargetHealthCheck,
};

const DESCRIBE_TARGET_GROUPS: Api = shared("DescribeTargetGroups");
const DESCRIBE_LOAD_BALANCERS: Api = shared("DescribeLoadBalancers");
const DESCRIBE_LISTENERS: Api = shared("DescribeListeners");
const DESCRIBE_TAGS: Api = shared("DescribeTags");
const DESCRIBE_HEALTH: Api = shared("DescribeTargetHealth");

/// Most ARNs of one Describe call (DescribeLoadBalancers, DescribeTags: 20). More are read as a listing.
const ARNS_PER_CALL: usize = 20;
/// Items per page of a listing (ELB: 400).
const PAGE: i32 = 400;

const fn shared(operation: &'static str) -> Api {
    Api::shared("elasticloadbalancing", operation, "all calls", Rate::LOAD_BALANCING)
}

/// Load balancers on AWS.
#[derive(Debug)]
pub(super) struct AwsBalancing {
    session: Arc<Session>,
    client: aws_sdk_elasticloadbalancingv2::Client,
}

impl AwsBalancing {
    pub fn new(session: Arc<Session>) -> Self {
        AwsBalancing { client: aws_sdk_elasticloadbalancingv2::Client::new(&session.config), session }
    }

    async fn target_group_pages(&self, arns: Option<Vec<String>>) -> CloudResult<Vec<TargetGroup>> {
        let request = |token| {
            let call = self.client.describe_target_groups().set_target_group_arns(arns.clone());
            call.set_page_size(arns.is_none().then_some(PAGE)).set_marker(token).send()
        };
        let pages = self.session.pages(&DESCRIBE_TARGET_GROUPS, |page| page.next_marker(), request).await?;
        Ok(pages.into_iter().flat_map(|page| page.target_groups.unwrap_or_default()).collect())
    }

    async fn load_balancer_pages(&self, arns: Option<Vec<String>>) -> CloudResult<Vec<LoadBalancer>> {
        let request = |token| {
            let call = self.client.describe_load_balancers().set_load_balancer_arns(arns.clone());
            call.set_page_size(arns.is_none().then_some(PAGE)).set_marker(token).send()
        };
        let pages = self.session.pages(&DESCRIBE_LOAD_BALANCERS, |page| page.next_marker(), request).await?;
        Ok(pages.into_iter().flat_map(|page| page.load_balancers.unwrap_or_default()).collect())
    }

    async fn listeners(&self, load_balancer: String) -> CloudResult<Vec<ListenerFacts>> {
        let request = |token| {
            let call = self.client.describe_listeners().load_balancer_arn(&load_balancer);
            call.page_size(PAGE).set_marker(token).send()
        };
        let pages = self.session.pages(&DESCRIBE_LISTENERS, |page| page.next_marker(), request).await?;
        let mut listeners: Vec<ListenerFacts> = pages.iter().flat_map(|p| p.listeners()).filter_map(listener).collect();
        listeners.sort_by(|a, b| (a.port, &a.arn).cmp(&(b.port, &b.arn)));
        Ok(listeners)
    }

    async fn tags(&self, arns: &[String]) -> CloudResult<BTreeMap<String, Tags>> {
        let calls = arns.chunks(ARNS_PER_CALL).map(<[String]>::to_vec).map(|chunk| async move {
            let request = || self.client.describe_tags().set_resource_arns(Some(chunk.clone())).send();
            let answer = self.session.call(&DESCRIBE_TAGS, request).await?;
            let of_one = answer.tag_descriptions().iter().filter_map(|description| {
                let tags = own_tags(description.tags().iter().map(|tag| (tag.key(), tag.value())));
                Some((description.resource_arn()?.to_owned(), tags))
            });
            Ok(of_one.collect::<Vec<_>>())
        });
        Ok(side_by_side(calls.collect()).await?.into_iter().flatten().collect())
    }
}

#[async_trait]
impl ReadBalancing for AwsBalancing {
    async fn target_groups(&self, arns: &[String]) -> CloudResult<Vec<TargetGroupFacts>> {
        let wanted: BTreeSet<&str> = arns.iter().map(String::as_str).collect();
        let found = if wanted.len() > ARNS_PER_CALL {
            self.target_group_pages(None).await?
        } else {
            let mut found = Vec::new();
            let mut pending = first_batch(&wanted);
            while let Some(batch) = pending.pop() {
                match self.target_group_pages(Some(batch.clone())).await {
                    Ok(some) => found.extend(some),
                    Err(e) if e.kind == CloudErrorKind::NotFound => pending.extend(ask_instead(&batch, &e.message)),
                    Err(e) => return Err(e),
                }
            }
            found
        };
        Ok(found.iter().filter_map(target_group).filter(|facts| wanted.contains(facts.arn.as_str())).collect())
    }

    async fn load_balancers(&self, arns: &[String]) -> CloudResult<Vec<LoadBalancerFacts>> {
        let wanted: BTreeSet<&str> = arns.iter().map(String::as_str).collect();
        let found = if wanted.len() > ARNS_PER_CALL {
            self.load_balancer_pages(None).await?
        } else {
            let mut found = Vec::new();
            let mut pending = first_batch(&wanted);
            while let Some(batch) = pending.pop() {
                match self.load_balancer_pages(Some(batch.clone())).await {
                    Ok(some) => found.extend(some),
                    Err(e) if e.kind == CloudErrorKind::NotFound => pending.extend(ask_instead(&batch, &e.message)),
                    Err(e) => return Err(e),
                }
            }
            found
        };
        let mut found: Vec<LoadBalancerFacts> =
            found.iter().filter_map(load_balancer).filter(|facts| wanted.contains(facts.arn.as_str())).collect();
        let arns: Vec<String> = found.iter().map(|facts| facts.arn.clone()).collect();
        let listeners = side_by_side(arns.iter().map(|arn| self.listeners(arn.clone())).collect());
        let (listeners, mut tags) = futures_util::future::try_join(listeners, self.tags(&arns)).await?;
        for (facts, listeners) in found.iter_mut().zip(listeners) {
            facts.listeners = listeners;
            facts.tags = tags.remove(&facts.arn).unwrap_or_default();
        }
        Ok(found)
    }

    async fn target_health(&self, target_group_arn: &str) -> CloudResult<Vec<TargetHealth>> {
        let request = || self.client.describe_target_health().target_group_arn(target_group_arn).send();
        let answer = self.session.call(&DESCRIBE_HEALTH, request).await?;
        let mut targets: Vec<TargetHealth> = answer.target_health_descriptions().iter().filter_map(health).collect();
        targets.sort();
        Ok(targets)
    }
}

/// One batch of everything; none for nothing, because no ARNs would mean all.
fn first_batch(wanted: &BTreeSet<&str>) -> Vec<Vec<String>> {
    if wanted.is_empty() { Vec::new() } else { vec![wanted.iter().map(|arn| (*arn).to_owned()).collect()] }
}

fn target_group(group: &TargetGroup) -> Option<TargetGroupFacts> {
    Some(TargetGroupFacts {
        arn: group.target_group_arn()?.to_owned(),
        name: owned(group.target_group_name()),
        protocol: group.protocol().map(|p| p.as_str().to_owned()).unwrap_or_default(),
        port: port(group.port()),
        vpc_id: owned(group.vpc_id()),
        target_type: group.target_type().map(|t| t.as_str().to_owned()).unwrap_or_default(),
        health_check: TargetHealthCheck {
            protocol: group.health_check_protocol().map(|p| p.as_str().to_owned()).unwrap_or_default(),
            port: owned(group.health_check_port()),
            path: group.health_check_path().map(str::to_owned),
            matcher: group.matcher().and_then(|m| m.http_code().or(m.grpc_code())).map(str::to_owned),
            interval_s: count(group.health_check_interval_seconds()),
            timeout_s: count(group.health_check_timeout_seconds()),
            healthy_threshold: count(group.healthy_threshold_count()),
            unhealthy_threshold: count(group.unhealthy_threshold_count()),
        },
        load_balancer_arns: group.load_balancer_arns().to_vec(),
    })
}

fn load_balancer(balancer: &LoadBalancer) -> Option<LoadBalancerFacts> {
    let zones = balancer.availability_zones();
    Some(LoadBalancerFacts {
        arn: balancer.load_balancer_arn()?.to_owned(),
        name: owned(balancer.load_balancer_name()),
        dns_name: owned(balancer.dns_name()),
        zone_id: balancer.canonical_hosted_zone_id().map(str::to_owned),
        // AWS always tells; a stand-in may not, and then it is what CreateLoadBalancer defaults to.
        scheme: balancer.scheme().map_or("internet-facing", |s| s.as_str()).to_owned(),
        kind: balancer.r#type().map(|t| t.as_str().to_owned()).unwrap_or_default(),
        ip_address_type: balancer.ip_address_type().map(|t| t.as_str().to_owned()),
        subnet_ids: zones.iter().filter_map(|zone| zone.subnet_id().map(str::to_owned)).collect(),
        security_group_ids: balancer.security_groups().to_vec(),
        listeners: Vec::new(),
        tags: Tags::new(),
    })
}

fn listener(listener: &Listener) -> Option<ListenerFacts> {
    let mut actions: Vec<&Action> = listener.default_actions().iter().collect();
    actions.sort_by_key(|action| action.order().unwrap_or(0));
    let certificates = listener.certificates().iter();
    Some(ListenerFacts {
        arn: listener.listener_arn()?.to_owned(),
        port: port(listener.port()).unwrap_or(0),
        protocol: listener.protocol().map(|p| p.as_str().to_owned()).unwrap_or_default(),
        ssl_policy: listener.ssl_policy().filter(|policy| !policy.is_empty()).map(str::to_owned),
        certificate_arns: certificates.filter_map(|c| c.certificate_arn().map(str::to_owned)).collect(),
        actions: actions.into_iter().map(action).collect(),
    })
}

fn action(action: &Action) -> ListenerAction {
    let name = action.r#type().map(|kind| kind.as_str().to_owned()).unwrap_or_default();
    match (name.as_str(), action.redirect_config(), action.fixed_response_config()) {
        ("forward", _, _) => ListenerAction::Forward { target_group_arns: forwarded_to(action) },
        ("redirect", Some(redirect), _) => ListenerAction::Redirect {
            protocol: owned(redirect.protocol()),
            port: owned(redirect.port()),
            status_code: redirect.status_code().map(|code| code.as_str().to_owned()).unwrap_or_default(),
        },
        ("fixed-response", _, Some(fixed)) => ListenerAction::FixedResponse {
            status_code: owned(fixed.status_code()),
            content_type: fixed.content_type().map(str::to_owned),
            message_body: fixed.message_body().map(str::to_owned),
        },
        _ => ListenerAction::Other { name },
    }
}

/// A forward to one group states it twice, a weighted one only in its configuration.
fn forwarded_to(action: &Action) -> Vec<String> {
    let weighted = action.forward_config().map(|config| config.target_groups()).unwrap_or_default();
    let arns: Vec<String> = weighted.iter().filter_map(|t| t.target_group_arn().map(str::to_owned)).collect();
    if arns.is_empty() { action.target_group_arn().map(str::to_owned).into_iter().collect() } else { arns }
}

fn health(description: &TargetHealthDescription) -> Option<TargetHealth> {
    let health = description.target_health();
    Some(TargetHealth {
        target_id: description.target()?.id()?.to_owned(),
        state: health.and_then(|h| h.state()).map(|s| s.as_str().to_owned()).unwrap_or_default(),
        reason: health.and_then(|h| h.reason()).map(|r| r.as_str().to_owned()),
    })
}

fn owned(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

fn port(number: Option<i32>) -> Option<u16> {
    number.and_then(|n| u16::try_from(n).ok())
}

fn count(number: Option<i32>) -> u32 {
    number.and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}
