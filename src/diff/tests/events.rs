//! Tests of parity of event sources: there, alike, and off until the standby serves.

use crate::diff::fixture::*;
use crate::diff::*;
use crate::facts::*;
use crate::model::{DEFAULT_BUS, EventSource, Trigger};

/// A rule and a mapping, on in production and off in the standby.
fn alike(world: &mut World) {
    let rule = Trigger::Rule { bus: DEFAULT_BUS.into(), name: "shop-nightly".into() };
    let mapping = Trigger::Mapping { function: "shop-orders".into(), source: None };
    for (name, trigger) in [("nightly", rule), ("order-queue", mapping)] {
        world.environment.event_sources.push(EventSource { name: name.into(), trigger, standby: None });
    }
    let of = |region: &str, rule: &str, mapping: &str| {
        let rule = EventSourceFacts {
            state: rule.into(),
            schedule: Some("cron(15 2 * * ? *)".into()),
            ..EventSourceFacts::default()
        };
        let mapping = EventSourceFacts {
            state: mapping.into(),
            source: Some(format!("arn:aws:sqs:{region}:111122223333:shop-orders-queue")),
            batch_size: Some(10),
            ..EventSourceFacts::default()
        };
        [("nightly".to_owned(), rule), ("order-queue".to_owned(), mapping)].into()
    };
    world.production().event_sources = of("us-east-1", "ENABLED", "Enabled");
    world.standby.event_sources = of("us-west-2", "DISABLED", "Disabled");
}

fn check(change: impl FnOnce(&mut World), expected: &[&str], exit: ExitClass) -> DriftReport {
    super::check(
        |world| {
            alike(world);
            change(world);
        },
        expected,
        exit,
    )
}

fn differs(change: impl FnOnce(&mut World), expected: &[&str]) {
    check(change, expected, ExitClass::Differences);
}

fn facts<'w>(world: &'w mut World, name: &str) -> &'w mut EventSourceFacts {
    world.standby.event_sources.get_mut(name).expect("it is there")
}

#[test]
fn switched_off_in_the_standby_is_intent() {
    let report = check(|_| {}, &[], ExitClass::InSync);
    let told = format!("{:?}", report.coverage);
    assert!(told.contains("switched off until a declaration"), "{told}");
}

#[test]
fn what_runs_on_both_sides_runs_twice() {
    differs(
        |w| facts(w, "nightly").state = "ENABLED".into(),
        &["parity Modified degrades: events/nightly/state | off | ENABLED"],
    );
    differs(
        |w| facts(w, "order-queue").state = "Enabling".into(),
        &["parity Modified degrades: events/order-queue/state | off | Enabling"],
    );
    // Production's own are off: it is on where it should not be, all the same.
    differs(
        |w| {
            w.production().event_sources.get_mut("nightly").expect("it").state = "DISABLED".into();
            facts(w, "nightly").state = "ENABLED".into();
        },
        &["parity Modified degrades: events/nightly/state | off | ENABLED"],
    );
    // One that was only scaled up serves nobody.
    differs(
        |w| {
            w.posture = posture(None);
            facts(w, "nightly").state = "ENABLED".into();
        },
        &["parity Modified degrades: events/nightly/state | off | ENABLED"],
    );
}

fn posture(declared_in: Option<&str>) -> Option<PostureView> {
    let declared_in = declared_in.map(str::to_owned);
    Some(PostureView { target: "full".into(), minimums: Default::default(), declared_in })
}

#[test]
fn a_standby_that_serves_runs_what_production_ran() {
    let serving = |w: &mut World| {
        w.posture = posture(Some("r1"));
        w.baseline.facts.event_sources = w.production().event_sources.clone();
        facts(w, "nightly").state = "ENABLED".into();
        facts(w, "order-queue").state = "Enabled".into();
    };
    let intended = [
        "parity Modified degrades: events/nightly/state | off | ENABLED [intended: the standby serves (run r1)]",
        "parity Modified degrades: events/order-queue/state | off | Enabled [intended: the standby serves (run r1)]",
    ];
    check(serving, &intended, ExitClass::InSync);
    let forgotten = |w: &mut World| {
        serving(w);
        facts(w, "order-queue").state = "Disabled".into();
    };
    differs(forgotten, &[intended[0], "parity Modified degrades: events/order-queue/state | on | Disabled"]);
    let never_ran = |w: &mut World| {
        forgotten(w);
        w.baseline.facts.event_sources.get_mut("order-queue").expect("it").state = "Disabled".into();
    };
    check(never_ran, &intended[..1], ExitClass::InSync);
}

#[test]
fn one_that_is_missing_could_not_be_switched_on() {
    differs(
        |w| drop(w.standby.event_sources.remove("order-queue")),
        &["parity Deleted blocks failover: events/order-queue | order-queue | -"],
    );
    check(
        |w| {
            w.standby.event_sources.remove("order-queue");
            let reason = "denied".to_owned();
            w.standby.gaps.push(Gap { noun: Noun::EventSource, subject: "order-queue".into(), reason });
        },
        &[],
        ExitClass::Unknown,
    );
}

#[test]
fn what_starts_it_is_compared_in_the_standby_s_words() {
    differs(
        |w| facts(w, "nightly").schedule = Some("rate(1 hour)".into()),
        &["parity Modified degrades: events/nightly/schedule | cron(15 2 * * ? *) | rate(1 hour)"],
    );
    differs(
        |w| facts(w, "order-queue").batch_size = Some(1),
        &["parity Modified cosmetic: events/order-queue/batch_size | 10 | 1"],
    );
    differs(
        |w| facts(w, "order-queue").source = Some("arn:aws:sqs:us-west-2:111122223333:other".into()),
        &["parity Modified degrades: events/order-queue/source | shop-orders-queue | other"],
    );
    let patterns = |w: &mut World, here: &str, there: &str| {
        w.production().event_sources.get_mut("nightly").expect("it").pattern = Some(here.into());
        facts(w, "nightly").pattern = Some(there.into());
    };
    check(
        |w| patterns(w, r#"{"region":["us-east-1"],"a":[1]}"#, r#"{ "a": [1], "region": ["us-west-2"] }"#),
        &[],
        ExitClass::InSync,
    );
    differs(
        |w| patterns(w, r#"{"a":[1]}"#, r#"{"a":[2]}"#),
        &[r#"parity Modified degrades: events/nightly/pattern | {"a":[1]} | {"a":[2]}"#],
    );
}
