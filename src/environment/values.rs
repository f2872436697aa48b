//! Owns the kinds of value an environment file is made of: what each accepts, what it says when it refuses, and its schema.

mod dns;
mod events;
mod kind;
mod names;
mod networks;
mod numbers;
mod parameter_path;
mod places;
mod stores;
mod texts;

pub use dns::{ProbeUrl, RecordName, ZoneId};
pub use events::{BusName, FunctionName, RuleName, SourceName, TriggerName};
pub(super) use events::{is_function_name, is_rule_name};
pub(super) use names::check_name;
pub use names::{DataName, EnvironmentName, EventSourceName, GroupName, SchemaName, TierName};
pub use networks::{Cidr, SubnetId, VpcId};
pub use numbers::{CheckFailures, ComputeStacks, Count, Keep, Percent, Port, StatusCode, Weight, Zones};
pub use parameter_path::ParameterPath;
pub use places::{Account, EndpointUrl, RegionCode, RoleArn, Store, StoreText};
pub use stores::{BucketName, DatabaseClass, DatabaseId, ParameterName, TableName};
pub(super) use stores::{bad_bucket, bad_database_id};
pub use texts::{Day, HealthPath, InstanceType, KmsKey, Length, RulePath, Text};

#[cfg(test)]
mod tests;
