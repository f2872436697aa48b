//! Owns the rules of event sources: names are distinct, each is one thing, and none is switched by two.

use std::collections::BTreeMap;

use super::{every, given, given_or};
use crate::environment::defaults;
use crate::environment::remark::Remark;
use crate::environment::values::{is_function_name, is_rule_name};
use crate::environment::written::{May, WrittenEventSource, WrittenMapping, WrittenRule};
use crate::model::{EventSource, SideName, Trigger};
use crate::yaml::read::{Place, Placed};

/// The event sources, by name.
pub fn event_sources(
    written: &May<Vec<Placed<WrittenEventSource>>>,
    remarks: &mut Vec<Remark>,
) -> Option<Vec<EventSource>> {
    let Some(placed) = written else { return Some(Vec::new()) };
    let items = placed.value.as_deref()?;
    let (mut here, mut there) = (Vec::new(), Vec::new());
    let all = every(items, |i, item| {
        let source = item.value.as_ref()?;
        let (trigger, place) = trigger(i, item.place, source, remarks)?;
        here.push((i, trigger.clone(), place));
        fits(i, &trigger, source, remarks)?;
        let standby = given(&source.standby, |name| name.0.clone())?;
        let found = EventSource { name: source.name.value.as_ref()?.0.clone(), trigger, standby };
        there.push((i, found.on(SideName::Standby), place));
        Some(found)
    });
    distinct_names(items, remarks);
    if !distinct_triggers(&here, "", remarks) {
        // Those of another name in the standby, then.
        distinct_triggers(&there, " in the standby", remarks);
    }
    let mut all = all?;
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Some(all)
}

/// Names become step ids.
fn distinct_names(items: &[Placed<WrittenEventSource>], remarks: &mut Vec<Remark>) {
    let mut names: BTreeMap<&str, Place> = BTreeMap::new();
    for (i, item) in items.iter().enumerate() {
        let Some((name, place)) = item.value.as_ref().and_then(|source| source.name.get()) else { continue };
        if let Some(first) = names.get(name.0.as_str()) {
            let message = format!("there are two event sources named `{}`", name.0);
            remarks.push(
                Remark::error(place, format!("event_sources[{i}].name"), message)
                    .help("give each event source a name of its own")
                    .related(*first, "first here"),
            );
        } else {
            names.insert(&name.0, place);
        }
    }
}

/// What is listed twice would be switched by two steps at once; of two mappings of a function, each says which it is.
/// Whether there was any.
fn distinct_triggers(triggers: &[(usize, Trigger, Place)], side: &str, remarks: &mut Vec<Remark>) -> bool {
    let before = remarks.len();
    for (n, (i, trigger, place)) in triggers.iter().enumerate() {
        let clash = triggers[..n].iter().find(|(_, other, _)| may_be_same(other, trigger));
        let Some((_, other, first)) = clash else { continue };
        let (message, help) = if other == trigger {
            (format!("the {trigger} is listed twice{side}"), "list each event source once")
        } else {
            let message = format!("the {other} and the {trigger} may be the same{side}");
            (message, "write the `source` of each: the name of the queue, stream or table it reads")
        };
        remarks.push(
            Remark::error(*place, format!("event_sources[{i}]"), message).help(help).related(*first, "first here"),
        );
    }
    remarks.len() > before
}

fn may_be_same(one: &Trigger, other: &Trigger) -> bool {
    match (one, other) {
        (Trigger::Mapping { function: a, source: x }, Trigger::Mapping { function: b, source: y }) => {
            a == b && (x == y || x.is_none() || y.is_none())
        }
        _ => one == other,
    }
}

fn trigger(i: usize, place: Place, source: &WrittenEventSource, remarks: &mut Vec<Remark>) -> Option<(Trigger, Place)> {
    match (&source.rule, &source.mapping) {
        (None, None) => {
            remarks.push(
                Remark::error(place, format!("event_sources[{i}]"), "this does not say what the event source is").help(
                    "add one of `rule: shop-nightly` and `mapping: { function: shop-orders, source: shop-orders-queue }`",
                ),
            );
            None
        }
        (Some(rule), Some(mapping)) => {
            let message = "an event source is one thing, and this is both `rule` and `mapping`";
            remarks.push(
                Remark::error(mapping.place, format!("event_sources[{i}].mapping"), message)
                    .help("make two event sources of them, each with a name of its own")
                    .related(rule.place, "the first"),
            );
            None
        }
        (Some(rule), None) => Some((rule_of(rule.value.as_ref()?)?, rule.place)),
        (None, Some(mapping)) => Some((mapping_of(mapping.value.as_ref()?)?, mapping.place)),
    }
}

fn rule_of(rule: &WrittenRule) -> Option<Trigger> {
    Some(match rule {
        WrittenRule::Name(name) => Trigger::Rule { bus: defaults::BUS.to_owned(), name: name.0.clone() },
        WrittenRule::Map(map) => Trigger::Rule {
            bus: given_or(&map.bus, defaults::BUS.to_owned(), |bus| bus.0.clone())?,
            name: map.name.value.as_ref()?.0.clone(),
        },
    })
}

fn mapping_of(mapping: &WrittenMapping) -> Option<Trigger> {
    Some(Trigger::Mapping {
        function: mapping.function.value.as_ref()?.0.clone(),
        source: given(&mapping.source, |source| source.0.clone())?,
    })
}

/// The name in the standby has to be one of the same kind.
fn fits(i: usize, trigger: &Trigger, source: &WrittenEventSource, remarks: &mut Vec<Remark>) -> Option<()> {
    let Some((name, place)) = source.standby.as_ref().and_then(Placed::get) else { return Some(()) };
    let (good, what) = match trigger {
        Trigger::Rule { .. } => (is_rule_name(&name.0), "a rule"),
        Trigger::Mapping { .. } => (is_function_name(&name.0), "a Lambda function"),
    };
    if good {
        return Some(());
    }
    let message = format!("`{}` is not the name of {what}", name.0);
    remarks.push(
        Remark::error(place, format!("event_sources[{i}].standby"), message).help(format!(
            "write what {what} is called in the standby Region, or take the key away where it is the same"
        )),
    );
    None
}
