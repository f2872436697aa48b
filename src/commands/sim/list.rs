//! Owns how the simulated account is shown.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::list_data;
use crate::facts::ImageState;
use crate::sim::SimState;
use crate::sim::state::RegionState;

/// A time as people read it.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// One line per Region.
pub(super) fn summary(state: &SimState) -> String {
    let rows = state
        .regions
        .values()
        .map(|region| {
            let instances: usize = region.groups.values().map(|group| group.counted()).sum();
            let faults = region.faults.words();
            vec![
                region.name.clone(),
                region.groups.len().to_string(),
                instances.to_string(),
                region.images.len().to_string(),
                region.parameters.len().to_string(),
                region.stacks.len().to_string(),
                if faults.is_empty() { "well".to_owned() } else { faults.join("; ") },
            ]
        })
        .collect();
    let head = format!("account {}, {}\n\n", state.account, time(state.now));
    head + &table(&["REGION", "GROUPS", "INSTANCES", "IMAGES", "PARAMETERS", "STACKS", "HEALTH"], rows)
}

/// The whole account, or one Region of it.
pub(super) fn account(state: &SimState, only: Option<&str>) -> String {
    let mut text = summary(state);
    for region in state.regions.values().filter(|region| only.is_none_or(|name| name == region.name)) {
        let _ = write!(text, "{}", details(region, state));
    }
    // Route 53 is no Region's.
    if only.is_none() {
        for (title, heads, rows) in list_data::names(state) {
            let _ = write!(text, "\nRoute 53: {title}\n{}", table(heads, rows));
        }
    }
    text
}

fn details(region: &RegionState, state: &SimState) -> String {
    let mut text = String::new();
    let mut part = |title: &str, heads: &[&str], rows: Vec<Vec<String>>| {
        if !rows.is_empty() {
            let _ = write!(text, "\n{}: {title}\n{}", region.name, table(heads, rows));
        }
    };
    part("groups", &["GROUP", "MIN", "DESIRED", "MAX", "IN SERVICE", "LAUNCHES", "NEWS"], groups(region, state.now));
    part("images", &["IMAGE", "NAME", "STATE", "ENCRYPTED", "CREATED"], images(region));
    for (title, heads, rows) in list_data::of_region(region, state) {
        part(title, heads, rows);
    }
    part("parameters", &["PARAMETER", "TYPE", "TIER", "VERSION", "VALUE"], parameters(region));
    part("stacks", &["STACK", "STATUS", "RESOURCES", "CHANGE SETS", "UPDATED"], stacks(region));
    text
}

fn groups(region: &RegionState, now: Timestamp) -> Vec<Vec<String>> {
    region
        .groups
        .values()
        .map(|group| {
            let size = group.facts.size;
            let short = group.units() < size.desired;
            let news = group.activities.last().filter(|_| short).map(|activity| activity.message.clone());
            let suspended = &group.facts.suspended_processes;
            let news = news.unwrap_or_else(|| match suspended.is_empty() {
                true => String::new(),
                false => format!("suspended: {}", suspended.join(", ")),
            });
            vec![
                group.facts.name.clone(),
                size.min.to_string(),
                size.desired.to_string(),
                size.max.to_string(),
                group.in_service(now, &region.timings).to_string(),
                group.facts.launch_template.as_ref().map_or_else(String::new, |r| format!("{} {}", r.name, r.version)),
                news,
            ]
        })
        .collect()
}

fn images(region: &RegionState) -> Vec<Vec<String>> {
    region
        .images
        .values()
        .map(|image| {
            let facts = &image.facts;
            let state = match &facts.state {
                ImageState::Pending => "pending".to_owned(),
                ImageState::Available => "available".to_owned(),
                ImageState::Failed { reason } => format!("failed: {reason}"),
                ImageState::Other(other) => other.clone(),
            };
            let encrypted = if facts.encrypted { "yes" } else { "no" };
            vec![facts.id.clone(), facts.name.clone(), state, encrypted.to_owned(), facts.created.clone()]
        })
        .collect()
}

fn parameters(region: &RegionState) -> Vec<Vec<String>> {
    region
        .parameters
        .iter()
        .map(|(name, parameter)| {
            let value = match parameter.kind {
                crate::facts::ParameterType::SecureString => "(secret)".to_owned(),
                _ => shortened(parameter.value()),
            };
            vec![
                name.clone(),
                format!("{:?}", parameter.kind),
                format!("{:?}", parameter.tier),
                parameter.version().to_string(),
                value,
            ]
        })
        .collect()
}

fn stacks(region: &RegionState) -> Vec<Vec<String>> {
    region
        .stacks
        .values()
        .map(|stack| {
            vec![
                stack.name.clone(),
                stack.status.to_string(),
                stack.parts.len().to_string(),
                stack.change_sets.len().to_string(),
                stack.updated_at.map_or_else(String::new, time),
            ]
        })
        .collect()
}

/// One line of at most 60 characters.
fn shortened(value: &str) -> String {
    let line: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.chars().count() <= 60 { line } else { line.chars().take(59).chain(['…']).collect() }
}

/// Columns as wide as their widest cell.
fn table(heads: &[&str], rows: Vec<Vec<String>>) -> String {
    let widths: Vec<usize> = heads
        .iter()
        .enumerate()
        .map(|(i, head)| {
            let cells = rows.iter().filter_map(|row| row.get(i)).map(|cell| cell.chars().count());
            cells.chain([head.len()]).max().unwrap_or(0)
        })
        .collect();
    let line = |cells: Vec<&str>| {
        let padded: Vec<String> = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let mut text = line(heads.to_vec());
    for row in &rows {
        text.push_str(&line(row.iter().map(String::as_str).collect()));
    }
    text
}
