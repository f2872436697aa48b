//! Owns saving the report of a run. What it says is the report renderer's business.

use async_trait::async_trait;

use super::{Actors, trouble};
use crate::plan::runbook::Step;
use crate::run::Watch;
use crate::run::engine::{ActError, Done};
use crate::run::journal::{Measures, Noted};

/// Renders and saves the report of the run under way.
#[async_trait]
pub trait Reports: Send + Sync {
    /// Saves it as the journal stands, replacing what is there; where it is, in words. The error says why it could not be
    /// saved.
    async fn save(&self, noted: Noted) -> Result<String, String>;
}

impl Actors {
    pub(super) async fn report(&self, step: &Step, watch: &dyn Watch) -> Result<Done, ActError> {
        let Some(noted) = watch.noted() else { return Err(trouble::not_here("nobody tells what its journal says")) };
        match self.reports.save(noted).await {
            Ok(text) => Ok(Done { text, measures: Measures::default() }),
            Err(why) => Err(trouble::plain(
                format!("cannot {}", step.title),
                why,
                Some("everything before it is done and recorded; resume when the store can be written".to_owned()),
            )),
        }
    }
}
