//! Owns asking for the object that moves users as Route 53's health checkers do: at its public address, without
//! credentials. What this program may read with its own says nothing about them.

use std::time::Duration;

use super::{Actors, trouble};
use crate::facts::closed;
use crate::model::SideName;
use crate::run::Stop;
use crate::run::engine::{ActError, Done};
use crate::run::journal::Measures;
use crate::run::lever::look_at_object;

/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(5);

/// So often it is asked where no answer comes, or one that says nothing about access.
const ASKED: u32 = 3;

/// Between two questions.
const PAUSE: Duration = Duration::from_secs(2);

/// What health checkers are answered.
pub(super) enum Answered {
    /// What leads users to where they should go.
    Well,
    /// What leads them elsewhere.
    Otherwise(u16),
    /// Nothing that says so: this machine may not reach the address.
    Unknown(String),
}

impl Actors {
    /// Asks once whether health checkers see the object, where users are led to the standby, or see none.
    pub(super) async fn checkers(&self, to: SideName, bucket: &str, key: &str) -> Answered {
        let url = self.standby.read.buckets.object_url(bucket, key);
        match self.outside.get(&url, ANSWER).await {
            Ok(200) if to == SideName::Standby => Answered::Well,
            Ok(status) if status >= 500 => Answered::Unknown(format!("{url} answers {status}")),
            Ok(200) => Answered::Otherwise(200),
            Ok(_) if to == SideName::Primary => Answered::Well,
            Ok(status) => Answered::Otherwise(status),
            Err(why) => Answered::Unknown(why),
        }
    }

    /// The same, asked again while nothing is known; what a person should know of it, or why users are not led there.
    pub(super) async fn led(
        &self,
        to: SideName,
        record: &str,
        (bucket, key): (&str, &str),
        stop: &Stop,
    ) -> Result<String, ActError> {
        let mut asked = 1;
        loop {
            match self.checkers(to, bucket, key).await {
                Answered::Well => return Ok(String::new()),
                Answered::Otherwise(status) => return Err(not_led(to, record, (bucket, key), status)),
                // It must not hold up a disaster: where users are led is looked at later.
                Answered::Unknown(why) if asked >= ASKED || stop.requested() => {
                    return Ok(format!("; what health checkers are answered is not known: {why}"));
                }
                Answered::Unknown(_) => {}
            }
            asked += 1;
            stop.sleep(self.clock.as_ref(), PAUSE).await;
        }
    }

    /// Asks, in a drill, for the object beside the lever: whoever sees it would see the lever.
    pub(super) async fn prove_lever(&self, bucket: &str, key: &str) -> Result<Done, ActError> {
        let (read, outside) = (self.standby.read.buckets.as_ref(), self.outside.as_ref());
        let seen = look_at_object(read, outside, bucket, key.to_owned()).await;
        match seen.works() {
            Some(false) => {
                let what = "users could not be led to the standby";
                Err(trouble::plain(what, seen.words(), None))
            }
            // Not known is not amiss: this machine may reach no public address.
            _ => Ok(Done { text: seen.words(), measures: Measures::default() }),
        }
    }
}

fn not_led(to: SideName, record: &str, (bucket, key): (&str, &str), status: u16) -> ActError {
    let what = format!("users of {record} are not led to the {to}");
    match to {
        SideName::Standby => trouble::plain(
            what,
            format!(
                "s3://{bucket}/{key} is there and answers {status} without credentials: health checkers, who have none, \
                 cannot see it"
            ),
            Some(format!("{}; let everybody read that one object, then resume", closed(bucket))),
        ),
        SideName::Primary => trouble::plain(
            what,
            format!("s3://{bucket}/{key} is not there and still answers {status} without credentials"),
            Some("find out what answers at its address, then resume".to_owned()),
        ),
    }
}
