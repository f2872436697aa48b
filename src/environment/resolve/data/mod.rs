//! Owns the rules of data stores: names are distinct, each is one thing, and the standby's side of it can be made.

mod dynamodb;
mod rds;
mod s3;

use std::collections::BTreeMap;

use super::every;
use super::side::Regions;
use crate::environment::remark::Remark;
use crate::environment::values::EnvironmentName;
use crate::environment::written::{DATA_GRAMMARS, May, WrittenData};
use crate::model::{DataKind, DataSet, logical_part};
use crate::yaml::read::{Place, Placed};

/// What a kind of data store, as written, has to tell.
trait Kind {
    /// What it names and nothing else may: what it is, at which key, its name, and where.
    fn names(&self) -> Vec<Name<'_>>;

    /// What it is, with every default filled in.
    fn resolve(&self, i: usize, regions: Regions<'_>, remarks: &mut Vec<Remark>) -> Option<DataKind>;

    /// Tells where the standby's side of it cannot be called after the environment and the data store.
    fn name_fits(_named: &Named<'_>, _remarks: &mut Vec<Remark>)
    where
        Self: Sized,
    {
    }
}

/// What is named: what it is, at which key, its name, and where.
type Name<'a> = (&'static str, &'static str, &'a str, Place);

/// A data store's name, where its environment has one.
struct Named<'a> {
    /// Which of the list it is.
    i: usize,
    environment: &'a str,
    name: &'a str,
    place: Place,
}

/// A kind that was written.
struct Written<'a> {
    key: &'static str,
    place: Place,
    /// None where something in it was wrong.
    value: Option<&'a dyn Kind>,
    name_fits: fn(&Named<'_>, &mut Vec<Remark>),
}

/// The kinds that a data store is written as: exactly one, where all is well.
fn written(data: &WrittenData) -> Vec<Written<'_>> {
    fn one<'a, K: Kind>(key: &'static str, kind: &'a May<K>) -> Option<Written<'a>> {
        let placed = kind.as_ref()?;
        let value = placed.value.as_ref().map(|value| value as &dyn Kind);
        Some(Written { key, place: placed.place, value, name_fits: K::name_fits })
    }
    let WrittenData { name: _, rds, dynamodb, s3 } = data;
    [one("rds", rds), one("dynamodb", dynamodb), one("s3", s3)].into_iter().flatten().collect()
}

/// The data stores, by name.
pub fn data(
    list: &May<Vec<Placed<WrittenData>>>,
    environment: &Placed<EnvironmentName>,
    regions: Regions<'_>,
    remarks: &mut Vec<Remark>,
) -> Option<Vec<DataSet>> {
    let Some(placed) = list else { return Some(Vec::new()) };
    let items = placed.value.as_deref()?;
    distinct(items, remarks);
    let mut all = every(items, |i, item| {
        let data = item.value.as_ref()?;
        let kind = kind_of(i, item.place, data, regions, remarks);
        let name = &data.name.value.as_ref()?.0;
        if let Some(environment) = &environment.value {
            let named = Named { i, environment: &environment.0, name, place: data.name.place };
            written(data).iter().for_each(|kind| (kind.name_fits)(&named, remarks));
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
        for (what, key, thing, place) in written(data).iter().filter_map(|kind| kind.value).flat_map(Kind::names) {
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

fn kind_of(
    i: usize,
    place: Place,
    data: &WrittenData,
    regions: Regions<'_>,
    remarks: &mut Vec<Remark>,
) -> Option<DataKind> {
    match written(data).as_slice() {
        [] => {
            remarks.push(
                Remark::error(place, format!("data[{i}]"), "this does not say what the data store is")
                    .help(format!("add one of {}", examples())),
            );
            None
        }
        [one] => one.value?.resolve(i, regions, remarks),
        [first, second, ..] => {
            let message = format!("a data store is one thing, and this is both `{}` and `{}`", first.key, second.key);
            remarks.push(
                Remark::error(second.place, format!("data[{i}].{}", second.key), message)
                    .help("make two data stores of them, each with a name of its own")
                    .related(first.place, "the first"),
            );
            None
        }
    }
}

/// What each kind looks like, in one sentence.
fn examples() -> String {
    let all = DATA_GRAMMARS.map(|kind| format!("`{}`", kind.example));
    match all.split_last() {
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
