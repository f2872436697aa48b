//! What change sets say, and what they refuse.

use serde_json::{Value, json};

use super::bench::{Bench, ESTATE, estate, request};
use crate::cloud::{ChangeAction, ChangeSetKind, ChangeSetState, CloudErrorKind, Replacement};

#[tokio::test]
async fn the_same_again_is_empty() {
    let bench = Bench::estate().await;
    let set = bench
        .change_set(&request("shop-all", "same", ChangeSetKind::Update, &estate(), &ESTATE))
        .await
        .expect("answers");
    assert_eq!((set.state, set.changes.len()), (ChangeSetState::Empty, 0));
    let refused = bench.write.stacks.execute_change_set("shop-all", "same", "t").await.expect_err("nothing to execute");
    assert_eq!(refused.code.as_deref(), Some("InvalidChangeSetStatus"));
    bench.write.stacks.delete_change_set("shop-all", &set.id).await.expect("deletes");
    bench.write.stacks.delete_change_set("shop-all", &set.id).await.expect("already deleted");
    assert_eq!(bench.standby.stacks.change_set("shop-all", &set.id).await, Ok(None));
}

#[tokio::test]
async fn a_moved_image_shows_as_change_and_the_group_follows() {
    let bench = Bench::estate().await;
    let old = bench.stack("shop-all").await.expect("there").resolved_parameters["Image"].clone();
    let new = bench.publish_image().await;
    let moved = request("shop-all", "moved", ChangeSetKind::Update, &estate(), &ESTATE);
    let set = bench.change_set(&moved).await.expect("answers");
    let told: Vec<String> = set
        .changes
        .iter()
        .flat_map(|change| {
            change.properties.iter().map(move |p| {
                format!("{} {:?} {} {:?} -> {:?}", change.logical_id, change.replacement, p.path, p.before, p.after)
            })
        })
        .collect();
    assert_eq!(
        told,
        [
            format!("Template Never /Properties/LaunchTemplateData/ImageId Some({old:?}) -> Some({new:?})"),
            "Web Never /Properties/LaunchTemplate/Version Some(\"1\") -> None".to_owned(),
        ]
    );
    bench.write.stacks.execute_change_set("shop-all", &set.id, "t").await.expect("executes");
    assert_eq!(bench.settled("shop-all").await.status.0, "UPDATE_COMPLETE");
    let group = bench.standby.groups.groups(&["shop-web".to_owned()]).await.expect("answers").remove(0);
    assert_eq!(group.launch_template.expect("a template").version, "2");
    let users = bench.standby.images.image_users(&old).await.expect("answers");
    assert_eq!(users.len(), 3, "an old version and two instances still need it: {users:?}");
}

#[tokio::test]
async fn replacement_and_removal_are_told() {
    let bench = Bench::estate().await;
    let mut changed = estate();
    changed["Resources"]["Vpc"]["Properties"]["CidrBlock"] = json!("10.81.0.0/16");
    changed["Resources"].as_object_mut().expect("resources").remove("Gossip");
    changed["Resources"]["Extra"] =
        json!({"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Vpc"}}});
    let set =
        bench.change_set(&request("shop-all", "c", ChangeSetKind::Update, &changed, &ESTATE)).await.expect("answers");
    let find = |id: &str| set.changes.iter().find(|change| change.logical_id == id).expect(id);
    assert_eq!((find("Vpc").action, find("Vpc").replacement), (ChangeAction::Modify, Replacement::Always));
    assert!(find("Vpc").properties[0].requires_replacement);
    assert_eq!((find("SubnetA").action, find("SubnetA").replacement), (ChangeAction::Modify, Replacement::Conditional));
    assert_eq!(find("SubnetA").properties[0].after, None, "known only after execution");
    assert_eq!(find("Gossip").action, ChangeAction::Remove);
    assert_eq!(find("Extra").action, ChangeAction::Add);
}

#[tokio::test]
async fn executing_one_deletes_the_others_and_a_change_makes_them_obsolete() {
    let bench = Bench::estate().await;
    let min = |min: &'static str| [("Image", "/lifeboat/shop/images/web"), ("Min", min), ("Max", "10")];
    let a = bench
        .change_set(&request("shop-all", "a", ChangeSetKind::Update, &estate(), &min("3")))
        .await
        .expect("answers");
    let b = bench
        .change_set(&request("shop-all", "b", ChangeSetKind::Update, &estate(), &min("4")))
        .await
        .expect("answers");
    bench.write.stacks.execute_change_set("shop-all", &a.id, "t").await.expect("executes");
    assert_eq!(bench.standby.stacks.change_set("shop-all", &b.id).await, Ok(None));
    bench.settled("shop-all").await;
    bench.edit(|state| {
        let stack = state.region_mut("us-west-2").stacks.get_mut("shop-all").expect("there");
        stack.generation += 1;
    });
    let c = bench
        .change_set(&request("shop-all", "c", ChangeSetKind::Update, &estate(), &min("5")))
        .await
        .expect("answers");
    bench.edit(|state| state.region_mut("us-west-2").stacks.get_mut("shop-all").expect("there").generation += 1);
    let stale = bench.standby.stacks.change_set("shop-all", &c.id).await.expect("answers").expect("there");
    assert_eq!(stale.state, ChangeSetState::Obsolete);
    let refused = bench.write.stacks.execute_change_set("shop-all", &c.id, "u").await.expect_err("stale");
    assert_eq!(refused.kind, CloudErrorKind::Conflict);
}

#[tokio::test]
async fn a_create_change_set_leaves_a_stack_in_review() {
    let bench = Bench::shop().await;
    bench.publish_image().await;
    let first = request("shop-all", "first", ChangeSetKind::Create, &estate(), &ESTATE);
    let set = bench.change_set(&first).await.expect("answers");
    assert!(set.changes.iter().all(|change| change.action == ChangeAction::Add));
    assert_eq!(set.changes.len(), 10);
    assert!(bench.state().regions["us-west-2"].vpcs.is_empty(), "nothing is made before it is executed");
    let again = bench.write.stacks.create_change_set(&first).await.expect("the same token is the same change set");
    assert_eq!(again, set.id);
    bench.write.stacks.delete_change_set("shop-all", &set.id).await.expect("deletes");
    assert!(bench.stack("shop-all").await.expect("stays").status.is_review());
    bench.write.stacks.delete_stack("shop-all", "d").await.expect("deletes");
    assert!(bench.stack("shop-all").await.is_none());
}

/// What CreateChangeSet says of a template: refused at once, or a change set that failed.
async fn check(resources: Value, parameters: &[(&str, &str)], expected: &str) {
    let bench = Bench::shop().await;
    let template = match resources.get("Resources") {
        Some(_) => resources,
        None => json!({"Resources": resources}),
    };
    let made = bench.change_set(&request("s", "c", ChangeSetKind::Create, &template, parameters)).await;
    let said = match made {
        Err(error) => error.message,
        Ok(set) => match set.state {
            ChangeSetState::Failed(reason) => reason,
            other => format!("{other:?}"),
        },
    };
    assert!(said.contains(expected), "{said}\nexpected: {expected}");
}

#[tokio::test]
async fn templates_are_refused_for_what_is_wrong_with_them() {
    let vpc = json!({"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}});
    check(json!({"V": vpc}), &[], "Ready").await;
    check(json!({"V": {"Type": "AWS::EC2::Vpc"}}), &[], "Unrecognized resource types: [AWS::EC2::Vpc]").await;
    check(
        json!({"V": {"Type": "AWS::EC2::VPC", "Properties": {"Cidr": "x"}}}),
        &[],
        "Encountered unsupported property Cidr",
    )
    .await;
    check(json!({"V": {"Type": "AWS::EC2::VPC"}}), &[], "/CidrBlock} is required").await;
    check(
        json!({"S": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Nobody"}}}}),
        &[],
        "Unresolved resource dependencies [Nobody]",
    )
    .await;
    let circle =
        |a: &str| json!({"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": a}}});
    check(json!({"A": circle("B"), "B": circle("A")}), &[], "Circular dependency between resources: [A, B]").await;
    check(json!({"V": vpc}), &[("Extra", "1")], "Parameters: [Extra] do not exist in the template").await;
    let with = |kind: &str| json!({"Parameters": {"P": {"Type": kind}}, "Resources": {"V": vpc}});
    check(with("String"), &[], "Parameters: [P] must have values").await;
    check(with("Number"), &[("P", "many")], "must be a number").await;
    check(
        with("AWS::SSM::Parameter::Value<String>"),
        &[("P", "/not/there")],
        "Unable to fetch parameters [/not/there]",
    )
    .await;
    check(with("AWS::EC2::VPC::Id"), &[("P", "vpc-1")], "vpc-1 for parameter name P does not exist").await;
    check(
        json!({"V": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": {"Fn::ImportValue": "x"}}}}),
        &[],
        "does not evaluate Fn::ImportValue",
    )
    .await;
    check(
        json!({"V": vpc, "Pad": {"Type": "AWS::SSM::Parameter", "Metadata": "x".repeat(51_200), "Properties": {}}}),
        &[],
        "less than or equal to 51200",
    )
    .await;
}

#[tokio::test]
async fn kinds_must_fit_what_is_there() {
    let bench = Bench::estate().await;
    let refused = |name: &'static str, kind, stack: &'static str| {
        let bench = &bench;
        async move {
            bench
                .write
                .stacks
                .create_change_set(&request(stack, name, kind, &estate(), &ESTATE))
                .await
                .expect_err("refused")
        }
    };
    assert_eq!(refused("x", ChangeSetKind::Create, "shop-all").await.kind, CloudErrorKind::Conflict);
    assert_eq!(refused("x", ChangeSetKind::Update, "nobody").await.kind, CloudErrorKind::NotFound);
    assert!(refused("1x", ChangeSetKind::Create, "fresh").await.message.contains("[a-zA-Z][-a-zA-Z0-9]*"));
    assert!(bench.stack("fresh").await.is_none(), "a refusal leaves no stack behind");
    assert_eq!(
        bench.write.stacks.upload_template("x", "{}").await.expect_err("no bucket").kind,
        CloudErrorKind::Unsupported
    );
}
