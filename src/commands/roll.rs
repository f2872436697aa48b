//! Owns rolling the compute stacks after a sync: the deployed template and parameters again, so that only image parameters
//! that moved make a difference.

use std::collections::BTreeMap;
use std::path::Path;

use super::context::Session;
use super::deploy::options;
use crate::cloud::ReadPorts;
use crate::facts::{StackFacts, Tags};
use crate::model::{
    Digest, ENVIRONMENT_TAG, Environment, Part, SideName, StackName, image_parameter_name, image_stack_parameter,
    standby_group_name,
};
use crate::plan::provision::{Allow, Intent, StackIntent};
use crate::run::provision::{Deed, Ports, preview, provision};
use crate::ui::Failure;
use crate::ui::progress::Progress;

/// Rolls the compute stacks of which an image has moved; the names of the groups that launch from a new image.
pub async fn roll(session: &Session, read: &ReadPorts, file: &Path) -> Result<Vec<String>, Failure> {
    let environment = &session.environment;
    let mut moved = BTreeMap::new();
    let mut stacks = Vec::new();
    for (part, facts, groups) in waiting(session, read).await? {
        let name = StackName(facts.name);
        let body = read.stacks.template(name.as_str()).await?;
        stacks.push(StackIntent {
            part,
            name,
            digest: Digest::of_bytes(body.as_bytes()),
            body,
            parameters: facts.parameters,
            inputs: BTreeMap::new(),
        });
        moved.insert(part, groups);
    }
    if stacks.is_empty() {
        return Ok(Vec::new());
    }
    let intent = Intent {
        environment: environment.name.clone(),
        stacks,
        tiers: Vec::new(),
        tags: Tags::from([(ENVIRONMENT_TAG.to_owned(), environment.name.clone())]),
        raised: Vec::new(),
        warnings: Vec::new(),
    };
    let write = session.write(SideName::Standby).await?;
    let clock = session.clock();
    let ports = Ports::of(read, &write, clock.as_ref());
    let options = options("sync", file, None);
    let progress = Progress::new(session.printer());
    let stop = &session.context.stop;
    let plan = preview(&ports, &intent, &options, &progress, stop).await.map_err(super::deploy::preview_failure)?;
    if plan.is_no_change() {
        return Ok(Vec::new());
    }
    // A new launch template version never replaces a resource; should it do so all the same, the run refuses.
    let report = provision(&ports, &intent, &plan, &Allow::default(), &options, &progress, stop).await;
    if let Some(stopped) = report.stopped {
        let stack = stopped.stack.map(|name| format!(" {name}")).unwrap_or_default();
        let mut failure =
            Failure::failed(format!("the images are published, but the stack{stack} was not rolled: {}", stopped.what));
        failure.why = stopped.why;
        failure.why.extend(report.not_started.iter().map(|name| format!("stack {name} was not rolled either")));
        failure.hints = stopped.next;
        return Err(failure);
    }
    let updated = report.done.iter().filter(|done| done.deed == Deed::Updated);
    Ok(updated.filter_map(|done| moved.remove(&done.part)).flatten().collect())
}

/// The compute stacks that can be updated and took another image than is published now, each with the groups concerned.
async fn waiting(session: &Session, read: &ReadPorts) -> Result<Vec<(Part, StackFacts, Vec<String>)>, Failure> {
    let environment = &session.environment;
    let parts: Vec<Part> = environment.parts().into_iter().filter(|part| part.is_compute()).collect();
    let stack_names: Vec<String> = parts.iter().map(|part| StackName::of(&environment.name, *part).0).collect();
    let mut there = read.stacks.stacks(&stack_names).await?;
    there.retain(|_, facts| facts.status.can_update());
    if there.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<String> =
        environment.tiers.iter().map(|tier| image_parameter_name(&environment.name, &tier.name)).collect();
    let published: BTreeMap<String, String> = read
        .parameters
        .parameters(&names)
        .await?
        .into_iter()
        .map(|parameter| (parameter.name.clone(), parameter.value.expose().to_owned()))
        .collect();
    let found = parts.into_iter().zip(stack_names).filter_map(|(part, name)| Some((part, there.remove(&name)?)));
    Ok(found
        .map(|(part, facts)| {
            let groups = moved(environment, &published, &facts.resolved_parameters);
            (part, facts, groups)
        })
        .filter(|(_, _, groups)| !groups.is_empty())
        .collect())
}

/// The groups whose image parameter holds another image than their stack resolved.
fn moved(
    environment: &Environment,
    published: &BTreeMap<String, String>,
    resolved: &BTreeMap<String, String>,
) -> Vec<String> {
    environment
        .tiers
        .iter()
        .filter(|tier| {
            let now = published.get(&image_parameter_name(&environment.name, &tier.name));
            let then = resolved.get(&image_stack_parameter(&tier.name));
            now.is_some() && then.is_some() && now != then
        })
        .map(|tier| standby_group_name(&environment.name, &tier.name))
        .collect()
}

/// Starts replacing the instances of groups that launch from a new image.
pub async fn refresh(session: &Session, groups: &[String]) -> Result<(), Failure> {
    let write = session.write(SideName::Standby).await?;
    for group in groups {
        let id = write.groups.start_refresh(group).await?;
        session.printer().note(&format!("  {group}: replacing running instances (instance refresh {id})"));
    }
    Ok(())
}
