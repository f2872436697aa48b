//! Owns how users see the simulated service.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::clock::later;
use super::keep::Keeper;
use super::{ROUND_TRIP, settle_all};
use crate::cloud::{Outside, Way};
use crate::sim::SimState;
use crate::sim::dns;

/// The view from outside: no API call is made or counted, no fault of the control plane is met.
pub(super) struct SimOutside {
    keeper: Arc<Keeper>,
}

impl SimOutside {
    pub(super) fn new(keeper: Arc<Keeper>) -> Self {
        SimOutside { keeper }
    }

    /// Looks at the settled account after a round trip, awaited like a call's.
    async fn look<T: Send>(
        &self,
        look: impl FnOnce(&SimState, Timestamp) -> Result<T, String> + Send,
    ) -> Result<T, String> {
        let answered = later(self.keeper.peek(|state| state.now).map_err(|error| error.to_string())?, ROUND_TRIP);
        tokio::task::yield_now().await;
        let looked = self.keeper.transact(|state| {
            state.now = state.now.max(answered);
            settle_all(state);
            look(state, state.now)
        });
        looked.map_err(|error| error.to_string())?
    }
}

#[async_trait]
impl Outside for SimOutside {
    async fn resolve(&self, name: &str) -> Result<Vec<String>, String> {
        self.look(|state, now| dns::addresses(state, name, now)).await
    }

    async fn get_by(&self, way: &Way, url: &str, _timeout: Duration) -> Result<u16, String> {
        self.look(|state, now| dns::get(state, url, way.connect_to.as_deref(), now)).await
    }
}
