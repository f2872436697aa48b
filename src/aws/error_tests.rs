//! Owns the tests of how SDK errors become sentences.

use super::*;

#[test]
fn a_denial_names_the_action_and_drops_the_blob() {
    let api = Api::own("ec2", "DescribeImages", Rate::EC2_READ);
    let text = "You are not authorized to perform this operation. Encoded authorization failure message: AbC123";
    assert_eq!(
        denied(text, &api),
        "ec2:DescribeImages is not allowed: You are not authorized to perform this operation."
    );
    let named = "User: arn:aws:iam::1:user/u is not authorized to perform: ec2:DescribeImages";
    assert_eq!(denied(named, &api), named);
}

#[test]
fn messages_become_one_bounded_line() {
    assert_eq!(tidy("a\n  b\u{1b}[31mc\t"), "a b [31mc");
    assert_eq!(tidy(&"x".repeat(700)).chars().count(), MESSAGE_LIMIT + 1);
}

#[derive(Debug)]
struct Layer(&'static str, Option<Box<Layer>>);

impl std::fmt::Display for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl StdError for Layer {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.1.as_deref().map(|inner| inner as _)
    }
}

fn layers(texts: &[&'static str]) -> Layer {
    let inner = (texts.len() > 1).then(|| Box::new(layers(&texts[1..])));
    Layer(texts[0], inner)
}

#[test]
fn missing_credentials_are_told_without_the_provider_s_own_words() {
    let nowhere = "no credentials were found in the environment, the AWS profile, SSO or the instance";
    let not_enabled = "the credential provider was not enabled";
    let loading = "an error occurred while loading credentials";
    let bare = "profile `dr` gives none: it is not defined in the AWS configuration files";
    for (chain, profile, expected) in [
        (
            &["dispatch failure", "other", not_enabled, "no credentials found in chain. Attempted:\n  Env"][..],
            None,
            nowhere,
        ),
        (&["dispatch failure", "other", loading, "failed to load IMDS session token", "forbidden"][..], None, nowhere),
        (&["dispatch failure", "other", not_enabled][..], Some("dr"), bare),
        (&["other", loading, "the SSO session has expired"][..], None, "the SSO session has expired"),
    ] {
        let error = layers(chain);
        assert!(is_about_credentials(&error), "{chain:?}");
        assert_eq!(credentials_sentence(&error, profile), expected, "{chain:?}");
    }
    assert!(!is_about_credentials(&layers(&["dispatch failure", "io error", "Connection refused"])));
}

#[test]
fn causes_are_told_once_and_without_the_sdk_s_layers() {
    for (chain, expected) in [
        (
            &["dispatch failure", "io error", "client error (Connect)", "dns error", "no such host"][..],
            "dns error: no such host",
        ),
        (&["request has timed out"][..], "no answer in time"),
        (
            &["dispatch failure", "timeout", "HTTP connect timeout occurred after 3.1s"][..],
            "HTTP connect timeout occurred after 3.1s",
        ),
    ] {
        assert_eq!(sentence(&layers(chain)), expected);
    }
}
