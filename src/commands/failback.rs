//! Owns `lifeboat failback`: service goes home to the primary, and the standby stands by again.

mod images;
mod seen;

use std::collections::BTreeMap;
use std::path::PathBuf;

use self::seen::{Groups, look};
use super::carry::Manner;
use super::context::{Context, Session};
use super::declare::begin;
use super::opening::{Opening, open};
use super::output::{Output, print};
use super::runs::sitting::Decisions;
use crate::cloud::ReadPorts;
use crate::facts::GroupFacts;
use crate::model::{Region, SideName, Span};
use crate::plan::failback::{FailbackInput, FailbackRefusal, Seen, plan_failback};
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
    /// Wait at most this long for each replica: making one copies all data
    #[arg(long, value_name = "TIME", default_value = "12h", value_parser = Span::parse)]
    pub data_timeout: Span,
    /// Stands for typing the environment's name, and opens the gates, in scripts
    #[arg(short, long)]
    pub yes: bool,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

/// Runs `lifeboat failback`. It looks at both sides.
pub async fn run(args: &FailbackArgs, context: &Context) -> Result<Exit, Failure> {
    let opening = open(&args.environment, context).await?;
    if !args.rehearse {
        opening.refuse_unfinished(&args.environment).await?;
    }
    let Opening { session, baseline, standby, caller, groups, .. } = &opening;
    let environment = &session.environment;
    let primary = primary_groups(session).await?;
    let seen = match &primary {
        Ok((ports, homes)) => {
            let groups = Groups { primary: homes, standby: groups };
            look(session, baseline, ports, &standby.read, &groups).await?
        }
        // It is refused with these words.
        Err(_) => Seen::default(),
    };
    let input = FailbackInput {
        environment,
        baseline,
        groups,
        primary: primary.as_ref().map(|(_, groups)| groups).map_err(Clone::clone),
        seen: &seen,
        declared_in: opening.declared_in(),
        declaration: opening.declaration(Mode::Graceful, &args.reason),
        timeout_s: args.timeout.as_secs(),
        data_timeout_s: args.data_timeout.as_secs(),
    };
    let runbook = match plan_failback(&input) {
        Ok(runbook) => runbook,
        Err(refusal @ FailbackRefusal::AtHome) => return Ok(at_home(session, &refusal, args.output)),
        Err(refusal) => return Err(tell(&refusal, args, &environment.primary.region)),
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
    confirm_name(printer, &environment.name, &what, args.yes, &context.stop).await?;
    let decisions = Decisions { planned_from: Some(opening.basis.clone()), ..Decisions::default() };
    let manner = Manner { file: &args.environment, yes: args.yes, output: args.output, decisions };
    begin(session, &runbook, standby.clone(), caller, &manner).await
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

/// A way to look at the primary, and its groups by name.
type Home = (ReadPorts, BTreeMap<String, GroupFacts>);

/// The primary's groups, by name; or, as a value, what its silence looks like. Credentials of another account are refused.
async fn primary_groups(session: &Session) -> Result<Result<Home, String>, Failure> {
    let ports = session.read(SideName::Primary).await?;
    if let Err(error) = ports.identity.caller().await {
        return Ok(Err(error.to_string()));
    }
    session.caller(&ports).await?;
    let names: Vec<String> = session.environment.tiers.iter().map(|tier| tier.auto_scaling_group.clone()).collect();
    Ok(match ports.groups.groups(&names).await {
        Ok(groups) => Ok((ports, groups.into_iter().map(|group| (group.name.clone(), group)).collect())),
        Err(error) => Err(error.to_string()),
    })
}

/// `region`: that of the primary.
fn tell(refusal: &FailbackRefusal, args: &FailbackArgs, region: &Region) -> Failure {
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
            failed().hint(format!("run `lifeboat baseline {file} --while-serving` while the primary is at its size"))
        }
        FailbackRefusal::PrimarySilent { .. } => Failure::refused(refusal.to_string())
            .hint("wait until it answers; until then the standby goes on serving and nothing was changed"),
        FailbackRefusal::GroupsGone { .. } => {
            Failure::refused(refusal.to_string()).hint("bring them back with what made them, then fail back")
        }
        FailbackRefusal::RecordedFenced { .. } => Failure::refused(refusal.to_string())
            .hint(format!(
                "set the size of each by hand: aws autoscaling update-auto-scaling-group --region {region} \
                 --auto-scaling-group-name GROUP --min-size N --max-size N --desired-capacity N"
            ))
            .hint(format!("then record them: lifeboat baseline {file} --while-serving")),
        FailbackRefusal::Data { troubles } => {
            let refused = Failure::refused(refusal.to_string());
            troubles.iter().fold(refused, |failure, trouble| failure.hint(trouble.hint()))
        }
        FailbackRefusal::RecordsGone { .. } => Failure::refused(refusal.to_string())
            .hint(format!("run `lifeboat provision {file}`, which makes them, then fail back")),
        FailbackRefusal::AtHome => failed(),
    }
}
