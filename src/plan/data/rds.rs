//! Owns RDS instances in plans: the standby's replica is promoted, and on the way home each side's becomes a replica in turn.

mod copy;
mod declared;
mod homeward;
mod journey;
mod lost;
mod standing;
mod stays;
mod trouble;

use std::collections::BTreeSet;

use super::{DataTrouble, Declared, Homeward, Kind, Restored};
use crate::model::{DataSet, RdsData, SideName};
use crate::plan::declare::DeclareInput;
use crate::plan::failback::FailbackInput;
use crate::plan::runbook::{Action, Estimate, Step, StepId};
use journey::journey;
use standing::Database;
pub use stays::{databases_concerned, databases_that_stay, databases_wanted, stands_on};

impl Kind for RdsData {
    fn declared<'a>(&'a self, data: &'a DataSet, input: &'a DeclareInput<'_>) -> Box<dyn Declared + 'a> {
        Box::new(Database::of(self, &data.name, input))
    }

    fn homeward<'a>(
        &'a self,
        data: &'a DataSet,
        input: &FailbackInput<'a>,
    ) -> Result<Box<dyn Homeward + 'a>, DataTrouble> {
        Ok(Box::new(journey(input, &data.name, self)?))
    }

    fn restored(&self) -> Result<&dyn Restored, &'static str> {
        Ok(self)
    }
}

/// A step that the standby's side takes, and that the run stops at where it fails.
fn step(id: StepId, title: String, action: Action, needs: BTreeSet<StepId>, estimate: Estimate) -> Step {
    Step {
        id,
        title,
        action,
        needs,
        sides: BTreeSet::from([SideName::Standby]),
        estimate,
        best_effort: false,
        skipped: None,
    }
}
