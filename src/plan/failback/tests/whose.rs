//! Owns the cases of what the primary's old database may hold: writes of its own, and the users of another environment.

use super::configured::{ALONE, OF_STANDBY, case, database, orders_away, recalled};
use super::*;
use crate::model::SideName;
use crate::plan::past::What;
use crate::plan::past::tests::{LED_OUT, OUT, told};

/// What a person is warned of before this case comes home.
fn warned(seen: Seen) -> Vec<String> {
    let runbook = planned(Case { orders_recorded: true, ..case(seen) }).expect("a plan");
    runbook.steps.iter().filter_map(|step| step.action.warning()).collect()
}

#[test]
fn what_an_earlier_failback_kept_of_a_primary_that_nobody_fenced_is_told_until_the_data_is_home() {
    let out = [(1, OUT), (1, LED_OUT)];
    let kept = [&out[..], &[(2, What::PutAside)]].concat();
    for (primary, deeds, expected) in [
        (ALONE, &out[..], Some("prod-orders-before-20261107-031500-9c4e")),
        (OF_STANDBY, &kept[..], Some("prod-orders-before-r2")),
        // Its replica could not be made.
        (None, &kept[..], Some("prod-orders-before-r2")),
        // It was found under its own name again, so that run had not come to keep it.
        (OF_STANDBY, &[&kept[..], &[(3, What::PutAside)]].concat()[..], Some("prod-orders-before-r3")),
        // A person made the replica.
        (OF_STANDBY, &out[..], None),
        (OF_STANDBY, &[&out[..], &[(1, What::Fenced), (2, What::PutAside)]].concat()[..], None),
    ] {
        let warned = warned(recalled(primary, told(deeds)));
        assert_eq!(warned.len(), usize::from(expected.is_some()), "{warned:?}");
        for (warning, kept) in warned.iter().zip(expected) {
            assert!(warning.contains("since run r1 took the writes away"), "{warning}");
            assert!(warning.contains(&format!("are kept in {kept} alone")), "{warning}");
        }
    }
}

#[test]
fn a_primary_that_something_foreign_follows_is_not_put_aside() {
    let followed = |replicas: &[&str]| {
        let mut case = orders_away();
        let orders = case.seen.data.get_mut("orders").expect("it").primary.as_mut().expect("it");
        orders.replicas = replicas.iter().map(|replica| (*replica).to_owned()).collect();
        planned(case)
    };
    let own = "arn:aws:rds:us-west-2:1:db:shop-orders";
    followed(&[own]).expect("RDS may still name what was promoted");
    let other = "arn:aws:rds:us-west-2:1:db:mail-orders";
    for (replicas, told) in [(&[own, other][..], other), (&["prod-orders-2"], "prod-orders-2")] {
        let refused = followed(replicas).expect_err("refused");
        let FailbackRefusal::Data { troubles } = &refused else { panic!("{refused:?}") };
        let words =
            format!("orders: prod-orders in the primary is followed by {told}, which is not of this environment");
        assert!(refused.to_string().starts_with(&words), "{refused}");
        assert!(troubles[0].hint().contains("do not fail back"), "{}", troubles[0].hint());
    }
}

#[test]
fn production_s_own_replicas_keep_nothing_from_coming_home() {
    let mut baseline = baseline();
    baseline.facts.groups = side(EIGHT);
    let mut production = database("prod-orders", None);
    production.replicas = vec!["prod-orders-2".into()];
    baseline.facts.databases.insert("prod-orders".into(), production.clone());
    let mut case = orders_away();
    case.seen.data.get_mut("orders").expect("it").primary = Some(production);
    let mut environment = environment();
    environment.data = case.data;
    let runbook = plan_failback(&FailbackInput {
        environment: &environment,
        baseline: &baseline,
        groups: &groups(8),
        primary: Ok(&side(EIGHT)),
        seen: &case.seen,
        declared_in: Some("r1"),
        declaration: declaration(Mode::Graceful),
        timeout_s: 600,
        data_timeout_s: 3_600,
    })
    .expect("a plan");
    let reseed = runbook.step(&reseed_home_id("orders")).expect("a step");
    assert!(matches!(&reseed.action, Action::Reseed { side: SideName::Primary, .. }), "{reseed:?}");
}
