//! Owns looking whether data that replicates by itself is there on the standby, each kind by a file of its own.

mod dynamodb;
mod s3;

use super::{Actors, trouble};
use crate::model::{DataKind, DataSet};
use crate::run::engine::{ActError, Done};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;

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
}
