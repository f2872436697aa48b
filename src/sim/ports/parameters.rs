//! Owns the ports for SSM parameters over the simulated account.

use async_trait::async_trait;

use super::SideDesk;
use crate::cloud::{CloudErrorKind, CloudResult, Parameter, PutParameter, ReadParameters, SecretText, WriteParameters};
use crate::facts::{ParameterTier, ParameterType};
use crate::sim::call::Refusal;
use crate::sim::state;
use crate::sim::state::RegionState;

/// GetParametersByPath and GetParameters answer with at most 10, DescribeParameters with at most 50.
const PAGE: usize = 10;
const DESCRIBE_PAGE: usize = 50;

#[async_trait]
impl ReadParameters for SideDesk {
    async fn parameters_by_path(&self, path: &str) -> CloudResult<Vec<Parameter>> {
        let below = format!("{}/", path.trim_end_matches('/'));
        let found = self
            .list("GetParametersByPath", PAGE, |region, _| {
                Ok(region
                    .parameters
                    .iter()
                    .filter(|(name, _)| name.starts_with(&below))
                    .map(|(name, parameter)| told(name, parameter))
                    .collect())
            })
            .await?;
        if !found.is_empty() {
            let count = found.len();
            self.list("DescribeParameters", DESCRIBE_PAGE, |_, _| Ok(vec![(); count])).await?;
        }
        Ok(found)
    }

    async fn parameters(&self, names: &[String]) -> CloudResult<Vec<Parameter>> {
        let mut found = Vec::new();
        for chunk in names.chunks(PAGE) {
            let told = self
                .call("GetParameters", |region, _| {
                    Ok(chunk
                        .iter()
                        .filter_map(|name| region.parameters.get(name).map(|parameter| told(name, parameter)))
                        // GetParameters does not tell these.
                        .map(|parameter| Parameter {
                            tier: ParameterTier::Standard,
                            description: String::new(),
                            allowed_pattern: None,
                            key_id: None,
                            ..parameter
                        })
                        .collect::<Vec<_>>())
                })
                .await?;
            found.extend(told);
        }
        Ok(found)
    }
}

#[async_trait]
impl WriteParameters for SideDesk {
    async fn put_parameter(&self, put: &PutParameter) -> CloudResult<i64> {
        self.call("PutParameter", |region, _| put_into(region, put)).await
    }

    async fn delete_parameter(&self, name: &str) -> CloudResult<()> {
        self.call("DeleteParameter", |region, _| {
            region.parameters.remove(name);
            Ok(())
        })
        .await
    }
}

fn told(name: &str, parameter: &state::Parameter) -> Parameter {
    Parameter {
        name: name.to_owned(),
        kind: parameter.kind,
        tier: parameter.tier,
        value: SecretText::new(parameter.value()),
        version: parameter.version(),
        data_type: parameter.data_type.clone(),
        description: parameter.description.clone(),
        allowed_pattern: parameter.allowed_pattern.clone(),
        key_id: parameter.key_id.clone(),
    }
}

/// PutParameter with Overwrite.
fn put_into(region: &mut RegionState, put: &PutParameter) -> Result<i64, Refusal> {
    check_name(&put.name)?;
    check_value(put)?;
    if put.kind == ParameterType::SecureString {
        let key = put.key_id.as_deref().unwrap_or("alias/aws/ssm");
        if !region.has_key(key) {
            return Err(Refusal::new(CloudErrorKind::Invalid, "InvalidKeyId", format!("Invalid keyId {key}")));
        }
    }
    if let Some(existing) = region.parameters.get(&put.name) {
        // PutParameter, HierarchyTypeMismatchException: "Parameter Store doesn't support changing a parameter type".
        if existing.kind != put.kind {
            return Err(Refusal::new(
                CloudErrorKind::Invalid,
                "HierarchyTypeMismatchException",
                "Parameter Store does not support changing a parameter's type: make a new parameter",
            ));
        }
        // "Managing parameter tiers": an advanced parameter cannot be changed to a standard one.
        if existing.tier == ParameterTier::Advanced && put.tier == ParameterTier::Standard {
            return Err(Refusal::new(
                CloudErrorKind::Invalid,
                "ValidationException",
                format!("{} uses the advanced-parameter tier, which cannot be downgraded to standard", put.name),
            ));
        }
    }
    // "Native parameter support for AMI IDs": the id is validated asynchronously; the call is answered with success, and
    // the parameter is not written when the image is not there.
    if put.data_type == "aws:ec2:image" && !region.images.contains_key(put.value.expose()) {
        return Ok(region.parameters.get(&put.name).map_or(0, |existing| existing.version()) + 1);
    }
    let parameter = region.parameters.entry(put.name.clone()).or_insert_with(|| state::Parameter {
        kind: put.kind,
        tier: put.tier,
        data_type: put.data_type.clone(),
        description: String::new(),
        allowed_pattern: None,
        key_id: None,
        versions: Vec::new(),
    });
    parameter.tier = put.tier;
    parameter.data_type.clone_from(&put.data_type);
    parameter.description.clone_from(&put.description);
    parameter.allowed_pattern.clone_from(&put.allowed_pattern);
    parameter.key_id = match put.kind {
        ParameterType::SecureString => Some(put.key_id.clone().unwrap_or_else(|| "alias/aws/ssm".to_owned())),
        _ => None,
    };
    Ok(parameter.push(put.value.expose().to_owned()))
}

/// PutParameter, "Parameter name constraints".
fn check_name(name: &str) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Refusal::new(CloudErrorKind::Invalid, "ValidationException", message));
    let bare = name.trim_start_matches('/').to_ascii_lowercase();
    if bare.starts_with("aws") || bare.starts_with("ssm") {
        return refuse(format!("Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive): {name}"));
    }
    if bare.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-/".contains(c)) {
        return refuse(format!("Only a mix of letters, numbers and the symbols .-_/ is allowed in a name: {name}"));
    }
    if name.contains('/') && !name.starts_with('/') {
        return refuse(format!("A parameter name with a path must be fully qualified, with a leading slash: {name}"));
    }
    if name.matches('/').count() > 15 {
        return refuse(format!("Parameter hierarchies are limited to 15 levels: {name}"));
    }
    Ok(())
}

/// PutParameter, "Value": 4 KB standard, 8 KB advanced, no references to other parameters.
fn check_value(put: &PutParameter) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Refusal::new(CloudErrorKind::Invalid, "ValidationException", message));
    let value = put.value.expose();
    let limit = match put.tier {
        ParameterTier::Standard => 4096,
        ParameterTier::Advanced => 8192,
    };
    if value.is_empty() {
        return refuse(format!("{}: a value must have at least 1 character", put.name));
    }
    if value.len() > limit {
        return refuse(format!("{}: the value has {} bytes, the tier allows {limit}", put.name, value.len()));
    }
    if value.contains("{{") {
        return refuse(format!("{}: a value cannot nest another parameter: it holds {{{{", put.name));
    }
    Ok(())
}
