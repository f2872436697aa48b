//! Owns `lifeboat sync`: images and parameters, production -> standby, only what differs.

mod carry_out;
mod plans;
mod production;

use std::collections::BTreeMap;
use std::path::PathBuf;

use futures_util::future::join;

use self::carry_out::{Carried, carry_out};
use self::plans::{plan_of_images, plans_of_parameters};
use self::production::{Production, production};
use super::balancers::balancer_names;
use super::context::{Context, Session};
use super::output::Output;
use super::roll::{refresh, roll};
use super::under_way::{refuse_under_way, refuse_while_barred, refuse_while_serving};
use crate::model::{BalancerNames, Caller, SideName, Span};
use crate::plan::sync::ImagePlan;
use crate::report::sync::SyncPlanView;
use crate::store::BundleError;
use crate::store::bundle::{SyncRecord, SyncedImage};
use crate::ui::{Exit, Failure};

/// Arguments of `lifeboat sync`.
#[derive(Debug, clap::Args)]
pub struct SyncArgs {
    /// The environment file
    pub environment: PathBuf,
    /// Show what differs and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// With --dry-run: exit 2 when something differs
    #[arg(long, requires = "dry_run")]
    pub exit_code: bool,
    /// Publish images without rolling the compute stacks
    #[arg(long)]
    pub no_roll: bool,
    /// Also replace the standby's running instances by ones of the new image
    #[arg(long, conflicts_with = "no_roll")]
    pub refresh: bool,
    /// Write although a declaration stands: images and parameters that the standby serves the users with become production's
    #[arg(long)]
    pub while_serving: bool,
    /// Wait at most this long for image copies
    #[arg(long, value_name = "TIME", default_value = "60m", value_parser = Span::parse)]
    pub timeout: Span,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

const NO_BASELINE: &str = "there is no baseline, so host names of load balancers in parameters are rewritten by `rewrite:` and \
                           `map:` alone; run `lifeboat baseline`, then sync again";

/// Runs `lifeboat sync`.
pub async fn run(args: &SyncArgs, context: &Context) -> Result<Exit, Failure> {
    let session = context.open(&args.environment).await?;
    let environment = &session.environment;
    if !args.dry_run {
        let risk = "what production holds would replace what they are served with";
        refuse_under_way(&session, &args.environment).await?;
        refuse_while_serving(&session, &args.environment, risk, args.while_serving).await?;
        if !args.no_roll {
            // The stack states the minimum of its groups, and one above zero starts servers.
            refuse_while_barred(&session, &args.environment).await?;
        }
    }
    let (primary, standby) = join(session.enter(SideName::Primary), session.enter(SideName::Standby)).await;
    let (primary, _) = primary?;
    let (standby, caller) = standby?;
    let baseline = match session.bundle.baseline(session.store.as_ref()).await {
        Ok(baseline) => Some(baseline),
        Err(BundleError::NoBaseline { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let mut notes = Vec::new();
    let balancers = match &baseline {
        Some(baseline) => balancer_names(environment, baseline, &standby).await,
        None => {
            notes.push(NO_BASELINE.to_owned());
            BalancerNames::new()
        }
    };
    let production = production(&session, &primary, baseline.as_ref()).await?;
    let (images, published) = plan_of_images(&session, &standby, &production).await?;
    let parameters = plans_of_parameters(&session, &primary, &standby, &balancers).await?;
    let view =
        SyncPlanView { environment, images: &images, parameters: &parameters, stale: &production.moved, notes: &notes };
    let printer = session.printer();
    let writes = view.writes();
    let blocking = view.blocking();
    if args.dry_run || !blocking.is_empty() || args.output == Output::Text {
        super::output::print(printer, args.output, |color| view.text(color), || view.json());
    }
    if !blocking.is_empty() {
        let mut failure = Failure::failed("nothing was synced, because something must be seen to first");
        failure.why = blocking;
        return Err(failure);
    }
    if args.dry_run {
        printer.note(&format!("dry run: {writes} writes would be made; nothing was changed"));
        return Ok(if args.exit_code && writes > 0 { Exit::Differences } else { Exit::Done });
    }
    let done = carry_out(&session, &standby, args, &images, &parameters).await?;
    let rolled = if args.no_roll { Vec::new() } else { roll(&session, &standby, &args.environment).await? };
    if args.refresh && !rolled.is_empty() {
        refresh(&session, &rolled).await?;
    }
    let mut images_now = in_step(&published, &images, &production);
    images_now.extend(done.images.published.clone());
    let record = SyncRecord {
        schema_version: 1,
        at: session.clock().now(),
        by: caller.arn.clone(),
        images: images_now,
        parameters_in_step: done.in_step,
        writes: done.writes,
    };
    if done.failures.is_empty() {
        session.bundle.save_sync(session.store.as_ref(), &record).await?;
    }
    finish(&session, args, &done, &rolled, &record, &caller)
}

fn in_step(
    published: &BTreeMap<String, String>,
    plan: &ImagePlan,
    production: &Production,
) -> BTreeMap<String, SyncedImage> {
    plan.in_step
        .iter()
        .filter_map(|tier| {
            let synced = SyncedImage {
                source_image: production.sources.get(tier)?.id.clone(),
                standby_image: published.get(tier)?.clone(),
            };
            Some((tier.clone(), synced))
        })
        .collect()
}

fn finish(
    session: &Session,
    args: &SyncArgs,
    done: &Carried,
    rolled: &[String],
    record: &SyncRecord,
    caller: &Caller,
) -> Result<Exit, Failure> {
    let printer = session.printer();
    match args.output {
        Output::Json => printer.result(&format!(
            "{:#}",
            serde_json::json!({
                "schema_version": 1,
                "environment": session.environment.name,
                "by": caller.arn,
                "writes": done.writes,
                "copied": done.images.copied,
                "removed": done.images.removed,
                "parameters_in_step": done.in_step,
                "held": done.held,
                "images": record.images,
                "rolled": rolled,
                "failures": done.failures.iter().map(|(subject, reason)| serde_json::json!({
                    "subject": subject, "reason": reason,
                })).collect::<Vec<_>>(),
            })
        )),
        Output::Text if done.failures.is_empty() && done.writes == 0 && rolled.is_empty() => {
            printer.result(&match done.held.len() {
                0 => "nothing to do: images and parameters are in step with production".to_owned(),
                1 => "nothing to write: 1 parameter is held back, all else is in step with production".to_owned(),
                held => {
                    format!("nothing to write: {held} parameters are held back, all else is in step with production")
                }
            });
        }
        Output::Text => printer.result(&format!(
            "result: writes={} copied={} removed={} parameters_in_step={} held={} rolled={} failed={}",
            done.writes,
            done.images.copied,
            done.images.removed,
            done.in_step,
            done.held.len(),
            rolled.len(),
            done.failures.len()
        )),
    }
    if done.failures.is_empty() {
        return Ok(Exit::Done);
    }
    let mut failure = Failure::failed(format!("{} of the writes failed", done.failures.len())).hint(format!(
        "mend what is named, then run `lifeboat sync {}` again; it writes only what still differs",
        args.environment.display()
    ));
    failure.why = done.failures.iter().map(|(subject, reason)| format!("{subject}: {reason}")).collect();
    Err(failure)
}
