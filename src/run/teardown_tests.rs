//! Tests of teardowns against the scripted CloudFormation.

use super::*;
use crate::cloud::CloudErrorKind;
use crate::facts::DatabaseFacts;
use crate::run::event::Recorded;
use crate::run::provision::fake::{Fake, body, event, options, stack_intent, two_stacks};

async fn plan_of(fake: &Fake) -> TeardownPlan {
    plan_with(fake, false).await
}

async fn plan_with(fake: &Fake, with_data: bool) -> TeardownPlan {
    let intent = TeardownIntent {
        environment: "shop".into(),
        compute_stacks: 1,
        databases: vec!["shop-orders".into()],
        with_data,
        outside: vec![],
    };
    look_for_teardown(&fake.ports(), intent, &options(), &Recorded::default(), &Stop::never()).await.unwrap()
}

async fn carry_out(fake: &Fake, plan: &TeardownPlan) -> ProvisionReport {
    teardown(&fake.ports(), plan, &options(), &Recorded::default(), &Stop::never()).await
}

fn deployed() -> Fake {
    let intent = two_stacks();
    Fake::new().with(&intent.stacks[0], "CREATE_COMPLETE", &[]).with(&intent.stacks[1], "UPDATE_COMPLETE", &[])
}

#[tokio::test]
async fn stacks_go_in_reverse_order_until_none_is_left() {
    let fake = deployed();
    let plan = plan_of(&fake).await;
    assert_eq!(plan.stacks.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["shop-compute", "shop-network"]);
    assert_eq!(plan.stacks.iter().map(|s| s.resources.len()).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(plan.absent.len(), 3);
    let report = carry_out(&fake, &plan).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(fake.ledger(), ["delete stack shop-compute", "delete stack shop-network"]);
    assert_eq!(fake.left(), (vec![], 0));

    let again = plan_of(&fake).await;
    assert!(again.stacks.is_empty());
    assert!(!carry_out(&fake, &again).await.changed());
}

#[tokio::test]
async fn what_has_gone_meanwhile_is_fine() {
    let fake = deployed();
    let plan = plan_of(&fake).await;
    fake.edit(|state| state.stacks.remove("shop-compute"));
    let report = carry_out(&fake, &plan).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.done.iter().map(|d| d.deed).collect::<Vec<_>>(), [Deed::Unchanged, Deed::Deleted]);
}

#[tokio::test]
async fn a_deletion_that_fails_names_its_cause_and_stops() {
    let fake = deployed();
    let plan = plan_of(&fake).await;
    fake.edit(|state| {
        let reason = Some("resource sg-1 has a dependent object");
        let events = vec![
            event("d1", "WebGroup", "AWS::X", "DELETE_FAILED", reason),
            event("d2", "shop-compute", "AWS::CloudFormation::Stack", "DELETE_FAILED", Some("WebGroup")),
        ];
        let frames = vec![("DELETE_IN_PROGRESS", vec![]), ("DELETE_FAILED", events)];
        state.endings.entry("shop-compute".into()).or_default().push_back(frames);
    });
    let report = carry_out(&fake, &plan).await;
    assert_eq!(report.not_started, [StackName("shop-network".into())]);
    let stopped = report.stopped.unwrap();
    insta::assert_snapshot!(format!("{}\n{}\n{}", stopped.what, stopped.why.join("\n"), stopped.next.join("\n")), @r#"
    the deletion of stack shop-compute failed: it is in DELETE_FAILED
    AWS::X WebGroup is DELETE_FAILED: resource sg-1 has a dependent object
    something outside this stack still uses it: remove that first, then run this again
    remove what holds it and run `lifeboat provision shop.yaml` again; as a last resort `aws cloudformation delete-stack --deletion-mode FORCE_DELETE_STACK --stack-name shop-compute --region us-west-2` leaves the rest behind
    continue with `lifeboat provision shop.yaml`
    "#);

    let report = carry_out(&fake, &plan_of(&fake).await).await;
    assert!(report.is_complete(), "a stack in DELETE_FAILED is deleted again: {report:?}");
}

#[tokio::test]
async fn protected_and_busy_stacks_are_refused_before_anything_is_deleted() {
    let fake = deployed();
    fake.edit(|state| state.stacks.get_mut("shop-network").unwrap().facts.termination_protection = true);
    let report = carry_out(&fake, &plan_of(&fake).await).await;
    let stopped = report.stopped.unwrap();
    assert_eq!((stopped.kind, fake.ledger().len()), (StopKind::Refused, 0));
    assert!(stopped.next[0].contains("--no-enable-termination-protection --stack-name shop-network"), "{stopped:?}");

    let network = stack_intent(Part::Network, &["Vpc"]);
    let fake = Fake::new().with(&network, "UPDATE_IN_PROGRESS", &[]);
    assert_eq!(plan_of(&fake).await.stacks[0].blocked.as_ref().unwrap().reason, "UPDATE_IN_PROGRESS is under way");
}

/// Both stacks, and between them a protected one with a database in the first one's subnet.
fn with_data() -> Fake {
    let data = stack_intent(Part::Data, &["OrdersDatabase"]);
    let fake = deployed().with(&data, "CREATE_COMPLETE", &[("PrivateSubnets", "subnet-1,subnet-9")]);
    fake.edit(|state| {
        state.stacks.get_mut("shop-data").unwrap().facts.termination_protection = true;
        state.databases = vec![DatabaseFacts { id: "shop-orders".into(), ..DatabaseFacts::default() }];
    });
    fake
}

#[tokio::test]
async fn data_is_left_with_what_it_stands_on() {
    let fake = with_data();
    let report = carry_out(&fake, &plan_of(&fake).await).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(fake.ledger(), ["delete stack shop-compute"]);
    insta::assert_snapshot!(report.left_behind.join("\n"), @"
    stack shop-data: it holds the standby's data; add --with-data to delete the stack as well; its databases stay even then
    stack shop-network: shop-data stands on it; it goes once shop-data is gone
    ");
    assert!(fake.edit(|state| state.stacks["shop-data"].facts.termination_protection), "it stays protected");
}

#[tokio::test]
async fn what_a_failback_kept_aside_is_found_and_named() {
    let fake = with_data();
    let aside = |id: &str| DatabaseFacts { id: id.into(), ..DatabaseFacts::default() };
    fake.edit(|state| state.databases.push(aside("shop-orders-before-20261107-031500-9c4e12")));
    fake.edit(|state| state.databases.push(aside("somebody-elses")));
    let plan = plan_with(&fake, true).await;
    let told: Vec<&str> = plan.databases.iter().map(|one| one.what.as_str()).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].contains("a failback kept it aside when it made shop-orders anew"), "{told:?}");
}

#[tokio::test]
async fn the_data_stack_goes_when_asked_for_and_its_databases_do_not() {
    let fake = with_data();
    let report = carry_out(&fake, &plan_with(&fake, true).await).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(
        fake.ledger(),
        ["delete stack shop-compute", "protect shop-data false", "delete stack shop-data"],
        "protection goes only where the stack goes, and right before it"
    );
    assert!(report.left_behind[0].contains("database shop-orders stands in it"), "{report:?}");

    // Somebody deletes the database: now the rest goes too.
    fake.edit(|state| state.databases.clear());
    let report = carry_out(&fake, &plan_of(&fake).await).await;
    assert!(report.is_complete() && report.left_behind.is_empty(), "{report:?}");
    assert_eq!(fake.left(), (vec![], 0));
}

#[tokio::test]
async fn protection_that_cannot_be_lifted_stops_before_the_deletion() {
    let fake = with_data();
    let plan = plan_with(&fake, true).await;
    fake.fail("UpdateTerminationProtection", CloudErrorKind::Denied, 1);
    let stopped = carry_out(&fake, &plan).await.stopped.expect("it stops");
    assert!(stopped.why[0].contains("UpdateTerminationProtection"), "{stopped:?}");
    assert!(!fake.ledger().contains(&"delete stack shop-data".to_owned()), "{:?}", fake.ledger());
}

#[tokio::test]
async fn databases_that_cannot_be_seen_are_not_taken_for_absent() {
    let fake = with_data();
    fake.fail("DescribeDBInstances", CloudErrorKind::Denied, 1);
    let intent = TeardownIntent {
        environment: "shop".into(),
        compute_stacks: 1,
        databases: vec![],
        with_data: true,
        outside: vec![],
    };
    fake.edit(|state| {
        state.stacks.get_mut("shop-data").unwrap().resources[0].resource_type = "AWS::RDS::DBInstance".into()
    });
    let looked = look_for_teardown(&fake.ports(), intent, &options(), &Recorded::default(), &Stop::never()).await;
    assert!(looked.unwrap_err().to_string().contains("DescribeDBInstances"));
}

#[tokio::test]
async fn what_is_retained_is_told() {
    let fake = deployed();
    let plan = plan_of(&fake).await;
    fake.edit(|state| {
        let events = vec![event("d1", "Vpc", "AWS::EC2::VPC", "DELETE_SKIPPED", None)];
        let frames = vec![("DELETE_IN_PROGRESS", events), ("DELETE_COMPLETE", vec![])];
        state.endings.entry("shop-network".into()).or_default().push_back(frames);
    });
    let report = carry_out(&fake, &plan).await;
    assert_eq!(report.left_behind, ["Vpc (Vpc-id), kept by its deletion policy"]);
}

#[tokio::test]
async fn a_stack_beyond_those_the_file_names_goes_only_when_its_tag_says_whose_it_is() {
    let second = Part::all(2)[5];
    let fake = deployed().with(&stack_intent(second, &["ApiGroup"]), "CREATE_COMPLETE", &[]);
    let names = |plan: &TeardownPlan| plan.stacks.iter().map(|stack| stack.name.0.clone()).collect::<Vec<_>>();
    fake.edit(|state| state.stacks.get_mut("shop-compute-2").unwrap().facts.tags.clear());
    assert_eq!(names(&plan_of(&fake).await), ["shop-compute", "shop-network"]);
    fake.edit(|state| {
        let tag = (crate::model::ENVIRONMENT_TAG.to_owned(), "shop".to_owned());
        state.stacks.get_mut("shop-compute-2").unwrap().facts.tags.extend([tag]);
    });
    let plan = plan_of(&fake).await;
    assert_eq!(names(&plan), ["shop-compute-2", "shop-compute", "shop-network"]);
    assert_eq!(plan.absent.len(), 3, "what the file does not name is not missed");
}

#[tokio::test]
async fn an_unexecuted_stack_goes_too_and_throttling_is_waited_out() {
    let fake = Fake::new().with(&stack_intent(Part::Edge, &[]), "REVIEW_IN_PROGRESS", &[]);
    assert_eq!(body(&[]), fake.edit(|state| state.stacks["shop-edge"].body.clone()));
    fake.fail("DeleteStack", CloudErrorKind::Throttled, 2);
    let report = carry_out(&fake, &plan_of(&fake).await).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(fake.left(), (vec![], 0));
}
