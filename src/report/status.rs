//! Owns how the posture of a standby is told.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::age::{ago, moment};
use super::open_run::OpenRun;
use super::outage::Outage;
use super::status_data::{self, DataStatus, LeadsTo, TrafficStatus};
use super::status_runs::LastRuns;
use super::style::{ALARM, CHANGED, HEADING, Paint};
use super::table::{Cell, Table};
use crate::facts::{Baseline, Gap, Noun};
use crate::model::{Environment, GroupSize, Switch};
use crate::plan::declare::returns;
use crate::run::spent::Spent;
use crate::store::bundle::{PostureRecord, SyncRecord};

/// The version of the JSON document.
pub const SCHEMA_VERSION: u32 = 1;

/// The standby as it stands, next to what it should be.
pub struct StatusView<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// The baseline; none when there is none yet.
    pub baseline: Option<&'a Baseline>,
    /// Tier by tier, in the file's order.
    pub tiers: &'a [TierStatus],
    /// Stack name -> status; `not provisioned` when there is none.
    pub stacks: &'a BTreeMap<String, String>,
    /// The data stores.
    pub data: &'a [DataStatus],
    /// Where the record leads; none where the environment names none.
    pub traffic: Option<&'a TrafficStatus>,
    /// The event sources.
    pub events: &'a [EventStatus],
    /// The last sync.
    pub last_sync: Option<&'a SyncRecord>,
    /// The last scale.
    pub posture: Option<&'a PostureRecord>,
    /// What a declaration has made of the standby.
    pub spent: Option<&'a Spent>,
    /// The last run of each kind.
    pub last_runs: &'a LastRuns,
    /// Runs that are not finished, newest first.
    pub open: &'a [OpenRun],
    /// The run that left nobody serving, where there is one.
    pub outage: Option<&'a Outage>,
    /// The environment file, for commands.
    pub file: &'a str,
    /// What could not be seen.
    pub gaps: &'a [Gap],
    /// Now.
    pub now: Timestamp,
}

/// One tier of the standby.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TierStatus {
    /// The tier.
    pub tier: String,
    /// Its sizes; none when the group is not there or could not be seen.
    pub size: Option<GroupSize>,
    /// In service.
    pub in_service: u32,
    /// What the standby footprint asks for.
    pub standby: Option<u32>,
    /// What the full footprint asks for.
    pub full: Option<u32>,
    /// The image its launch template names.
    pub launches: Option<String>,
    /// The image published for it.
    pub published: Option<String>,
}

/// One event source, as it stands in the standby.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventStatus {
    /// Its name in the environment file.
    pub event_source: String,
    /// What it is in the standby.
    pub trigger: String,
    /// AWS's word for its state; none where it is not there.
    pub state: Option<String>,
}

/// What the standby is, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Posture {
    /// Nothing is there.
    NotProvisioned,
    /// At its standby footprint.
    Standby,
    /// At full production size.
    Full,
    /// At zero, where not even a scaling policy raises it, by a failback that has not ended.
    Frozen,
    /// Neither of these: in between, or below its standby footprint in some tier.
    Partial,
    /// It could not be seen.
    Unknown,
}

impl Posture {
    fn words(self) -> &'static str {
        match self {
            Posture::NotProvisioned => "not provisioned",
            Posture::Standby => "at its standby footprint",
            Posture::Full => "at full production size",
            Posture::Frozen => "frozen at zero",
            Posture::Partial => "between its standby footprint and full production size",
            Posture::Unknown => "unknown",
        }
    }
}

impl StatusView<'_> {
    /// The posture that follows from the sizes.
    pub fn posture_now(&self) -> Posture {
        // What was not seen of data, traffic and event sources says nothing about the tiers.
        let beside =
            [Noun::Database, Noun::Table, Noun::Bucket, Noun::Record, Noun::Metric, Noun::EventSource, Noun::Stored];
        if self.gaps.iter().any(|gap| !beside.contains(&gap.noun)) {
            return Posture::Unknown;
        }
        if self.tiers.iter().all(|tier| tier.size.is_none()) {
            return Posture::NotProvisioned;
        }
        if self.frozen().is_some() {
            return Posture::Frozen;
        }
        let sized = |wanted: fn(&TierStatus) -> Option<u32>, enough: fn(u32, u32) -> bool| {
            self.tiers.iter().all(|tier| match (tier.size, wanted(tier)) {
                (Some(size), Some(wanted)) => enough(size.desired, wanted),
                _ => false,
            })
        };
        // A multi-site standby is full by its footprint: the larger word wins.
        if sized(|tier| tier.full, |size, full| size >= full) {
            Posture::Full
        } else if sized(|tier| tier.standby, |size, standby| size == standby) {
            Posture::Standby
        } else {
            Posture::Partial
        }
    }

    /// The tiers that are smaller than their standby footprint.
    fn below_footprint(&self) -> Vec<&str> {
        let is_below = |tier: &&TierStatus| match (tier.size, tier.standby) {
            (Some(size), Some(standby)) => size.desired < standby,
            _ => false,
        };
        self.tiers.iter().filter(is_below).map(|tier| tier.tier.as_str()).collect()
    }

    /// What it is, as the end of "the standby is ...".
    fn posture_words(&self, posture: Posture) -> String {
        match (posture, self.below_footprint()) {
            (Posture::Partial, below) if !below.is_empty() => {
                format!("below its standby footprint in {}", below.join(", "))
            }
            (posture, _) => posture.words().to_owned(),
        }
    }

    /// That users of a declared standby leave it by themselves, and what to run; none where they do not.
    fn returns_by_itself(&self) -> Option<String> {
        self.spent.filter(|spent| matches!(spent, Spent::Users { .. } | Spent::Declared { .. }))?;
        let traffic = self.traffic.filter(|traffic| traffic.leads_to != LeadsTo::NotProvisioned)?;
        let by_itself = matches!(self.environment.traffic.as_ref()?.switch, Switch::Failover { .. });
        by_itself.then(|| format!("{}: lifeboat declare {} --fence --reason TEXT", returns(&traffic.record), self.file))
    }

    /// How many instances are asked for and not in service yet.
    pub fn still_to_come(&self) -> u32 {
        self.tiers
            .iter()
            .filter_map(|tier| Some(tier.size?.desired.saturating_sub(tier.in_service)))
            .fold(0, u32::saturating_add)
    }

    /// The status for people.
    pub fn text(&self, color: bool) -> String {
        let paint = Paint::new(color);
        let environment = self.environment;
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{} ({}): {} -> {}, RTO {}, RPO {}",
            paint.text(HEADING, &environment.name),
            environment.strategy,
            environment.primary.region,
            environment.standby.region,
            environment.objectives.rto,
            environment.objectives.rpo
        );
        let coming = match self.still_to_come() {
            0 => String::new(),
            count => format!(", with {count} instances not in service yet"),
        };
        out.push_str(&self.alarms(paint));
        let posture = self.posture_now();
        if posture != Posture::Frozen {
            let _ = writeln!(out, "the standby is {}{coming}", paint.text(HEADING, &self.posture_words(posture)));
        }
        if let Some(words) = self.spent_words(paint) {
            let _ = writeln!(out, "{words}");
        }
        let mut table = Table::new(2);
        table.row(["TIER", "IN SERVICE", "DESIRED", "STANDBY", "FULL", "MAX", "IMAGE"].map(Cell::from));
        for tier in self.tiers {
            let number = |value: Option<u32>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
            table.row(
                [
                    tier.tier.clone(),
                    tier.in_service.to_string(),
                    number(tier.size.map(|size| size.desired)),
                    number(tier.standby),
                    number(tier.full),
                    number(tier.size.map(|size| size.max)),
                    image_words(tier, self.file),
                ]
                .map(Cell::from),
            );
        }
        out.push_str(&table.text(paint));
        out.push_str(&status_data::text(self.data, self.traffic, paint));
        for source in self.events {
            let state = source.state.as_deref().unwrap_or("not there");
            let _ = writeln!(out, "  event source {}: {}, {state}", source.event_source, source.trigger);
        }
        if let Some(warning) = self.returns_by_itself() {
            let _ = writeln!(out, "{} {warning}", paint.text(ALARM, "beware:"));
        }
        for (name, status) in self.stacks {
            let _ = writeln!(out, "  stack {name}: {status}");
        }
        let _ = match self.baseline {
            Some(baseline) => writeln!(
                out,
                "baseline {}: {}{} ({}), {} gaps",
                baseline.digest.short(),
                match baseline.old_days(self.now) {
                    Some(_) => paint.text(ALARM, &format!("old, run `lifeboat baseline {}`: ", self.file)),
                    None => String::new(),
                },
                ago(baseline.facts.observed_at, self.now),
                moment(baseline.facts.observed_at),
                baseline.facts.gaps.len()
            ),
            None => writeln!(out, "baseline: none; run `lifeboat baseline {}`", self.file),
        };
        let _ = match self.last_sync {
            Some(sync) => writeln!(
                out,
                "last sync: {} ({}), {} writes, {} parameters in step",
                ago(sync.at, self.now),
                moment(sync.at),
                sync.writes,
                sync.parameters_in_step
            ),
            None => writeln!(out, "last sync: none; run `lifeboat sync {}`", self.file),
        };
        if let Some(posture) = self.posture {
            let _ = writeln!(out, "last scale: to {}, {} by {}", posture.target, ago(posture.at, self.now), posture.by);
        }
        out.push_str(&self.last_runs.text(self.file, self.now, paint));
        let left_up = self.last_runs.left_up();
        if !left_up.is_empty() && matches!(self.posture_now(), Posture::Partial | Posture::Full) {
            let _ = writeln!(
                out,
                "{} a drill that was given up left {} scaled up; `lifeboat scale {} --to standby` stands it down",
                paint.text(CHANGED, "still up:"),
                left_up.join(", "),
                self.file
            );
        }
        for gap in self.gaps {
            let _ = writeln!(out, "{} {gap}", paint.text(CHANGED, "not seen:"));
        }
        out
    }

    /// The status for programs.
    pub fn json(&self) -> Value {
        json!({
            "schema_version": SCHEMA_VERSION,
            "environment": self.environment.name,
            "strategy": self.environment.strategy,
            "posture": self.posture_now(),
            "below_standby_footprint": self.below_footprint(),
            "open_runs": self.open.iter().map(OpenRun::json).collect::<Vec<_>>(),
            "nobody_serves": self.outage().filter(|outage| outage.is_down()).map(Outage::words),
            "no_standby_since_run": self.spent.map(Spent::run),
            "users_in_standby_since_run": self.spent.and_then(Spent::serves),
            "frozen_by_run": self.frozen().map(Outage::run),
            "users_return": self.returns_by_itself(),
            "still_to_come": self.still_to_come(),
            "tiers": self.tiers,
            "data": self.data,
            "traffic": self.traffic,
            "event_sources": self.events,
            "stacks": self.stacks,
            "baseline": self.baseline.map(|baseline| json!({
                "digest": baseline.digest,
                "observed_at": baseline.facts.observed_at,
                "gaps": baseline.facts.gaps.len(),
                "old": baseline.old_days(self.now).is_some(),
            })),
            "last_sync": self.last_sync,
            "last_scale": self.posture,
            "last_runs": self.last_runs.json(),
            "gaps": self.gaps,
        })
    }
}

fn image_words(tier: &TierStatus, file: &str) -> String {
    match (&tier.launches, &tier.published) {
        (Some(launches), Some(published)) if launches == published => launches.clone(),
        (Some(launches), Some(published)) => format!("{launches} (published: {published}; run `lifeboat sync {file}`)"),
        (Some(launches), None) => launches.clone(),
        (None, Some(published)) => format!("published: {published}"),
        (None, None) => "none published".to_owned(),
    }
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
