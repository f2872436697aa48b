//! Owns looking at DynamoDB global tables, one call each.

use futures_util::future::join_all;

use super::{DataSeen, InProduction, Kind, keep};
use crate::cloud::ReadPorts;
use crate::facts::{Noun, SideFacts};
use crate::model::{DataKind, Environment, TableData};

impl Kind for TableData {
    fn in_production<'a>(&'a self, facts: &SideFacts) -> InProduction<'a> {
        InProduction { noun: Noun::Table, name: &self.table, is_there: facts.tables.contains_key(&self.table) }
    }
}

/// The same tables on either side.
pub(super) async fn look(ports: &ReadPorts, environment: &Environment) -> DataSeen {
    let names = environment.data.iter().filter_map(|data| match &data.kind {
        DataKind::Dynamodb(table) => Some(&table.table),
        _ => None,
    });
    let tables = join_all(names.map(|name| async move { (name.clone(), ports.tables.table(name).await) })).await;
    let mut seen = DataSeen::default();
    seen.tables = keep(tables, Noun::Table, &mut seen.gaps);
    seen
}
