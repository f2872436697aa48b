//! Owns the steps that bring a database home, and the one that makes the standby's replica anew.

use std::collections::BTreeSet;

use super::journey::{AtHome, Journey, Stage, Wanted};
use crate::model::SideName;
use crate::plan::aside::aside;
use crate::plan::data::Homeward;
use crate::plan::declare::estimates::default;
use crate::plan::failback::{FailbackInput, lower_id, promote_home_id, reseed_home_id, reseed_standby_id};
use crate::plan::runbook::{Action, Estimate, Step, StepId, Stood};

/// How far behind a replica may be when people are asked to stop writing: that is about how long they wait.
const CLOSE_S: u64 = 60;

/// How long to wait for a replica that takes no order: the service is home, and the command that does it later is told.
const LOWER_TIMEOUT_S: u64 = 600;

/// What a replica takes to be made, at least: a snapshot, its copy to another Region, and the restore.
const SEED_S: u64 = 1_800;

impl Homeward for Journey<'_> {
    fn moves(&self) -> bool {
        self.stage != Stage::NeverLeft
    }

    /// It has one writer, so one that is away always asks for it.
    fn freezes(&self, _: bool) -> bool {
        self.is_away()
    }

    fn reseed_home(&self, input: &FailbackInput<'_>) -> Option<Step> {
        let Stage::Away { primary } = &self.stage else { return None };
        let (source, home) = (&self.rds.source, &self.standby_id);
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
        let mut action = reseed(self.data, SideName::Primary, (source, home), old, &self.home, input.data_timeout_s);
        if let Action::Reseed { unfenced, .. } = &mut action {
            unfenced.clone_from(&self.unfenced);
        }
        Some(step(reseed_home_id(self.data), title, action, BTreeSet::new(), both(), estimate))
    }

    fn lag_home(&self, input: &FailbackInput<'_>, needs: &BTreeSet<StepId>) -> Option<Step> {
        let id = &self.rds.source;
        let title = format!("see that {id} in the primary is at most {CLOSE_S} s behind, and by how much");
        self.is_away().then(|| await_replica(input, self, needs, "lag-home", CLOSE_S, title))
    }

    fn when_writing_stops(&self, _: bool) -> Option<String> {
        self.is_away().then(|| format!("{} waits until the primary has everything of it", self.standby_id))
    }

    fn caught_up(&self, input: &FailbackInput<'_>, needs: &BTreeSet<StepId>) -> Option<Step> {
        let id = &self.rds.source;
        let title = format!("wait until {id} in the primary has everything that was written in the standby");
        self.is_away().then(|| await_replica(input, self, needs, "await-replica-home", 0, title))
    }

    fn promote_home(&self, input: &FailbackInput<'_>, needs: &BTreeSet<StepId>) -> Option<Step> {
        if !self.is_away() {
            return None;
        }
        let database = &self.rds.source;
        let action = Action::Promote {
            data: self.data.to_owned(),
            side: SideName::Primary,
            database: database.clone(),
            backup_retention_days: self.home.backup_retention_days,
            // It is made one before.
            stood: Stood::Replica,
            timeout_s: input.timeout_s,
        };
        let title = format!("promote {database} in the primary: from now on it takes the writes");
        let estimate = default(300, "minutes, with a reboot");
        let sides = BTreeSet::from([SideName::Primary]);
        Some(step(promote_home_id(self.data), title, action, needs.clone(), sides, estimate))
    }

    fn reseed_standby(&self, input: &FailbackInput<'_>, needs: &BTreeSet<StepId>) -> Option<Step> {
        if !self.moves() {
            return None;
        }
        let (standby, source) = (&self.standby_id, &self.rds.source);
        let old = aside(standby, &input.declaration.run_id);
        let since = match &self.stage {
            Stage::BackSince { run } => format!(" (home since run {run})"),
            Stage::NeverLeft | Stage::Away { .. } => String::new(),
        };
        let title = format!(
            "protect {} again{since}: keep the standby's {standby} as {old}, and make {standby} a replica of {source}",
            self.data
        );
        let action = reseed(self.data, SideName::Standby, (standby, source), old, &self.away, input.data_timeout_s);
        Some(step(reseed_standby_id(self.data), title, action, needs.clone(), both(), seeding()))
    }

    /// One that is made anew is made as it is to stand by.
    fn stand_down(&self, needs: &BTreeSet<StepId>) -> Option<Step> {
        let standby = self.standby.filter(|_| self.stage == Stage::NeverLeft)?;
        // Without a class of its own it has production's, and nothing has raised it.
        let class = self.rds.class.clone().filter(|class| *class != standby.class);
        let zones = self.away.like.as_ref().is_some_and(|like| like.multi_az);
        let multi_az = (standby.multi_az && !zones).then_some(false);
        if class.is_none() && multi_az.is_none() {
            return None;
        }
        let to = class.as_ref().unwrap_or(&standby.class);
        let one_zone = multi_az.map(|_| ", without a standby in another zone").unwrap_or_default();
        let title = format!(
            "stand {} down from {} to its standby footprint of {to}{one_zone}; if that fails, go on without",
            self.standby_id, standby.class
        );
        let action = Action::RaiseDatabase {
            data: self.data.to_owned(),
            side: SideName::Standby,
            database: self.standby_id.clone(),
            class,
            multi_az,
            deletion_protection: None,
            wait: false,
            timeout_s: LOWER_TIMEOUT_S,
        };
        let sides = BTreeSet::from([SideName::Standby]);
        let lower = step(lower_id(self.data), title, action, needs.clone(), sides, default(5, "one ModifyDBInstance"));
        Some(Step { best_effort: true, ..lower })
    }
}

fn await_replica(
    input: &FailbackInput<'_>,
    journey: &Journey<'_>,
    needs: &BTreeSet<StepId>,
    word: &str,
    at_most_s: u64,
    title: String,
) -> Step {
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
    step(id, title, action, needs, BTreeSet::from([SideName::Primary]), estimate)
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
