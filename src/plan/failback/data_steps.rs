//! Owns the steps that bring databases home, and those that make the standby's replicas anew.

use std::collections::BTreeSet;

use super::FailbackInput;
use super::data::{AtHome, Journey, Stage, Wanted};
use crate::model::SideName;
use crate::plan::aside::aside;
use crate::plan::declare::estimates::default;
use crate::plan::runbook::{Action, Estimate, Step, StepId, Stood};

/// How far behind a replica may be when people are asked to stop writing: that is about how long they wait.
const CLOSE_S: u64 = 60;

/// What a replica takes to be made, at least: a snapshot, its copy to another Region, and the restore.
const SEED_S: u64 = 1_800;

/// The id of the step that makes the primary's instance a replica of the standby's.
pub fn reseed_home_id(data: &str) -> StepId {
    StepId(format!("reseed-home-{data}"))
}

/// The id of the step that promotes the primary's replica.
pub fn promote_home_id(data: &str) -> StepId {
    StepId(format!("promote-home-{data}"))
}

/// The id of the step that makes the standby's instance a replica of the primary's again.
pub fn reseed_standby_id(data: &str) -> StepId {
    StepId(format!("reseed-standby-{data}"))
}

/// Makes replicas in the primary of every database that is away.
pub(super) fn reseed_home(input: &FailbackInput<'_>, journeys: &[Journey<'_>]) -> Vec<Step> {
    let away = journeys.iter().filter_map(|journey| match &journey.stage {
        Stage::Away { primary } => Some((journey, primary)),
        Stage::NeverLeft | Stage::BackSince { .. } => None,
    });
    let steps = away.map(|(journey, primary)| {
        let (source, home) = (&journey.rds.source, &journey.standby_id);
        let old = aside(source, &input.declaration.run_id);
        let (title, estimate) = match primary {
            AtHome::Gone => (format!("make {source} anew in the primary, a replica of {home}"), seeding()),
            AtHome::Old => {
                (format!("keep the primary's old {source} as {old}, and make {source} a replica of {home}"), seeding())
            }
            AtHome::Replica(Some(lag)) => (
                format!("{source} in the primary is a replica of {home} already, {lag} s behind"),
                default(1, "it is there already"),
            ),
            AtHome::Replica(None) => {
                (format!("wait for {source} in the primary, a replica of {home} that is being made"), seeding())
            }
        };
        let wanted = &journey.home;
        let mut action = reseed(journey.data, SideName::Primary, (source, home), old, wanted, input.data_timeout_s);
        if let Action::Reseed { unfenced, .. } = &mut action {
            unfenced.clone_from(&journey.unfenced);
        }
        step(reseed_home_id(journey.data), title, action, BTreeSet::new(), both(), estimate)
    });
    steps.collect()
}

/// Shows how far behind the primary's replicas are, before anybody is asked to stop writing.
pub(super) fn lag_home(input: &FailbackInput<'_>, journeys: &[Journey<'_>], needs: &BTreeSet<StepId>) -> Vec<Step> {
    let title = |id: &str| format!("see that {id} in the primary is at most {CLOSE_S} s behind, and by how much");
    lag_steps(input, journeys, needs, "lag-home", CLOSE_S, title)
}

/// Waits until the primary's replicas have everything.
pub(super) fn caught_up(input: &FailbackInput<'_>, journeys: &[Journey<'_>], needs: &BTreeSet<StepId>) -> Vec<Step> {
    let title = |id: &str| format!("wait until {id} in the primary has everything that was written in the standby");
    lag_steps(input, journeys, needs, "await-replica-home", 0, title)
}

fn lag_steps(
    input: &FailbackInput<'_>,
    journeys: &[Journey<'_>],
    needs: &BTreeSet<StepId>,
    word: &str,
    at_most_s: u64,
    title: impl Fn(&str) -> String,
) -> Vec<Step> {
    let away = journeys.iter().filter(|journey| matches!(journey.stage, Stage::Away { .. }));
    let steps = away.map(|journey| {
        let action = Action::AwaitReplica {
            data: journey.data.to_owned(),
            side: SideName::Primary,
            database: journey.rds.source.clone(),
            at_most_s,
            timeout_s: input.data_timeout_s,
        };
        let id = StepId(format!("{word}-{}", journey.data));
        let needs = needs.iter().cloned().chain([reseed_home_id(journey.data)]).collect();
        let estimate = default(60, "CloudWatch tells the lag once a minute");
        step(id, title(&journey.rds.source), action, needs, BTreeSet::from([SideName::Primary]), estimate)
    });
    steps.collect()
}

/// Promotes the primary's replicas.
pub(super) fn promote_home(input: &FailbackInput<'_>, journeys: &[Journey<'_>], needs: &BTreeSet<StepId>) -> Vec<Step> {
    let away = journeys.iter().filter(|journey| matches!(journey.stage, Stage::Away { .. }));
    let steps = away.map(|journey| {
        let database = &journey.rds.source;
        let action = Action::Promote {
            data: journey.data.to_owned(),
            side: SideName::Primary,
            database: database.clone(),
            backup_retention_days: journey.home.backup_retention_days,
            // It is made one before.
            stood: Stood::Replica,
            timeout_s: input.timeout_s,
        };
        let title = format!("promote {database} in the primary: from now on it takes the writes");
        let estimate = default(300, "minutes, with a reboot");
        let sides = BTreeSet::from([SideName::Primary]);
        step(promote_home_id(journey.data), title, action, needs.clone(), sides, estimate)
    });
    steps.collect()
}

/// Makes the standby's instances replicas again.
pub(super) fn reseed_standby(
    input: &FailbackInput<'_>,
    journeys: &[Journey<'_>],
    needs: &BTreeSet<StepId>,
) -> Vec<Step> {
    let steps = journeys.iter().filter(|journey| journey.moves()).map(|journey| {
        let (standby, source) = (&journey.standby_id, &journey.rds.source);
        let old = aside(standby, &input.declaration.run_id);
        let since = match &journey.stage {
            Stage::BackSince { run } => format!(" (home since run {run})"),
            Stage::NeverLeft | Stage::Away { .. } => String::new(),
        };
        let title = format!(
            "protect {} again{since}: keep the standby's {standby} as {old}, and make {standby} a replica of {source}",
            journey.data
        );
        let wanted = &journey.away;
        let action = reseed(journey.data, SideName::Standby, (standby, source), old, wanted, input.data_timeout_s);
        step(reseed_standby_id(journey.data), title, action, needs.clone(), both(), seeding())
    });
    steps.collect()
}

fn reseed(
    data: &str,
    side: SideName,
    (database, source): (&str, &str),
    aside: String,
    wanted: &Wanted,
    timeout_s: u64,
) -> Action {
    Action::Reseed {
        data: data.to_owned(),
        side,
        database: database.to_owned(),
        source: source.to_owned(),
        aside,
        key: wanted.key.clone(),
        class: wanted.class.clone(),
        like: wanted.like.clone(),
        unfenced: None,
        timeout_s,
    }
}

fn seeding() -> Estimate {
    default(SEED_S, "half an hour at least: all data is copied to the other Region")
}

fn both() -> BTreeSet<SideName> {
    BTreeSet::from([SideName::Primary, SideName::Standby])
}

fn step(
    id: StepId,
    title: String,
    action: Action,
    needs: BTreeSet<StepId>,
    sides: BTreeSet<SideName>,
    estimate: Estimate,
) -> Step {
    Step { id, title, action, needs, sides, estimate, best_effort: false, skipped: None }
}
