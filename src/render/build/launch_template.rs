//! Owns what instances of a tier are launched from in the standby.

use std::collections::BTreeSet;

use super::{Site, blocks, tags};
use crate::facts::LaunchTemplateFacts;
use crate::model::Tier;
use crate::render::translate::Translator;
use crate::render::view::{LaunchTemplateView, MetadataView, ProfileView};

pub(super) fn build(
    site: &Site<'_>,
    translator: &mut Translator<'_>,
    tier: &Tier,
    template: &LaunchTemplateFacts,
    instance_type: Option<String>,
    used: &mut BTreeSet<String>,
) -> LaunchTemplateView {
    let place = format!("{}/launch-template", tier.name);
    let key_advice = "key pairs belong to a Region: import it into the standby's and add it to `map:`; instances start without \
                      one until then";
    let key_name =
        template.key_name.as_ref().and_then(|key| translator.by_map(&format!("{place}/key-name"), key, key_advice));
    let user_data = template
        .user_data
        .as_ref()
        .and_then(|encoded| translator.user_data(&format!("{place}/user-data"), encoded))
        .map(|user_data| {
            used.extend(user_data.parameters);
            user_data.value
        });
    let mut security_groups = Vec::new();
    let mut security_group_ids = Vec::new();
    for id in &template.security_group_ids {
        if let Some(logical) = site.inventory.security_groups.get(id) {
            used.insert(logical.clone());
            security_groups.push(logical.clone());
        } else {
            let advice = "the baseline does not hold this group: run `lifeboat baseline` again, or add the standby's to `map:`; \
                          instances start without it until then";
            security_group_ids.extend(translator.by_map(&format!("{place}/security-groups"), id, advice));
        }
    }
    if template.associate_public_ip == Some(true) {
        translator.note(format!(
            "{place}: production's instances have public addresses; the standby's stand in private subnets and have none"
        ));
    }
    let has_groups = !(security_groups.is_empty() && security_group_ids.is_empty());
    let tiers = [tier.name.clone()];
    let environment = site.environment;
    LaunchTemplateView {
        instance_type,
        key_name,
        user_data,
        profile: profile(site, translator, &place, template),
        security_groups,
        security_group_ids,
        no_public_ip: template.associate_public_ip.is_some() && has_groups,
        block_devices: blocks::build(site, translator, &place, template),
        metadata: template.metadata_options.as_ref().map(|options| MetadataView {
            http_endpoint: options.http_endpoint.clone(),
            http_tokens: options.http_tokens.clone(),
            hop_limit: options.http_put_response_hop_limit,
            instance_tags: options.instance_metadata_tags.clone(),
        }),
        has_monitoring: template.monitoring.is_some(),
        monitoring: template.monitoring.unwrap_or_default(),
        has_ebs_optimized: template.ebs_optimized.is_some(),
        ebs_optimized: template.ebs_optimized.unwrap_or_default(),
        instance_tags: tags::mirrored(
            environment,
            &tiers,
            &template.instance_tags,
            &format!("{place}/instance"),
            translator,
        ),
        volume_tags: tags::mirrored(environment, &tiers, &template.volume_tags, &format!("{place}/volume"), translator),
        tags: tags::own(environment, &tiers, None),
    }
}

/// IAM is global: a name passes, and an ARN passes within one account.
fn profile(
    site: &Site<'_>,
    translator: &mut Translator<'_>,
    place: &str,
    template: &LaunchTemplateFacts,
) -> Option<ProfileView> {
    let profile = template.instance_profile.as_ref()?;
    let (primary, standby) = (&site.environment.primary.account, &site.environment.standby.account);
    let place = format!("{place}/instance-profile");
    let found = if let Some(mapped) = translator.mapped(profile) {
        mapped
    } else if profile.starts_with("arn:") && profile.split(':').nth(4) != Some(standby.as_str()) {
        let advice = format!(
            "it belongs to another account than the standby's {standby}: add the standby's to `map:`; instances start without \
             one until then"
        );
        translator.untranslated(&place, profile, advice);
        return None;
    } else {
        if primary != standby && !profile.starts_with("arn:") {
            translator.note(format!("{place}: an instance profile {profile} is expected in account {standby}"));
        }
        profile.clone()
    };
    let found = translator.text(&place, &found);
    Some(if found.starts_with("arn:") {
        ProfileView { name: None, arn: Some(found) }
    } else {
        ProfileView { name: Some(found), arn: None }
    })
}
