//! Owns the look for volumes that the instances of a drill have left behind: they cost, and hold data, so a person deletes them.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::{Actors, trouble};
use crate::facts::{GroupFacts, VolumeFacts};
use crate::model::{ENVIRONMENT_TAG, LeftVolume, Region, TIER_TAG};
use crate::plan::runbook::VolumesBefore;
use crate::run::Stop;
use crate::run::engine::ActError;

/// How long the proof waits for volumes after their instances are gone. Those that go, go with the instance; but what EC2
/// tells may be behind ("Eventual consistency in the Amazon EC2 API").
const SETTLE: Duration = Duration::from_secs(60);

/// What is there that was not there before.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct VolumesFound {
    /// Why nobody looked; none: they were looked at.
    not_seen: Option<String>,
    /// Left as the plan said.
    kept: Vec<LeftVolume>,
    /// Left, and the plan did not say so.
    unexpected: Vec<LeftVolume>,
}

impl Actors {
    /// Looks for volumes; `groups` are the standby's as they are now.
    pub(super) async fn volumes_found(
        &self,
        before: Option<&VolumesBefore>,
        groups: &BTreeMap<String, GroupFacts>,
        stop: &Stop,
    ) -> Result<VolumesFound, ActError> {
        let not_seen = |why: &str| VolumesFound { not_seen: Some(why.to_owned()), ..VolumesFound::default() };
        let environment = match before {
            None => return Ok(not_seen("the plan is of an older lifeboat")),
            Some(VolumesBefore::NotSeen { because }) => return Ok(not_seen(because)),
            Some(VolumesBefore::Seen { environment, .. }) => environment,
        };
        let port = &self.standby.read.volumes;
        let found = self.again(stop, || port.volumes_tagged(ENVIRONMENT_TAG, environment)).await;
        let found = found.map_err(|error| trouble::cloud("cannot look whether volumes are left", &error))?;
        Ok(VolumesFound::of(before, groups, found, &self.standby.read.region))
    }
}

impl VolumesFound {
    fn of(
        before: Option<&VolumesBefore>,
        groups: &BTreeMap<String, GroupFacts>,
        found: Vec<VolumeFacts>,
        region: &Region,
    ) -> Self {
        let Some(VolumesBefore::Seen { loose, kept_by, .. }) = before else { return VolumesFound::default() };
        let is_used = |volume: &VolumeFacts| {
            let instances = groups.values().flat_map(|group| &group.instances);
            volume.attached.as_ref().is_some_and(|how| instances.map(|one| &one.id).any(|id| *id == how.instance))
        };
        // One that goes with its instance, and has not gone yet, is nothing that the plan has told.
        let is_told = |volume: &VolumeFacts| volume.tags.get(TIER_TAG).is_some_and(|tier| kept_by.contains(tier));
        let left = found.into_iter().filter(|volume| !loose.contains(&volume.id) && !is_used(volume));
        let (kept, unexpected): (Vec<_>, Vec<_>) =
            left.partition(|volume| is_told(volume) && !volume.goes_with_instance());
        let all = |volumes: Vec<VolumeFacts>| volumes.iter().map(|volume| volume.left_in(region)).collect();
        let (kept, unexpected) = (all(kept), all(unexpected));
        VolumesFound { not_seen: None, kept, unexpected }
    }

    /// What is left as the plan said.
    pub(super) fn kept(&self) -> Vec<LeftVolume> {
        self.kept.clone()
    }

    /// What keeps the drill from being clean, each with the command that deletes it.
    pub(super) fn unexpected(&self) -> Vec<String> {
        self.unexpected.iter().map(|volume| format!("{volume}: {}", volume.delete_command())).collect()
    }

    /// Whether something is left so long after the instances are gone that it will not go by itself.
    pub(super) fn is_settled(&self, since: Duration) -> bool {
        !self.unexpected.is_empty() && since >= SETTLE
    }

    /// The failure of a proof that has found what the plan did not say.
    pub(super) fn failure(&self) -> ActError {
        let why = "volumes are left that nothing said would stay; they cost, and they may hold data";
        let hint =
            "look what they hold and delete them, then resume to look again; a launch template whose volumes have \
                    DeleteOnTermination leaves none"
                .to_owned();
        ActError { left_behind: self.unexpected(), ..trouble::plain("the drill is not cleaned up", why, Some(hint)) }
    }
}

impl fmt::Display for VolumesFound {
    /// To be put after what else was proved.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(because) = &self.not_seen {
            return write!(f, "; volumes were not looked at ({because})");
        }
        if self.kept.is_empty() {
            return f.write_str("; no volume is left");
        }
        let told: Vec<String> = self.kept.iter().map(ToString::to_string).collect();
        write!(f, "; left as the plan said, and to be deleted by hand: {}", told.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Tags, VolumeAttachment};
    use crate::run::actors::tests::group;

    fn volume(id: &str, tier: &str, instance: Option<&str>) -> VolumeFacts {
        let attached = instance.map(|one| VolumeAttachment { instance: one.to_owned(), delete_on_termination: false });
        let tags = Tags::from([(TIER_TAG.to_owned(), tier.to_owned())]);
        VolumeFacts { id: id.to_owned(), size_gib: 8, attached, tags }
    }

    #[test]
    fn what_was_loose_before_and_what_instances_have_is_not_left() {
        let before = VolumesBefore::Seen {
            environment: "shop".into(),
            loose: ["vol-old".to_owned()].into(),
            kept_by: ["web".to_owned()].into(),
        };
        let groups = BTreeMap::from([("shop-web".to_owned(), group("shop-web", 2, 2))]);
        let found =
            |volumes: Vec<VolumeFacts>| VolumesFound::of(Some(&before), &groups, volumes, &Region("us-west-2".into()));
        let none = found(vec![volume("vol-old", "web", None), volume("vol-used", "api", Some("i-1"))]);
        assert_eq!(none, VolumesFound::default());
        assert!(!none.is_settled(SETTLE));
        assert_eq!(none.to_string(), "; no volume is left");
        let mut goes = volume("vol-4", "web", Some("i-gone"));
        goes.attached.as_mut().expect("attached").delete_on_termination = true;
        let left = found(vec![
            volume("vol-1", "web", None),
            volume("vol-2", "web", Some("i-gone")),
            volume("vol-3", "api", None),
            goes,
        ]);
        insta::assert_snapshot!(left, @"; left as the plan said, and to be deleted by hand: volume vol-1 of web (8 GiB), volume vol-2 of web (8 GiB)");
        insta::assert_snapshot!(left.unexpected().join("\n"), @r"
        volume vol-3 of api (8 GiB): aws ec2 delete-volume --volume-id vol-3 --region us-west-2
        volume vol-4 of web (8 GiB): aws ec2 delete-volume --volume-id vol-4 --region us-west-2
        ");
        assert!(left.is_settled(SETTLE) && !left.is_settled(SETTLE / 2));
    }
}
