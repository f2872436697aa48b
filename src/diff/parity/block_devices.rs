//! Owns the comparison of block devices, by device name. Snapshots come with the image and are not compared.

use super::context::{Parity, Spot};
use crate::diff::finding::{Severity, Status};
use crate::diff::found::Found;
use crate::diff::shown::Shown;
use crate::diff::structure::escape;
use crate::facts::{BlockDevice, LaunchTemplateFacts};

/// Judges the block devices of a launch template.
pub fn judge(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    production: &LaunchTemplateFacts,
    standby: &LaunchTemplateFacts,
    found: &mut Found,
) {
    let find = |devices: &'_ [BlockDevice], name: &str| devices.iter().find(|d| d.device_name == name).cloned();
    for wanted in &production.block_devices {
        let place = format!("block-devices/{}", escape(&wanted.device_name));
        match find(&standby.block_devices, &wanted.device_name) {
            Some(there) => device(parity, spot, &place, wanted, &there, found),
            None => spot.same(&place, Severity::Degrades, Shown::text(summary(wanted)), Shown::Absent, found),
        }
    }
    for there in &standby.block_devices {
        if find(&production.block_devices, &there.device_name).is_none() {
            let place = format!("block-devices/{}", escape(&there.device_name));
            spot.same(&place, Severity::Cosmetic, Shown::Absent, Shown::text(summary(there)), found);
        }
    }
}

fn device(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    place: &str,
    wanted: &BlockDevice,
    there: &BlockDevice,
    found: &mut Found,
) {
    let number = |value: Option<u32>, unit: &str| Shown::maybe(value.map(|value| format!("{value} {unit}")));
    let pairs = [
        ("size", number(wanted.volume_size_gib, "GiB"), number(there.volume_size_gib, "GiB")),
        ("type", Shown::maybe(wanted.volume_type.as_ref()), Shown::maybe(there.volume_type.as_ref())),
        ("iops", number(wanted.iops, "IOPS"), number(there.iops, "IOPS")),
        ("throughput", number(wanted.throughput_mib_s, "MiB/s"), number(there.throughput_mib_s, "MiB/s")),
    ];
    for (name, expected, actual) in pairs {
        // What production leaves to AWS's default, the standby may state.
        if expected != Shown::Absent {
            spot.same(&format!("{place}/{name}"), Severity::Degrades, expected, actual, found);
        }
    }
    // More encryption than production is no difference anyone minds; less is.
    if wanted.encrypted == Some(true) && there.encrypted != Some(true) {
        found.push(
            spot.finding(&format!("{place}/encrypted"), Status::Modified, Severity::Degrades)
                .values(Shown::text("encrypted"), Shown::text("not encrypted")),
        );
    }
    if let Some(key) = &wanted.kms_key_id {
        match (parity.translator.id(key), there.kms_key_id.as_deref()) {
            (Some(id), actual) => {
                spot.same(
                    &format!("{place}/kms-key"),
                    Severity::BlocksFailover,
                    Shown::text(id),
                    Shown::maybe(actual),
                    found,
                );
            }
            // AWS-managed keys have the same alias everywhere.
            (None, Some(actual)) if actual == key && key.starts_with("alias/") => {}
            (None, _) => spot.untranslated(&format!("{place}/kms-key"), key, found),
        }
    }
    let fate = |value: Option<bool>| Shown::text(if value.unwrap_or(true) { "deleted" } else { "kept" });
    spot.same(
        &format!("{place}/on-termination"),
        Severity::Cosmetic,
        fate(wanted.delete_on_termination),
        fate(there.delete_on_termination),
        found,
    );
}

fn summary(device: &BlockDevice) -> String {
    let size = device.volume_size_gib.map(|size| format!("{size} GiB"));
    let parts: Vec<String> = [size, device.volume_type.clone()].into_iter().flatten().collect();
    if parts.is_empty() { device.device_name.clone() } else { parts.join(" ") }
}
