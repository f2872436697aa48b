//! Owns how the standby's databases are run: as production's, as far as that is not of one Region; the rest is named.

use crate::facts::{DatabaseFacts, DatabaseSettings};
use crate::model::RdsData;
use crate::render::build::Site;
use crate::render::translate::Translator;
use crate::render::view::DatabaseSettingsView;

/// The alias of the key that Performance Insights uses where nobody names one.
const OWN_KEY: &str = "alias/aws/rds";

/// None where the baseline does not tell.
pub(super) fn settings(
    site: &Site<'_>,
    translator: &mut Translator<'_>,
    place: &str,
    rds: &RdsData,
    facts: &DatabaseFacts,
) -> Option<DatabaseSettingsView> {
    let Some(settings) = &facts.settings else {
        translator.note(format!(
            "{place}: not mirrored: how {} is run (IAM authentication, option group, logs, monitoring, windows), because an \
             earlier lifeboat recorded it; applications that log in with IAM would be refused: run `lifeboat baseline`",
            rds.source
        ));
        return None;
    };
    let region = &site.environment.standby.region;
    let option_group = settings.made_option_group().and_then(|name| {
        let mapped = translator.mapped(name);
        if mapped.is_none() {
            translator.note(format!(
                "{place}: not mirrored: option group {name}, because RDS copies none to another Region; the standby has \
                 AWS's own, without its options, and what relies on them fails there: make one like it in {region} and \
                 add it to `map:`"
            ));
        }
        mapped
    });
    let role = settings.monitoring_role.as_ref().filter(|_| settings.monitoring_s > 0).and_then(|role| {
        let mapped = translator.mapped(role);
        if mapped.is_none() {
            translator.note(format!(
                "{place}: not mirrored: enhanced monitoring, because nobody said which role writes it in {region}; nobody \
                 sees the standby's operating system: add {role} to `map:`, which may name itself"
            ));
        }
        mapped
    });
    Some(DatabaseSettingsView {
        iam_authentication: settings.iam_authentication,
        copy_tags: settings.copy_tags,
        log_exports: settings.log_exports.clone(),
        ca_certificate: settings.ca_certificate.clone(),
        backup_window: settings.backup_window.clone(),
        maintenance_window: settings.maintenance_window.clone(),
        option_group,
        monitoring_s: role.as_ref().map(|_| settings.monitoring_s),
        monitoring_role: role,
        performance_insights: settings.performance_insights,
        performance_insights_days: settings.performance_insights_days,
        performance_insights_key: insights_key(translator, place, settings),
    })
}

/// Its own key for Performance Insights; RDS takes AWS's where none is named.
fn insights_key(translator: &mut Translator<'_>, place: &str, settings: &DatabaseSettings) -> Option<String> {
    let key = settings.performance_insights_key.as_ref().filter(|key| !key.ends_with(OWN_KEY))?;
    let mapped = translator.mapped(key);
    if mapped.is_none() {
        translator.note(format!(
            "{place}: Performance Insights of the standby uses AWS's own key; where {key} is a key of your own, add one of \
             the standby to `map:`"
        ));
    }
    mapped
}
