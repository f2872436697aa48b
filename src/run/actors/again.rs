//! Owns making a call again: an absolute write whose answer was lost or that was throttled is simply repeated.

use std::future::Future;
use std::time::Duration;

use super::Actors;
use crate::cloud::CloudResult;
use crate::run::Stop;

/// Pauses between tries on top of the adapter's own retries; they add up to 15 s.
pub(super) const PAUSES: [u64; 4] = [1, 2, 4, 8];

impl Actors {
    /// Makes a call until it goes through, is refused for good, or the pauses are used up.
    pub(super) async fn again<T, F, C>(&self, stop: &Stop, call: F) -> CloudResult<T>
    where
        F: Fn() -> C + Send,
        C: Future<Output = CloudResult<T>> + Send,
    {
        for pause in PAUSES {
            match call().await {
                Err(error) if error.kind.may_retry() && !stop.requested() => {
                    stop.sleep(self.clock.as_ref(), Duration::from_secs(pause)).await;
                }
                result => return result,
            }
        }
        call().await
    }
}
