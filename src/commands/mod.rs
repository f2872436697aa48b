//! Owns the command line: one verb each, thin: flags -> one call -> report.

pub mod balancers;
pub mod baseline;
pub mod carry;
pub mod check;
pub mod context;
mod data;
pub mod declare;
mod declare_refused;
pub mod demo;
pub mod deploy;
pub mod drift;
mod drill;
mod earlier;
mod failback;
mod gatekeeper;
pub mod generate;
pub mod init;
pub mod load;
pub mod opening;
pub mod output;
mod past;
pub mod plan;
mod posture;
mod promoted;
pub mod provision;
mod records;
pub mod render;
pub mod roll;
mod run_id;
pub mod runs;
pub mod scale;
pub mod schema;
mod sight;
mod signals;
pub mod sim;
mod standby_seen;
pub mod status;
mod status_data;
pub mod sync;
pub mod teardown;
pub mod templates;
mod under_way;
mod unfinished;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::ui::{ColorChoice, Exit, Failure, Printer};
use context::{CloudChoice, Context};
use output::Output;
use signals::{Reply, Signals, reply};

/// What stands at the end of every help text: the exit codes are an interface.
const EXIT_CODES: &str = "Exit codes:
    0  done, or no differences
    1  failed
    2  differences, or not ready
    3  unknown: coverage incomplete
    4  stopped part-way, can be resumed
    5  refused: lock, stale plan, confirmation, wrong account
   64  the command line or an input file is wrong
  130  interrupted";

/// Provisions, keeps current and launches the standby side of an AWS estate.
#[derive(Debug, Parser)]
#[command(name = "lifeboat", version, about, after_help = EXIT_CODES, arg_required_else_help = true)]
pub struct Cli {
    /// Which cloud to talk to
    #[arg(
        long,
        global = true,
        help_heading = "Global options",
        value_enum,
        default_value_t,
        env = "LIFEBOAT_CLOUD",
        value_name = "aws|sim"
    )]
    cloud: CloudChoice,
    /// The simulated cloud's file [default: .lifeboat/sim.json beside the environment file]
    #[arg(
        long,
        global = true,
        help_heading = "Global options",
        env = "LIFEBOAT_SIM_FILE",
        value_name = "PATH",
        hide_env_values = true
    )]
    sim_file: Option<PathBuf>,
    /// When to use colour
    #[arg(
        long,
        global = true,
        help_heading = "Global options",
        value_enum,
        default_value_t,
        value_name = "auto|always|never"
    )]
    color: ColorChoice,
    /// Print results, warnings and errors only
    #[arg(short, long, global = true, help_heading = "Global options")]
    quiet: bool,
    /// Log what is done to standard error; twice for the AWS SDK's own words
    #[arg(short, long, global = true, help_heading = "Global options", action = clap::ArgAction::Count)]
    verbose: u8,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Write a commented environment file that checks offline
    Init(init::InitArgs),
    /// Read environment files and tell every problem at once
    Check(check::CheckArgs),
    /// Observe production, record it with its capacity basis, seal it in the store
    Baseline(baseline::BaselineArgs),
    /// Render the standby's CloudFormation templates into a folder; makes no AWS call
    Render(render::RenderArgs),
    /// Show what provisioning would add, change, replace and remove
    Plan(plan::PlanArgs),
    /// Make or update the standby's stacks
    Provision(provision::ProvisionArgs),
    /// Bring images and parameters in step with production; writes only what differs
    Sync(sync::SyncArgs),
    /// Show drift, pending changes and parity; for people and for CI
    Drift(drift::DriftArgs),
    /// Scale the standby to full production size, to a percent, or back
    Scale(scale::ScaleArgs),
    /// Declare a failover or switchover: planned, confirmed, journalled, resumable
    Declare(declare::DeclareArgs),
    /// Bring service home from the standby and make it a standby again
    Failback(failback::FailbackArgs),
    /// Rehearse a declaration: the standby up, measured, and back to what it was, with proof
    Drill(drill::DrillArgs),
    /// List and show runs, go on with one that stopped, or give it up
    Runs(runs::RunsArgs),
    /// Show the standby's posture, sizes, ages, images and last sync
    Status(status::StatusArgs),
    /// Remove what provision made
    Teardown(teardown::TeardownArgs),
    /// List, seed, fail and mend the simulated cloud
    Sim(sim::SimArgs),
    /// Tell the whole story on the simulated cloud
    Demo(demo::DemoArgs),
    /// Print the JSON Schema of environment files
    Schema(schema::SchemaArgs),
    /// Print shell completions
    Completions(generate::CompletionsArgs),
    /// Print the manual page
    Man,
}

/// Runs the program on the process's arguments.
pub fn main() -> ExitCode {
    let parsed = Cli::command()
        .try_get_matches()
        .and_then(|matches| Cli::from_arg_matches(&matches).map(|cli| (cli, wants_json(&matches))));
    let (cli, wants_json) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version are results; everything else is a usage error, which must not look like drift (2).
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            let printer = Printer::new(ColorChoice::Auto, false);
            let printed = error.print().and_then(|()| std::io::Write::flush(&mut std::io::stdout()));
            if exit == Exit::Done {
                printer.written(&printed);
            }
            return ExitCode::from(or_lost(&printer, exit).code());
        }
    };
    start_log(cli.verbose);
    let printer = Printer::new(cli.color, cli.quiet);
    let context = Context::new(printer.clone(), cli.cloud, cli.sim_file);
    let exit = run(cli.verb, &context).unwrap_or_else(|failure| {
        printer.failure(&failure);
        if wants_json {
            printer.failure_json(&failure);
        }
        failure.exit
    });
    ExitCode::from(or_lost(&printer, exit).code())
}

/// How the command ended, unless its result could not be written: who reads the exit code alone would take it for done. A
/// command that ended otherwise, such as a run that stopped part-way, keeps the code that says so.
fn or_lost(printer: &Printer, exit: Exit) -> Exit {
    let Some(failure) = printer.lost_result() else { return exit };
    printer.failure(&failure);
    match exit {
        Exit::Done | Exit::Failed | Exit::Differences | Exit::Unknown => failure.exit,
        Exit::Stopped | Exit::Refused | Exit::Usage | Exit::Interrupted => exit,
    }
}

/// Whether the verb, or the verb below it, was asked for JSON.
fn wants_json(matches: &clap::ArgMatches) -> bool {
    let here = matches.try_get_one::<Output>("output").is_ok_and(|output| output == Some(&Output::Json));
    here || matches.subcommand().is_some_and(|(_, below)| wants_json(below))
}

fn run(verb: Verb, context: &Context) -> Result<Exit, Failure> {
    let printer = &context.printer;
    match verb {
        Verb::Init(args) => init::run(&args, printer),
        Verb::Check(args) => check::run(&args, printer),
        Verb::Schema(args) => schema::run(&args, printer),
        Verb::Completions(args) => generate::completions(&args, &mut Cli::command(), printer),
        Verb::Man => generate::man(Cli::command(), printer),
        Verb::Sim(args) => sim::run(&args, &context.sim_path(Path::new("")), printer),
        verb => block_on(context, run_async(verb, context)),
    }
}

async fn run_async(verb: Verb, context: &Context) -> Result<Exit, Failure> {
    match verb {
        Verb::Baseline(args) => baseline::run(&args, context).await,
        Verb::Render(args) => render::run(&args, context).await,
        Verb::Plan(args) => plan::run(&args, context).await,
        Verb::Provision(args) => provision::run(&args, context).await,
        Verb::Sync(args) => sync::run(&args, context).await,
        Verb::Drift(args) => drift::run(&args, context).await,
        Verb::Scale(args) => scale::run(&args, context).await,
        Verb::Declare(args) => declare::run(&args, context).await,
        Verb::Failback(args) => failback::run(&args, context).await,
        Verb::Drill(args) => drill::run(&args, context).await,
        Verb::Runs(args) => runs::run(&args, context).await,
        Verb::Status(args) => status::run(&args, context).await,
        Verb::Teardown(args) => teardown::run(&args, context).await,
        Verb::Demo(args) => demo::run(&args, context).await,
        Verb::Init(_) | Verb::Check(_) | Verb::Schema(_) | Verb::Completions(_) | Verb::Man | Verb::Sim(_) => {
            run(verb, context)
        }
    }
}

/// Runs a command that talks to a cloud. The first Ctrl-C, or SIGTERM, or a terminal that hangs up, lets commands that can
/// end in good order do so; the second, or the first for the others, ends the process: everything they write is absolute
/// and can be repeated.
fn block_on(context: &Context, command: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("cannot start: {error}")))?;
    let exit = runtime.block_on(async {
        let mut signals =
            Signals::listen().map_err(|error| Failure::failed(format!("cannot listen to signals: {error}")))?;
        tokio::pin!(command);
        loop {
            tokio::select! {
                result = &mut command => return result,
                asked = signals.next() => {
                    let first = !context.stop.requested();
                    context.switch.stop();
                    let goes_on = context.how_it_goes_on();
                    match reply(asked, first, goes_on.is_some()) {
                        Reply::InOrder => {
                            context.printer.warn("stopping in good order; press Ctrl-C again to stop at once");
                        }
                        Reply::GoOn => {}
                        Reply::AtOnce => {
                            let hint = goes_on.unwrap_or_else(|| context::AGAIN.to_owned());
                            return Err(Failure::new(Exit::Interrupted, "interrupted").hint(hint));
                        }
                    }
                }
            }
        }
    });
    // A call in flight must not keep an interrupted process alive.
    runtime.shutdown_background();
    exit
}

fn start_log(verbose: u8) {
    let default = match verbose {
        0 => "warn,aws_config=error,aws_smithy_runtime=error",
        1 => "warn,lifeboat=debug",
        _ => "info,lifeboat=trace,aws_smithy_runtime=debug",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("LIFEBOAT_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(default));
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(verbose > 1);
    // A second subscriber can only come from a test in the same process; its logs go to the first.
    let _ = subscriber.try_init();
}
