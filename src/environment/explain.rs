//! Owns the words for what the strict reader found: what, why, and what to do.

use super::later::later;
use super::remark::Remark;
use super::written::DATA_GRAMMARS;
use crate::model::closest;
use crate::yaml::read::{ReadError, ReadErrorKind};

/// One remark per error, without those that only follow from another: a misspelt key is not missing as well.
pub fn explain(errors: &[ReadError]) -> Vec<Remark> {
    let meant: Vec<String> = errors.iter().filter_map(meant_path).collect();
    let follows =
        |error: &ReadError| matches!(error.kind, ReadErrorKind::MissingKey { .. }) && meant.contains(&error.path);
    errors.iter().filter(|error| !follows(error)).map(remark).collect()
}

/// The path of the key that an unknown key most likely is.
fn meant_path(error: &ReadError) -> Option<String> {
    let ReadErrorKind::UnknownKey { key, known } = &error.kind else { return None };
    if home_of(key).is_some_and(|home| known.contains(&home)) {
        return None;
    }
    let meant = closest(key, known)?;
    Some(format!("{}{meant}", error.path.strip_suffix(key.as_str())?))
}

fn remark(error: &ReadError) -> Remark {
    let tell = |message: String| Remark::error(error.place, &error.path, message);
    match &error.kind {
        ReadErrorKind::Syntax { message, help } => {
            Remark { help: help.clone(), ..tell(format!("this cannot be read as YAML: {message}")) }
        }
        ReadErrorKind::DuplicateKey { key, first } => {
            let remark = tell(format!("the key `{key}` stands here a second time"))
                .help("keep one of them: which of the two would hold is a guess");
            match first {
                Some(place) => remark.related(*place, "first here"),
                None => remark,
            }
        }
        ReadErrorKind::UnknownKey { key, known } => unknown_key(error, key, known),
        ReadErrorKind::MissingKey { key } => {
            let remark = tell(format!("the required key `{key}` is missing"));
            match example(key, &error.path) {
                Some(example) => remark.help(format!("add `{example}`")),
                None => remark,
            }
        }
        ReadErrorKind::UnknownWord { word, known } => {
            let all = format!("`{}`", known.join("`, `"));
            let help = match closest(word, known) {
                Some(meant) => format!("did you mean `{meant}`? Known are {all}"),
                None => format!("known are {all}"),
            };
            tell(format!("`{word}` is not known here")).help(help)
        }
        ReadErrorKind::WrongType { found, expected, help, plain } => {
            let remark = tell(format!("expected {expected}, found {found}"));
            match help {
                Some(help) => remark.help(help),
                None if *plain && expected == "text" => remark.help("put it in quotes to make it text"),
                None if expected == "a list" => remark.help("write a list of one in brackets: [value]"),
                None if expected.starts_with("`true`") => {
                    remark.help("`yes`, `no`, `on` and `off` are text here; write `true` or `false`, without quotes")
                }
                None => remark,
            }
        }
        ReadErrorKind::Invalid { message, help } => {
            let remark = tell(message.clone());
            Remark { help: help.clone(), ..remark }
        }
    }
}

fn unknown_key(error: &ReadError, key: &str, known: &[&str]) -> Remark {
    if let Some(what) = later(&error.path) {
        return Remark::error(
            error.place,
            &error.path,
            format!("`{}` is not supported by this version of lifeboat", error.path),
        )
        .help(format!("take the key away; until a later version does, {what} need another way to the standby"));
    }
    let help = match (closest(key, known), home_of(key).filter(|home| known.contains(home))) {
        (_, Some(home)) => format!("`{key}` belongs one level down, below `{home}`"),
        (Some(meant), None) => format!("did you mean `{meant}`?"),
        (None, None) => format!("the keys here are `{}`", known.join("`, `")),
    };
    Remark::error(error.place, &error.path, format!("the key `{key}` is not known here")).help(help)
}

/// The map a key belongs into, for keys that are easily written beside it.
fn home_of(key: &str) -> Option<&'static str> {
    Some(match key {
        "rto" | "rpo" => "objectives",
        "auto_scaling_group" => "group",
        "percent" | "min" => "standby",
        "basis" | "window" | "floor" => "full",
        "listener" | "health_check" => "load_balancer",
        "function" => "mapping",
        "bus" => "rule",
        "interval" | "failures" => "health_check",
        "url" | "status" => "probe",
        "cidr" | "availability_zones" | "vpc_id" | "public_subnet_ids" | "private_subnet_ids" => "network",
        "compute" => "stacks",
        "images" | "parameters" => "sync",
        "keep" => "images",
        "ignore" => "drift",
        _ => return DATA_GRAMMARS.iter().find(|kind| kind.own_keys.contains(&key)).map(|kind| kind.key),
    })
}

/// What a missing key looks like in a file.
fn example(key: &str, path: &str) -> Option<&'static str> {
    let of_data = || DATA_GRAMMARS.iter().flat_map(|kind| kind.required).find(|(known, _)| *known == key);
    if let Some((_, example)) = path.starts_with("data").then(of_data).flatten() {
        return Some(example);
    }
    Some(match key {
        "name" if path.ends_with("rule.name") => "name: shop-nightly",
        "name" if path.starts_with("event_sources") => "name: nightly-invoices",
        "function" => "function: shop-orders",
        "name" if path.starts_with("data") => "name: orders",
        "schema" => "schema: lifeboat/v1",
        "name" => "name: shop",
        "strategy" => "strategy: warm-standby",
        "objectives" => "objectives: { rto: 30m, rpo: 5m }",
        "rto" => "rto: 30m",
        "rpo" => "rpo: 5m",
        "primary" => "primary: { region: us-east-1, account: \"111122223333\" }",
        "standby" => "standby: { region: us-west-2, account: \"111122223333\" }",
        "region" => "region: us-west-2",
        "account" => "account: \"111122223333\"",
        "tiers" => {
            "tiers:` with one entry per Auto Scaling group, such as `- { name: web, group: { auto_scaling_group: shop-web } }"
        }
        "group" => "group: { auto_scaling_group: shop-web }",
        "auto_scaling_group" => "auto_scaling_group: shop-web",
        "record" => "record: shop.example.com",
        "zone" => "zone: Z0123456789ABC",
        "switch" => "switch: standby-takes-over",
        "url" => "url: https://shop.example.com/healthz",
        "path" => "path: /shop/prod/",
        "reason" => "reason: \"why this is not drift\"",
        _ => return None,
    })
}
