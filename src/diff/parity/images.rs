//! Owns the comparison of images: the standby launches a usable copy of what production launches now.

use super::context::Parity;
use crate::diff::finding::{Finding, Severity, Status};
use crate::diff::found::Found;
use crate::diff::shown::Shown;
use crate::facts::{ImageFacts, ImageState, Noun};
use crate::model::{SOURCE_IMAGE_TAG, SOURCE_REGION_TAG, SideName, Tier, copied_from};

/// Judges the image a tier launches.
pub fn judge(parity: &Parity<'_>, tier: &Tier, found: &mut Found) {
    let spot = parity.spot(&tier.name, "image");
    let (Some(production), Some(standby)) = parity.launch_templates(tier) else { return };
    let Some(wanted) = production.image_id.as_deref() else {
        spot.skipped("image", "production's launch template names none", found);
        return;
    };
    let Some(there) = standby.image_id.as_deref() else {
        spot.checked(found);
        found.push(
            spot.finding("", Status::Deleted, Severity::BlocksFailover)
                .whole()
                .values(Shown::text(wanted), Shown::Absent)
                .note("the standby's launch template names no image"),
        );
        return;
    };
    let source = parity.production.images.get(wanted);
    let Some(copy) = parity.standby.images.get(there) else {
        if parity.may_be_unseen(SideName::Standby, Noun::Image, there) {
            spot.unseen(found);
        } else {
            spot.checked(found);
            found.push(
                spot.finding("", Status::Deleted, Severity::BlocksFailover)
                    .whole()
                    .values(Shown::text(dated(wanted, source)), Shown::text(there))
                    .note("the image the standby would launch does not exist"),
            );
        }
        return;
    };
    spot.checked(found);
    let new = |name: &str, severity| spot.finding(name, Status::Modified, severity);
    identity(parity, tier, wanted, copy, new("", Severity::Degrades), found);
    usable(source, copy, &new, found);
}

/// Whether it is a copy of the right image.
fn identity(parity: &Parity<'_>, tier: &Tier, wanted: &str, copy: &ImageFacts, finding: Finding, found: &mut Found) {
    let from = copy.tags.get(SOURCE_IMAGE_TAG).map(String::as_str);
    let from_region = copy.tags.get(SOURCE_REGION_TAG).map(String::as_str);
    let right_region = from_region.is_none_or(|region| region == parity.production.region.as_str());
    let mapped = parity.input.environment.map.get(wanted).is_some_and(|mapped| *mapped == copy.id);
    let source = parity.production.images.get(wanted);
    // A failback brought the standby's image home: the copy is production's.
    let came_home =
        source.and_then(|source| copied_from(&source.tags, &parity.standby.region)) == Some(copy.id.as_str());
    if mapped || came_home || from == Some(wanted) && right_region {
        return;
    }
    let published = parity.input.published_images.get(&tier.name).and_then(|id| parity.standby.images.get(id));
    let waiting = published
        .filter(|image| image.tags.get(SOURCE_IMAGE_TAG).map(String::as_str) == Some(wanted))
        .map(|image| format!("its copy {} is published and waits for the stack to be rolled", image.id));
    let note = match (waiting, from) {
        (Some(waiting), _) => waiting,
        (None, Some(other)) => match age(source, copy) {
            Some(1) => format!("a copy of {other}, 1 day older: run `lifeboat sync`"),
            Some(days) => format!("a copy of {other}, {days} days older: run `lifeboat sync`"),
            None => format!("a copy of {other}: run `lifeboat sync`"),
        },
        (None, None) => "not a copy that lifeboat made: run `lifeboat sync`".to_owned(),
    };
    found.push(finding.values(Shown::text(dated(wanted, source)), Shown::text(dated(&copy.id, Some(copy)))).note(note));
}

/// Whether it can be launched as production's can.
fn usable(source: Option<&ImageFacts>, copy: &ImageFacts, new: &dyn Fn(&str, Severity) -> Finding, found: &mut Found) {
    let state = match &copy.state {
        ImageState::Available => None,
        ImageState::Pending => Some("pending".to_owned()),
        ImageState::Failed { reason } => Some(format!("failed: {reason}")),
        ImageState::Other(state) => Some(state.clone()),
    };
    if let Some(state) = state {
        let finding = new("state", Severity::BlocksFailover);
        found.push(finding.values(Shown::text("available"), Shown::text(state)).note("nothing can launch from it"));
    }
    let Some(source) = source else { return };
    if source.architecture != copy.architecture {
        let finding = new("architecture", Severity::BlocksFailover);
        found.push(finding.values(Shown::text(&source.architecture), Shown::text(&copy.architecture)));
    }
    if source.encrypted && !copy.encrypted {
        let finding = new("encrypted", Severity::Degrades);
        found.push(finding.values(Shown::text("encrypted"), Shown::text("not encrypted")));
    }
}

fn day(image: &ImageFacts) -> Option<jiff::civil::Date> {
    image.created.get(..10)?.parse().ok()
}

/// An image's id with the day it was made.
fn dated(id: &str, image: Option<&ImageFacts>) -> String {
    match image.and_then(day) {
        Some(day) => format!("{id} ({day})"),
        None => id.to_owned(),
    }
}

/// How many days older the copy is than what production launches.
fn age(source: Option<&ImageFacts>, copy: &ImageFacts) -> Option<i32> {
    let days = day(source?)?.since(day(copy)?).ok()?.get_days();
    (days > 0).then_some(days)
}
