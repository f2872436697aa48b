//! Owns the text of what came of a provisioning or teardown.

use std::fmt::Write as _;

use super::paint::{Ink, Paint, many};
use super::property::plain;
use crate::run::provision::{Deed, ProvisionReport, StackOutcome, StopKind, Stopped};

/// What was done, what ended it early and how to go on.
pub fn outcome_text(report: &ProvisionReport, color: bool) -> String {
    let paint = Paint { color };
    let mut out = String::new();
    let widest = report.done.iter().map(|done| done.name.0.len()).max().unwrap_or_default();
    for done in &report.done {
        let (word, ink) = deed(done.deed);
        let resources = if matches!(done.deed, Deed::Unchanged | Deed::Protected) {
            String::new()
        } else {
            format!("  {}", many(done.resources, "resource"))
        };
        let time = if done.deed == Deed::Unchanged { String::new() } else { format!("  {}", time(done)) };
        let _ = writeln!(out, "{:widest$}  {}{resources}{time}", done.name.0, paint.it(ink, word));
    }
    if let Some(stopped) = &report.stopped {
        stopped_text(&mut out, paint, stopped);
    }
    for name in &report.not_started {
        let _ = writeln!(out, "{name}  {}", paint.it(Ink::Quiet, "not started"));
    }
    for left in &report.left_behind {
        let _ = writeln!(out, "{} left behind: {}", paint.it(Ink::MayBeLost, "!"), plain(left));
    }
    if report.is_complete() && !report.changed() {
        let _ = writeln!(out, "{}", paint.it(Ink::Well, "No changes."));
    }
    out
}

fn deed(deed: Deed) -> (&'static str, Ink) {
    match deed {
        Deed::Created => ("created", Ink::Made),
        Deed::Updated => ("updated", Ink::Changed),
        Deed::Recreated => ("recreated", Ink::Changed),
        Deed::Protected => ("protected against termination again", Ink::Changed),
        Deed::Unchanged => ("unchanged", Ink::Quiet),
        Deed::Deleted => ("deleted", Ink::Lost),
    }
}

fn time(done: &StackOutcome) -> String {
    let seconds = done.elapsed_ms / 1_000;
    match (seconds / 60, seconds % 60) {
        (0, 0) => format!("{} ms", done.elapsed_ms),
        (0, seconds) => format!("{seconds} s"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

fn stopped_text(out: &mut String, paint: Paint, stopped: &Stopped) {
    let ink = if stopped.kind == StopKind::Failed { Ink::Lost } else { Ink::MayBeLost };
    let _ = writeln!(out, "\n{}", paint.it(ink, &plain(&stopped.what)));
    for why in &stopped.why {
        let _ = writeln!(out, "  because: {}", plain(why));
    }
    if let Some(failure) = &stopped.failure {
        if failure.others > 0 {
            let _ = writeln!(out, "  after it: {} more failed", failure.others);
        }
        let _ = writeln!(out, "  now: {}", failure.state);
    }
    for next in &stopped.next {
        let _ = writeln!(out, "  next: {}", plain(next));
    }
}
