//! Owns `lifeboat sim fail`: flags to faults.

use clap::Args;
use jiff::Timestamp;

use crate::sim::hands::NothingThere;
use crate::sim::state::{Database, RegionState, after};

/// How a Region fails. Without flags it goes dark.
#[derive(Debug, Clone, Args)]
pub struct FailArgs {
    /// The Region.
    pub region: String,
    /// Throttle so many of the next calls.
    #[arg(long, value_name = "CALLS")]
    pub throttle: Option<u32>,
    /// Let so many of the next calls of an operation meet another change that is under way, such as a scaling policy's
    #[arg(long, value_name = "OPERATION=CALLS", value_parser = busy)]
    pub busy: Vec<(String, u32)>,
    /// Deny an operation, such as UpdateAutoScalingGroup; may be repeated.
    #[arg(long, value_name = "OPERATION")]
    pub deny: Vec<String>,
    /// Deny what --deny names only after so many more calls of it.
    #[arg(long, value_name = "CALLS", requires = "deny")]
    pub after: Option<u32>,
    /// Have only so many instances of a type, in a zone, of both (m6i.large@us-west-2a), or at all (*).
    #[arg(long, value_name = "WHAT=COUNT", value_parser = capacity)]
    pub capacity: Vec<(String, u32)>,
    /// Lose the answer of the next call of an operation, which takes effect; may be repeated.
    #[arg(long, value_name = "OPERATION")]
    pub lost_reply: Vec<String>,
    /// Have no CloudWatch data points.
    #[arg(long)]
    pub no_metrics: bool,
    /// Stop replication to a database replica; may be repeated.
    #[arg(long, value_name = "DATABASE")]
    pub stop_replication: Vec<String>,
    /// Keep a database replica so far behind, in seconds; may be repeated.
    #[arg(long, value_name = "DATABASE=SECONDS", value_parser = behind)]
    pub lag: Vec<(String, u32)>,
    /// Have a database back up, for so many seconds or until it is mended: meanwhile it cannot be promoted or changed.
    #[arg(long, value_name = "DATABASE[=SECONDS]", value_parser = backup)]
    pub backing_up: Vec<(String, Option<u32>)>,
    /// Go dark as well.
    #[arg(long)]
    pub dark: bool,
}

impl FailArgs {
    /// Adds the faults; what is wrong with the Region now, in words. Nothing is added when a database is not there.
    pub(super) fn apply(&self, region: &mut RegionState, now: Timestamp) -> Result<Vec<String>, NothingThere> {
        self.check_databases(region)?;
        let only_dark = self.throttle.is_none()
            && self.busy.is_empty()
            && self.deny.is_empty()
            && self.capacity.is_empty()
            && self.lost_reply.is_empty()
            && self.stop_replication.is_empty()
            && self.lag.is_empty()
            && self.backing_up.is_empty()
            && !self.no_metrics;
        let faults = &mut region.faults;
        faults.dark |= self.dark || only_dark;
        faults.throttle = self.throttle.unwrap_or(faults.throttle);
        faults.busy.extend(self.busy.iter().cloned());
        match self.after {
            Some(calls) => faults.deny_after.extend(self.deny.iter().map(|operation| (operation.clone(), calls))),
            None => faults.deny.extend(self.deny.iter().cloned()),
        }
        faults.capacity.extend(self.capacity.iter().cloned());
        faults.lost_reply.extend(self.lost_reply.iter().cloned());
        faults.no_metrics |= self.no_metrics;
        faults.replication_stopped.extend(self.stop_replication.iter().cloned());
        faults.replica_lag.extend(self.lag.iter().cloned());
        let backups =
            self.backing_up.iter().map(|(id, seconds)| (id.clone(), seconds.map(|seconds| after(now, seconds))));
        faults.backing_up.extend(backups);
        Ok(faults.words())
    }

    fn check_databases(&self, region: &RegionState) -> Result<(), NothingThere> {
        let replicas = self.stop_replication.iter().chain(self.lag.iter().map(|(id, _)| id));
        let named = replicas.map(|id| (id, true)).chain(self.backing_up.iter().map(|(id, _)| (id, false)));
        for (id, replica) in named {
            let fits = |database: &Database| !replica || database.follows.is_some();
            if region.databases.get(id).is_some_and(fits) {
                continue;
            }
            let there: Vec<&str> =
                region.databases.values().filter(|known| fits(known)).map(|known| known.facts.id.as_str()).collect();
            return Err(NothingThere {
                region: region.name.clone(),
                what: format!("database{} {id}", if replica { " replica" } else { "" }),
                there: if there.is_empty() { "none".to_owned() } else { there.join(", ") },
            });
        }
        Ok(())
    }
}

fn busy(text: &str) -> Result<(String, u32), String> {
    let wrong = || format!("`{text}` is not a number of calls; write it like UpdateAutoScalingGroup=3");
    let (operation, calls) = text.split_once('=').filter(|(operation, _)| !operation.is_empty()).ok_or_else(wrong)?;
    match calls.parse() {
        Ok(calls) if calls > 0 => Ok((operation.to_owned(), calls)),
        _ => Err(wrong()),
    }
}

fn behind(text: &str) -> Result<(String, u32), String> {
    let wrong = || format!("`{text}` is not a lag; write it like shop-orders=300");
    let (id, seconds) = text.split_once('=').filter(|(id, _)| !id.is_empty()).ok_or_else(wrong)?;
    Ok((id.to_owned(), seconds.parse().map_err(|_| wrong())?))
}

fn backup(text: &str) -> Result<(String, Option<u32>), String> {
    match text.split_once('=') {
        None => Ok((text.to_owned(), None)),
        Some((id, seconds)) => match seconds.parse() {
            Ok(seconds) if !id.is_empty() => Ok((id.to_owned(), Some(seconds))),
            _ => Err(format!("`{text}` is not a backup; write it like shop-orders or shop-orders=300")),
        },
    }
}

fn capacity(text: &str) -> Result<(String, u32), String> {
    let wrong = || format!("`{text}` is not a capacity; write it like m6i.large=3, us-west-2a=0 or *=10");
    let (what, count) = text.split_once('=').ok_or_else(wrong)?;
    if what.is_empty() {
        return Err(wrong());
    }
    Ok((what.to_owned(), count.parse().map_err(|_| wrong())?))
}
