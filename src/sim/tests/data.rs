//! Images and parameters.

use super::bench::Bench;
use crate::cloud::{CloudErrorKind, CopyImage, PutParameter, SecretText};
use crate::facts::{ImageState, ParameterTier, ParameterType, Tags};
use crate::model::Region;

fn copy(source: &str, key: Option<&str>, token: &str) -> CopyImage {
    CopyImage {
        source_region: Region("us-east-1".to_owned()),
        source_image: source.to_owned(),
        name: "copy".to_owned(),
        description: "a copy".to_owned(),
        encrypted: true,
        key: key.map(str::to_owned),
        token: token.to_owned(),
        tags: Tags::from([("lifeboat:source".to_owned(), source.to_owned())]),
    }
}

async fn source(bench: &Bench) -> String {
    let image = bench.state().regions["us-east-1"].images.keys().next().cloned().expect("the seed has one");
    bench.primary.images.images(&[image]).await.expect("answers").remove(0).id
}

#[tokio::test]
async fn a_copy_is_pending_then_available_and_one_per_token() {
    let bench = Bench::shop().await;
    let source = source(&bench).await;
    let request = copy(&source, Some("alias/shop-dr"), "t1");
    let id = bench.write.images.copy_image(&request).await.expect("copies");
    assert_eq!(bench.write.images.copy_image(&request).await.expect("the same"), id);
    let other = CopyImage { name: "other".to_owned(), ..request.clone() };
    assert_eq!(
        bench.write.images.copy_image(&other).await.expect_err("mismatch").code.as_deref(),
        Some("IdempotentParameterMismatch")
    );
    let look = || async { bench.standby.images.images(std::slice::from_ref(&id)).await.expect("answers").remove(0) };
    assert_eq!(look().await.state, ImageState::Pending);
    bench.wait(421).await;
    let image = look().await;
    assert_eq!(image.state, ImageState::Available);
    assert!(image.encrypted);
    assert_eq!(image.tags, request.tags, "only the tags that were asked for");
    assert_eq!(bench.standby.images.images_tagged("lifeboat:source", &source).await.expect("answers").len(), 1);
    assert!(bench.primary.images.images(&[id]).await.expect("answers").is_empty(), "it is in the standby only");
    // The next one under the same key is incremental.
    let second = bench.write.images.copy_image(&copy(&source, Some("alias/shop-dr"), "t2")).await.expect("copies");
    bench.wait(121).await;
    assert_eq!(bench.standby.images.images(&[second]).await.expect("answers")[0].state, ImageState::Available);
}

#[tokio::test]
async fn a_bad_key_is_accepted_and_fails_later() {
    let bench = Bench::shop().await;
    let request = copy(&source(&bench).await, Some("alias/missing"), "t1");
    let id = bench.write.images.copy_image(&request).await.expect("accepted");
    let look =
        || async { bench.standby.images.images(std::slice::from_ref(&id)).await.expect("answers").remove(0).state };
    assert_eq!(look().await, ImageState::Pending);
    bench.wait(500).await;
    assert!(matches!(look().await, ImageState::Failed { reason } if reason.contains("Given key ID is not accessible")));
    let missing = bench.write.images.copy_image(&copy("ami-nobody", None, "t2")).await.expect_err("no such image");
    assert_eq!(missing.kind, CloudErrorKind::NotFound);
}

fn put(name: &str, kind: ParameterType, tier: ParameterTier, value: &str) -> PutParameter {
    PutParameter {
        name: name.to_owned(),
        kind,
        tier,
        value: SecretText::new(value),
        data_type: "text".to_owned(),
        description: String::new(),
        allowed_pattern: None,
        key_id: None,
    }
}

#[tokio::test]
async fn parameters_keep_what_they_were_given_and_count_versions() {
    let bench = Bench::shop().await;
    let secret = PutParameter {
        key_id: Some("alias/shop-dr".to_owned()),
        ..put("/shop/prod/db/password", ParameterType::SecureString, ParameterTier::Standard, "s3cret")
    };
    assert_eq!(bench.write.parameters.put_parameter(&secret).await, Ok(1));
    assert_eq!(bench.write.parameters.put_parameter(&secret).await, Ok(2));
    let found = bench.standby.parameters.parameters_by_path("/shop/prod/").await.expect("answers");
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].value.expose(), found[0].version, found[0].key_id.as_deref()),
        ("s3cret", 2, Some("alias/shop-dr"))
    );
    assert_eq!(bench.primary.parameters.parameters_by_path("/shop/prod/").await.expect("answers").len(), 14);
    assert!(bench.standby.parameters.parameters_by_path("/nothing/").await.expect("answers").is_empty());
    bench.write.parameters.delete_parameter("/shop/prod/db/password").await.expect("deletes");
    bench.write.parameters.delete_parameter("/shop/prod/db/password").await.expect("already deleted");
    assert!(
        bench.standby.parameters.parameters(&["/shop/prod/db/password".to_owned()]).await.expect("answers").is_empty()
    );
}

#[tokio::test]
async fn parameters_are_refused_for_what_is_wrong_with_them() {
    let bench = Bench::shop().await;
    let (string, standard) = (ParameterType::String, ParameterTier::Standard);
    bench
        .write
        .parameters
        .put_parameter(&put("/a", string, ParameterTier::Advanced, &"x".repeat(8192)))
        .await
        .expect("fits");
    let mut keyed = put("/k", ParameterType::SecureString, standard, "x");
    keyed.key_id = Some("alias/shop-prod".to_owned());
    for (wrong, code) in [
        (put("/aws/x", string, standard, "x"), "ValidationException"),
        (put("SSM-x", string, standard, "x"), "ValidationException"),
        (put("no spaces", string, standard, "x"), "ValidationException"),
        (put("a/b", string, standard, "x"), "ValidationException"),
        (put("/b", string, standard, &"x".repeat(4097)), "ValidationException"),
        (put("/b", string, standard, ""), "ValidationException"),
        (put("/b", string, standard, "{{ssm:/a}}"), "ValidationException"),
        (put("/a", string, standard, "x"), "ValidationException"),
        (put("/a", ParameterType::StringList, ParameterTier::Advanced, "x"), "HierarchyTypeMismatchException"),
        (keyed, "InvalidKeyId"),
    ] {
        let refused = bench.write.parameters.put_parameter(&wrong).await.expect_err(&wrong.name);
        assert_eq!(refused.code.as_deref(), Some(code), "{}: {refused}", wrong.name);
    }
    // An image parameter is checked after the answer: nothing is written.
    let mut image = put("/image", string, standard, "ami-nobody");
    image.data_type = "aws:ec2:image".to_owned();
    bench.write.parameters.put_parameter(&image).await.expect("accepted");
    assert!(bench.standby.parameters.parameters(&["/image".to_owned()]).await.expect("answers").is_empty());
}
