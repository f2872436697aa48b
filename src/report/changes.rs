//! Owns the words of provisioning and teardown: plans before, outcomes after, as text and as JSON.

mod json;
mod outcome;
mod paint;
mod plan;
mod property;
mod teardown;

pub use json::{outcome_json, plan_json, teardown_json};
pub use outcome::outcome_text;
pub use plan::{plan_summary, plan_text};
pub use teardown::teardown_text;

#[cfg(test)]
mod tests;
