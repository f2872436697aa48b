//! Owns `lifeboat teardown`: removes what `provision` made.

use std::path::PathBuf;

use super::context::{AGAIN, Context};
use super::deploy::{exit_of, options};
use super::output::Output;
use super::under_way::{refuse_under_way, refuse_while_serving};
use crate::model::{ENVIRONMENT_TAG, Part, SideName};
use crate::plan::teardown::TeardownIntent;
use crate::report::changes::{outcome_json, outcome_text, teardown_text};
use crate::run::lever::remove_proof;
use crate::run::provision::Ports;
use crate::run::teardown::{look_for_teardown, teardown};
use crate::ui::confirm::confirm_name;
use crate::ui::progress::Progress;
use crate::ui::{Exit, Failure};

/// Arguments of `lifeboat teardown`.
#[derive(Debug, clap::Args)]
pub struct TeardownArgs {
    /// The environment file
    pub environment: PathBuf,
    /// Tearing down asks for the environment's name; this stands for it in scripts
    #[arg(short, long)]
    pub yes: bool,
    /// Delete the stack that holds data as well: switches its termination protection off first. The databases stay, and
    /// with them the network they stand in, until somebody deletes them
    #[arg(long)]
    pub with_data: bool,
    /// Go on although a declaration stands: it removes the stacks that serve the users
    #[arg(long)]
    pub while_serving: bool,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

/// Runs `lifeboat teardown`.
pub async fn run(args: &TeardownArgs, context: &Context) -> Result<Exit, Failure> {
    let session = context.open(&args.environment).await?;
    let printer = session.printer();
    let environment = &session.environment;
    let risk = "tearing it down takes the service from them";
    refuse_under_way(&session, &args.environment).await?;
    refuse_while_serving(&session, &args.environment, risk, args.while_serving).await?;
    let (read, _) = session.enter(SideName::Standby).await?;
    let write = session.write(SideName::Standby).await?;
    let clock = session.clock();
    let ports = Ports::of(&read, &write, clock.as_ref());
    let options = options("teardown", &args.environment, None);
    let progress = Progress::new(printer);
    context.end_in_order(AGAIN);
    let intent = TeardownIntent::of(environment, args.with_data);
    let intent = match read.volumes.volumes_tagged(ENVIRONMENT_TAG, &environment.name).await {
        Ok(volumes) => intent.with_volumes(&volumes, &environment.standby.region),
        // What costs a little longer is no reason to leave the rest standing.
        Err(error) => {
            printer.warn(&format!("volumes that will stay are not told: {error}"));
            intent
        }
    };
    let plan = look_for_teardown(&ports, intent, &options, &progress, &context.stop).await.map_err(|error| {
        let hint = error.hint();
        let mut failure = Failure::failed(error.to_string());
        failure.hints.extend(hint);
        failure
    })?;
    if args.output == Output::Text {
        printer.result(&teardown_text(&plan, printer.color_out()));
    }
    if !plan.stacks.is_empty() {
        let data = match plan.stacks.iter().any(|stack| stack.part == Part::Data) {
            true => ", the stack that holds its data included",
            false => "",
        };
        let what = format!("This removes the standby of {} in {}{data}", environment.name, environment.standby.region);
        confirm_name(printer, &environment.name, &what, args.yes, &context.stop).await?;
        // Somebody may have declared while a person thought about it.
        refuse_under_way(&session, &args.environment).await?;
        refuse_while_serving(&session, &args.environment, risk, args.while_serving).await?;
    }
    if plan.stacks.iter().any(|stack| stack.part == Part::Edge)
        && plan.stacks.iter().all(|stack| stack.blocked.is_none())
    {
        // S3 deletes no bucket that holds something.
        remove_proof(write.objects.as_ref(), environment.traffic.as_ref()).await?;
    }
    let report = teardown(&ports, &plan, &options, &progress, &context.stop).await;
    match args.output {
        Output::Json => printer.result(&format!("{:#}", outcome_json(&report))),
        Output::Text if plan.stacks.is_empty() => {}
        Output::Text => printer.result(&outcome_text(&report, printer.color_out())),
    }
    Ok(exit_of(&report))
}
