//! Owns leading users to a side: an object that is there or not, or records with other weights.

use super::checkers::Answered;
use super::{Actors, trouble};
use crate::cloud::CloudResult;
use crate::facts::RecordFacts;
use crate::model::{Region, SideName};
use crate::plan::runbook::Lever;
use crate::run::Stop;
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;

impl Actors {
    pub(super) async fn look_switch(&self, to: SideName, record: &str, by: &Lever) -> Result<Look, ActError> {
        match self.is_switched(to, record, by).await {
            // An object that health checkers cannot see leads nobody: then the act says why.
            Ok(true) if self.is_hidden(to, by).await => Ok(Look::Needed),
            Ok(true) => Ok(Look::AlreadySo(said(to, record, by))),
            Ok(false) => Ok(Look::Needed),
            Err(error) => Err(trouble::cloud(format!("cannot tell where {record} leads"), &error)),
        }
    }

    pub(super) async fn switch(&self, to: SideName, record: &str, by: &Lever, stop: &Stop) -> Result<Done, ActError> {
        let begun = self.clock.now();
        let what = format!("cannot lead {record} to the {to}");
        let write = &self.standby.write;
        let body = format!("lifeboat: {record} is served by the standby\n");
        let switched = match (by, to) {
            (Lever::Object { bucket, key }, SideName::Standby) => {
                self.again(stop, || write.objects.put_object(bucket, key, body.as_bytes())).await
            }
            (Lever::Object { bucket, key }, SideName::Primary) => {
                self.again(stop, || write.objects.delete_object(bucket, key)).await
            }
            (Lever::Records { zone, records }, _) => self.again(stop, || write.dns.upsert_records(zone, records)).await,
        };
        switched.map_err(|error| hinted(trouble::cloud(&what, &error), by, to, &self.standby.read.region))?;
        match self.is_switched(to, record, by).await {
            Ok(true) => {}
            Ok(false) => {
                let why = "it was set and reads back otherwise: something else changes it";
                return Err(hinted(trouble::plain(what, why, None), by, to, &self.standby.read.region));
            }
            Err(error) => {
                let mut failed =
                    trouble::cloud(format!("{record} was led to the {to} and could not be read back"), &error);
                // A failed look leaves open what the write did, whatever the look's own error says.
                failed.effect_known = false;
                return Err(failed);
            }
        }
        let told = match by {
            Lever::Object { bucket, key } => self.led(to, record, (bucket, key), stop).await?,
            Lever::Records { .. } => String::new(),
        };
        let ours_s = elapsed(begun, self.clock.now()).as_secs_f64();
        Ok(Done {
            text: format!("{}{told}", said(to, record, by)),
            measures: Measures { ours_s, ..Measures::default() },
        })
    }

    async fn is_hidden(&self, to: SideName, by: &Lever) -> bool {
        match by {
            Lever::Object { bucket, key } => matches!(self.checkers(to, bucket, key).await, Answered::Otherwise(_)),
            Lever::Records { .. } => false,
        }
    }

    async fn is_switched(&self, to: SideName, record: &str, by: &Lever) -> CloudResult<bool> {
        let read = &self.standby.read;
        match by {
            Lever::Object { bucket, key } => {
                let there = read.buckets.object_exists(bucket, key).await?;
                Ok(there == (to == SideName::Standby))
            }
            Lever::Records { zone, records } => {
                let there = read.dns.records(zone, record).await?;
                Ok(records.iter().all(|wanted| there.iter().any(|other| same(wanted, other))))
            }
        }
    }
}

/// Whether two record sets are one and the same to Route 53, which lowers names and may put `dualstack.` before targets.
fn same(wanted: &RecordFacts, there: &RecordFacts) -> bool {
    let plain = |record: &RecordFacts| {
        let mut record = record.clone();
        record.name = name(&record.name);
        if let Some(alias) = &mut record.alias {
            let bare = name(&alias.dns_name);
            alias.dns_name = bare.strip_prefix("dualstack.").unwrap_or(&bare).to_owned();
        }
        record
    };
    plain(wanted) == plain(there)
}

fn name(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn said(to: SideName, record: &str, by: &Lever) -> String {
    match (by, to) {
        (Lever::Object { bucket, key }, SideName::Standby) => {
            format!("s3://{bucket}/{key} is there: health checks lead {record} to the standby")
        }
        (Lever::Object { bucket, key }, SideName::Primary) => {
            format!("s3://{bucket}/{key} is not there: health checks lead {record} to the primary")
        }
        (Lever::Records { records, .. }, _) => {
            format!("weights of {record}: {}", RecordFacts::weights_told(records))
        }
    }
}

/// What a person can do by hand when the lever does not move. `region`: that of the standby, which has the bucket.
fn hinted(error: ActError, by: &Lever, to: SideName, region: &Region) -> ActError {
    let own = match (by, to) {
        (Lever::Object { bucket, key }, SideName::Standby) => {
            format!("by hand: `aws s3api put-object --bucket {bucket} --key {key} --region {region}`; then resume")
        }
        (Lever::Object { bucket, key }, SideName::Primary) => {
            format!("by hand: `aws s3api delete-object --bucket {bucket} --key {key} --region {region}`; then resume")
        }
        (Lever::Records { .. }, _) => {
            "this needs Route 53's control plane in us-east-1: resume when it answers; until then only clients that are \
             told another name reach the other side"
                .to_owned()
        }
    };
    let hint = match &error.hint {
        Some(hint) => format!("{hint}; {own}"),
        None => own,
    };
    ActError { hint: Some(hint), ..error }
}
