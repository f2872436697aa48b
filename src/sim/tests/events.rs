//! Rules and event source mappings.

use super::bench::Bench;
use crate::cloud::CloudErrorKind;
use crate::model::{DEFAULT_BUS, Trigger};

fn nightly() -> Trigger {
    Trigger::Rule { bus: DEFAULT_BUS.into(), name: "shop-nightly".into() }
}

fn queue() -> Trigger {
    Trigger::Mapping { function: "shop-orders".into(), source: Some("shop-orders-queue".into()) }
}

#[tokio::test]
async fn the_seed_has_one_of_each_on_in_production_and_off_in_the_standby() {
    let bench = Bench::shop().await;
    for (trigger, states) in [(nightly(), ["ENABLED", "DISABLED"]), (queue(), ["Enabled", "Disabled"])] {
        for (ports, state) in [(&bench.primary, states[0]), (&bench.standby, states[1])] {
            let facts = ports.events.event_source(&trigger).await.expect("an answer").expect("there");
            assert_eq!(facts.state, state, "{trigger}");
            assert!(facts.schedule.is_some() != facts.source.is_some(), "{facts:?}");
        }
    }
    for gone in [
        Trigger::Rule { bus: "orders".into(), name: "shop-nightly".into() },
        Trigger::Mapping { function: "shop-orders".into(), source: Some("other".into()) },
        Trigger::Mapping { function: "other".into(), source: None },
    ] {
        assert_eq!(bench.standby.events.event_source(&gone).await, Ok(None), "{gone}");
    }
}

#[tokio::test]
async fn a_rule_follows_at_once_and_a_mapping_takes_its_time_and_no_orders_meanwhile() {
    let bench = Bench::shop().await;
    let (read, write) = (&bench.standby.events, &bench.write.events);
    let look = async |trigger: &Trigger| read.event_source(trigger).await.expect("an answer").expect("there");
    let rule = look(&nightly()).await;
    write.switch_event_source(&nightly(), &rule, true).await.expect("on");
    assert_eq!(look(&nightly()).await.state, "ENABLED");
    let mapping = look(&queue()).await;
    write.switch_event_source(&queue(), &mapping, true).await.expect("ordered");
    assert_eq!(look(&queue()).await.state, "Enabling");
    let error = write.switch_event_source(&queue(), &mapping, false).await.expect_err("in use");
    assert_eq!((error.kind, error.code.as_deref()), (CloudErrorKind::Conflict, Some("ResourceInUseException")));
    bench.wait(30).await;
    assert_eq!(look(&queue()).await.state, "Enabled");
    // What is so already does not begin to change.
    write.switch_event_source(&queue(), &mapping, true).await.expect("already");
    assert_eq!(look(&queue()).await.state, "Enabled");
    write.switch_event_source(&queue(), &mapping, false).await.expect("ordered");
    assert_eq!(look(&queue()).await.state, "Disabling");
    bench.wait(30).await;
    assert_eq!(look(&queue()).await.state, "Disabled");
}

#[tokio::test]
async fn of_several_mappings_one_has_to_be_named() {
    let bench = Bench::shop().await;
    bench.edit(|state| {
        let region = state.region_mut("us-west-2");
        let mut other = region.event_mappings.values().next().expect("one").clone();
        other.source = region.arn("kinesis", "stream/clicks");
        region.event_mappings.insert("other".into(), other);
    });
    let any = Trigger::Mapping { function: "shop-orders".into(), source: None };
    let error = bench.standby.events.event_source(&any).await.expect_err("which");
    assert_eq!(error.kind, CloudErrorKind::Invalid);
    let clicks = Trigger::Mapping { function: "shop-orders".into(), source: Some("clicks".into()) };
    assert_eq!(bench.standby.events.event_source(&clicks).await.expect("an answer").expect("it").id, "other");
}

#[tokio::test]
async fn faults_meet_these_calls_as_all_others() {
    let bench = Bench::shop().await;
    let rule = bench.standby.events.event_source(&nightly()).await.expect("an answer").expect("there");
    bench
        .write
        .events
        .switch_event_source(&Trigger::Rule { bus: "x".into(), name: "y".into() }, &rule, true)
        .await
        .expect_err("no such rule");
    bench.faults("us-west-2", |faults| faults.dark = true);
    let error = bench.standby.events.event_source(&queue()).await.expect_err("dark");
    assert_eq!(error.kind, CloudErrorKind::Unreachable);
    assert!(bench.primary.events.event_source(&queue()).await.is_ok(), "the other Region answers");
}
