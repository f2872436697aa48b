//! Owns the rules of what follows production: paths do not overlap, and keys are where the copies are.

use std::collections::BTreeMap;

use super::side::Regions;
use super::{every, given, given_or};
use crate::environment::defaults;
use crate::environment::regions::region_of_arn;
use crate::environment::remark::Remark;
use crate::environment::values::{KmsKey, ParameterPath};
use crate::environment::written::{May, WrittenImages, WrittenParameters, WrittenSync};
use crate::model::{ImageSync, ParameterSync, Sync};
use crate::yaml::read::{Place, Placed};

/// What follows production.
pub fn sync(written: &May<WrittenSync>, regions: Regions<'_>, remarks: &mut Vec<Remark>) -> Option<Sync> {
    let default = Sync { images: ImageSync { key: None, keep: defaults::KEEP }, parameters: Vec::new() };
    let Some(placed) = written else { return Some(default) };
    let sync = placed.value.as_ref()?;
    let images = match &sync.images {
        None => Some(default.images),
        Some(images) => images.value.as_ref().and_then(|images| self::images(images, regions, remarks)),
    };
    let parameters = match &sync.parameters {
        None => Some(default.parameters),
        Some(paths) => paths.value.as_deref().and_then(|paths| parameters(paths, regions, remarks)),
    };
    Some(Sync { images: images?, parameters: parameters? })
}

fn images(written: &WrittenImages, regions: Regions<'_>, remarks: &mut Vec<Remark>) -> Option<ImageSync> {
    key_is_in_standby("sync.images.key", &written.key, regions, remarks);
    Some(ImageSync {
        key: given(&written.key, |key| key.0.clone())?,
        keep: given_or(&written.keep, defaults::KEEP, |keep| keep.0)?,
    })
}

fn parameters(
    items: &[Placed<WrittenParameters>],
    regions: Regions<'_>,
    remarks: &mut Vec<Remark>,
) -> Option<Vec<ParameterSync>> {
    let mut seen: Vec<(&ParameterPath, Place)> = Vec::new();
    every(items, |i, item| {
        let written = item.value.as_ref()?;
        if let Some((path, place)) = written.path.get() {
            overlaps(i, path, place, &seen, remarks);
            seen.push((path, place));
        }
        key_is_in_standby(&format!("sync.parameters[{i}].key"), &written.key, regions, remarks);
        Some(ParameterSync {
            path: written.path.value.as_ref()?.0.clone(),
            rewrite: rewrite(&written.rewrite)?,
            key: given(&written.key, |key| key.0.clone())?,
            delete: given_or(&written.delete, false, |delete| *delete)?,
        })
    })
}

fn overlaps(i: usize, path: &ParameterPath, place: Place, seen: &[(&ParameterPath, Place)], remarks: &mut Vec<Remark>) {
    let other = seen.iter().find(|(other, _)| path.0.starts_with(&other.0) || other.0.starts_with(&path.0));
    if let Some((other, first)) = other {
        let message = if *other == path {
            format!("the path `{}` is listed twice", path.0)
        } else {
            format!("`{}` and `{}` overlap: what is below both would be written twice", other.0, path.0)
        };
        remarks.push(
            Remark::error(place, format!("sync.parameters[{i}].path"), message)
                .help("list paths that do not contain each other")
                .related(*first, "first here"),
        );
    }
}

fn rewrite(
    written: &May<BTreeMap<Placed<crate::environment::values::Text>, Placed<String>>>,
) -> Option<BTreeMap<String, String>> {
    let Some(placed) = written else { return Some(BTreeMap::new()) };
    let pairs = placed.value.as_ref()?.iter();
    pairs.map(|(from, to)| Some((from.value.as_ref()?.0.clone(), to.value.clone()?))).collect()
}

/// A key's ARN names its Region; KMS keys work only there.
pub(super) fn key_is_in_standby(path: &str, key: &May<KmsKey>, regions: Regions<'_>, remarks: &mut Vec<Remark>) {
    if let Some((key, place)) = key.as_ref().and_then(Placed::get)
        && let (Some(found), Some(standby)) = (region_of_arn(&key.0), regions.standby)
        && found != standby
    {
        let message = format!("the key is in `{found}`, and the copies it would encrypt are in `{standby}`");
        remarks
            .push(Remark::error(place, path, message).help(format!("name a key of {standby}, such as alias/shop-dr")));
    }
}
