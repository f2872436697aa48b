//! Owns the port through which the service is seen as its users see it.

use std::time::Duration;

use async_trait::async_trait;

/// How a question is put otherwise than its address says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Way {
    /// The name that is connected to in place of the address's own host, for which is asked all the same.
    pub connect_to: Option<String>,
    /// Names besides the address's own host that the certificate may be of.
    pub also_named: Vec<String>,
}

/// Sees the service from outside: no credentials, no AWS API.
#[async_trait]
pub trait Outside: Send + Sync {
    /// What a name resolves to: addresses, sorted. The error is one sentence for an operator.
    async fn resolve(&self, name: &str) -> Result<Vec<String>, String>;

    /// Asks an `http://` or `https://` address, following no redirect; the status it answers with. The error is one
    /// sentence for an operator.
    async fn get(&self, url: &str, timeout: Duration) -> Result<u16, String> {
        self.get_by(&Way::default(), url, timeout).await
    }

    /// The same, by another way.
    async fn get_by(&self, way: &Way, url: &str, timeout: Duration) -> Result<u16, String>;
}
