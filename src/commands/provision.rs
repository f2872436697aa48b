//! Owns `lifeboat provision`: the plan, its confirmation, and its carrying out with live events.

use std::path::PathBuf;

use super::context::{AGAIN, Context};
use super::deploy::{exit_of, intent, options, preview_failure, require_homes, require_images};
use super::output::Output;
use super::templates::TemplateArgs;
use super::under_way::refuse_under_way;
use crate::model::{Part, SideName, Span};
use crate::plan::provision::{Allow, refusals};
use crate::report::changes::{outcome_json, outcome_text, plan_text};
use crate::run::provision::{Deed, Ports, preview, provision};
use crate::ui::confirm::confirm_name;
use crate::ui::progress::Progress;
use crate::ui::{Exit, Failure};

/// Arguments of `lifeboat provision`.
#[derive(Debug, clap::Args)]
pub struct ProvisionArgs {
    /// The environment file
    pub environment: PathBuf,
    /// Provisioning asks for the environment's name; this stands for it in scripts
    #[arg(short, long)]
    pub yes: bool,
    /// Go on although resources would be replaced or removed
    #[arg(long)]
    pub allow_replace: bool,
    /// Go on although groups would be made smaller
    #[arg(long)]
    pub allow_shrink: bool,
    /// Delete and make again what CloudFormation can no longer update
    #[arg(long)]
    pub recreate: bool,
    /// Wait this long for an operation somebody else has under way, instead of refusing at once
    #[arg(long, value_name = "TIME", value_parser = Span::parse)]
    pub wait: Option<Span>,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
    /// Where template overrides are
    #[command(flatten)]
    pub templates: TemplateArgs,
}

/// Runs `lifeboat provision`.
pub async fn run(args: &ProvisionArgs, context: &Context) -> Result<Exit, Failure> {
    let session = context.open(&args.environment).await?;
    let printer = session.printer();
    let environment = &session.environment;
    refuse_under_way(&session, &args.environment).await?;
    let intent = intent(&session, context, &args.templates).await?;
    let (read, caller) = session.enter(SideName::Standby).await?;
    require_images(&session, &read, &args.environment).await?;
    require_homes(&session, &read).await?;
    printer.note(&format!(
        "provisioning {} in {} (account {}) as {}",
        environment.name, environment.standby.region, caller.account, caller.arn
    ));
    let write = session.write(SideName::Standby).await?;
    let clock = session.clock();
    let ports = Ports::of(&read, &write, clock.as_ref());
    let options = options("provision", &args.environment, args.wait);
    let progress = Progress::new(printer);
    context.end_in_order(AGAIN);
    let plan = preview(&ports, &intent, &options, &progress, &context.stop).await.map_err(preview_failure)?;
    let allow = Allow { replace: args.allow_replace, shrink: args.allow_shrink, recreate: args.recreate };
    let refused = refusals(&plan, &allow);
    if args.output == Output::Text {
        printer.result(&plan_text(&plan, &refused, printer.color_out()));
    }
    if !refused.is_empty() {
        let mut failure = Failure::refused("nothing was changed, because the plan needs a decision first");
        failure.why = refused.iter().map(|refusal| refusal.text.clone()).collect();
        failure.hints = refused.iter().map(|refusal| refusal.next.clone()).collect();
        failure.hints.dedup();
        return Err(failure);
    }
    if !plan.is_no_change() {
        let what = format!("This changes {} in {}", environment.name, environment.standby.region);
        confirm_name(printer, &environment.name, &what, args.yes, &context.stop).await?;
        // A run may have begun while a person thought about it.
        refuse_under_way(&session, &args.environment).await?;
    }
    let report = provision(&ports, &intent, &plan, &allow, &options, &progress, &context.stop).await;
    match args.output {
        Output::Json => printer.result(&format!("{:#}", outcome_json(&report))),
        Output::Text if plan.is_no_change() && report.is_complete() => {}
        Output::Text => printer.result(&outcome_text(&report, printer.color_out())),
    }
    let made = |deed: &Deed| matches!(deed, Deed::Created | Deed::Recreated);
    if report.is_complete() && report.done.iter().any(|done| done.part == Part::Edge && made(&done.deed)) {
        printer.note(&format!(
            "the load balancers have their names now: `lifeboat sync {}` writes the parameters that name them",
            args.environment.display()
        ));
    }
    Ok(exit_of(&report))
}
