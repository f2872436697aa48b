//! Owns the tests of CloudWatch metrics, whose protocol is CBOR.

use jiff::Timestamp;
use lifeboat::cloud::CloudErrorKind;

use super::cbor::{array, cbor, map, metric as result, text};
use super::replay::{Replay, page};
use super::{names, reading};

fn window() -> (Timestamp, Timestamp) {
    let time = |second| Timestamp::from_second(second).expect("in range");
    (time(1_700_000_000), time(1_701_000_000))
}

#[tokio::test]
async fn peaks_come_from_all_pages() {
    let server = Replay::start();
    let first = [result("g0m0", &[(4.0, 1_700_003_600.0)]), result("g1m1", &[(2.0, 1_700_007_200.0)])];
    let second = [result("g0m0", &[(6.0, 1_700_010_800.0)])];
    server.on(
        "monitoring",
        "GetMetricData",
        [
            cbor(map(&[("MetricDataResults", array(&first)), ("NextToken", text("more"))])),
            cbor(map(&[("MetricDataResults", array(&second))])),
        ],
    );
    let (from, to) = window();
    let peaks = reading(&server).await.metrics.group_peaks(&names(&["web", "api", "none"]), from, to).await;
    let peaks = peaks.expect("peaks");
    assert_eq!((peaks["web"].units, peaks["web"].at.as_second()), (6, 1_700_010_800));
    assert_eq!((peaks["api"].units, peaks["api"].metric.as_str()), (2, "GroupInServiceInstances"));
    assert!(!peaks.contains_key("none"));
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn three_hundred_groups_are_two_calls() {
    let server = Replay::start();
    server.on("monitoring", "GetMetricData", [cbor(map(&[("MetricDataResults", array(&[]))]))]);
    let asked: Vec<String> = (0..300).map(|n| format!("g{n}")).collect();
    let (from, to) = window();
    let peaks = reading(&server).await.metrics.group_peaks(&asked, from, to).await.expect("no peaks");
    assert!(peaks.is_empty());
    assert_eq!(server.count(), 2, "500 queries a call, two a group");
}

#[tokio::test]
async fn a_stand_in_without_metrics_says_so_at_once() {
    let server = Replay::start();
    server.on("monitoring", "GetMetricData", [page(404)]);
    let (from, to) = window();
    let error = reading(&server).await.metrics.group_peaks(&names(&["web"]), from, to).await.expect_err("not there");
    assert_eq!(error.kind, CloudErrorKind::Unsupported);
    insta::assert_snapshot!(error, @"GetMetricData (standby side, us-west-2) is not offered there: the endpoint answered HTTP 404 without an AWS error (request req-1)");
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn lags_are_the_newest_points_and_what_is_not_known_is_absent() {
    let server = Replay::start();
    let first = [result("r0", &[(0.4, 1_700_000_040.0)]), result("r1", &[(-1.0, 1_700_000_040.0)])];
    let second = [result("r0", &[(3.2, 1_700_000_100.0)]), result("r2", &[])];
    server.on(
        "monitoring",
        "GetMetricData",
        [
            cbor(map(&[("MetricDataResults", array(&first)), ("NextToken", text("more"))])),
            cbor(map(&[("MetricDataResults", array(&second))])),
        ],
    );
    let now = Timestamp::from_second(1_700_000_120).expect("in range");
    let lags = reading(&server).await.metrics.replica_lags(&names(&["orders", "stopped", "new"]), now).await;
    let told = lags.expect("lags");
    assert_eq!(told.at, None, "this answer has no date");
    let lags = told.lags;
    assert_eq!(lags.keys().collect::<Vec<_>>(), ["orders"], "-1 is no lag of nothing");
    assert_eq!((lags["orders"].seconds, lags["orders"].at.as_second()), (4, 1_700_000_100));
    let asked = &server.calls("monitoring", "GetMetricData")[0].body;
    for part in ["AWS/RDS", "ReplicaLag", "DBInstanceIdentifier", "orders"] {
        assert!(asked.contains(part), "{part}");
    }
}

#[tokio::test]
async fn six_hundred_replicas_are_two_calls() {
    let server = Replay::start();
    server.on("monitoring", "GetMetricData", [cbor(map(&[("MetricDataResults", array(&[]))]))]);
    let asked: Vec<String> = (0..600).map(|n| format!("db-{n}")).collect();
    let (_, now) = window();
    assert!(reading(&server).await.metrics.replica_lags(&asked, now).await.expect("no lags").lags.is_empty());
    assert_eq!(server.count(), 2, "500 queries a call");
    assert!(reading(&server).await.metrics.replica_lags(&[], now).await.expect("nothing asked").lags.is_empty());
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn connections_are_the_newest_points_and_what_is_not_known_is_absent() {
    let server = Replay::start();
    let told = [result("r0", &[(4.0, 1_700_000_040.0), (1.5, 1_700_000_100.0)]), result("r1", &[])];
    server.on("monitoring", "GetMetricData", [cbor(map(&[("MetricDataResults", array(&told))]))]);
    let now = Timestamp::from_second(1_700_000_120).expect("in range");
    let asked = names(&["orders", "new"]);
    let told = reading(&server).await.metrics.connections(&asked, now).await.expect("connections");
    assert_eq!(told.keys().collect::<Vec<_>>(), ["orders"]);
    assert_eq!((told["orders"].count, told["orders"].at.as_second()), (2, 1_700_000_100));
    let asked = &server.calls("monitoring", "GetMetricData")[0].body;
    for part in ["AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", "orders"] {
        assert!(asked.contains(part), "{part}");
    }
}
