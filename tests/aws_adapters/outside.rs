//! Owns the tests of seeing the service from outside: names, addresses, time limits, strange input.

use std::io::Read as _;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use lifeboat::cloud::{Cloud as _, Way};

use super::cloud;
use super::replay::{Answer, Replay, closed_port, http};

const LONG: Duration = Duration::from_secs(30);

fn server(answer: Answer) -> Replay {
    let server = Replay::start();
    server.on("", "GET", [answer]);
    server
}

#[tokio::test]
async fn names_resolve_to_sorted_addresses() {
    let outside = cloud().outside();
    let found = outside.resolve("localhost").await.expect("addresses");
    assert!(found.iter().any(|address| address == "127.0.0.1" || address == "::1"), "{found:?}");
    assert!(found.is_sorted());
    assert_eq!(outside.resolve("192.0.2.7").await, Ok(vec!["192.0.2.7".to_owned()]), "each once");
}

#[tokio::test]
async fn names_that_cannot_be_are_one_sentence() {
    let outside = cloud().outside();
    let long = "a".repeat(300);
    for name in ["", " ", "a b", "a\nb", "a\0b", long.as_str()] {
        let why = outside.resolve(name).await.expect_err("no name");
        assert!(why.contains("is not a name that can be resolved") && !why.contains(['\n', '\0']), "{name:?}: {why}");
    }
    // RFC 6761 keeps `.invalid` for names that never resolve.
    let why = outside.resolve("shop.invalid").await.expect_err("never resolves");
    assert!(why.starts_with("shop.invalid does not resolve: "), "{why}");
}

#[tokio::test]
async fn a_status_is_told_and_no_redirect_followed() {
    let outside = cloud().outside();
    for status in [200, 204, 404, 503] {
        let server = server(http(status, "text/plain", ""));
        assert_eq!(outside.get(&server.url(), LONG).await, Ok(status));
    }
    let Answer::Http { mut headers, body, .. } = http(301, "text/plain", "") else { panic!("an answer") };
    headers.push(("location".to_owned(), "/elsewhere".to_owned()));
    let server = server(Answer::Http { status: 301, headers, body });
    assert_eq!(outside.get(&format!("{}/healthz?deep=1", server.url()), LONG).await, Ok(301));
    assert_eq!(server.count(), 1);
    let call = &server.calls("", "GET")[0];
    assert_eq!(call.path, "/healthz?deep=1");
    assert!(!call.headers.contains_key("authorization"), "no credentials: {:?}", call.headers);
    assert!(call.headers["user-agent"].starts_with("lifeboat/"), "{:?}", call.headers);
    assert!(server.url().ends_with(&call.headers["host"]), "{:?}", call.headers);
}

#[tokio::test]
async fn a_host_is_asked_for_where_another_name_leads() {
    let server = server(http(200, "text/plain", ""));
    let port = server.url().rsplit(':').next().expect("a port").to_owned();
    let url = format!("http://shop.invalid:{port}/healthz");
    let to = |name: &str| Way { connect_to: Some(name.to_owned()), ..Way::default() };
    assert_eq!(cloud().outside().get_by(&to("127.0.0.1"), &url, LONG).await, Ok(200));
    assert_eq!(server.calls("", "GET")[0].headers["host"], format!("shop.invalid:{port}"));
    let why = cloud().outside().get_by(&to("web.invalid"), &url, LONG).await.expect_err("no such name");
    assert!(why.contains(&format!("{url} at web.invalid")) && why.contains("web.invalid does not resolve"), "{why}");
}

#[tokio::test]
async fn what_does_not_answer_is_given_up_in_time() {
    // It takes the connection and the question, and says nothing.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let silent = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        // Ends when the other side does.
        std::io::copy(&mut stream.by_ref(), &mut std::io::sink()).ok();
    });
    let began = Instant::now();
    let why = cloud().outside().get(&url, Duration::from_millis(200)).await.expect_err("silence");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(why, format!("{url}: no answer in 200ms"));
    let let_go = tokio::task::spawn_blocking(|| silent.join());
    let let_go = tokio::time::timeout(LONG, let_go).await.expect("the connection is let go in time");
    assert!(let_go.is_ok_and(|joined| joined.is_ok()));
}

#[tokio::test]
async fn refused_and_broken_connections_are_one_sentence() {
    let outside = cloud().outside();
    let closed = closed_port();
    let why = outside.get(&closed, LONG).await.expect_err("nobody listens");
    assert!(why.starts_with(&closed) && why.contains("refused"), "{why}");
    let server = server(Answer::Hangup);
    let why = outside.get(&server.url(), LONG).await.expect_err("hung up");
    assert!(why.starts_with(&server.url()) && !why.contains('\n'), "{why}");
    // TLS asked of what speaks none.
    let server = self::server(http(200, "text/plain", ""));
    let why = outside.get(&server.url().replace("http:", "https:"), LONG).await.expect_err("no TLS");
    assert!(why.starts_with("https://127.0.0.1:"), "{why}");
}

#[tokio::test]
async fn strange_addresses_are_refused_and_secrets_in_them_not_told() {
    let outside = cloud().outside();
    for url in ["", "shop", "ftp://x/", "https://", "http://[::1", "http://\u{0}/", "http://127.0.0.1:99999/"] {
        let why = outside.get(url, LONG).await.expect_err("strange");
        assert!(why.contains("cannot be asked"), "{url:?}: {why}");
    }
    let why = outside.get("https://user:hunter2@shop.example.com/", LONG).await.expect_err("credentials");
    assert_eq!(why, "the address of shop.example.com cannot be asked: it must not hold a user name or password");
}

#[tokio::test]
async fn a_ca_bundle_that_cannot_be_used_is_told() {
    let cloud = cloud().with_ca_bundle("/no/such/bundle.pem");
    let why = cloud.outside().get("https://127.0.0.1:1/", LONG).await.expect_err("no bundle");
    assert!(why.contains("/no/such/bundle.pem"), "{why}");
}
