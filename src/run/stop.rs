//! Owns the wish to stop waiting: set once, by Ctrl-C, and noticed by every wait at once.
//!
//! Runs are asked to stop and never dropped, because clean-up must run after the last call.

use std::time::Duration;

use tokio::sync::watch;

use crate::cloud::Clock;

/// What a run asks whether it should stop waiting.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// What stops a run.
#[derive(Debug)]
pub struct StopSwitch(watch::Sender<bool>);

impl StopSwitch {
    /// Asks every holder of the other half to stop waiting.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// A switch and what it switches.
    pub fn new() -> (StopSwitch, Stop) {
        let (sender, receiver) = watch::channel(false);
        (StopSwitch(sender), Stop(receiver))
    }

    /// One that is never set.
    pub fn never() -> Stop {
        Stop::new().1
    }

    /// Whether it has been set.
    pub fn requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once it is set; never, when its switch has gone without being used.
    pub async fn wait(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|set| *set).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Sleeps so long on that clock, or until it is set; whether it is set.
    pub async fn sleep(&self, clock: &dyn Clock, length: Duration) -> bool {
        let mut receiver = self.0.clone();
        tokio::select! {
            biased;
            // Only the flag leaves the block: the value itself may not cross to another thread.
            gone = async { receiver.wait_for(|set| *set).await.is_err() } => {
                // The switch has gone without being used: only the clock counts.
                if gone {
                    clock.sleep(length).await;
                }
            }
            () = clock.sleep(length) => {}
        }
        self.requested()
    }
}
