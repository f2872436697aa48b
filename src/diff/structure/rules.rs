//! Owns what kind of list each property is: CloudFormation and AWS give many lists no order.

use serde_json::Value;

/// How the elements of a list are paired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// By position.
    Ordered,
    /// By content: order means nothing.
    Unordered,
    /// By the value of one field: order means nothing.
    Keyed(&'static str),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// What kind of list stands under a member name.
    pub lists: fn(&str) -> ListKind,
    /// Whether `80` and `"80"`, `true` and `"true"` are the same, as they are to CloudFormation.
    pub loose_scalars: bool,
}

impl Rules {
    /// Every list in order, every scalar exact.
    pub const EXACT: Rules = Rules { lists: |_| ListKind::Ordered, loose_scalars: false };

    /// As CloudFormation reads templates and properties.
    pub const CLOUDFORMATION: Rules = Rules { lists: cloudformation_list, loose_scalars: true };

    /// Whether two scalars are the same under these rules.
    pub fn same_scalar(self, a: &Value, b: &Value) -> bool {
        a == b
            || (self.loose_scalars
                && match (scalar_text(a), scalar_text(b)) {
                    (Some(a), Some(b)) => a == b,
                    _ => false,
                })
    }
}

/// The text of a scalar; none for objects, lists and null.
pub fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn cloudformation_list(member: &str) -> ListKind {
    match member {
        "Tags" => ListKind::Keyed("Key"),
        "BlockDeviceMappings" => ListKind::Keyed("DeviceName"),
        "TagSpecifications" => ListKind::Keyed("ResourceType"),
        "TargetGroupAttributes" | "LoadBalancerAttributes" => ListKind::Keyed("Key"),
        "SecurityGroupIngress"
        | "SecurityGroupEgress"
        | "SecurityGroupIds"
        | "SecurityGroups"
        | "Groups"
        | "Subnets"
        | "SubnetIds"
        | "VPCZoneIdentifier"
        | "AvailabilityZones"
        | "TargetGroupARNs"
        | "Certificates"
        | "DependsOn"
        | "Metrics" => ListKind::Unordered,
        // Overrides of a mixed instances policy and listener actions mean their order.
        _ => ListKind::Ordered,
    }
}

/// The names of a list's elements under a key field; none unless every element has one and no two share it.
pub fn names(items: &[Value], field: &str) -> Option<Vec<String>> {
    let names: Vec<String> =
        items.iter().map(|item| item.get(field).and_then(scalar_text)).collect::<Option<Vec<_>>>()?;
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    (sorted.len() == names.len()).then_some(names)
}
