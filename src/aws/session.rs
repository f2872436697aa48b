//! Owns the session: one side's SDK settings, and the one way every call is made: paced, timed, retried, translated.

use std::error::Error as StdError;
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::api::Api;
use super::bucket::Fared;
use super::error::{Place, cloud_error};
use super::pacing::Pacer;
use super::retry::RetryRules;
use super::settings::RetrySettings;
use crate::cloud::{CloudErrorKind, CloudResult};

/// How many calls of one sweep are under way at once.
const FAN_OUT: usize = 16;

/// One side, opened.
#[derive(Debug, Clone)]
pub(super) struct Session {
    /// Where calls go.
    pub place: Place,
    /// SDK settings, for making clients.
    pub config: SdkConfig,
    /// Account and Region: whose buckets are drawn from.
    pub scope: String,
    /// Where objects are asked for, if not at AWS.
    pub objects_at: Option<String>,
    /// The buckets.
    pub pacer: Arc<Pacer>,
    /// What the environment says of retries.
    pub retries: RetrySettings,
}

impl Session {
    /// Makes a call that may be repeated: a read, an absolute write, or a write with a token.
    pub async fn call<T, E, F, Fut>(&self, api: &Api, request: F) -> CloudResult<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + 'static,
    {
        self.call_by(api, RetryRules::REPEATABLE, request).await
    }

    /// Makes a call by its own rules.
    pub async fn call_by<T, E, F, Fut>(&self, api: &Api, rules: RetryRules, request: F) -> CloudResult<T>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let rules = self.retries.apply(rules);
        let key = (self.scope.clone(), api.service, api.bucket);
        let mut first_sent = None;
        let mut attempt = 1;
        let mut throttled = false;
        loop {
            let turn = self.pacer.turn(&key, api.rate, throttled).await;
            let began = *first_sent.get_or_insert_with(Instant::now);
            let error = match request().await {
                Ok(answer) => {
                    turn.ended(Fared::Through);
                    return Ok(answer);
                }
                Err(error) => cloud_error(&error, api, &self.place),
            };
            // Credential calls made on the way have had their own attempts.
            let is_own = error.operation == api.operation;
            throttled = error.kind == CloudErrorKind::Throttled && is_own;
            turn.ended(if throttled { Fared::Throttled } else { Fared::Otherwise });
            let again = rules.next(&error, attempt, began.elapsed(), chance()).filter(|_| is_own);
            let Some(wait) = again else {
                tracing::debug!(operation = api.operation, attempt, error = %error, "gave up");
                return Err(error);
            };
            tracing::debug!(operation = api.operation, attempt, error = %error, "trying again");
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// Every page of a listing. `token` reads the token of the next page from an answer.
    pub async fn pages<T, E, F, Fut>(
        &self,
        api: &Api,
        token: impl Fn(&T) -> Option<&str>,
        request: F,
    ) -> CloudResult<Vec<T>>
    where
        F: Fn(Option<String>) -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + 'static,
    {
        let mut pages = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let page = self.call(api, || request(next.clone())).await?;
            let following = token(&page).filter(|text| !text.is_empty()).map(str::to_owned);
            pages.push(page);
            if following.is_none() {
                return Ok(pages);
            }
            if following == next {
                // A listing that repeats its token would never end.
                let message = "the service gave the same page twice; the listing is incomplete";
                return Err(self.place.error(CloudErrorKind::Service, api.operation, message));
            }
            next = following;
        }
    }
}

/// Makes a call on a task of its own. Signing a call and reading its answer take a processor longer than anything else
/// between two of them, and those of one wave would follow each other on a single one.
pub(super) async fn apart<T: Send + 'static>(
    place: &Place,
    api: &Api,
    call: impl Future<Output = CloudResult<T>> + Send + 'static,
) -> CloudResult<T> {
    let cut = |_| Err(place.error(CloudErrorKind::Other, api.operation, "the call broke off"));
    tokio::spawn(call).await.unwrap_or_else(cut)
}

/// Runs calls side by side, a bounded number at once; answers in the order of the calls, or the first error.
pub(super) async fn side_by_side<T, F>(calls: Vec<F>) -> CloudResult<Vec<T>>
where
    F: Future<Output = CloudResult<T>>,
{
    stream::iter(calls).buffered(FAN_OUT).try_collect().await
}

/// A random number between 0 and 1; a half where the system gives none.
fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |n| f64::from(n) / f64::from(u32::MAX))
}
