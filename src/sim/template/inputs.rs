//! Owns the parameters of a stack: given values against declarations, defaults, types, and SSM-typed ones.

use std::collections::BTreeMap;

use serde_json::Value;

use super::eval::text_of;
use super::parse::Template;
use crate::sim::call::Refusal;
use crate::sim::state::RegionState;

/// Parameters of one deployment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inputs {
    /// As given, defaults filled in.
    pub given: BTreeMap<String, String>,
    /// What SSM-typed ones resolved to.
    pub resolved: BTreeMap<String, String>,
}

/// Takes what was given for a template's parameters; every problem CloudFormation finds before it makes a change set.
pub fn take_inputs(
    region: &RegionState,
    template: &Template,
    given: &BTreeMap<String, String>,
) -> Result<Inputs, Refusal> {
    let extra: Vec<&str> =
        given.keys().filter(|name| !template.parameters.contains_key(*name)).map(String::as_str).collect();
    if !extra.is_empty() {
        return Err(Refusal::invalid(format!("Parameters: [{}] do not exist in the template", extra.join(", "))));
    }
    let mut inputs = Inputs::default();
    let mut missing = Vec::new();
    for (name, declared) in &template.parameters {
        match given.get(name).cloned().or_else(|| declared.get("Default").map(text_of)) {
            Some(value) => {
                inputs.given.insert(name.clone(), value);
            }
            None => missing.push(name.as_str()),
        }
    }
    if !missing.is_empty() {
        return Err(Refusal::invalid(format!("Parameters: [{}] must have values", missing.join(", "))));
    }
    let mut not_there = Vec::new();
    for (name, value) in &inputs.given {
        let declared = &template.parameters[name];
        let Some(inner) = ssm_type(declared) else {
            check_value(region, name, declared, kind_of(declared), value)?;
            continue;
        };
        // "SSM parameter types": the value given is the name of the parameter; it is resolved anew by every change set.
        match region.parameters.get(value) {
            Some(found) => {
                check_value(region, name, declared, inner, found.value())?;
                inputs.resolved.insert(name.clone(), found.value().to_owned());
            }
            None => not_there.push(value.as_str()),
        }
    }
    if !not_there.is_empty() {
        return Err(Refusal::invalid(format!(
            "Unable to fetch parameters [{}] from parameter store for this account.",
            not_there.join(",")
        )));
    }
    Ok(inputs)
}

/// The parameters as expressions see them: SSM-typed ones resolved, lists split.
pub fn scope_parameters(
    template: &Template,
    given: &BTreeMap<String, String>,
    resolved: &BTreeMap<String, String>,
) -> BTreeMap<String, Value> {
    given
        .iter()
        .map(|(name, value)| {
            let declared = template.parameters.get(name).unwrap_or(&Value::Null);
            let kind = ssm_type(declared).unwrap_or(kind_of(declared));
            let text = resolved.get(name).unwrap_or(value);
            let value = if is_list(kind) {
                text.split(',').map(|part| Value::String(part.trim().to_owned())).collect()
            } else {
                Value::String(text.clone())
            };
            (name.clone(), value)
        })
        .collect()
}

fn kind_of(declared: &Value) -> &str {
    declared.get("Type").and_then(Value::as_str).unwrap_or("String")
}

/// What an `AWS::SSM::Parameter::Value<X>` resolves to.
fn ssm_type(declared: &Value) -> Option<&str> {
    kind_of(declared).strip_prefix("AWS::SSM::Parameter::Value<")?.strip_suffix('>')
}

fn is_list(kind: &str) -> bool {
    kind == "CommaDelimitedList" || kind.starts_with("List<")
}

fn check_value(region: &RegionState, name: &str, declared: &Value, kind: &str, value: &str) -> Result<(), Refusal> {
    // "CloudFormation quotas": a parameter value has at most 4,096 bytes.
    if value.len() > 4096 {
        return Err(Refusal::invalid(format!("Parameter '{name}' is longer than 4096 bytes")));
    }
    if kind == "Number" {
        let number: f64 =
            value.parse().map_err(|_| Refusal::invalid(format!("Parameter '{name}' must be a number.")))?;
        let bound = |key: &str| declared.get(key).map(text_of).and_then(|text| text.parse::<f64>().ok());
        if bound("MinValue").is_some_and(|least| number < least) || bound("MaxValue").is_some_and(|most| number > most)
        {
            return Err(Refusal::invalid(format!("Parameter '{name}' is out of its bounds: {value}")));
        }
    }
    if let Some(allowed) = declared.get("AllowedValues").and_then(Value::as_array)
        && !allowed.iter().any(|one| text_of(one) == value)
    {
        return Err(Refusal::invalid(format!("Parameter '{name}' must be one of AllowedValues: {value} is not")));
    }
    let inner = kind.strip_prefix("List<").and_then(|kind| kind.strip_suffix('>')).unwrap_or(kind);
    let items: Vec<&str> = if is_list(kind) { value.split(',').map(str::trim).collect() } else { vec![value] };
    for item in items {
        // "AWS-specific parameter types": the value must be in the account, here.
        let there = match inner {
            "AWS::EC2::VPC::Id" => region.vpcs.contains_key(item),
            "AWS::EC2::Subnet::Id" => region.subnets.contains_key(item),
            "AWS::EC2::SecurityGroup::Id" => region.security_groups.contains_key(item),
            "AWS::EC2::KeyPair::KeyName" => region.key_pairs.contains(item),
            "AWS::EC2::Image::Id" => region.images.contains_key(item),
            "AWS::EC2::AvailabilityZone::Name" => region.zones.iter().any(|zone| zone.name == item),
            _ => true,
        };
        if !there {
            return Err(Refusal::invalid(format!(
                "Parameter validation failed: parameter value {item} for parameter name {name} does not exist"
            )));
        }
    }
    Ok(())
}
