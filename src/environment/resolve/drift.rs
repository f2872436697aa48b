//! Owns the rules of ignore rules: one that has expired says so.

use jiff::civil::Date;

use super::{every, given};
use crate::environment::remark::Remark;
use crate::environment::written::WrittenDrift;
use crate::model::{DriftRules, IgnoreRule};
use crate::yaml::read::Placed;

/// What is not drift.
pub fn rules(written: &Placed<WrittenDrift>, today: Date, remarks: &mut Vec<Remark>) -> Option<DriftRules> {
    let Some(ignore) = &written.value.as_ref()?.ignore else { return Some(DriftRules::default()) };
    let ignore = every(ignore.value.as_deref()?, |i, item| {
        let rule = item.value.as_ref()?;
        if let Some((day, place)) = rule.expires.as_ref().and_then(Placed::get)
            && day.0 < today
        {
            let message = format!("this rule expired on {}: the difference counts as drift again", day.0);
            remarks.push(
                Remark::warning(place, format!("drift.ignore[{i}].expires"), message)
                    .help("mend the difference, or decide again and write a later day"),
            );
        }
        Some(IgnoreRule {
            path: rule.path.value.as_ref()?.0.clone(),
            reason: rule.reason.value.as_ref()?.0.clone(),
            expires: given(&rule.expires, |day| day.0)?,
            line: rule.path.place.line,
        })
    })?;
    Some(DriftRules { ignore })
}
