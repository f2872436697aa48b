//! Owns what a journal has noted at a moment: a view that stays as it is while the journal goes on.

use std::sync::Arc;

use super::entry::Entry;
use crate::model::Digest;

/// What a journal had noted at a moment, durable or not.
#[derive(Debug, Clone)]
pub struct Noted {
    /// The entries, in order.
    pub entries: Arc<Vec<Entry>>,
    /// The digest of the last one's line.
    pub head: Digest,
}
