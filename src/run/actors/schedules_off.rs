//! Owns taking scheduled actions off a group of the standby: one would resize it behind everybody's back.

use super::{Actors, trouble};
use crate::cloud::ReadSchedules;
use crate::run::Stop;
use crate::run::engine::{ActError, Done, Look};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;

impl Actors {
    pub(super) async fn look_schedules_off(&self, group: &str, names: &[String]) -> Result<Look, ActError> {
        match there(self.standby.read.schedules.as_ref(), group, names).await?.is_empty() {
            true => Ok(Look::AlreadySo(format!("{group} has none of them"))),
            false => Ok(Look::Needed),
        }
    }

    pub(super) async fn schedules_off(
        &self,
        tier: &str,
        group: &str,
        names: &[String],
        stop: &Stop,
    ) -> Result<Done, ActError> {
        let begun = self.clock.now();
        let (read, write) = (self.standby.read.schedules.as_ref(), self.standby.write.schedules.as_ref());
        let deleted = self.again(stop, || write.delete_schedules(group, names)).await;
        deleted.map_err(|error| trouble::cloud(cannot(tier), &error))?;
        stay_off(read, (tier, group), names).await?;
        let ours_s = elapsed(begun, self.clock.now()).as_secs_f64();
        let text = format!("deleted from {group}: {}", names.join(", "));
        Ok(Done { text, measures: Measures { ours_s, ..Measures::default() } })
    }
}

fn cannot(tier: &str) -> String {
    format!("cannot take scheduled actions off {tier}")
}

/// Looks whether what was deleted stays so.
async fn stay_off(read: &dyn ReadSchedules, (tier, group): (&str, &str), names: &[String]) -> Result<(), ActError> {
    let left = there(read, group, names).await?;
    if left.is_empty() {
        return Ok(());
    }
    let why = format!("deleted, and there again: {}; something else makes them", left.join(", "));
    Err(trouble::plain(cannot(tier), why, Some(format!("find what schedules {group}, then resume"))))
}

/// Which of them a group has.
async fn there(read: &dyn ReadSchedules, group: &str, names: &[String]) -> Result<Vec<String>, ActError> {
    let found = read.schedules(&[group.to_owned()]).await;
    let found =
        found.map_err(|error| trouble::cloud(format!("cannot look at scheduled actions of {group}"), &error))?;
    let found = found.into_values().flatten().map(|schedule| schedule.name);
    Ok(found.filter(|name| names.contains(name)).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;
    use crate::cloud::{CloudResult, WriteSchedules};
    use crate::facts::ScheduleFacts;

    /// The scheduled actions of one group, by name; those that come back when they are deleted.
    #[derive(Default)]
    struct Group {
        names: Mutex<Vec<String>>,
        stubborn: Option<&'static str>,
    }

    #[async_trait]
    impl ReadSchedules for Group {
        async fn schedules(&self, groups: &[String]) -> CloudResult<BTreeMap<String, Vec<ScheduleFacts>>> {
            let named = |name: &String| ScheduleFacts {
                name: name.clone(),
                recurrence: None,
                time_zone: None,
                start: None,
                end: None,
                min: None,
                max: None,
                desired: None,
            };
            let all = self.names.lock().expect("unpoisoned").iter().map(named).collect();
            Ok(BTreeMap::from([(groups[0].clone(), all)]))
        }
    }

    #[async_trait]
    impl WriteSchedules for Group {
        async fn put_schedules(&self, _: &str, _: &[ScheduleFacts]) -> CloudResult<()> {
            Ok(())
        }

        async fn delete_schedules(&self, _: &str, names: &[String]) -> CloudResult<()> {
            let stays = |name: &String| !names.contains(name) || self.stubborn == Some(name.as_str());
            self.names.lock().expect("unpoisoned").retain(stays);
            Ok(())
        }
    }

    #[tokio::test]
    async fn what_is_named_goes_and_what_comes_back_is_told() {
        let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let named = names(&["day", "night"]);
        let group = Group { names: Mutex::new(names(&["day", "night", "own"])), stubborn: None };
        group.delete_schedules("shop-web", &named).await.expect("deleted");
        assert_eq!(stay_off(&group, ("web", "shop-web"), &named).await, Ok(()));
        assert_eq!(*group.names.lock().expect("unpoisoned"), ["own"], "others stay");
        assert_eq!(there(&group, "shop-web", &named).await, Ok(vec![]));
        let group = Group { names: Mutex::new(names(&["day", "night"])), stubborn: Some("night") };
        group.delete_schedules("shop-web", &named).await.expect("deleted");
        let error = stay_off(&group, ("web", "shop-web"), &named).await.expect_err("it came back");
        assert_eq!(error.why, ["deleted, and there again: night; something else makes them"]);
    }
}
