//! Owns what other hands do to an account: the changes lifeboat is there to notice.

use base64::Engine as _;
use thiserror::Error;

use super::state::{LaunchTemplate, RegionState, SimState, WebRule};
use crate::facts::{LaunchTemplateFacts, RuleFacts, RulePeer};
use crate::model::{GroupSize, TAG_PREFIX};

/// There is nothing there to change.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{region} has no {what}; there is {there}")]
pub struct NothingThere {
    /// The Region.
    pub region: String,
    /// What was looked for.
    pub what: String,
    /// What there is instead.
    pub there: String,
}

/// Somebody bakes a new image and moves a group to it: what was done.
pub fn new_image(state: &mut SimState, region: &str, group: &str) -> Result<String, NothingThere> {
    let created = state.now.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string();
    let region = region_of(state, region)?;
    let old = template_of(region, group)?.1.image_id.clone().unwrap_or_default();
    let id = region.next_id("ami");
    let snapshot = region.next_id("snap");
    let Some(mut image) = region.images.get(&old).cloned() else {
        return Err(nothing(region, format!("image {old}"), region.images.keys()));
    };
    let count = region.images.len();
    image.facts.id.clone_from(&id);
    image.facts.name = format!("{group}-{}.{count}", created.get(..10).unwrap_or("new").replace('-', "."));
    image.facts.created = created;
    image.facts.snapshot_ids = vec![snapshot];
    // A fresh image is a copy of nothing, whatever it was baked from.
    image.facts.tags.retain(|key, _| !key.starts_with(TAG_PREFIX));
    (image.source, image.token) = (None, None);
    let name = image.facts.name.clone();
    region.images.insert(id.clone(), image);
    let version = new_version(region, group, |facts| facts.image_id = Some(id.clone()))?;
    Ok(format!("{group} now launches version {version} with {id} ({name}) instead of {old}"))
}

/// Somebody adds a line to a group's user data: what was done.
pub fn change_user_data(state: &mut SimState, region: &str, group: &str, line: &str) -> Result<String, NothingThere> {
    let region = region_of(state, region)?;
    let version = new_version(region, group, |facts| {
        let text = format!("{}{line}\n", facts.user_data_text().unwrap_or_default());
        facts.user_data = Some(base64::engine::general_purpose::STANDARD.encode(text));
    })?;
    Ok(format!("{group} now launches version {version}, whose user data ends with `{line}`"))
}

/// Somebody gives a parameter another value: what was done. The value is not repeated.
pub fn change_parameter(state: &mut SimState, region: &str, name: &str, value: &str) -> Result<String, NothingThere> {
    let region = region_of(state, region)?;
    match region.parameters.get_mut(name) {
        Some(parameter) => {
            let version = parameter.push(value.to_owned());
            Ok(format!("parameter {name} has a new value, version {version}"))
        }
        None => Err(nothing(region, format!("parameter {name}"), region.parameters.keys())),
    }
}

/// Somebody opens a security group's first inbound rule to everybody, in place of what it let in: what was done.
pub fn change_rule(state: &mut SimState, region: &str, group: Option<&str>) -> Result<String, NothingThere> {
    let region = region_of(state, region)?;
    let found = region
        .security_groups
        .values()
        .filter(|known| group.is_none_or(|group| known.facts.name == group || known.facts.id == group))
        .filter(|known| known.facts.name != "default" && !known.ingress.is_empty())
        .min_by(|a, b| a.facts.name.cmp(&b.facts.name))
        .map(|known| known.facts.id.clone());
    let Some(id) = found else {
        let names = region.security_groups.values().map(|known| &known.facts.name);
        return Err(nothing(region, format!("security group {} with inbound rules", group.unwrap_or("")), names));
    };
    let new_id = region.next_id("sgr");
    let Some(known) = region.security_groups.get_mut(&id) else {
        return Err(nothing(region, format!("security group {id}"), std::iter::empty()));
    };
    // The rule is revoked and another authorised, as people do it: its id is a new one.
    known.ingress.sort_by(|a, b| a.rule.cmp(&b.rule));
    let rule = &mut known.ingress[0];
    let wide = match &rule.rule.peer {
        RulePeer::Cidr4(cidr) if cidr == "0.0.0.0/0" => "198.51.100.0/24",
        _ => "0.0.0.0/0",
    };
    rule.id = new_id;
    rule.rule =
        RuleFacts { peer: RulePeer::Cidr4(wide.to_owned()), description: "temporary".to_owned(), ..rule.rule.clone() };
    Ok(format!("an inbound rule of {} ({id}) now lets in {wide}", known.facts.name))
}

/// Somebody changes a group's size past every template: what was done.
pub fn change_size(state: &mut SimState, region: &str, group: &str, size: GroupSize) -> Result<String, NothingThere> {
    let region = region_of(state, region)?;
    match region.groups.get_mut(group) {
        Some(found) => {
            let old = std::mem::replace(&mut found.facts.size, size);
            Ok(format!("{group} has {size} instead of {old}"))
        }
        None => Err(nothing(region, format!("group {group}"), region.groups.keys())),
    }
}

/// Somebody suspends a scaling process of a group, such as `Launch`: what was done.
pub fn suspend(state: &mut SimState, region: &str, group: &str, process: &str) -> Result<String, NothingThere> {
    let region = region_of(state, region)?;
    match region.groups.get_mut(group) {
        Some(found) => {
            found.facts.suspended_processes.retain(|suspended| suspended != process);
            found.facts.suspended_processes.push(process.to_owned());
            Ok(format!("{process} is suspended for {group}"))
        }
        None => Err(nothing(region, format!("group {group}"), region.groups.keys())),
    }
}

/// Somebody switches an event source, by its rule's or its function's name, on or off at once: what was done.
pub fn switch_event(state: &mut SimState, region: &str, name: &str, on: bool) -> Result<String, NothingThere> {
    let region = region_of(state, region)?;
    let word = if on { "on" } else { "off" };
    if let Some(rule) = region.event_rules.values_mut().find(|rule| rule.name == name) {
        rule.enabled = on;
        return Ok(format!("rule {name} is switched {word}"));
    }
    if let Some(mapping) = region.event_mappings.values_mut().find(|mapping| mapping.function == name) {
        (mapping.enabled, mapping.switched_at) = (on, None);
        return Ok(format!("the mapping of {name} is switched {word}"));
    }
    let rules = region.event_rules.values().map(|rule| &rule.name);
    let there: Vec<String> =
        rules.chain(region.event_mappings.values().map(|mapping| &mapping.function)).cloned().collect();
    Err(nothing(region, format!("event source {name}"), there.iter()))
}

/// Somebody gives a load balancer rules: another status for what is not asked under that host, or only for a path; or takes
/// them away. What was done.
pub fn answer_otherwise(
    state: &mut SimState,
    region: &str,
    balancer: &str,
    (host, path): (Option<&str>, Option<&str>),
    status: Option<u16>,
) -> Result<String, NothingThere> {
    let region = region_of(state, region)?;
    let Some(found) = region.load_balancers.values().find(|known| known.name == balancer) else {
        let names = region.load_balancers.values().map(|known| &known.name);
        return Err(nothing(region, format!("load balancer {balancer}"), names));
    };
    let balancer_arn = found.arn.clone();
    region.web_rules.retain(|rule| rule.balancer_arn != balancer_arn);
    let Some(status) = status else { return Ok(format!("{balancer} answers everything as its listeners say")) };
    if let Some(host) = host {
        let host = Some(host.to_owned());
        region.web_rules.push(WebRule { balancer_arn: balancer_arn.clone(), host, path: None, status: None });
    }
    let path = path.map(str::to_owned);
    let what = path.clone().unwrap_or_else(|| "everything".to_owned());
    let but = host.map(|host| format!(", except where it is asked for {host}")).unwrap_or_default();
    region.web_rules.push(WebRule { balancer_arn, host: None, path, status: Some(status) });
    Ok(format!("{balancer} answers {status} to {what}{but}"))
}

/// Somebody blocks public access to every bucket of the account, or no longer does: what was done.
pub fn block_public_access(state: &mut SimState, on: bool) -> String {
    state.blocks_public_access = on;
    let word = if on { "keeps the public out of every bucket" } else { "is off" };
    format!("Block Public Access of the account {word}")
}

fn region_of<'a>(state: &'a mut SimState, name: &str) -> Result<&'a mut RegionState, NothingThere> {
    if !state.regions.contains_key(name) {
        let there = listed(state.regions.keys());
        return Err(NothingThere { region: "the account".to_owned(), what: format!("Region {name} in use"), there });
    }
    Ok(state.region_mut(name))
}

fn template_of<'a>(
    region: &'a RegionState,
    group: &str,
) -> Result<(&'a LaunchTemplate, &'a LaunchTemplateFacts), NothingThere> {
    let found = region.groups.get(group).and_then(|group| {
        let reference = group.facts.launch_template.as_ref()?;
        let template = region.launch_template(&reference.id, &reference.name)?;
        Some((template, template.version(&reference.version)?))
    });
    found.ok_or_else(|| nothing(region, format!("group {group}"), region.groups.keys()))
}

/// Makes a version of a group's launch template and moves the group to it, whichever way the group names its version.
fn new_version(
    region: &mut RegionState,
    group: &str,
    change: impl FnOnce(&mut LaunchTemplateFacts),
) -> Result<u64, NothingThere> {
    let (template, current) = template_of(region, group)?;
    let number = template.latest() + 1;
    let mut facts = LaunchTemplateFacts { version: number, ..current.clone() };
    change(&mut facts);
    if let Some(template) = region.launch_templates.get_mut(&facts.id) {
        template.default_version = number;
        template.versions.insert(number, facts);
    }
    if let Some(reference) = region.groups.get_mut(group).and_then(|group| group.facts.launch_template.as_mut())
        && !reference.version.starts_with('$')
    {
        reference.version = number.to_string();
    }
    Ok(number)
}

fn nothing<'a>(region: &RegionState, what: String, there: impl Iterator<Item = &'a String>) -> NothingThere {
    NothingThere { region: region.name.clone(), what, there: listed(there) }
}

fn listed<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<&str> = names.map(String::as_str).collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}
