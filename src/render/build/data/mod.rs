//! Owns the data stack: what is provisioned for each data store, by its kind. What replicates by itself is made by whoever
//! made production's.

mod rds;

use std::collections::BTreeMap;

use super::{Offers, Site, tags};
use crate::facts::SideFacts;
use crate::model::{DataKind, DataSet};
use crate::render::translate::Translator;
use crate::render::view::{DataView, DatabaseView, ParameterView};

/// The stack in the making.
#[derive(Default)]
struct Stack {
    /// What it takes from earlier stacks, by its name.
    parameters: BTreeMap<String, ParameterView>,
    databases: Vec<DatabaseView>,
}

impl Stack {
    /// Takes something from an earlier stack, however many need it.
    fn need(&mut self, id: &str, kind: &str, description: String) {
        self.parameters.entry(id.to_owned()).or_insert_with(|| ParameterView {
            id: id.to_owned(),
            kind: kind.to_owned(),
            description,
        });
    }
}

pub(super) fn build(site: &Site<'_>, translator: &mut Translator<'_>, offers: &mut Offers) -> DataView {
    let mut stack = Stack::default();
    for data in &site.environment.data {
        match &data.kind {
            DataKind::Rds(rds) => rds::build(site, translator, offers, data, rds, &mut stack),
            DataKind::Dynamodb(_) | DataKind::S3(_) => {}
        }
    }
    let Stack { parameters, databases } = stack;
    if databases.is_empty() {
        return DataView::default();
    }
    let name = Some(format!("{}-databases", site.environment.name));
    DataView { parameters: parameters.into_values().collect(), databases, tags: tags::own(site.environment, &[], name) }
}

/// The security groups that a data store of production is behind: the standby's is behind their counterparts.
pub(super) fn security_groups<'a>(data: &DataSet, facts: &'a SideFacts) -> &'a [String] {
    match &data.kind {
        DataKind::Rds(rds) => rds::security_groups(rds, facts),
        DataKind::Dynamodb(_) | DataKind::S3(_) => &[],
    }
}
