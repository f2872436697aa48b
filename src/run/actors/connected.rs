//! Owns asking who is still connected to what a replica follows, once that has caught up: what they write until the promotion
//! is lost. Best effort: servers were stopped before, and what is not known holds nothing up.

use std::time::Duration;

use jiff::Timestamp;

use super::Actors;
use crate::model::SideName;

/// How long that may hold up a promotion; real time, because a silent endpoint takes real time to be silent.
const METRIC: Duration = Duration::from_secs(10);

/// What is known of those who are still connected.
pub(super) struct Connected {
    /// How many; none: not known.
    pub count: Option<u32>,
    /// The same in words.
    pub text: String,
}

impl Actors {
    /// Who is connected to a database of that side, by its identifier or its ARN. What was measured before `since`, by
    /// CloudWatch's clock, tells of servers that have been stopped by now.
    pub(super) async fn connected(&self, side: SideName, source: &str, since: Option<Timestamp>) -> Connected {
        // An ARN ends in the identifier (arn:PARTITION:rds:REGION:ACCOUNT:db:IDENTIFIER).
        let id = source.rsplit(':').next().unwrap_or(source).to_owned();
        let unknown = |why: String| Connected {
            count: None,
            text: format!("how many are still connected to {id} in the {side} is not known: {why}"),
        };
        let Ok(ports) = self.ports(side) else { return unknown("it cannot be asked here".to_owned()) };
        let ids = [id.clone()];
        let asked = ports.read.metrics.connections(&ids, self.clock.now());
        let told = match tokio::time::timeout(METRIC, asked).await {
            Ok(Ok(told)) => told.get(&id).copied(),
            Ok(Err(error)) => return unknown(error.to_string()),
            Err(_) => return unknown(format!("CloudWatch did not answer within {} s", METRIC.as_secs())),
        };
        match told.filter(|told| since.is_none_or(|since| told.at >= since)) {
            None => unknown("CloudWatch has no number of now".to_owned()),
            Some(told) if told.count == 0 => {
                Connected { count: Some(0), text: format!("nobody is connected to {id} in the {side} any more") }
            }
            Some(told) => {
                let (count, are) = (told.count, if told.count == 1 { "connection is" } else { "connections are" });
                let text = format!(
                    "{count} {are} still open to {id} in the {side}, of jobs or people that no fence stops: what they write \
                     until the promotion is lost"
                );
                Connected { count: Some(count), text }
            }
        }
    }
}
