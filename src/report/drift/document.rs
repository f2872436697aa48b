//! Owns differences between documents: a unified diff with context, and the changed words marked within changed lines.

use similar::{ChangeTag, TextDiff};

use crate::report::style::{ADDED, PLAIN, Paint, QUIET, REMOVED, printable};

/// Unchanged lines around each change.
const CONTEXT: usize = 3;

/// The lines of a unified diff from `left` to `right`, so many spaces from the left.
pub fn lines(left: &str, right: &str, indent: usize, paint: Paint) -> Vec<String> {
    let diff = TextDiff::from_lines(left, right);
    let pad = " ".repeat(indent);
    let mut out = vec![];
    for group in diff.grouped_ops(CONTEXT) {
        if let (Some(first), Some(last)) = (group.first(), group.last()) {
            let header = format!(
                "@@ -{} +{} @@",
                range(first.old_range().start, last.old_range().end),
                range(first.new_range().start, last.new_range().end)
            );
            out.push(format!("{pad}{}", paint.text(QUIET, &header)));
        }
        for op in &group {
            // No deadline: the same two documents always give the same lines.
            for change in diff.iter_inline_changes_deadline(op, None) {
                let (sign, style) = match change.tag() {
                    ChangeTag::Delete => ("-", REMOVED),
                    ChangeTag::Insert => ("+", ADDED),
                    ChangeTag::Equal => (" ", PLAIN),
                };
                let mut line = format!("{pad}{}", paint.text(style, sign));
                for (emphasised, piece) in change.values() {
                    let piece = printable(piece.trim_end_matches(['\n', '\r']));
                    line.push_str(&paint.text(if *emphasised { style.bold().underline() } else { style }, &piece));
                }
                out.push(line.trim_end().to_owned());
            }
        }
    }
    out
}

/// A range of lines as unified diffs write it: first line from 1, and how many unless one.
fn range(start: usize, end: usize) -> String {
    match end.saturating_sub(start) {
        1 => (start + 1).to_string(),
        0 => format!("{start},0"),
        count => format!("{},{count}", start + 1),
    }
}
