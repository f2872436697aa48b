//! Tests of previews.

use super::*;

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
