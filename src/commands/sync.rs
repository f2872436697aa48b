//! Owns `lifeboat sync`: images and parameters, production -> standby, only what differs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::future::{join, join_all};

use super::balancers::balancer_names;
use super::context::{Context, Session};
use super::output::Output;
use super::roll::{refresh, roll};
use crate::cloud::ReadPorts;
use crate::facts::{Baseline, GroupFacts, ImageFacts, LaunchTemplateFacts};
use crate::model::{BalancerNames, Caller, ENVIRONMENT_TAG, Rewrite, SideName, Span, image_parameter_name};
use crate::plan::sync::images::removal_candidates;
use crate::plan::sync::{ImagePlan, ImageWorld, ParameterPlan, plan_images, plan_parameters};
use crate::report::sync::SyncPlanView;
use crate::run::patience::Patience;
use crate::run::sync_images::{ImageOutcome, run_images};
use crate::run::sync_parameters::run_parameters;
use crate::store::BundleError;
use crate::store::bundle::{SyncRecord, SyncedImage};
use crate::ui::progress::Progress;
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
    /// Wait at most this long for image copies
    #[arg(long, value_name = "TIME", default_value = "60m", value_parser = Span::parse)]
    pub timeout: Span,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

const NO_BASELINE: &str = "there is no baseline, so host names of load balancers in parameters are rewritten by `rewrite:` and \
                           `map:` alone; run `lifeboat baseline`, then sync again";

/// Production as far as a sync needs it.
struct Production {
    sources: BTreeMap<String, ImageFacts>,
    moved: Vec<String>,
}

/// Runs `lifeboat sync`.
pub async fn run(args: &SyncArgs, context: &Context) -> Result<Exit, Failure> {
    let session = context.open(&args.environment).await?;
    let environment = &session.environment;
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

async fn production(
    session: &Session,
    primary: &ReadPorts,
    baseline: Option<&Baseline>,
) -> Result<Production, Failure> {
    let environment = &session.environment;
    let names: Vec<String> = environment.tiers.iter().map(|tier| tier.auto_scaling_group.clone()).collect();
    let groups: BTreeMap<String, GroupFacts> =
        primary.groups.groups(&names).await?.into_iter().map(|group| (group.name.clone(), group)).collect();
    let references: Vec<_> = groups.values().filter_map(|group| group.launch_template.clone()).collect();
    let versions = primary.launch_templates.launch_templates(&references).await?;
    let mut ids = Vec::new();
    let mut wanted: BTreeMap<String, String> = BTreeMap::new();
    let mut moved = Vec::new();
    let mut missing = Vec::new();
    for tier in &environment.tiers {
        let Some(group) = groups.get(&tier.auto_scaling_group) else {
            missing
                .push(format!("production has no Auto Scaling group {} (tier {})", tier.auto_scaling_group, tier.name));
            continue;
        };
        let version = group.launch_template.as_ref().and_then(|reference| versions.get(reference));
        match version.and_then(|version| version.image_id.clone()) {
            Some(id) => {
                wanted.insert(tier.name.clone(), id.clone());
                ids.push(id);
            }
            None => missing.push(format!(
                "the launch template of {} (tier {}) names no image or could not be found",
                tier.auto_scaling_group, tier.name
            )),
        }
        moved.extend(moved_on(&tier.name, &tier.auto_scaling_group, version, baseline));
    }
    ids.sort();
    ids.dedup();
    let images: BTreeMap<String, ImageFacts> =
        primary.images.images(&ids).await?.into_iter().map(|image| (image.id.clone(), image)).collect();
    let mut sources = BTreeMap::new();
    for (tier, id) in wanted {
        match images.get(&id) {
            Some(image) => {
                sources.insert(tier, image.clone());
            }
            None => missing.push(format!(
                "tier {tier} launches from {id}, which does not exist in {} or is not shared with this account",
                environment.primary.region
            )),
        }
    }
    if missing.is_empty() {
        return Ok(Production { sources, moved });
    }
    let mut failure = Failure::failed("production is not as the environment file says, so nothing was synced");
    failure.why = missing;
    Err(failure)
}

/// Settings that images and parameters do not carry reach the standby through the baseline and a deploy.
fn moved_on(
    tier: &str,
    group: &str,
    version: Option<&LaunchTemplateFacts>,
    baseline: Option<&Baseline>,
) -> Option<String> {
    let known = baseline?.facts.launch_templates.get(group)?;
    let version = version?;
    let settings = |facts: &LaunchTemplateFacts| LaunchTemplateFacts { image_id: None, version: 0, ..facts.clone() };
    (settings(known) != settings(version)).then(|| {
        format!(
            "tier {tier}: production's launch settings changed since the baseline (version {} -> {}); run `lifeboat baseline`, then `lifeboat provision`",
            known.version, version.version
        )
    })
}

async fn plan_of_images(
    session: &Session,
    standby: &ReadPorts,
    production: &Production,
) -> Result<(ImagePlan, BTreeMap<String, String>), Failure> {
    let environment = &session.environment;
    let names: Vec<String> =
        environment.tiers.iter().map(|tier| image_parameter_name(&environment.name, &tier.name)).collect();
    let (copies, published) =
        join(standby.images.images_tagged(ENVIRONMENT_TAG, &environment.name), standby.parameters.parameters(&names))
            .await;
    let copies = copies?;
    let by_name: BTreeMap<String, String> =
        published?.into_iter().map(|parameter| (parameter.name.clone(), parameter.value.expose().to_owned())).collect();
    let published: BTreeMap<String, String> = environment
        .tiers
        .iter()
        .filter_map(|tier| {
            let id = by_name.get(&image_parameter_name(&environment.name, &tier.name))?;
            Some((tier.name.clone(), id.clone()))
        })
        .collect();
    let run_id = uuid::Uuid::now_v7().to_string();
    let nobody = BTreeMap::new();
    let mut world = ImageWorld {
        environment,
        sources: &production.sources,
        copies: &copies,
        published: &published,
        users: &nobody,
        run_id: &run_id,
    };
    let candidates = removal_candidates(&world);
    let users = join_all(candidates.iter().map(|id| standby.images.image_users(id))).await;
    // A copy whose users could not be read is kept: not seen is not absent.
    let users: BTreeMap<String, Vec<String>> =
        candidates.into_iter().zip(users).filter_map(|(id, users)| Some((id, users.ok()?))).collect();
    world.users = &users;
    Ok((plan_images(&world), published.clone()))
}

async fn plans_of_parameters(
    session: &Session,
    primary: &ReadPorts,
    standby: &ReadPorts,
    balancers: &BalancerNames,
) -> Result<Vec<(String, ParameterPlan)>, Failure> {
    let environment = &session.environment;
    let mut plans = Vec::new();
    for rule in &environment.sync.parameters {
        let rewrite = Rewrite::of_parameters(environment, rule, balancers);
        let there = rewrite.apply(&rule.path);
        let (from, to) =
            join(primary.parameters.parameters_by_path(&rule.path), standby.parameters.parameters_by_path(&there))
                .await;
        let plan = plan_parameters(rule, &rewrite, &from?, &to?, &environment.primary.region);
        plans.push((rule.path.clone(), plan));
    }
    Ok(plans)
}

struct Carried {
    images: ImageOutcome,
    writes: usize,
    in_step: usize,
    held: Vec<String>,
    failures: Vec<(String, String)>,
}

async fn carry_out(
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
