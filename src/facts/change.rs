//! Owns facts about change sets: what CloudFormation says it would do to each resource.

use serde::{Deserialize, Serialize};

/// What a change set does to one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeAction {
    /// Made.
    Add,
    /// Changed.
    Modify,
    /// Removed.
    Remove,
}

/// Whether a changed resource is replaced by a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Replacement {
    /// No.
    Never,
    /// Depends on a value not known yet.
    Conditional,
    /// Yes.
    Always,
}

/// One property before and after.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PropertyChange {
    /// JSON pointer, such as `/Properties/MinSize`.
    pub path: String,
    /// Before, as text; none when it was not there or is not told.
    pub before: Option<String>,
    /// After, as text; none when it goes away, is not told, or is known only after execution.
    pub after: Option<String>,
    /// Whether changing it replaces the resource.
    pub requires_replacement: bool,
}

/// One resource of a change set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ResourceChange {
    /// Logical id.
    pub logical_id: String,
    /// Physical id, where it has one.
    pub physical_id: Option<String>,
    /// Type.
    pub resource_type: String,
    /// Action.
    pub action: ChangeAction,
    /// Replacement.
    pub replacement: Replacement,
    /// Properties that change.
    pub properties: Vec<PropertyChange>,
}
