//! Owns DynamoDB global tables, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::DataGrammar;
use crate::environment::values::TableName;
use crate::environment::written::Must;

pub(super) const GRAMMAR: DataGrammar = DataGrammar {
    key: "dynamodb",
    example: "dynamodb: { table: shop-carts }",
    own_keys: &["table"],
    required: &[("table", "table: shop-carts")],
};

/// A DynamoDB global table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `table`")]
#[schemars(inline)]
pub struct WrittenTable {
    /// Its name, the same in every Region.
    pub table: Must<TableName>,
}
