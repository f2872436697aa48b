//! Owns `lifeboat provision`: the plan, its confirmation, and its carrying out with live events.

use std::path::PathBuf;
use std::time::Duration;

use super::context::{AGAIN, Context, Session};
use super::deploy::{exit_of, intent, options, preview_failure, require_homes, require_images};
use super::output::Output;
use super::templates::TemplateArgs;
use super::under_way::{refuse_under_way, refuse_while_barred};
use crate::cloud::{ReadPorts, Way, WritePorts};
use crate::model::{Part, SideName, Span};
use crate::plan::provision::{Allow, asked_by_checks, is_healthy, refusals};
use crate::report::changes::{outcome_json, outcome_text, plan_text};
use crate::run::lever::{look_at_lever, write_proof};
use crate::run::provision::{Deed, Ports, preview, provision};
use crate::ui::confirm::confirm_name;
use crate::ui::progress::Progress;
use crate::ui::{Exit, Failure};

/// How long production may take to answer what a health check would ask; Route 53's own limit is shorter.
const ANSWER: Duration = Duration::from_secs(10);

/// How often a lever that was made just now is looked at before it is said not to work, and how long apart.
const LOOKS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(5);

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
    // A minimum above zero starts servers.
    refuse_while_barred(&session, &args.environment).await?;
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
    require_healthy(&session, &asked_by_checks(&intent, &plan)).await?;
    if !plan.is_no_change() {
        let what = format!("This changes {} in {}", environment.name, environment.standby.region);
        confirm_name(printer, &environment.name, &what, args.yes, &context.stop).await?;
        // A run may have begun while a person thought about it.
        refuse_under_way(&session, &args.environment).await?;
        refuse_while_barred(&session, &args.environment).await?;
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
    if report.is_complete() {
        prove_lever(&session, &read, &write).await?;
    }
    Ok(exit_of(&report))
}

/// Puts the object beside the lever of traffic that shows at all times whether health checkers could read the lever, and
/// says so where they could not.
async fn prove_lever(session: &Session, read: &ReadPorts, write: &WritePorts) -> Result<(), Failure> {
    let traffic = session.environment.traffic.as_ref();
    let (buckets, outside) = (read.buckets.as_ref(), session.cloud.outside());
    let is_new = write_proof(buckets, write.objects.as_ref(), traffic).await.map_err(|error| {
        Failure::failed("the standby is as it should be, but not the object that proves that users can be led there")
            .because(error.to_string())
            .hint("run this again once it can be written")
    })?;
    let mut looked = 1;
    while let Some(lever) = look_at_lever(buckets, outside.as_ref(), traffic).await
        && lever.works() != Some(true)
    {
        // A policy that was made just now may not hold everywhere yet.
        if !is_new || looked == LOOKS {
            session.printer().warn(&lever.words());
            break;
        }
        looked += 1;
        session.clock().sleep(PAUSE).await;
    }
    Ok(())
}

/// Refuses a health check that production does not pass: Route 53 would lead the users to a standby that nobody declared.
async fn require_healthy(session: &Session, asked: &[String]) -> Result<(), Failure> {
    let outside = session.cloud.outside();
    let traffic = session.environment.traffic.as_ref();
    // Route 53 asks under the load balancer's own name and looks at no certificate.
    let probed = traffic.and_then(|traffic| traffic.probe.as_ref()).and_then(|probe| probe.host());
    let also_named = traffic.map(|traffic| traffic.record.clone()).into_iter().chain(probed.map(str::to_owned));
    let way = Way { also_named: also_named.collect(), ..Way::default() };
    let mut failing = Vec::new();
    for url in asked {
        match outside.get_by(&way, url, ANSWER).await {
            Ok(status) if is_healthy(status) => {}
            Ok(status) => failing.push(format!("{url} answers {status}, and Route 53 wants 2xx or 3xx")),
            Err(why) => failing.push(why),
        }
    }
    if failing.is_empty() {
        return Ok(());
    }
    let mut failure = Failure::refused(
        "nothing was changed: production was not seen to pass its health check, and one that fails leads the users to the \
         standby although nobody declared anything",
    );
    failure.why = failing;
    Err(failure
        .hint("set `traffic.health_check.path` to one that production answers under its load balancer's own name, too")
        .hint("or choose the switch `standby-takes-over`, which moves nobody until somebody declares"))
}
