//! Owns the tests of event sources in environment files.

use super::{GOOD, load, messages};
use crate::model::{EventSource, Trigger};

#[test]
fn every_form_is_read_by_name() {
    let text = format!(
        "{GOOD}event_sources:
  - {{ name: order-queue, mapping: {{ function: shop-orders, source: shop-orders-queue }} }}
  - {{ name: clicks, mapping: {{ function: \"shop-clicks:live\" }}, standby: shop-clicks-dr }}
  - {{ name: nightly, rule: shop-nightly }}
  - name: orders-placed
    rule: {{ name: shop.placed, bus: orders }}
    standby: shop-placed-dr
  - {{ name: hourly, rule: {{ name: shop-hourly }} }}
"
    );
    let environment = load(&text).unwrap_or_else(|e| panic!("{e}")).environment;
    let rule = |bus: &str, name: &str| Trigger::Rule { bus: bus.into(), name: name.into() };
    let mapping = |function: &str, source: Option<&str>| Trigger::Mapping {
        function: function.into(),
        source: source.map(str::to_owned),
    };
    let expected = [
        ("clicks", mapping("shop-clicks:live", None), Some("shop-clicks-dr")),
        ("hourly", rule("default", "shop-hourly"), None),
        ("nightly", rule("default", "shop-nightly"), None),
        ("order-queue", mapping("shop-orders", Some("shop-orders-queue")), None),
        ("orders-placed", rule("orders", "shop.placed"), Some("shop-placed-dr")),
    ];
    let expected = expected.map(|(name, trigger, standby)| EventSource {
        name: name.into(),
        trigger,
        standby: standby.map(str::to_owned),
    });
    assert_eq!(environment.event_sources, expected);
    assert!(load(GOOD).expect("without any").environment.event_sources.is_empty());
}

#[test]
fn what_an_event_source_is_has_to_be_clear() {
    let text = format!(
        "{GOOD}event_sources:
  - {{ name: nothing }}
  - {{ name: both, rule: a, mapping: {{ function: b }} }}
  - {{ name: half, mapping: {{ source: queue }} }}
  - {{ name: nameless, rule: {{ bus: orders }} }}
  - {{ name: flat, function: shop-orders }}
  - {{ name: misspelt, rule: {{ nmae: x }} }}
  - {{ name: number, rule: 7 }}
"
    );
    insta::assert_snapshot!(messages(&text), @r"
    11:7 event_sources[0]: this does not say what the event source is
      -> add one of `rule: shop-nightly` and `mapping: { function: shop-orders, source: shop-orders-queue }`
    12:28 event_sources[1].mapping: an event source is one thing, and this is both `rule` and `mapping`
      -> make two event sources of them, each with a name of its own
    13:19 event_sources[2].mapping.function: the required key `function` is missing
      -> add `function: shop-orders`
    14:23 event_sources[3].rule.name: the required key `name` is missing
      -> add `name: shop-nightly`
    15:7 event_sources[4]: this does not say what the event source is
      -> add one of `rule: shop-nightly` and `mapping: { function: shop-orders, source: shop-orders-queue }`
    15:19 event_sources[4].function: the key `function` is not known here
      -> `function` belongs one level down, below `mapping`
    16:31 event_sources[5].rule.nmae: the key `nmae` is not known here
      -> did you mean `name`?
    17:27 event_sources[6].rule: expected the name of a rule, or a map with `name`, found the number `7`
      -> -
    ");
}

#[test]
fn names_are_those_of_the_services() {
    let text = format!(
        "{GOOD}event_sources:
  - {{ name: Nightly, rule: shop-nightly }}
  - {{ name: arn, rule: \"arn:aws:events:us-east-1:111122223333:rule/shop-nightly\" }}
  - {{ name: blank, rule: shop nightly }}
  - {{ name: bus, rule: {{ name: a, bus: \"my bus\" }} }}
  - {{ name: function, mapping: {{ function: shop.orders }} }}
  - {{ name: queue, mapping: {{ function: shop-orders, source: \"arn:aws:sqs:us-east-1:111122223333:queue\" }} }}
  - {{ name: there, rule: b, standby: \"shop:live\" }}
"
    );
    insta::assert_snapshot!(messages(&text), @r"
    11:13 event_sources[0].name: `Nightly` cannot be a name: it contains `N`
      -> stack names are made of it, so it has lower-case letters, digits and dashes only, such as `nightly`
    12:24 event_sources[1].rule: `arn:aws:events:us-east-1:111122223333:rule/shop-nightly` is an ARN, and an ARN is of one Region
      -> write the rule's name alone, such as shop-nightly
    13:26 event_sources[2].rule: `shop nightly` is not the name of a rule
      -> it has 1 to 64 letters, digits, dots, dashes and underscores, as `aws events list-rules` shows it
    14:40 event_sources[3].rule.bus: `my bus` is not the name of an event bus
      -> write it as `aws events list-event-buses` shows it
    15:44 event_sources[4].mapping.function: `shop.orders` is not the name of a Lambda function
      -> it has 1 to 64 letters, digits, dashes and underscores; an alias may follow after a colon
    16:62 event_sources[5].mapping.source: `arn:aws:sqs:us-east-1:111122223333:queue` is an ARN, and an ARN is of one Region
      -> write the name of the queue, stream or table alone, such as shop-orders-queue
    17:38 event_sources[6].standby: `shop:live` is not the name of a rule
      -> write what a rule is called in the standby Region, or take the key away where it is the same
    ");
}

#[test]
fn nothing_is_switched_by_two() {
    let text = format!(
        "{GOOD}event_sources:
  - {{ name: nightly, rule: shop-nightly }}
  - {{ name: nightly, rule: shop-weekly }}
  - {{ name: again, rule: {{ name: shop-nightly, bus: default }} }}
  - {{ name: other-bus, rule: {{ name: shop-nightly, bus: orders }} }}
  - {{ name: queue, mapping: {{ function: shop-orders, source: queue }} }}
  - {{ name: stream, mapping: {{ function: shop-orders, source: stream }} }}
  - {{ name: any, mapping: {{ function: shop-orders }} }}
"
    );
    insta::assert_snapshot!(messages(&text), @r"
    12:13 event_sources[1].name: there are two event sources named `nightly`
      -> give each event source a name of its own
    13:20 event_sources[2]: the rule shop-nightly is listed twice
      -> list each event source once
    17:18 event_sources[6]: the mapping of shop-orders from queue and the mapping of shop-orders may be the same
      -> write the `source` of each: the name of the queue, stream or table it reads
    ");
    let text = format!(
        "{GOOD}event_sources:
  - {{ name: nightly, rule: shop-nightly }}
  - {{ name: late, rule: shop-late, standby: shop-nightly }}
"
    );
    insta::assert_snapshot!(messages(&text), @r"
    12:25 event_sources[1]: the rule shop-nightly is listed twice in the standby
      -> list each event source once
    ");
}
