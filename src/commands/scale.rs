//! Owns `lifeboat scale`: the standby to full production size, to a percent, or back to its standby footprint.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::context::{Context, Session};
use super::output::{Output, print};
use super::past::past;
use super::posture::known;
use super::under_way::{refuse_barred, refuse_under_way, refuse_while_serving};
use crate::cloud::ReadPorts;
use crate::facts::GroupFacts;
use crate::model::{Caller, SideName, Span, standby_group_name};
use crate::plan::kept_volumes::{STAY, keeping};
use crate::plan::scale::{ScalePlan, ScaleRefusal, ScaleTarget, plan_scale};
use crate::report;
use crate::run::patience::Patience;
use crate::run::scale::run_scale;
use crate::run::spent::{Spent, spent};
use crate::store::bundle::PostureRecord;
use crate::ui::confirm::confirm_name;
use crate::ui::progress::Progress;
use crate::ui::{Exit, Failure};

/// Arguments of `lifeboat scale`.
#[derive(Debug, clap::Args)]
pub struct ScaleArgs {
    /// The environment file
    pub environment: PathBuf,
    /// Where to: `full`, `standby`, or a percentage of full production size such as `50%`
    #[arg(long, value_name = "full|standby|N%")]
    pub to: ScaleTarget,
    /// Only this tier; may be given several times
    #[arg(long, value_name = "TIER")]
    pub tier: Vec<String>,
    /// Count a shortfall of at most this many percent per tier as success
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=100))]
    pub accept: u32,
    /// Wait at most this long for instances and healthy targets
    #[arg(long, value_name = "TIME", default_value = "20m", value_parser = Span::parse)]
    pub timeout: Span,
    /// Shrinking asks for the environment's name; this stands for it in scripts
    #[arg(short, long)]
    pub yes: bool,
    /// Show what would be asked and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Shrink although a declaration stands: it takes the capacity that the standby serves the users with. It opens no
    /// standby that a failback has frozen
    #[arg(long)]
    pub while_serving: bool,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

/// Runs `lifeboat scale`. It reads the store and the standby only: no call goes to the primary or to CloudFormation.
pub async fn run(args: &ScaleArgs, context: &Context) -> Result<Exit, Failure> {
    let session = context.open(&args.environment).await?;
    let environment = &session.environment;
    let baseline = session.bundle.baseline(session.store.as_ref()).await?;
    let ports = session.read(SideName::Standby).await?;
    // Who we are and what is there do not depend on each other, and this command is in a hurry.
    let heeds = async {
        match args.dry_run {
            true => Ok(()),
            false => free(&session, args).await,
        }
    };
    let (caller, groups, heeded) =
        futures_util::future::join3(session.caller(&ports), groups(&session, &ports), heeds).await;
    let caller = caller?;
    let plan = plan_scale(environment, &baseline.capacity, &groups?, args.to, &args.tier)
        .map_err(|refusal| tell(refusal, args))?;
    heeded?;
    // Only this may shrink; a percentage never does.
    if args.to == ScaleTarget::Standby && !args.dry_run {
        let risk = "scaling it down takes its capacity from them";
        refuse_while_serving(&session, &args.environment, risk, args.while_serving).await?;
    }
    let printer = session.printer();
    printer.note(report::scale::plan_text(&environment.name, &plan, printer.color_err()).trim_end());
    if args.to == ScaleTarget::Standby {
        let kept_by = keeping(environment, &baseline);
        for step in plan.steps.iter().filter(|step| step.shrinks() && kept_by.contains(&step.tier)) {
            printer.note(&format!("  ! {}: {STAY}", step.tier));
        }
    }
    if args.dry_run {
        print(
            printer,
            args.output,
            |_| "dry run: nothing was changed".to_owned(),
            || serde_json::json!({ "schema_version": 1, "dry_run": true, "environment": environment.name, "plan": plan }),
        );
        return Ok(Exit::Done);
    }
    if args.to == ScaleTarget::Standby && plan.steps.iter().any(|step| step.shrinks()) {
        confirm_name(
            printer,
            &environment.name,
            &format!("This takes capacity away from {} in {}", environment.name, environment.standby.region),
            args.yes,
            &context.stop,
        )
        .await?;
        // Somebody may have declared while a person thought about it.
        free(&session, args).await?;
        refuse_while_serving(&session, &args.environment, "it was declared just now", args.while_serving).await?;
    }
    let write = session.write(SideName::Standby).await?;
    // Looking every three seconds costs one call per hundred groups and one per target group.
    let patience = Patience { timeout: args.timeout.as_duration(), interval: std::time::Duration::from_secs(3) };
    let clock = session.clock();
    let outcome = run_scale(&plan, &ports, &write, clock.as_ref(), patience, &Progress::new(printer)).await;
    record(&session, &plan, &caller).await;
    print(
        printer,
        args.output,
        |color| report::scale::text(&environment.name, &plan, &outcome, args.accept, &environment.objectives, color),
        || report::scale::json(&environment.name, &plan, &outcome, args.accept, &environment.objectives),
    );
    Ok(if report::scale::reached(&outcome, args.accept) { Exit::Done } else { Exit::Failed })
}

/// Refuses where a run is carried out, or where what would start writes to a database that a failback has taken home.
async fn free(session: &Session, args: &ScaleArgs) -> Result<(), Failure> {
    refuse_under_way(session, &args.environment).await?;
    refuse_barred(session, &args.environment).await
}

async fn groups(session: &Session, ports: &ReadPorts) -> Result<BTreeMap<String, GroupFacts>, Failure> {
    let environment = &session.environment;
    let names: Vec<String> =
        environment.tiers.iter().map(|tier| standby_group_name(&environment.name, &tier.name)).collect();
    let groups = ports.groups.groups(&names).await?;
    Ok(groups.into_iter().map(|group| (group.name.clone(), group)).collect())
}

/// Records the posture, so that a later deploy does not shrink what a disaster needed. The scale itself has happened: a
/// store that cannot be written is worth a warning, not a failure.
async fn record(session: &Session, plan: &ScalePlan, caller: &Caller) {
    let before = match known(session).await {
        Ok(before) => before,
        // The journals cannot be read; what was saved still counts.
        Err(_) => session.bundle.posture(session.store.as_ref()).await.ok().flatten(),
    };
    // Sizes bring nobody home: only a failback ends a declaration. One that was for capacity alone ends with it.
    let all_down = plan.target == ScaleTarget::Standby && plan.steps.len() == session.environment.tiers.len();
    let ended = all_down
        && before.as_ref().is_some_and(|before| before.declared_in.is_some())
        && past(session).await.is_ok_and(|past| matches!(spent(before.as_ref(), &past), Some(Spent::Capacity { .. })));
    let declared_in = before.as_ref().and_then(|before| before.declared_in.clone()).filter(|_| !ended);
    let mut minimums = match before {
        Some(before) if plan.target != ScaleTarget::Standby => before.minimums,
        _ => BTreeMap::new(),
    };
    for step in &plan.steps {
        minimums.insert(step.tier.clone(), step.after.min);
    }
    let record = PostureRecord {
        schema_version: 1,
        at: session.clock().now(),
        by: caller.arn.clone(),
        target: plan.target.to_string(),
        minimums,
        declared_in,
    };
    if let Err(error) = session.bundle.save_posture(session.store.as_ref(), &record).await {
        session.printer().warn(&format!(
            "the sizes are set, but the posture could not be recorded, so a later provision may not know of it: {error}"
        ));
    }
}

fn tell(refusal: ScaleRefusal, args: &ScaleArgs) -> Failure {
    let file = args.environment.display();
    match &refusal {
        ScaleRefusal::NotProvisioned { .. } => {
            Failure::failed(refusal.to_string()).hint(format!("run `lifeboat provision {file}` first"))
        }
        ScaleRefusal::NoBasis { .. } => Failure::failed(refusal.to_string())
            .hint(format!("run `lifeboat baseline {file}` while production is well")),
        ScaleRefusal::UnknownTier { .. } => Failure::new(Exit::Usage, refusal.to_string()),
    }
}
