//! Owns the ports for databases over the simulated account.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::SideDesk;
use crate::cloud::{CloudResult, ReadDatabases, WriteDatabases};
use crate::facts::{CreateReplica, DatabaseChange, DatabaseFacts, ParameterGroupFacts};
use crate::sim::databases;

/// DescribeDBInstances answers with at most 100 a page.
const PAGE: usize = 100;

impl SideDesk {
    /// Those of some identifiers, or all.
    async fn told(&self, ids: Option<&[String]>) -> CloudResult<Vec<DatabaseFacts>> {
        self.cloud
            .call_account(self.side, &self.region, "DescribeDBInstances", |state, region| {
                let Some(place) = state.regions.get(region) else { return Ok(Vec::new()) };
                let found: Vec<_> = match ids {
                    Some(ids) => ids.iter().filter_map(|id| place.databases.get(id)).collect(),
                    None => place.databases.values().collect(),
                };
                Ok(found.into_iter().map(|database| databases::told(state, place, database)).collect())
            })
            .await
    }
}

/// One call tells no parameters.
fn bare(found: &mut [DatabaseFacts]) {
    for group in found.iter_mut().filter_map(|one| one.parameter_group.as_mut()) {
        group.parameters.clear();
    }
}

/// AWS's own groups are not asked about: nobody can set anything in them.
fn asks(group: &ParameterGroupFacts) -> bool {
    !group.name.starts_with("default.")
}

#[async_trait]
impl ReadDatabases for SideDesk {
    async fn databases(&self, ids: &[String]) -> CloudResult<Vec<DatabaseFacts>> {
        let mut found = Vec::new();
        for chunk in ids.chunks(PAGE) {
            found.extend(self.told(Some(chunk)).await?);
        }
        let groups: BTreeSet<String> = found
            .iter()
            .filter_map(|one| one.parameter_group.as_ref())
            .filter(|g| asks(g))
            .map(|g| g.name.clone())
            .collect();
        for _ in &groups {
            self.call("DescribeDBParameters", |_, _| Ok(())).await?;
        }
        Ok(found)
    }

    async fn all_databases(&self) -> CloudResult<Vec<DatabaseFacts>> {
        let mut found = self.told(None).await?;
        bare(&mut found);
        Ok(found)
    }

    async fn database(&self, id: &str) -> CloudResult<Option<DatabaseFacts>> {
        let mut found = self.told(Some(std::slice::from_ref(&id.to_owned()))).await?;
        bare(&mut found);
        Ok(found.pop())
    }
}

#[async_trait]
impl WriteDatabases for SideDesk {
    async fn promote(&self, id: &str, backup_retention_days: u32) -> CloudResult<()> {
        self.call("PromoteReadReplica", |region, now| databases::promote(region, now, id, backup_retention_days)).await
    }

    async fn modify(&self, id: &str, change: &DatabaseChange) -> CloudResult<()> {
        self.call("ModifyDBInstance", |region, now| databases::modify(region, now, id, change)).await
    }

    async fn create_replica(&self, replica: &CreateReplica) -> CloudResult<()> {
        self.cloud
            .call_account(self.side, &self.region, "CreateDBInstanceReadReplica", |state, region| {
                databases::create_replica(state, region, replica)
            })
            .await
    }
}
