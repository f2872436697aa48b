//! Owns the tests of the S3 store: conditions, lost answers, contention.

use std::sync::{Arc, Mutex};

use lifeboat::aws::S3Store;
use lifeboat::model::SideName;
use lifeboat::store::{Condition, Store as _, StoreErrorKind, Version};

use super::replay::{Answer, Call, Replay, http, s3_error, xml};
use super::{cloud, side};

/// One object, with S3's rules for conditional writes.
#[derive(Default)]
struct Bucket {
    object: Option<(String, u32)>,
    writes: u32,
}

fn tag(version: u32) -> String {
    format!("\"v{version}\"")
}

fn with_tag(version: u32, body: &str) -> Answer {
    let Answer::Http { status, mut headers, body } = http(200, "application/octet-stream", body) else {
        panic!("a whole answer")
    };
    headers.push(("etag".to_owned(), tag(version)));
    Answer::Http { status, headers, body }
}

impl Bucket {
    fn put(&mut self, call: &Call) -> Answer {
        let refused = match (call.headers.get("if-none-match"), call.headers.get("if-match"), &self.object) {
            (Some(_), _, Some(_)) => true,
            (_, Some(_), None) => return s3_error(404, "NoSuchKey"),
            (_, Some(wanted), Some((_, version))) => *wanted != tag(*version),
            _ => false,
        };
        if refused {
            return s3_error(412, "PreconditionFailed");
        }
        self.writes += 1;
        self.object = Some((call.body.clone(), self.writes));
        with_tag(self.writes, "")
    }

    fn get(&self) -> Answer {
        match &self.object {
            Some((body, version)) => with_tag(*version, body),
            None => s3_error(404, "NoSuchKey"),
        }
    }
}

/// A server with a bucket; the faults given come in the place of the answers to the first writes, which happen all the same.
fn bucket(faults: impl IntoIterator<Item = Answer>) -> (Replay, Arc<Mutex<Bucket>>) {
    let server = Replay::start();
    let bucket = Arc::new(Mutex::new(Bucket::default()));
    let (writes, reads) = (bucket.clone(), bucket.clone());
    let mut faults = faults.into_iter().collect::<Vec<_>>().into_iter();
    server.on_call("s3", "PUT", move |call| {
        let answer = writes.lock().expect("bucket").put(call);
        faults.next().unwrap_or(answer)
    });
    server.on_call("s3", "GET", move |_| reads.lock().expect("bucket").get());
    (server, bucket)
}

async fn store(server: &Replay) -> S3Store {
    cloud().store(SideName::Standby, &side(server.url()), "shop-dr", "/lifeboat/").await.expect("store")
}

#[tokio::test]
async fn writes_hold_to_their_condition() {
    let (server, _) = bucket([]);
    let store = store(&server).await;
    assert_eq!(store.place(), "s3://shop-dr/lifeboat");
    assert_eq!(store.get("shop/lock").await, Ok(None));
    let first = store.put("shop/lock", b"one", &Condition::Absent).await.expect("first");
    let lost = store.put("shop/lock", b"two", &Condition::Absent).await.expect_err("somebody has it");
    assert_eq!(lost.kind, StoreErrorKind::Conflict);
    assert_eq!(lost.to_string(), "s3://shop-dr/lifeboat/shop/lock: changed by another writer in the meantime");
    let second = store.put("shop/lock", b"two", &Condition::Matches(first.clone())).await.expect("renewed");
    let stale = store.put("shop/lock", b"three", &Condition::Matches(first)).await.expect_err("stale");
    assert_eq!(stale.kind, StoreErrorKind::Conflict);
    let stored = store.get("shop/lock").await.expect("read").expect("there");
    assert_eq!((stored.bytes.as_slice(), stored.version), (b"two".as_slice(), second));
    let path = &server.calls("s3", "GET")[0].path;
    assert!(path.starts_with("/shop-dr/lifeboat/shop/lock"), "path style, because an endpoint is set: {path}");
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_still_ours() {
    // S3 took the first write; the repeated one meets its own traces.
    let (server, bucket) = bucket([Answer::Hangup]);
    let version = store(&server).await.put("lock", b"nonce-1", &Condition::Absent).await.expect("ours");
    assert_eq!(version, Version(tag(1)));
    assert_eq!(bucket.lock().expect("bucket").writes, 1);
    assert_eq!(server.calls("s3", "PUT").len(), 2);
}

#[tokio::test]
async fn a_write_that_met_another_on_its_way_is_repeated() {
    let server = Replay::start();
    server.on("s3", "PUT", [s3_error(409, "ConditionalRequestConflict"), with_tag(7, "")]);
    let version = store(&server).await.put("lock", b"x", &Condition::Absent).await;
    assert_eq!(version, Ok(Version(tag(7))));
}

#[tokio::test]
async fn renewing_what_is_gone_is_a_conflict() {
    let (server, _) = bucket([]);
    let error = store(&server).await.put("lock", b"x", &Condition::Matches(Version(tag(1)))).await.expect_err("gone");
    assert_eq!(error.kind, StoreErrorKind::Conflict);
}

#[tokio::test]
async fn listings_are_relative_sorted_and_whole() {
    let server = Replay::start();
    let listed = |keys: &[&str], more: &str| {
        let contents: String = keys.iter().map(|key| format!("<Contents><Key>{key}</Key></Contents>")).collect();
        xml(format!("<ListBucketResult>{more}{contents}</ListBucketResult>"))
    };
    let more = "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>";
    server.on("s3", "LIST", [listed(&["lifeboat/shop/b", "lifeboat/shop/c"], more), listed(&["lifeboat/shop/a"], "")]);
    let keys = store(&server).await.list("shop/").await.expect("keys");
    assert_eq!(keys, ["shop/a", "shop/b", "shop/c"]);
    assert!(server.calls("s3", "LIST")[1].path.contains("continuation-token=t"));
}

#[tokio::test]
async fn refusals_name_the_object_and_the_reason() {
    let server = Replay::start();
    server.on("s3", "GET", [s3_error(403, "AccessDenied")]);
    server.on("s3", "PUT", [s3_error(404, "NoSuchBucket")]);
    server.on("s3", "DELETE", [http(204, "text/plain", "")]);
    let store = store(&server).await;
    let denied = store.get("baseline.json").await.expect_err("denied");
    assert_eq!(denied.kind, StoreErrorKind::Denied);
    assert!(
        denied
            .to_string()
            .starts_with("s3://shop-dr/lifeboat/baseline.json: GetObject (standby side, us-west-2) was denied"),
        "{denied}"
    );
    let missing = store.put("baseline.json", b"x", &Condition::Absent).await.expect_err("no bucket");
    assert_eq!(missing.kind, StoreErrorKind::Failed);
    assert!(missing.message.contains("NoSuchBucket"), "{missing}");
    assert_eq!(store.delete("baseline.json").await, Ok(()));
}
