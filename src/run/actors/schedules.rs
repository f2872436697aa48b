//! Owns putting scheduled actions of production in force on a group of the standby.

use super::{Actors, trouble};
use crate::cloud::CloudError;
use crate::facts::ScheduleFacts;
use crate::plan::declare::still_due;
use crate::run::Stop;
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;

impl Actors {
    pub(super) async fn look_enable(&self, group: &str, schedules: &[ScheduleFacts]) -> Result<Look, ActError> {
        let lacks = self.lacking(group, schedules).await.map_err(|error| cannot(group, &error))?;
        if lacks.is_empty() {
            return Ok(Look::AlreadySo(format!("{group} has {}", names(schedules))));
        }
        Ok(Look::Needed)
    }

    pub(super) async fn enable(&self, group: &str, schedules: &[ScheduleFacts], stop: &Stop) -> Result<Done, ActError> {
        let begun = self.clock.now();
        let lacks = self.lacking(group, schedules).await.map_err(|error| cannot(group, &error))?;
        if !lacks.is_empty() {
            let ports = &self.standby.write.schedules;
            let put = self.again(stop, || ports.put_schedules(group, &lacks)).await;
            put.map_err(|error| cannot(group, &error))?;
        }
        let ours_s = elapsed(begun, self.clock.now()).as_secs_f64();
        let text = if lacks.is_empty() { "nothing is due any more".to_owned() } else { names(&lacks) };
        Ok(Done { text: format!("{group}: {text}"), measures: Measures { ours_s, ..Measures::default() } })
    }

    /// Those that are still due and not there as they should be.
    async fn lacking(&self, group: &str, wanted: &[ScheduleFacts]) -> Result<Vec<ScheduleFacts>, CloudError> {
        let groups = [group.to_owned()];
        let there = self.standby.read.schedules.schedules(&groups).await?;
        let there = there.get(group).map(Vec::as_slice).unwrap_or_default();
        let due = still_due(wanted, self.clock.now());
        Ok(due.into_iter().filter(|one| !there.iter().any(|other| same(one, other))).collect())
    }
}

/// Whether they do the same. Of one that repeats, AWS tells the next turn as its start.
fn same(wanted: &ScheduleFacts, there: &ScheduleFacts) -> bool {
    let plain = |schedule: &ScheduleFacts| ScheduleFacts {
        start: schedule.start.filter(|_| schedule.recurrence.is_none()),
        time_zone: schedule.time_zone.clone().filter(|zone| !matches!(zone.as_str(), "UTC" | "Etc/UTC")),
        ..schedule.clone()
    };
    plain(wanted) == plain(there)
}

fn names(schedules: &[ScheduleFacts]) -> String {
    schedules.iter().map(|schedule| schedule.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn cannot(group: &str, error: &CloudError) -> ActError {
    trouble::cloud(format!("cannot put the scheduled actions of {group} in force"), error)
}
