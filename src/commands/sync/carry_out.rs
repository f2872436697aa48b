//! Owns the order in which a sync is carried out: parameters, then images.

use std::time::Duration;

use super::SyncArgs;
use crate::cloud::ReadPorts;
use crate::commands::context::Session;
use crate::model::SideName;
use crate::plan::sync::{ImagePlan, ParameterPlan};
use crate::run::patience::Patience;
use crate::run::sync_images::{ImageOutcome, run_images};
use crate::run::sync_parameters::run_parameters;
use crate::ui::Failure;
use crate::ui::progress::Progress;

/// What came of a sync.
pub(super) struct Carried {
    /// Images.
    pub images: ImageOutcome,
    /// How many writes were made.
    pub writes: usize,
    /// How many parameters are in step now.
    pub in_step: usize,
    /// Parameters that wait for something in the standby.
    pub held: Vec<String>,
    /// What failed: subject and reason.
    pub failures: Vec<(String, String)>,
}

/// Carries out both plans.
pub(super) async fn carry_out(
    session: &Session,
    standby: &ReadPorts,
    args: &SyncArgs,
    images: &ImagePlan,
    parameters: &[(String, ParameterPlan)],
) -> Result<Carried, Failure> {
    let write = session.write(SideName::Standby).await?;
    let progress = Progress::new(session.printer());
    let clock = session.clock();
    // An image copy takes minutes to an hour; a look every ten seconds costs one call.
    let patience = Patience { timeout: args.timeout.as_duration(), interval: Duration::from_secs(10) };
    let name = &session.environment.name;
    // Parameters first: they are quick, and an image that fails must not keep them from being in step.
    let mut writes = 0;
    let mut in_step = 0;
    let mut held = Vec::new();
    let mut failures = Vec::new();
    for (_, plan) in parameters {
        let outcome = run_parameters(plan, write.parameters.as_ref(), &progress).await;
        writes += outcome.written + outcome.deleted;
        in_step += plan.in_step + outcome.written;
        held.extend(plan.held.clone());
        failures.extend(outcome.failures);
    }
    let images = run_images(name, images, standby, &write, clock.as_ref(), patience, &progress).await;
    writes += images.copied + images.published.len() + images.removed;
    failures.extend(images.failures.clone());
    Ok(Carried { images, writes, in_step, held, failures })
}
