//! Owns the comparison of stack parameters: what would be given now against what the stack was given.

use std::collections::BTreeSet;

use super::of_deployed;
use crate::diff::finding::{Kind, Severity, Status};
use crate::diff::found::Found;
use crate::diff::input::{DeployedStack, DriftInput};
use crate::diff::shown::Shown;
use crate::model::{BalancerName, Part, image_stack_parameter, standby_group_name};
use crate::render::{Counterpart, Input, RenderedStack};

/// Judges parameter values. Zones are left out: once deployed, the deployed one stays.
pub fn judge(
    input: &DriftInput<'_>,
    part: Part,
    rendered: &RenderedStack,
    deployed: &DeployedStack,
    found: &mut Found,
) {
    for (name, wanted) in &rendered.parameters {
        compare(part, deployed, name, wanted, false, found);
    }
    for (name, from) in &rendered.inputs {
        let (producer, wanted, is_list) = match from {
            Input::Zone { .. } => continue,
            Input::Resources { part, logical_ids } => (part, resolved(input, *part, logical_ids), true),
            Input::LoadBalancerDns { part, logical_id } => (part, dns_name(input, *part, logical_id), false),
        };
        match wanted {
            Some(wanted) => compare(part, deployed, name, &wanted, is_list, found),
            None => found
                .coverage(Kind::Pending, part.as_str())
                .skipped(format!("parameter {name}"), format!("known only when the {producer} stack is deployed")),
        }
    }
    rolls(input, part, rendered, deployed, found);
}

fn compare(part: Part, deployed: &DeployedStack, name: &str, wanted: &str, is_list: bool, found: &mut Found) {
    found.coverage(Kind::Pending, part.as_str()).checked();
    let there = deployed.facts.parameters.get(name).map(String::as_str);
    let same = match there {
        // The stack's parameters are NoEcho where CloudFormation shows stars: nothing can be told, nothing is wrong.
        Some("****") => true,
        Some(there) if is_list => members(there) == members(wanted),
        Some(there) => there == wanted,
        None => false,
    };
    if !same {
        let status = if there.is_some() { Status::Modified } else { Status::Deleted };
        found.push(
            of_deployed(part, deployed, &format!("parameters/{name}"), status, Severity::Degrades)
                .values(Shown::text(wanted), Shown::maybe(there)),
        );
    }
}

fn members(list: &str) -> BTreeSet<&str> {
    list.split(',').map(str::trim).collect()
}

/// The physical ids an input stands for; none while one of them has none.
fn resolved(input: &DriftInput<'_>, producer: Part, logical_ids: &[String]) -> Option<String> {
    let stack = input.stacks.get(&producer)?;
    let ids: Option<Vec<&str>> = logical_ids
        .iter()
        .map(|wanted| {
            let resource = stack.resources.iter().find(|resource| resource.logical_id == *wanted)?;
            Some(resource.physical_id.as_str()).filter(|id| !id.is_empty())
        })
        .collect();
    Some(ids?.join(","))
}

/// The host name of a load balancer that is made; none while it is not there.
fn dns_name(input: &DriftInput<'_>, producer: Part, logical_id: &str) -> Option<String> {
    let is_it = |one: &Counterpart| one.part == producer && one.logical_id == logical_id;
    let made_for = input.rendered.counterparts.iter().filter(|(_, counterpart)| is_it(counterpart));
    made_for.filter_map(|(primary, _)| input.balancers.get(primary)).find_map(|standing| match standing {
        BalancerName::Known(name) => Some(name.clone()),
        _ => None,
    })
}

/// Image parameters hold a name whose value may have moved since the stack looked it up.
fn rolls(input: &DriftInput<'_>, part: Part, rendered: &RenderedStack, deployed: &DeployedStack, found: &mut Found) {
    for tier in &input.environment.tiers {
        let name = image_stack_parameter(&tier.name);
        if !part.is_compute() || !rendered.parameters.contains_key(&name) {
            continue;
        }
        let Some(published) = input.published_images.get(&tier.name) else { continue };
        found.coverage(Kind::Pending, part.as_str()).checked();
        // Stand-ins do not tell what a parameter resolved to; the launch template holds it literally.
        let group = standby_group_name(&input.environment.name, &tier.name);
        let launched = || input.standby.launch_templates.get(&group).and_then(|template| template.image_id.as_ref());
        let resolved = deployed.facts.resolved_parameters.get(&name).or_else(launched);
        if resolved != Some(published) {
            let place = format!("parameters/{name}/value");
            found.push(
                of_deployed(part, deployed, &place, Status::Modified, Severity::Degrades)
                    .values(Shown::text(published.as_str()), Shown::maybe(resolved))
                    .note(format!("a newer image is published for {}: the stack waits to be rolled", tier.name)),
            );
        }
    }
}
