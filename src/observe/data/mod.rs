//! Owns looking at the data an environment names: each kind looks at all of its own, beside the others.

mod dynamodb;
mod rds;
mod s3;

use std::collections::BTreeMap;

use futures_util::future::join3;
use jiff::Timestamp;

use crate::cloud::{CloudResult, ReadPorts};
use crate::facts::{BucketFacts, DatabaseFacts, Gap, Noun, ReplicaLag, SideFacts, TableFacts};
use crate::model::{DataKind, Environment};

/// What was seen of the data.
#[derive(Debug, Default)]
pub struct DataSeen {
    /// RDS instances, by identifier.
    pub databases: BTreeMap<String, DatabaseFacts>,
    /// How far replicas among them are behind, by identifier.
    pub replica_lags: BTreeMap<String, ReplicaLag>,
    /// DynamoDB tables, by name.
    pub tables: BTreeMap<String, TableFacts>,
    /// Buckets, by name.
    pub buckets: BTreeMap<String, BucketFacts>,
    /// What could not be seen.
    pub gaps: Vec<Gap>,
}

impl DataSeen {
    /// Puts what was seen among the facts of the side.
    pub fn put_into(self, facts: &mut SideFacts) {
        (facts.databases, facts.replica_lags) = (self.databases, self.replica_lags);
        (facts.tables, facts.buckets) = (self.tables, self.buckets);
        facts.gaps.extend(self.gaps);
    }
}

/// What production has to have for a data store.
pub(super) struct InProduction<'a> {
    pub noun: Noun,
    pub name: &'a str,
    /// Whether it was seen.
    pub is_there: bool,
}

/// A kind of data store, as it is looked at.
trait Kind {
    /// What production has to have of it.
    fn in_production<'a>(&'a self, facts: &SideFacts) -> InProduction<'a>;
}

fn of(kind: &DataKind) -> &dyn Kind {
    match kind {
        DataKind::Rds(rds) => rds,
        DataKind::Dynamodb(table) => table,
        DataKind::S3(buckets) => buckets,
    }
}

/// What production has to have for a data store of a kind.
pub(super) fn in_production<'a>(kind: &'a DataKind, facts: &SideFacts) -> InProduction<'a> {
    of(kind).in_production(facts)
}

/// The data of a side: production's instances, tables and buckets, or what stands for them in the standby. What does not
/// exist is absent; what could not be read is a gap. Without data there is no call. The lag of the standby's replicas is
/// the newest before `now`.
pub async fn observe_data(ports: &ReadPorts, environment: &Environment, now: Timestamp) -> DataSeen {
    let (rds, dynamodb, s3) =
        join3(rds::look(ports, environment, now), dynamodb::look(ports, environment), s3::look(ports, environment))
            .await;
    DataSeen {
        databases: rds.databases,
        replica_lags: rds.replica_lags,
        tables: dynamodb.tables,
        buckets: s3.buckets,
        gaps: [rds.gaps, dynamodb.gaps, s3.gaps].concat(),
    }
}

/// The security groups that data is behind, which are facts of their own.
pub(super) fn security_groups(facts: &SideFacts) -> impl Iterator<Item = &String> {
    rds::security_groups(facts)
}

/// What of many was found, each asked for by its name.
fn keep<T>(answers: Vec<(String, CloudResult<Option<T>>)>, noun: Noun, gaps: &mut Vec<Gap>) -> BTreeMap<String, T> {
    let mut found = BTreeMap::new();
    for (name, answer) in answers {
        match answer {
            Ok(Some(facts)) => {
                found.insert(name, facts);
            }
            Ok(None) => {}
            Err(error) => gaps.push(Gap { noun, subject: name, reason: error.to_string() }),
        }
    }
    found
}
