//! Owns the JSON of plans and outcomes: the values themselves, with what a reader would otherwise work out again.

use serde::Serialize;
use serde_json::{Value, json};

use super::plan::plan_summary;
use crate::plan::provision::{ProvisionPlan, Refusal};
use crate::plan::teardown::TeardownPlan;
use crate::run::provision::ProvisionReport;

/// The plan, with what it destroys and shrinks and what stands against it.
pub fn plan_json(plan: &ProvisionPlan, refusals: &[Refusal]) -> Value {
    with(
        plan,
        [
            ("no_changes", json!(plan.is_no_change())),
            ("destructive", json!(plan.destructive())),
            ("shrinks", json!(plan.shrinks())),
            ("refusals", json!(refusals)),
            ("summary", json!(plan_summary(plan))),
        ],
    )
}

/// What came of a provisioning or teardown.
pub fn outcome_json(report: &ProvisionReport) -> Value {
    with(report, [("complete", json!(report.is_complete())), ("changed", json!(report.changed()))])
}

/// What a teardown would delete.
pub fn teardown_json(plan: &TeardownPlan) -> Value {
    let resources: usize = plan.stacks.iter().map(|stack| stack.resources.len()).sum();
    with(plan, [("resources", json!(resources))])
}

fn with<const N: usize>(value: &impl Serialize, more: [(&str, Value); N]) -> Value {
    let mut json = json!(value);
    if let Value::Object(map) = &mut json {
        map.extend(more.map(|(key, value)| (key.to_owned(), value)));
    }
    json
}
