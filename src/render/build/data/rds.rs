//! Owns the databases of the standby: replicas of production's, with what belongs to one Region put into the standby's.

mod settings;

use super::Stack;
use crate::facts::{DatabaseFacts, ParameterGroupFacts, SideFacts};
use crate::model::{DataSet, Footprint, RdsData, Strategy, logical_part, standby_database_name};
use crate::render::build::{Offers, Site, network, tags};
use crate::render::problem::RenderProblem;
use crate::render::translate::Translator;
use crate::render::view::{DatabaseView, ParameterGroupView};

/// AWS's own parameter groups are in every Region already and cannot be changed.
const OWN_OF_AWS: &str = "default.";

pub(super) fn build(
    site: &Site<'_>,
    translator: &mut Translator<'_>,
    offers: &mut Offers,
    data: &DataSet,
    rds: &RdsData,
    stack: &mut Stack,
) {
    let Some(facts) = site.baseline.facts.databases.get(&rds.source) else {
        translator.problem(RenderProblem::Baseline {
            place: format!("data/{}", data.name),
            what: format!("the baseline does not hold database {}", rds.source),
            next: "run `lifeboat baseline` again".into(),
        });
        return;
    };
    let database = database(site, translator, offers, data, rds, facts, stack);
    stack.databases.push(database);
    stack.need(network::PRIVATE, network::SUBNETS_TYPE, "Private subnets of the standby".to_owned());
}

/// The security groups that production's instance is behind.
pub(super) fn security_groups<'a>(rds: &RdsData, facts: &'a SideFacts) -> &'a [String] {
    facts.databases.get(&rds.source).map(|database| database.security_group_ids.as_slice()).unwrap_or_default()
}

fn database(
    site: &Site<'_>,
    translator: &mut Translator<'_>,
    offers: &mut Offers,
    data: &DataSet,
    rds: &RdsData,
    facts: &DatabaseFacts,
    stack: &mut Stack,
) -> DatabaseView {
    let place = format!("data/{}", data.name);
    let id = logical_part(&data.name);
    refuse(site, translator, &place, rds, facts);
    let (class, multi_az) = size(site, rds, facts);
    let (class_parameter, multi_az_parameter) = (format!("{id}Class"), format!("{id}MultiAz"));
    offers.literal.insert(class_parameter.clone(), class);
    offers.literal.insert(multi_az_parameter.clone(), multi_az.to_string());
    let mut security_groups = Vec::new();
    let mut security_group_ids = Vec::new();
    for group in &facts.security_group_ids {
        if let Some(logical) = site.inventory.security_groups.get(group) {
            stack.need(logical, "AWS::EC2::SecurityGroup::Id", format!("Security group {logical}"));
            security_groups.push(logical.clone());
        } else {
            let advice = "the baseline does not hold this group: run `lifeboat baseline` again, or add the standby's to `map:`; \
                          the database stands without it until then";
            security_group_ids.extend(translator.by_map(&format!("{place}/security-groups"), group, advice));
        }
    }
    let group = facts.parameter_group.as_ref().filter(|group| !group.name.starts_with(OWN_OF_AWS));
    DatabaseView {
        identifier: standby_database_name(&site.environment.name, &data.name),
        name: data.name.clone(),
        source: facts.arn.clone(),
        source_region: site.environment.primary.region.to_string(),
        class_parameter,
        multi_az_parameter,
        key: rds.key.clone().filter(|_| facts.encrypted),
        storage_type: facts.storage_type.clone(),
        iops: facts.iops_to_order(),
        storage_throughput: facts.throughput_to_order(),
        max_storage: facts.max_storage_gb,
        auto_minor_version: facts.auto_minor_version,
        settings: settings::settings(site, translator, &place, rds, facts),
        parameter_group: group.map(|group| parameter_group(translator, &place, group)),
        security_groups,
        security_group_ids,
        tags: tags::mirrored(site.environment, &[], &facts.tags, &place, translator),
        id,
    }
}

/// What a footprint asks for: the instance class, and whether there is a standby in another zone.
///
/// A replica that only follows needs no standby of its own: a multi-site's does, because it serves reads all the time. The
/// full footprint is production's size.
fn size(site: &Site<'_>, rds: &RdsData, facts: &DatabaseFacts) -> (String, bool) {
    match (site.footprint, site.environment.strategy) {
        (Footprint::Full, _) => (facts.class.clone(), facts.multi_az),
        (Footprint::Standby, strategy) => {
            let class = rds.class.clone().unwrap_or_else(|| facts.class.clone());
            (class, strategy == Strategy::MultiSite && facts.multi_az)
        }
    }
}

/// What RDS would refuse, minutes into a deployment.
fn refuse(site: &Site<'_>, translator: &mut Translator<'_>, place: &str, rds: &RdsData, facts: &DatabaseFacts) {
    let (primary, standby) = (&site.environment.primary, &site.environment.standby);
    let mut problem = |place: String, why: String| translator.problem(RenderProblem::Value { place, why });
    if facts.encrypted && rds.key.is_none() {
        let why = format!(
            "the storage of {} is encrypted, and a KMS key works in one Region only; name a key of {} with `rds.key`, such \
             as alias/{}-dr",
            rds.source, standby.region, site.environment.name
        );
        problem(format!("{place}/rds/key"), why);
    }
    if primary.account != standby.account {
        let why = format!(
            "{} belongs to account {}, and RDS makes a read replica in its source's account only; take it away from `data`",
            rds.source, primary.account
        );
        problem(format!("{place}/rds"), why);
    }
    if facts.backup_retention_days == 0 && !facts.is_replica() {
        let why = format!(
            "{} keeps no automated backups, and RDS replicates only what has them; set its backup retention to a day or \
             more, then run `lifeboat baseline` again",
            rds.source
        );
        problem(format!("{place}/rds/source"), why);
    }
    if rds.key.is_some() && !facts.encrypted {
        translator.note(format!(
            "{place}: production's storage is not encrypted, so its replica cannot be; `rds.key` is not used"
        ));
    }
}

fn parameter_group(translator: &mut Translator<'_>, place: &str, group: &ParameterGroupFacts) -> ParameterGroupView {
    let place = format!("{place}/parameter-group");
    let translated =
        |(name, value): (&String, &String)| (name.clone(), translator.text(&format!("{place}/{name}"), value));
    ParameterGroupView {
        name: group.name.clone(),
        family: group.family.clone(),
        parameters: group.parameters.iter().map(translated).collect(),
    }
}
