//! Owns the HTTP client all SDK clients share: rustls with ring, the system's roots, a custom CA bundle, proxies.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::Path;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, ServerName, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use super::ca_bundle;

/// The client, trusting the system's roots and the certificates of a bundle; or why the bundle cannot be used.
pub(super) fn client(bundle: Option<&Path>) -> Result<SharedHttpClient, String> {
    let context = tls(bundle, &[])?;
    let proxies = ProxyConfig::from_env();
    let plain = (!may_meet_a_proxy(|name| std::env::var_os(name))).then(|| Builder::new().build_http());
    // `build_https` would leave proxy variables unread, which the SDK's own default client honours.
    let secure = Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder();
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(|parts| parts.sleep_impl()));
        connector.set_proxy_config(Some(proxies.clone()));
        connector.tls_provider(Provider::rustls(CryptoMode::Ring)).tls_context(context.clone()).build()
    });
    Ok(SharedHttpClient::new(ByScheme { plain, secure }))
}

/// Whether a variable names a proxy for plain HTTP: those that `ProxyConfig::from_env` heeds, which does not tell.
fn may_meet_a_proxy(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let names = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    names.iter().any(|name| variable(name).is_some_and(|value| !value.is_empty()))
}

/// A client that reads the system's roots for the first call that needs them: of stand-ins, which are asked over plain
/// HTTP, none does. As it comes the secure client reads them once for every SDK client that is made with it, called or
/// not: a side has two dozen of them, and a declaration is in a hurry.
#[derive(Debug, Clone)]
struct ByScheme {
    /// For plain HTTP; none where a proxy stands between, which may itself be asked securely.
    plain: Option<SharedHttpClient>,
    secure: SharedHttpClient,
}

impl HttpClient for ByScheme {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let (clients, settings, components) = (self.clone(), settings.clone(), components.clone());
        SharedHttpConnector::new(ConnectorByScheme { clients, settings, components })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.secure.connector_metadata()
    }
}

/// The same, for calls with those settings.
#[derive(Debug)]
struct ConnectorByScheme {
    clients: ByScheme,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl HttpConnector for ConnectorByScheme {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let is_plain = request.uri().starts_with("http://");
        let client = self.clients.plain.as_ref().filter(|_| is_plain).unwrap_or(&self.clients.secure);
        // Each client keeps its connectors, and they their connections.
        client.http_connector(&self.settings, &self.components).call(request)
    }
}

/// A connector of one's own, with no connection open and no time limit, that trusts and takes the same way; the
/// certificate may be of these names as well.
pub(super) fn connector(bundle: Option<&Path>, also_named: &[String]) -> Result<Connector, String> {
    let mut connector = Connector::builder();
    connector.set_proxy_config(Some(ProxyConfig::from_env()));
    Ok(connector.tls_provider(Provider::rustls(CryptoMode::Ring)).tls_context(tls(bundle, also_named)?).build())
}

/// The same, straight to these addresses, whatever host is asked for: a proxy would look the host up by itself.
pub(super) fn connector_to(
    bundle: Option<&Path>,
    also_named: &[String],
    addresses: Vec<IpAddr>,
) -> Result<Connector, String> {
    let connector = Connector::builder().tls_provider(Provider::rustls(CryptoMode::Ring));
    Ok(connector.tls_context(tls(bundle, also_named)?).build_with_resolver(Fixed(addresses)))
}

/// A resolver that knows one place.
#[derive(Debug, Clone)]
struct Fixed(Vec<IpAddr>);

impl ResolveDns for Fixed {
    fn resolve_dns<'a>(&'a self, _: &'a str) -> DnsFuture<'a> {
        DnsFuture::ready(Ok(self.0.clone()))
    }
}

fn tls(bundle: Option<&Path>, also_named: &[String]) -> Result<TlsContext, String> {
    let mut trust = TrustStore::default();
    if let Some(path) = bundle {
        let refuse = |why: String| format!("AWS_CA_BUNDLE {}: {why}", path.display());
        let pem = std::fs::read_to_string(path).map_err(|e| refuse(format!("cannot be read: {e}")))?;
        trust.add_pem_certificate(ca_bundle::checked(&pem).map_err(refuse)?);
    }
    // A name that no certificate can be of adds nothing.
    let names = also_named.iter().filter_map(|name| ServerName::try_from(name.as_str()).ok()).collect();
    let context = TlsContext::builder().with_trust_store(trust).with_additional_server_names(names).build();
    context.map_err(|e| format!("the TLS client could not be set up: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_for_plain_http_keeps_stand_ins_from_the_plain_client() {
        let with =
            |set: &'static str, value: &'static str| move |name: &str| (name == set).then(|| OsString::from(value));
        assert!(!may_meet_a_proxy(|_| None), "without a variable the system's roots would be read for nothing");
        assert!(!may_meet_a_proxy(with("HTTPS_PROXY", "http://proxy:3128")));
        assert!(!may_meet_a_proxy(with("HTTP_PROXY", "")));
        for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
            assert!(may_meet_a_proxy(with(name, "http://proxy:3128")), "{name}");
        }
    }
}
