//! Owns the cases of databases that stand alone already: which are old, which are doubtful, which count.

use std::collections::BTreeMap;

use super::*;
use crate::plan::past::What;
use crate::plan::past::tests::{HOME_PERHAPS, LED_HOME, LED_OUT, OUT, OUT_PERHAPS, led_to, told};
use crate::plan::runbook::Stood;

#[test]
fn a_database_that_is_old_is_said_to_be_old_and_no_graceful_plan_uses_it() {
    let alone = |mode, promoted: Option<SideName>| {
        let mut case = Case::new(mode, vec![orders()], Some(takes_over()));
        let one = database("shop-orders", "db.r6g.large", None);
        case.seen.databases = Ok(BTreeMap::from([(one.id.clone(), one)]));
        let twelve_hours_ago = declaration(mode).at - jiff::Span::new().hours(12);
        let past = promoted.map(|side| led_to(side, twelve_hours_ago));
        case.seen.past = past.map(|past| ("orders".to_owned(), past)).into_iter().collect();
        case
    };
    let (runbook, know) = alone(Mode::Ungraceful, Some(SideName::Primary)).planned();
    assert_eq!(know.losses[0].seconds, Some(12 * 3_600));
    assert_eq!(know.point_holds(Span::from_secs(300)), Some(false));
    assert!(title(&runbook, "promote-orders").contains("is OLD"), "{}", title(&runbook, "promote-orders"));
    let promote = runbook.step(&promote_id("orders")).expect("a step");
    assert!(matches!(&promote.action, Action::Promote { stood: Stood::Stale { run, .. }, .. } if run == "r0"));
    let refused = alone(Mode::Graceful, Some(SideName::Primary)).plan().expect_err("it would lose writes");
    assert!(refused.to_string().contains("a graceful declaration loses no write"), "{refused}");
    let (runbook, know) = alone(Mode::Ungraceful, Some(SideName::Standby)).planned();
    assert_eq!(know.losses, [], "it was promoted, and nothing has gone home since");
    assert_eq!(title(&runbook, "promote-orders"), "orders is promoted already: shop-orders takes writes");
    let (_, know) = alone(Mode::Ungraceful, None).planned();
    assert_eq!((know.losses[0].seconds, know.point_holds(Span::from_secs(300))), (None, None));
    assert!(alone(Mode::Graceful, Some(SideName::Standby)).plan().is_ok());
}

#[test]
fn a_standby_promoted_after_it_was_protected_again_is_not_old_and_what_is_doubtful_is_said() {
    let home = [(1, OUT), (1, LED_OUT), (2, HOME_PERHAPS), (2, LED_HOME)];
    let round = [&home[..], &[(2, What::Protected)]].concat();
    let after = |mode, deeds: &[(u32, What)]| {
        let mut case = Case::new(mode, vec![orders()], Some(takes_over()));
        let one = database("shop-orders", "db.r6g.large", None);
        case.seen.databases = Ok(BTreeMap::from([(one.id.clone(), one)]));
        case.seen.past = BTreeMap::from([("orders".to_owned(), told(deeds))]);
        case
    };
    for (deeds, stale, unknown) in [
        ([&round[..], &[(3, OUT_PERHAPS), (3, LED_OUT)]].concat(), false, None),
        (
            [&round[..], &[(3, OUT_PERHAPS)]].concat(),
            false,
            Some(
                "run r3 promoted shop-orders, and no run has led the users to it since run r2 led them to the primary",
            ),
        ),
        (
            round.clone(),
            false,
            Some(
                "run r2 made shop-orders a replica again, no run tells who promoted it after that, and no run has led the \
                 users to it since",
            ),
        ),
        (home.to_vec(), true, None),
        (home[..3].to_vec(), false, Some("whether run r2 has promoted shop-orders in the primary is not known")),
    ] {
        let (runbook, know) = after(Mode::Ungraceful, &deeds).planned();
        let title = title(&runbook, "promote-orders");
        assert_eq!(title.contains("is OLD"), stale, "{deeds:?}: {title}");
        let told: Vec<&str> = know.losses.iter().filter_map(|loss| loss.unknown.as_deref()).collect();
        assert_eq!(told, unknown.into_iter().collect::<Vec<_>>(), "{deeds:?}");
        let refused = after(Mode::Graceful, &deeds).plan().err();
        assert_eq!(refused.is_some(), stale || unknown.is_some(), "{deeds:?}: {refused:?}");
    }
    let mut said = after(Mode::Graceful, &round);
    said.options.skips = vec![Skip { step: "promote-orders".into(), because: "it has everything".into() }];
    assert!(said.plan().is_ok(), "a person has compared them");
}
