//! Owns time: the system clock, and AWS's date-times in our type.

use std::time::Duration;

use async_trait::async_trait;
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use crate::cloud::Clock;

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}

/// AWS's time in our type; none when it is out of range.
pub(super) fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

/// Our time in AWS's type.
pub(super) fn date_time(time: Timestamp) -> DateTime {
    DateTime::from_secs(time.as_second())
}
