//! Owns the rules of DynamoDB global tables: each is listed once.

use super::{Kind, Name};
use crate::environment::remark::Remark;
use crate::environment::resolve::side::Regions;
use crate::environment::written::WrittenTable;
use crate::model::{DataKind, TableData};

impl Kind for WrittenTable {
    fn names(&self) -> Vec<Name<'_>> {
        let table = self.table.get().map(|(table, place)| ("table", "dynamodb.table", table.0.as_str(), place));
        table.into_iter().collect()
    }

    fn resolve(&self, _: usize, _: Regions<'_>, _: &mut Vec<Remark>) -> Option<DataKind> {
        Some(DataKind::Dynamodb(TableData { table: self.table.value.as_ref()?.0.clone() }))
    }
}
