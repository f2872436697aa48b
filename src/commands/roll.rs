//! Owns rolling the compute stack after a sync: the deployed template and parameters again, so that only image parameters
//! that moved make a difference.

use std::collections::BTreeMap;
use std::path::Path;

use super::context::Session;
use super::deploy::options;
use crate::cloud::ReadPorts;
use crate::facts::Tags;
use crate::model::{
    Digest, ENVIRONMENT_TAG, Part, SideName, StackName, image_parameter_name, image_stack_parameter, standby_group_name,
};
use crate::plan::provision::{Allow, Intent, StackIntent};
use crate::run::provision::{Deed, Ports, preview, provision};
use crate::ui::Failure;
use crate::ui::progress::Progress;

/// Rolls the compute stack when an image it takes has moved; the names of the groups that launch from a new image.
pub async fn roll(session: &Session, read: &ReadPorts, file: &Path) -> Result<Vec<String>, Failure> {
    let environment = &session.environment;
    let name = StackName::of(&environment.name, Part::Compute);
    let Some(facts) = read.stacks.stacks(std::slice::from_ref(&name.0)).await?.remove(name.as_str()) else {
        return Ok(Vec::new());
    };
    if !facts.status.can_update() {
        return Ok(Vec::new());
    }
    let moved = moved(session, read, &facts.resolved_parameters).await?;
    if moved.is_empty() {
        return Ok(Vec::new());
    }
    let body = read.stacks.template(name.as_str()).await?;
    let intent = Intent {
        environment: environment.name.clone(),
        stacks: vec![StackIntent {
            part: Part::Compute,
            name,
            digest: Digest::of_bytes(body.as_bytes()),
            body,
            parameters: facts.parameters.clone(),
            inputs: BTreeMap::new(),
        }],
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
        let mut failure =
            Failure::failed(format!("the images are published, but the stack was not rolled: {}", stopped.what));
        failure.why = stopped.why;
        failure.hints = stopped.next;
        return Err(failure);
    }
    let updated = report.done.iter().any(|done| done.deed == Deed::Updated);
    Ok(if updated { moved } else { Vec::new() })
}

/// The groups whose image parameter holds another image than the stack resolved.
async fn moved(
    session: &Session,
    read: &ReadPorts,
    resolved: &BTreeMap<String, String>,
) -> Result<Vec<String>, Failure> {
    let environment = &session.environment;
    let names: Vec<String> =
        environment.tiers.iter().map(|tier| image_parameter_name(&environment.name, &tier.name)).collect();
    let published: BTreeMap<String, String> = read
        .parameters
        .parameters(&names)
        .await?
        .into_iter()
        .map(|parameter| (parameter.name.clone(), parameter.value.expose().to_owned()))
        .collect();
    Ok(environment
        .tiers
        .iter()
        .filter(|tier| {
            let now = published.get(&image_parameter_name(&environment.name, &tier.name));
            let then = resolved.get(&image_stack_parameter(&tier.name));
            now.is_some() && then.is_some() && now != then
        })
        .map(|tier| standby_group_name(&environment.name, &tier.name))
        .collect())
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
