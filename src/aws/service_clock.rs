//! Owns a service's own clock, as its answers tell it: what it measured is told by that clock, and ours may be wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;
use jiff::Timestamp;

/// No answer has told a time.
const NEVER: i64 = i64::MIN;

/// The time of a service's last answer, in seconds. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct ServiceClock(Arc<AtomicI64>);

impl Default for ServiceClock {
    fn default() -> Self {
        ServiceClock(Arc::new(AtomicI64::new(NEVER)))
    }
}

impl ServiceClock {
    /// When it last answered, by the `Date` header of its answers; none where none had one.
    pub fn latest(&self) -> Option<Timestamp> {
        let second = self.0.load(Ordering::SeqCst);
        Timestamp::from_second(second).ok().filter(|_| second != NEVER)
    }

    fn take(&self, date: &str) {
        if let Ok(date) = DateTime::from_str(date, Format::HttpDate) {
            // Answers may overtake each other.
            self.0.fetch_max(date.secs(), Ordering::SeqCst);
        }
    }
}

#[dyn_dispatch_hint]
impl Intercept for ServiceClock {
    fn name(&self) -> &'static str {
        "ServiceClock"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(date) = context.response().headers().get("date") {
            self.take(date);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_answer_counts_and_what_is_no_date_does_not() {
        let clock = ServiceClock::default();
        assert_eq!(clock.latest(), None);
        clock.take("not a date");
        assert_eq!(clock.latest(), None);
        clock.take("Tue, 14 Nov 2023 22:13:20 GMT");
        clock.take("Tue, 14 Nov 2023 22:13:19 GMT");
        assert_eq!(clock.latest().map(Timestamp::as_second), Some(1_700_000_000));
    }
}
