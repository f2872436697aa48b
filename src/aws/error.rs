//! Owns the translation of an SDK error into one operator sentence: what was refused, where, by which permission or limit.

use std::error::Error as StdError;

use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::api::Api;
use super::error_codes::{kind_of, kind_without_code};
use super::pacing::Rate;
use crate::cloud::{CloudError, CloudErrorKind};
use crate::model::{Region, SideName};

/// Where a call went.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The side; none for what belongs to no side.
    pub side: Option<SideName>,
    /// The Region.
    pub region: Region,
    /// Whether an endpoint was configured: a stand-in, which may lack operations.
    pub stand_in: bool,
    /// That endpoint, where it holds for the whole side.
    pub endpoint: Option<String>,
    /// The profile credentials come from, where the environment file names one.
    pub profile: Option<String>,
}

impl Place {
    /// An error of our own about this place.
    pub fn error(&self, kind: CloudErrorKind, operation: &str, message: impl Into<String>) -> CloudError {
        CloudError {
            kind,
            operation: operation.to_owned(),
            side: self.side,
            region: self.region.clone(),
            code: None,
            message: message.into(),
            request_id: None,
        }
    }
}

const ASSUME_ROLE: Api = Api::own("sts", "AssumeRole", Rate::AMPLE);

/// Longest message passed on, in characters: some of AWS's carry whole documents.
const MESSAGE_LIMIT: usize = 600;

/// What an SDK error means to an operator.
pub(super) fn cloud_error<E>(error: &SdkError<E, HttpResponse>, api: &Api, place: &Place) -> CloudError
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    match error {
        // The SDK tells a whole answer it cannot read as an error of the service, whatever its status.
        SdkError::ServiceError(context) if context.raw().status().is_success() && context.err().code().is_none() => {
            let kind = if place.stand_in { CloudErrorKind::Unsupported } else { CloudErrorKind::Service };
            let message = format!("the answer is not what AWS gives: {}", sentence(context.err()));
            CloudError { request_id: request_id(context.raw()), ..place.error(kind, api.operation, message) }
        }
        SdkError::ServiceError(context) => answered(context.err(), context.raw(), api, place),
        SdkError::ResponseError(context) => unreadable(error, context.raw(), api, place),
        SdkError::ConstructionFailure(_) => place.error(CloudErrorKind::Invalid, api.operation, sentence(error)),
        _ => not_sent(error, api, place),
    }
}

/// The service answered with an error.
fn answered<E>(error: &E, raw: &HttpResponse, api: &Api, place: &Place) -> CloudError
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let status = raw.status().as_u16();
    let code = error.code().filter(|code| !code.is_empty());
    let text = error.message().unwrap_or_default();
    let page = is_page(raw.body().bytes());
    let kind = match code {
        Some(code) if !page => kind_of(code, text, status),
        _ => kind_without_code(status, page, place.stand_in),
    };
    // S3 refuses a bucket of another Region in several ways, some without a word, but always names the Region.
    let elsewhere = raw.headers().get("x-amz-bucket-region").filter(|there| *there != place.region.as_str());
    if let Some(there) = elsewhere.filter(|_| matches!(status, 301 | 307 | 400)) {
        let message = format!("the bucket is in {there}, not in {}", place.region);
        let error = place.error(CloudErrorKind::Invalid, api.operation, message);
        return CloudError { code: code.map(str::to_owned), request_id: request_id(raw), ..error };
    }
    let message = match (kind, code) {
        // A refused HEAD has no body.
        (CloudErrorKind::Denied, None) if text.is_empty() && !page => format!("{} is not allowed", api.action()),
        (CloudErrorKind::Unsupported, _) if page || code.is_none() => {
            format!("the endpoint answered HTTP {status} without an AWS error")
        }
        _ if page || (text.is_empty() && code.is_none()) => format!("HTTP {status} without an AWS error"),
        (CloudErrorKind::Denied, _) => denied(text, api),
        _ => tidy(text),
    };
    CloudError {
        kind,
        operation: api.operation.to_owned(),
        side: place.side,
        region: place.region.clone(),
        code: code.filter(|_| !page).map(str::to_owned),
        message,
        request_id: request_id(raw),
    }
}

/// Something came back that is not an answer of the service: a page, or half an answer.
fn unreadable(error: &(dyn StdError + 'static), raw: &HttpResponse, api: &Api, place: &Place) -> CloudError {
    let status = raw.status().as_u16();
    let page = is_page(raw.body().bytes());
    // A body that broke off is not there: nobody knows what the service had to say.
    let whole = raw.body().bytes().is_some();
    let (kind, message) = if status >= 400 && whole {
        match kind_without_code(status, page, place.stand_in) {
            CloudErrorKind::Unsupported => {
                (CloudErrorKind::Unsupported, format!("the endpoint answered HTTP {status} without an AWS error"))
            }
            kind => (kind, format!("HTTP {status} without an AWS error")),
        }
    } else {
        (CloudErrorKind::Unreachable, format!("the answer could not be read: {}", sentence(error)))
    };
    CloudError { request_id: request_id(raw), ..place.error(kind, api.operation, message) }
}

/// No answer: no credentials, no connection, or no patience.
fn not_sent(error: &(dyn StdError + 'static), api: &Api, place: &Place) -> CloudError {
    if let Some(role) = chain(error).skip(1).find_map(|e| e.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>()) {
        let mut refused = cloud_error(role, &ASSUME_ROLE, place);
        if refused.message.is_empty() {
            refused.message = "the role could not be assumed".to_owned();
        }
        return refused;
    }
    if is_about_credentials(error) {
        return place.error(
            CloudErrorKind::Credentials,
            api.operation,
            credentials_sentence(error, place.profile.as_deref()),
        );
    }
    let target = place.endpoint.as_deref().map_or_else(|| api.service.to_owned(), str::to_owned);
    place.error(CloudErrorKind::Unreachable, api.operation, format!("{target}: {}", sentence(error)))
}

fn request_id(raw: &HttpResponse) -> Option<String> {
    let id = raw.headers().get("x-amzn-requestid").or_else(|| raw.headers().get("x-amz-request-id"))?;
    Some(id.to_owned()).filter(|id| !id.is_empty())
}

fn denied(text: &str, api: &Api) -> String {
    // EC2 adds a blob that only its owner can decode, and does not name the action.
    let text = tidy(text.split("Encoded authorization failure message").next().unwrap_or_default());
    let action = api.action();
    let is_named = action.split_once(':').is_some_and(|(_, name)| text.contains(name));
    if is_named { text } else { format!("{action} is not allowed: {text}") }
}

/// Whether no credentials could be had. The SDK's own error type for it is not exported; its first words are stable.
fn is_about_credentials(error: &(dyn StdError + 'static)) -> bool {
    chain(error).any(|e| {
        let text = e.to_string();
        [
            "the credential provider was not enabled",
            "an error occurred while loading credentials",
            "the credentials provider was not properly configured",
            "unexpected credentials error",
            "credentials provider timed out",
            "identity resolver timed out",
            "no credentials in the property bag",
        ]
        .iter()
        .any(|words| text.starts_with(words))
    })
}

fn credentials_sentence(error: &(dyn StdError + 'static), profile: Option<&str>) -> String {
    let causes: Vec<String> = chain(error).map(|e| tidy(&e.to_string())).collect();
    // The default chain ends at the instance's metadata service: what it says is no help on a laptop.
    let is_end_of_chain = |cause: &String| cause.starts_with("no credentials found in chain") || cause.contains("IMDS");
    let last = causes.last().cloned().unwrap_or_default();
    if let Some(profile) = profile {
        let is_bare = last.starts_with("the credential provider was not enabled") || last.contains("No profiles");
        let why = if is_bare { "it is not defined in the AWS configuration files" } else { last.as_str() };
        format!("profile `{profile}` gives none: {why}")
    } else if causes.iter().any(is_end_of_chain) || last.starts_with("the credential provider was not enabled") {
        "no credentials were found in the environment, the AWS profile, SSO or the instance".to_owned()
    } else if last.contains("timed out") {
        format!("no credentials came in time ({last})")
    } else {
        last
    }
}

fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let this = next?;
        next = this.source();
        Some(this)
    })
}

/// The causes of an error from the inside out, without the SDK's own layers, as one sentence.
pub(super) fn sentence(error: &(dyn StdError + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in chain(error).map(|e| tidy(&e.to_string())) {
        let is_layer = matches!(
            cause.as_str(),
            "" | "dispatch failure" | "response error" | "request has timed out" | "io error" | "other" | "timeout"
        ) || cause.starts_with("client error");
        if !is_layer && !parts.iter().any(|part| part.contains(&cause) || cause.contains(part.as_str())) {
            parts.push(cause);
        }
    }
    if parts.is_empty() { "no answer in time".to_owned() } else { parts.join(": ") }
}

fn is_page(body: Option<&[u8]>) -> bool {
    let head = body.unwrap_or_default();
    let head = String::from_utf8_lossy(&head[..head.len().min(512)]).to_ascii_lowercase();
    head.contains("<html") || head.contains("<!doctype html")
}

/// One line, of bounded length, without control characters.
pub(super) fn tidy(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(MESSAGE_LIMIT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
#[path = "error_tests.rs"]
mod tests;
