//! Owns the comparison of tags: what production has, the standby has too; what the standby has besides is its own.

use super::context::{Parity, Spot};
use crate::diff::finding::Severity;
use crate::diff::found::Found;
use crate::diff::shown::Shown;
use crate::diff::structure::escape;
use crate::facts::Tags;
use crate::model::TAG_PREFIX;

/// Judges the tags of one thing.
pub fn judge(parity: &Parity<'_>, spot: &Spot<'_>, production: &Tags, standby: &Tags, found: &mut Found) {
    for (key, value) in production.iter().filter(|(key, _)| !key.starts_with(TAG_PREFIX)) {
        let actual = standby.get(key);
        // A name may be translated or kept: both say the same.
        if actual == Some(value) {
            continue;
        }
        let expected = Shown::text(parity.translator.text(value));
        spot.same(&escape(key), Severity::Cosmetic, expected, Shown::maybe(actual), found);
    }
}
