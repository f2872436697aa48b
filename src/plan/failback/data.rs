//! Owns the steps that bring data home, and those that make the standby's follow again, whatever its kind.

use std::collections::BTreeSet;

use super::FailbackInput;
use crate::plan::data::HomewardData;
use crate::plan::runbook::{Step, StepId};

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

/// The id of the step that brings the standby's instance back to its footprint.
pub fn lower_id(data: &str) -> StepId {
    StepId(format!("lower-{data}"))
}

/// Makes the primary's data follow the standby's.
pub(super) fn reseed_home(input: &FailbackInput<'_>, data: &[HomewardData<'_>]) -> Vec<Step> {
    data.iter().filter_map(|(_, way)| way.reseed_home(input)).collect()
}

/// Shows how far the primary's data is behind, before anybody is asked to stop writing.
pub(super) fn lag_home(input: &FailbackInput<'_>, data: &[HomewardData<'_>], needs: &BTreeSet<StepId>) -> Vec<Step> {
    data.iter().filter_map(|(_, way)| way.lag_home(input, needs)).collect()
}

/// Waits until the primary's data has everything.
pub(super) fn caught_up(input: &FailbackInput<'_>, data: &[HomewardData<'_>], needs: &BTreeSet<StepId>) -> Vec<Step> {
    data.iter().filter_map(|(_, way)| way.caught_up(input, needs)).collect()
}

/// Makes the primary's data take the writes.
pub(super) fn promote_home(
    input: &FailbackInput<'_>,
    data: &[HomewardData<'_>],
    needs: &BTreeSet<StepId>,
) -> Vec<Step> {
    data.iter().filter_map(|(_, way)| way.promote_home(input, needs)).collect()
}

/// Makes the standby's data follow the primary's again.
pub(super) fn reseed_standby(
    input: &FailbackInput<'_>,
    data: &[HomewardData<'_>],
    needs: &BTreeSet<StepId>,
) -> Vec<Step> {
    data.iter().filter_map(|(_, way)| way.reseed_standby(input, needs)).collect()
}

/// Brings what never left back to the standby footprint.
pub(super) fn stand_down(data: &[HomewardData<'_>], needs: &BTreeSet<StepId>) -> Vec<Step> {
    data.iter().filter_map(|(_, way)| way.stand_down(needs)).collect()
}
