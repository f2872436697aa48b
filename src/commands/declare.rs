//! Owns `lifeboat declare`: the recorded human decision that brings the standby to production size, planned, confirmed and
//! carried out. It reads the store and the standby; the primary is called only where the person asks for it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use futures_util::future::{join, join_all, join3};
use jiff::Timestamp;

use super::carry::{Manner, carry_out, side};
use super::context::{Context, Session};
use super::data;
use super::declare_refused::tell;
use super::earlier::{past_despite, times};
use super::output::{Output, print};
use super::promoted::pasts;
use super::run_id::run_id;
use super::runs::sitting::{Decisions, host};
use super::standby_seen;
use super::under_way;
use super::unfinished::unfinished;
use crate::cloud::ReadPorts;
use crate::facts::GroupFacts;
use crate::model::{Caller, SideName, Span, standby_group_name};
use crate::plan::declare::{
    Declaration, DeclareInput, DeclareOptions, PrimaryReach, Remarks, Skip, plan_declare, remarks,
};
use crate::plan::runbook::{Mode, RunKind, Runbook};
use crate::plan::scale::ScaleTarget;
use crate::report;
use crate::report::barred::Barred;
use crate::run::actors::SidePorts;
use crate::run::engine::RunRecord;
use crate::run::journal::{RunState, Tail};
use crate::run::lever::look_at_lever;
use crate::store::Runs;
use crate::store::lease::holder;
use crate::ui::confirm::confirm_name;
use crate::ui::{Exit, Failure};

/// Arguments of `lifeboat declare`.
#[derive(Debug, clap::Args)]
pub struct DeclareArgs {
    /// The environment file
    pub environment: PathBuf,
    /// Why: it stands in the journal and in the report
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Both sides are well: no write is lost. The primary is fenced before databases are promoted, or else once the users
    /// have moved
    #[arg(long)]
    pub graceful: bool,
    /// Show the plan with its timeline and whether the objective holds; do nothing
    #[arg(long)]
    pub rehearse: bool,
    /// Where to: `full`, or a percentage of full production size such as `50%`
    #[arg(long, value_name = "full|N%", default_value = "full")]
    pub to: ScaleTarget,
    /// Only the capacity of this tier, with data and traffic left alone; may be given several times. A promotion cannot
    /// be taken back and users need every tier, so those wait for a declaration without --tier
    #[arg(long, value_name = "TIER")]
    pub tier: Vec<String>,
    /// Leave a step out; may be given several times, each with its --because
    #[arg(long, value_name = "STEP", requires = "because")]
    pub skip: Vec<String>,
    /// Why the step is left out
    #[arg(long, value_name = "TEXT", requires = "skip")]
    pub because: Vec<String>,
    /// Count a shortfall of at most this many percent per tier as success
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=100))]
    pub accept: u32,
    /// Try to set the primary's groups to zero and to suspend their scheduled actions, although it may be dark; nothing
    /// waits for it. Without it an ungraceful declaration leaves the primary as it is
    #[arg(long, conflicts_with = "graceful")]
    pub fence: bool,
    /// Somebody must agree before anything is done. It pauses the run and records whose credentials answered, on which
    /// host; it does not prove that it was a second person, and --yes opens it. For that, stop at the gate and let somebody
    /// else `lifeboat runs resume` with credentials of their own
    #[arg(long)]
    pub gate: bool,
    /// When the incident began, such as 2026-11-07T03:10:00Z: recovery time is counted from there
    #[arg(long, value_name = "TIME")]
    pub incident_at: Option<Timestamp>,
    /// Wait at most this long for each tier
    #[arg(long, value_name = "TIME", default_value = "20m", value_parser = Span::parse)]
    pub timeout: Span,
    /// Stands for typing the environment's name, and opens the gates, in scripts
    #[arg(short, long)]
    pub yes: bool,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

/// Runs `lifeboat declare`.
pub async fn run(args: &DeclareArgs, context: &Context) -> Result<Exit, Failure> {
    let options = options(args)?;
    let session = context.open(&args.environment).await?;
    let environment = &session.environment;
    let now = session.clock().now();
    if args.incident_at.is_some_and(|incident| incident > now) {
        return Err(Failure::new(Exit::Usage, "--incident-at is in the future")
            .because(format!("it is {}", now.strftime("%Y-%m-%dT%H:%M:%SZ"))));
    }
    // None of these waits for another, and this command is in a hurry: the bundle is read and checked while calls are
    // under way.
    let (bundle, store) = (session.bundle.clone(), session.store.clone());
    let baseline = tokio::spawn(async move { bundle.baseline(store.as_ref()).await });
    let mut standby = side(&session, SideName::Standby).await?;
    let (caller, seen, past) = join3(
        session.caller(&standby.read),
        standby_seen::look(&session, &standby.read),
        past_despite(&session, &args.environment),
    )
    .await;
    let baseline = baseline.await.map_err(|error| Failure::failed(format!("the bundle was not read: {error}")))??;
    let (caller, (groups, mut seen), (basis, past)) = (caller?, seen?, past?);
    if data::stands_alone(&seen) {
        // Whether it has what counts, only earlier runs tell.
        seen.past = pasts(&session).await?;
    }
    // The plan is carried out at once, unless a person thinks about it: then the groups are looked at again.
    standby.seen = Some((now, groups.values().cloned().collect()));
    if let Some(open) = past.iter().find(|record| record.kind == RunKind::Declare && is_open(record))
        && !args.rehearse
    {
        return Err(unfinished(&session, open, &past, &args.environment).await);
    }
    // Capacity alone leads nobody anywhere: its servers would only write to what counts no more.
    if !args.tier.is_empty()
        && !args.rehearse
        && let Some(barred) = Barred::by_last(&past)
    {
        return Err(under_way::told(&session, &barred, &args.environment).await);
    }
    let mode = if args.graceful { Mode::Graceful } else { Mode::Ungraceful };
    let input = DeclareInput {
        environment,
        baseline: &baseline,
        groups: &groups,
        standby: seen,
        primary: if args.graceful { reach(&session).await? } else { PrimaryReach::NotAsked },
        declaration: Declaration {
            run_id: run_id(now, &past),
            mode,
            reason: args.reason.clone(),
            by: caller.arn.clone(),
            host: host(),
            at: now,
            incident_at: args.incident_at,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        options,
        past: times(&past),
    };
    let runbook = plan_declare(&input).map_err(|refusal| tell(&refusal, args, &environment.standby.region))?;
    let mut remarks = remarks(&input, &runbook);
    if args.rehearse {
        let traffic = environment.traffic.as_ref().filter(|_| args.tier.is_empty());
        let outside = session.cloud.outside();
        // The declaration itself asks when it has moved the lever: nothing of it waits for this.
        remarks.lever = look_at_lever(standby.read.buckets.as_ref(), outside.as_ref(), traffic).await;
        return Ok(rehearsed(&session, &runbook, &remarks, args.output));
    }
    let printer = session.printer();
    printer.note(report::runbook::text(&runbook, printer.color_err()).trim_end());
    let know = report::runbook::remarks(&remarks, runbook.objectives.rpo, printer.color_err());
    if !know.is_empty() {
        printer.note(know.trim_end());
    }
    let what = format!("This declares {} in {}", environment.name, environment.standby.region);
    confirm_name(printer, &environment.name, &what, args.yes, &context.stop).await?;
    let decisions = Decisions { planned_from: Some(basis), ..Decisions::default() };
    let manner = Manner { file: &args.environment, yes: args.yes, output: args.output, decisions };
    begin(&session, &runbook, standby, &caller, &manner).await
}

/// Saves a new runbook and carries it out.
pub(super) async fn begin(
    session: &Session,
    runbook: &Runbook,
    standby: SidePorts,
    caller: &Caller,
    manner: &Manner<'_>,
) -> Result<Exit, Failure> {
    let runs = Runs::of(&session.environment.name);
    runs.save(session.store.as_ref(), &runbook.id, runbook).await?;
    let ended = carry_out(session, runbook, standby, caller, manner).await;
    // What stopped is gone on with, even where its first entry could not be written: its lease may still be held.
    let refused = ended.as_ref().is_err_and(|failure| failure.exit != Exit::Stopped);
    if refused && !holds_lease(session, &runbook.id).await && has_not_begun(session, &runbook.id).await {
        // Another writer was first. The plan would only be in the way of those who look for what was done.
        let _ = session.store.delete(&runs.key(&runbook.id, "runbook.json")).await;
    }
    ended
}

/// Whether a run has begun and not come to its end.
pub(super) fn is_open(record: &RunRecord) -> bool {
    !record.state.is_final() && record.state != RunState::New
}

/// Whether the lease was not given back: then the run must be there, to be given up or gone on with.
async fn holds_lease(session: &Session, run: &str) -> bool {
    let held = holder(session.store.as_ref(), &session.environment.name).await;
    held.is_err() || held.is_ok_and(|held| held.is_some_and(|lease| lease.run == run))
}

async fn has_not_begun(session: &Session, run: &str) -> bool {
    let mut tail = Tail::new(session.store.clone(), &session.environment.name, run);
    tail.read_all().await.is_ok_and(|entries| entries.is_empty())
}

fn rehearsed(session: &Session, runbook: &Runbook, remarks: &Remarks, output: Output) -> Exit {
    let rpo = runbook.objectives.rpo;
    print(
        session.printer(),
        output,
        |color| {
            let plan = report::runbook::text(runbook, color);
            let know = report::runbook::remarks(remarks, rpo, color);
            format!("{plan}{know}rehearsal: nothing was done and nothing was saved\n")
        },
        || report::runbook::rehearsal_json(runbook, remarks),
    );
    let holds = report::runbook::holds(runbook) && remarks.point_holds(rpo) != Some(false);
    let lever_fails = remarks.lever.as_ref().is_some_and(|lever| lever.works() == Some(false));
    if holds && !lever_fails { Exit::Done } else { Exit::Differences }
}

fn options(args: &DeclareArgs) -> Result<DeclareOptions, Failure> {
    if args.to == ScaleTarget::Standby {
        return Err(Failure::new(Exit::Usage, "a declaration does not go to the standby footprint")
            .hint("`lifeboat scale --to standby` goes back to it"));
    }
    if args.because.len() != args.skip.len() {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "{} --skip and {} --because: each skipped step has its own reason",
                args.skip.len(),
                args.because.len()
            ),
        ));
    }
    let skips = args.skip.iter().zip(&args.because);
    Ok(DeclareOptions {
        target: args.to,
        tiers: args.tier.clone(),
        skips: skips.map(|(step, because)| Skip { step: step.clone(), because: because.clone() }).collect(),
        accept_percent: args.accept,
        timeout_s: args.timeout.as_secs(),
        approval: args.gate,
        fence: args.fence,
    })
}

pub(super) async fn groups(session: &Session, ports: &ReadPorts) -> Result<BTreeMap<String, GroupFacts>, Failure> {
    let environment = &session.environment;
    let names: Vec<String> =
        environment.tiers.iter().map(|tier| standby_group_name(&environment.name, &tier.name)).collect();
    let groups = ports.groups.groups(&names).await?;
    Ok(groups.into_iter().map(|group| (group.name.clone(), group)).collect())
}

/// Whether the primary answers, lets us in, and has what a fence names: asked only by a graceful declaration.
async fn reach(session: &Session) -> Result<PrimaryReach, Failure> {
    let ports = session.read(SideName::Primary).await?;
    if let Err(error) = ports.identity.caller().await {
        return Ok(PrimaryReach::Silent { why: error.to_string() });
    }
    session.caller(&ports).await?;
    let names: Vec<String> = session.environment.tiers.iter().map(|tier| tier.auto_scaling_group.clone()).collect();
    let events =
        session.environment.event_sources.iter().map(|source| source.on(SideName::Primary)).collect::<Vec<_>>();
    let looks = join_all(events.iter().map(|trigger| ports.events.event_source(trigger)));
    let (groups, events_seen) = join(ports.groups.groups(&names), looks).await;
    let found = match groups {
        Ok(groups) => groups,
        Err(error) => return Ok(PrimaryReach::Silent { why: error.to_string() }),
    };
    let lost = names.iter().filter(|name| !found.iter().any(|group| group.name == **name));
    let mut missing: Vec<String> = lost.map(|name| format!("Auto Scaling group {name}")).collect();
    // One that could not be looked at may be there: switching it off tells.
    let unseen = events.iter().zip(events_seen).filter(|(_, seen)| matches!(seen, Ok(None)));
    missing.extend(unseen.map(|(trigger, _)| trigger.to_string()));
    Ok(if missing.is_empty() { PrimaryReach::Answers } else { PrimaryReach::Lacks { missing } })
}
