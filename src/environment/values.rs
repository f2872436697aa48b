//! Owns the kinds of value an environment file is made of: what each accepts, what it says when it refuses, and its schema.

mod kind;
mod names;
mod networks;
mod numbers;
mod parameter_path;
mod places;
mod texts;

pub(super) use names::check_name;
pub use names::{EnvironmentName, GroupName, SchemaName, TierName};
pub use networks::{Cidr, SubnetId, VpcId};
pub use numbers::{ComputeStacks, Count, Keep, Percent, Port, Zones};
pub use parameter_path::ParameterPath;
pub use places::{Account, EndpointUrl, RegionCode, RoleArn, Store, StoreText};
pub use texts::{Day, HealthPath, InstanceType, KmsKey, Length, RulePath, Text};

#[cfg(test)]
mod tests;
