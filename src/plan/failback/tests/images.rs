//! Owns the cases of images on the way home: whose change it is, what only a person can bring home, and where the steps are.

use super::*;
use crate::facts::{BlockDevice, ImageFacts, ImageState, LaunchTemplateFacts, Tags};
use crate::model::{ENVIRONMENT_TAG, Environment, SOURCE_IMAGE_TAG, SOURCE_REGION_TAG, TAG_PREFIX, fixture};
use crate::plan::failback::{TierHome, TierImages, images_home};

fn image(id: &str, created: &str, source: Option<(&str, &str)>) -> ImageFacts {
    let tags = source.map_or_else(Tags::new, |(source, region)| {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        Tags::from([pair(SOURCE_IMAGE_TAG, source), pair(SOURCE_REGION_TAG, region)])
    });
    ImageFacts {
        id: id.into(),
        name: format!("web {id}"),
        description: String::new(),
        architecture: "x86_64".into(),
        created: format!("2026-11-{created}T00:00:00Z"),
        state: ImageState::Available,
        root_device: None,
        snapshot_ids: vec![],
        encrypted: false,
        keeps: vec![],
        tags,
    }
}

/// Production launches ami-1, as recorded; the standby ami-x, which somebody put there.
struct World {
    environment: Environment,
    version: Option<LaunchTemplateFacts>,
    production: Option<ImageFacts>,
    recorded: Option<&'static str>,
    standby: Option<ImageFacts>,
    copies: Vec<ImageFacts>,
}

impl World {
    fn new() -> Self {
        let (id, name) = ("lt-1".into(), "web".into());
        let image_id = Some("ami-1".into());
        World {
            environment: fixture::environment(),
            version: Some(LaunchTemplateFacts { id, name, version: 4, image_id, ..Default::default() }),
            production: Some(image("ami-1", "01", None)),
            recorded: Some("ami-1"),
            standby: Some(image("ami-x", "05", None)),
            copies: vec![],
        }
    }

    fn launches(&mut self, image: ImageFacts) {
        if let Some(version) = &mut self.version {
            version.image_id = Some(image.id.clone());
        }
        self.production = Some(image);
    }

    fn version(&mut self) -> &mut LaunchTemplateFacts {
        self.version.as_mut().expect("a version")
    }

    fn standby(&mut self) -> &mut ImageFacts {
        self.standby.as_mut().expect("an image")
    }
}

fn decided(change: impl FnOnce(&mut World)) -> (Vec<TierHome>, String) {
    let mut world = World::new();
    change(&mut world);
    let tier = TierImages {
        tier: "web",
        group: "prod-web",
        launches: world.version.as_ref(),
        production: world.production.as_ref(),
        recorded: world.recorded,
        standby_image: world.standby.as_ref().map_or("ami-x", |image| &image.id),
        standby: world.standby.as_ref(),
        copies: &world.copies,
    };
    let (homes, told) = images_home(&world.environment, &[tier]);
    (homes, told.join("\n"))
}

#[test]
fn what_was_put_into_the_standby_comes_home_and_copies_of_either_side_are_in_step() {
    let from_home = Some(("ami-1", "us-east-1"));
    let from_there = Some(("ami-x", "us-west-2"));
    let earlier = Some(("ami-w", "us-west-2"));
    type Case = (&'static str, Box<dyn FnOnce(&mut World)>, bool);
    let cases: [Case; 5] = [
        ("a fresh image", Box::new(|_| {}), true),
        ("production's copy", Box::new(move |w| w.standby = Some(image("ami-c", "02", from_home))), false),
        ("home already", Box::new(move |w| w.launches(image("ami-h", "06", from_there))), false),
        ("after another that came home", Box::new(move |w| w.launches(image("ami-g", "03", earlier))), true),
        ("copied, not launched yet", Box::new(move |w| w.copies = vec![image("ami-h", "06", from_there)]), true),
    ];
    for (name, change, comes) in cases {
        let (homes, told) = decided(change);
        assert_eq!((homes.len() == 1, told.as_str()), (comes, ""), "{name}");
    }
}

#[test]
fn a_copy_says_whose_it_is_and_keeps_what_people_wrote_and_productions_key() {
    let (homes, _) = decided(|world| {
        let own = [("team", "checkout"), ("lifeboat:tier", "api")];
        world.standby().tags = own.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let device = BlockDevice { kms_key_id: Some("alias/prod".into()), ..BlockDevice::default() };
        world.version().block_devices = vec![device];
    });
    let [TierHome { group, template, now, copy, .. }] = &homes[..] else { panic!("one: {homes:?}") };
    assert_eq!((group.as_str(), template.as_str(), now.as_str()), ("prod-web", "web", "ami-1"));
    assert_eq!(
        (copy.name.as_str(), copy.encrypted, copy.key.as_deref()),
        ("shop web ami-x ami-x", true, Some("alias/prod"))
    );
    assert_eq!((copy.tags["team"].as_str(), copy.tags[ENVIRONMENT_TAG].as_str()), ("checkout", "shop"));
    let ours: Vec<&str> =
        copy.tags.iter().filter(|(key, _)| key.starts_with(TAG_PREFIX)).map(|(_, v)| v.as_str()).collect();
    assert_eq!(ours, ["shop", "ami-x", "us-west-2", "web"]);
}

#[test]
fn what_is_not_sure_or_cannot_be_copied_is_told_with_its_reason() {
    let told = |change: fn(&mut World)| {
        let (homes, told) = decided(change);
        assert!(homes.is_empty(), "{homes:?}");
        told.strip_prefix("web: the standby launches ").unwrap_or(&told).to_owned()
    };
    let all = [
        told(|world| world.standby = Some(image("ami-o", "01", Some(("ami-0", "us-east-1"))))),
        told(|world| world.standby = None),
        told(|world| world.version = None),
        told(|world| world.version().image_id = None),
        told(|world| {
            world.version().block_devices =
                vec![BlockDevice { snapshot_id: Some("snap-1".into()), ..BlockDevice::default() }]
        }),
        told(|world| world.standby().state = ImageState::Pending),
        told(|world| world.standby().architecture = "arm64".into()),
        told(|world| world.recorded = None),
        told(|world| world.launches(image("ami-2", "03", None))),
        told(|world| {
            world.launches(image("ami-2", "09", None));
            world.recorded = Some("ami-2");
            world.copies = vec![image("ami-h", "06", Some(("ami-x", "us-west-2")))];
        }),
        told(|world| world.environment.standby.account = crate::model::AccountId("444455556666".into())),
    ];
    insta::assert_snapshot!(all.join("\n"), @r"
    ami-o, a copy of ami-0, and production launches ami-1: decide which is right before the next sync follows production
    ami-x, which does not exist in us-west-2 or is not shared with this account: nothing can be copied home
    ami-x, which is no copy of production's nothing that could be seen: prod-web launches from no launch template that could be seen; copy it to us-east-1 and put it into what production launches
    ami-x, which is no copy of production's nothing that could be seen: the launch template of prod-web names no image; copy it to us-east-1 and put it into what production launches
    ami-x, which is no copy of production's ami-1: the launch template of prod-web names snapshots beside its image; copy it to us-east-1 and put it into what production launches
    ami-x, which is no copy of production's ami-1: it is not available, so it cannot be copied; copy it to us-east-1 and put it into what production launches when it is
    ami-x, which is no copy of production's ami-1: it is for arm64 and production's is for x86_64: copy it to us-east-1 and put it into what production launches, with instance types for it
    ami-x, which is no copy of production's ami-1: the baseline does not tell which side changed; decide which is right, and put it into what production launches if it is the standby's
    ami-x, which is no copy of production's ami-2: production changed as well since the baseline, from ami-1; decide which is right, and put it into what production launches if it is the standby's
    ami-x, which is no copy of production's ami-2: it came home before, and production has moved on since; decide which is right, and put it into what production launches if it is the standby's
    ami-x, which is no copy of production's ami-1: it belongs to another account, which has to share it and its key first; then copy it to us-east-1 and put it into what production launches
    ");
}

#[test]
fn an_image_is_copied_once_for_its_tiers_and_launched_before_any_of_them_is_scaled() {
    let (homes, _) = decided(|_| {});
    let of = |tier: &str| TierHome { tier: tier.into(), group: format!("prod-{tier}"), ..homes[0].clone() };
    let seen = Seen { images: vec![of("api"), of("web")], ..Seen::default() };
    let runbook =
        planned(Case { primary: Some(ZERO), declared_in: Some("r1"), seen, ..Case::default() }).expect("a plan");
    let told = lines(&runbook);
    let first: Vec<&str> = told.lines().take(5).collect();
    insta::assert_snapshot!(first.join("\n"), @r"
    copy-image-home-api <- [] 600s
    launch-image-home-api <- [copy-image-home-api] 2s
    launch-image-home-web <- [copy-image-home-api] 2s
    scale-primary-web <- [launch-image-home-api launch-image-home-web] 1s
    await-primary-web <- [scale-primary-web] 90s
    ");
    let titles: Vec<&str> = runbook.steps.iter().map(|step| step.title.as_str()).take(2).collect();
    insta::assert_snapshot!(titles.join("\n"), @r"
    copy ami-x, which api, web came to launch in the standby, to us-east-1
    have prod-api launch the copy of ami-x instead of ami-1: one more version of launch template web, only its image changed. What deploys production has to take that image over too, or its next deployment takes it back
    ");
}
