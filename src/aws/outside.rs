//! Owns seeing the service as its users see it: the system's resolver and plain HTTP, without credentials or AWS APIs.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

use super::error::{sentence, tidy};
use super::http;
use crate::cloud::{Outside, Way};

/// How long a name may take to resolve: two rounds of the system resolver's own five seconds.
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest name that is asked for, in bytes (RFC 1035, 2.3.4, with its final dot).
const NAME_LIMIT: usize = 254;

/// The Internet, as this machine sees it.
#[derive(Debug)]
pub(super) struct Internet {
    ca_bundle: Option<PathBuf>,
}

impl Internet {
    /// Trusting the certificates of a PEM file besides the system's.
    pub fn new(ca_bundle: Option<PathBuf>) -> Self {
        Internet { ca_bundle }
    }
}

#[async_trait]
impl Outside for Internet {
    async fn resolve(&self, name: &str) -> Result<Vec<String>, String> {
        let told = tidy(name);
        if name.is_empty() || name.len() > NAME_LIMIT || name.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(format!("`{told}` is not a name that can be resolved"));
        }
        let asked = tokio::time::timeout(RESOLVE_TIMEOUT, tokio::net::lookup_host((name, 0)));
        let found = match asked.await {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => return Err(format!("{told} does not resolve: {}", tidy(&error.to_string()))),
            Err(_) => return Err(format!("{told} does not resolve: no answer in {} s", RESOLVE_TIMEOUT.as_secs())),
        };
        let addresses: BTreeSet<_> = found.map(|address| address.ip()).collect();
        if addresses.is_empty() {
            return Err(format!("{told} does not resolve: it has no addresses"));
        }
        let mut addresses: Vec<String> = addresses.into_iter().map(|address| address.to_string()).collect();
        addresses.sort();
        Ok(addresses)
    }

    async fn get_by(&self, way: &Way, url: &str, timeout: Duration) -> Result<u16, String> {
        let request = request(url)?;
        let told = match &way.connect_to {
            Some(name) => format!("{} at {}", tidy(url), tidy(name)),
            None => tidy(url),
        };
        // Everything in the limit: resolving, connecting, TLS, and the answer's head.
        match tokio::time::timeout(timeout, self.status(way, request)).await {
            Ok(answer) => answer.map_err(|why| format!("{told}: {why}")),
            Err(_) => Err(format!("{told}: no answer in {:?}", timeout)),
        }
    }
}

impl Internet {
    /// The status of one answer, over a connection of its own: one kept open would still lead to where the name led before.
    async fn status(&self, way: &Way, request: HttpRequest) -> Result<u16, String> {
        let bundle = self.ca_bundle.as_deref();
        let connector = match &way.connect_to {
            None => http::connector(bundle, &way.also_named)?,
            Some(name) => http::connector_to(bundle, &way.also_named, addresses(&self.resolve(name).await?))?,
        };
        let answer = connector.call(request).await.map_err(|error| sentence(&error))?;
        Ok(answer.status().as_u16())
    }
}

fn addresses(told: &[String]) -> Vec<IpAddr> {
    told.iter().filter_map(|address| address.parse().ok()).collect()
}

/// The request for an address; or why it cannot be asked.
fn request(url: &str) -> Result<HttpRequest, String> {
    let refuse = |why: &str| format!("`{}` cannot be asked: {why}", tidy(url));
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Err(refuse("it must begin with http:// or https://"));
    }
    // What follows `#` is never sent.
    let rest = rest.split('#').next().unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    if let Some((_, host)) = authority.rsplit_once('@') {
        // Told without them.
        return Err(format!("the address of {} cannot be asked: it must not hold a user name or password", tidy(host)));
    }
    if authority.is_empty() || authority.starts_with(':') {
        return Err(refuse("it names no host"));
    }
    // An address in brackets has colons of its own.
    let port = authority.rsplit(']').next().and_then(|rest| rest.split_once(':')).map(|(_, port)| port);
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return Err(refuse("its port is no port"));
    }
    let slash = if path.starts_with('/') { "" } else { "/" };
    let address = format!("{}://{authority}{slash}{path}", scheme.to_ascii_lowercase());
    let mut request = HttpRequest::get(address).map_err(|error| refuse(&sentence(&error)))?;
    let headers = request.headers_mut();
    headers.insert("user-agent", concat!("lifeboat/", env!("CARGO_PKG_VERSION")));
    headers.insert("accept", "*/*");
    // Nothing that once answered may answer for it now.
    headers.insert("cache-control", "no-cache");
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_as_people_write_them() {
        for (url, expected) in [
            ("https://shop.example.com", "https://shop.example.com/"),
            ("HTTPS://shop.example.com:8443/healthz", "https://shop.example.com:8443/healthz"),
            ("http://shop.example.com?deep=1#top", "http://shop.example.com/?deep=1"),
            ("http://[::1]:80/x", "http://[::1]:80/x"),
        ] {
            let request = request(url).unwrap_or_else(|why| panic!("{url}: {why}"));
            assert_eq!(request.uri(), expected, "{url}");
        }
    }

    #[test]
    fn strange_addresses_are_refused_in_one_line() {
        for url in [
            "",
            "shop.example.com",
            "ftp://shop.example.com",
            "://",
            "https://",
            "https:///path",
            "https://:443/",
            "https://user:secret@shop.example.com/",
            "https://shop example.com/",
            "https://shop.example.com/\r\nX-Injected: 1",
            "https://[::1",
            "https://shop.example.com:notaport/",
            "https://shop.example.com:99999999/",
            "https://shop.example.com:/",
            "https://sh\u{f6}p.example.com/",
            "https://\u{0}/",
        ] {
            let why = request(url).err().unwrap_or_else(|| panic!("{url:?} was taken"));
            assert!(why.contains("cannot be asked") && !why.contains('\n'), "{url:?}: {why}");
            assert!(!why.contains("secret"), "{why}");
        }
    }
}
