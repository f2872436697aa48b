//! Owns the text of a teardown's plan.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::paint::{Ink, Paint, many};
use super::property::plain;
use crate::plan::teardown::TeardownPlan;

/// What would be deleted, in order, and what stays.
pub fn teardown_text(plan: &TeardownPlan, color: bool) -> String {
    let paint = Paint { color };
    let mut out = String::new();
    let heading = format!("teardown of {} in {}", plan.environment, plan.region);
    let _ = writeln!(out, "{}", paint.it(Ink::Heading, &heading));
    for stack in &plan.stacks {
        let count = stack.resources.len();
        let what = format!("delete {}", many(count, "resource"));
        let _ = writeln!(out, "\n{}  {}", paint.it(Ink::Heading, stack.name.as_str()), paint.it(Ink::Lost, &what));
        if stack.unprotect {
            let _ = writeln!(out, "  {}", paint.it(Ink::MayBeLost, "its termination protection is switched off first"));
        }
        if let Some(blocked) = &stack.blocked {
            let text = format!("cannot be deleted: {}", plain(&blocked.reason));
            let _ = writeln!(out, "  {}\n  {}", paint.it(Ink::MayBeLost, &text), plain(&blocked.next));
        }
        let mut types: BTreeMap<&str, usize> = BTreeMap::new();
        for resource in &stack.resources {
            *types.entry(&resource.resource_type).or_default() += 1;
        }
        for (resource_type, count) in types {
            let _ = writeln!(out, "  {} {count:>3} {resource_type}", paint.it(Ink::Lost, "-"));
        }
    }
    for kept in &plan.kept {
        let _ = writeln!(out, "\n{}  {}", paint.it(Ink::Heading, kept.name.as_str()), paint.it(Ink::Quiet, "stays"));
        let _ = writeln!(out, "  {}\n  {}", plain(&kept.reason), plain(&kept.next));
    }
    if plan.stacks.is_empty() {
        let why = if plan.kept.is_empty() { "None of its stacks is there." } else { "What is there stays." };
        let _ = writeln!(out, "\n{}", paint.it(Ink::Well, &format!("Nothing to delete. {why}")));
    } else if !plan.absent.is_empty() {
        let names: Vec<&str> = plan.absent.iter().map(|name| name.as_str()).collect();
        let _ = writeln!(out, "\nnot there: {}", names.join(", "));
    }
    if !plan.databases.is_empty() {
        let _ = writeln!(out, "\nstays, because no teardown deletes a database:");
        for stays in &plan.databases {
            let _ = writeln!(out, "  {}\n    {}", plain(&stays.what), plain(&stays.next));
        }
    }
    if !plan.stays.is_empty() {
        let _ = writeln!(out, "\nstays, because it is in no stack:");
        for stays in &plan.stays {
            let _ = writeln!(out, "  {}\n    {}", plain(&stays.what), plain(&stays.next));
        }
    }
    let resources: usize = plan.stacks.iter().map(|stack| stack.resources.len()).sum();
    let _ = writeln!(
        out,
        "\nteardown: {} with {} to delete",
        many(plan.stacks.len(), "stack"),
        many(resources, "resource")
    );
    out
}
