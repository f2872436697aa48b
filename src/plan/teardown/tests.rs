//! Tests of what goes and what stays in a teardown, with plain values.

use std::collections::BTreeMap;

use super::*;
use crate::facts::{StackStatus, Tags, VolumeAttachment};
use crate::model::TIER_TAG;

fn found(part: Part, parameters: &[(&str, &str)], resources: &[(&str, &str)]) -> FoundStack {
    let resource = |(kind, id): &(&str, &str)| StackResource {
        logical_id: (*id).into(),
        physical_id: (*id).into(),
        resource_type: (*kind).into(),
        status: "CREATE_COMPLETE".into(),
        status_reason: None,
    };
    FoundStack {
        part,
        facts: StackFacts {
            id: format!("arn:{part}"),
            name: StackName::of("shop", part).0,
            status: StackStatus("CREATE_COMPLETE".into()),
            status_reason: None,
            parameters: parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            resolved_parameters: BTreeMap::new(),
            outputs: BTreeMap::new(),
            tags: Tags::new(),
            updated_at: None,
            termination_protection: part == Part::Data,
        },
        resources: resources.iter().map(resource).collect(),
    }
}

/// All five stacks; the database has the security group that is given to its stack.
fn all(security_group: &str) -> Vec<FoundStack> {
    let subnets = ("Subnets", "subnet-1,subnet-2");
    vec![
        found(Part::Network, &[], &[("AWS::EC2::VPC", "vpc-1"), ("AWS::EC2::Subnet", "subnet-2")]),
        found(Part::Security, &[("VpcId", "vpc-1")], &[("AWS::EC2::SecurityGroup", "sg-1")]),
        found(Part::Data, &[subnets, ("Group", security_group)], &[("AWS::RDS::DBInstance", "shop-orders")]),
        found(Part::Edge, &[subnets], &[("AWS::X", "lb-1")]),
        found(Part::COMPUTE, &[subnets], &[("AWS::X", "web-1")]),
    ]
}

fn database(security_group: &str) -> DatabaseFacts {
    DatabaseFacts {
        id: "shop-orders".into(),
        source: Some("arn:orders".into()),
        security_group_ids: vec![security_group.into()],
        ..DatabaseFacts::default()
    }
}

fn plan(found: Vec<FoundStack>, databases: &[DatabaseFacts], with_data: bool) -> TeardownPlan {
    let intent = TeardownIntent {
        environment: "shop".into(),
        compute_stacks: 1,
        databases: vec!["shop-orders".into()],
        with_data,
        outside: vec![],
    };
    teardown_plan(intent, &Region("us-west-2".into()), found, databases)
}

fn told(plan: &TeardownPlan) -> (String, String) {
    let goes: Vec<&str> = plan.stacks.iter().map(|stack| stack.part.as_str()).collect();
    let stays: Vec<&str> = plan.kept.iter().map(|stack| stack.part.as_str()).collect();
    (goes.join(" "), stays.join(" "))
}

#[test]
fn data_stays_with_what_it_stands_on_and_goes_only_when_asked_for() {
    let check = |found: Vec<FoundStack>, databases: &[DatabaseFacts], with_data, goes: &str, stays: &str| {
        let plan = plan(found, databases, with_data);
        assert_eq!(told(&plan), (goes.into(), stays.into()));
        assert!(plan.stacks.iter().all(|stack| stack.blocked.is_none()), "{plan:?}");
    };
    let own = database("sg-1");
    let foreign = database("sg-foreign");
    check(all("sg-1"), std::slice::from_ref(&own), false, "compute edge", "data security network");
    check(all("sg-foreign"), std::slice::from_ref(&foreign), false, "compute edge security", "data network");
    // The stack goes, the database does not, so neither does what is under it.
    check(all("sg-1"), std::slice::from_ref(&own), true, "compute edge data", "security network");
    check(all("sg-foreign"), std::slice::from_ref(&foreign), true, "compute edge data security", "network");
    // Without its database nothing is in the way.
    check(all("sg-1"), &[], true, "compute edge data security network", "");
    // Once its stack is gone a database still stands where it stood.
    let without = || all("sg-1").into_iter().filter(|stack| stack.part != Part::Data).collect::<Vec<_>>();
    check(without(), std::slice::from_ref(&own), false, "compute edge", "security network");
    check(without(), &[], false, "compute edge security network", "");
    // A stack in which nothing is holds no data.
    let mut empty = all("sg-1");
    empty[2].resources.clear();
    empty[2].facts.termination_protection = false;
    check(empty, &[], false, "compute edge data security network", "");
}

#[test]
fn only_the_protection_of_data_that_was_asked_for_is_switched_off() {
    let plan = plan(all("sg-1"), &[], true);
    let unprotected: Vec<Part> = plan.stacks.iter().filter(|s| s.unprotect).map(|s| s.part).collect();
    assert_eq!(unprotected, [Part::Data]);

    let mut found = all("sg-1");
    found[3].facts.termination_protection = true;
    let plan = super::tests::plan(found, &[], true);
    let blocked: Vec<Part> = plan.stacks.iter().filter(|s| s.blocked.is_some()).map(|s| s.part).collect();
    assert_eq!(blocked, [Part::Edge], "somebody else's protection is theirs to lift");
}

#[test]
fn databases_are_looked_for_by_file_and_by_stack() {
    let mut found = all("sg-1");
    found[2].resources[0].physical_id = "shop-former".into();
    let intent = TeardownIntent {
        environment: "shop".into(),
        compute_stacks: 1,
        databases: vec!["shop-orders".into(), "shop-carts".into()],
        with_data: false,
        outside: vec![],
    };
    assert_eq!(databases_wanted(&intent, &found), ["shop-carts", "shop-former", "shop-orders"]);
}

#[test]
fn what_failbacks_kept_aside_is_told_and_holds_the_network() {
    let named = |id: &str| DatabaseFacts { id: id.into(), source: None, ..database("sg-1") };
    let all_there = ["shop-orders-before-20261107-031500-9c4e12", "shop-orders", "shop-orders-2", "legacy-before-x"];
    let ids = ["shop-orders".to_owned()];
    let concerned = databases_concerned(&ids, all_there.map(named).into());
    let told: Vec<&str> = concerned.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(told, ["shop-orders", "shop-orders-before-20261107-031500-9c4e12"], "others are none of our business");
    let plan = plan(all("sg-1"), &concerned[1..], true);
    assert_eq!(self::told(&plan), ("compute edge data".into(), "security network".into()), "it stands there");
    let told = format!("{}\n  {}", plan.databases[0].what, plan.databases[0].next);
    insta::assert_snapshot!(told, @"
    database shop-orders-before-20261107-031500-9c4e12, no replica: it stands alone; a failback kept it aside when it made shop-orders anew
      aws rds delete-db-instance --db-instance-identifier shop-orders-before-20261107-031500-9c4e12 --final-db-snapshot-identifier shop-orders-before-20261107-031500-9c4e12-final --region us-west-2
    ");
}

#[test]
fn every_database_is_told_with_what_deletes_it() {
    let alone = DatabaseFacts { source: None, deletion_protection: true, ..database("sg-1") };
    let plan = plan(vec![], &[database("sg-1"), alone], true);
    let told: Vec<String> = plan.databases.iter().map(|stays| format!("{}\n  {}", stays.what, stays.next)).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    database shop-orders, a replica of arn:orders; while it is there no other can be made under its name
      aws rds delete-db-instance --db-instance-identifier shop-orders --skip-final-snapshot --region us-west-2
    database shop-orders, no replica: it stands alone; while it is there no other can be made under its name
      aws rds modify-db-instance --db-instance-identifier shop-orders --no-deletion-protection --apply-immediately --region us-west-2 && aws rds delete-db-instance --db-instance-identifier shop-orders --final-db-snapshot-identifier shop-orders-final --region us-west-2
    ");
}

#[test]
fn volumes_that_outlive_their_instances_are_named_with_the_command_that_deletes_them() {
    let volume = |id: &str, attached: Option<bool>| VolumeFacts {
        id: id.into(),
        size_gib: 8,
        attached: attached.map(|goes| VolumeAttachment { instance: "i-1".into(), delete_on_termination: goes }),
        tags: Tags::from([(TIER_TAG.to_owned(), "web".to_owned())]),
    };
    let volumes = [volume("vol-goes", Some(true)), volume("vol-kept", Some(false)), volume("vol-loose", None)];
    let region = Region("us-west-2".into());
    let stays = volumes_that_stay(&volumes, &region);
    let told: Vec<String> = stays.iter().map(|one| format!("{}: {}", one.what, one.next)).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    volume vol-kept of web (8 GiB); it costs until it is deleted, and may hold data: aws ec2 delete-volume --volume-id vol-kept --region us-west-2
    volume vol-loose of web (8 GiB); it costs until it is deleted, and may hold data: aws ec2 delete-volume --volume-id vol-loose --region us-west-2
    ");
}
