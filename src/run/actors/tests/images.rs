//! Owns the cases of images that come home: copied once, launched by one more version, whatever befalls the calls.

use super::region::{Fault, Region};
use super::steps::step;
use crate::cloud::CloudErrorKind;
use crate::facts::*;
use crate::model::{Region as RegionName, SOURCE_IMAGE_TAG, SOURCE_REGION_TAG};
use crate::plan::runbook::{Action, ImageHome};
use crate::run::Stop;
use crate::run::engine::{ActError, Actor, Done, Look};
use crate::run::event::Recorded;

fn home() -> ImageHome {
    let tags = [(SOURCE_IMAGE_TAG, "ami-x"), (SOURCE_REGION_TAG, "us-west-2")];
    ImageHome {
        source_region: RegionName("us-west-2".into()),
        source_image: "ami-x".into(),
        name: "shop x".into(),
        description: String::new(),
        encrypted: true,
        key: None,
        tags: tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
    }
}

fn copying() -> Action {
    Action::CopyImageHome { copy: home(), timeout_s: 600 }
}

fn launching() -> Action {
    Action::LaunchImageHome {
        tier: "web".into(),
        group: "prod-web".into(),
        source_image: "ami-x".into(),
        source_region: RegionName("us-west-2".into()),
    }
}

/// A group that names its version like that; versions 1 to 3, of which 2 is the default one.
fn region(version: &str) -> Region {
    let region = Region::default();
    let mut group = crate::facts::sample::group("prod-web", crate::model::GroupSize::default());
    let (id, name) = ("lt-1".to_owned(), "web".to_owned());
    group.launch_template = Some(LaunchTemplateRef { id: id.clone(), name, version: version.to_owned() });
    region.edit(|state| {
        state.groups.insert("prod-web".into(), group);
        state.default_version = 2;
        for version in 1..=3 {
            let (image_id, key_name) = (Some(format!("ami-{version}")), Some(format!("key-{version}")));
            let facts = LaunchTemplateFacts { id: id.clone(), version, image_id, key_name, ..Default::default() };
            state.versions.insert(version, facts);
        }
    });
    region
}

async fn act(region: &Region, action: &Action) -> Result<Done, ActError> {
    region.actors().act(&step(action.clone()), "token", &Recorded::default(), &Stop::never()).await
}

async fn is_so(region: &Region, action: &Action) -> bool {
    matches!(region.actors().look(&step(action.clone())).await, Ok(Look::AlreadySo(_)))
}

#[tokio::test]
async fn a_group_launches_the_copy_in_the_way_it_names_versions_and_nothing_else_changes() {
    for (named, source, expected, last) in [
        ("$Latest", 3, "$Latest", None),
        ("$Default", 2, "$Default", Some("ModifyLaunchTemplate")),
        ("1", 1, "4", Some("UpdateAutoScalingGroup")),
    ] {
        let region = region(named);
        let copied = act(&region, &copying()).await.expect("copied");
        assert_eq!((copied.text.as_str(), copied.measures.aws_s >= 120.0), ("ami-h0 is a copy of ami-x", true));
        assert!(is_so(&region, &copying()).await && !is_so(&region, &launching()).await, "{named}");
        act(&region, &launching()).await.expect("launches");
        assert!(is_so(&region, &launching()).await, "{named}");
        let mut effects = vec!["CopyImage", "CreateLaunchTemplateVersion"];
        effects.extend(last);
        assert_eq!(region.effects(), effects, "{named}");
        region.edit(|state| {
            let made = &state.versions[&4];
            let source = format!("key-{source}");
            assert_eq!((made.image_id.as_deref(), made.key_name.as_ref()), (Some("ami-h0"), Some(&source)), "{named}");
            assert_eq!(state.groups["prod-web"].launch_template.as_ref().expect("one").version, expected);
            assert_eq!(state.default_version, if named == "$Default" { 4 } else { 2 });
        });
    }
}

#[tokio::test]
async fn a_lost_answer_makes_neither_a_second_copy_nor_a_second_version() {
    for named in ["$Latest", "$Default", "1"] {
        for fault in [Fault::Unanswered, Fault::Vanished] {
            let region = region(named);
            let calls = ["CopyImage", "CreateLaunchTemplateVersion", "ModifyLaunchTemplate", "UpdateAutoScalingGroup"];
            calls.iter().for_each(|call| region.fault(call, &[fault]));
            for action in [copying(), launching()] {
                // One call of the step after the other loses its answer once.
                for _ in 0..4 {
                    if is_so(&region, &action).await {
                        break;
                    }
                    if let Err(error) = act(&region, &action).await {
                        assert!(!error.effect_known, "{named} {fault:?}: {error:?}");
                    }
                }
                assert!(is_so(&region, &action).await, "{named} {fault:?} {action:?}");
            }
            let effects = region.effects();
            for call in ["CopyImage", "CreateLaunchTemplateVersion"] {
                let times = effects.iter().filter(|effect| *effect == call).count();
                assert_eq!(times, 1, "{named} {fault:?} {call}: {effects:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_cannot_be_launched_is_told_with_what_to_do() {
    let region = region("1");
    let none = act(&region, &launching()).await.expect_err("no copy");
    assert_eq!(none.why, ["the primary has no copy of it"]);
    region.fault("CopyImage", &[Fault::Refused(CloudErrorKind::Denied)]);
    let denied = act(&region, &copying()).await.expect_err("denied");
    assert!(denied.effect_known && region.effects().is_empty(), "{denied:?}");
    act(&region, &copying()).await.expect("copied");
    region.edit(|state| state.images.get_mut("ami-h0").expect("the copy").encrypted = false);
    region.edit(|state| state.images.get_mut("ami-h0").expect("the copy").state = ImageState::Pending);
    let plain = act(&region, &copying()).await.expect_err("not encrypted");
    assert_eq!(plain.why, ["the copy ami-h0 is not encrypted although it should be"]);
    region.edit(|state| state.groups.get_mut("prod-web").expect("the group").launch_template = None);
    let configured = act(&region, &launching()).await.expect_err("a launch configuration");
    assert_eq!(configured.why, ["it launches from no launch template"]);
}
