//! Owns the rules of data stores: names are distinct, each is one thing, and the standby's side of it can be made.

use std::collections::BTreeMap;

use super::side::Regions;
use super::sync::key_is_in_standby;
use super::{every, given};
use crate::environment::remark::Remark;
use crate::environment::values::{EnvironmentName, bad_database_id};
use crate::environment::written::{May, WrittenBuckets, WrittenData, WrittenRds, WrittenTable};
use crate::model::{BucketData, DataKind, DataSet, RdsData, TableData, logical_part, standby_database_name};
use crate::yaml::read::{Place, Placed};

/// The data stores, by name.
pub fn data(
    written: &May<Vec<Placed<WrittenData>>>,
    environment: &Placed<EnvironmentName>,
    regions: Regions<'_>,
    remarks: &mut Vec<Remark>,
) -> Option<Vec<DataSet>> {
    let Some(placed) = written else { return Some(Vec::new()) };
    let items = placed.value.as_deref()?;
    distinct(items, remarks);
    let mut all = every(items, |i, item| {
        let data = item.value.as_ref()?;
        let kind = kind(i, item.place, data, regions, remarks);
        let name = &data.name.value.as_ref()?.0;
        if let (Some(environment), Some(_)) = (&environment.value, &data.rds) {
            standby_name_fits(i, &environment.0, name, data.name.place, remarks);
        }
        Some(DataSet { name: name.clone(), kind: kind? })
    })?;
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Some(all)
}

/// Names become logical ids, and what is named twice would be promoted or published twice.
fn distinct(items: &[Placed<WrittenData>], remarks: &mut Vec<Remark>) {
    let mut names: BTreeMap<String, (&str, Place)> = BTreeMap::new();
    let mut things: BTreeMap<(&str, &str), Place> = BTreeMap::new();
    for (i, data) in items.iter().enumerate() {
        let Some(data) = &data.value else { continue };
        if let Some((name, place)) = data.name.get() {
            let logical = logical_part(&name.0);
            match names.get(&logical) {
                Some((other, first)) => {
                    let message = if *other == name.0 {
                        format!("there are two data stores named `{other}`")
                    } else {
                        format!("the data stores `{other}` and `{}` would both be `{logical}` in templates", name.0)
                    };
                    remarks.push(
                        Remark::error(place, format!("data[{i}].name"), message)
                            .help("give each data store a name of its own")
                            .related(*first, "first here"),
                    );
                }
                None => {
                    names.insert(logical, (name.0.as_str(), place));
                }
            }
        }
        for (what, key, thing, place) in named(data) {
            if let Some(first) = things.insert((what, thing), place) {
                remarks.push(
                    Remark::error(place, format!("data[{i}].{key}"), format!("the {what} `{thing}` is listed twice"))
                        .help(format!("list each {what} once"))
                        .related(first, "first here"),
                );
            }
        }
    }
}

/// What a data store names: what it is, at which key, its name, and where.
fn named(data: &WrittenData) -> Vec<(&'static str, &'static str, &str, Place)> {
    let mut found = Vec::new();
    if let Some((id, place)) = data.rds.as_ref().and_then(|rds| rds.value.as_ref()?.source.get()) {
        found.push(("database", "rds.source", id.0.as_str(), place));
    }
    if let Some((name, place)) = data.rds.as_ref().and_then(|r| r.value.as_ref()?.endpoint_parameter.as_ref()?.get()) {
        found.push(("endpoint parameter", "rds.endpoint_parameter", name.0.as_str(), place));
    }
    if let Some((table, place)) = data.dynamodb.as_ref().and_then(|table| table.value.as_ref()?.table.get()) {
        found.push(("table", "dynamodb.table", table.0.as_str(), place));
    }
    if let Some(buckets) = data.s3.as_ref().and_then(|buckets| buckets.value.as_ref()) {
        for (key, bucket) in [("s3.bucket", &buckets.bucket), ("s3.replica", &buckets.replica)] {
            if let Some((bucket, place)) = bucket.get() {
                found.push(("bucket", key, bucket.0.as_str(), place));
            }
        }
    }
    found
}

fn kind(
    i: usize,
    place: Place,
    data: &WrittenData,
    regions: Regions<'_>,
    remarks: &mut Vec<Remark>,
) -> Option<DataKind> {
    let written: Vec<(&str, Place)> = [
        data.rds.as_ref().map(|kind| ("rds", kind.place)),
        data.dynamodb.as_ref().map(|kind| ("dynamodb", kind.place)),
        data.s3.as_ref().map(|kind| ("s3", kind.place)),
    ]
    .into_iter()
    .flatten()
    .collect();
    match written.as_slice() {
        [] => {
            remarks.push(
                Remark::error(place, format!("data[{i}]"), "this does not say what the data store is").help(
                    "add one of `rds: { source: shop-orders, standby: read-replica }`, `dynamodb: { table: shop-carts }` and \
                     `s3: { bucket: shop-uploads, replica: shop-uploads-dr }`",
                ),
            );
            None
        }
        [_] => match (&data.rds, &data.dynamodb, &data.s3) {
            (Some(rds), ..) => rds_of(i, rds.value.as_ref()?, regions, remarks).map(DataKind::Rds),
            (_, Some(table), _) => table_of(table.value.as_ref()?).map(DataKind::Dynamodb),
            (.., Some(buckets)) => buckets_of(buckets.value.as_ref()?).map(DataKind::S3),
            (None, None, None) => None,
        },
        [(first, first_place), (second, second_place), ..] => {
            let message = format!("a data store is one thing, and this is both `{first}` and `{second}`");
            remarks.push(
                Remark::error(*second_place, format!("data[{i}].{second}"), message)
                    .help("make two data stores of them, each with a name of its own")
                    .related(*first_place, "the first"),
            );
            None
        }
    }
}

fn rds_of(i: usize, rds: &WrittenRds, regions: Regions<'_>, remarks: &mut Vec<Remark>) -> Option<RdsData> {
    key_is_in_standby(&format!("data[{i}].rds.key"), &rds.key, regions, remarks);
    rds.standby.value?;
    Some(RdsData {
        source: rds.source.value.as_ref()?.0.clone(),
        key: given(&rds.key, |key| key.0.clone())?,
        class: given(&rds.class, |class| class.0.clone())?,
        endpoint_parameter: given(&rds.endpoint_parameter, |name| name.0.clone())?,
    })
}

fn table_of(table: &WrittenTable) -> Option<TableData> {
    Some(TableData { table: table.table.value.as_ref()?.0.clone() })
}

fn buckets_of(buckets: &WrittenBuckets) -> Option<BucketData> {
    Some(BucketData {
        bucket: buckets.bucket.value.as_ref()?.0.clone(),
        replica: buckets.replica.value.as_ref()?.0.clone(),
    })
}

/// The standby's instance is called after the environment and the data store.
fn standby_name_fits(i: usize, environment: &str, name: &str, place: Place, remarks: &mut Vec<Remark>) {
    let standby = standby_database_name(environment, name);
    if let Some(why) = bad_database_id(&standby) {
        let message = format!("the standby's database would be `{standby}`, and RDS refuses that: {why}");
        remarks.push(
            Remark::error(place, format!("data[{i}].name"), message)
                .help("choose a shorter or plainer name for the data store, or for the environment"),
        );
    }
}
