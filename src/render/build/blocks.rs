//! Owns the block devices of the standby's instances: keys and snapshots of the primary Region do not follow.

use super::Site;
use crate::facts::{BlockDevice, LaunchTemplateFacts};
use crate::render::translate::Translator;
use crate::render::view::BlockDeviceView;

pub(super) fn build(
    site: &Site<'_>,
    translator: &mut Translator<'_>,
    place: &str,
    template: &LaunchTemplateFacts,
) -> Vec<BlockDeviceView> {
    let mut devices: Vec<&BlockDevice> = template.block_devices.iter().collect();
    devices.sort_by(|a, b| a.device_name.cmp(&b.device_name));
    devices.into_iter().map(|device| one(site, translator, place, device)).collect()
}

fn one(site: &Site<'_>, translator: &mut Translator<'_>, place: &str, device: &BlockDevice) -> BlockDeviceView {
    let place = format!("{place}/block-devices/{}", device.device_name.trim_start_matches('/'));
    let own_key = site.environment.sync.images.key.clone();
    let mapped_key = device.kms_key_id.as_ref().and_then(|key| translator.mapped(key));
    let kms_key = mapped_key.or(own_key);
    if let Some(key) = device.kms_key_id.as_ref().filter(|_| kms_key.is_none()) {
        translator.note(format!(
            "{place}: production's key {key} stays in its Region; the standby uses its default key for EBS. Name one in \
             `sync.images.key` or in `map:`"
        ));
    }
    let snapshot = device.snapshot_id.as_ref().and_then(|snapshot| translator.mapped(snapshot));
    if let Some(dropped) = device.snapshot_id.as_ref().filter(|_| snapshot.is_none()) {
        if device.volume_size_gib.is_some() {
            translator.note(format!(
                "{place}: production's snapshot {dropped} stays in its Region; the volume starts as the image says, or empty"
            ));
        } else {
            let advice = "the volume has no size but its snapshot's: copy the snapshot and add it to `map:`, or state a size in \
                          production";
            translator.untranslated(&format!("{place}/snapshot"), dropped, advice.into());
        }
    }
    let encrypted = device.encrypted.or(kms_key.as_ref().map(|_| true));
    BlockDeviceView {
        device_name: device.device_name.clone(),
        size: device.volume_size_gib,
        volume_type: device.volume_type.clone(),
        iops: device.iops,
        throughput: device.throughput_mib_s,
        has_encrypted: encrypted.is_some() || kms_key.is_some(),
        // A key on an unencrypted volume is refused by EC2.
        encrypted: encrypted.unwrap_or_default() || kms_key.is_some(),
        kms_key,
        snapshot,
        has_delete_on_termination: device.delete_on_termination.is_some(),
        delete_on_termination: device.delete_on_termination.unwrap_or_default(),
    }
}
