//! Owns the cases of volumes that a drill leaves behind: what the plan said is told, all else keeps it from being clean.

use super::group;
use super::region::{Fault, Region};
use super::steps::{region as bare, step};
use crate::cloud::CloudErrorKind;
use crate::facts::*;
use crate::model::{ENVIRONMENT_TAG, TIER_TAG};
use crate::plan::runbook::{Action, Before, Untouched, VolumesBefore};
use crate::run::Stop;
use crate::run::engine::{ActError, Actor, Done};
use crate::run::event::Recorded;

fn volume(id: &str, tier: &str, instance: Option<&str>, goes: bool) -> VolumeFacts {
    let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    VolumeFacts {
        id: id.into(),
        size_gib: 30,
        attached: instance.map(|one| VolumeAttachment { instance: one.into(), delete_on_termination: goes }),
        tags: Tags::from([tag(ENVIRONMENT_TAG, "shop"), tag(TIER_TAG, tier)]),
    }
}

fn region(volumes: Vec<VolumeFacts>) -> Region {
    let region = bare(|state| {
        state.groups.insert("shop-web".into(), group("shop-web", 2, 2));
    });
    region.edit(|state| state.volumes = volumes);
    region
}

async fn prove(region: &Region, volumes: Option<VolumesBefore>) -> Result<Done, ActError> {
    let size = region.edit(|state| state.groups["shop-web"].size);
    let before = vec![Before { tier: "web".into(), group: "shop-web".into(), size, instances: 2 }];
    let (untouched, copies) = (Untouched::default(), vec![]);
    let action = Action::ProveClean { before, untouched, copies, volumes, timeout_s: 900 };
    region.actors().act(&step(action), "token", &Recorded::default(), &Stop::never()).await
}

fn seen(loose: &[&str], kept_by: &[&str]) -> Option<VolumesBefore> {
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Some(VolumesBefore::Seen { environment: "shop".into(), loose: set(loose), kept_by: set(kept_by) })
}

#[tokio::test]
async fn what_the_plan_said_is_told_with_the_proof_and_listed() {
    let mut others = volume("vol-9", "web", None, false);
    others.tags.insert(ENVIRONMENT_TAG.into(), "another".into());
    let volumes = vec![
        volume("vol-1", "web", None, false),
        volume("vol-2", "web", None, false),
        volume("vol-3", "web", Some("i-1"), false),
        others,
    ];
    let done = prove(&region(volumes), seen(&["vol-1"], &["web"])).await.expect("clean but for what was said");
    insta::assert_snapshot!(done.text, @"1 groups have the sizes they had before, and no instance more; left as the plan said, and to be deleted by hand: volume vol-2 of web (30 GiB)");
    let left: Vec<&str> = done.measures.volumes_left.iter().map(|one| one.id.as_str()).collect();
    assert_eq!((left, done.measures.aws_s), (vec!["vol-2"], 0.0));
}

#[tokio::test]
async fn what_nothing_said_keeps_the_drill_from_being_clean_until_a_person_deletes_it() {
    let region = region(vec![volume("vol-1", "api", None, false), volume("vol-2", "web", Some("i-gone"), true)]);
    let began = region.edit(|state| state.now);
    let error = prove(&region, seen(&[], &["web"])).await.expect_err("volumes are left");
    insta::assert_snapshot!(error.left_behind.join("\n"), @r"
    volume vol-1 of api (30 GiB): aws ec2 delete-volume --volume-id vol-1 --region us-west-2
    volume vol-2 of web (30 GiB): aws ec2 delete-volume --volume-id vol-2 --region us-west-2
    ");
    assert_eq!((error.what.as_str(), error.effect_known), ("the drill is not cleaned up", true));
    let waited = region.edit(|state| state.now).duration_since(began).as_secs();
    assert!((60..120).contains(&waited), "{waited} s");
    region.edit(|state| state.volumes.clear());
    let done = prove(&region, seen(&[], &["web"])).await.expect("clean");
    assert!(done.text.ends_with("; no volume is left"), "{}", done.text);
}

#[tokio::test]
async fn a_volume_that_goes_with_its_instance_is_waited_for() {
    let region = region(vec![volume("vol-1", "web", Some("i-gone"), true)]);
    let later = region.clone();
    region.meanwhile("volumes", || {});
    region.meanwhile("volumes", move || later.edit(|state| state.volumes.clear()));
    let done = prove(&region, seen(&[], &["web"])).await.expect("clean");
    assert!(done.text.ends_with("; no volume is left") && done.measures.volumes_left.is_empty(), "{}", done.text);
}

#[tokio::test]
async fn volumes_are_looked_at_only_when_the_instances_are_gone() {
    let region = region(vec![]);
    region.edit(|state| state.groups.insert("shop-web".into(), group("shop-web", 2, 3)));
    let later = region.clone();
    region.meanwhile("groups", || {});
    region.meanwhile("groups", move || {
        later.edit(|state| {
            state.groups.insert("shop-web".into(), group("shop-web", 2, 2));
            state.volumes.push(volume("vol-1", "web", None, false));
        });
    });
    let done = prove(&region, seen(&[], &["web"])).await.expect("clean");
    assert_eq!(done.measures.volumes_left.len(), 1, "{}", done.text);
}

#[tokio::test]
async fn where_they_could_not_be_seen_nothing_is_said_and_where_they_cannot_any_more_the_proof_is_none() {
    let region = region(vec![volume("vol-1", "web", None, false)]);
    let because = "DescribeVolumes was denied".to_owned();
    let blind = prove(&region, Some(VolumesBefore::NotSeen { because })).await.expect("the rest is proved");
    assert!(blind.text.ends_with("; volumes were not looked at (DescribeVolumes was denied)"), "{}", blind.text);
    region.fault("DescribeVolumes", &[Fault::Refused(CloudErrorKind::Denied)]);
    let error = prove(&region, seen(&["vol-1"], &[])).await.expect_err("not seen is not absent");
    assert_eq!(error.what, "cannot look whether volumes are left");
    region.fault("DescribeVolumes", &[Fault::Refused(CloudErrorKind::Throttled)]);
    prove(&region, seen(&["vol-1"], &[])).await.expect("asked again");
}
