//! Owns facts about how an RDS instance is run: who may log in, what is watched and logged, when AWS works on it.

use serde::{Deserialize, Serialize};

/// Option groups of AWS's own: they are in every Region, and nobody can put an option into them.
const OWN_OF_AWS: &str = "default:";

/// How an instance is run, beyond what it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DatabaseSettings {
    /// Whether IAM principals may log in with a token instead of a password.
    pub iam_authentication: bool,
    /// Its option group.
    pub option_group: Option<String>,
    /// How often enhanced monitoring looks, in seconds; 0: it does not.
    pub monitoring_s: u32,
    /// The role that enhanced monitoring writes with.
    pub monitoring_role: Option<String>,
    /// Whether Performance Insights is on.
    pub performance_insights: bool,
    /// How many days Performance Insights keeps what it saw.
    pub performance_insights_days: Option<u32>,
    /// The KMS key of Performance Insights: an ARN of its Region.
    pub performance_insights_key: Option<String>,
    /// Logs that go to CloudWatch, sorted.
    pub log_exports: Vec<String>,
    /// The certificate authority that its certificate is of.
    pub ca_certificate: Option<String>,
    /// When it is backed up, such as `03:10-03:40` in UTC.
    pub backup_window: Option<String>,
    /// When AWS may work on it, such as `sun:05:00-sun:05:30` in UTC.
    pub maintenance_window: Option<String>,
    /// Whether its snapshots get its tags.
    pub copy_tags: bool,
}

impl DatabaseSettings {
    /// Its option group, where somebody else than AWS made it.
    pub fn made_option_group(&self) -> Option<&String> {
        self.option_group.as_ref().filter(|name| !name.starts_with(OWN_OF_AWS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::DatabaseFacts;

    #[test]
    fn what_was_recorded_before_still_loads_and_keeps_its_digest() {
        let mut facts = serde_json::to_value(DatabaseFacts::default()).expect("JSON");
        assert!(facts.get("settings").is_none(), "a sealed baseline stays what it was");
        let before: DatabaseFacts = serde_json::from_value(facts.clone()).expect("loads");
        assert_eq!(before.settings, None);
        facts["settings"] = serde_json::json!({ "iam_authentication": true });
        let now: DatabaseFacts = serde_json::from_value(facts).expect("loads");
        assert_eq!(now.settings, Some(DatabaseSettings { iam_authentication: true, ..DatabaseSettings::default() }));
    }

    #[test]
    fn an_option_group_of_aws_s_own_is_none_that_somebody_made() {
        let group = |name: &str| DatabaseSettings { option_group: Some(name.into()), ..DatabaseSettings::default() };
        assert_eq!(group("default:postgres-16").made_option_group(), None);
        assert_eq!(group("audit").made_option_group().map(String::as_str), Some("audit"));
    }
}
