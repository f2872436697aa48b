//! Owns looking whether data that replicates by itself is there on the standby, and saying what cannot be seen from there.

use super::{Actors, trouble};
use crate::facts::{BucketFacts, TableFacts};
use crate::model::{BucketData, DataKind, DataSet, TableData};
use crate::run::engine::{ActError, Done};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;

/// An object nobody writes: asking for it shows whether the bucket's objects can be asked for.
const ASKED: &str = "lifeboat-check";

impl Actors {
    pub(super) async fn check_data(&self, data: &DataSet) -> Result<Done, ActError> {
        let begun = self.clock.now();
        let text = match &data.kind {
            DataKind::Dynamodb(table) => self.check_table(table).await?,
            DataKind::S3(bucket) => self.check_bucket(bucket).await?,
            DataKind::Rds(_) => return Err(trouble::not_here("a database is promoted, not checked")),
        };
        let ours_s = elapsed(begun, self.clock.now()).as_secs_f64();
        Ok(Done { text, measures: Measures { ours_s, ..Measures::default() } })
    }

    async fn check_table(&self, data: &TableData) -> Result<String, ActError> {
        let (what, region) = (format!("table {} is not there", data.table), &self.standby.read.region);
        let found = self.standby.read.tables.table(&data.table).await;
        let found = found.map_err(|error| trouble::cloud(format!("cannot look at table {}", data.table), &error))?;
        let table = found.ok_or_else(|| {
            let hint = format!("add a replica in {region} to the global table");
            trouble::plain(&what, format!("{region} has no replica of it"), Some(hint))
        })?;
        // UPDATING takes reads and writes, too (DynamoDB developer guide, "TableStatus").
        if !matches!(table.status.as_str(), "ACTIVE" | "UPDATING") {
            return Err(trouble::plain(&what, format!("in {region} it is {}", table.status), None));
        }
        Ok(format!("{} is {} in {region}, where it takes writes; {}", data.table, table.status, others(&table)))
    }

    async fn check_bucket(&self, data: &BucketData) -> Result<String, ActError> {
        let buckets = &self.standby.read.buckets;
        let what = format!("bucket {} is not there", data.replica);
        let cannot = format!("cannot look at bucket {}", data.replica);
        let found = buckets.bucket(&data.replica).await.map_err(|error| trouble::cloud(&cannot, &error))?;
        let bucket = found.ok_or_else(|| {
            let why = format!("{} has no such bucket", self.standby.read.region);
            trouble::plain(&what, why, Some("make it, and replicate to it, when production is back".to_owned()))
        })?;
        buckets.object_exists(&data.replica, ASKED).await.map_err(|error| trouble::cloud(&cannot, &error))?;
        Ok(format!("{} answers for its objects{}", data.replica, unseen(&bucket, data)))
    }
}

fn others(table: &TableFacts) -> String {
    if table.replicas.is_empty() {
        return "it names no other replica".to_owned();
    }
    let all: Vec<String> = table.replicas.iter().map(|(region, status)| format!("{region} {status}")).collect();
    format!("other replicas: {}. What was written elsewhere and not yet copied cannot be seen", all.join(", "))
}

fn unseen(bucket: &BucketFacts, data: &BucketData) -> String {
    let versioned = if bucket.versioned { "" } else { "; it is not versioned, so nothing is replicated to it" };
    format!("{versioned}. Whether everything of {} has arrived cannot be seen from here", data.bucket)
}
