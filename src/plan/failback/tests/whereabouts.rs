//! Owns the cases of where a database is: what a failback does about it, and what it refuses because nobody knows.

use super::configured::{ALONE, AWAY, OF_PRIMARY, OF_STANDBY, case, database, orders, recalled, seen, titles};
use super::*;
use crate::model::SideName;
use crate::plan::past::What;
use crate::plan::past::tests::{HOME, HOME_PERHAPS, LED_HOME, LED_OUT, OUT, OUT_PERHAPS, told};

#[test]
fn what_has_to_be_done_about_a_database_follows_from_where_it_is() {
    let told = |seen: Seen| titles(&planned(case(seen)).expect("a plan"), "orders");
    insta::assert_snapshot!(told(seen(OF_PRIMARY, ALONE, None, None)), @"stand shop-orders down from db.r6g.large to its standby footprint of db.t4g.medium, without a standby in another zone; if that fails, go on without");
    assert_eq!(told(seen(None, ALONE, None, None)), "", "the standby merely lacks its replica");
    insta::assert_snapshot!(told(seen(ALONE, ALONE, None, Some(SideName::Primary))), @"protect orders again (home since run r0): keep the standby's shop-orders as shop-orders-before-20261107-031500-9c4e, and make shop-orders a replica of prod-orders");
    let first = |seen: Seen| told(seen).lines().next().map(str::to_owned).unwrap_or_default();
    insta::assert_snapshot!(first(seen(ALONE, OF_STANDBY, Some(7), AWAY)), @"prod-orders in the primary is a replica of shop-orders already, 7 s behind");
    let mut gone = baseline();
    gone.facts.databases.insert("prod-orders".into(), database("prod-orders", None));
    gone.facts.groups = side(EIGHT);
    let mut environment = environment();
    environment.data = orders();
    let runbook = plan_failback(&FailbackInput {
        environment: &environment,
        baseline: &gone,
        groups: &groups(10),
        primary: Ok(&side(EIGHT)),
        seen: &seen(ALONE, None, None, AWAY),
        declared_in: Some("r1"),
        declaration: declaration(Mode::Graceful),
        timeout_s: 600,
        data_timeout_s: 3_600,
    });
    let made = titles(&runbook.expect("a plan"), "reseed-home");
    assert_eq!(made, "make prod-orders anew in the primary, a replica of shop-orders");
}

#[test]
fn what_is_not_known_of_data_is_refused_with_what_to_do() {
    let refused = |declared_in, seen: Seen| {
        let refusal = planned(Case { declared_in, ..case(seen) }).expect_err("refused");
        let FailbackRefusal::Data { troubles } = &refusal else { panic!("{refusal:?}") };
        assert!(troubles.iter().all(|trouble| !trouble.hint().is_empty()));
        refusal.to_string()
    };
    insta::assert_snapshot!(refused(Some("r1"), seen(None, ALONE, None, AWAY)), @"orders: the standby's database shop-orders is no longer there, so nothing can be brought home");
    insta::assert_snapshot!(refused(Some("r1"), seen(ALONE, OF_STANDBY, None, AWAY)), @"orders: how far the replica prod-orders in the primary is behind is not known");
    insta::assert_snapshot!(refused(None, seen(ALONE, ALONE, None, None)), @"orders: prod-orders in the primary and shop-orders in the standby both stand alone, and no run tells which was promoted last");
    let both = recalled(ALONE, told(&[(0, HOME), (0, LED_HOME), (1, LED_OUT)]));
    insta::assert_snapshot!(refused(Some("r1"), both), @"orders: prod-orders in the primary and shop-orders in the standby have both taken writes that the other lacks: a failback had brought them home, and a declaration led the users to the standby again");
    insta::assert_snapshot!(refused(Some("r1"), seen(ALONE, None, None, AWAY)), @"orders: the primary has no prod-orders any more, and the baseline does not tell what it was");
}

/// What a failback makes of it, in a word or the refusal's, where both stand alone; then where the primary's is gone.
fn verdicts(declared_in: Option<&'static str>, deeds: &[(u32, What)]) -> [String; 2] {
    [ALONE, None].map(|primary| {
        let mut baseline_has = case(recalled(primary, told(deeds)));
        baseline_has.declared_in = declared_in;
        baseline_has.orders_recorded = true;
        match planned(baseline_has) {
            Ok(runbook) => match titles(&runbook, "orders").lines().next().unwrap_or_default() {
                title if title.starts_with("keep the primary's old") => "away".to_owned(),
                title if title.starts_with("make prod-orders anew") => "anew".to_owned(),
                title if title.starts_with("protect orders again") => "back".to_owned(),
                title => title.to_owned(),
            },
            Err(FailbackRefusal::Data { troubles }) => case_of(&troubles[0].to_string()),
            Err(other) => panic!("{other}"),
        }
    })
}

/// A refusal where both stand alone, in a word, with the run that it tells of.
fn case_of(words: &str) -> String {
    let run = words.split(" both stand alone: run ").nth(1).and_then(|rest| rest.split(' ').next());
    let cases = [
        ("no run has led the users to it since", "NotLedOut"),
        ("no run tells who promoted it after that", "NobodyPromoted"),
        ("led no users home, and the standby is not frozen any more", "NotLedHome"),
        ("no run tells which was promoted last", "BothAlone"),
    ];
    let case = cases.iter().find(|(phrase, _)| words.contains(phrase)).map_or(words, |(_, case)| case);
    run.map_or_else(|| case.to_owned(), |run| format!("{case} {{ run: {run:?} }}"))
}

#[test]
fn the_primary_s_is_old_only_where_the_users_were_led_away_last_and_current_only_where_they_were_led_home() {
    let round = [(1, OUT), (1, LED_OUT), (2, HOME), (2, LED_HOME), (2, What::Protected)];
    let after = |more: &[(u32, What)]| verdicts(Some("r3"), &[&round[..], more].concat());
    // The promotion was skipped, and a person did it.
    assert_eq!(after(&[(3, OUT_PERHAPS), (3, LED_OUT)]), ["away", "anew"]);
    // It was ordered, and nobody was led there: production may have served on.
    assert_eq!(after(&[(3, OUT_PERHAPS)]), [r#"NotLedOut { run: "r3" }"#, "anew"]);
    assert_eq!(after(&[(3, OUT)]), [r#"NotLedOut { run: "r3" }"#, "anew"]);
    // No run promoted it.
    assert_eq!(after(&[]), [r#"NobodyPromoted { run: "r2" }"#, "anew"]);
    assert_eq!(after(&[(3, LED_OUT)]), ["away", "anew"]);
    assert_eq!(after(&[(3, OUT), (3, LED_OUT), (4, What::Unread)]), ["BothAlone", "anew"]);

    // The way home was skipped, and a person did it: production has the writes since.
    let home = [(1, OUT), (1, LED_OUT), (2, HOME_PERHAPS), (2, LED_HOME)];
    assert_eq!(verdicts(None, &home)[0], "back");
    // Nobody was led home, and the standby runs on.
    assert_eq!(verdicts(None, &home[..3])[0], r#"NotLedHome { run: "r2" }"#);
    assert_eq!(verdicts(None, &round[..3])[0], r#"NotLedHome { run: "r2" }"#);
    let replica = planned(case(recalled(OF_STANDBY, told(&home[..3])))).expect("it was not promoted after all");
    assert!(titles(&replica, "reseed-home").contains("is a replica of shop-orders already"));
    // A standby that is frozen still has nothing that production lacks.
    let frozen = Case { standby: Some(0), frozen: true, ..case(recalled(ALONE, told(&round[..3]))) };
    assert!(titles(&planned(frozen).expect("a plan"), "orders").starts_with("protect orders again"));
    assert_eq!(verdicts(None, &round[..4]), ["back", "back"], "what the primary lost is newer than the standby's");
}
