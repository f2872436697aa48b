//! Owns `lifeboat baseline`: observes production, records it with its capacity basis, seals it in the store.

use std::path::PathBuf;

use super::context::{Context, Session};
use super::output::{Output, print};
use super::templates::{TemplateArgs, templates};
use super::under_way::refuse_while_serving;
use crate::facts::{Baseline, Noun};
use crate::model::{Footprint, SideName, closest};
use crate::observe::{BaselineError, observe_baseline};
use crate::render::render;
use crate::report;
use crate::ui::{Exit, Failure};

/// Arguments of `lifeboat baseline`.
#[derive(Debug, clap::Args)]
pub struct BaselineArgs {
    /// The environment file
    pub environment: PathBuf,
    /// Seal the baseline although parts of production could not be seen
    #[arg(long)]
    pub accept_gaps: bool,
    /// Record although a declaration stands: a production that is fenced is recorded with the sizes it has now, zero included
    #[arg(long)]
    pub while_serving: bool,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
    /// Where template overrides are
    #[command(flatten)]
    pub templates: TemplateArgs,
}

/// Runs `lifeboat baseline`.
pub async fn run(args: &BaselineArgs, context: &Context) -> Result<Exit, Failure> {
    let session = context.open(&args.environment).await?;
    let environment = &session.environment;
    let risk = "a primary that does not serve would be recorded as production; one that is fenced has no size at all";
    refuse_while_serving(&session, &args.environment, risk, args.while_serving).await?;
    let (ports, caller) = session.enter(SideName::Primary).await?;
    let key = session.secret_key().await?;
    let now = session.clock().now();
    let baseline = observe_baseline(&ports, environment, &caller, &key, now, env!("CARGO_PKG_VERSION"))
        .await
        .map_err(|error| tell(error, &session))?;
    // Metrics have a recorded fallback; whatever else was not seen would be missing from the standby.
    let incomplete = baseline.facts.gaps.iter().any(|gap| gap.noun != Noun::Metric);
    if incomplete && !args.accept_gaps {
        let mut failure = Failure::new(
            Exit::Unknown,
            "parts of production could not be seen, so the baseline was not sealed; the one before stands",
        )
        .hint("mend what is named above, or add --accept-gaps to seal what was seen");
        failure.details =
            Some(baseline.facts.gaps.iter().map(|gap| format!("not seen: {gap}")).collect::<Vec<_>>().join("\n"));
        return Err(failure);
    }
    session.bundle.save_baseline(session.store.as_ref(), &baseline).await?;
    save_templates(&session, &baseline, args).await?;
    let place = session.store.place();
    print(
        session.printer(),
        args.output,
        |color| report::baseline::text(environment, &baseline, &place, color),
        || report::baseline::json(&baseline, &place),
    );
    Ok(if incomplete { Exit::Unknown } else { Exit::Done })
}

/// A declaration reads templates from the store; both footprints are rendered while there is time.
async fn save_templates(session: &Session, baseline: &Baseline, args: &BaselineArgs) -> Result<(), Failure> {
    let set = templates(&args.templates)?;
    for footprint in [Footprint::Standby, Footprint::Full] {
        match render(&session.environment, baseline, footprint, &set) {
            Ok(rendered) => {
                for stack in &rendered.stacks {
                    session
                        .bundle
                        .save_template(session.store.as_ref(), &footprint.to_string(), stack.part.as_str(), &stack.body)
                        .await?;
                }
            }
            Err(problems) => {
                session.printer().warn(&format!("the {footprint} footprint cannot be rendered yet: {problems}"));
                return Ok(());
            }
        }
    }
    Ok(())
}

fn tell(error: BaselineError, session: &Session) -> Failure {
    let region = &session.environment.primary.region;
    match error {
        BaselineError::Cloud(error) => Failure::from(error).while_doing("cannot observe production"),
        BaselineError::Missing { ref missing, ref groups } => {
            let mut failure = Failure::failed(format!("{error} in {region}"));
            let names: Vec<&str> = groups.iter().map(String::as_str).collect();
            for one in missing.iter().filter(|one| one.noun == Noun::Group) {
                if let Some(near) = closest(&one.name, &names) {
                    failure = failure.hint(format!("tier {}: did you mean `{near}`?", one.owner));
                }
            }
            if groups.is_empty() && missing.iter().any(|one| one.noun == Noun::Group) {
                failure = failure.hint(format!("{region} has no groups at all: is `primary.region` right?"));
            }
            if missing.iter().any(|one| one.noun != Noun::Group) {
                failure = failure.hint("correct the names under `data`, or take away what production no longer has");
            }
            failure
        }
    }
}
