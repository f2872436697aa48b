//! Owns the names lifeboat gives to what it makes: stacks and published parameters.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Part;

/// The name of a CloudFormation stack, `<environment>-<part>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StackName(pub String);

impl StackName {
    /// The stack of one part of an environment.
    pub fn of(environment: &str, part: Part) -> Self {
        StackName(format!("{environment}-{part}"))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StackName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The identifier of the standby's instance of a database: also that of its replica before it is promoted.
pub fn standby_database_name(environment: &str, data: &str) -> String {
    format!("{environment}-{data}")
}

/// The SSM parameter in the standby Region that holds the image id a tier launches from.
pub fn image_parameter_name(environment: &str, tier: &str) -> String {
    format!("/lifeboat/{environment}/images/{tier}")
}

/// The logical id of a compute stack's parameter that takes a tier's image from SSM.
pub fn image_stack_parameter(tier: &str) -> String {
    format!("{}Image", logical_part(tier))
}

/// The logical id of a compute stack's parameter that holds a tier's minimum size.
pub fn min_stack_parameter(tier: &str) -> String {
    format!("{}Min", logical_part(tier))
}

/// The logical id of a compute stack's parameter that holds a tier's maximum size.
pub fn max_stack_parameter(tier: &str) -> String {
    format!("{}Max", logical_part(tier))
}

/// The name of a tier's Auto Scaling group in the standby. It is stated in the template, so that scaling finds the group
/// without asking CloudFormation.
pub fn standby_group_name(environment: &str, tier: &str) -> String {
    format!("{environment}-{tier}")
}

/// Turns `web-api` into `WebApi`: the alphanumeric form CloudFormation wants in logical ids.
pub fn logical_part(name: &str) -> String {
    let mut out = String::new();
    let mut upper = true;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() {
            upper = true;
        } else if upper {
            out.push(c.to_ascii_uppercase());
            upper = false;
        } else {
            out.push(c);
        }
    }
    out
}
