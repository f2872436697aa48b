//! Owns `lifeboat drift`: gathers both sides and the stacks, and tells drift, pending changes and parity.

use std::collections::BTreeMap;
use std::path::PathBuf;

use futures_util::future::{join, join_all, join3, join4};

use super::balancers::balancer_names;
use super::context::{Context, Session};
use super::output::Output;
use super::posture::known;
use super::render::render_failure;
use super::templates::{TemplateArgs, templates};
use crate::cloud::{CloudError, ReadPorts};
use crate::diff::{DeployedStack, DriftInput, ExitClass, PostureView, judge};
use crate::facts::{SideFacts, StackFacts};
use crate::model::{
    BalancerNames, Caller, Footprint, MAX_COMPUTE_STACKS, Part, SecretKey, SideName, StackName, image_parameter_name,
    standby_group_name,
};
use crate::observe::{ParameterView, SideQuery, observe_side};
use crate::render::render;
use crate::report;
use crate::run::lever::look_at_lever;
use crate::ui::{Exit, Failure};

/// Arguments of `lifeboat drift`.
#[derive(Debug, clap::Args)]
pub struct DriftArgs {
    /// The environment file
    pub environment: PathBuf,
    /// The form of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
    /// Also write the JSON report to this file
    #[arg(long, value_name = "PATH")]
    pub json_file: Option<PathBuf>,
    /// Where template overrides are
    #[command(flatten)]
    pub templates: TemplateArgs,
}

/// Runs `lifeboat drift`. It is handed read ports only.
pub async fn run(args: &DriftArgs, context: &Context) -> Result<Exit, Failure> {
    let session = context.open(&args.environment).await?;
    let environment = &session.environment;
    let store = session.store.as_ref();
    let baseline = session.bundle.baseline(store).await?;
    let posture = known(&session).await?;
    let key = session.secret_key().await?;
    let set = templates(&args.templates)?;
    let rendered =
        render(environment, &baseline, Footprint::Standby, &set).map_err(|problems| render_failure(&problems))?;
    let (ports, caller) = session.enter(SideName::Standby).await?;
    let balancers = balancer_names(environment, &baseline, &ports).await;
    session.printer().note("looking at both sides; CloudFormation's drift detection takes a while");
    let outside = session.cloud.outside();
    let (standby, stacks, production, lever) = join4(
        standby(&session, &ports, &caller, &key, &balancers),
        stacks(&session, &ports),
        production(&session, &key, &balancers),
        look_at_lever(ports.buckets.as_ref(), outside.as_ref(), environment.traffic.as_ref()),
    )
    .await;
    let (standby, published_images) = standby?;
    let stacks = stacks?;
    let (production, production_gap) = match production {
        Ok(facts) => (Some(facts), None),
        Err(failure) => (None, Some(std::iter::once(failure.what).chain(failure.why).collect::<Vec<_>>().join(": "))),
    };
    let now = session.clock().now();
    let report = judge(&DriftInput {
        environment,
        baseline: &baseline,
        production: production.as_ref(),
        production_gap,
        standby: &standby,
        rendered: &rendered,
        stacks: &stacks,
        balancers: &balancers,
        posture: posture.filter(|posture| posture.target != "standby").map(|posture| PostureView {
            target: posture.target,
            minimums: posture.minimums,
            declared_in: posture.declared_in,
        }),
        published_images: &published_images,
        lever: lever.as_ref(),
        today: now.to_zoned(jiff::tz::TimeZone::UTC).date(),
        now,
    });
    let json = report::drift::json::json(&report, env!("CARGO_PKG_VERSION"));
    if let Some(path) = &args.json_file {
        std::fs::write(path, &json)
            .map_err(|error| Failure::failed(format!("cannot write {}: {error}", path.display())))?;
    }
    match args.output {
        Output::Json => session.printer().result(&json),
        Output::Text => {
            session.printer().result(&report::drift::text::text(&report, session.printer().color_out()));
        }
    }
    Ok(match report.exit_class() {
        ExitClass::InSync => Exit::Done,
        ExitClass::Differences => Exit::Differences,
        ExitClass::Unknown => Exit::Unknown,
    })
}

async fn standby(
    session: &Session,
    ports: &ReadPorts,
    caller: &Caller,
    key: &SecretKey,
    balancers: &BalancerNames,
) -> Result<(SideFacts, BTreeMap<String, String>), Failure> {
    let environment = &session.environment;
    let groups: Vec<String> =
        environment.tiers.iter().map(|tier| standby_group_name(&environment.name, &tier.name)).collect();
    let images: Vec<String> =
        environment.tiers.iter().map(|tier| image_parameter_name(&environment.name, &tier.name)).collect();
    let query = SideQuery {
        environment,
        groups: &groups,
        parameters: ParameterView::Standby(balancers),
        key,
        caller,
        now: session.clock().now(),
    };
    let (facts, published) = join(observe_side(ports, &query), ports.parameters.parameters(&images)).await;
    let by_name: BTreeMap<String, String> =
        published?.into_iter().map(|parameter| (parameter.name.clone(), parameter.value.expose().to_owned())).collect();
    let published = environment
        .tiers
        .iter()
        .filter_map(|tier| {
            let id = by_name.get(&image_parameter_name(&environment.name, &tier.name))?;
            Some((tier.name.clone(), id.clone()))
        })
        .collect();
    Ok((facts?, published))
}

async fn production(session: &Session, key: &SecretKey, balancers: &BalancerNames) -> Result<SideFacts, Failure> {
    let environment = &session.environment;
    let (ports, caller) = session.enter(SideName::Primary).await?;
    let groups: Vec<String> = environment.tiers.iter().map(|tier| tier.auto_scaling_group.clone()).collect();
    let query = SideQuery {
        environment,
        groups: &groups,
        parameters: ParameterView::PrimaryAsStandby(balancers),
        key,
        caller: &caller,
        now: session.clock().now(),
    };
    Ok(observe_side(&ports, &query).await?)
}

async fn stacks(session: &Session, ports: &ReadPorts) -> Result<BTreeMap<Part, DeployedStack>, CloudError> {
    let environment = &session.environment;
    let named = environment.parts();
    let names: BTreeMap<Part, String> = Part::all(MAX_COMPUTE_STACKS)
        .into_iter()
        .map(|part| (part, StackName::of(&environment.name, part).0))
        .collect();
    let wanted: Vec<String> = names.values().cloned().collect();
    let found = ports.stacks.stacks(&wanted).await?;
    let gathered = join_all(names.into_iter().filter_map(|(part, name)| {
        // One beyond those the file names counts when its tag says that it is the environment's.
        let is_ours = |facts: &&StackFacts| named.contains(&part) || facts.is_of(&environment.name);
        let facts = found.get(&name).filter(is_ours)?.clone();
        Some(async move {
            let (template, resources, drift) =
                join3(ports.stacks.template(&name), ports.stacks.resources(&name), ports.stacks.detect_drift(&name))
                    .await;
            let drift = drift.map_err(|error| error.to_string());
            Ok((part, DeployedStack { facts, template: template?, resources: resources?, drift }))
        })
    }))
    .await;
    gathered.into_iter().collect()
}
