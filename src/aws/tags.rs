//! Owns tags as AWS gives them: `aws:` tags are AWS's own and never facts.

use crate::facts::Tags;

/// Tags by key, without those AWS sets.
pub(super) fn own_tags<'a>(pairs: impl IntoIterator<Item = (Option<&'a str>, Option<&'a str>)>) -> Tags {
    pairs
        .into_iter()
        .filter_map(|(key, value)| Some((key?, value.unwrap_or_default())))
        .filter(|(key, _)| !key.starts_with("aws:"))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// The tags of an EC2 resource.
pub(super) fn ec2_tags(tags: &[aws_sdk_ec2::types::Tag]) -> Tags {
    own_tags(tags.iter().map(|tag| (tag.key(), tag.value())))
}

/// Tags as EC2 takes them.
pub(super) fn to_ec2(tags: &Tags) -> Vec<aws_sdk_ec2::types::Tag> {
    tags.iter().map(|(key, value)| aws_sdk_ec2::types::Tag::builder().key(key).value(value).build()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aws_tags_are_left_out() {
        let tags = own_tags([
            (Some("aws:cloudformation:stack-name"), Some("shop")),
            (Some("Name"), Some("web")),
            (Some("empty"), None),
            (None, Some("no key")),
        ]);
        let expected = [("Name", "web"), ("empty", "")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(tags, Tags::from(expected));
    }
}
