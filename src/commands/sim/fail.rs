//! Owns `lifeboat sim fail`: flags to faults.

use clap::Args;

use crate::sim::state::RegionState;

/// How a Region fails. Without flags it goes dark.
#[derive(Debug, Clone, Args)]
pub struct FailArgs {
    /// The Region.
    pub region: String,
    /// Throttle so many of the next calls.
    #[arg(long, value_name = "CALLS")]
    pub throttle: Option<u32>,
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
    /// Go dark as well.
    #[arg(long)]
    pub dark: bool,
}

impl FailArgs {
    /// Adds the faults; what is wrong with the Region now, in words.
    pub(super) fn apply(&self, region: &mut RegionState) -> Vec<String> {
        let only_dark = self.throttle.is_none()
            && self.deny.is_empty()
            && self.capacity.is_empty()
            && self.lost_reply.is_empty()
            && !self.no_metrics;
        let faults = &mut region.faults;
        faults.dark |= self.dark || only_dark;
        faults.throttle = self.throttle.unwrap_or(faults.throttle);
        match self.after {
            Some(calls) => faults.deny_after.extend(self.deny.iter().map(|operation| (operation.clone(), calls))),
            None => faults.deny.extend(self.deny.iter().cloned()),
        }
        faults.capacity.extend(self.capacity.iter().cloned());
        faults.lost_reply.extend(self.lost_reply.iter().cloned());
        faults.no_metrics |= self.no_metrics;
        faults.words()
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
