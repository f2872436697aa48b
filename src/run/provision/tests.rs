//! Tests of previews and provisionings against the scripted CloudFormation: what they leave, and what they say.

use super::fake::*;
use super::*;
use crate::cloud::{ChangeSetState, CloudErrorKind};
use crate::facts::{ChangeAction, Replacement};
use crate::model::Part;
use crate::plan::provision::{Allow, Intent, LaterReason, PreviewBasis, ProvisionPlan, StackAction};
use crate::render::stack::Input;
use crate::run::event::Recorded;
use crate::run::{RunEvent, Stop};

const COMPUTE: &[(&str, &str)] = &[("VpcId", "vpc-1"), ("WebMin", "2"), ("WebMax", "10")];

/// Both stacks as an earlier deploy of the same intent left them.
fn deployed(intent: &Intent) -> Fake {
    Fake::new().with(&intent.stacks[0], "CREATE_COMPLETE", &[]).with(&intent.stacks[1], "UPDATE_COMPLETE", COMPUTE)
}

async fn plan_of(fake: &Fake, intent: &Intent) -> ProvisionPlan {
    preview(&fake.ports(), intent, &options(), &Recorded::default(), &Stop::never()).await.unwrap()
}

async fn carry_out(
    fake: &Fake,
    intent: &Intent,
    plan: &ProvisionPlan,
    allow: Allow,
) -> (ProvisionReport, Vec<RunEvent>) {
    let watch = Recorded::default();
    let report = provision(&fake.ports(), intent, plan, &allow, &options(), &watch, &Stop::never()).await;
    (report, watch.events())
}

fn actions(plan: &ProvisionPlan) -> Vec<&'static str> {
    plan.stacks.iter().map(|stack| crate::plan::provision::stale::kind(&stack.action)).collect()
}

#[tokio::test]
async fn a_first_preview_leaves_nothing_and_says_what_is_known_only_later() {
    let (fake, intent) = (Fake::new(), two_stacks());
    let plan = plan_of(&fake, &intent).await;
    assert_eq!(actions(&plan), ["create", "create"]);
    assert_eq!(plan.stacks[0].basis, PreviewBasis::ChangeSet);
    assert_eq!(plan.stacks[0].changes.len(), 2);
    assert_eq!(plan.stacks[1].basis, PreviewBasis::TemplateOnly);
    assert_eq!(plan.stacks[1].changes.len(), 1);
    assert_eq!(plan.stacks[1].later[0].reason, LaterReason::Created);
    assert_eq!(fake.left(), (vec![], 0));
    assert_eq!(
        fake.ledger(),
        ["create change set shop-network Create", "delete change set shop-network", "delete stack shop-network"]
    );
    assert_eq!(plan_of(&fake, &intent).await.digest, plan.digest, "the same deeds have the same digest");
}

#[tokio::test]
async fn everything_is_removed_when_a_preview_fails_or_is_stopped() {
    let intent = two_stacks();
    for kind in [CloudErrorKind::Denied, CloudErrorKind::Other] {
        let fake = Fake::new();
        fake.fail("DescribeChangeSet", kind, 1);
        let failure =
            preview(&fake.ports(), &intent, &options(), &Recorded::default(), &Stop::never()).await.unwrap_err();
        assert!(matches!(failure.error, ProvisionError::Cloud { .. }), "{failure}");
        assert_eq!((fake.left(), failure.left_behind), ((vec![], 0), vec![]));
    }
    let fake = Fake::new();
    let (switch, stop) = Stop::new();
    *fake.on_sleep.lock().unwrap() = Some(Box::new(move |_| switch.stop()));
    let failure = preview(&fake.ports(), &intent, &options(), &Recorded::default(), &stop).await.unwrap_err();
    assert_eq!(failure.error, ProvisionError::Interrupted);
    assert_eq!(fake.left(), (vec![], 0));
}

#[tokio::test]
async fn an_unanswered_request_is_asked_again_and_cleaned_up_by_name() {
    let (fake, intent) = (deployed(&two_stacks()), {
        let mut intent = two_stacks();
        intent.stacks[1].parameters.insert("WebMax".into(), "12".into());
        intent
    });
    fake.fail("CreateChangeSet", CloudErrorKind::Unreachable, 9);
    let failure = preview(&fake.ports(), &intent, &options(), &Recorded::default(), &Stop::never()).await.unwrap_err();
    assert!(failure.to_string().contains("got no answer"), "{failure}");
    assert!(fake.ledger().contains(&"delete change set shop-network".to_owned()), "{:?}", fake.ledger());
}

#[tokio::test]
async fn what_cannot_be_removed_is_told_with_the_command_that_removes_it() {
    let (fake, intent) = (Fake::new(), two_stacks());
    fake.fail("DeleteStack", CloudErrorKind::Denied, 1);
    let plan = plan_of(&fake, &intent).await;
    let warning = plan.warnings.join("\n");
    assert!(warning.contains("left behind: the empty stack shop-network"), "{warning}");
    assert!(warning.contains("aws cloudformation delete-stack --stack-name shop-network --region us-west-2"));
}

#[tokio::test]
async fn a_stack_that_became_real_meanwhile_is_not_deleted() {
    let (fake, intent) = (Fake::new(), two_stacks());
    *fake.on_sleep.lock().unwrap() = Some(Box::new(|state| {
        if let Some(stack) = state.stacks.get_mut("shop-network") {
            stack.facts.status.0 = "CREATE_IN_PROGRESS".into();
        }
    }));
    let _ = plan_of(&fake, &intent).await;
    assert!(!fake.ledger().iter().any(|line| line.starts_with("delete stack")), "{:?}", fake.ledger());
}

#[tokio::test]
async fn the_second_run_changes_nothing() {
    let (fake, intent) = (Fake::new(), two_stacks());
    let plan = plan_of(&fake, &intent).await;
    let (report, events) = carry_out(&fake, &intent, &plan, Allow::default()).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.done.iter().map(|d| d.deed).collect::<Vec<_>>(), [Deed::Created, Deed::Created]);
    assert_eq!(fake.left(), (vec!["shop-compute CREATE_COMPLETE".into(), "shop-network CREATE_COMPLETE".into()], 0));
    let inputs = fake.edit(|state| state.stacks["shop-compute"].facts.parameters.clone());
    assert_eq!(inputs["VpcId"], "vpc-1");
    let told = format!("{events:?}");
    assert!(told.contains("CREATE_COMPLETE AWS::EC2::VPC Vpc (2/2, 3s)"), "{told}");

    let again = plan_of(&fake, &intent).await;
    assert!(again.is_no_change());
    let before = fake.ledger().len();
    let (report, _) = carry_out(&fake, &intent, &again, Allow::default()).await;
    assert!(report.is_complete() && !report.changed());
    assert_eq!(fake.ledger().len(), before, "nothing to do is done without a single write");
    assert_eq!(fake.left().1, 0);
}

#[tokio::test]
async fn each_status_has_its_answer() {
    let check = async |status: &str, expected: &str, text: &str| {
        let intent = two_stacks();
        let fake = Fake::new().with(&intent.stacks[0], status, &[]).with(&intent.stacks[1], "CREATE_COMPLETE", COMPUTE);
        let plan = plan_of(&fake, &intent).await;
        assert_eq!(actions(&plan)[0], expected, "{status}");
        let told = format!("{:?}", crate::plan::provision::refusals(&plan, &Allow::default()));
        assert!(told.contains(text), "{status}: {told}");
    };
    check("REVIEW_IN_PROGRESS", "create", "").await;
    check("CREATE_COMPLETE", "no change", "").await;
    check("UPDATE_ROLLBACK_COMPLETE", "no change", "").await;
    check("UPDATE_FAILED", "no change", "").await;
    check("ROLLBACK_COMPLETE", "recreate", "--recreate").await;
    check("CREATE_FAILED", "recreate", "--recreate").await;
    check("UPDATE_IN_PROGRESS", "blocked", "an update is under way").await;
    check("UPDATE_ROLLBACK_IN_PROGRESS", "blocked", "a rollback is under way").await;
    check("UPDATE_ROLLBACK_FAILED", "blocked", "continue-update-rollback --stack-name shop-network").await;
    check("IMPORT_ROLLBACK_FAILED", "blocked", "by hand").await;
}

#[tokio::test]
async fn an_operation_under_way_is_waited_for_when_asked() {
    let intent = two_stacks();
    let fake = Fake::new().with(&intent.stacks[0], "UPDATE_IN_PROGRESS", &[]).with(
        &intent.stacks[1],
        "CREATE_COMPLETE",
        COMPUTE,
    );
    fake.edit(|state| {
        let frames = [("UPDATE_IN_PROGRESS", vec![]), ("UPDATE_COMPLETE", vec![])];
        state.stacks.get_mut("shop-network").unwrap().frames = frames.into();
    });
    let mut options = options();
    options.wait = Some(std::time::Duration::from_secs(60));
    let plan = preview(&fake.ports(), &intent, &options, &Recorded::default(), &Stop::never()).await.unwrap();
    assert!(plan.is_no_change(), "{plan:?}");
}

#[tokio::test]
async fn a_replaced_producer_makes_its_consumer_uncertain() {
    let intent = two_stacks();
    let fake = deployed(&intent);
    let script = |replacement| {
        fake.edit(|state| {
            state.changes.insert("shop-network".into(), vec![change("Vpc", ChangeAction::Modify, replacement)])
        });
    };
    script(Replacement::Always);
    let plan = plan_of(&fake, &intent).await;
    assert_eq!(actions(&plan), ["update", "update"], "the consumer is not `no change`");
    assert_eq!(plan.stacks[1].later[0].reason, LaterReason::Replaced);
    assert_eq!(plan.stacks[1].later[0].part, Part::Network);

    script(Replacement::Conditional);
    assert_eq!(plan_of(&fake, &intent).await.stacks[1].later[0].reason, LaterReason::MayBeReplaced);
    script(Replacement::Never);
    let plan = plan_of(&fake, &intent).await;
    assert_eq!(actions(&plan), ["update", "no change"]);
    assert_eq!(fake.left().1, 0);
}

#[tokio::test]
async fn destruction_and_shrinking_are_refused_without_their_flags() {
    let mut intent = two_stacks();
    let fake = deployed(&intent);
    fake.edit(|state| {
        let lost = vec![
            change("Old", ChangeAction::Remove, Replacement::Never),
            change("Vpc", ChangeAction::Modify, Replacement::Always),
        ];
        state.changes.insert("shop-network".into(), lost);
        state.groups = vec![group(2, 10, 8)];
    });
    intent.stacks[1].parameters.insert("WebMax".into(), "5".into());
    let plan = plan_of(&fake, &intent).await;
    let before = fake.ledger().len();
    let (report, _) = carry_out(&fake, &intent, &plan, Allow::default()).await;
    let stopped = report.stopped.unwrap();
    assert_eq!(stopped.kind, StopKind::Refused);
    insta::assert_snapshot!(stopped.why.join("\n"), @r#"
    shop-network would lose Old (removed), Vpc (replaced)
    tier web would be made smaller: maximum 5 is below the 8 that run
    "#);
    insta::assert_snapshot!(stopped.next.join("\n"), @r#"
    add --allow-replace when that is meant
    add --allow-shrink when that is meant; `lifeboat scale` is the usual way
    "#);
    assert_eq!(fake.ledger().len(), before, "a refused plan touches nothing");
    assert_eq!(report.not_started.len(), 2);

    let allow = Allow { replace: true, shrink: true, recreate: false };
    let (report, _) = carry_out(&fake, &intent, &plan, allow).await;
    assert!(report.is_complete(), "{:?}", report.stopped);
}

#[tokio::test]
async fn what_became_destructive_after_it_was_confirmed_stops() {
    let mut intent = two_stacks();
    intent.stacks[0].parameters.insert("Cidr".into(), "10.0.0.0/16".into());
    let fake = deployed(&intent);
    let plan = plan_of(&fake, &intent).await;
    fake.edit(|state| {
        state.changes.insert("shop-network".into(), vec![change("Vpc", ChangeAction::Modify, Replacement::Always)])
    });
    let allow = Allow { replace: true, shrink: true, recreate: true };
    let (report, _) = carry_out(&fake, &intent, &plan, allow).await;
    let stopped = report.stopped.unwrap();
    assert_eq!(stopped.kind, StopKind::Refused);
    assert!(stopped.why[0].contains("would now replace or remove Vpc"), "{stopped:?}");
    assert!(!fake.ledger().iter().any(|line| line.starts_with("execute")));
    assert_eq!(fake.left().1, 0, "the change set it looked with is gone again");
}

#[tokio::test]
async fn the_first_failing_resource_is_the_root_cause() {
    let (fake, intent) = (Fake::new(), two_stacks());
    let plan = plan_of(&fake, &intent).await;
    let vpc = "AWS::EC2::VPC";
    fake.edit(|state| {
        let mut foreign = event("e0", "Elsewhere", vpc, "CREATE_FAILED", Some("another operation's"));
        foreign.token = Some("somebody-else".into());
        let frames = vec![
            ("CREATE_IN_PROGRESS", vec![foreign]),
            (
                "ROLLBACK_IN_PROGRESS",
                vec![
                    event("e1", "Vpc", vpc, "CREATE_FAILED", Some("The maximum number of VPCs has been reached.")),
                    event("e2", "Subnet", vpc, "CREATE_FAILED", Some("Resource creation cancelled")),
                    event("e3", "Other", vpc, "CREATE_FAILED", Some("Not this one, it came later")),
                ],
            ),
            ("ROLLBACK_COMPLETE", vec![]),
        ];
        state.endings.entry("shop-network".into()).or_default().push_back(frames);
    });
    let (report, _) = carry_out(&fake, &intent, &plan, Allow::default()).await;
    assert_eq!(report.not_started.len(), 1, "dependants are not started");
    let stopped = report.stopped.unwrap();
    let failure = stopped.failure.clone().unwrap();
    assert_eq!((failure.root.unwrap().logical_id.as_str(), failure.others), ("Vpc", 1));
    insta::assert_snapshot!(format!("{}\n{}\n{}\n{}", stopped.what, failure.state, stopped.why.join("\n"), stopped.next.join("\n")), @r#"
    the creation of stack shop-network failed: it is in ROLLBACK_COMPLETE
    what was made has been removed again; the empty stack is in the way
    AWS::EC2::VPC Vpc is CREATE_FAILED: The maximum number of VPCs has been reached.
    a quota is reached: remove what is not needed or ask for a higher quota in the standby Region
    continue with `lifeboat provision shop.yaml --recreate`
    "#);

    // The command that continues does continue.
    let plan = plan_of(&fake, &intent).await;
    assert_eq!(actions(&plan), ["recreate", "create"]);
    let (report, _) = carry_out(&fake, &intent, &plan, Allow { recreate: true, ..Allow::default() }).await;
    assert!(report.is_complete(), "{:?}", report.stopped);
    assert_eq!(report.done[0].deed, Deed::Recreated);
}

#[tokio::test]
async fn an_update_that_was_rolled_back_is_a_failure() {
    let mut intent = two_stacks();
    intent.stacks[0].parameters.insert("Cidr".into(), "10.0.0.0/16".into());
    let fake = deployed(&intent);
    let plan = plan_of(&fake, &intent).await;
    fake.edit(|state| {
        let frames = vec![("UPDATE_IN_PROGRESS", vec![]), ("UPDATE_ROLLBACK_COMPLETE", vec![])];
        state.endings.entry("shop-network".into()).or_default().push_back(frames);
    });
    let (report, _) = carry_out(&fake, &intent, &plan, Allow::default()).await;
    let stopped = report.stopped.unwrap();
    assert_eq!(stopped.kind, StopKind::Failed);
    assert_eq!(stopped.failure.unwrap().state, "it is back at what it was before");
}

#[tokio::test]
async fn unanswered_polls_never_fail_a_deploy_before_the_deadline() {
    let (fake, intent) = (Fake::new(), two_stacks());
    let plan = plan_of(&fake, &intent).await;
    fake.edit(|state| {
        let frames: Vec<Frame> = vec![("CREATE_IN_PROGRESS", vec![]); 3];
        state.endings.entry("shop-network".into()).or_default().push_back(frames);
    });
    *fake.on_sleep.lock().unwrap() = Some(Box::new(|state| {
        let running = state.stacks.get("shop-network").is_some_and(|s| s.facts.status.0 == "CREATE_IN_PROGRESS");
        let queue = state.errors.entry("DescribeStacks").or_default();
        if running && queue.is_empty() {
            queue.push_back(error(CloudErrorKind::Throttled, "DescribeStacks"));
        }
    }));
    let (report, events) = carry_out(&fake, &intent, &plan, Allow::default()).await;
    let stopped = report.stopped.unwrap();
    assert_eq!(stopped.kind, StopKind::Unwatched);
    assert!(stopped.why[0].contains("no answer for 300 s: DescribeStacks"), "{stopped:?}");
    assert!(stopped.next.iter().any(|n| n.contains("lifeboat provision shop.yaml --wait 30m")));
    assert!(events.len() > 50, "it was told at every poll that the wait goes on");
}

#[tokio::test]
async fn a_stopped_wait_says_that_the_operation_goes_on() {
    let (fake, intent) = (Fake::new(), two_stacks());
    let plan = plan_of(&fake, &intent).await;
    let (switch, stop) = Stop::new();
    *fake.on_sleep.lock().unwrap() = Some(Box::new(move |state| {
        if state.ledger.iter().any(|line| line.starts_with("execute")) {
            switch.stop();
        }
    }));
    let report =
        provision(&fake.ports(), &intent, &plan, &Allow::default(), &options(), &Recorded::default(), &stop).await;
    let stopped = report.stopped.unwrap();
    assert_eq!(stopped.kind, StopKind::Interrupted);
    assert!(stopped.what.contains("goes on in CloudFormation"), "{stopped:?}");
    assert_eq!(fake.left().0, ["shop-network CREATE_IN_PROGRESS"], "what had begun is left alone");
}

#[tokio::test]
async fn an_execution_that_was_not_answered_is_settled_by_looking() {
    // The call went through although its answer was lost: the retry finds the change set gone.
    let (fake, intent) = (Fake::new(), two_stacks());
    let plan = plan_of(&fake, &intent).await;
    fake.edit(|state| {
        state.errors.entry("ExecuteChangeSet").or_default().push_back(error(CloudErrorKind::Unreachable, "Execute"));
    });
    let mut first = true;
    *fake.on_sleep.lock().unwrap() = Some(Box::new(move |state| {
        let asked = state.errors.get("ExecuteChangeSet").is_some_and(|queue| queue.is_empty());
        if first && asked && state.sets.keys().any(|key| key.starts_with("shop-network")) {
            first = false;
            state.sets.clear();
            let stack = state.stacks.get_mut("shop-network").unwrap();
            stack.next = Some((body(&["Subnet", "Vpc"]), Default::default()));
            stack.frames = [("CREATE_IN_PROGRESS", vec![]), ("CREATE_COMPLETE", vec![])].into();
        }
    }));
    let (report, _) = carry_out(&fake, &intent, &plan, Allow::default()).await;
    assert!(report.is_complete(), "{:?}", report.stopped);

    // It never began: that is a failure, the stack is as before and the change set is removed.
    let mut intent = two_stacks();
    intent.stacks[0].parameters.insert("Cidr".into(), "10.0.0.0/16".into());
    let fake = deployed(&intent);
    let plan = plan_of(&fake, &intent).await;
    fake.fail("ExecuteChangeSet", CloudErrorKind::Unreachable, 4);
    let (report, _) = carry_out(&fake, &intent, &plan, Allow::default()).await;
    let stopped = report.stopped.unwrap();
    assert!(stopped.what.contains("was not touched"), "{stopped:?}");
    assert_eq!(fake.left().1, 0);
}

#[tokio::test]
async fn zones_stay_once_deployed_and_too_few_are_an_error() {
    let mut intent = two_stacks();
    for (name, index) in [("ZoneA", 0), ("ZoneB", 1)] {
        intent.stacks[0].inputs.insert(name.into(), Input::Zone { index });
    }
    let fake = Fake::new();
    let plan = plan_of(&fake, &intent).await;
    let zones: Vec<_> = plan.stacks[0].parameters.iter().filter_map(|p| p.after.as_deref()).collect();
    assert_eq!(zones, ["us-west-2a", "us-west-2b"], "by name");

    let kept = [("ZoneA", "us-west-2c"), ("ZoneB", "us-west-2d")];
    let fake = Fake::new().with(&intent.stacks[0], "CREATE_COMPLETE", &kept).with(
        &intent.stacks[1],
        "CREATE_COMPLETE",
        COMPUTE,
    );
    assert!(plan_of(&fake, &intent).await.is_no_change());

    let fake = Fake::new();
    fake.edit(|state| state.zones.truncate(1));
    let failure = preview(&fake.ports(), &intent, &options(), &Recorded::default(), &Stop::never()).await.unwrap_err();
    insta::assert_snapshot!(failure, @r#"stack shop-network: parameter ZoneB needs 2 Availability Zones and the Region has 1 open to this account (us-west-2b); lower network.availability_zones or choose another Region"#);
    assert_eq!(fake.ledger(), Vec::<String>::new());
}

#[tokio::test]
async fn large_templates_are_squeezed_then_uploaded_then_refused() {
    let mut intent = two_stacks();
    let ids: Vec<String> = (0..1_000).map(|n| format!("Resource{n}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    intent.stacks[0] = stack_intent(Part::Network, &[&ids[..], &["Vpc"]].concat());
    assert!(intent.stacks[0].body.len() > 51_200);
    let fake = Fake::new();
    assert_eq!(plan_of(&fake, &intent).await.stacks[0].changes.len(), 1_001);

    let ids: Vec<String> = (0..3_000).map(|n| format!("Resource{n}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    intent.stacks[0] = stack_intent(Part::Network, &[&ids[..], &["Vpc"]].concat());
    let fake = Fake::new();
    let failure = preview(&fake.ports(), &intent, &options(), &Recorded::default(), &Stop::never()).await.unwrap_err();
    assert!(matches!(failure.error, ProvisionError::TemplateTooLarge { .. }), "{failure}");
    assert_eq!(fake.ledger(), Vec::<String>::new());
    fake.edit(|state| state.bucket = true);
    assert_eq!(plan_of(&fake, &intent).await.stacks[0].changes.len(), 3_001);
    assert!(fake.ledger()[0].starts_with("upload shop-network-"), "{:?}", fake.ledger()[0]);
}

#[tokio::test]
async fn a_refused_change_set_blocks_its_stack_and_shows_the_others() {
    let intent = two_stacks();
    let fake = deployed(&intent);
    fake.edit(|state| {
        let reason = "Unable to fetch parameters [/lifeboat/shop/images/web] from parameter store for this account.";
        state.set_state.insert("shop-compute".into(), ChangeSetState::Failed(reason.into()));
    });
    let plan = plan_of(&fake, &intent).await;
    assert_eq!(actions(&plan), ["no change", "blocked"]);
    let StackAction::Blocked { next, .. } = &plan.stacks[1].action else { panic!("{plan:?}") };
    assert_eq!(next, "the images have not been published yet: run `lifeboat sync` first");
    assert_eq!(fake.left().1, 0);
}

#[tokio::test]
async fn a_change_set_of_nothing_is_no_change() {
    let intent = two_stacks();
    let fake = deployed(&intent);
    fake.edit(|state| state.set_state.insert("shop-network".into(), ChangeSetState::Ready));
    assert!(plan_of(&fake, &intent).await.is_no_change());
}
