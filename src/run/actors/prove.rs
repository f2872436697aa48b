//! Owns the proof of a drill: look again, and compare with what was there before.

use std::collections::BTreeMap;
use std::time::Duration;

use super::prove_volumes::VolumesFound;
use super::{Actors, POLL, trouble};
use crate::cloud::{CloudError, ReadBuckets, ReadDatabases, ReadEvents, ReadPorts, ReadSchedules};
use crate::facts::{DatabaseFacts, GroupFacts, ScheduleFacts};
use crate::plan::runbook::{Action, Before, EventBefore, Step, Untouched};
use crate::run::engine::{ActError, Done};
use crate::run::journal::Measures;
use crate::run::patience::elapsed;
use crate::run::{RunEvent, Stop, Watch};

impl Actors {
    /// Waits until the instances that were started are gone, too: until then they cost, and they may still serve.
    pub(super) async fn prove_clean(&self, step: &Step, watch: &dyn Watch, stop: &Stop) -> Result<Done, ActError> {
        let Action::ProveClean { before, untouched, copies, volumes, timeout_s } = &step.action else {
            return Err(trouble::not_here("it proves nothing"));
        };
        let begun = self.clock.now();
        let names: Vec<String> = before.iter().map(|one| one.group.clone()).collect();
        let mut groups_clean_at = None;
        loop {
            let seen = self.standby.read.groups.groups(&names).await;
            let groups = seen.map_err(|error| trouble::cloud("cannot look whether anything is left", &error))?;
            let groups = groups.into_iter().map(|group| (group.name.clone(), group)).collect();
            let mut left = leftovers(before, &groups);
            // Only when an instance is gone, its volumes are let go.
            let mut found = VolumesFound::default();
            if left.is_empty() {
                let since = *groups_clean_at.get_or_insert(self.clock.now());
                found = self.volumes_found(volumes.as_ref(), &groups, stop).await?;
                if found.is_settled(elapsed(since, self.clock.now())) {
                    return Err(found.failure());
                }
                left = found.unexpected();
            }
            let waited = elapsed(begun, self.clock.now());
            if left.is_empty() {
                let alone = left_alone(untouched, &self.standby.read).await?;
                let copies = self.copies_gone(copies).await?;
                let text = format!(
                    "{} groups have the sizes they had before, and no instance more{found}{alone}{copies}",
                    before.len()
                );
                let measures =
                    Measures { aws_s: waited.as_secs_f64(), volumes_left: found.kept(), ..Measures::default() };
                return Ok(Done { text, measures });
            }
            if waited >= Duration::from_secs(*timeout_s) {
                return Err(ActError {
                    left_behind: left,
                    measures: Measures { aws_s: waited.as_secs_f64(), ..Measures::default() }.into(),
                    ..trouble::plain(
                        "the drill is not cleaned up",
                        format!("not everything is as it was before, after {timeout_s} s"),
                        Some("resume to look again; what stays was not removed by standing the groups down".to_owned()),
                    )
                });
            }
            let (of, clean) = (before.len(), before.len().saturating_sub(left.len()));
            watch.event(RunEvent::Waiting {
                subject: step.id.to_string(),
                done: u64::try_from(clean).unwrap_or(u64::MAX),
                of: u64::try_from(of).unwrap_or(u64::MAX),
                text: left.join("; "),
            });
            if stop.sleep(self.clock.as_ref(), POLL).await {
                return Err(ActError {
                    left_behind: left,
                    ..trouble::interrupted("stopped proving that nothing is left")
                });
            }
        }
    }
}

/// Looks whether what a drill leaves alone is as it was; in words.
async fn left_alone(untouched: &Untouched, read: &ReadPorts) -> Result<String, ActError> {
    let mut told = String::new();
    let mut changed = databases_changed(&untouched.databases, read.databases.as_ref()).await?;
    changed.extend(objects_appeared(&untouched.absent_objects, read.buckets.as_ref()).await?);
    changed.extend(schedules_changed(&untouched.schedules, read.schedules.as_ref()).await?);
    changed.extend(events_changed(&untouched.events, read.events.as_ref()).await?);
    if !changed.is_empty() {
        let what = "what a drill leaves alone has changed";
        let why = "no step of the drill touches it, so somebody or something else did";
        let hint = "find out who; resume once it is as it was, to look again".to_owned();
        return Err(ActError { left_behind: changed, ..trouble::plain(what, why, Some(hint)) });
    }
    if !untouched.databases.is_empty() {
        told.push_str("; data was left alone: every database replicates what it did");
    }
    if !untouched.absent_objects.is_empty() {
        told.push_str("; nothing leads the users to the standby");
    }
    if !untouched.schedules.is_empty() {
        told.push_str("; scheduled actions are as they were");
    }
    if !untouched.events.is_empty() {
        told.push_str("; event sources are as they were");
    }
    Ok(told)
}

fn cannot(error: &CloudError) -> ActError {
    trouble::cloud("cannot look whether data, traffic, scheduled actions and event sources were left alone", error)
}

async fn databases_changed(
    before: &BTreeMap<String, Option<String>>,
    read: &dyn ReadDatabases,
) -> Result<Vec<String>, ActError> {
    let mut changed = Vec::new();
    for (id, source) in before {
        let now = read.database(id).await.map_err(|error| cannot(&error))?;
        changed.extend(database_change(id, source.as_deref(), now.as_ref()));
    }
    Ok(changed)
}

async fn objects_appeared(absent: &[(String, String)], read: &dyn ReadBuckets) -> Result<Vec<String>, ActError> {
    let mut appeared = Vec::new();
    for (bucket, key) in absent {
        if read.object_exists(bucket, key).await.map_err(|error| cannot(&error))? {
            appeared.push(format!("s3://{bucket}/{key} is there and was not: it leads the users to the standby"));
        }
    }
    Ok(appeared)
}

async fn schedules_changed(
    before: &BTreeMap<String, Vec<ScheduleFacts>>,
    read: &dyn ReadSchedules,
) -> Result<Vec<String>, ActError> {
    if before.is_empty() {
        return Ok(Vec::new());
    }
    let groups: Vec<String> = before.keys().cloned().collect();
    let now = read.schedules(&groups).await.map_err(|error| cannot(&error))?;
    let differs = |group: &&String| now.get(*group).map(Vec::as_slice).unwrap_or_default() != before[*group].as_slice();
    let told = groups.iter().filter(differs);
    Ok(told.map(|group| format!("{group}: its scheduled actions are not those it had before")).collect())
}

async fn events_changed(
    before: &BTreeMap<String, EventBefore>,
    read: &dyn ReadEvents,
) -> Result<Vec<String>, ActError> {
    let mut changed = Vec::new();
    for (name, before) in before {
        let now = read.event_source(&before.trigger).await.map_err(|error| cannot(&error))?;
        let now = now.map(|facts| facts.runs());
        if now != before.runs {
            changed.push(format!("{name}: {} {} before and {} now", before.trigger, was(before.runs), is(now)));
        }
    }
    Ok(changed)
}

fn was(runs: Option<bool>) -> &'static str {
    match runs {
        Some(true) => "was on",
        Some(false) => "was off",
        None => "was not there",
    }
}

fn is(runs: Option<bool>) -> &'static str {
    match runs {
        Some(true) => "is on",
        Some(false) => "is off",
        None => "is gone",
    }
}

/// How a database differs from before, if it does.
fn database_change(id: &str, source: Option<&str>, now: Option<&DatabaseFacts>) -> Option<String> {
    let Some(now) = now else {
        return Some(format!("{id} was there before and is gone"));
    };
    match (source, now.source.as_deref()) {
        (before, after) if before == after => None,
        (Some(before), None) => Some(format!("{id} was a replica of {before} and stands alone now")),
        (before, Some(after)) => {
            let before = before.map_or("stood alone".to_owned(), |before| format!("was a replica of {before}"));
            Some(format!("{id} {before} and is a replica of {after} now"))
        }
        (None, None) => None,
    }
}

/// What differs from before, one line per group.
fn leftovers(before: &[Before], groups: &BTreeMap<String, GroupFacts>) -> Vec<String> {
    let left = before.iter().filter_map(|was| {
        let Some(now) = groups.get(&was.group) else {
            return Some(format!("{}: {} was there before and is gone", was.tier, was.group));
        };
        if now.size != was.size {
            return Some(format!("{}: {} has {} and had {}", was.tier, was.group, now.size, was.size));
        }
        // Other types may make up the same units of a weighted group, so there only what is on its way out is left over.
        let more = if now.is_weighted() {
            now.instances.iter().filter(|one| !one.in_service()).count()
        } else {
            now.instances.len().saturating_sub(usize::try_from(was.instances).unwrap_or(usize::MAX))
        };
        (more > 0).then(|| {
            let ids: Vec<&str> =
                now.instances.iter().filter(|one| !one.in_service()).map(|one| one.id.as_str()).collect();
            let ids = if ids.is_empty() { String::new() } else { format!(" ({})", ids.join(", ")) };
            let noun = if more == 1 { "instance" } else { "instances" };
            format!("{}: {more} {noun} more than before in {}{ids}", was.tier, was.group)
        })
    });
    left.collect()
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;

    use super::*;
    use crate::cloud::CloudResult;
    use crate::facts::{BucketFacts, EventSourceFacts};
    use crate::model::{DEFAULT_BUS, GroupSize, Trigger};
    use crate::run::actors::tests::group;

    #[test]
    fn every_difference_from_before_is_listed() {
        let before = |name: &str, desired, instances| Before {
            tier: name.to_owned(),
            group: format!("shop-{name}"),
            size: GroupSize { min: desired, max: desired, desired },
            instances,
        };
        let was = [before("api", 2, 2), before("web", 2, 2), before("worker", 1, 1), before("gone", 1, 1)];
        let mut web = group("shop-web", 2, 3);
        web.instances[2].lifecycle_state = "Terminating".into();
        let now = [group("shop-api", 2, 2), web, group("shop-worker", 3, 1)];
        let now = now.into_iter().map(|group| (group.name.clone(), group)).collect();
        insta::assert_snapshot!(leftovers(&was, &now).join("\n"), @r"
        web: 1 instance more than before in shop-web (i-2)
        worker: shop-worker has min 3 desired 3 max 3 and had min 1 desired 1 max 1
        gone: shop-gone was there before and is gone
        ");
        let so = BTreeMap::from([("shop-api".to_owned(), group("shop-api", 2, 1))]);
        assert!(leftovers(&was[..1], &so).is_empty(), "fewer than before is nothing left");
    }

    #[test]
    fn a_database_that_was_touched_is_told() {
        let now =
            |source: Option<&str>| DatabaseFacts { source: source.map(str::to_owned), ..DatabaseFacts::default() };
        let told = |before, after: Option<DatabaseFacts>| database_change("db", before, after.as_ref());
        assert_eq!(told(Some("prod"), Some(now(Some("prod")))), None);
        assert_eq!(told(None, Some(now(None))), None);
        let told = [
            told(Some("prod"), Some(now(None))),
            told(Some("prod"), Some(now(Some("x")))),
            told(None, Some(now(Some("x")))),
            told(None, None),
        ];
        insta::assert_snapshot!(told.map(Option::unwrap_or_default).join("\n"), @r"
        db was a replica of prod and stands alone now
        db was a replica of prod and is a replica of x now
        db stood alone and is a replica of x now
        db was there before and is gone
        ");
    }

    #[tokio::test]
    async fn schedules_and_objects_are_looked_at_again() {
        let nightly = ScheduleFacts {
            name: "nightly".into(),
            recurrence: None,
            time_zone: None,
            start: None,
            end: None,
            min: None,
            max: None,
            desired: Some(0),
        };
        let standby = Standby {
            schedules: BTreeMap::from([("web".to_owned(), vec![nightly.clone()])]),
            led: true,
            ..Standby::default()
        };
        let before = |web: Vec<ScheduleFacts>| BTreeMap::from([("web".to_owned(), web), ("api".to_owned(), vec![])]);
        assert!(schedules_changed(&before(vec![nightly]), &standby).await.expect("seen").is_empty());
        let changed = schedules_changed(&before(vec![]), &standby).await.expect("seen");
        assert_eq!(changed, ["web: its scheduled actions are not those it had before"]);
        let object = [("b".to_owned(), "k".to_owned())];
        let appeared = objects_appeared(&object, &standby).await.expect("seen");
        assert_eq!(appeared, ["s3://b/k is there and was not: it leads the users to the standby"]);
        assert!(objects_appeared(&object, &Standby::default()).await.expect("seen").is_empty());
    }

    #[tokio::test]
    async fn event_sources_are_looked_at_again() {
        let rule = |name: &str| Trigger::Rule { bus: DEFAULT_BUS.into(), name: name.into() };
        let states = [("a", "ENABLED"), ("b", "DISABLED"), ("c", "DISABLED")];
        let standby = Standby {
            events: states.map(|(name, state)| (rule(name).to_string(), state.to_owned())).into(),
            ..Standby::default()
        };
        let before = [("a", Some(false)), ("b", Some(false)), ("c", None), ("d", None), ("e", Some(true))];
        let before = before.map(|(name, runs)| (name.to_owned(), EventBefore { trigger: rule(name), runs })).into();
        let changed = events_changed(&before, &standby).await.expect("seen");
        insta::assert_snapshot!(changed.join("\n"), @r"
        a: rule a was off before and is on now
        c: rule c was not there before and is off now
        e: rule e was on before and is gone now
        ");
    }

    #[derive(Default)]
    struct Standby {
        schedules: BTreeMap<String, Vec<ScheduleFacts>>,
        led: bool,
        events: BTreeMap<String, String>,
    }

    #[async_trait]
    impl ReadEvents for Standby {
        async fn event_source(&self, trigger: &Trigger) -> CloudResult<Option<EventSourceFacts>> {
            let state = self.events.get(&trigger.to_string());
            Ok(state.map(|state| EventSourceFacts { state: state.clone(), ..EventSourceFacts::default() }))
        }
    }

    #[async_trait]
    impl ReadSchedules for Standby {
        async fn schedules(&self, groups: &[String]) -> CloudResult<BTreeMap<String, Vec<ScheduleFacts>>> {
            let asked = self.schedules.iter().filter(|(group, _)| groups.contains(group));
            Ok(asked.map(|(group, schedules)| (group.clone(), schedules.clone())).collect())
        }
    }

    #[async_trait]
    impl ReadBuckets for Standby {
        async fn bucket(&self, _: &str) -> CloudResult<Option<BucketFacts>> {
            Ok(None)
        }

        async fn object_exists(&self, _: &str, _: &str) -> CloudResult<bool> {
            Ok(self.led)
        }

        fn object_url(&self, bucket: &str, key: &str) -> String {
            format!("https://{bucket}/{key}")
        }
    }
}
