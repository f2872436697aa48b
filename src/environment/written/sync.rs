//! Owns what follows production, and what is not drift, as written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{May, Must};
use crate::environment::defaults;
use crate::environment::values::{Day, Keep, KmsKey, ParameterPath, RulePath, Text};
use crate::yaml::read::Placed;

/// What follows production.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `images` or `parameters`")]
#[schemars(inline)]
pub struct WrittenSync {
    /// How images are copied. By default as their own defaults say.
    pub images: May<WrittenImages>,
    /// Paths of parameters that follow production. By default none.
    pub parameters: May<Vec<Placed<WrittenParameters>>>,
}

/// How images are copied.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `key` or `keep`")]
#[schemars(inline)]
pub struct WrittenImages {
    /// The standby Region's KMS key for encrypted copies. By default copies are as encrypted as their source.
    pub key: May<KmsKey>,
    /// How many copies per tier are kept; one in use is never removed.
    #[schemars(extend("default" = defaults::KEEP))]
    pub keep: May<Keep>,
}

/// One path of parameters that follows production.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `path`")]
#[schemars(rename = "Parameters")]
pub struct WrittenParameters {
    /// The path, beginning and ending with a slash; everything below it follows.
    pub path: Must<ParameterPath>,
    /// Text replaced in values and names, longest first. By default nothing is.
    pub rewrite: May<BTreeMap<Placed<Text>, Placed<String>>>,
    /// The standby Region's KMS key for SecureStrings. By default the account's own SSM key there.
    pub key: May<KmsKey>,
    /// Whether what is gone from production is deleted from the standby.
    #[schemars(extend("default" = false))]
    pub delete: May<bool>,
}

/// What is not drift.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `ignore`")]
#[schemars(inline)]
pub struct WrittenDrift {
    /// Differences people decided to live with. By default none.
    pub ignore: May<Vec<Placed<WrittenIgnore>>>,
}

/// One difference people decided to live with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `path` and `reason`")]
#[schemars(rename = "Ignore")]
pub struct WrittenIgnore {
    /// Which: a finding's path as `lifeboat drift` prints it; `*` stands for any part of one segment, `**` for the rest.
    pub path: Must<RulePath>,
    /// Why.
    pub reason: Must<Text>,
    /// Until when, inclusive, such as `2027-01-31`. By default for ever.
    pub expires: May<Day>,
}
