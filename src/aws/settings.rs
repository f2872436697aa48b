//! Owns the SDK settings of one side: Region, profile, role, endpoint, time-outs, attempts.

use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::{RetryConfig, RetryMode};
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::retry::RetryRules;
use crate::model::Side;

/// One attempt, from sending to the whole answer.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(15);
/// One operation with all its attempts.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(90);
/// Connecting; the SDK's own value since v2026_01_12.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3_100);
/// Getting credentials, roles included.
const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(20);
/// Attempts of credential calls, where `AWS_MAX_ATTEMPTS` says nothing.
const CREDENTIAL_ATTEMPTS: u32 = 3;
/// The first wait between them; the SDK's own second is long when a Region is dark.
const CREDENTIAL_BACKOFF: Duration = Duration::from_millis(100);
/// The name of assumed-role sessions, as CloudTrail shows it.
const SESSION_NAME: &str = "lifeboat";

/// What the environment variables say of retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RetrySettings {
    /// `AWS_MAX_ATTEMPTS`.
    pub attempts: Option<u32>,
    /// `AWS_RETRY_MODE`.
    pub mode: RetryMode,
}

impl RetrySettings {
    /// Reads both variables' values; the SDK itself would panic on a wrong one.
    pub fn read(attempts: Option<&str>, mode: Option<&str>) -> Result<Self, String> {
        let attempts = match attempts.map(str::trim).filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => match text.parse::<u32>() {
                Ok(count) if count > 0 => Some(count),
                _ => return Err(format!("AWS_MAX_ATTEMPTS is `{text}`; it must be a whole number above zero")),
            },
        };
        let mode = match mode.map(str::trim).filter(|text| !text.is_empty()) {
            None => RetryMode::Standard,
            Some(text) => {
                text.parse().map_err(|_| format!("AWS_RETRY_MODE is `{text}`; it must be `standard` or `adaptive`"))?
            }
        };
        Ok(RetrySettings { attempts, mode })
    }

    /// Our rules with the attempts asked for.
    pub fn apply(self, rules: RetryRules) -> RetryRules {
        match self.attempts {
            Some(count) => RetryRules { attempts: Some(count), transient_attempts: count, ..rules },
            None => rules,
        }
    }
}

/// Builds the settings of one side. Makes no call: credentials are fetched when the first one is.
pub(super) async fn load(
    side: &Side,
    http: SharedHttpClient,
    retries: RetrySettings,
    credentials: Option<Credentials>,
) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    let credential_retries = RetryConfig::standard()
        .with_retry_mode(retries.mode)
        .with_max_attempts(retries.attempts.unwrap_or(CREDENTIAL_ATTEMPTS))
        .with_initial_backoff(CREDENTIAL_BACKOFF);
    let region = aws_config::Region::new(side.region.as_str().to_owned());
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(region.clone())
        .http_client(http.clone())
        .timeout_config(timeouts.clone())
        .retry_config(credential_retries.clone())
        .identity_cache(IdentityCache::lazy().load_timeout(CREDENTIALS_TIMEOUT).build());
    if let Some(profile) = &side.profile {
        // A profile the file names is meant: the default chain would let AWS_ACCESS_KEY_ID go before it.
        let provider = ProviderConfig::default()
            .with_region(Some(region))
            .with_http_client(http)
            .with_timeout_config(timeouts)
            .with_retry_config(credential_retries);
        let named = ProfileFileCredentialsProvider::builder().configure(&provider).profile_name(profile).build();
        loader = loader.profile_name(profile).credentials_provider(named);
    }
    if let Some(endpoint) = &side.endpoint_url {
        loader = loader.endpoint_url(endpoint);
    }
    if let Some(credentials) = credentials {
        loader = loader.credentials_provider(credentials);
    }
    let mut config = loader.load().await;
    if let Some(role) = &side.role_arn {
        // Configured with the side's own settings, so the Region's own STS endpoint is asked, never the global one.
        let mut provider = AssumeRoleProvider::builder(role).configure(&config).session_name(SESSION_NAME);
        if let Some(id) = &side.external_id {
            provider = provider.external_id(id);
        }
        let assumed = SharedCredentialsProvider::new(provider.build().await);
        config = config.into_builder().credentials_provider(assumed).build();
    }
    // Calls are made again by `Session::call` alone: one retry layer.
    config.into_builder().retry_config(RetryConfig::disabled()).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_variables_are_honoured_and_wrong_ones_refused() {
        let read = |attempts, mode| RetrySettings::read(attempts, mode);
        assert_eq!(read(None, Some("")), Ok(RetrySettings { attempts: None, mode: RetryMode::Standard }));
        assert_eq!(
            read(Some("1"), Some("adaptive")),
            Ok(RetrySettings { attempts: Some(1), mode: RetryMode::Adaptive })
        );
        for (attempts, mode, named) in [
            (Some("0"), None, "AWS_MAX_ATTEMPTS"),
            (Some("x"), None, "AWS_MAX_ATTEMPTS"),
            (None, Some("y"), "AWS_RETRY_MODE"),
        ] {
            assert!(read(attempts, mode).expect_err(named).contains(named));
        }
    }

    #[test]
    fn attempts_asked_for_bound_every_kind_of_retry() {
        let rules = RetrySettings { attempts: Some(5), mode: RetryMode::Standard }.apply(RetryRules::REPEATABLE);
        assert_eq!(rules, RetryRules { transient_attempts: 5, attempts: Some(5), repeatable: true });
    }
}
