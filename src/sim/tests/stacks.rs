//! Deploying, failing, undoing and deleting stacks.

use serde_json::json;

use super::bench::{Bench, ESTATE, estate, pairs, request};
use crate::cloud::{ChangeSetKind, CloudErrorKind};
use crate::facts::StackEvent;

fn roots(events: &[StackEvent]) -> Vec<(&str, &str)> {
    events
        .iter()
        .filter(|event| event.is_root_failure())
        .map(|event| (event.logical_id.as_str(), event.reason.as_deref().unwrap_or("")))
        .collect()
}

#[tokio::test]
async fn a_template_becomes_an_estate() {
    let bench = Bench::estate().await;
    let stack = bench.stack("shop-all").await.expect("there");
    assert_eq!(stack.parameters, pairs(&ESTATE));
    let group = bench.standby.groups.groups(&["shop-web".to_owned()]).await.expect("answers").remove(0);
    assert_eq!((group.size.min, group.size.desired, group.size.max), (2, 2, 10), "desired is the minimum");
    assert_eq!(group.launch_template.as_ref().map(|r| r.version.as_str()), Some("1"));
    let reference = group.launch_template.expect("a template");
    let templates =
        bench.standby.launch_templates.launch_templates(std::slice::from_ref(&reference)).await.expect("answers");
    let template = &templates[&reference];
    assert_eq!(template.image_id.as_ref(), stack.resolved_parameters.get("Image"));
    assert_eq!(
        template.user_data_text().expect("text"),
        format!("export API=http://{} REGION=us-west-2 HOME=${{HOME}}", stack.outputs["Dns"])
    );
    // Present in the standby and absent in the primary.
    let primary = bench.primary.stacks.stacks(&["shop-all".to_owned()]).await.expect("answers");
    assert!(primary.is_empty());
    let events = bench.events("shop-all").await;
    let position =
        |id: &str, status: &str| events.iter().position(|e| e.logical_id == id && e.status == status).expect(id);
    assert!(position("Vpc", "CREATE_COMPLETE") < position("SubnetA", "CREATE_IN_PROGRESS"));
    assert!(position("Template", "CREATE_COMPLETE") < position("Web", "CREATE_IN_PROGRESS"));
    assert!(
        events.iter().skip(1).all(|event| event.token.as_deref() == Some("shop-all-first")),
        "events carry the token"
    );
    assert!(!events.iter().any(|event| event.logical_id == "Absent"));
    let mut ids: Vec<&str> = events.iter().map(|event| event.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), events.len(), "event ids are unique");
}

#[tokio::test]
async fn a_failed_create_rolls_back_and_names_the_root() {
    let bench = Bench::shop().await;
    bench.publish_image().await;
    bench.faults("us-west-2", |faults| {
        faults.capacity.insert("*".to_owned(), 1);
    });
    let mut template = estate();
    template["Resources"]["Slow"] = json!({"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "DependsOn": "Template", "Properties": {
        "Scheme": "internal", "Subnets": [{"Ref": "SubnetA"}, {"Ref": "SubnetB"}],
    }});
    let stack = bench.deploy(&request("shop-all", "first", ChangeSetKind::Create, &template, &ESTATE)).await;
    assert_eq!(stack.status.0, "ROLLBACK_COMPLETE");
    assert!(stack.status.must_be_recreated());
    let events = bench.events("shop-all").await;
    let roots = roots(&events);
    assert_eq!(roots[0].0, "Web");
    assert!(roots[0].1.contains("Group did not stabilize") && roots[0].1.contains("{1/2/2}"), "{roots:?}");
    assert!(roots[0].1.contains("sufficient m6i.large capacity"), "{roots:?}");
    assert!(events.iter().any(|event| event.reason.as_deref() == Some("Resource creation cancelled")), "{events:#?}");
    let west = &bench.state().regions["us-west-2"];
    assert!(
        west.vpcs.is_empty()
            && west.groups.is_empty()
            && west.load_balancers.is_empty()
            && west.security_groups.is_empty()
    );
    // It can only be deleted.
    let again = request("shop-all", "again", ChangeSetKind::Update, &estate(), &ESTATE);
    assert_eq!(bench.write.stacks.create_change_set(&again).await.expect_err("refused").kind, CloudErrorKind::Invalid);
    bench.write.stacks.delete_stack("shop-all", "delete").await.expect("deletes");
    bench.wait(60).await;
    assert!(bench.stack("shop-all").await.is_none());
}

#[tokio::test]
async fn a_failed_update_puts_everything_back() {
    let bench = Bench::estate().await;
    let before = bench.state();
    let mut changed = estate();
    changed["Resources"]["WebSg"]["Properties"]["SecurityGroupIngress"][0]["CidrIp"] = json!("10.0.0.0/8");
    changed["Resources"]["Extra"] =
        json!({"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/x", "Type": "String", "Value": "1"}});
    changed["Resources"]["Secure"] = json!({
        "Type": "AWS::ElasticLoadBalancingV2::Listener",
        "DependsOn": ["WebSg", "Extra"],
        "Properties": {
            "LoadBalancerArn": {"Ref": "Balancer"}, "Port": 443, "Protocol": "HTTPS",
            "Certificates": [{"CertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/aaaa"}],
            "DefaultActions": [{"Type": "forward", "TargetGroupArn": {"Ref": "Targets"}}],
        },
    });
    let stack = bench.deploy(&request("shop-all", "second", ChangeSetKind::Update, &changed, &ESTATE)).await;
    assert_eq!(stack.status.0, "UPDATE_ROLLBACK_COMPLETE");
    assert!(!stack.status.is_success());
    let events = bench.events("shop-all").await;
    assert_eq!(roots(&events)[0].0, "Secure");
    assert!(roots(&events)[0].1.contains("CertificateNotFound"));
    let (before, after) = (&before.regions["us-west-2"], &bench.state().regions["us-west-2"]);
    let rules = |region: &crate::sim::state::RegionState| {
        region.security_groups.values().map(|group| group.told().ingress).collect::<Vec<_>>()
    };
    assert_eq!(rules(before), rules(after));
    assert!(!after.parameters.contains_key("/x"));
    assert_eq!(after.stacks["shop-all"].deployed, before.stacks["shop-all"].deployed);
}

#[tokio::test]
async fn an_update_cleans_up_what_it_replaced_and_removed() {
    let bench = Bench::estate().await;
    let old = bench.physical("shop-all", "Targets").await;
    let mut changed = estate();
    changed["Resources"]["Targets"]["Properties"]["Port"] = json!(9090);
    changed["Resources"].as_object_mut().expect("resources").remove("Gossip");
    let stack = bench.deploy(&request("shop-all", "second", ChangeSetKind::Update, &changed, &ESTATE)).await;
    assert_eq!(stack.status.0, "UPDATE_COMPLETE", "{:#?}", bench.events("shop-all").await);
    let new = bench.physical("shop-all", "Targets").await;
    assert_ne!(old, new);
    let found = bench.standby.balancing.target_groups(&[old, new.clone()]).await.expect("answers");
    assert_eq!(
        found.iter().map(|group| (group.arn.as_str(), group.port)).collect::<Vec<_>>(),
        [(new.as_str(), Some(9090))]
    );
    assert_eq!(found[0].load_balancer_arns.len(), 1, "the listener forwards to the new one");
    assert!(
        !bench.standby.stacks.resources("shop-all").await.expect("answers").iter().any(|r| r.logical_id == "Gossip")
    );
    let events = bench.events("shop-all").await;
    assert!(events.iter().any(|event| event.status == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"));
}

#[tokio::test]
async fn replacing_a_named_resource_fails() {
    let bench = Bench::estate().await;
    let mut named = estate();
    named["Resources"]["Targets"]["Properties"]["Name"] = json!("shop-web");
    bench.deploy(&request("shop-all", "named", ChangeSetKind::Update, &named, &ESTATE)).await;
    named["Resources"]["Targets"]["Properties"]["Port"] = json!(9090);
    let stack = bench.deploy(&request("shop-all", "replaced", ChangeSetKind::Update, &named, &ESTATE)).await;
    assert_eq!(stack.status.0, "UPDATE_ROLLBACK_COMPLETE");
    assert!(roots(&bench.events("shop-all").await)[0].1.contains("custom-named resource requires replacing"));
}

#[tokio::test]
async fn a_stack_is_deleted_users_first_and_told_of_by_id() {
    let bench = Bench::estate().await;
    let id = bench.stack("shop-all").await.expect("there").id;
    bench.write.stacks.delete_stack("shop-all", "gone").await.expect("deletes");
    assert_eq!(bench.stack("shop-all").await.expect("still there").status.0, "DELETE_IN_PROGRESS");
    bench.wait(600).await;
    assert!(bench.stack("shop-all").await.is_none());
    let events = bench.events(&id).await;
    assert_eq!(events.last().map(|event| event.status.as_str()), Some("DELETE_COMPLETE"));
    let position =
        |id: &str, status: &str| events.iter().position(|e| e.logical_id == id && e.status == status).expect(id);
    assert!(position("Web", "DELETE_COMPLETE") < position("Template", "DELETE_IN_PROGRESS"));
    assert!(position("SubnetA", "DELETE_COMPLETE") < position("Vpc", "DELETE_IN_PROGRESS"));
    let west = &bench.state().regions["us-west-2"];
    assert!(
        west.vpcs.is_empty() && west.groups.is_empty() && west.security_groups.is_empty() && west.things.is_empty()
    );
    bench.write.stacks.delete_stack("shop-all", "gone").await.expect("already gone");
}

#[tokio::test]
async fn what_others_still_use_is_not_deleted() {
    let bench = Bench::estate().await;
    let group = bench.physical("shop-all", "WebSg").await;
    let user = json!({"Resources": {"Other": {"Type": "AWS::EC2::SecurityGroup", "Properties": {
        "GroupDescription": "other", "VpcId": bench.physical("shop-all", "Vpc").await,
        "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "SourceSecurityGroupId": group}],
    }}}});
    bench.deploy(&request("other", "first", ChangeSetKind::Create, &user, &[])).await;
    bench.write.stacks.delete_stack("shop-all", "gone").await.expect("deletes");
    let stack = bench.settled("shop-all").await;
    assert_eq!(stack.status.0, "DELETE_FAILED");
    assert!(stack.status_reason.expect("why").contains("[WebSg]"));
    assert!(
        bench
            .events("shop-all")
            .await
            .iter()
            .any(|e| e.reason.as_deref().is_some_and(|r| r.contains("DependencyViolation")))
    );
}

#[tokio::test]
async fn a_protected_stack_is_not_deleted() {
    let bench = Bench::estate().await;
    let protect = async |stack: &str, on: bool| bench.write.stacks.set_termination_protection(stack, on).await;
    protect("shop-all", true).await.expect("on");
    protect("shop-all", true).await.expect("on already");
    assert!(bench.stack("shop-all").await.expect("there").termination_protection);
    let refused = bench.write.stacks.delete_stack("shop-all", "gone").await.expect_err("protected");
    assert_eq!((refused.kind, refused.code.as_deref()), (CloudErrorKind::Invalid, Some("ValidationError")));
    assert_eq!(refused.message, "Stack [shop-all] cannot be deleted while TerminationProtection is enabled");
    assert_eq!(bench.stack("shop-all").await.expect("there").status.0, "CREATE_COMPLETE");

    // An update keeps it, and is not hindered by it.
    let changed = [("Image", "/lifeboat/shop/images/web"), ("Min", "3"), ("Max", "10")];
    let stack = bench.deploy(&request("shop-all", "second", ChangeSetKind::Update, &estate(), &changed)).await;
    assert!(stack.status.is_success() && stack.termination_protection, "{stack:?}");

    protect("shop-all", false).await.expect("off");
    bench.write.stacks.delete_stack("shop-all", "gone").await.expect("deletes");
    for _ in 0..100 {
        bench.wait(30).await;
    }
    assert_eq!(bench.stack("shop-all").await, None);
    let absent = protect("shop-all", true).await.expect_err("gone");
    assert_eq!((absent.kind, absent.message.as_str()), (CloudErrorKind::NotFound, "Stack [shop-all] does not exist"));
}

#[tokio::test]
async fn only_one_operation_at_a_time() {
    let bench = Bench::estate().await;
    let changed = [("Image", "/lifeboat/shop/images/web"), ("Min", "3"), ("Max", "10")];
    let request_second = request("shop-all", "second", ChangeSetKind::Update, &estate(), &changed);
    let set = bench.change_set(&request_second).await.expect("a change set");
    bench.write.stacks.execute_change_set("shop-all", &set.id, "t").await.expect("executes");
    bench.write.stacks.execute_change_set("shop-all", &set.id, "t").await.expect("the same request is one");
    let third = request("shop-all", "third", ChangeSetKind::Update, &estate(), &ESTATE);
    assert_eq!(bench.write.stacks.create_change_set(&third).await.expect_err("busy").kind, CloudErrorKind::Conflict);
    assert_eq!(
        bench.write.stacks.delete_stack("shop-all", "d").await.expect_err("busy").kind,
        CloudErrorKind::Conflict
    );
    assert_eq!(bench.standby.stacks.detect_drift("shop-all").await.expect_err("busy").kind, CloudErrorKind::Conflict);
    assert_eq!(bench.settled("shop-all").await.status.0, "UPDATE_COMPLETE");
    let updates = bench
        .events("shop-all")
        .await
        .iter()
        .filter(|e| e.logical_id == "Web" && e.status == "UPDATE_COMPLETE")
        .count();
    assert_eq!(updates, 1);
}
