//! Owns the tests of DNS: records of one name, health checks, one atomic change, the global endpoint's Region.

use std::sync::{Arc, Mutex};

use lifeboat::cloud::CloudErrorKind;
use lifeboat::facts::{AliasFacts, CheckersSay, HealthCheckFacts, RecordFacts};

use super::replay::{Answer, Replay, http, query_error, xml};
use super::{names, reading, writing};

fn alias_record(set: &str, failover: &str, more: &str) -> String {
    format!(
        "<ResourceRecordSet><Name>shop.example.com.</Name><Type>A</Type><SetIdentifier>{set}</SetIdentifier>\
         <Failover>{failover}</Failover>{more}<AliasTarget><HostedZoneId>Z1H1FL5HABSF5</HostedZoneId>\
         <DNSName>{set}.us-west-2.elb.amazonaws.com.</DNSName><EvaluateTargetHealth>true</EvaluateTargetHealth>\
         </AliasTarget></ResourceRecordSet>"
    )
}

fn simple_record(name: &str, kind: &str) -> String {
    format!(
        "<ResourceRecordSet><Name>{name}.</Name><Type>{kind}</Type><TTL>300</TTL><ResourceRecords><ResourceRecord>\
         <Value>192.0.2.1</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>"
    )
}

fn listing(records: &str, more: &str) -> Answer {
    let truncated = !more.is_empty();
    xml(format!(
        "<ListResourceRecordSetsResponse xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><ResourceRecordSets>\
         {records}</ResourceRecordSets><IsTruncated>{truncated}</IsTruncated>{more}<MaxItems>300</MaxItems>\
         </ListResourceRecordSetsResponse>"
    ))
}

fn next(name: &str, kind: &str, set: &str) -> String {
    format!(
        "<NextRecordName>{name}.</NextRecordName><NextRecordType>{kind}</NextRecordType>\
         <NextRecordIdentifier>{set}</NextRecordIdentifier>"
    )
}

fn standby() -> RecordFacts {
    RecordFacts {
        name: "shop.example.com".to_owned(),
        kind: "A".to_owned(),
        set_identifier: Some("shop-standby".to_owned()),
        failover: Some("SECONDARY".to_owned()),
        weight: None,
        ttl_s: None,
        health_check_id: None,
        alias: Some(AliasFacts {
            dns_name: "shop-standby.us-west-2.elb.amazonaws.com".to_owned(),
            zone_id: "Z1H1FL5HABSF5".to_owned(),
            evaluate_target_health: true,
        }),
        values: Vec::new(),
    }
}

#[tokio::test]
async fn the_records_of_a_name_come_from_all_its_pages_and_nothing_past_it_is_asked_for() {
    let server = Replay::start();
    let primary = alias_record("shop-primary", "PRIMARY", "<HealthCheckId>hc-1</HealthCheckId>");
    let secondary = alias_record("shop-standby", "SECONDARY", "");
    server.on(
        "route53",
        "GET",
        [
            listing(&primary, &next("shop.example.com", "A", "shop-standby")),
            listing(
                &format!("{secondary}{}", simple_record("zebra.example.com", "A")),
                &next("zebra.example.com", "TXT", ""),
            ),
        ],
    );
    let records = reading(&server).await.dns.records("Z0123456789ABC", "shop.example.com").await.expect("records");
    assert_eq!(records.len(), 2);
    assert_eq!(records[0].health_check_id.as_deref(), Some("hc-1"));
    assert_eq!(records[1], standby());
    let calls = server.calls("route53", "GET");
    assert_eq!(calls.len(), 2);
    assert!(calls[0].path.starts_with("/2013-04-01/hostedzone/Z0123456789ABC/rrset?"), "{}", calls[0].path);
    assert!(calls[0].path.contains("name=shop.example.com"), "{}", calls[0].path);
    assert!(calls[1].path.contains("identifier=shop-standby") && calls[1].path.contains("type=A"), "{}", calls[1].path);
    assert!(calls.iter().all(|call| call.region == "us-east-1"), "a global service is signed for its home Region");
}

#[tokio::test]
async fn a_name_without_records_has_none_whatever_follows_it() {
    let server = Replay::start();
    let others = format!("{}{}", simple_record("shoq.example.com", "A"), simple_record("z.example.com", "A"));
    server.on("route53", "GET", [listing(&others, &next("zz.example.com", "A", ""))]);
    assert_eq!(reading(&server).await.dns.records("Z1", "shop.example.com").await, Ok(vec![]));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_wildcard_is_known_by_its_star() {
    let server = Replay::start();
    server.on("route53", "GET", [listing(&simple_record(r"\052.example.com", "CNAME"), "")]);
    let records = reading(&server).await.dns.records("Z1", "*.example.com").await.expect("records");
    assert_eq!((records[0].name.as_str(), records[0].ttl_s), ("*.example.com", Some(300)));
    assert_eq!(records[0].values, names(&["192.0.2.1"]));
}

#[tokio::test]
async fn a_listing_that_repeats_itself_is_an_error_and_not_endless() {
    let server = Replay::start();
    server.on("route53", "GET", [listing("", &next("shop.example.com", "A", "x"))]);
    let error = reading(&server).await.dns.records("Z1", "shop.example.com").await.expect_err("endless");
    assert!(error.message.contains("same page twice"), "{error}");
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_zone_that_is_not_there_is_an_error() {
    let server = Replay::start();
    server.on("route53", "GET", [query_error(404, "NoSuchHostedZone", "No hosted zone found with ID: Z1")]);
    let error = reading(&server).await.dns.records("Z1", "shop.example.com").await.expect_err("no zone");
    assert_eq!(error.kind, CloudErrorKind::NotFound);
    insta::assert_snapshot!(error, @"ListResourceRecordSets (standby side, us-east-1) did not find what it was asked for: No hosted zone found with ID: Z1 [NoSuchHostedZone] (request req-1)");
}

#[tokio::test]
async fn health_checks_are_asked_for_one_by_one_and_missing_ones_are_absent() {
    let server = Replay::start();
    server.on_call("route53", "GET", |call| {
        if call.path.ends_with("/gone") {
            return query_error(404, "NoSuchHealthCheck", "A health check with id gone does not exist.");
        }
        xml("<GetHealthCheckResponse><HealthCheck><Id>hc-1</Id><CallerReference>c</CallerReference><HealthCheckConfig>\
             <Type>HTTPS</Type><ResourcePath>/shop.example.com/standby-takes-over</ResourcePath>\
             <FullyQualifiedDomainName>b.s3.us-west-2.amazonaws.com</FullyQualifiedDomainName>\
             <RequestInterval>30</RequestInterval><FailureThreshold>3</FailureThreshold><Inverted>true</Inverted>\
             </HealthCheckConfig><HealthCheckVersion>1</HealthCheckVersion></HealthCheck></GetHealthCheckResponse>")
    });
    let found = reading(&server).await.dns.health_checks(&names(&["gone", "hc-1"])).await.expect("checks");
    let expected = HealthCheckFacts {
        id: "hc-1".to_owned(),
        kind: "HTTPS".to_owned(),
        host: Some("b.s3.us-west-2.amazonaws.com".to_owned()),
        path: Some("/shop.example.com/standby-takes-over".to_owned()),
        inverted: true,
        interval_s: 30,
        failures: 3,
    };
    assert_eq!(found, [expected]);
}

fn changed() -> Answer {
    xml("<ChangeResourceRecordSetsResponse><ChangeInfo><Id>/change/C1</Id><Status>PENDING</Status>\
         <SubmittedAt>2026-11-20T00:00:00Z</SubmittedAt></ChangeInfo></ChangeResourceRecordSetsResponse>")
}

#[tokio::test]
async fn records_are_set_by_one_change() {
    let server = Replay::start();
    server.on("route53", "POST", [changed()]);
    let weighted = |set: &str, weight| RecordFacts {
        set_identifier: Some(set.to_owned()),
        failover: None,
        weight: Some(weight),
        ..standby()
    };
    let dns = writing(&server).await.dns;
    let of_kind = |kind: &str| {
        [weighted("shop-primary", 0), weighted("shop-standby", 100)].map(|one| RecordFacts { kind: kind.into(), ..one })
    };
    dns.upsert_records("Z1", &[of_kind("A"), of_kind("AAAA")].concat()).await.expect("changed");
    dns.upsert_records("Z1", &[]).await.expect("nothing to do");
    let calls = server.calls("route53", "POST");
    assert_eq!(calls.len(), 1, "all or none");
    let body = &calls[0].body;
    assert_eq!(body.matches("<Action>UPSERT</Action>").count(), 4, "{body}");
    assert_eq!((body.matches("<Type>A</Type>").count(), body.matches("<Type>AAAA</Type>").count()), (2, 2), "{body}");
    for part in ["<SetIdentifier>shop-primary</SetIdentifier><Weight>0</Weight>", "<Weight>100</Weight>"] {
        assert!(body.contains(part), "{body}");
    }
    assert!(!body.contains("<TTL>") && !body.contains("<ResourceRecords>"), "an alias has neither: {body}");
}

#[tokio::test]
async fn a_change_waits_for_the_one_before_it() {
    let server = Replay::start();
    let message = "The request was rejected because Route 53 was still processing a prior request.";
    server.on("route53", "POST", [query_error(400, "PriorRequestNotComplete", message), changed()]);
    writing(&server).await.dns.upsert_records("Z1", &[standby()]).await.expect("the second time");
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_refused_change_says_why_in_either_of_its_forms() {
    let why = "[RRSet with DNS name shop.example.com., type A, SetIdentifier shop-standby cannot be created as a \
               non multi value RRSet exists with the same name and type.]";
    let bare = format!(
        "<InvalidChangeBatch xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\"><Messages><Message>{why}</Message>\
         </Messages><RequestId>req-1</RequestId></InvalidChangeBatch>"
    );
    for answer in [query_error(400, "InvalidChangeBatch", why), http(400, "text/xml", bare)] {
        let server = Replay::start();
        server.on("route53", "POST", [answer]);
        let error = writing(&server).await.dns.upsert_records("Z1", &[standby()]).await.expect_err("refused");
        assert_eq!((error.kind, error.code.as_deref()), (CloudErrorKind::Invalid, Some("InvalidChangeBatch")));
        assert_eq!(error.message, why);
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn more_records_than_one_change_takes_are_refused_before_any_call() {
    let server = Replay::start();
    let many: Vec<RecordFacts> =
        (0..501).map(|n| RecordFacts { name: format!("{n}.example.com"), ..standby() }).collect();
    let error = writing(&server).await.dns.upsert_records("Z1", &many).await.expect_err("too many");
    assert_eq!(error.kind, CloudErrorKind::Invalid);
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_is_made_again_with_the_same_values() {
    let server = Replay::start();
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let seen = bodies.clone();
    server.on_call("route53", "POST", move |call| {
        let mut seen = seen.lock().expect("bodies");
        seen.push(call.body.clone());
        if seen.len() == 1 { Answer::Hangup } else { changed() }
    });
    writing(&server).await.dns.upsert_records("Z1", &[standby()]).await.expect("the second time");
    let bodies = bodies.lock().expect("bodies");
    assert_eq!((bodies.len(), &bodies[0]), (2, &bodies[1]));
}

#[tokio::test]
async fn what_checkers_say_is_counted() {
    let server = Replay::start();
    server.on_call("route53", "GET", |call| {
        assert!(call.path.ends_with("/status"), "{}", call.path);
        if call.path.contains("gone") {
            return query_error(404, "NoSuchHealthCheck", "A health check with id gone does not exist.");
        }
        let one = |status: &str| {
            format!(
                "<HealthCheckObservation><Region>us-west-2</Region><IPAddress>192.0.2.1</IPAddress><StatusReport>\
                 <Status>{status}</Status></StatusReport></HealthCheckObservation>"
            )
        };
        let all = [one("Success: HTTP Status Code 200, OK"), one("Failure: HTTP Status Code 503"), one("Success: 301")];
        xml(format!(
            "<GetHealthCheckStatusResponse xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">\
             <HealthCheckObservations>{}</HealthCheckObservations></GetHealthCheckStatusResponse>",
            all.concat()
        ))
    });
    let dns = reading(&server).await.dns;
    assert_eq!(dns.checkers_say("hc-1").await, Ok(Some(CheckersSay { well: 2, of: 3 })));
    assert_eq!(dns.checkers_say("gone").await, Ok(None));
}
