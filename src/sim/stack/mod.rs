//! Owns what CloudFormation does: change sets, executing them over time, undoing, deleting, drift detection.

mod begin;
mod change_set;
mod compare;
mod drift;
mod events;
mod outcome;
mod progress;
mod undo;
mod weave;

use super::call::Refusal;
use super::state::{RegionState, Stack};

pub use begin::{delete_stack, execute, protect};
pub use change_set::{create_change_set, tell_change_set};
pub use drift::detect;
pub use progress::{due_stack, step_stack};

/// The stack of a name or an id; a deleted one only by id, as CloudFormation tells of it.
pub fn find<'a>(region: &'a RegionState, name: &str) -> Result<&'a Stack, Refusal> {
    region
        .stacks
        .get(name)
        .or_else(|| region.stacks.values().find(|stack| stack.id == name))
        .or_else(|| region.deleted_stacks.get(name))
        .map(|stack| &**stack)
        .ok_or_else(|| no_stack(name))
}

fn find_mut<'a>(region: &'a mut RegionState, name: &str) -> Result<&'a mut Stack, Refusal> {
    let found = region.stacks.values_mut().find(|stack| stack.name == name || stack.id == name);
    found.map(|stack| &mut **stack).ok_or_else(|| no_stack(name))
}

fn no_stack(name: &str) -> Refusal {
    Refusal::not_found(format!("Stack with id {name} does not exist"))
}
