//! Owns the facts that unit tests begin with: an instance that serves, an empty group, a load balancer nobody uses.

use super::{GroupFacts, InstanceFacts, LoadBalancerFacts, Tags};
use crate::model::GroupSize;

/// An instance in service.
pub fn instance(id: &str) -> InstanceFacts {
    InstanceFacts {
        id: id.into(),
        instance_type: "m6i.large".into(),
        availability_zone: "us-west-2a".into(),
        lifecycle_state: "InService".into(),
        health: "Healthy".into(),
        weight: 1,
    }
}

/// A group of that size without an instance.
pub fn group(name: &str, size: GroupSize) -> GroupFacts {
    GroupFacts {
        name: name.into(),
        arn: String::new(),
        size,
        launch_template: None,
        overrides: vec![],
        weights: Default::default(),
        capacity_type: None,
        availability_zones: vec![],
        subnet_ids: vec![],
        target_group_arns: vec![],
        health_check_type: "ELB".into(),
        health_check_grace_s: 0,
        default_cooldown_s: 300,
        termination_policies: vec![],
        suspended_processes: vec![],
        metrics_enabled: true,
        tags: Tags::new(),
        instances: vec![],
    }
}

/// An internal load balancer without listeners.
pub fn balancer(arn: &str, dns_name: &str) -> LoadBalancerFacts {
    LoadBalancerFacts {
        arn: arn.into(),
        name: "shop".into(),
        dns_name: dns_name.into(),
        zone_id: None,
        scheme: "internal".into(),
        kind: "application".into(),
        ip_address_type: Some("ipv4".into()),
        subnet_ids: vec![],
        security_group_ids: vec![],
        listeners: vec![],
        tags: Tags::new(),
    }
}
