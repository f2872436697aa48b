//! Owns what counts of an account when a run is over: what is there, not when it came.

use std::collections::BTreeMap;
use std::time::Duration;

use lifeboat::sim::{SimCloud, SimState};
use serde_json::{Value, json};

/// Long enough for everything that a run ordered and did not wait for.
const SETTLED: Duration = Duration::from_secs(3 * 3_600);

/// What counts, by Region.
pub type Essence = BTreeMap<String, Value>;

/// What counts of an account once all is quiet.
pub fn settled(cloud: &SimCloud) -> Essence {
    cloud.advance(SETTLED).expect("the account");
    essence(&cloud.snapshot().expect("the account"))
}

/// Insists that two accounts are the same in what counts; tells only where they differ.
pub fn check_same(case: &str, found: &Essence, expected: &Essence) {
    let (found, expected) = (json!(found), json!(expected));
    let mut differences = Vec::new();
    differ("", &found, &expected, &mut differences);
    assert!(differences.is_empty(), "{case}:\n{}", differences.join("\n"));
}

fn differ(path: &str, found: &Value, expected: &Value, into: &mut Vec<String>) {
    match (found, expected) {
        (Value::Object(one), Value::Object(other)) => {
            let names: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for name in names {
                let of = |fields: &serde_json::Map<String, Value>| fields.get(name).cloned().unwrap_or_default();
                differ(&format!("{path}/{name}"), &of(one), &of(other), into);
            }
        }
        _ if found != expected => into.push(format!("{path}: {found} instead of {expected}")),
        _ => {}
    }
}

/// What counts, by Region. Ids handed out count too: an instance launched twice or a thing made twice shows in them.
fn essence(state: &SimState) -> Essence {
    let regions = state.regions.iter().map(|(name, region)| {
        // Only what counts is turned into values: an account is large, and there are thousands of cases.
        let of = |things: Value, what: fn(&Value) -> Value| -> Value {
            let things = things.as_object().into_iter().flatten();
            things.map(|(name, thing)| (name.clone(), what(thing))).collect::<serde_json::Map<_, _>>().into()
        };
        let seen = json!({
            "groups": of(json!(*region.groups), group),
            "parameters": of(json!(*region.parameters), without_times),
            "databases": of(json!(*region.databases), without_times),
            "snapshots": of(json!(*region.db_snapshots), without_times),
            "event_rules": of(json!(*region.event_rules), without_times),
            "event_mappings": of(json!(*region.event_mappings), without_times),
            "buckets": without_times(&json!(*region.buckets)),
            "schedules": without_times(&json!(*region.schedules)),
            "ids": region.counter,
        });
        (name.clone(), seen)
    });
    regions.collect()
}

/// Its sizes, how many instances it has, and how many it ever launched that are still told of.
fn group(group: &Value) -> Value {
    let instances = group["instances"].as_array().cloned().unwrap_or_default();
    let there = instances.iter().filter(|instance| instance["terminated_at"].is_null()).count();
    json!({ "size": group["facts"]["size"], "instances": there })
}

/// The value without anything that is a time, a version or a digest of either.
fn without_times(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !is_time(value))
            .map(|(name, value)| (name.clone(), without_times(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().filter(|item| !is_time(item)).map(without_times).collect(),
        other => other.clone(),
    }
}

fn is_time(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok())
}
