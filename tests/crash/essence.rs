//! Owns what counts of an account when a run is over: what is there, not when it came.

use std::collections::BTreeMap;

use lifeboat::sim::SimState;
use serde_json::{Value, json};

/// What counts, by Region. Ids handed out count too: an instance launched twice or a thing made twice shows in them.
pub fn essence(state: &SimState) -> BTreeMap<String, Value> {
    let regions = state.regions.iter().map(|(name, region)| {
        let region = serde_json::to_value(region).expect("plain data");
        let of = |noun: &str, what: fn(&Value) -> Value| -> Value {
            let things = region[noun].as_object().into_iter().flatten();
            things.map(|(name, thing)| (name.clone(), what(thing))).collect::<serde_json::Map<_, _>>().into()
        };
        let seen = json!({
            "groups": of("groups", group),
            "parameters": of("parameters", without_times),
            "databases": of("databases", without_times),
            "objects": without_times(&region["objects"]),
            "buckets": without_times(&region["buckets"]),
            "schedules": without_times(&region["schedules"]),
            "ids": region["counter"],
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
