//! Owns the tests of tables, buckets and objects.

use std::collections::BTreeMap;

use lifeboat::cloud::CloudErrorKind;
use lifeboat::facts::{BucketFacts, TableFacts};
use lifeboat::model::Region;
use serde_json::json;

use super::replay::{Answer, Call, Replay, http, json, json_error, s3_error, xml};
use super::{names, reading, writing};

#[tokio::test]
async fn a_table_is_told_with_its_other_replicas() {
    let server = Replay::start();
    let table = json!({ "Table": {
        "TableName": "shop-carts", "TableArn": "arn:aws:dynamodb:us-west-2:1:table/shop-carts", "TableStatus": "ACTIVE",
        "Replicas": [
            { "RegionName": "us-west-2", "ReplicaStatus": "ACTIVE" },
            { "RegionName": "us-east-1", "ReplicaStatus": "CREATING" }
        ]
    } });
    server.on("dynamodb", "DescribeTable", [json(table), json_error(400, "ResourceNotFoundException", "not found")]);
    let tables = reading(&server).await.tables;
    let expected = TableFacts {
        name: "shop-carts".to_owned(),
        arn: "arn:aws:dynamodb:us-west-2:1:table/shop-carts".to_owned(),
        status: "ACTIVE".to_owned(),
        replicas: BTreeMap::from([(Region("us-east-1".to_owned()), "CREATING".to_owned())]),
    };
    assert_eq!(tables.table("shop-carts").await, Ok(Some(expected)));
    assert_eq!(server.calls("dynamodb", "DescribeTable")[0].json()["TableName"], "shop-carts");
    assert_eq!(tables.table("gone").await, Ok(None));
}

#[tokio::test]
async fn a_denied_table_names_the_permission() {
    let server = Replay::start();
    server.on("dynamodb", "DescribeTable", [json_error(400, "AccessDeniedException", "no identity-based policy")]);
    let error = reading(&server).await.tables.table("shop-carts").await.expect_err("denied");
    insta::assert_snapshot!(error, @"DescribeTable (standby side, us-west-2) was denied: dynamodb:DescribeTable is not allowed: no identity-based policy [AccessDeniedException] (request req-1)");
}

/// A bucket's two configurations, told apart by their paths.
fn configured(server: &Replay, replication: Answer) {
    server.on("s3", "HEAD", [http(200, "application/xml", "")]);
    server.on_call("s3", "GET", move |call: &Call| match call.path.contains("versioning") {
        true => xml("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"),
        false => replication.clone(),
    });
}

fn rule(status: &str, to: &str, scope: &str) -> String {
    format!("<Rule><Status>{status}</Status>{scope}<Destination><Bucket>{to}</Bucket></Destination></Rule>")
}

#[tokio::test]
async fn a_bucket_is_told_with_what_is_copied_from_it_whole() {
    let server = Replay::start();
    let tag = "<Tag><Key>k</Key><Value>v</Value></Tag>";
    let rules = [
        rule("Enabled", "arn:aws:s3:::shop-dr", "<Filter><Prefix>uploads/</Prefix></Filter>"),
        rule("Enabled", "arn:aws:s3:::shop-dr", "<Filter><And><Prefix>invoices/</Prefix></And></Filter>"),
        rule("Enabled", "arn:aws:s3:::shop-dr", &format!("<Filter><And><Prefix>some/</Prefix>{tag}</And></Filter>")),
        rule("Enabled", "arn:aws:s3:::tagged", &format!("<Filter>{tag}</Filter>")),
        rule("Enabled", "arn:aws:s3:::everything", "<Filter></Filter>"),
        rule("Enabled", "arn:aws:s3:::first-version", "<Prefix>old/</Prefix>"),
        rule("Disabled", "arn:aws:s3:::off", "<Filter></Filter>"),
    ];
    let rules = rules.concat();
    configured(&server, xml(format!("<ReplicationConfiguration><Role>r</Role>{rules}</ReplicationConfiguration>")));
    let found = reading(&server).await.buckets.bucket("shop-uploads").await.expect("an answer").expect("a bucket");
    let expected = BucketFacts {
        name: "shop-uploads".to_owned(),
        versioned: true,
        replicates_to: BTreeMap::from([
            ("shop-dr".to_owned(), names(&["invoices/", "uploads/"])),
            ("everything".to_owned(), names(&[""])),
            ("first-version".to_owned(), names(&["old/"])),
        ]),
    };
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_bucket_without_replication_copies_nothing() {
    let server = Replay::start();
    configured(&server, s3_error(404, "ReplicationConfigurationNotFoundError"));
    let found = reading(&server).await.buckets.bucket("shop-uploads").await.expect("an answer").expect("a bucket");
    assert!(found.replicates_to.is_empty());
}

#[tokio::test]
async fn a_missing_bucket_is_none_after_one_call() {
    let server = Replay::start();
    server.on("s3", "HEAD", [http(404, "application/xml", "")]);
    assert_eq!(reading(&server).await.buckets.bucket("gone").await, Ok(None));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_refused_look_names_the_permission_it_needs() {
    let server = Replay::start();
    server.on("s3", "HEAD", [http(403, "application/xml", "")]);
    let buckets = reading(&server).await.buckets;
    let error = buckets.bucket("shop-uploads").await.expect_err("denied");
    assert_eq!(error.kind, CloudErrorKind::Denied);
    insta::assert_snapshot!(error, @"HeadBucket (standby side, us-west-2) was denied: s3:ListBucket is not allowed (request req-1)");
    let error = buckets.object_exists("shop-dr", "k").await.expect_err("denied");
    insta::assert_snapshot!(error, @"HeadObject (standby side, us-west-2) was denied: s3:GetObject is not allowed (request req-1)");
    configured(&server, s3_error(403, "AccessDenied"));
    let error = buckets.bucket("shop-uploads").await.expect_err("denied");
    insta::assert_snapshot!(error, @"GetBucketReplication (standby side, us-west-2) was denied: s3:GetReplicationConfiguration is not allowed: AccessDenied (request req-1)");
}

#[tokio::test]
async fn a_bucket_of_another_region_is_told_with_that_region() {
    let Answer::Http { status, mut headers, body } = http(301, "application/xml", "") else { panic!("an answer") };
    headers.push(("x-amz-bucket-region".to_owned(), "eu-west-1".to_owned()));
    let server = Replay::start();
    server.on("s3", "HEAD", [Answer::Http { status, headers, body }]);
    let error = reading(&server).await.buckets.bucket("shop-uploads").await.expect_err("elsewhere");
    assert_eq!(error.kind, CloudErrorKind::Invalid);
    insta::assert_snapshot!(error, @"HeadBucket (standby side, us-west-2) was refused: the bucket is in eu-west-1, not in us-west-2 (request req-1)");
}

#[tokio::test]
async fn objects_are_put_found_and_deleted() {
    let server = Replay::start();
    let key = "shop.example.com/standby-takes-over";
    server.on("s3", "PUT", [http(503, "application/xml", ""), http(200, "application/xml", "")]);
    server.on("s3", "HEAD", [http(200, "text/plain", ""), http(404, "application/xml", "")]);
    server.on("s3", "DELETE", [http(204, "text/plain", ""), s3_error(404, "NoSuchKey")]);
    let objects = writing(&server).await.objects;
    let buckets = reading(&server).await.buckets;
    objects.put_object("shop-dr", key, b"run-1").await.expect("put, the second time");
    assert_eq!(buckets.object_exists("shop-dr", key).await, Ok(true));
    assert_eq!(objects.delete_object("shop-dr", key).await, Ok(()));
    assert_eq!(objects.delete_object("shop-dr", key).await, Ok(()), "deleted already");
    assert_eq!(buckets.object_exists("shop-dr", key).await, Ok(false));
    let put = &server.calls("s3", "PUT")[1];
    assert!(put.path.starts_with("/shop-dr/shop.example.com/standby-takes-over"), "{}", put.path);
    assert!(put.body.contains("run-1"), "{}", put.body);
}

#[tokio::test]
async fn a_bucket_that_is_not_there_takes_no_object() {
    let server = Replay::start();
    server.on("s3", "PUT", [s3_error(404, "NoSuchBucket")]);
    let error = writing(&server).await.objects.put_object("gone", "k", b"x").await.expect_err("no bucket");
    assert_eq!((error.kind, error.code.as_deref()), (CloudErrorKind::NotFound, Some("NoSuchBucket")));
}
