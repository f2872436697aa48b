//! Owns the port through which the service is seen as its users see it.

use std::time::Duration;

use async_trait::async_trait;

/// Sees the service from outside: no credentials, no AWS API.
#[async_trait]
pub trait Outside: Send + Sync {
    /// What a name resolves to: addresses, sorted. The error is one sentence for an operator.
    async fn resolve(&self, name: &str) -> Result<Vec<String>, String>;

    /// Asks an `http://` or `https://` address, following no redirect; the status it answers with. The error is one
    /// sentence for an operator.
    async fn get(&self, url: &str, timeout: Duration) -> Result<u16, String>;
}
