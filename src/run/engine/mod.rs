//! Owns the carrying out of a runbook: intent before act, four endings, and a stop that can be resumed.

pub mod actor;
mod attempt;
mod begin;
pub mod carry;
mod copies;
pub mod decide;
pub mod end;
mod grounds;
mod keep;
mod lost;
mod order;
pub mod record;
mod renewal;
mod thaw;
mod totals;

pub use actor::{ActError, Actor, Done, Look};
pub use carry::carry_out;
pub use copies::CopyRecord;
pub use decide::{abandon, skip};
pub use end::{FailedStep, Refusal, RunEnd, Stopped};
pub use record::{RunRecord, StepFailure, StepRecord};
pub use totals::Totals;

#[cfg(test)]
pub(crate) mod tests;
