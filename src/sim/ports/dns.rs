//! Owns the ports for Route 53 over the simulated account. Its control plane is in us-east-1: calls for either side go
//! there, and fail with it.

use async_trait::async_trait;

use super::SideDesk;
use crate::cloud::{CloudErrorKind, CloudResult, ReadDns, WriteDns};
use crate::facts::{CheckersSay, HealthCheckFacts, RecordFacts};
use crate::model::Region;
use crate::sim::call::Refusal;
use crate::sim::dns::{CONTROL_PLANE, bare, change};
use crate::sim::state::{Check, SimState};

/// ListResourceRecordSets answers with at most 300 a page.
const PAGE: usize = 300;

impl SideDesk {
    async fn ask_route53<T: Send>(
        &self,
        operation: &str,
        act: impl FnOnce(&mut SimState) -> Result<T, Refusal> + Send,
    ) -> CloudResult<T> {
        let home = Region(CONTROL_PLANE.to_owned());
        self.cloud.call_account(self.side, &home, operation, |state, _| act(state)).await
    }
}

#[async_trait]
impl ReadDns for SideDesk {
    async fn records(&self, zone: &str, name: &str) -> CloudResult<Vec<RecordFacts>> {
        let name = bare(name);
        let found: Vec<RecordFacts> = self
            .ask_route53("ListResourceRecordSets", |state| {
                let zone = state.dns.zones.get(zone).ok_or_else(|| {
                    let message = format!("No hosted zone found with ID: {zone}");
                    Refusal::new(CloudErrorKind::NotFound, "NoSuchHostedZone", message)
                })?;
                Ok(zone.records.iter().filter(|record| record.name == name).cloned().collect())
            })
            .await?;
        for _ in 1..found.len().div_ceil(PAGE) {
            self.ask_route53("ListResourceRecordSets", |_| Ok(())).await?;
        }
        Ok(found)
    }

    async fn health_checks(&self, ids: &[String]) -> CloudResult<Vec<HealthCheckFacts>> {
        let mut found = Vec::new();
        for id in ids {
            let check = self
                .ask_route53("GetHealthCheck", |state| Ok(state.dns.checks.get(id).map(|check| check.facts.clone())))
                .await?;
            found.extend(check);
        }
        Ok(found)
    }

    async fn checkers_say(&self, id: &str) -> CloudResult<Option<CheckersSay>> {
        // Checkers of eight Regions, two of each, are of one mind here.
        let say = |check: &Check| CheckersSay { well: if check.healthy { 16 } else { 0 }, of: 16 };
        self.ask_route53("GetHealthCheckStatus", |state| Ok(state.dns.checks.get(id).map(say))).await
    }
}

#[async_trait]
impl WriteDns for SideDesk {
    async fn upsert_records(&self, zone: &str, records: &[RecordFacts]) -> CloudResult<()> {
        self.ask_route53("ChangeResourceRecordSets", |state| change(&mut state.dns, zone, &[], records, false)).await
    }
}
