//! Owns RDS instances, as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::DataGrammar;
use crate::environment::values::{DatabaseClass, DatabaseId, KmsKey, ParameterName};
use crate::environment::written::{May, Must};

pub(super) const GRAMMAR: DataGrammar = DataGrammar {
    key: "rds",
    example: "rds: { source: shop-orders, standby: read-replica }",
    own_keys: &["source", "endpoint_parameter", "class"],
    required: &[("source", "source: shop-orders"), ("standby", "standby: read-replica")],
};

/// An RDS instance.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `source` and `standby`")]
#[schemars(inline)]
pub struct WrittenRds {
    /// The identifier of production's instance.
    pub source: Must<DatabaseId>,
    /// What stands ready of it.
    pub standby: Must<WrittenReplica>,
    /// The standby Region's KMS key for the replica's storage; needed where production's is encrypted. By default none.
    pub key: May<KmsKey>,
    /// The replica's instance class until it is promoted. By default production's.
    pub class: May<DatabaseClass>,
    /// The standby's parameter that tells applications the database's host name. By default none is written.
    pub endpoint_parameter: May<ParameterName>,
}

/// What stands ready of a database.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum WrittenReplica {
    /// A read replica in the standby Region.
    ReadReplica,
}
