//! Owns a side as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{May, Must};
use crate::environment::values::{Account, EndpointUrl, RegionCode, RoleArn, Text};

/// Where one side is and how to get in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map with `region` and `account`")]
#[schemars(rename = "Side")]
pub struct WrittenSide {
    /// Its Region, such as `us-west-2`.
    pub region: Must<RegionCode>,
    /// Its account: twelve digits in quotes. It is compared with what AWS says before anything is written.
    pub account: Must<Account>,
    /// A role to assume there. By default none: the credentials at hand are used.
    pub role_arn: May<RoleArn>,
    /// The external id that role asks for. By default none.
    pub external_id: May<Text>,
    /// A profile of the AWS configuration files. By default the one at hand.
    pub profile: May<Text>,
    /// An endpoint for every service of this side: a local stand-in for AWS. By default AWS itself.
    pub endpoint_url: May<EndpointUrl>,
}
