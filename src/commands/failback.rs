//! Owns `lifeboat failback`: service goes home to the primary, and the standby stands by again.

use std::collections::BTreeMap;
use std::path::PathBuf;

use futures_util::future::join3;

use super::carry::{Manner, side};
use super::context::{Context, Session};
use super::declare::{begin, groups, is_open, past_runs, unfinished};
use super::output::{Output, print};
use super::run_id::run_id;
use super::runs::sitting::{Decisions, host};
use crate::facts::GroupFacts;
use crate::model::{SideName, Span};
use crate::plan::declare::Declaration;
use crate::plan::failback::{FailbackInput, FailbackRefusal, plan_failback};
use crate::plan::runbook::Mode;
use crate::plan::scale::ScaleRefusal;
use crate::report;
use crate::ui::confirm::confirm_name;
use crate::ui::{Exit, Failure};

/// Arguments of `lifeboat failback`.
#[derive(Debug, clap::Args)]
pub struct FailbackArgs {
    /// The environment file
    pub environment: PathBuf,
    /// Why: it stands in the journal and in the report
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Show the plan with its timeline; do nothing
    #[arg(long)]
    pub rehearse: bool,
    /// Wait at most this long for each tier of the primary
    #[arg(long, value_name = "TIME", default_value = "20m", value_parser = Span::parse)]
    pub timeout: Span,
    /// Stands for typing the environment's name, and opens the gates, in scripts
    #[arg(short, long)]
    pub yes: bool,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

/// Runs `lifeboat failback`. It looks at both sides.
pub async fn run(args: &FailbackArgs, context: &Context) -> Result<Exit, Failure> {
    let session = context.open(&args.environment).await?;
    let (environment, store) = (&session.environment, session.store.as_ref());
    let baseline = session.bundle.baseline(store).await?;
    let posture = session.bundle.posture(store).await?;
    let standby = side(&session, SideName::Standby).await?;
    let (caller, groups, past) =
        join3(session.caller(&standby.read), groups(&session, &standby.read), past_runs(&session)).await;
    let (caller, groups, past) = (caller?, groups?, past?);
    if let Some(open) = past.iter().rev().find(|record| is_open(record))
        && !args.rehearse
    {
        return Err(unfinished(open, &args.environment));
    }
    let primary = primary_groups(&session).await?;
    let now = session.clock().now();
    let input = FailbackInput {
        environment,
        baseline: &baseline,
        groups: &groups,
        primary: primary.as_ref().map_err(Clone::clone),
        declared_in: posture.as_ref().and_then(|posture| posture.declared_in.as_deref()),
        declaration: Declaration {
            run_id: run_id(now, &past),
            mode: Mode::Graceful,
            reason: args.reason.clone(),
            by: caller.arn.clone(),
            host: host(),
            at: now,
            incident_at: None,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        timeout_s: args.timeout.as_secs(),
    };
    let runbook = match plan_failback(&input) {
        Ok(runbook) => runbook,
        Err(refusal @ FailbackRefusal::AtHome) => return Ok(at_home(&session, &refusal, args.output)),
        Err(refusal) => return Err(tell(&refusal, args)),
    };
    let printer = session.printer();
    if args.rehearse {
        print(
            printer,
            args.output,
            |color| {
                format!("{}rehearsal: nothing was done and nothing was saved\n", report::runbook::text(&runbook, color))
            },
            || report::runbook::json(&runbook),
        );
        return Ok(Exit::Done);
    }
    printer.note(report::runbook::text(&runbook, printer.color_err()).trim_end());
    let what = format!("This brings {} home to {}", environment.name, environment.primary.region);
    confirm_name(printer, &environment.name, &what, args.yes)?;
    let manner =
        Manner { file: &args.environment, yes: args.yes, output: args.output, decisions: Decisions::default() };
    begin(&session, &runbook, standby, &caller, &manner).await
}

fn at_home(session: &Session, refusal: &FailbackRefusal, output: Output) -> Exit {
    print(
        session.printer(),
        output,
        |_| format!("{refusal}\n"),
        || serde_json::json!({ "schema_version": report::runbook::SCHEMA_VERSION, "runbook": null, "because": refusal.to_string() }),
    );
    Exit::Done
}

/// The primary's groups, by name; or, as a value, what its silence looks like. Credentials of another account are refused.
async fn primary_groups(session: &Session) -> Result<Result<BTreeMap<String, GroupFacts>, String>, Failure> {
    let ports = session.read(SideName::Primary).await?;
    if let Err(error) = ports.identity.caller().await {
        return Ok(Err(error.to_string()));
    }
    session.caller(&ports).await?;
    let names: Vec<String> = session.environment.tiers.iter().map(|tier| tier.auto_scaling_group.clone()).collect();
    Ok(match ports.groups.groups(&names).await {
        Ok(groups) => Ok(groups.into_iter().map(|group| (group.name.clone(), group)).collect()),
        Err(error) => Err(error.to_string()),
    })
}

fn tell(refusal: &FailbackRefusal, args: &FailbackArgs) -> Failure {
    let file = args.environment.display();
    let failed = || Failure::failed(refusal.to_string());
    match refusal {
        FailbackRefusal::NoReason | FailbackRefusal::Scale(ScaleRefusal::UnknownTier { .. }) => {
            Failure::new(Exit::Usage, refusal.to_string())
        }
        FailbackRefusal::Scale(ScaleRefusal::NotProvisioned { .. }) => {
            failed().hint(format!("run `lifeboat provision {file}` first"))
        }
        FailbackRefusal::Scale(ScaleRefusal::NoBasis { .. }) | FailbackRefusal::NotRecorded { .. } => {
            failed().hint(format!("run `lifeboat baseline {file}` while the primary is at its size"))
        }
        FailbackRefusal::PrimarySilent { .. } => Failure::refused(refusal.to_string())
            .hint("wait until it answers; until then the standby goes on serving and nothing was changed"),
        FailbackRefusal::GroupsGone { .. } => {
            Failure::refused(refusal.to_string()).hint("bring them back with what made them, then fail back")
        }
        FailbackRefusal::RecordedFenced { .. } => Failure::refused(refusal.to_string())
            .hint("set their sizes by hand: aws autoscaling update-auto-scaling-group --min-size --max-size --desired-capacity")
            .hint(format!("then record them: lifeboat baseline {file}")),
        FailbackRefusal::AtHome => failed(),
    }
}
