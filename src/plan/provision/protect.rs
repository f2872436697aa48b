//! Owns what becomes of a stack's termination protection in a provisioning.

use serde::Serialize;

use super::StackAction;
use crate::facts::StackFacts;
use crate::model::Part;

/// How a stack that is protected against termination comes by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// It has it.
    On,
    /// It gets it as soon as it stands.
    New,
    /// It was found without, and gets it.
    FoundOff,
}

impl Protection {
    /// Whether there is something to do.
    pub fn is_change(self) -> bool {
        self != Protection::On
    }
}

/// What becomes of a stack's protection with that action; none where it has none, or where nothing can be done to it.
pub fn protection(part: Part, facts: Option<&StackFacts>, action: &StackAction) -> Option<Protection> {
    if !part.is_protected() {
        return None;
    }
    match action {
        StackAction::Blocked { .. } => None,
        StackAction::Create | StackAction::Recreate { .. } => Some(Protection::New),
        StackAction::Update | StackAction::NoChange if lacks_protection(part, facts) => Some(Protection::FoundOff),
        StackAction::Update | StackAction::NoChange => Some(Protection::On),
    }
}

/// Whether a stack that is there should be protected and is not.
pub fn lacks_protection(part: Part, facts: Option<&StackFacts>) -> bool {
    part.is_protected() && facts.is_some_and(|facts| !facts.termination_protection)
}

#[cfg(test)]
mod tests {
    use super::super::tests::stack_facts;
    use super::*;

    #[test]
    fn only_data_is_protected_and_only_what_is_off_is_switched_on() {
        let facts = |termination_protection| StackFacts { termination_protection, ..stack_facts("UPDATE_COMPLETE") };
        let (on, off) = (facts(true), facts(false));
        let recreate = StackAction::Recreate { status: "CREATE_FAILED".into() };
        let blocked = StackAction::Blocked { reason: String::new(), next: String::new() };
        for (facts, action, expected) in [
            (None, &StackAction::Create, Some(Protection::New)),
            (Some(&off), &recreate, Some(Protection::New)),
            (Some(&off), &StackAction::Update, Some(Protection::FoundOff)),
            (Some(&off), &StackAction::NoChange, Some(Protection::FoundOff)),
            (Some(&on), &StackAction::Update, Some(Protection::On)),
            (Some(&on), &StackAction::NoChange, Some(Protection::On)),
            (Some(&off), &blocked, None),
        ] {
            assert_eq!(protection(Part::Data, facts, action), expected, "{action:?}");
            for part in [Part::Network, Part::Security, Part::Edge, Part::COMPUTE] {
                assert_eq!(protection(part, facts, action), None, "{part} {action:?}");
            }
        }
    }
}
