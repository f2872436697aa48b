//! Owns the cases of image planning.

use super::*;
use crate::model::fixture;

fn image(id: &str, created: &str, state: ImageState, tags: &[(&str, &str)]) -> ImageFacts {
    ImageFacts {
        id: id.into(),
        name: format!("name-{id}"),
        description: String::new(),
        architecture: "x86_64".into(),
        created: created.into(),
        state,
        root_device: None,
        snapshot_ids: vec![],
        encrypted: false,
        keeps: vec![],
        tags: tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
    }
}

fn source(id: &str) -> ImageFacts {
    image(id, "2026-11-01T00:00:00Z", ImageState::Available, &[])
}

fn copy(id: &str, of: &str, created: &str, tiers: &str) -> ImageFacts {
    let name = format!("name-{of}");
    image(
        id,
        created,
        ImageState::Available,
        &[
            ("Name", &name),
            (ENVIRONMENT_TAG, "shop"),
            (SOURCE_IMAGE_TAG, of),
            (SOURCE_REGION_TAG, "us-east-1"),
            (TIER_TAG, tiers),
        ],
    )
}

fn check(
    sources: &[(&str, ImageFacts)],
    copies: &[ImageFacts],
    published: &[(&str, &str)],
    users: &[(&str, &[&str])],
) -> (Vec<String>, Vec<String>) {
    let environment = fixture::environment();
    let sources = sources.iter().map(|(tier, image)| ((*tier).to_owned(), image.clone())).collect();
    let published = published.iter().map(|(tier, id)| ((*tier).to_owned(), (*id).to_owned())).collect();
    let users = users
        .iter()
        .map(|(id, users)| ((*id).to_owned(), users.iter().map(|user| (*user).to_owned()).collect()))
        .collect();
    let plan = plan_images(&ImageWorld {
        environment: &environment,
        sources: &sources,
        copies,
        origins: &[],
        published: &published,
        users: &users,
        run_id: "run-1",
    });
    (plan.steps.iter().map(|step| step.describe(&environment)).collect(), plan.in_step)
}

#[test]
fn a_new_image_is_copied_once_for_all_its_tiers() {
    let (steps, in_step) = check(&[("api", source("ami-1")), ("web", source("ami-1"))], &[], &[], &[]);
    assert_eq!(
        steps,
        [
            "copy ami-1 from us-east-1 to us-west-2, encrypted with alias/shop-dr, publish as /lifeboat/shop/images/api, /lifeboat/shop/images/web"
        ]
    );
    assert!(in_step.is_empty());
}

#[test]
fn a_published_copy_needs_nothing() {
    let copies = [copy("ami-c", "ami-1", "2026-11-02T00:00:00Z", "web")];
    let (steps, in_step) = check(&[("web", source("ami-1"))], &copies, &[("web", "ami-c")], &[]);
    assert!(steps.is_empty(), "{steps:?}");
    assert_eq!(in_step, ["web"]);
}

#[test]
fn a_copy_that_is_there_is_published_not_made_again() {
    let mut pending = copy("ami-c", "ami-1", "2026-11-02T00:00:00Z", "web");
    pending.state = ImageState::Pending;
    let (steps, _) = check(&[("web", source("ami-1"))], &[pending], &[("web", "ami-old")], &[]);
    assert_eq!(steps, ["publish ami-c (copy of ami-1) as /lifeboat/shop/images/web"]);
}

#[test]
fn a_failed_copy_is_made_again_and_removed() {
    let mut failed = copy("ami-c", "ami-1", "2026-11-02T00:00:00Z", "web");
    failed.state = ImageState::Failed { reason: "key".into() };
    let (steps, _) = check(&[("web", source("ami-1"))], &[failed], &[], &[("ami-c", &[])]);
    assert_eq!(steps.len(), 2, "{steps:?}");
    assert!(steps[0].starts_with("copy ami-1"));
    assert!(steps[1].starts_with("remove old copy ami-c"));
}

#[test]
fn old_copies_go_unless_somebody_uses_them() {
    let copies = [
        copy("ami-a", "ami-1", "2026-11-01T00:00:00Z", "web"),
        copy("ami-b", "ami-2", "2026-11-02T00:00:00Z", "web"),
        copy("ami-c", "ami-3", "2026-11-03T00:00:00Z", "web"),
        copy("ami-d", "ami-4", "2026-11-04T00:00:00Z", "web"),
        copy("ami-e", "ami-5", "2026-11-05T00:00:00Z", "web"),
    ];
    let users: [(&str, &[&str]); 2] = [("ami-a", &["launch template lt-1"]), ("ami-b", &[])];
    let (steps, _) = check(&[("web", source("ami-5"))], &copies, &[("web", "ami-e")], &users);
    assert_eq!(steps, ["remove old copy ami-b (name-ami-b, 2026-11-02T00:00:00Z)"]);
    let (steps, _) = check(&[("web", source("ami-5"))], &copies, &[("web", "ami-e")], &[]);
    assert!(steps.is_empty(), "nobody looked for users, so nothing may go: {steps:?}");
}

#[test]
fn a_source_that_is_not_available_is_a_problem() {
    let environment = fixture::environment();
    let mut pending = source("ami-1");
    pending.state = ImageState::Pending;
    let sources = BTreeMap::from([("web".to_owned(), pending)]);
    let plan = plan_images(&ImageWorld {
        environment: &environment,
        sources: &sources,
        origins: &[],
        copies: &[],
        published: &BTreeMap::new(),
        users: &BTreeMap::new(),
        run_id: "run-1",
    });
    assert!(plan.steps.is_empty());
    assert_eq!(plan.problems.len(), 1);
}

#[test]
fn names_and_tokens_keep_to_the_limits() {
    let mut long = source("ami-0123456789abcdef0");
    long.name = "ü:*".repeat(80);
    let environment = fixture::environment();
    let sources = BTreeMap::from([("web".to_owned(), long)]);
    let plan = plan_images(&ImageWorld {
        environment: &environment,
        sources: &sources,
        origins: &[],
        copies: &[],
        published: &BTreeMap::new(),
        users: &BTreeMap::new(),
        run_id: "0190a7f0-0000-7000-8000-000000000000",
    });
    let ImageStep::Copy { copy, .. } = &plan.steps[0] else { panic!("{plan:?}") };
    assert!(copy.name.len() <= 128 && copy.name.is_ascii(), "{}", copy.name);
    assert!(copy.token.len() <= 64 && copy.token.is_ascii());
}

#[test]
fn what_a_failback_brought_home_is_published_as_it_is_and_not_copied_back() {
    let environment = fixture::environment();
    let home = [(SOURCE_IMAGE_TAG, "ami-x"), (SOURCE_REGION_TAG, "us-west-2"), (ENVIRONMENT_TAG, "shop")];
    let home = image("ami-h", "2026-11-20T00:00:00Z", ImageState::Available, &home);
    let sources = BTreeMap::from([("web".to_owned(), home)]);
    let old = copy("ami-c", "ami-1", "2026-11-02T00:00:00Z", "web");
    let told = |origins: &[ImageFacts], published: &str| {
        let published = BTreeMap::from([("web".to_owned(), published.to_owned())]);
        let plan = plan_images(&ImageWorld {
            environment: &environment,
            sources: &sources,
            copies: std::slice::from_ref(&old),
            origins,
            published: &published,
            users: &BTreeMap::new(),
            run_id: "run-1",
        });
        let steps: Vec<String> = plan.steps.iter().map(|step| step.describe(&environment)).collect();
        (steps.join(" | "), plan.in_step.join(" "))
    };
    let there = [source("ami-x")];
    let publish = "publish ami-x (ami-h in production is a copy of it) as /lifeboat/shop/images/web";
    assert_eq!(told(&there, "ami-c"), (publish.to_owned(), String::new()));
    assert_eq!(told(&there, "ami-x"), (String::new(), "web".to_owned()));
    // Where it is gone, production's is copied like any other.
    assert!(told(&[], "ami-x").0.starts_with("copy ami-h from us-east-1 to us-west-2"));
}
