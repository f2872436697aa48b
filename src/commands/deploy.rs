//! Owns what `plan`, `provision` and `roll` share: the intent of a deploy, its options, and how its end is told.

use std::path::Path;
use std::time::Duration;

use super::context::{Context, Session};
use super::posture::known;
use super::render::{render_failure, tell_notes};
use super::templates::{TemplateArgs, templates};
use crate::cloud::ReadPorts;
use crate::model::{Footprint, Span, image_parameter_name};
use crate::plan::provision::intent::intend;
use crate::plan::provision::{Intent, Posture, misplaced, possible_compute_stacks};
use crate::render::render;
use crate::run::provision::{Options, ProvisionFailure, ProvisionReport, StopKind};
use crate::ui::{Exit, Failure};

/// Renders the standby footprint and turns it into what should be there.
pub async fn intent(session: &Session, context: &Context, overrides: &TemplateArgs) -> Result<Intent, Failure> {
    let store = session.store.as_ref();
    let baseline = session.bundle.baseline(store).await?;
    let posture = known(session).await?;
    let set = templates(overrides)?;
    let rendered = render(&session.environment, &baseline, Footprint::Standby, &set)
        .map_err(|problems| render_failure(&problems))?;
    tell_notes(context, &rendered);
    if !rendered.untranslated.is_empty() {
        let mut failure = Failure::failed(format!(
            "{} identifiers of the primary Region are left untranslated, and a standby that cites them would not work",
            rendered.untranslated.len()
        ));
        failure.why = rendered.untranslated.iter().map(|left| format!("{}: {}", left.place, left.identifier)).collect();
        return Err(failure.hint("add `map:` entries to the environment file; each warning above says which"));
    }
    let posture = posture.as_ref().map(|posture| Posture { target: &posture.target, minimums: &posture.minimums });
    Ok(intend(&session.environment, &rendered, posture))
}

/// Refuses when a tier has no published image: the compute stack takes its images from those parameters.
pub async fn require_images(session: &Session, ports: &ReadPorts, file: &Path) -> Result<(), Failure> {
    let environment = &session.environment;
    let names: Vec<String> =
        environment.tiers.iter().map(|tier| image_parameter_name(&environment.name, &tier.name)).collect();
    let found = ports.parameters.parameters(&names).await?;
    let missing: Vec<String> =
        names.into_iter().filter(|name| !found.iter().any(|parameter| parameter.name == *name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut failure = Failure::failed("no image is published in the standby Region for every tier yet").hint(format!(
        "run `lifeboat sync {}` first: it copies production's images and publishes them",
        file.display()
    ));
    failure.why = missing.into_iter().map(|name| format!("there is no parameter {name}")).collect();
    Err(failure)
}

/// Refuses when tiers stand in other compute stacks than the file gives them: a group cannot move in one deploy.
pub async fn require_homes(session: &Session, ports: &ReadPorts) -> Result<(), Failure> {
    let environment = &session.environment;
    let names: Vec<String> = possible_compute_stacks(environment).into_iter().map(|name| name.0).collect();
    let misplaced = misplaced(environment, &ports.stacks.stacks(&names).await?);
    if misplaced.is_empty() {
        return Ok(());
    }
    let region = &environment.standby.region;
    let mut failure = Failure::refused(format!(
        "`stacks.compute` is {}, but the standby was provisioned with another number, and a group cannot move from one \
         stack to another: its name is taken until it is gone",
        environment.stacks.compute
    ))
    .hint("put `stacks.compute` back to what it was");
    for stack in &misplaced {
        failure.why.push(stack.to_string());
        failure = failure.hint(format!(
            "or delete the stack, with its groups, and run this again: aws cloudformation delete-stack --stack-name {} \
             --region {region}",
            stack.stack
        ));
    }
    Err(failure)
}

/// The options of a run, named so that its change sets and events can be told from another's.
pub fn options(verb: &str, file: &Path, wait: Option<Span>) -> Options {
    let mut options = Options::new(uuid::Uuid::now_v7().to_string(), format!("lifeboat {verb} {}", file.display()));
    options.wait = wait.map(|wait| Duration::from_secs(wait.as_secs()));
    options
}

/// A preview that could not be made.
pub fn preview_failure(failure: ProvisionFailure) -> Failure {
    let hint = failure.error.hint();
    let exit = match &failure.error {
        crate::run::provision::ProvisionError::Interrupted => Exit::Interrupted,
        _ => Exit::Failed,
    };
    let mut told = Failure::new(exit, failure.error.to_string());
    told.why = failure.left_behind.iter().map(|left| format!("left behind: {left}")).collect();
    told.hints.extend(hint);
    told
}

/// The exit code an outcome asks for.
pub fn exit_of(report: &ProvisionReport) -> Exit {
    match report.stopped.as_ref().map(|stopped| stopped.kind) {
        None => Exit::Done,
        Some(StopKind::Refused) => Exit::Refused,
        Some(StopKind::Failed) => Exit::Failed,
        Some(StopKind::Unwatched) => Exit::Stopped,
        Some(StopKind::Interrupted) => Exit::Interrupted,
    }
}
