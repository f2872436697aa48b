//! Owns whether a run has left nobody serving the users, and what brings service back: a failback that froze the standby, or
//! a declaration that fenced the primary and stopped before the users were led over.

use super::fenced::Fenced;
use super::frozen::Frozen;
use super::open_run::Ways;
use crate::model::Region;
use crate::run::engine::RunRecord;

/// A run that took the serving side away and has not brought the other one into service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outage {
    /// A failback froze the standby.
    Frozen(Frozen),
    /// A declaration fenced the primary.
    Fenced(Fenced),
}

impl Outage {
    /// What this run left out of service; none where it took nothing away, or brought service back.
    pub fn by(record: &RunRecord) -> Option<Outage> {
        Frozen::by(record).map(Outage::Frozen).or_else(|| Fenced::by(record).map(Outage::Fenced))
    }

    /// What the last of these runs, oldest first, left out of service.
    pub fn by_last(runs: &[RunRecord]) -> Option<Outage> {
        Frozen::by_last(runs).map(Outage::Frozen).or_else(|| Fenced::by_last(runs).map(Outage::Fenced))
    }

    /// What that run of these, oldest first, left out of service; none where a later one brought service back.
    pub fn left_by(run: &str, runs: &[RunRecord]) -> Option<Outage> {
        let frozen = Frozen::by_last(runs).map(Outage::Frozen);
        let fenced = Fenced::by_last(runs).map(Outage::Fenced);
        frozen.into_iter().chain(fenced).find(|outage| outage.run() == run)
    }

    /// The run.
    pub fn run(&self) -> &str {
        match self {
            Outage::Frozen(frozen) => &frozen.run,
            Outage::Fenced(fenced) => &fenced.run,
        }
    }

    /// What is so, one sentence without its full stop.
    pub fn words(&self) -> String {
        match self {
            Outage::Frozen(frozen) => format!("the standby is {}", frozen.words()),
            Outage::Fenced(fenced) => fenced.words(),
        }
    }

    /// Whether service is down for all this run knows: not where it saw the users served at home before it stopped.
    pub fn is_down(&self) -> bool {
        match self {
            Outage::Frozen(frozen) => frozen.is_down(),
            Outage::Fenced(_) => true,
        }
    }

    /// What to run; `ways` are those of the run, `region` is that of the standby.
    pub fn advice(&self, ways: &Ways, region: &Region) -> String {
        match self {
            Outage::Frozen(frozen) => frozen.advice(ways, region),
            Outage::Fenced(fenced) => fenced.advice(ways),
        }
    }
}
