//! Owns `lifeboat drill`: the standby is brought up as a declaration would, measured, and brought back, with proof.

use std::path::PathBuf;

use futures_util::future::join3;

use super::carry::{Manner, side};
use super::context::{Context, Session};
use super::declare::{begin, groups, is_open, past_runs, record, times, unfinished};
use super::output::Output;
use super::run_id::run_id;
use super::runs::sitting::{Decisions, host};
use crate::model::{SideName, Span};
use crate::plan::declare::Declaration;
use crate::plan::drill::{DrillInput, DrillRefusal, plan_drill};
use crate::plan::runbook::Mode;
use crate::plan::scale::{ScaleRefusal, ScaleTarget};
use crate::report;
use crate::report::drill::{DrillVerdict, is_good};
use crate::run::engine::RunRecord;
use crate::store::Runs;
use crate::ui::confirm::confirm_name;
use crate::ui::{Exit, Failure};

/// How many earlier runs are looked through for the last good drill.
const LOOK_BACK: usize = 50;

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
    let session = context.open(&args.environment).await?;
    let (environment, store) = (&session.environment, session.store.as_ref());
    let baseline = session.bundle.baseline(store).await?;
    let posture = session.bundle.posture(store).await?;
    let standby = side(&session, SideName::Standby).await?;
    let (caller, groups, past) =
        join3(session.caller(&standby.read), groups(&session, &standby.read), past_runs(&session)).await;
    let (caller, groups, past) = (caller?, groups?, past?);
    // What an unfinished run left is no size to come back to.
    if let Some(open) = past.iter().rev().find(|record| is_open(record)) {
        return Err(unfinished(open, &args.environment));
    }
    let now = session.clock().now();
    let input = DrillInput {
        environment,
        baseline: &baseline,
        groups: &groups,
        declared_in: posture.as_ref().and_then(|posture| posture.declared_in.as_deref()),
        declaration: Declaration {
            run_id: run_id(now, &past),
            mode: Mode::Ungraceful,
            reason: args.reason.clone(),
            by: caller.arn.clone(),
            host: host(),
            at: now,
            incident_at: None,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        target: args.to,
        accept_percent: args.accept,
        timeout_s: args.timeout.as_secs(),
        past: times(&past),
    };
    let runbook = plan_drill(&input).map_err(|refusal| tell(&refusal, args))?;
    let printer = session.printer();
    printer.note(report::runbook::text(&runbook, printer.color_err()).trim_end());
    let what = format!(
        "This starts instances of {} in {}, and stops them again",
        environment.name, environment.standby.region
    );
    confirm_name(printer, &environment.name, &what, args.yes)?;
    let manner =
        Manner { file: &args.environment, yes: args.yes, output: args.output, decisions: Decisions::default() };
    begin(&session, &runbook, standby, &caller, &manner).await
}

/// The verdict on a drill, measured against the last good one before it. An earlier run that cannot be read is passed over.
pub async fn verdict(session: &Session, drill: &RunRecord) -> DrillVerdict {
    let runs = Runs::of(&session.environment.name);
    let mut ids = runs.ids(session.store.as_ref()).await.unwrap_or_default();
    ids.sort();
    for run in ids.iter().rev().filter(|run| **run < drill.run).take(LOOK_BACK) {
        if let Ok(before) = record(session, &runs, run).await
            && is_good(&before)
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
        DrillRefusal::Declared { .. } => Failure::refused(refusal.to_string())
            .hint(format!("bring service home first: lifeboat failback {file} --reason TEXT")),
    }
}
