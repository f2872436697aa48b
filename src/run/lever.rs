//! Owns the object that proves before the day that the lever of traffic works: written once there is a bucket for it, asked
//! for as Route 53's health checkers ask for the lever, and removed before that bucket goes.

use std::time::Duration;

use crate::cloud::{CloudErrorKind, CloudResult, Outside, ReadBuckets, WriteObjects};
use crate::facts::{LeverAnswer, LeverFacts};
use crate::model::{Switch, Traffic, proof_key};

/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(5);

/// How the lever looks from outside; none where traffic is not moved by an object.
pub async fn look_at_lever(
    read: &dyn ReadBuckets,
    outside: &dyn Outside,
    traffic: Option<&Traffic>,
) -> Option<LeverFacts> {
    let (_, bucket, key) = proof(traffic)?;
    Some(look_at_object(read, outside, bucket, key).await)
}

/// The same, of that object.
pub(super) async fn look_at_object(
    read: &dyn ReadBuckets,
    outside: &dyn Outside,
    bucket: &str,
    key: String,
) -> LeverFacts {
    let url = read.object_url(bucket, &key);
    let answer = match outside.get(&url, ANSWER).await {
        Ok(200) => LeverAnswer::Works,
        Ok(status) if status >= 500 => LeverAnswer::Unknown { why: format!("{url} answers {status}") },
        // S3 answers those who may not list a bucket the same whether an object is closed to them or not there.
        Ok(status) => match read.object_exists(bucket, &key).await {
            Ok(true) => LeverAnswer::Refused { status },
            Ok(false) => LeverAnswer::Absent,
            Err(error) => LeverAnswer::Unknown { why: error.to_string() },
        },
        Err(why) => LeverAnswer::Unknown { why },
    };
    LeverFacts { bucket: bucket.to_owned(), key, url, answer }
}

/// Writes the object where it is not there; whether it did. Nothing where traffic is not moved by an object.
pub async fn write_proof(
    read: &dyn ReadBuckets,
    write: &dyn WriteObjects,
    traffic: Option<&Traffic>,
) -> CloudResult<bool> {
    let Some((record, bucket, key)) = proof(traffic) else { return Ok(false) };
    if read.object_exists(bucket, &key).await? {
        return Ok(false);
    }
    let body = format!("lifeboat: who reads this can read what leads {record} to the standby\n");
    write.put_object(bucket, &key, body.as_bytes()).await?;
    Ok(true)
}

/// Removes the object: CloudFormation deletes no bucket that holds one. A bucket that is gone holds none.
pub async fn remove_proof(write: &dyn WriteObjects, traffic: Option<&Traffic>) -> CloudResult<()> {
    let Some((_, bucket, key)) = proof(traffic) else { return Ok(()) };
    match write.delete_object(bucket, &key).await {
        Err(error) if error.kind == CloudErrorKind::NotFound => Ok(()),
        answer => answer,
    }
}

/// The record, the bucket, and the object beside the lever.
fn proof(traffic: Option<&Traffic>) -> Option<(&str, &str, String)> {
    let traffic = traffic?;
    match &traffic.switch {
        Switch::StandbyTakesOver { bucket, key } => Some((&traffic.record, bucket, proof_key(key))),
        Switch::Failover { .. } | Switch::Weighted { .. } | Switch::Manual => None,
    }
}
