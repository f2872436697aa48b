//! Owns the tests of data stores in environment files.

use super::{GOOD, load, messages};
use crate::model::{BucketData, DataKind, DataSet, RdsData, TableData};

const DATA: &str = "data:
  - { name: uploads, s3: { bucket: shop-uploads, replica: shop-uploads-dr } }
  - name: orders
    rds: { source: shop-orders, standby: read-replica, key: alias/shop-dr, class: db.t4g.medium, endpoint_parameter: /shop/prod/db/host }
  - { name: carts, dynamodb: { table: shop-carts } }
  - { name: ledger, rds: { source: shop-ledger, standby: read-replica } }
";

#[test]
fn every_kind_is_read_by_name() {
    let environment = load(&format!("{GOOD}{DATA}")).unwrap_or_else(|e| panic!("{e}")).environment;
    let rds = |source: &str, rest: [Option<&str>; 3]| {
        let [key, class, endpoint_parameter] = rest.map(|text| text.map(str::to_owned));
        DataKind::Rds(RdsData { source: source.into(), key, class, endpoint_parameter })
    };
    let written = Some("alias/shop-dr");
    let expected = [
        ("carts", DataKind::Dynamodb(TableData { table: "shop-carts".into() })),
        ("ledger", rds("shop-ledger", [None, None, None])),
        ("orders", rds("shop-orders", [written, Some("db.t4g.medium"), Some("/shop/prod/db/host")])),
        ("uploads", DataKind::S3(BucketData { bucket: "shop-uploads".into(), replica: "shop-uploads-dr".into() })),
    ];
    assert_eq!(environment.data, expected.map(|(name, kind)| DataSet { name: name.into(), kind }));
}

#[test]
fn what_a_data_store_is_has_to_be_clear() {
    let text = format!(
        "{GOOD}data:
  - {{ name: nothing }}
  - {{ name: both, rds: {{ source: a, standby: read-replica }}, s3: {{ bucket: abc, replica: abd }} }}
  - {{ name: half, rds: {{ source: shop-orders }} }}
  - {{ name: misspelt, rdss: {{ source: x }} }}
  - {{ name: below, source: shop-x, rds: {{ source: y, standby: replica }} }}
"
    );
    insta::assert_snapshot!(messages(&text), @r"
    11:7 data[0]: this does not say what the data store is
      -> add one of `rds: { source: shop-orders, standby: read-replica }`, `dynamodb: { table: shop-carts }` and `s3: { bucket: shop-uploads, replica: shop-uploads-dr }`
    12:62 data[1].s3: a data store is one thing, and this is both `rds` and `s3`
      -> make two data stores of them, each with a name of its own
    13:19 data[2].rds.standby: the required key `standby` is missing
      -> add `standby: read-replica`
    14:7 data[3]: this does not say what the data store is
      -> add one of `rds: { source: shop-orders, standby: read-replica }`, `dynamodb: { table: shop-carts }` and `s3: { bucket: shop-uploads, replica: shop-uploads-dr }`
    14:23 data[3].rdss: the key `rdss` is not known here
      -> did you mean `rds`?
    15:20 data[4].source: the key `source` is not known here
      -> `source` belongs one level down, below `rds`
    15:63 data[4].rds.standby: `replica` is not known here
      -> known are `read-replica`
    ");
}

#[test]
fn names_of_services_keep_to_their_rules() {
    let text = format!(
        "{GOOD}data:
  - {{ name: Orders, rds: {{ source: Shop_Orders, standby: read-replica, class: r6g.large, endpoint_parameter: shop/db }} }}
  - {{ name: a, rds: {{ source: 'arn:aws:rds:us-east-1:1:db:x', standby: read-replica, key: 'arn:aws:kms:us-east-1:111122223333:key/k' }} }}
  - {{ name: b, dynamodb: {{ table: a/b }} }}
  - {{ name: c, s3: {{ bucket: s3://shop, replica: Shop }} }}
"
    );
    insta::assert_snapshot!(messages(&text), @r"
    11:13 data[0].name: `Orders` cannot be a name: it contains `O`
      -> stack names are made of it, so it has lower-case letters, digits and dashes only, such as `orders`
    11:36 data[0].rds.source: `Shop_Orders` is not the identifier of a database: it has characters other than lower-case letters, digits and hyphens
      -> write it as `aws rds describe-db-instances` shows it, such as shop-orders
    11:79 data[0].rds.class: `r6g.large` is not a database class
      -> write it with its `db.`: db.r6g.large
    11:110 data[0].rds.endpoint_parameter: `shop/db` is not the full name of a parameter
      -> it begins with a slash: /shop/db
    12:31 data[1].rds.source: `arn:aws:rds:us-east-1:1:db:x` is an ARN
      -> write the instance's identifier alone, such as shop-orders
    12:91 data[1].rds.key: the key is in `us-east-1`, and the copies it would encrypt are in `us-west-2`
      -> name a key of us-west-2, such as alias/shop-dr
    13:35 data[2].dynamodb.table: `a/b` is not the name of a table
      -> a table's name has 3 to 255 letters, digits, `_`, `.` and `-`; write the name, not the ARN
    14:30 data[3].s3.bucket: `s3://shop` is not a bucket name
      -> it has lower-case letters, digits, dots and dashes only; write the name alone, without `s3://` and without a key
    14:50 data[3].s3.replica: `Shop` is not a bucket name
      -> it has lower-case letters, digits, dots and dashes only; write the name alone, without `s3://` and without a key
    ");
}

#[test]
fn nothing_is_listed_twice() {
    let text = format!(
        "{GOOD}data:
  - {{ name: order-items, rds: {{ source: shop-orders, standby: read-replica, endpoint_parameter: /shop/db }} }}
  - {{ name: order--items, rds: {{ source: shop-orders, standby: read-replica, endpoint_parameter: /shop/db }} }}
  - {{ name: carts, dynamodb: {{ table: shop-carts }} }}
  - {{ name: carts, dynamodb: {{ table: shop-carts }} }}
  - {{ name: uploads, s3: {{ bucket: shop-uploads, replica: shop-uploads }} }}
"
    );
    insta::assert_snapshot!(messages(&text), @r"
    12:13 data[1].name: the data stores `order-items` and `order--items` would both be `OrderItems` in templates
      -> give each data store a name of its own
    12:13 data[1].name: the standby's database would be `shop-order--items`, and RDS refuses that: it has two hyphens in a row, or one at its end
      -> choose a shorter or plainer name for the data store, or for the environment
    12:42 data[1].rds.source: the database `shop-orders` is listed twice
      -> list each database once
    12:98 data[1].rds.endpoint_parameter: the endpoint parameter `/shop/db` is listed twice
      -> list each endpoint parameter once
    14:13 data[3].name: there are two data stores named `carts`
      -> give each data store a name of its own
    14:39 data[3].dynamodb.table: the table `shop-carts` is listed twice
      -> list each table once
    15:59 data[4].s3.replica: the bucket `shop-uploads` is listed twice
      -> list each bucket once
    ");
}

#[test]
fn the_standbys_identifier_must_fit() {
    let long = "a-name-that-is-thirty-two-chars1";
    let data = format!("data: [ {{ name: {long}, rds: {{ source: x, standby: read-replica }} }} ]\n");
    let text = format!("{}{data}", GOOD.replacen("name: shop", &format!("name: {long}"), 1));
    insta::assert_snapshot!(messages(&text), @r"
    10:17 data[0].name: the standby's database would be `a-name-that-is-thirty-two-chars1-a-name-that-is-thirty-two-chars1`, and RDS refuses that: it has more than 63 characters
      -> choose a shorter or plainer name for the data store, or for the environment
    ");
}
