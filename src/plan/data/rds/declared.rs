//! Owns the steps of a declaration that concern a database: its endpoint, promotion, production's class and protection.

use std::collections::BTreeSet;

use super::standing::Database;
use super::{lost, step};
use crate::facts::DatabaseFacts;
use crate::model::SideName;
use crate::plan::data::Declared;
use crate::plan::declare::data::{await_replica_id, instant, measure_id, promote_id, protect_id, publish_id, raise_id};
use crate::plan::declare::{DeclareInput, Lacking, Remarks, Stale, estimates};
use crate::plan::runbook::{Action, Mode, Runbook, Step, StepId};

/// Give up on a promotion after this. It takes minutes, and a backup that is under way comes first.
const PROMOTE_TIMEOUT_S: u64 = 3_600;

/// Give up on a change of class after this, where production still serves, and on what is changed once users are served.
const RAISE_TIMEOUT_S: u64 = 3_600;

/// So long an ungraceful declaration lets a change of class hold up the promotion, with a backup that may come before it:
/// twice what it takes.
const RAISE_IN_A_DISASTER_S: u64 = 1_200;

/// What a change of class takes (RDS user guide, "Modifying a DB instance": an outage occurs during it; no length is told).
const RAISE_S: u64 = 600;

/// What RDS's first backup after a promotion takes besides [`BACKUP_PER_GIB_S`]; AWS tells no length.
const BACKUP_S: u64 = 120;

/// What each GiB adds to the first backup, which is a full one.
const BACKUP_PER_GIB_S: u64 = 10;

/// Give up on a replica that does not catch up after this: nothing serves writes meanwhile.
const CATCH_UP_TIMEOUT_S: u64 = 900;

/// Days of backups where production's are not known: PromoteReadReplica's own default.
const DEFAULT_RETENTION_DAYS: u32 = 1;

impl Declared for Database<'_> {
    fn missing(&self, input: &DeclareInput<'_>) -> Option<Lacking> {
        self.is_missing(input).then(|| Lacking {
            data: self.data.to_owned(),
            kept: input.standby.kept.get(&self.id).cloned(),
            id: self.id.clone(),
        })
    }

    fn stale(&self) -> Option<Stale> {
        let last = self.old_since()?;
        Some(Stale { data: self.data.to_owned(), id: self.id.clone(), since: last.at, run: last.run.clone() })
    }

    fn doubt(&self) -> Option<String> {
        self.why_doubtful()
    }

    fn publish(&self, input: &DeclareInput<'_>, needs: &BTreeSet<StepId>) -> Option<Step> {
        let parameter = self.rds.endpoint_parameter.clone().filter(|_| !self.is_missing(input))?;
        let id = publish_id(self.data);
        let title = format!("tell applications the host name of {} in {parameter}", self.data);
        let action = Action::PublishEndpoint {
            data: self.data.to_owned(),
            side: SideName::Standby,
            database: self.id.clone(),
            parameter,
        };
        let estimate = estimates::or_past(input, &id, 1, "one PutParameter");
        Some(step(id, title, action, needs.clone(), estimate))
    }

    /// It takes minutes in which the database answers nobody, and once it is promoted RDS backs it up and takes no change for
    /// up to hours.
    fn raise_first(&self, input: &DeclareInput<'_>, needs: &BTreeSet<StepId>) -> Option<Step> {
        let class = self.class_to_have().filter(|_| !self.is_missing(input))?;
        Some(raise(input, self, class, needs.clone()))
    }

    /// In a graceful plan it first waits until the replica has everything; in any other it first measures what is lost and
    /// tries to give it production's class.
    fn promote(&self, input: &DeclareInput<'_>, needs: &BTreeSet<StepId>) -> Vec<Step> {
        let graceful = input.declaration.mode == Mode::Graceful;
        let (mut steps, mut needs) = (Vec::new(), needs.clone());
        if !self.stands_alone() && !self.is_missing(input) {
            let first = if graceful { await_replica(input, self, needs) } else { measure(input, self, needs) };
            needs = BTreeSet::from([first.id.clone()]);
            steps.push(first);
        }
        if let Some(class) = self.class_to_have().filter(|_| !graceful && !self.is_missing(input)) {
            let raise = raise(input, self, class, needs);
            needs = BTreeSet::from([raise.id.clone()]);
            steps.push(raise);
        }
        steps.push(promotion(input, self, needs));
        steps
    }

    fn protect(&self, input: &DeclareInput<'_>, needs: &BTreeSet<StepId>) -> Option<Step> {
        protect(input, self, needs)
    }

    fn unseen(&self, input: &DeclareInput<'_>) -> Option<String> {
        let why = input.standby.databases.as_ref().err()?;
        Some(format!("the standby's databases could not be looked at, so they are planned for unseen: {why}"))
    }

    fn remark(&self, input: &DeclareInput<'_>, runbook: &Runbook, found: &mut Remarks) {
        lost::remark(input, runbook, self, found);
    }
}

fn measure(input: &DeclareInput<'_>, one: &Database<'_>, needs: BTreeSet<StepId>) -> Step {
    let id = measure_id(one.data);
    let action =
        Action::MeasureReplica { data: one.data.to_owned(), side: SideName::Standby, database: one.id.clone() };
    let title = format!("measure how far {} is behind: what it lacks is lost", one.id);
    let estimate = estimates::or_past(input, &id, 1, "one GetMetricData");
    // A metric that does not come holds nothing up.
    Step { best_effort: true, ..step(id, title, action, needs, estimate) }
}

fn await_replica(input: &DeclareInput<'_>, one: &Database<'_>, needs: BTreeSet<StepId>) -> Step {
    let id = await_replica_id(one.data);
    let action = Action::AwaitReplica {
        data: one.data.to_owned(),
        side: SideName::Standby,
        database: one.id.clone(),
        at_most_s: 0,
        timeout_s: CATCH_UP_TIMEOUT_S,
    };
    let grows = one.seen.or(one.production).is_some_and(DatabaseFacts::lag_grows_idle);
    let (seconds, why) = match grows {
        true => (360, "a PostgreSQL source that nobody writes to writes by itself every 5 minutes, and shows by it"),
        false => (120, "CloudWatch has a replica's lag once a minute"),
    };
    let estimate = estimates::or_past(input, &id, seconds, why);
    let title = format!("wait until {} has every write of production", one.data);
    step(id, title, action, needs, estimate)
}

fn promotion(input: &DeclareInput<'_>, one: &Database<'_>, needs: BTreeSet<StepId>) -> Step {
    let id = promote_id(one.data);
    // Without backups it could have no replica of its own, and there would be no way home.
    let days = one.production.map_or(DEFAULT_RETENTION_DAYS, |production| production.backup_retention_days.max(1));
    let action = Action::Promote {
        data: one.data.to_owned(),
        side: SideName::Standby,
        database: one.id.clone(),
        backup_retention_days: days,
        stood: one.stood(),
        timeout_s: PROMOTE_TIMEOUT_S,
    };
    let busy = one.seen.filter(|seen| !seen.is_available()).map(|seen| format!(" (it is {} now)", seen.status));
    let (title, estimate) = if let Some(last) = one.old_since() {
        let (data, id, since, run) = (one.data, &one.id, instant(last.at), &last.run);
        let title = format!(
            "{data} is no replica any more and is OLD: {id} has nothing that was written since {since}, when run {run} \
             brought the writes home"
        );
        (title, estimates::default(0, "there is nothing to promote"))
    } else if one.stands_alone() {
        (
            format!("{} is promoted already: {} takes writes", one.data, one.id),
            estimates::default(0, "it is so already"),
        )
    } else {
        let title = format!("promote {}: {} takes writes and follows production no more", one.data, one.id);
        let estimate = estimates::or_past(input, &id, 300, "a promotion takes minutes, with a reboot");
        (format!("{title}{}", busy.unwrap_or_default()), estimate)
    };
    step(id, title, action, needs, estimate)
}

fn raise(input: &DeclareInput<'_>, one: &Database<'_>, class: String, needs: BTreeSet<StepId>) -> Step {
    let id = raise_id(one.data);
    let graceful = input.declaration.mode == Mode::Graceful;
    let from = one.seen.map(|seen| format!(" from {}", seen.class)).unwrap_or_default();
    let title = format!("raise {}{from} to production's {class}", one.data);
    // Its own backup may take hours, and RDS takes no change meanwhile: nothing that users wait for waits for that.
    let backs_up = one.stands_alone() && one.seen.is_some_and(|seen| seen.status == "backing-up");
    let timeout_s = match (graceful, backs_up) {
        (false, true) => 0,
        (false, false) => RAISE_IN_A_DISASTER_S,
        (true, _) => RAISE_TIMEOUT_S,
    };
    let title = match graceful {
        true => title,
        false if backs_up => format!("{title}, unless RDS refuses because it is backing up"),
        false => format!("{title}; if that fails or takes more than {} min, go on without", timeout_s / 60),
    };
    let action = Action::RaiseDatabase {
        data: one.data.to_owned(),
        side: SideName::Standby,
        database: one.id.clone(),
        class: Some(class),
        multi_az: None,
        deletion_protection: None,
        wait: true,
        timeout_s,
    };
    let why = "a change of class takes about 10 minutes, with a restart";
    let estimate = estimates::or_past(input, &id, if backs_up { 0 } else { RAISE_S }, why);
    Step { best_effort: !graceful, ..step(id, title, action, needs, estimate) }
}

/// Gives a database production's protection. Users are served by then, and RDS may still be backing up.
fn protect(input: &DeclareInput<'_>, one: &Database<'_>, needs: &BTreeSet<StepId>) -> Option<Step> {
    if one.is_missing(input) {
        return None;
    }
    let production = one.production?;
    let lacks = |has: fn(&DatabaseFacts) -> bool| (has(production) && !one.seen.is_some_and(has)).then_some(true);
    let multi_az = lacks(|database| database.multi_az);
    let deletion_protection = lacks(|database| database.deletion_protection);
    let words: Vec<&str> =
        [multi_az.map(|_| "a standby in another zone"), deletion_protection.map(|_| "protection against deletion")]
            .into_iter()
            .flatten()
            .collect();
    if words.is_empty() {
        return None;
    }
    let id = protect_id(one.data);
    let title = format!(
        "give {} what production's has, once RDS's first backup is over: {} (users do not wait for it)",
        one.data,
        words.join(", ")
    );
    let action = Action::RaiseDatabase {
        data: one.data.to_owned(),
        side: SideName::Standby,
        database: one.id.clone(),
        class: None,
        multi_az,
        deletion_protection,
        wait: false,
        timeout_s: RAISE_TIMEOUT_S,
    };
    let estimate = match one.stands_alone() {
        true => estimates::or_past(input, &id, 5, "one ModifyDBInstance"),
        false => {
            let gib = u64::from(one.seen.unwrap_or(production).storage_gb);
            let why = "RDS takes no change during the first backup after a promotion: 2 min and 10 s a GiB";
            estimates::or_past(input, &id, BACKUP_S + gib * BACKUP_PER_GIB_S, why)
        }
    };
    let mut needs = needs.clone();
    // A declaration without traffic has nothing else to come after.
    needs.insert(promote_id(one.data));
    // The users are served by then: what is not to be had yet is ordered later, by the command that the report names.
    Some(Step { best_effort: true, ..step(id, title, action, needs, estimate) })
}
