//! Owns the "did you mean" part of a sentence about a name that is not known.

use crate::model::closest;

/// `; did you mean \`x\`?` where a known name is near enough, else nothing.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    closest(name, &known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}
