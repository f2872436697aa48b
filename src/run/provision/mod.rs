//! Owns provisioning: previews that leave nothing behind, and plans carried out stack by stack with live events.

mod apply;
mod change_set;
mod delete;
mod execute;
mod history;
mod look;
mod operation;
pub mod outcome;
mod preview;
mod protect;
mod session;
mod stopping;
mod upstream;

pub use apply::provision;
pub use outcome::{
    Deed, ProvisionError, ProvisionFailure, ProvisionReport, RootCause, StackFailure, StackOutcome, StopKind, Stopped,
};
pub use preview::preview;
pub use session::{Options, Ports};

pub(crate) use delete::delete_and_watch;
pub(crate) use session::Session;
pub(crate) use stopping::before_it_began;

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
mod tests;
