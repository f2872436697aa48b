//! Owns what an environment says about the data production keeps: a data store, its kinds, and what every kind answers.
//!
//! All else speaks of data in words that fit every kind. `tests/architecture.rs` holds that kinds are named in their own
//! files only, and in the one `match` of each folder below. A new kind of data is one file in each of these folders that
//! has something to say about it, and one line in that folder's `mod.rs`:
//!
//! - `src/model/data/`: what it is, and what kind-neutral code asks of it
//! - `src/environment/written/data/`: how the environment file writes it
//! - `src/environment/resolve/data/`: which rules that has to keep
//! - `src/observe/data/`: what is looked at, and what production must have
//! - `src/render/build/data/`: what is provisioned for it, beside a view in `src/render/view/` and a partial in `templates/`
//! - `src/diff/parity/data/`: how the standby's is compared with production's
//! - `src/plan/data/`: what declarations, drills and failbacks do about it, what a teardown leaves of it, and what a person
//!   has to know
//! - `src/run/actors/data/`: how it is checked, where nothing is to be done about it
//! - `src/report/data/`: how a baseline tells of it
//! - `src/commands/data/`: what commands look at of it, and how `status` tells of it
//!
//! What it is made of in AWS is a noun of its own, where that is new: facts, a port, its adapter and its simulation. What
//! is done about it, where that is new, is an action with its actor.

mod dynamodb;
mod rds;
mod s3;

use serde::{Deserialize, Serialize};

use super::SideName;
pub use dynamodb::TableData;
pub use rds::RdsData;
pub use s3::BucketData;

/// One data store of production.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataSet {
    /// Its name: lower-case letters, digits and dashes, at most 32; it makes logical ids and step ids.
    pub name: String,
    /// What it is.
    #[serde(flatten)]
    pub kind: DataKind,
}

/// The kinds of data store lifeboat knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum DataKind {
    /// An RDS instance with a read replica in the standby Region, which is promoted.
    Rds(RdsData),
    /// A DynamoDB global table: both sides take writes, so there is nothing to promote.
    Dynamodb(TableData),
    /// A bucket that S3 replicates to one in the standby Region: nothing to promote either.
    S3(BucketData),
}

impl DataKind {
    fn of(&self) -> &dyn Kind {
        match self {
            DataKind::Rds(rds) => rds,
            DataKind::Dynamodb(table) => table,
            DataKind::S3(buckets) => buckets,
        }
    }
}

/// What a kind answers, whatever it is.
trait Kind {
    /// Whether only one side takes its writes: then it is promoted, and has to come home. Otherwise it replicates by itself,
    /// and each side takes writes all the time.
    fn has_one_writer(&self) -> bool;

    /// The identifier of the RDS instance that it is on a side.
    fn instance(&self, _data: &str, _environment: &str, _side: SideName) -> Option<String> {
        None
    }

    /// The standby's parameter that tells applications its host name.
    fn endpoint_parameter(&self) -> Option<&str> {
        None
    }

    /// Whether it is kept in a bucket, on either side.
    fn is_in_bucket(&self, _bucket: &str) -> bool {
        false
    }
}

impl DataSet {
    /// Whether only one side takes its writes: then it is promoted, and has to come home. Otherwise it replicates by itself,
    /// and each side takes writes all the time.
    pub fn has_one_writer(&self) -> bool {
        self.kind.of().has_one_writer()
    }

    /// The identifier of the RDS instance that it is on a side of an environment; none where it is no such instance.
    pub fn instance(&self, environment: &str, side: SideName) -> Option<String> {
        self.kind.of().instance(&self.name, environment, side)
    }

    /// The standby's parameter that tells applications its host name, where there is one.
    pub fn endpoint_parameter(&self) -> Option<&str> {
        self.kind.of().endpoint_parameter()
    }

    /// Whether it is kept in a bucket of that name, on either side.
    pub fn is_in_bucket(&self, bucket: &str) -> bool {
        self.kind.of().is_in_bucket(bucket)
    }
}
