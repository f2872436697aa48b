//! Owns the text of a provisioning's plan: per stack what would happen to each resource, then one line for all of it.

use std::fmt::Write as _;

use super::paint::{Ink, Paint};
use super::property::{NOT_TOLD, lines, name_of, plain};
use crate::facts::{ChangeAction, Replacement, ResourceChange};
use crate::plan::provision::{
    LaterInput, LaterReason, PreviewBasis, Protection, ProvisionPlan, Refusal, StackAction, StackPlan,
};

/// The kinds of change as they are counted and marked, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Replace,
    Remove,
    MayReplace,
    Change,
    Add,
}

impl Kind {
    fn of(change: &ResourceChange) -> Self {
        match (change.action, change.replacement) {
            (ChangeAction::Add, _) => Kind::Add,
            (ChangeAction::Remove, _) => Kind::Remove,
            (ChangeAction::Modify, Replacement::Always) => Kind::Replace,
            (ChangeAction::Modify, Replacement::Conditional) => Kind::MayReplace,
            (ChangeAction::Modify, Replacement::Never) => Kind::Change,
        }
    }

    fn mark(self) -> (&'static str, Ink) {
        match self {
            Kind::Replace => ("-/+", Ink::Lost),
            Kind::Remove => ("-", Ink::Lost),
            Kind::MayReplace => ("±?", Ink::MayBeLost),
            Kind::Change => ("~", Ink::Changed),
            Kind::Add => ("+", Ink::Made),
        }
    }
}

/// The plan as text; `refusals` are what stands against carrying it out with the flags given.
pub fn plan_text(plan: &ProvisionPlan, refusals: &[Refusal], color: bool) -> String {
    let paint = Paint { color };
    let mut out = String::new();
    let heading = format!("plan for {} in {}", plan.environment, plan.region);
    let _ = writeln!(out, "{}", paint.it(Ink::Heading, &heading));
    for stack in &plan.stacks {
        stack_text(&mut out, paint, stack);
    }
    if !plan.warnings.is_empty() {
        out.push('\n');
        for warning in &plan.warnings {
            let _ = writeln!(out, "{} {}", paint.it(Ink::MayBeLost, "!"), plain(warning));
        }
    }
    if !refusals.is_empty() {
        let _ = writeln!(out, "\n{}", paint.it(Ink::Lost, "not carried out as it stands:"));
        for refusal in refusals {
            let _ = writeln!(out, "  {}\n    {}", plain(&refusal.text), plain(&refusal.next));
        }
    }
    out.push('\n');
    if plan.is_no_change() {
        let stacks = if plan.stacks.len() == 1 { "The stack is" } else { "All stacks are" };
        let text = format!("No changes. {stacks} as rendered.");
        let _ = writeln!(out, "{}", paint.it(Ink::Well, &text));
    }
    let _ = writeln!(out, "{}", plan_summary(plan));
    out
}

/// The one line that sums a plan up.
pub fn plan_summary(plan: &ProvisionPlan) -> String {
    let stacks = |wanted: fn(&StackPlan) -> bool| plan.stacks.iter().filter(|s| wanted(s)).count();
    let mut parts = Vec::new();
    for (count, word) in [
        (stacks(|s| s.action == StackAction::Create), "to create"),
        (stacks(|s| s.action == StackAction::Update), "to update"),
        (stacks(|s| matches!(s.action, StackAction::Recreate { .. })), "to recreate"),
        (stacks(|s| s.action == StackAction::NoChange && s.gets_protection()), "to protect"),
        (stacks(|s| matches!(s.action, StackAction::Blocked { .. })), "blocked"),
        (stacks(StackPlan::is_no_change), "unchanged"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    if parts.is_empty() {
        parts.push("no stacks".to_owned());
    }
    let changes: Vec<Kind> = plan.stacks.iter().flat_map(|s| &s.changes).map(Kind::of).collect();
    let count = |kind: Kind| changes.iter().filter(|k| **k == kind).count();
    let mut counts =
        format!("+{} ~{} -{} -/+{}", count(Kind::Add), count(Kind::Change), count(Kind::Remove), count(Kind::Replace));
    if count(Kind::MayReplace) > 0 {
        let _ = write!(counts, " ±?{}", count(Kind::MayReplace));
    }
    format!("plan: {}; resources {counts}", parts.join(", "))
}

fn stack_text(out: &mut String, paint: Paint, stack: &StackPlan) {
    let (word, ink) = match &stack.action {
        StackAction::Create => ("create", Ink::Made),
        StackAction::Update => ("update", Ink::Changed),
        StackAction::NoChange if stack.gets_protection() => ("protect", Ink::Changed),
        StackAction::NoChange => ("no changes", Ink::Quiet),
        StackAction::Recreate { .. } => ("delete and create again", Ink::Lost),
        StackAction::Blocked { .. } => ("blocked", Ink::Lost),
    };
    if stack.is_no_change() {
        let _ = writeln!(out, "\n{}  {}", paint.it(Ink::Heading, stack.name.as_str()), paint.it(ink, word));
        return;
    }
    let counts = counts(stack);
    let _ = writeln!(out, "\n{}  {}{counts}", paint.it(Ink::Heading, stack.name.as_str()), paint.it(ink, word));
    match &stack.action {
        StackAction::Recreate { status } => {
            let _ = writeln!(out, "  it is in {status}, which cannot be updated");
        }
        StackAction::Blocked { reason, next } => {
            let _ = writeln!(out, "  {}\n  {}", plain(reason), plain(next));
        }
        _ => {}
    }
    if stack.basis == PreviewBasis::TemplateOnly {
        let text = "template-only: read from the templates, because CloudFormation cannot be asked yet";
        let _ = writeln!(out, "  {}", paint.it(Ink::MayBeLost, text));
    }
    match stack.protection {
        Some(Protection::New) => {
            let _ = writeln!(out, "  termination protection: on");
        }
        Some(Protection::FoundOff) => {
            let mark = paint.it(Ink::Changed, &pad("~", 3));
            let _ = writeln!(out, "  {mark} termination protection  off -> on");
        }
        Some(Protection::On) | None => {}
    }
    for later in &stack.later {
        let _ = writeln!(out, "  {}", paint.it(Ink::MayBeLost, &later_text(later)));
    }
    if !matches!(stack.action, StackAction::Create | StackAction::Recreate { .. }) {
        for parameter in &stack.parameters {
            let value = |v: &Option<String>| v.as_deref().map_or_else(|| "(none)".to_owned(), plain);
            let mark = paint.it(Ink::Changed, &pad("~", 3));
            let (before, after) = (value(&parameter.before), value(&parameter.after));
            let _ = writeln!(out, "  {mark} parameter {}  {before} -> {after}", parameter.name);
        }
    }
    resources_text(out, paint, stack);
}

fn resources_text(out: &mut String, paint: Paint, stack: &StackPlan) {
    let mut changes: Vec<&ResourceChange> = stack.changes.iter().collect();
    changes.sort_by(|a, b| {
        (Kind::of(a), &a.resource_type, &a.logical_id).cmp(&(Kind::of(b), &b.resource_type, &b.logical_id))
    });
    let widest = changes.iter().map(|change| change.resource_type.len()).max().unwrap_or_default();
    for change in changes {
        let kind = Kind::of(change);
        let (mark, ink) = kind.mark();
        let physical = match &change.physical_id {
            Some(id) if *id != change.logical_id => paint.it(Ink::Quiet, &format!("  {}", plain(id))),
            _ => String::new(),
        };
        let _ = writeln!(
            out,
            "  {} {}  {}{physical}{}",
            paint.it(ink, &pad(mark, 3)),
            pad(&change.resource_type, widest),
            change.logical_id,
            why(kind, change),
        );
        if kind == Kind::Add {
            continue;
        }
        for line in change.properties.iter().flat_map(lines) {
            let replaces = if line.replaces { paint.it(Ink::Lost, "  (replaces)") } else { String::new() };
            let values = match (line.before.as_str(), line.after.as_str()) {
                ("\"\"", "\"\"") => String::new(),
                (NOT_TOLD, _) => format!("  {NOT_TOLD}"),
                (before, after) => format!("  {before} -> {after}"),
            };
            let _ = writeln!(out, "        {}{values}{replaces}", line.name);
        }
    }
}

/// Why a resource is, or may be, replaced.
fn why(kind: Kind, change: &ResourceChange) -> String {
    let causes: Vec<String> = change
        .properties
        .iter()
        .filter(|property| property.requires_replacement)
        .map(|property| name_of(&property.path))
        .collect();
    match (kind, causes.is_empty()) {
        (Kind::Replace, true) => "  replaced".to_owned(),
        (Kind::Replace, false) => format!("  replaced because of {}", causes.join(", ")),
        (Kind::MayReplace, true) => "  may be replaced".to_owned(),
        (Kind::MayReplace, false) => format!("  may be replaced because of {}", causes.join(", ")),
        _ => String::new(),
    }
}

fn later_text(later: &LaterInput) -> String {
    let ids = later.logical_ids.join(", ");
    let part = later.part;
    let parameter = &later.parameter;
    match later.reason {
        LaterReason::Created => format!("{parameter} is known only after {part} is deployed ({ids} is not there yet)"),
        LaterReason::Replaced => {
            format!("will change: unknown until {part} is deployed ({parameter} follows {ids}, which is replaced)")
        }
        LaterReason::MayBeReplaced => {
            format!("may change: unknown until {part} is deployed ({parameter} follows {ids}, which may be replaced)")
        }
    }
}

fn counts(stack: &StackPlan) -> String {
    let kinds: Vec<Kind> = stack.changes.iter().map(Kind::of).collect();
    let mut text = String::new();
    for kind in [Kind::Add, Kind::Change, Kind::Remove, Kind::Replace, Kind::MayReplace] {
        let count = kinds.iter().filter(|k| **k == kind).count();
        if count > 0 {
            let _ = write!(text, "  {}{count}", kind.mark().0);
        }
    }
    text
}

fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(missing))
}
