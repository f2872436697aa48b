//! Owns comparing: two sets of facts -> findings; one comparer per noun; rules for noise and intent.
//!
//! Three questions are kept apart: *drift* (the standby against its own stacks), *pending* (the stacks against what would
//! be rendered now) and *parity* (the standby against production, judged by what was declared).

pub mod coverage;
mod drift;
pub mod finding;
#[cfg(test)]
pub(crate) mod fixture;
mod found;
pub mod ignore;
pub mod input;
mod judge;
mod parity;
mod pending;
pub mod shown;
pub mod structure;
#[cfg(test)]
mod tests;
pub mod verdict;

pub use coverage::{Coverage, Skipped};
pub use finding::{Finding, Kind, Resource, Severity, Source, Standing, Status};
pub use ignore::{RuleState, RuleUse};
pub use input::{DeployedStack, DriftInput, PostureView};
pub use judge::judge;
pub use shown::Shown;
pub use verdict::{DriftReport, ExitClass, Heading, SideGap, Totals, Verdict};
