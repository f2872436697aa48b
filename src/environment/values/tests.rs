//! Owns the tests of kinds of value: what each accepts and refuses, word by word.

use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer, U64Deserializer};

use super::*;

fn text<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, Error> {
    T::deserialize(StrDeserializer::new(text))
}

fn check<'de, T: Deserialize<'de>>(good: &[&'de str], bad: &[&'de str]) {
    for value in good {
        let read = text::<T>(value);
        assert!(read.is_ok(), "`{value}` was refused: {}", read.err().map(|e| e.to_string()).unwrap_or_default());
    }
    for value in bad {
        assert!(text::<T>(value).is_err(), "`{value}` was accepted");
    }
}

#[test]
fn names_make_stack_names() {
    check::<EnvironmentName>(
        &["a", "shop", "shop-2", "a-name-of-exactly-32-characters1"],
        &["", "Shop", "2shop", "-shop", "shop-", "sh_op", "shöp", "a-name-of-more-than-32-characters1", "shop "],
    );
    check::<GroupName>(&["shop-web", "Shop Web (blue)"], &["", " x", "arn:aws:x"]);
    check::<SchemaName>(&["lifeboat/v1"], &["lifeboat/v2", "v1"]);
}

#[test]
fn regions_accounts_and_ways_in() {
    check::<RegionCode>(
        &["us-east-1", "ap-southeast-3", "us-gov-west-1", "us-isob-east-1", "eusc-de-east-1"],
        &["", "us-east", "us-east-1a", "US-EAST-1", "useast1", "us--1", "us-east-", "virginia-1"],
    );
    check::<Account>(&["012345678901"], &["", "12345678901", "1234567890123", "01234567890a", "0123-4567-8901"]);
    check::<RoleArn>(
        &["arn:aws:iam::111122223333:role/dr", "arn:aws-us-gov:iam::111122223333:role/path/dr"],
        &["dr", "arn:aws:iam::111122223333:user/dr", "arn:aws:iam::1:role/dr", "arn:aws:iam::111122223333:role/"],
    );
    check::<EndpointUrl>(
        &["http://127.0.0.1:5000", "https://x"],
        &["", "127.0.0.1", "ftp://x", "http://", "http:///x"],
    );
}

#[test]
fn stores_and_networks() {
    check::<Store>(
        &[".lifeboat", "/var/x", "s3://abc", "s3://shop-dr.x/a/b/"],
        &["", " ", "s3://", "s3://ab", "s3://Shop", "s3://-shop", "s3:///x", "gs://x", "http://x/y"],
    );
    let slashes = text::<Store>("s3://shop//a/b/").map(|store| store.0);
    assert_eq!(slashes, Ok(StoreText::S3 { bucket: "shop".into(), prefix: "a/b".into() }));
    check::<Cidr>(
        &["10.0.0.0/16", "192.168.4.0/24", "172.16.0.0/20"],
        &["", "10.0.0.0", "10.0.0.0/15", "10.0.0.0/25", "10.0.0.1/16", "10.0.0.0/33", "300.0.0.0/16", "::/16"],
    );
    check::<VpcId>(&["vpc-0a1b2c3d", "vpc-0a1b2c3d4e5f60718"], &["", "vpc-", "vpc-XYZ12345", "subnet-0a1b2c3d"]);
    check::<SubnetId>(&["subnet-0a1b2c3d"], &["vpc-0a1b2c3d", "subnet-0a1b"]);
}

#[test]
fn lengths_days_and_paths() {
    check::<Length>(&["0s", "30m", "1h30m", "14d", "1d 2h"], &["", "30", "m", "2y", "-5m", "1.5h"]);
    check::<Day>(
        &["2026-11-20", "2028-02-29"],
        &["", "2027-02-29", "20270101", "2027-1-1", "tomorrow", "2027-01-01T00:00"],
    );
    check::<HealthPath>(&["/", "/healthz?x=1"], &["", "healthz", "http://x/healthz", "/a b"]);
    check::<ParameterPath>(
        &["/shop/", "/shop/prod/", "/a.b/c_d/e-f/"],
        &["", "/", "//", "shop/", "/shop", "/shop//prod/", "/shop/*/", "/aws/x/", "/ssm/", "/AWS-x/", "/lifeboat/x/"],
    );
    let deep = |levels: usize| format!("/{}", "x/".repeat(levels));
    assert!(text::<ParameterPath>(&deep(14)).is_ok());
    assert!(text::<ParameterPath>(&deep(15)).is_err());
    check::<RulePath>(&["web/tags/*", "**"], &["", "/web", "web/", "web//x", " web"]);
}

#[test]
fn keys_and_types() {
    check::<KmsKey>(
        &[
            "alias/shop-dr",
            "0a1b2c3d-0000-4000-8000-000000000000",
            "mrk-0123456789abcdef0123456789abcdef",
            "arn:aws:kms:us-west-2:111122223333:key/0a1b",
            "arn:aws:kms:us-west-2:111122223333:alias/shop",
        ],
        &["", "alias/", "shop-dr", "arn:aws:iam::111122223333:role/x", "mrk-1", "0a1b2c3d-0000-4000-8000-00000000000"],
    );
    check::<InstanceType>(
        &["m6i.large", "u-6tb1.metal", "c7gn.metal-48xl"],
        &["", "m6i", "m6i.", ".large", "M6i.large", "6m.large", "m6i.large.x"],
    );
    check::<Text>(&["x", " x "], &["", "  "]);
}

#[test]
fn numbers_keep_to_their_ranges() {
    fn number<'de, T: Deserialize<'de>>(value: u64) -> bool {
        T::deserialize(U64Deserializer::<Error>::new(value)).is_ok()
    }
    let percent: Vec<bool> = [0, 100, 101].into_iter().map(number::<Percent>).collect();
    assert_eq!(percent, [true, true, false]);
    let zones: Vec<bool> = [1, 2, 4, 5, 300].into_iter().map(number::<Zones>).collect();
    assert_eq!(zones, [false, true, true, false, false]);
    let ports: Vec<bool> = [0, 1, 65_535, 65_536].into_iter().map(number::<Port>).collect();
    assert_eq!(ports, [false, true, true, false]);
    assert_eq!([0, 1].map(number::<Keep>), [false, true]);
    assert_eq!([0, u64::from(u32::MAX), u64::from(u32::MAX) + 1].map(number::<Count>), [true, true, false]);
}
