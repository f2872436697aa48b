//! Tests of plans that are carried out.

use super::*;

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

/// Two stacks of which the second takes the DNS name of a load balancer of the first.
fn with_a_balancer() -> (Fake, Intent) {
    let mut intent = two_stacks();
    intent.stacks[0] = stack_intent(Part::Edge, &["Lb"]);
    let name = Input::LoadBalancerDns { part: Part::Edge, logical_id: "Lb".into() };
    intent.stacks[1].inputs = [("DnsNameLb".to_owned(), name)].into();
    let fake = Fake::new();
    fake.edit(|state| state.balancers = vec![balancer("lb-1", "lb-1.us-west-2.elb.amazonaws.com")]);
    (fake, intent)
}

#[tokio::test]
async fn a_load_balancers_name_reaches_the_next_stack_and_stays() {
    let (fake, intent) = with_a_balancer();
    let plan = plan_of(&fake, &intent).await;
    let later = &plan.stacks[1].later[0];
    assert_eq!((later.parameter.as_str(), later.part, later.reason), ("DnsNameLb", Part::Edge, LaterReason::Created));
    let (report, _) = carry_out(&fake, &intent, &plan, Allow::default()).await;
    assert!(report.is_complete(), "{report:?}");
    let given = fake.edit(|state| state.stacks["shop-compute"].facts.parameters["DnsNameLb"].clone());
    assert_eq!(given, "lb-1.us-west-2.elb.amazonaws.com");
    assert!(plan_of(&fake, &intent).await.is_no_change());

    fake.edit(|state| state.balancers[0].dns_name = "lb-2.us-west-2.elb.amazonaws.com".into());
    let moved = &plan_of(&fake, &intent).await.stacks[1];
    assert_eq!(moved.parameters[0].after.as_deref(), Some("lb-2.us-west-2.elb.amazonaws.com"));
}

#[tokio::test]
async fn a_load_balancer_that_cannot_be_looked_up_stops_before_its_consumer() {
    let (fake, intent) = with_a_balancer();
    let plan = plan_of(&fake, &intent).await;
    fake.fail("DescribeLoadBalancers", CloudErrorKind::Denied, 1);
    let (report, _) = carry_out(&fake, &intent, &plan, Allow::default()).await;
    let stopped = report.stopped.expect("it stops");
    assert!(stopped.why[0].contains("DescribeLoadBalancers"), "{stopped:?}");
    assert_eq!(fake.left().0, ["shop-edge CREATE_COMPLETE"]);
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
