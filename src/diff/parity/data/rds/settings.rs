//! Owns the comparison of how databases are run: who may log in, what is logged and watched, when AWS works on them.

use crate::diff::finding::{Severity, Status};
use crate::diff::found::Found;
use crate::diff::parity::context::{Parity, Spot};
use crate::diff::shown::Shown;
use crate::facts::{DatabaseFacts, DatabaseSettings};

/// Judges one database. What an earlier lifeboat recorded tells nothing of it; there is something to compare once production
/// is recorded again.
pub(super) fn judge(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    production: &DatabaseFacts,
    standby: &DatabaseFacts,
    found: &mut Found,
) {
    let (Some(wanted), Some(there)) = (&production.settings, &standby.settings) else { return };
    let word = |on: bool| Shown::text(if on { "on" } else { "off" });
    let on = |facts: &DatabaseFacts, of: fn(&DatabaseSettings) -> bool| word(facts.settings.as_ref().is_some_and(of));
    let both = |of| (on(production, of), on(standby, of));
    // Who logs in with a token is refused where it is off; where it is on, nobody is refused for that.
    let severity = if wanted.iam_authentication { Severity::BlocksFailover } else { Severity::Degrades };
    let (expected, actual) = both(|settings| settings.iam_authentication);
    spot.same("iam-authentication", severity, expected, actual, found);
    let (expected, actual) = both(|settings| settings.performance_insights);
    spot.same("performance-insights", Severity::Degrades, expected, actual, found);
    let (expected, actual) = both(|settings| settings.copy_tags);
    spot.same("copy-tags-to-snapshot", Severity::Cosmetic, expected, actual, found);
    spot.same(
        "auto-minor-version",
        Severity::Cosmetic,
        word(production.auto_minor_version),
        word(standby.auto_minor_version),
        found,
    );
    let logs = |settings: &DatabaseSettings| {
        let logs = Some(settings.log_exports.join(", ")).filter(|logs| !logs.is_empty());
        Shown::maybe(logs)
    };
    spot.same("log-exports", Severity::Degrades, logs(wanted), logs(there), found);
    let pairs = [
        ("ca-certificate", Severity::Degrades, &wanted.ca_certificate, &there.ca_certificate),
        ("backup-window", Severity::Cosmetic, &wanted.backup_window, &there.backup_window),
        ("maintenance-window", Severity::Cosmetic, &wanted.maintenance_window, &there.maintenance_window),
    ];
    for (name, severity, expected, actual) in pairs {
        spot.same(name, severity, Shown::maybe(expected.as_ref()), Shown::maybe(actual.as_ref()), found);
    }
    option_group(parity, spot, wanted, there, found);
    monitoring(spot, wanted, there, found);
}

/// RDS copies no option group to another Region: which stands for production's only a person can say.
fn option_group(
    parity: &Parity<'_>,
    spot: &Spot<'_>,
    wanted: &DatabaseSettings,
    there: &DatabaseSettings,
    found: &mut Found,
) {
    let has = Shown::maybe(there.made_option_group());
    let Some(name) = wanted.made_option_group() else {
        spot.same("option-group", Severity::Degrades, Shown::Absent, has, found);
        return;
    };
    match parity.input.environment.map.get(name) {
        Some(mapped) => spot.same("option-group", Severity::Degrades, Shown::text(mapped), has, found),
        None => found.push(
            spot.finding("option-group", Status::Modified, Severity::Degrades).values(Shown::text(name), has).note(
                "not mirrored: RDS copies no option group to another Region; make one like it and add it to `map:`",
            ),
        ),
    }
}

fn monitoring(spot: &Spot<'_>, wanted: &DatabaseSettings, there: &DatabaseSettings, found: &mut Found) {
    let every = |settings: &DatabaseSettings| {
        let watched = settings.monitoring_s > 0;
        Shown::maybe(watched.then(|| format!("every {} s", settings.monitoring_s)))
    };
    spot.same("enhanced-monitoring", Severity::Cosmetic, every(wanted), every(there), found);
}
