//! Tests of pending: two equal worlds, one thing changed, what is found.

use serde_json::json;

use super::{check, differs};
use crate::diff::fixture::World;
use crate::diff::*;
use crate::facts::*;
use crate::model::*;
use crate::render::RenderedStack;

/// A data stack, rendered and deployed just so.
fn with_data(world: &mut World) -> &mut StackFacts {
    let like = world.rendered.stacks.iter().find(|stack| stack.part == Part::Edge).unwrap().clone();
    let name = StackName::of("shop", Part::Data);
    let mut deployed = world.stacks[&Part::Edge].clone();
    deployed.facts.name = name.0.clone();
    world.rendered.stacks.push(RenderedStack { part: Part::Data, name, ..like });
    &mut world.stacks.entry(Part::Data).or_insert(deployed).facts
}

#[test]
fn data_that_is_not_protected_is_pending_and_other_stacks_need_not_be() {
    check(|w| with_data(w).termination_protection = true, &[], ExitClass::InSync);
    differs(
        |w| with_data(w).termination_protection = false,
        &["pending Modified degrades: data/termination-protection | on | off"],
    );
    check(|w| w.stack(Part::Edge).facts.termination_protection = false, &[], ExitClass::InSync);
}

#[test]
fn pending_is_what_a_deploy_would_do() {
    differs(
        |w| {
            w.stacks.remove(&Part::COMPUTE);
        },
        &["pending Deleted blocks failover: compute/stack | rendered | -"],
    );
    differs(
        |w| w.stack(Part::COMPUTE).facts.status = StackStatus("UPDATE_ROLLBACK_COMPLETE".into()),
        &["pending Modified degrades: compute/status | a finished create or update | UPDATE_ROLLBACK_COMPLETE"],
    );
    differs(
        |w| w.stack(Part::COMPUTE).facts.status = StackStatus("ROLLBACK_COMPLETE".into()),
        &["pending Modified blocks failover: compute/status | a finished create or update | ROLLBACK_COMPLETE"],
    );
    check(
        |w| w.stack(Part::COMPUTE).facts.status = StackStatus("UPDATE_IN_PROGRESS".into()),
        &["pending Unknown degrades: compute/status | - | UPDATE_IN_PROGRESS"],
        ExitClass::Unknown,
    );
    differs(
        |w| {
            w.stack(Part::COMPUTE).facts.parameters.insert("WebMin".into(), "1".into());
        },
        &["pending Modified degrades: compute/parameters/WebMin | 2 | 1"],
    );
    differs(
        |w| {
            w.stack(Part::COMPUTE).facts.parameters.insert("WebSecurityGroups".into(), "sg-old".into());
        },
        &["pending Modified degrades: compute/parameters/WebSecurityGroups | sg-web2 | sg-old"],
    );
    differs(
        |w| {
            w.stack(Part::COMPUTE).facts.parameters.insert("DnsNameShop".into(), "shop-1.us-west-2.elb".into());
        },
        &[
            "pending Modified degrades: compute/parameters/DnsNameShop | shop-2.us-west-2.elb.amazonaws.com | shop-1.us-west-2.elb",
        ],
    );
    differs(
        |w| w.published = [("web".to_owned(), "ami-0new".to_owned())].into(),
        &["pending Modified degrades: compute/parameters/WebImage/value | ami-0new | ami-0bb22222222222222"],
    );
    check(
        |w| w.stack(Part::Edge).template = "Resources: {}".into(),
        &["pending Unknown degrades: edge/template | - | -"],
        ExitClass::Unknown,
    );
}

#[test]
fn templates_are_compared_by_property() {
    differs(
        |w| {
            w.deployed_template(Part::Security, |t| {
                let group = &mut t["Resources"]["WebSecurityGroup"]["Properties"];
                group["Tags"] = json!([{"Key": "CostCentre", "Value": "1"}, {"Key": "App", "Value": "shop"}]);
                group["SecurityGroupIngress"][0]["FromPort"] = json!("9100");
            });
        },
        &["pending Modified cosmetic: security/WebSecurityGroup/Tags/CostCentre/Value | 4711 | 1"],
    );
    differs(
        |w| {
            w.deployed_template(Part::COMPUTE, |t| {
                let data = &mut t["Resources"]["WebLaunchTemplate"]["Properties"]["LaunchTemplateData"];
                data["UserData"] = json!({"Fn::Base64": "#!/bin/sh\n./app\n"});
            });
        },
        &["pending Modified degrades: compute/WebLaunchTemplate/LaunchTemplateData/UserData | 6 lines | 2 lines"],
    );
    differs(
        |w| {
            w.deployed_template(Part::Edge, |t| {
                let resources = t["Resources"].as_object_mut().unwrap();
                resources.shift_remove("WebTargetGroup");
                resources.insert("Old".into(), json!({"Type": "AWS::SNS::Topic"}));
                t["Outputs"] = json!({"Url": {"Value": "x"}});
            });
        },
        &[
            "pending Added degrades: edge/Old | - | deployed",
            "pending Deleted degrades: edge/WebTargetGroup | rendered | -",
            "pending Added cosmetic: edge/template/Outputs | - | {\"Url\":{\"Value\":\"x\"}}",
        ],
    );
}
