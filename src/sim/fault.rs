//! Owns the faults of a Region: what is set on command, and what a call runs into because of them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is wrong with a Region.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Faults {
    /// Every call gets no answer, at once, as from a refused connection.
    pub dark: bool,
    /// So many of the next calls are throttled.
    pub throttle: u32,
    /// Operations so many of whose next calls meet another change of the same thing, and do nothing.
    pub busy: BTreeMap<String, u32>,
    /// Operations the caller is denied, such as `UpdateAutoScalingGroup`.
    pub deny: BTreeSet<String>,
    /// Operations the caller is denied after so many more calls: a permission that is lost in the middle of a run.
    pub deny_after: BTreeMap<String, u32>,
    /// How many instances of a type (`m6i.large`), in a zone (`us-west-2a`), of both (`m6i.large@us-west-2a`) or at all
    /// (`*`) can be had.
    pub capacity: BTreeMap<String, u32>,
    /// Operations whose next call takes effect while its answer is lost.
    pub lost_reply: BTreeSet<String>,
    /// Operations one of whose later calls takes effect while its answer is lost: the one after so many more.
    pub lost_reply_after: BTreeMap<String, u32>,
    /// CloudWatch has no data points.
    pub no_metrics: bool,
    /// Database replicas whose replication has stopped.
    pub replication_stopped: BTreeSet<String>,
    /// How far database replicas are behind, in seconds.
    pub replica_lag: BTreeMap<String, u32>,
    /// How many stay connected to databases whatever becomes of the servers: jobs, and people.
    pub connections: BTreeMap<String, u32>,
    /// Databases that are backing up, and until when; none: until somebody mends it.
    pub backing_up: BTreeMap<String, Option<Timestamp>>,
}

/// What a call runs into before it does anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// No answer.
    Dark,
    /// Throttled.
    Throttled,
    /// Another change is under way.
    Busy,
    /// Denied.
    Denied,
}

impl Obstacle {
    /// Whether it passes by itself, so that the ports promise to ask again.
    pub fn passes(self) -> bool {
        matches!(self, Obstacle::Throttled | Obstacle::Busy)
    }
}

impl Faults {
    /// Whether nothing is wrong.
    pub fn is_clear(&self) -> bool {
        *self == Faults::default()
    }

    /// Whether a database is backing up.
    pub fn backs_up(&self, id: &str, now: Timestamp) -> bool {
        self.backing_up.get(id).is_some_and(|until| until.is_none_or(|until| now < until))
    }

    /// What a call of that operation runs into. A call that is throttled, or meets another change, is used up.
    pub fn meet(&mut self, operation: &str) -> Option<Obstacle> {
        if self.dark {
            return Some(Obstacle::Dark);
        }
        if self.throttle > 0 {
            self.throttle -= 1;
            return Some(Obstacle::Throttled);
        }
        if let Some(left) = self.busy.remove(operation) {
            if left > 1 {
                self.busy.insert(operation.to_owned(), left - 1);
            }
            return Some(Obstacle::Busy);
        }
        let lost = match self.deny_after.get_mut(operation) {
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        };
        (lost || self.deny.contains(operation)).then_some(Obstacle::Denied)
    }

    /// Whether the answer of this call is lost; true once per fault.
    pub fn loses_reply(&mut self, operation: &str) -> bool {
        let later = match self.lost_reply_after.get_mut(operation) {
            Some(0) => self.lost_reply_after.remove(operation).is_some(),
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        };
        self.lost_reply.remove(operation) || later
    }

    /// The faults in words, one each; empty when nothing is wrong.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if self.dark {
            words.push("dark: no call is answered".to_owned());
        }
        if self.throttle > 0 {
            words.push(format!("the next {} calls are throttled", self.throttle));
        }
        words.extend(
            self.busy
                .iter()
                .map(|(operation, left)| format!("the next {left} calls of {operation} meet another change")),
        );
        words.extend(self.deny.iter().map(|operation| format!("{operation} is denied")));
        words.extend(self.deny_after.iter().map(|(operation, left)| match left {
            0 => format!("{operation} is denied"),
            left => format!("{operation} is denied after {left} more calls"),
        }));
        words.extend(self.capacity.iter().map(|(what, count)| format!("capacity for {count} instances of {what}")));
        words.extend(self.lost_reply.iter().map(|operation| format!("the next answer of {operation} is lost")));
        words.extend(
            self.lost_reply_after
                .iter()
                .map(|(operation, left)| format!("the answer of {operation} is lost after {left} more calls")),
        );
        if self.no_metrics {
            words.push("CloudWatch has no data points".to_owned());
        }
        words.extend(self.replication_stopped.iter().map(|id| format!("replication to {id} has stopped")));
        words.extend(self.replica_lag.iter().map(|(id, seconds)| format!("{id} is {seconds} s behind")));
        words.extend(self.backing_up.iter().map(|(id, until)| match until {
            Some(until) => format!("{id} is backing up until {}", until.strftime("%H:%M:%S UTC")),
            None => format!("{id} is backing up"),
        }));
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn obstacles_come_in_order_and_throttles_are_used_up() {
        let mut faults = Faults { throttle: 1, ..Faults::default() };
        faults.deny.insert("CopyImage".to_owned());
        assert_eq!(faults.meet("CopyImage"), Some(Obstacle::Throttled));
        assert_eq!(faults.meet("CopyImage"), Some(Obstacle::Denied));
        assert_eq!(faults.meet("DescribeImages"), None);
        faults.dark = true;
        assert_eq!(faults.meet("DescribeImages"), Some(Obstacle::Dark));
    }

    #[test]
    fn another_change_is_over_after_so_many_calls() {
        let mut faults = Faults { busy: BTreeMap::from([("CopyImage".to_owned(), 2)]), ..Faults::default() };
        assert_eq!(faults.words(), ["the next 2 calls of CopyImage meet another change"]);
        let met: Vec<_> = (0..3).map(|_| faults.meet("CopyImage")).collect();
        assert_eq!(met, [Some(Obstacle::Busy), Some(Obstacle::Busy), None]);
        assert!(faults.is_clear());
    }

    #[test]
    fn a_permission_is_lost_after_so_many_calls() {
        let mut faults = Faults { deny_after: BTreeMap::from([("CopyImage".to_owned(), 2)]), ..Faults::default() };
        assert_eq!(faults.words(), ["CopyImage is denied after 2 more calls"]);
        let met: Vec<_> = (0..4).map(|_| faults.meet("CopyImage")).collect();
        assert_eq!(met, [None, None, Some(Obstacle::Denied), Some(Obstacle::Denied)]);
        assert_eq!(faults.meet("PutParameter"), None);
        assert_eq!(faults.words(), ["CopyImage is denied"]);
    }

    #[test]
    fn a_later_reply_is_lost_once() {
        let mut faults =
            Faults { lost_reply_after: BTreeMap::from([("CopyImage".to_owned(), 1)]), ..Faults::default() };
        assert_eq!(faults.words(), ["the answer of CopyImage is lost after 1 more calls"]);
        let lost: Vec<bool> = (0..4).map(|_| faults.loses_reply("CopyImage")).collect();
        assert_eq!(lost, [false, true, false, false]);
    }

    #[test]
    fn a_reply_is_lost_once() {
        let mut faults = Faults::default();
        faults.lost_reply.insert("PutParameter".to_owned());
        assert!(!faults.loses_reply("CopyImage"));
        assert!(faults.loses_reply("PutParameter"));
        assert!(!faults.loses_reply("PutParameter"));
        assert!(faults.is_clear());
    }
}
