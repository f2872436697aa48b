//! Owns the comparison of launch settings: type, user data, metadata options, profile, monitoring and the rest.

use super::block_devices;
use super::context::{Parity, Spot};
use super::tags;
use super::translate::Translation;
use crate::diff::finding::Severity;
use crate::diff::finding::Status;
use crate::diff::found::Found;
use crate::diff::shown::Shown;
use crate::facts::{LaunchTemplateFacts, MetadataOptions, Noun};
use crate::model::{SideName, Tier};

/// Judges what a tier's instances launch with; images are judged apart.
pub fn judge(parity: &Parity<'_>, tier: &Tier, found: &mut Found) {
    let spot = parity.spot(&tier.name, "launch-template");
    let standby_name = parity.standby_name(tier);
    match parity.launch_templates(tier) {
        (Some(production), Some(standby)) => {
            spot.checked(found);
            instance_type(&spot, tier, production, standby, found);
            user_data(parity, &spot, production, standby, found);
            metadata(&spot, production, standby, found);
            identity(parity, &spot, production, standby, found);
            switches(&spot, production, standby, found);
            groups(parity, &spot, production, standby, found);
            block_devices::judge(parity, &spot, production, standby, found);
            let tag_spot = parity.spot(&tier.name, "launch-template/instance-tags");
            tags::judge(parity, &tag_spot, &production.instance_tags, &standby.instance_tags, found);
        }
        (None, _) if parity.may_be_unseen(SideName::Primary, Noun::LaunchTemplate, &tier.auto_scaling_group) => {
            spot.unseen(found);
        }
        (_, None) if parity.may_be_unseen(SideName::Standby, Noun::LaunchTemplate, &standby_name) => spot.unseen(found),
        (None, _) => spot.skipped("launch template", "production's group launches from none", found),
        // A missing group says it all.
        (_, None) if parity.standby_group(tier).is_none() => {
            spot.skipped("launch template", "its group is not there", found);
        }
        (Some(production), None) => {
            spot.checked(found);
            spot.missing(&production.name, Severity::BlocksFailover, found);
        }
    }
}

fn instance_type(
    spot: &Spot<'_>,
    tier: &Tier,
    production: &LaunchTemplateFacts,
    standby: &LaunchTemplateFacts,
    found: &mut Found,
) {
    let there = standby.instance_type.as_deref();
    // Any type the file allows is as good as the first.
    if there.is_some_and(|there| tier.instance_types.iter().any(|allowed| allowed == there)) {
        return;
    }
    let wanted = tier.instance_types.first().or(production.instance_type.as_ref());
    spot.same("instance-type", Severity::Degrades, Shown::maybe(wanted), Shown::maybe(there), found);
}

fn user_data(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    production: &LaunchTemplateFacts,
    standby: &LaunchTemplateFacts,
    found: &mut Found,
) {
    let text = |template: &LaunchTemplateFacts| match (&template.user_data, template.user_data_text()) {
        (None, _) => None,
        (Some(_), Some(text)) => Some(text),
        // Not text (compressed, say): only whether it is the same can be told.
        (Some(encoded), None) => {
            Some(format!("binary, {}", crate::model::Digest::of_bytes(encoded.as_bytes()).short()))
        }
    };
    let (wanted, there) = (text(production), text(standby));
    if wanted == there {
        return;
    }
    let wanted = wanted.map(|text| parity.translator.text(&text));
    // Templates end documents with a newline where their source had none, and the other way round.
    if wanted.as_deref().map(str::trim_end) == there.as_deref().map(str::trim_end) {
        return;
    }
    spot.same("user-data", Severity::Degrades, document(wanted), document(there), found);
}

/// User data is a document even when it has one line.
fn document(text: Option<String>) -> Shown {
    text.map_or(Shown::Absent, Shown::Document)
}

fn metadata(spot: &Spot<'_>, production: &LaunchTemplateFacts, standby: &LaunchTemplateFacts, found: &mut Found) {
    // Without options AWS takes these, so stating them is no difference.
    let defaults = MetadataOptions {
        http_endpoint: Some("enabled".to_owned()),
        http_tokens: Some("optional".to_owned()),
        http_put_response_hop_limit: Some(1),
        instance_metadata_tags: Some("disabled".to_owned()),
    };
    let wanted = production.metadata_options.as_ref();
    let there = standby.metadata_options.as_ref();
    type Pick = fn(&MetadataOptions) -> Option<String>;
    let text = |pick: Pick, options: Option<&MetadataOptions>| {
        Shown::maybe(options.and_then(pick).or_else(|| pick(&defaults)))
    };
    let fields: [(&str, Pick); 4] = [
        ("http-endpoint", |options| options.http_endpoint.clone()),
        ("http-tokens", |options| options.http_tokens.clone()),
        ("hop-limit", |options| options.http_put_response_hop_limit.map(|limit| limit.to_string())),
        ("instance-tags", |options| options.instance_metadata_tags.clone()),
    ];
    for (name, pick) in fields {
        spot.same(&format!("metadata/{name}"), Severity::Degrades, text(pick, wanted), text(pick, there), found);
    }
}

/// Key pair and instance profile. Profiles are global, so one keeps its name unless a person says otherwise.
fn identity(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    production: &LaunchTemplateFacts,
    standby: &LaunchTemplateFacts,
    found: &mut Found,
) {
    if let Some(profile) = &production.instance_profile {
        let wanted = parity.translator.mapped(profile).unwrap_or(profile);
        let there = standby.instance_profile.as_deref();
        if there.map(profile_name) != Some(profile_name(wanted)) {
            spot.same("instance-profile", Severity::BlocksFailover, Shown::text(wanted), Shown::maybe(there), found);
        }
    } else {
        let there = Shown::maybe(standby.instance_profile.as_deref());
        spot.same("instance-profile", Severity::Degrades, Shown::Absent, there, found);
    }
    let there = standby.key_name.as_deref();
    match production.key_name.as_deref() {
        // Key pairs belong to a Region: the same name may stand for another key, which is a person's affair.
        Some(wanted) if there == Some(wanted) => {}
        Some(wanted) => match parity.translator.mapped(wanted) {
            Some(id) => spot.same("key-name", Severity::Cosmetic, Shown::text(id), Shown::maybe(there), found),
            None => spot.untranslated("key-name", wanted, found),
        },
        None => spot.same("key-name", Severity::Cosmetic, Shown::Absent, Shown::maybe(there), found),
    }
}

/// A profile is given by its name or by its ARN, which ends in the name.
fn profile_name(profile: &str) -> &str {
    profile.rsplit('/').next().unwrap_or(profile)
}

fn switches(spot: &Spot<'_>, production: &LaunchTemplateFacts, standby: &LaunchTemplateFacts, found: &mut Found) {
    let flag = |value: Option<bool>| Shown::text(if value.unwrap_or(false) { "on" } else { "off" });
    spot.same("monitoring", Severity::Cosmetic, flag(production.monitoring), flag(standby.monitoring), found);
    // Without a word the instance type decides, which is the same on both sides.
    if production.ebs_optimized.is_some() && standby.ebs_optimized.is_some() {
        spot.same(
            "ebs-optimized",
            Severity::Degrades,
            flag(production.ebs_optimized),
            flag(standby.ebs_optimized),
            found,
        );
    }
    // Without a word the subnet decides: a fact of the network, which is the standby's own.
    if production.associate_public_ip.is_some() && standby.associate_public_ip.is_some() {
        spot.same(
            "public-ip",
            Severity::Degrades,
            flag(production.associate_public_ip),
            flag(standby.associate_public_ip),
            found,
        );
    }
}

fn groups(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    production: &LaunchTemplateFacts,
    standby: &LaunchTemplateFacts,
    found: &mut Found,
) {
    let mut wanted = vec![];
    for id in &production.security_group_ids {
        match parity.translator.of_id(id) {
            Translation::Made(id) | Translation::Mapped(id) => wanted.push(id),
            // Told with the group itself, which is missing or unknown as a whole.
            Translation::NotDeployed | Translation::Unknown => return,
        }
    }
    for id in &wanted {
        if !standby.security_group_ids.iter().any(|there| there == id) {
            found.push(
                spot.finding("security-groups", Status::Deleted, Severity::BlocksFailover)
                    .values(Shown::text(*id), Shown::Absent),
            );
        }
    }
    for id in standby.security_group_ids.iter().filter(|id| !wanted.contains(&id.as_str())) {
        found.push(
            spot.finding("security-groups", Status::Added, Severity::Degrades)
                .values(Shown::Absent, Shown::text(id))
                .note("production's instances have no such group"),
        );
    }
}
