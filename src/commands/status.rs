//! Owns `lifeboat status`: posture, sizes against footprints, data, traffic, ages, images, last sync.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::context::{Context, Session};
use super::data;
use super::output::{Output, print};
use super::past::past;
use super::status_data::{events, traffic};
use crate::cloud::ReadPorts;
use crate::facts::{Baseline, Gap, Noun};
use crate::model::{
    Environment, Footprint, SideName, StackName, Tier, image_parameter_name, standby_group_name, tier_size,
};
use crate::report::open_run::OpenRun;
use crate::report::outage::Outage;
use crate::report::runs::HeldBy;
use crate::report::status::{EventStatus, StatusView, TierStatus};
use crate::report::status_data::{DataStatus, TrafficStatus};
use crate::report::status_runs::LastRuns;
use crate::run::overtaken::overtaken;
use crate::run::spent::spent;
use crate::store::BundleError;
use crate::store::lease::holder;
use crate::ui::{Exit, Failure};

/// Arguments of `lifeboat status`.
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// The environment file
    pub environment: PathBuf,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

/// Runs `lifeboat status`. It looks at the store and the standby only, so it works while the primary is dark; and what the
/// store knows is told while the standby is.
pub async fn run(args: &StatusArgs, context: &Context) -> Result<Exit, Failure> {
    let session = context.open(&args.environment).await?;
    let store = session.store.as_ref();
    let baseline = match session.bundle.baseline(store).await {
        Ok(baseline) => Some(baseline),
        Err(BundleError::NoBaseline { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let mut gaps = Vec::new();
    let last_sync = or_told(session.bundle.last_sync(store).await, "last sync", &mut gaps)?;
    let posture = or_told(session.bundle.posture(store).await, "posture", &mut gaps)?;
    let past = past(&session).await?;
    let held = held(&session).await;
    let seen = look(&session, baseline.as_ref(), &mut gaps).await?;
    let file = args.environment.display().to_string();
    let last_runs = LastRuns::of(&past).held(held);
    let newest_first = past.iter().rev();
    let open = |record| OpenRun::of(record, overtaken(record, &past), last_runs.held_by(&record.run), &file);
    let open: Vec<OpenRun> = newest_first.filter_map(open).collect();
    let (spent, outage) = (spent(posture.as_ref(), &past), Outage::by_last(&past));
    let view = StatusView {
        environment: &session.environment,
        baseline: baseline.as_ref(),
        tiers: &seen.tiers,
        stacks: &seen.stacks,
        data: &seen.data,
        traffic: seen.traffic.as_ref(),
        events: &seen.events,
        last_sync: last_sync.as_ref(),
        posture: posture.as_ref(),
        spent: spent.as_ref(),
        last_runs: &last_runs,
        open: &open,
        outage: outage.as_ref(),
        file: &file,
        gaps: &gaps,
        now: session.clock().now(),
    };
    print(session.printer(), args.output, |color| view.text(color), || view.json());
    Ok(if gaps.is_empty() { Exit::Done } else { Exit::Unknown })
}

/// A record of the store that is damaged is a gap: the rest is worth knowing all the same.
fn or_told<T>(read: Result<Option<T>, BundleError>, what: &str, gaps: &mut Vec<Gap>) -> Result<Option<T>, BundleError> {
    match read {
        Err(error @ BundleError::Damaged { .. }) => {
            let failure = Failure::from(error);
            let reason = std::iter::once(failure.what).chain(failure.hints).collect::<Vec<_>>().join("; ");
            gaps.push(Gap { noun: Noun::Stored, subject: what.to_owned(), reason });
            Ok(None)
        }
        read => read,
    }
}

/// What was seen of the standby.
#[derive(Default)]
struct Seen {
    tiers: Vec<TierStatus>,
    stacks: BTreeMap<String, String>,
    data: Vec<DataStatus>,
    traffic: Option<TrafficStatus>,
    events: Vec<EventStatus>,
}

/// Looks at the standby. One that does not answer is one gap; credentials of another account are refused.
async fn look(session: &Session, baseline: Option<&Baseline>, gaps: &mut Vec<Gap>) -> Result<Seen, Failure> {
    let environment = &session.environment;
    let ports = match session.enter(SideName::Standby).await {
        Ok((ports, _)) => ports,
        Err(failure) if failure.exit == Exit::Refused => return Err(failure),
        Err(failure) => {
            let reason = std::iter::once(failure.what).chain(failure.why).collect::<Vec<_>>().join(": ");
            gaps.push(Gap { noun: Noun::Group, subject: "*".to_owned(), reason });
            failure.hints.iter().for_each(|hint| session.printer().warn(hint));
            let tiers = environment.tiers.iter().map(|tier| unseen(environment, tier, baseline)).collect();
            return Ok(Seen { tiers, ..Seen::default() });
        }
    };
    let tiers = tiers(session, &ports, baseline, gaps).await;
    let stacks = stacks(session, &ports, gaps).await;
    let data = data::status(environment, &ports, session.clock().now(), gaps).await;
    let traffic = traffic(environment, &ports, session.cloud.outside().as_ref(), &stacks, gaps).await;
    let events = events(environment, &ports, gaps).await;
    Ok(Seen { tiers, stacks, data, traffic, events })
}

/// Who has the lease, and for which run. That it cannot be read is told, and no reason to show nothing.
async fn held(session: &Session) -> Option<(String, HeldBy)> {
    match holder(session.store.as_ref(), &session.environment.name).await {
        Ok(lease) => lease.map(|lease| {
            let by = HeldBy::of(&lease, format!("{} on {}", lease.holder, lease.host), session.clock().now());
            (lease.run, by)
        }),
        Err(error) => {
            session.printer().warn(&format!("who carries out a run cannot be told: {error}"));
            None
        }
    }
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
            TierStatus {
                size: group.map(|group| group.size),
                in_service: group.map_or(0, |group| group.in_service()),
                launches: group
                    .and_then(|group| group.launch_template.as_ref())
                    .and_then(|reference| launches.get(reference))
                    .and_then(|version| version.image_id.clone()),
                published: images.get(&image_parameter_name(&environment.name, &tier.name)).cloned(),
                ..unseen(environment, tier, baseline)
            }
        })
        .collect()
}

/// What is known of a tier without a look at it: what its footprints ask for.
fn unseen(environment: &Environment, tier: &Tier, baseline: Option<&Baseline>) -> TierStatus {
    let basis = baseline.and_then(|baseline| baseline.capacity.get(&tier.name));
    let wanted = |footprint| basis.map(|basis| tier_size(environment.strategy, tier, basis, footprint).desired);
    TierStatus {
        tier: tier.name.clone(),
        size: None,
        in_service: 0,
        standby: wanted(Footprint::Standby),
        full: wanted(Footprint::Full),
        launches: None,
        published: None,
    }
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
