//! Owns looking at what a failback brings home: data, scheduled actions, event sources, records and parameters of both
//! sides.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, try_join, try_join_all, try_join5};

use super::images::images;
use crate::cloud::{CloudResult, ReadPorts};
use crate::commands::balancers::balancer_names;
use crate::commands::context::Session;
use crate::commands::data;
use crate::facts::{Baseline, GroupFacts, RecordFacts, ScheduleFacts};
use crate::model::{Rewrite, SideName, Switch, image_parameter_name};
use crate::plan::failback::{EventSeen, Seen, unlisted};
use crate::plan::runbook::HomeRule;
use crate::plan::sync::{HomeWorld, home_rule, plan_home};
use crate::ui::Failure;

/// The groups of both sides, by name.
pub(super) struct Groups<'a> {
    pub primary: &'a BTreeMap<String, GroupFacts>,
    pub standby: &'a BTreeMap<String, GroupFacts>,
}

/// Looks. What cannot be seen is a failure: a plan that does not know of data would leave it behind.
pub(super) async fn look(
    session: &Session,
    baseline: &Baseline,
    primary: &ReadPorts,
    standby: &ReadPorts,
    groups: &Groups<'_>,
) -> Result<Seen, Failure> {
    let (data, (unlisted, schedules, events), records, parameters, images) = try_join5(
        data::on_both_sides(session, primary, standby),
        async {
            let groups = async {
                let unlisted = unlisted(&session.environment, standby.groups.all_groups().await?);
                let schedules = schedules(baseline, standby, groups.standby, &unlisted).await?;
                Ok((unlisted, schedules))
            };
            let ((unlisted, schedules), events) = try_join(groups, events(session, primary, standby)).await?;
            Ok((unlisted, schedules, events))
        },
        async { Ok(records(session, primary).await?) },
        parameters(session, baseline, primary, standby),
        async { Ok(images(session, baseline, primary, standby, groups).await?) },
    )
    .await?;
    let (parameters, rules, mut by_hand) = parameters;
    let (images, told) = images;
    by_hand.extend(told);
    Ok(Seen { data, unlisted, schedules, events, records, parameters, rules, images, by_hand })
}

/// Only production's scheduled actions are ever put in force in the standby.
async fn schedules(
    baseline: &Baseline,
    standby: &ReadPorts,
    groups: &BTreeMap<String, GroupFacts>,
    unlisted: &BTreeMap<String, GroupFacts>,
) -> CloudResult<BTreeMap<String, Vec<ScheduleFacts>>> {
    // The baseline may know nothing any more of what the file does not name.
    if unlisted.is_empty() && baseline.facts.schedules.values().all(Vec::is_empty) {
        return Ok(BTreeMap::new());
    }
    let names: Vec<String> = groups.keys().chain(unlisted.keys()).cloned().collect();
    standby.schedules.schedules(&names).await
}

/// Event sources of both sides, by name.
async fn events(
    session: &Session,
    primary: &ReadPorts,
    standby: &ReadPorts,
) -> CloudResult<BTreeMap<String, EventSeen>> {
    let looks = session.environment.event_sources.iter().map(|source| async {
        let (here, there) = (source.on(SideName::Primary), source.on(SideName::Standby));
        let (primary, standby) =
            try_join(primary.events.event_source(&here), standby.events.event_source(&there)).await?;
        Ok((source.name.clone(), EventSeen { standby, primary }))
    });
    Ok(try_join_all(looks).await?.into_iter().collect())
}

/// Records are read where they are to be edited.
async fn records(session: &Session, primary: &ReadPorts) -> CloudResult<Vec<RecordFacts>> {
    match &session.environment.traffic {
        Some(traffic) if matches!(traffic.switch, Switch::Weighted { .. }) => {
            primary.dns.records(&traffic.zone, &traffic.record).await
        }
        _ => Ok(Vec::new()),
    }
}

async fn parameters(
    session: &Session,
    baseline: &Baseline,
    primary: &ReadPorts,
    standby: &ReadPorts,
) -> Result<(Vec<String>, Vec<HomeRule>, Vec<String>), Failure> {
    let environment = &session.environment;
    let (mut names, mut rules, mut by_hand) = (Vec::new(), Vec::new(), Vec::new());
    if environment.sync.parameters.is_empty() {
        return Ok((names, rules, by_hand));
    }
    let own: BTreeSet<String> = environment
        .tiers
        .iter()
        .map(|tier| image_parameter_name(&environment.name, &tier.name))
        .chain(environment.data.iter().filter_map(|data| data.endpoint_parameter()).map(str::to_owned))
        .collect();
    let key = session.secret_key().await?;
    let balancers = balancer_names(environment, baseline, standby).await;
    for rule in &environment.sync.parameters {
        let rewrite = Rewrite::of_parameters(environment, rule, &balancers);
        let path = rewrite.apply(&rule.path);
        let (here, there) =
            join(primary.parameters.parameters_by_path(&rule.path), standby.parameters.parameters_by_path(&path)).await;
        let world = HomeWorld {
            primary: &here?,
            standby: &there?,
            recorded: &baseline.facts.parameters,
            key: &key,
            own: &own,
            region: &environment.standby.region,
        };
        let plan = plan_home(&rewrite, &world);
        if !plan.parameters.is_empty() {
            rules.push(home_rule(environment, rule, &balancers));
        }
        names.extend(plan.parameters);
        by_hand.extend(plan.by_hand);
    }
    Ok((names, rules, by_hand))
}
