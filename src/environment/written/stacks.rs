//! Owns the standby's stacks as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::May;
use crate::environment::defaults;
use crate::environment::values::ComputeStacks;

/// How the standby is split into CloudFormation stacks.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `compute`")]
#[schemars(inline)]
pub struct WrittenStacks {
    /// Over how many compute stacks the tiers are spread, for estates of more tiers than one stack takes (about 40 to
    /// 65, because CloudFormation allows 200 parameters per stack). A tier's stack follows from its name and this
    /// number, so adding a tier never moves another one; changing the number does, and a standby that is there must
    /// then lose the stacks it moves tiers out of.
    #[schemars(extend("default" = defaults::COMPUTE_STACKS))]
    pub compute: May<ComputeStacks>,
}
