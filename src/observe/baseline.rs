//! Owns the making of a baseline: production as seen, with what each tier mirrors and its capacity basis.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use super::data::{InProduction, in_production};
use super::parameters::ParameterView;
use super::side::{SideQuery, observe_side};
use crate::cloud::{CloudError, ReadPorts};
use crate::facts::{BASELINE_SCHEMA, Baseline, Gap, Noun, PeakSeen, SideFacts, TierSource, capacity_basis};
use crate::model::{Basis, Caller, CapacityBasis, Digest, Environment, SecretKey, Span};

/// Why there is no baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaselineError {
    /// Production's groups could not be read at all.
    Cloud(CloudError),
    /// Things the file names do not exist.
    Missing {
        /// Each of them.
        missing: Vec<Missing>,
        /// Groups that do exist, where one is missing and that could be read.
        groups: Vec<String>,
    },
}

/// Something the file names that production does not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// What it would be.
    pub noun: Noun,
    /// Its name.
    pub name: String,
    /// The tier or data store that names it.
    pub owner: String,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (noun, owner) = match self.noun {
            Noun::Group => ("Auto Scaling group".to_owned(), "tier"),
            noun => (noun.to_string(), "data"),
        };
        write!(f, "{noun} `{}` ({owner} {})", self.name, self.owner)
    }
}

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BaselineError::Cloud(error) => error.fmt(f),
            BaselineError::Missing { missing, .. } => {
                let names: Vec<String> = missing.iter().map(Missing::to_string).collect();
                write!(f, "production has no {}", names.join(" and no "))
            }
        }
    }
}

impl std::error::Error for BaselineError {}

/// Observes production and works out the baseline, sealed.
pub async fn observe_baseline(
    ports: &ReadPorts,
    environment: &Environment,
    caller: &Caller,
    key: &SecretKey,
    now: Timestamp,
    tool_version: &str,
) -> Result<Baseline, BaselineError> {
    let names: Vec<String> = environment.tiers.iter().map(|tier| tier.auto_scaling_group.clone()).collect();
    let query = SideQuery { environment, groups: &names, parameters: ParameterView::Primary, key, caller, now };
    let mut facts = observe_side(ports, &query).await.map_err(BaselineError::Cloud)?;
    let missing = missing(environment, &facts);
    if !missing.is_empty() {
        let mut present = Vec::new();
        if missing.iter().any(|one| one.noun == Noun::Group) {
            let all = ports.groups.all_groups().await.unwrap_or_default();
            present.extend(all.into_iter().map(|group| group.name));
            present.sort();
        }
        return Err(BaselineError::Missing { missing, groups: present });
    }
    note_empty_paths(environment, &mut facts);
    let capacity = observe_capacity(ports, environment, &mut facts, now).await;
    let tiers = environment
        .tiers
        .iter()
        .map(|tier| (tier.name.clone(), tier_source(&facts, &tier.auto_scaling_group)))
        .collect();
    Ok(Baseline {
        schema_version: BASELINE_SCHEMA,
        environment: environment.name.clone(),
        tool_version: tool_version.to_owned(),
        facts,
        tiers,
        capacity,
        digest: Digest(String::new()),
    }
    .sealed())
}

/// Every group, database, table and bucket the file names that is not there. What could not be seen is not missing.
fn missing(environment: &Environment, facts: &SideFacts) -> Vec<Missing> {
    let mut missing = Vec::new();
    for tier in &environment.tiers {
        if !facts.groups.contains_key(&tier.auto_scaling_group) {
            let name = tier.auto_scaling_group.clone();
            missing.push(Missing { noun: Noun::Group, name, owner: tier.name.clone() });
        }
    }
    for data in &environment.data {
        let InProduction { noun, name, is_there } = in_production(&data.kind, facts);
        let is_unseen = facts.gaps.iter().any(|gap| gap.noun == noun && (gap.subject == "*" || gap.subject == name));
        if !is_there && !is_unseen {
            missing.push(Missing { noun, name: name.to_owned(), owner: data.name.clone() });
        }
    }
    missing
}

/// An empty source path is not "nothing to do": somebody expects parameters there.
fn note_empty_paths(environment: &Environment, facts: &mut SideFacts) {
    for rule in &environment.sync.parameters {
        let unread = facts.gaps.iter().any(|gap| gap.noun == Noun::Parameter && gap.subject == rule.path);
        if !unread && !facts.parameters.keys().any(|name| name.starts_with(&rule.path)) {
            facts.gaps.push(Gap {
                noun: Noun::Parameter,
                subject: rule.path.clone(),
                reason: "there is no parameter below this path; correct the path in sync.parameters".to_owned(),
            });
        }
    }
}

async fn observe_capacity(
    ports: &ReadPorts,
    environment: &Environment,
    facts: &mut SideFacts,
    now: Timestamp,
) -> BTreeMap<String, CapacityBasis> {
    let mut by_window: BTreeMap<Span, Vec<String>> = BTreeMap::new();
    for tier in environment.tiers.iter().filter(|tier| tier.full.basis == Basis::Peak) {
        by_window.entry(tier.full.window).or_default().push(tier.auto_scaling_group.clone());
    }
    let mut peaks: BTreeMap<String, PeakSeen> = BTreeMap::new();
    for (window, names) in by_window {
        let from = now
            .checked_sub(jiff::SignedDuration::from_secs(i64::try_from(window.as_secs()).unwrap_or(i64::MAX)))
            .unwrap_or(Timestamp::UNIX_EPOCH);
        match ports.metrics.group_peaks(&names, from, now).await {
            Ok(found) => {
                for name in names {
                    let seen = match found.get(&name) {
                        Some(peak) => PeakSeen::Peak { units: peak.units, at: peak.at, metric: peak.metric.clone() },
                        None => PeakSeen::None {
                            reason: format!(
                                "CloudWatch has no in-service metric of the group in the last {window}; switch on its group metrics"
                            ),
                        },
                    };
                    peaks.insert(name, seen);
                }
            }
            Err(error) => {
                facts.gaps.push(Gap {
                    noun: Noun::Metric,
                    subject: format!("in-service capacity over {window}"),
                    reason: error.to_string(),
                });
                for name in names {
                    peaks.insert(name, PeakSeen::None { reason: error.to_string() });
                }
            }
        }
    }
    facts.gaps.sort();
    let none = PeakSeen::None { reason: "not asked for".to_owned() };
    environment
        .tiers
        .iter()
        .filter_map(|tier| {
            let group = facts.groups.get(&tier.auto_scaling_group)?;
            let peak = peaks.get(&tier.auto_scaling_group).unwrap_or(&none);
            Some((tier.name.clone(), capacity_basis(tier, group, peak, now)))
        })
        .collect()
}

fn tier_source(facts: &SideFacts, group_name: &str) -> TierSource {
    let Some(group) = facts.groups.get(group_name) else {
        return TierSource::default();
    };
    let version = facts.launch_templates.get(group_name);
    let mut target_group_arns = group.target_group_arns.clone();
    target_group_arns.sort();
    let mut load_balancer_arns: Vec<String> = target_group_arns
        .iter()
        .filter_map(|arn| facts.target_groups.get(arn))
        .flat_map(|group| group.load_balancer_arns.iter().cloned())
        .collect();
    load_balancer_arns.sort();
    load_balancer_arns.dedup();
    let mut security_group_ids = version.map(|version| version.security_group_ids.clone()).unwrap_or_default();
    security_group_ids.sort();
    TierSource {
        auto_scaling_group: group_name.to_owned(),
        image_id: version.and_then(|version| version.image_id.clone()),
        target_group_arns,
        load_balancer_arns,
        security_group_ids,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AccountId, BucketData, DataKind, DataSet, RdsData, Region, SideName, TableData, fixture};

    #[test]
    fn everything_the_file_names_and_production_lacks_is_told_at_once() {
        let named = |name: &str, kind: DataKind| DataSet { name: name.into(), kind };
        let rds = RdsData { source: "shop-orders".into(), key: None, class: None, endpoint_parameter: None };
        let environment = Environment {
            tiers: vec![fixture::tier("web")],
            data: vec![
                named("carts", DataKind::Dynamodb(TableData { table: "shop-carts".into() })),
                named("orders", DataKind::Rds(rds)),
                named("uploads", DataKind::S3(BucketData { bucket: "shop-up".into(), replica: "shop-dr".into() })),
            ],
            ..fixture::environment()
        };
        let account = AccountId("111122223333".into());
        let region = Region("us-east-1".into());
        let mut facts = SideFacts::empty(SideName::Primary, region, account, Timestamp::UNIX_EPOCH, "me".into());
        let told = |facts: &SideFacts| {
            BaselineError::Missing { missing: missing(&environment, facts), groups: vec![] }.to_string()
        };
        insta::assert_snapshot!(told(&facts), @"production has no Auto Scaling group `shop-web` (tier web) and no table `shop-carts` (data carts) and no database `shop-orders` (data orders) and no bucket `shop-up` (data uploads)");
        // What could not be seen may well be there.
        facts.gaps.push(Gap { noun: Noun::Database, subject: "*".into(), reason: "denied".into() });
        facts.gaps.push(Gap { noun: Noun::Table, subject: "shop-carts".into(), reason: "denied".into() });
        insta::assert_snapshot!(told(&facts), @"production has no Auto Scaling group `shop-web` (tier web) and no bucket `shop-up` (data uploads)");
    }
}
