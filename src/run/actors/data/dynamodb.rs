//! Owns looking whether a global table is there on the standby, and saying what cannot be seen from there.

use crate::facts::TableFacts;
use crate::model::TableData;
use crate::run::actors::{Actors, trouble};
use crate::run::engine::ActError;

impl Actors {
    pub(super) async fn check_table(&self, data: &TableData) -> Result<String, ActError> {
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
}

fn others(table: &TableFacts) -> String {
    if table.replicas.is_empty() {
        return "it names no other replica".to_owned();
    }
    let all: Vec<String> = table.replicas.iter().map(|(region, status)| format!("{region} {status}")).collect();
    format!("other replicas: {}. What was written elsewhere and not yet copied cannot be seen", all.join(", "))
}
