//! Tests of parity: two equal worlds, one thing changed, what is found.

use super::{check, differs};
use crate::diff::fixture::*;
use crate::diff::*;
use crate::facts::*;
use crate::model::*;

#[test]
fn sizes_are_held_against_the_declared_fraction() {
    differs(
        |w| w.group().size = GroupSize { min: 2, max: 8, desired: 2 },
        &["parity Modified blocks failover: web/group/max | 10 | 8"],
    );
    differs(
        |w| w.group().size = GroupSize { min: 1, max: 10, desired: 1 },
        &["parity Modified degrades: web/group/desired | 2 | 1", "parity Modified degrades: web/group/min | 2 | 1"],
    );
    // Policies may have scaled out, and more room than needed is no matter.
    check(|w| w.group().size = GroupSize { min: 2, max: 50, desired: 5 }, &[], ExitClass::InSync);
    // Production may shrink; when it outgrows the basis, full size is not full any more.
    check(|w| w.production().groups.get_mut("shop-web").unwrap().size.desired = 5, &[], ExitClass::InSync);
    differs(
        |w| w.production().groups.get_mut("shop-web").unwrap().size.desired = 14,
        &["parity Modified degrades: web/capacity-basis | 14 | 10"],
    );
}

#[test]
fn groups_are_compared_in_what_they_do() {
    differs(
        |w| w.group().health_check_type = "EC2".into(),
        &["parity Modified degrades: web/group/health-check-type | ELB | EC2"],
    );
    differs(
        |w| w.group().suspended_processes = vec!["Launch".into()],
        &["parity Added blocks failover: web/group/suspended/Launch | running | suspended"],
    );
    differs(
        |w| w.group().target_group_arns.clear(),
        &[&format!("parity Deleted blocks failover: web/group/target-groups | {TG_STANDBY} | -")],
    );
    differs(
        |w| {
            w.group().tags.insert("CostCentre".into(), "9".into());
        },
        &["parity Modified cosmetic: web/tags/CostCentre | 4711 | 9"],
    );
    differs(
        |w| {
            w.standby.groups.clear();
            w.standby.launch_templates.clear();
        },
        &["parity Deleted blocks failover: web/group | shop-web | -"],
    );
}

#[test]
fn what_sizes_count_is_compared() {
    let weigh = |group: &mut GroupFacts, weights: &[(&str, u32)]| {
        group.weights = weights.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect();
    };
    let listed = [("m6i.large", 2), ("m5.large", 1)];
    let more = [("m6i.large", 2), ("m5.large", 1), ("m4.large", 1)];
    // The standby may list fewer types.
    let recorded = "parity Modified degrades: web/baseline | production now | production as recorded";
    differs(
        |w| {
            weigh(w.production().groups.get_mut("shop-web").unwrap(), &more);
            weigh(w.group(), &listed);
        },
        &[recorded],
    );
    differs(
        |w| weigh(w.production().groups.get_mut("shop-web").unwrap(), &listed),
        &[recorded, "parity Deleted blocks failover: web/group/weights | m5.large=1, m6i.large=2 | -"],
    );
    differs(
        |w| w.production().groups.get_mut("shop-web").unwrap().capacity_type = Some("vcpu".into()),
        &[recorded, "parity Modified blocks failover: web/group/capacity-type | vcpu | units"],
    );
}

#[test]
fn launch_settings_are_compared_after_translation() {
    differs(
        |w| w.template().user_data = Some(encode("#!/bin/sh\n./app\n")),
        &["parity Modified degrades: web/launch-template/user-data | 6 lines | 2 lines"],
    );
    check(|w| w.template().instance_type = Some("m5.large".into()), &[], ExitClass::InSync);
    differs(
        |w| w.template().instance_type = Some("t3.nano".into()),
        &["parity Modified degrades: web/launch-template/instance-type | m6i.large | t3.nano"],
    );
    differs(
        |w| w.template().metadata_options = None,
        &[
            "parity Modified degrades: web/launch-template/metadata/hop-limit | 2 | 1",
            "parity Modified degrades: web/launch-template/metadata/http-tokens | required | optional",
        ],
    );
    differs(
        |w| w.template().block_devices[0].volume_size_gib = Some(20),
        &["parity Modified degrades: web/launch-template/block-devices/~1dev~1xvda/size | 40 GiB | 20 GiB"],
    );
    differs(
        |w| w.template().security_group_ids = vec!["sg-other".into()],
        &[
            "parity Deleted blocks failover: web/launch-template/security-groups | sg-web2 | -",
            "parity Added degrades: web/launch-template/security-groups | - | sg-other",
        ],
    );
    check(
        |w| {
            w.production_template().key_name = Some("ops".into());
            w.baseline.facts.launch_templates.get_mut("shop-web").unwrap().key_name = Some("ops".into());
        },
        &["parity Unknown degrades: web/launch-template/key-name | ops | -"],
        ExitClass::Unknown,
    );
}

#[test]
fn user_data_names_the_standbys_load_balancer() {
    // The Region's name alone replaced in it gives a host that is not there.
    differs(
        |w| w.template().user_data = Some(encode(&SCRIPT.replace("us-east-1", "us-west-2"))),
        &["parity Modified degrades: web/launch-template/user-data | 6 lines | 6 lines"],
    );
    let world = World::equal();
    let report = world.judge();
    let inputs = report.coverage.iter().filter(|one| one.kind == Kind::Pending && one.subject == "compute");
    assert!(inputs.flat_map(|one| &one.skipped).next().is_none(), "every input was resolved");
}

#[test]
fn a_parameter_whose_value_is_not_known_yet_is_a_gap_and_no_difference() {
    let held = |w: &mut World| {
        let name = "/shop/prod/db/host".to_owned();
        w.production().parameters.remove(&name);
        let reason = "it names production's load balancer x; the standby has none yet".into();
        w.production().gaps.push(Gap { noun: Noun::Parameter, subject: name, reason });
    };
    let report = check(held, &[], ExitClass::Unknown);
    assert_eq!(report.gaps.len(), 1);
    let parameters = report.coverage.iter().find(|one| one.subject == "parameters").expect("parameters are covered");
    assert_eq!((parameters.total, parameters.checked, parameters.unknown), (2, 1, 1));
    check(
        |w| {
            held(w);
            w.environment.sync.parameters[0].delete = true;
            w.production().parameters.clear();
        },
        &["parity Added cosmetic: parameters/shop/prod/db/password | - | secret"],
        ExitClass::Differences,
    );
}

#[test]
fn the_standby_launches_a_copy_of_what_production_launches() {
    differs(
        |w| {
            w.production_template().image_id = Some("ami-0new".into());
            w.production().images.insert("ami-0new".into(), image("ami-0new", "2026-11-20T01:00:00.000Z"));
        },
        &["parity Modified degrades: web/image | ami-0new (2026-11-20) | ami-0bb22222222222222 (2026-11-18)"],
    );
    differs(
        |w| w.standby.images.get_mut(IMAGE_STANDBY).unwrap().state = ImageState::Pending,
        &["parity Modified blocks failover: web/image/state | available | pending"],
    );
    differs(
        |w| w.standby.images.clear(),
        &["parity Deleted blocks failover: web/image | ami-0aa11111111111111 (2026-11-18) | ami-0bb22222222222222"],
    );
    let gap = Gap { noun: Noun::Image, subject: "*".into(), reason: "access denied".into() };
    check(
        |w| {
            w.standby.images.clear();
            w.standby.gaps.push(gap);
        },
        &[],
        ExitClass::Unknown,
    );
}

#[test]
fn security_rules_have_no_order_and_translated_peers() {
    check(|w| w.standby.security_groups.get_mut("sg-web2").unwrap().ingress.reverse(), &[], ExitClass::InSync);
    differs(
        |w| w.standby.security_groups.get_mut("sg-web2").unwrap().ingress[0].peer = RulePeer::Group("sg-lb1".into()),
        &[
            "parity Added degrades: web/security-group/shop-web/ingress/tcp 8080 from sg-lb1 | - | tcp 8080 from sg-lb1",
            "parity Deleted blocks failover: web/security-group/shop-web/ingress/tcp 8080 from sg-lb2 | tcp 8080 from sg-lb2 | -",
        ],
    );
    differs(
        |w| {
            w.standby.security_groups.remove("sg-lb2");
        },
        &["parity Deleted blocks failover: web/security-group/shop-lb | sg-lb2 | -"],
    );
    check(
        |w| {
            w.rendered.counterparts.remove("sg-lb1");
        },
        &[
            "parity Unknown degrades: web/security-group/shop-lb | sg-lb1 | -",
            "parity Unknown degrades: web/security-group/shop-web/ingress/tcp 8080 from sg-lb1 | sg-lb1 | -",
        ],
        ExitClass::Unknown,
    );
}

#[test]
fn balancers_and_target_groups_are_compared() {
    differs(
        |w| w.standby.target_groups.get_mut(TG_STANDBY).unwrap().health_check.path = Some("/".into()),
        &["parity Modified degrades: web/target-group/shop-web/health-check/path | /healthz | /"],
    );
    differs(
        |w| w.standby.load_balancers.get_mut(LB_STANDBY).unwrap().listeners.clear(),
        &["parity Deleted blocks failover: web/load-balancer/shop/listener/443 | HTTPS | -"],
    );
    differs(
        |w| w.standby.load_balancers.get_mut(LB_STANDBY).unwrap().listeners[0].certificate_arns = vec!["other".into()],
        &[&format!(
            "parity Modified blocks failover: web/load-balancer/shop/listener/443/certificates | {CERT_STANDBY} | other"
        )],
    );
}

#[test]
fn ipv6_is_not_mirrored_and_only_a_baseline_that_does_not_know_of_it_is_old() {
    let speaks = |facts: &mut SideFacts, address_type: Option<&str>| {
        let balancer = facts.load_balancers.values_mut().next().expect("a load balancer");
        balancer.ip_address_type = address_type.map(str::to_owned);
    };
    // Rendering says that the standby speaks IPv4 only: no difference that anybody has to explain.
    let both = |w: &mut World| {
        speaks(&mut w.baseline.facts, Some("dualstack"));
        speaks(w.production(), Some("dualstack"));
    };
    check(both, &[], ExitClass::InSync);
    check(|w| speaks(&mut w.baseline.facts, None), &[], ExitClass::InSync);
    differs(
        |w| speaks(w.production(), Some("dualstack")),
        &["parity Modified degrades: web/baseline | production now | production as recorded"],
    );
}

#[test]
fn parameters_are_compared_and_secrets_stay_secret() {
    differs(
        |w| {
            w.standby.parameters.remove("/shop/prod/db/host");
        },
        &["parity Deleted degrades: parameters/shop/prod/db/host | orders.us-west-2.example | -"],
    );
    differs(
        |w| {
            let parameter = w.standby.parameters.get_mut("/shop/prod/db/password").unwrap();
            parameter.value = ParameterValue::Secret("hmac:22bb".into());
        },
        &["parity Modified degrades: parameters/shop/prod/db/password | secret | secret"],
    );
    let extra = |w: &mut World| {
        let name = "/shop/prod/old";
        let value = ParameterValue::Plain("x".into());
        w.standby.parameters.insert(name.into(), parameter(name, ParameterType::String, value));
    };
    check(
        extra,
        &["parity Added cosmetic: parameters/shop/prod/old | - | x [intended: sync deletes nothing below this path]"],
        ExitClass::InSync,
    );
    differs(
        |w| {
            extra(w);
            w.environment.sync.parameters[0].delete = true;
        },
        &["parity Added cosmetic: parameters/shop/prod/old | - | x"],
    );
    // An empty source path is a mistake, not agreement.
    check(
        |w| {
            w.production().parameters.clear();
        },
        &["parity Unknown degrades: parameters/shop/prod/ | - | -"],
        ExitClass::Unknown,
    );
}
