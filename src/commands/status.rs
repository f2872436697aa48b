//! Owns `lifeboat status`: posture, sizes against footprints, data, traffic, ages, images, last sync.

use std::collections::BTreeMap;
use std::path::PathBuf;

use futures_util::future::join_all;

use super::context::{Context, Session};
use super::output::{Output, print};
use super::runs::list::record;
use super::status_data::{data, events, traffic};
use crate::cloud::ReadPorts;
use crate::facts::{Baseline, Gap, Noun};
use crate::model::{Footprint, SideName, StackName, image_parameter_name, standby_group_name, tier_size};
use crate::report::frozen::Frozen;
use crate::report::status::{StatusView, TierStatus};
use crate::report::status_runs::LastRuns;
use crate::run::engine::RunRecord;
use crate::run::spent::declared_in;
use crate::store::{BundleError, Runs};
use crate::ui::{Exit, Failure};

/// How many runs are looked through for the last drill, declaration and failback.
const PAST_RUNS: usize = 20;

/// Arguments of `lifeboat status`.
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// The environment file
    pub environment: PathBuf,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

/// Runs `lifeboat status`. It looks at the store and the standby only, so it works while the primary is dark.
pub async fn run(args: &StatusArgs, context: &Context) -> Result<Exit, Failure> {
    let session = context.open(&args.environment).await?;
    let store = session.store.as_ref();
    let baseline = match session.bundle.baseline(store).await {
        Ok(baseline) => Some(baseline),
        Err(BundleError::NoBaseline { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let last_sync = session.bundle.last_sync(store).await?;
    let posture = session.bundle.posture(store).await?;
    let (ports, _) = session.enter(SideName::Standby).await?;
    let mut gaps = Vec::new();
    let tiers = tiers(&session, &ports, baseline.as_ref(), &mut gaps).await;
    let stacks = stacks(&session, &ports, &mut gaps).await;
    let data = data(&session.environment, &ports, session.clock().now(), &mut gaps).await;
    let traffic = traffic(&session.environment, &ports, session.cloud.outside().as_ref(), &stacks, &mut gaps).await;
    let file = args.environment.display().to_string();
    let events = events(&session.environment, &ports, &mut gaps).await;
    let past = past(&session).await?;
    let declared_in = declared_in(posture.as_ref(), &past);
    // Nothing but a freeze sets a maximum of zero: only then it matters which run did.
    let at_zero = tiers.iter().any(|tier| tier.size.is_some_and(|size| size.max == 0));
    let frozen = Frozen::by_last(&past).filter(|_| at_zero);
    let view = StatusView {
        environment: &session.environment,
        baseline: baseline.as_ref(),
        tiers: &tiers,
        stacks: &stacks,
        data: &data,
        traffic: traffic.as_ref(),
        events: &events,
        last_sync: last_sync.as_ref(),
        posture: posture.as_ref(),
        declared_in: declared_in.as_deref(),
        last_runs: &LastRuns::of(&past),
        frozen: frozen.as_ref(),
        file: &file,
        gaps: &gaps,
        now: session.clock().now(),
    };
    print(session.printer(), args.output, |color| view.text(color), || view.json());
    Ok(if gaps.is_empty() { Exit::Done } else { Exit::Unknown })
}

/// The newest runs. One that cannot be read is told and does not hide the others.
async fn past(session: &Session) -> Result<Vec<RunRecord>, Failure> {
    let ids = Runs::of(&session.environment.name).ids(session.store.as_ref()).await?;
    let newest = &ids[..ids.len().min(PAST_RUNS)];
    let read = join_all(newest.iter().map(|run| record(session, run))).await;
    let mut past = Vec::new();
    for (run, record) in newest.iter().zip(read) {
        match record {
            Ok(record) => past.push(record),
            Err(why) => session.printer().warn(&format!("run {run} cannot be read: {}", why.why)),
        }
    }
    Ok(past)
}

async fn tiers(
    session: &Session,
    ports: &ReadPorts,
    baseline: Option<&Baseline>,
    gaps: &mut Vec<Gap>,
) -> Vec<TierStatus> {
    let environment = &session.environment;
    let group_names: Vec<String> =
        environment.tiers.iter().map(|tier| standby_group_name(&environment.name, &tier.name)).collect();
    let image_names: Vec<String> =
        environment.tiers.iter().map(|tier| image_parameter_name(&environment.name, &tier.name)).collect();
    let (groups, images) =
        futures_util::future::join(ports.groups.groups(&group_names), ports.parameters.parameters(&image_names)).await;
    let groups: BTreeMap<_, _> =
        or_gap(groups, Noun::Group, gaps).into_iter().map(|group| (group.name.clone(), group)).collect();
    let images: BTreeMap<_, _> = or_gap(images, Noun::Parameter, gaps)
        .into_iter()
        .map(|parameter| (parameter.name.clone(), parameter.value.expose().to_owned()))
        .collect();
    let references: Vec<_> = groups.values().filter_map(|group| group.launch_template.clone()).collect();
    let launches = match ports.launch_templates.launch_templates(&references).await {
        Ok(found) => found,
        Err(error) => {
            gaps.push(Gap { noun: Noun::LaunchTemplate, subject: "*".to_owned(), reason: error.to_string() });
            BTreeMap::new()
        }
    };
    environment
        .tiers
        .iter()
        .map(|tier| {
            let group = groups.get(&standby_group_name(&environment.name, &tier.name));
            let basis = baseline.and_then(|baseline| baseline.capacity.get(&tier.name));
            let wanted = |footprint| basis.map(|basis| tier_size(environment.strategy, tier, basis, footprint).desired);
            TierStatus {
                tier: tier.name.clone(),
                size: group.map(|group| group.size),
                in_service: group.map_or(0, |group| group.in_service()),
                standby: wanted(Footprint::Standby),
                full: wanted(Footprint::Full),
                launches: group
                    .and_then(|group| group.launch_template.as_ref())
                    .and_then(|reference| launches.get(reference))
                    .and_then(|version| version.image_id.clone()),
                published: images.get(&image_parameter_name(&environment.name, &tier.name)).cloned(),
            }
        })
        .collect()
}

async fn stacks(session: &Session, ports: &ReadPorts, gaps: &mut Vec<Gap>) -> BTreeMap<String, String> {
    let environment = &session.environment;
    let names: Vec<String> =
        environment.parts().into_iter().map(|part| StackName::of(&environment.name, part).0).collect();
    match ports.stacks.stacks(&names).await {
        Ok(found) => found.into_iter().map(|(name, stack)| (name, stack.status.0)).collect(),
        Err(error) => {
            gaps.push(Gap { noun: Noun::Stack, subject: "*".to_owned(), reason: error.to_string() });
            BTreeMap::new()
        }
    }
}

fn or_gap<T>(answer: crate::cloud::CloudResult<Vec<T>>, noun: Noun, gaps: &mut Vec<Gap>) -> Vec<T> {
    answer.unwrap_or_else(|error| {
        gaps.push(Gap { noun, subject: "*".to_owned(), reason: error.to_string() });
        Vec::new()
    })
}
