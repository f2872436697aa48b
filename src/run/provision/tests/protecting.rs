//! Tests of termination protection: switched on with the stack, found off and mended, and what stands in its way.

use super::*;

/// A data stack alone.
fn data() -> Intent {
    Intent { stacks: vec![stack_intent(Part::Data, &["OrdersDatabase"])], ..two_stacks() }
}

fn is_on(fake: &Fake) -> bool {
    fake.edit(|state| state.stacks["shop-data"].facts.termination_protection)
}

#[tokio::test]
async fn a_data_stack_is_protected_as_soon_as_it_stands_and_then_left_alone() {
    let (fake, intent) = (Fake::new(), data());
    let plan = plan_of(&fake, &intent).await;
    assert_eq!(plan.stacks[0].protection, Some(Protection::New));
    let (report, _) = carry_out(&fake, &intent, &plan, Allow::default()).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(report.done[0].deed, Deed::Created);
    assert!(is_on(&fake));

    let again = plan_of(&fake, &intent).await;
    assert_eq!(again.stacks[0].protection, Some(Protection::On));
    assert!(again.is_no_change());
    let before = fake.ledger();
    carry_out(&fake, &intent, &again, Allow::default()).await;
    assert_eq!(fake.ledger(), before, "what is on is not switched on again");
}

#[tokio::test]
async fn other_stacks_are_not_protected() {
    let (fake, intent) = (Fake::new(), two_stacks());
    let plan = plan_of(&fake, &intent).await;
    carry_out(&fake, &intent, &plan, Allow::default()).await;
    assert!(!fake.ledger().iter().any(|line| line.starts_with("protect")), "{:?}", fake.ledger());
}

#[tokio::test]
async fn protection_that_was_found_off_is_a_change_of_its_own() {
    let intent = data();
    let fake = Fake::new().with(&intent.stacks[0], "UPDATE_COMPLETE", &[]);
    let plan = plan_of(&fake, &intent).await;
    assert_eq!((actions(&plan), plan.stacks[0].protection), (vec!["no change"], Some(Protection::FoundOff)));
    assert!(!plan.is_no_change());
    let asked = fake.ledger().len();
    let (report, _) = carry_out(&fake, &intent, &plan, Allow::default()).await;
    assert_eq!((report.done[0].deed, report.changed()), (Deed::Protected, true));
    assert_eq!(fake.ledger()[asked..], ["protect shop-data true"], "nothing else is done to it");

    // Somebody did it between plan and run.
    let fake = Fake::new().with(&intent.stacks[0], "UPDATE_COMPLETE", &[]);
    fake.edit(|state| state.stacks.get_mut("shop-data").unwrap().facts.termination_protection = true);
    let (report, _) = carry_out(&fake, &intent, &plan, Allow::default()).await;
    assert_eq!((report.done[0].deed, fake.ledger().len()), (Deed::Unchanged, 0));
}

#[tokio::test]
async fn an_update_mends_it_too() {
    let mut intent = data();
    let fake = Fake::new().with(&intent.stacks[0], "UPDATE_COMPLETE", &[]);
    intent.stacks[0].parameters.insert("Class".into(), "db.r6g.large".into());
    let plan = plan_of(&fake, &intent).await;
    let (report, _) = carry_out(&fake, &intent, &plan, Allow::default()).await;
    assert_eq!((report.done[0].deed, is_on(&fake)), (Deed::Updated, true));
}

#[tokio::test]
async fn a_refusal_stops_and_the_next_run_mends_it() {
    let (fake, mut intent) = (Fake::new(), data());
    intent.stacks.push(stack_intent(Part::COMPUTE, &["WebGroup"]));
    let plan = plan_of(&fake, &intent).await;
    fake.fail("UpdateTerminationProtection", CloudErrorKind::Denied, 1);
    let (report, _) = carry_out(&fake, &intent, &plan, Allow::default()).await;
    let stopped = report.stopped.expect("it stops");
    assert_eq!(stopped.what, "stack shop-data stands, but its termination protection could not be switched on");
    assert!(stopped.next.last().unwrap().contains("continue with `lifeboat provision shop.yaml`"), "{stopped:?}");
    assert_eq!(report.not_started.len(), 1);

    let plan = plan_of(&fake, &intent).await;
    let (report, _) = carry_out(&fake, &intent, &plan, Allow::default()).await;
    assert_eq!(report.done.iter().map(|done| done.deed).collect::<Vec<_>>(), [Deed::Protected, Deed::Created]);
    assert!(is_on(&fake));
}

#[tokio::test]
async fn throttling_is_waited_out_and_a_stand_in_without_it_is_told_of() {
    let (fake, intent) = (Fake::new(), data());
    let plan = plan_of(&fake, &intent).await;
    fake.fail("UpdateTerminationProtection", CloudErrorKind::Throttled, 2);
    let (report, _) = carry_out(&fake, &intent, &plan, Allow::default()).await;
    assert!(report.is_complete() && is_on(&fake), "{report:?}");

    let fake = Fake::new();
    let plan = plan_of(&fake, &intent).await;
    fake.fail("UpdateTerminationProtection", CloudErrorKind::Unsupported, 1);
    let (report, events) = carry_out(&fake, &intent, &plan, Allow::default()).await;
    assert!(report.is_complete() && !is_on(&fake), "{report:?}");
    assert!(format!("{events:?}").contains("it stays without termination protection"), "{events:?}");
}
