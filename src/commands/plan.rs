//! Owns `lifeboat plan`: what provisioning would add, change, replace and remove; nothing is left behind.

use std::path::PathBuf;

use super::context::{AGAIN, Context};
use super::deploy::{intent, options, preview_failure, require_homes, require_images};
use super::output::{Output, print};
use super::templates::TemplateArgs;
use crate::model::SideName;
use crate::plan::provision::{Allow, refusals};
use crate::report::changes::{plan_json, plan_text};
use crate::run::provision::{Ports, preview};
use crate::ui::progress::Progress;
use crate::ui::{Exit, Failure};

/// Arguments of `lifeboat plan`.
#[derive(Debug, clap::Args)]
pub struct PlanArgs {
    /// The environment file
    pub environment: PathBuf,
    /// Exit 2 when something would change
    #[arg(long, visible_alias = "detailed-exitcode")]
    pub exit_code: bool,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
    /// Where template overrides are
    #[command(flatten)]
    pub templates: TemplateArgs,
}

/// Runs `lifeboat plan`.
pub async fn run(args: &PlanArgs, context: &Context) -> Result<Exit, Failure> {
    let session = context.open(&args.environment).await?;
    let intent = intent(&session, context, &args.templates).await?;
    let (read, _) = session.enter(SideName::Standby).await?;
    require_images(&session, &read, &args.environment).await?;
    require_homes(&session, &read).await?;
    // A change set is how CloudFormation is asked, and making one is a write: it is removed again before the end.
    let write = session.write(SideName::Standby).await?;
    let clock = session.clock();
    let ports = Ports::of(&read, &write, clock.as_ref());
    let options = options("plan", &args.environment, None);
    let progress = Progress::new(session.printer());
    context.end_in_order(AGAIN);
    let plan = preview(&ports, &intent, &options, &progress, &context.stop).await.map_err(preview_failure)?;
    let refused = refusals(&plan, &Allow::default());
    print(session.printer(), args.output, |color| plan_text(&plan, &refused, color), || plan_json(&plan, &refused));
    Ok(if args.exit_code && !plan.is_no_change() { Exit::Differences } else { Exit::Done })
}
