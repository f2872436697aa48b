//! Owns promotion: a replica comes to stand alone.

use jiff::Timestamp;

use super::{not_found, status_of, wrong_state};
use crate::sim::call::Refusal;
use crate::sim::state::{Outcome, RegionState};

/// PromoteReadReplica. "You can't promote a read replica if it's in the backing-up status"; what it has not received by
/// then it never receives; a reboot ends it. There is no way back. Where that switches automated backups on, the first one
/// follows at once, and it is a full one ("Backup duration is a function of the amount of changes [...] since the previous
/// backup. [...] we recommend that you enable backups and complete at least one backup prior to promotion").
pub fn promote(region: &mut RegionState, now: Timestamp, id: &str, retention_days: u32) -> Result<(), Refusal> {
    let database = region.databases.get(id).ok_or_else(|| not_found(id))?;
    let status = status_of(region, database, now);
    if database.facts.source.is_none() {
        return Err(wrong_state(format!("DB instance {id} is not a read replica.")));
    }
    if status != "available" {
        return Err(wrong_state(format!(
            "DB instance {id} is in the {status} status: only an available read replica can be promoted."
        )));
    }
    super::change::check_retention(retention_days)?;
    let timings = region.timings;
    if let Some(database) = region.databases.get_mut(id) {
        database.follows = None;
        database.stage("modifying", timings.promote_s, now, Some(Outcome::StandAlone(retention_days)));
        database.stage("rebooting", timings.reboot_s, now, None);
        if retention_days > 0 && database.facts.backup_retention_days == 0 {
            let seconds = timings.backup_per_gib_s.saturating_mul(database.facts.storage_gb);
            database.stage("backing-up", timings.backup_s.saturating_add(seconds), now, None);
        }
    }
    Ok(())
}
