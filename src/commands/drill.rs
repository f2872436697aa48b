//! Owns `lifeboat drill`: the standby is brought up as a declaration would, measured, and brought back, with proof.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::carry::Manner;
use super::context::{Context, Session};
use super::data;
use super::declare::begin;
use super::earlier::{record, times};
use super::opening::{Opening, open};
use super::output::Output;
use super::promoted::pasts;
use super::runs::sitting::Decisions;
use super::standby_seen;
use super::under_way::refuse_barred;
use crate::model::{ENVIRONMENT_TAG, SideName, Span, Switch};
use crate::plan::drill::{CopyInput, CopyProblem, DrillInput, DrillRefusal, not_restored, plan_drill};
use crate::plan::runbook::{EventBefore, Mode, Untouched};
use crate::plan::scale::{ScaleRefusal, ScaleTarget};
use crate::report;
use crate::report::drill::{DrillVerdict, LOOK_BACK, is_measure};
use crate::run::engine::RunRecord;
use crate::store::Runs;
use crate::ui::confirm::confirm_name;
use crate::ui::{Exit, Failure};

/// Arguments of `lifeboat drill`.
#[derive(Debug, clap::Args)]
pub struct DrillArgs {
    /// The environment file
    pub environment: PathBuf,
    /// What it is for: it stands in the journal and in the report
    #[arg(long, value_name = "TEXT", default_value = "a drill")]
    pub reason: String,
    /// Where to: `full`, or a percentage of full production size such as `50%`
    #[arg(long, value_name = "full|N%", default_value = "full")]
    pub to: ScaleTarget,
    /// Stop waiting for a tier that is short by at most this many percent; the drill is told as short all the same
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=100))]
    pub accept: u32,
    /// Wait at most this long for each tier
    #[arg(long, value_name = "TIME", default_value = "20m", value_parser = Span::parse)]
    pub timeout: Span,
    /// Also restore a copy of every RDS database, or of those named (`--copy-data=orders,carts`), from a fresh snapshot of
    /// the standby's replica; verify it, and delete both again. It measures how long a restore takes and how old its data
    /// is. The replica and the service are left alone, except that RDS cannot promote the replica while it takes the
    /// snapshot: a declaration waits that long. The copy costs as much as the replica, plus the snapshot, until they are
    /// deleted
    #[arg(long, value_name = "DATA", num_args = 0.., require_equals = true, value_delimiter = ',')]
    pub copy_data: Option<Vec<String>>,
    /// Stands for typing the environment's name, in scripts
    #[arg(short, long)]
    pub yes: bool,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

/// Runs `lifeboat drill`. It reads the store and the standby; the primary is not called.
pub async fn run(args: &DrillArgs, context: &Context) -> Result<Exit, Failure> {
    if args.to == ScaleTarget::Standby {
        return Err(Failure::new(Exit::Usage, "a drill goes up: to full, or to a percentage of it"));
    }
    let opening = open(&args.environment, context).await?;
    opening.refuse_unfinished(&args.environment).await?;
    refuse_barred(&opening.session, &args.environment).await?;
    let Opening { session, baseline, standby, caller, groups, past, .. } = &opening;
    let environment = &session.environment;
    let (untouched, standby_serves) = left_alone(&opening).await?;
    // Nothing of a drill needs them but a part of its proof, which says that they were not seen.
    let volumes = standby.read.volumes.volumes_tagged(ENVIRONMENT_TAG, &environment.name).await;
    let volumes = volumes.map_err(|error| error.to_string());
    // What a declaration has besides is not carried out, and counts in the verdict all the same.
    let (_, mut seen) = standby_seen::look(session, &standby.read).await?;
    if data::stands_alone(&seen) {
        seen.past = pasts(session).await?;
    }
    let databases = match &args.copy_data {
        Some(_) => data::to_copy(environment, &standby.read).await?,
        None => BTreeMap::new(),
    };
    let copy = args.copy_data.as_deref().map(|wanted| CopyInput { wanted, databases: &databases });
    let input = DrillInput {
        environment,
        baseline,
        groups,
        declared_in: opening.declared_in(),
        untouched: &untouched,
        volumes: &volumes,
        standby_serves: &standby_serves,
        declaration: opening.declaration(Mode::Ungraceful, &args.reason),
        target: args.to,
        accept_percent: args.accept,
        timeout_s: args.timeout.as_secs(),
        seen,
        past: times(past),
        copy,
    };
    let runbook = plan_drill(&input).map_err(|refusal| tell(&refusal, args))?;
    let printer = session.printer();
    printer.note(report::runbook::text(&runbook, printer.color_err()).trim_end());
    if copy.is_some() {
        not_restored(environment).iter().for_each(|text| printer.note(text));
    }
    if let Err(because) = &volumes {
        printer.warn(&format!("the proof will not tell whether volumes are left: {because}"));
    }
    let copied = if copy.is_some() { "; it makes copies of databases, which cost, and deletes them again" } else { "" };
    let what = format!(
        "This starts instances of {} in {}, and stops them again{copied}",
        environment.name, environment.standby.region
    );
    confirm_name(printer, &environment.name, &what, args.yes, &context.stop).await?;
    let decisions = Decisions { planned_from: Some(opening.basis.clone()), ..Decisions::default() };
    let manner = Manner { file: &args.environment, yes: args.yes, output: args.output, decisions };
    begin(session, &runbook, standby.clone(), caller, &manner).await
}

/// What the drill leaves alone, as it is now; and the objects that lead the users to the standby.
async fn left_alone(opening: &Opening) -> Result<(Untouched, Vec<String>), Failure> {
    let (environment, read) = (&opening.session.environment, &opening.standby.read);
    let mut untouched = Untouched { databases: data::sources(environment, read).await?, ..Untouched::default() };
    let mut leading = Vec::new();
    let switch = environment.traffic.as_ref().map(|traffic| &traffic.switch);
    if let Some(Switch::StandbyTakesOver { bucket, key }) = switch {
        match read.buckets.object_exists(bucket, key).await? {
            true => leading.push(format!("s3://{bucket}/{key}")),
            false => untouched.absent_objects.push((bucket.clone(), key.clone())),
        }
    }
    // Only production's scheduled actions are ever put in force in the standby.
    if opening.baseline.facts.schedules.values().any(|schedules| !schedules.is_empty()) {
        let names: Vec<String> = opening.groups.keys().cloned().collect();
        let mut there = read.schedules.schedules(&names).await?;
        untouched.schedules =
            names.into_iter().map(|name| (name.clone(), there.remove(&name).unwrap_or_default())).collect();
    }
    for source in &environment.event_sources {
        let trigger = source.on(SideName::Standby);
        let runs = read.events.event_source(&trigger).await?.map(|facts| facts.runs());
        untouched.events.insert(source.name.clone(), EventBefore { trigger, runs });
    }
    Ok((untouched, leading))
}

/// The verdict on a drill, measured against the last good one before it. An earlier run that cannot be read is passed over.
pub async fn verdict(session: &Session, drill: &RunRecord) -> DrillVerdict {
    let runs = Runs::of(&session.environment.name);
    let mut ids = runs.ids(session.store.as_ref()).await.unwrap_or_default();
    ids.sort();
    for run in ids.iter().rev().filter(|run| **run < drill.run).take(LOOK_BACK) {
        if let Ok(before) = record(session, &runs, run).await
            && is_measure(drill, &before)
        {
            return DrillVerdict::of(drill, Some(&before));
        }
    }
    DrillVerdict::of(drill, None)
}

fn tell(refusal: &DrillRefusal, args: &DrillArgs) -> Failure {
    let file = args.environment.display();
    match refusal {
        DrillRefusal::Scale(ScaleRefusal::NotProvisioned { .. }) => {
            Failure::failed(refusal.to_string()).hint(format!("run `lifeboat provision {file}` first"))
        }
        DrillRefusal::Scale(ScaleRefusal::NoBasis { .. }) => Failure::failed(refusal.to_string())
            .hint(format!("run `lifeboat baseline {file}` while production is well")),
        DrillRefusal::Scale(ScaleRefusal::UnknownTier { .. }) => Failure::new(Exit::Usage, refusal.to_string()),
        DrillRefusal::Copy(problems) => {
            let usage = problems.iter().any(CopyProblem::is_usage);
            let exit = if usage { Exit::Usage } else { Exit::Failed };
            let failure = Failure::new(exit, "data cannot be copied");
            let failure = problems.iter().fold(failure, |failure, problem| failure.because(problem.to_string()));
            failure.hint(format!("without a copy of data: lifeboat drill {file}"))
        }
        DrillRefusal::Declared { .. } | DrillRefusal::Serves { .. } => Failure::refused(refusal.to_string())
            .hint(format!("bring service home first: lifeboat failback {file} --reason TEXT")),
    }
}
