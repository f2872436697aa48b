//! Owns the parameter ports on SSM.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_ssm::types::{
    Parameter as SsmParameter, ParameterMetadata, ParameterStringFilter, ParameterTier as SsmTier,
    ParameterType as SsmType,
};

use super::api::Api;
use super::pacing::Rate;
use super::session::{Session, side_by_side};
use crate::cloud::{CloudErrorKind, CloudResult, Parameter, PutParameter, ReadParameters, SecretText, WriteParameters};
use crate::facts::{ParameterTier, ParameterType};

const GET_BY_PATH: Api = Api::shared("ssm", "GetParametersByPath", "get parameters", Rate::SSM_GET);
const GET: Api = Api::shared("ssm", "GetParameters", "get parameters", Rate::SSM_GET);
const DESCRIBE: Api = Api::own("ssm", "DescribeParameters", Rate::SSM_SLOW);
const PUT: Api = Api::own("ssm", "PutParameter", Rate::SSM_SLOW);
const DELETE: Api = Api::own("ssm", "DeleteParameter", Rate::SSM_SLOW);

/// Most names of one GetParameters, and most parameters of one page by path.
const NAMES_PER_CALL: usize = 10;
/// Parameters per page of DescribeParameters.
const DESCRIBE_PAGE: i32 = 50;

/// Parameters on AWS.
#[derive(Debug)]
pub(super) struct AwsParameters {
    session: Arc<Session>,
    client: aws_sdk_ssm::Client,
}

impl AwsParameters {
    pub fn new(session: Arc<Session>) -> Self {
        AwsParameters { client: aws_sdk_ssm::Client::new(&session.config), session }
    }

    /// Parameters as SSM gives them, ten a call.
    async fn got(&self, names: &[String]) -> CloudResult<Vec<SsmParameter>> {
        // The same name twice in one call is refused.
        let distinct: Vec<String> = names.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
        let calls = distinct.chunks(NAMES_PER_CALL).map(<[String]>::to_vec).map(|chunk| async move {
            let request = || self.client.get_parameters().set_names(Some(chunk.clone())).with_decryption(true).send();
            Ok(self.session.call(&GET, request).await?.parameters.unwrap_or_default())
        });
        Ok(side_by_side(calls.collect()).await?.concat())
    }

    /// Values by the name they were asked for with, selectors (`name:version`, `name:label`) and ARNs included.
    pub async fn values_by_request(&self, names: &[String]) -> CloudResult<BTreeMap<String, String>> {
        let mut values = BTreeMap::new();
        for parameter in self.got(names).await? {
            let (Some(name), Some(value)) = (parameter.name(), parameter.value()) else { continue };
            let selector = parameter.selector().unwrap_or_default().trim_start_matches(':');
            if selector.is_empty() {
                values.insert(name.to_owned(), value.to_owned());
            } else {
                values.insert(format!("{name}:{selector}"), value.to_owned());
            }
            if let Some(arn) = parameter.arn() {
                values.insert(arn.to_owned(), value.to_owned());
            }
        }
        Ok(values)
    }

    async fn metadata(&self, path: &str) -> CloudResult<BTreeMap<String, ParameterMetadata>> {
        let below = ParameterStringFilter::builder().key("Path").option("Recursive").values(path).build();
        let below =
            below.map_err(|e| self.session.place.error(CloudErrorKind::Invalid, DESCRIBE.operation, e.to_string()))?;
        let request = |token| {
            let call = self.client.describe_parameters().parameter_filters(below.clone()).max_results(DESCRIBE_PAGE);
            call.set_next_token(token).send()
        };
        let pages = self.session.pages(&DESCRIBE, |page| page.next_token(), request).await?;
        let all = pages.into_iter().flat_map(|page| page.parameters.unwrap_or_default());
        Ok(all.filter_map(|metadata| Some((metadata.name()?.to_owned(), metadata))).collect())
    }
}

#[async_trait]
impl ReadParameters for AwsParameters {
    async fn parameters_by_path(&self, path: &str) -> CloudResult<Vec<Parameter>> {
        // SSM wants the hierarchy without the slash that ends it.
        let trimmed = path.trim_end_matches('/');
        let hierarchy = if trimmed.is_empty() { "/" } else { trimmed };
        let request = |token| {
            let call = self.client.get_parameters_by_path().path(hierarchy).recursive(true).with_decryption(true);
            call.max_results(NAMES_PER_CALL as i32).set_next_token(token).send()
        };
        let values = self.session.pages(&GET_BY_PATH, |page| page.next_token(), request);
        // The two walks do not share a bucket, and each is serial.
        let (pages, mut metadata) = futures_util::future::try_join(values, self.metadata(hierarchy)).await?;
        let all = pages.into_iter().flat_map(|page| page.parameters.unwrap_or_default());
        let mut parameters: Vec<Parameter> = all
            .filter_map(|parameter| {
                let metadata = parameter.name().and_then(|name| metadata.remove(name));
                facts(&parameter, metadata.as_ref())
            })
            .collect();
        parameters.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(parameters)
    }

    async fn parameters(&self, names: &[String]) -> CloudResult<Vec<Parameter>> {
        Ok(self.got(names).await?.iter().filter_map(|parameter| facts(parameter, None)).collect())
    }
}

#[async_trait]
impl WriteParameters for AwsParameters {
    async fn put_parameter(&self, put: &PutParameter) -> CloudResult<i64> {
        let kind = match put.kind {
            ParameterType::String => SsmType::String,
            ParameterType::StringList => SsmType::StringList,
            ParameterType::SecureString => SsmType::SecureString,
        };
        let tier = match put.tier {
            ParameterTier::Standard => SsmTier::Standard,
            ParameterTier::Advanced => SsmTier::Advanced,
        };
        let key = put.key_id.clone().filter(|_| put.kind == ParameterType::SecureString);
        let request = || {
            let call = self.client.put_parameter().name(&put.name).value(put.value.expose()).overwrite(true);
            let call = call.r#type(kind.clone()).tier(tier.clone()).data_type(&put.data_type).set_key_id(key.clone());
            call.description(&put.description).set_allowed_pattern(put.allowed_pattern.clone()).send()
        };
        let answer = self.session.call(&PUT, request).await.map_err(|mut error| {
            // A validation message may quote the value.
            if !put.value.expose().is_empty() {
                error.message = error.message.replace(put.value.expose(), "(value withheld)");
            }
            error
        })?;
        Ok(answer.version)
    }

    async fn delete_parameter(&self, name: &str) -> CloudResult<()> {
        match self.session.call(&DELETE, || self.client.delete_parameter().name(name).send()).await {
            Err(e) if e.kind == CloudErrorKind::NotFound => Ok(()),
            other => other.map(drop),
        }
    }
}

/// A parameter in our words; metadata tells what GetParameters does not.
fn facts(parameter: &SsmParameter, metadata: Option<&ParameterMetadata>) -> Option<Parameter> {
    let kind = match parameter.r#type() {
        Some(SsmType::SecureString) => ParameterType::SecureString,
        Some(SsmType::StringList) => ParameterType::StringList,
        _ => ParameterType::String,
    };
    let tier = match metadata.and_then(|m| m.tier()) {
        Some(SsmTier::Advanced) => ParameterTier::Advanced,
        _ => ParameterTier::Standard,
    };
    let key_id = metadata.and_then(|m| m.key_id()).filter(|_| kind == ParameterType::SecureString);
    Some(Parameter {
        name: parameter.name()?.to_owned(),
        kind,
        tier,
        value: SecretText::new(parameter.value().unwrap_or_default()),
        version: parameter.version(),
        data_type: parameter.data_type().unwrap_or("text").to_owned(),
        description: metadata.and_then(|m| m.description()).unwrap_or_default().to_owned(),
        allowed_pattern: metadata.and_then(|m| m.allowed_pattern()).filter(|p| !p.is_empty()).map(str::to_owned),
        key_id: key_id.map(str::to_owned),
    })
}
