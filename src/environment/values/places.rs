//! Owns the kinds of value that say where: Regions, accounts, roles, endpoints and the store.

use super::kind::text_kinds;

/// Where the store is, as written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum StoreText {
    /// A folder, relative to the file unless absolute.
    Folder(String),
    /// A bucket and a prefix.
    S3 {
        /// Bucket name.
        bucket: String,
        /// Key prefix without slashes at its ends; may be empty.
        prefix: String,
    },
}

text_kinds! {
    /// An AWS Region code.
    RegionCode(String): expects "a Region code such as us-west-2", pattern "^[a-z]{2,4}(-[a-z]+)+-[0-9]+$", parse region;
    /// A twelve-digit account id.
    Account(String): expects ACCOUNT, pattern "^[0-9]{12}$", parse account;
    /// The ARN of an IAM role.
    RoleArn(String): expects "the ARN of an IAM role", pattern "^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$", parse role_arn;
    /// An endpoint for every service of a side.
    EndpointUrl(String): expects "an http or https URL", pattern "^https?://[^/\\s]\\S*$", parse endpoint;
    /// A store: a bucket or a folder.
    Store(StoreText): expects "a store: `s3://bucket/prefix`, or a folder",
        pattern "^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?|(?!.*://).*\\S.*)$", parse store;
}

const ACCOUNT: &str = "an account id: twelve digits in quotes\nwithout quotes YAML reads a number, and a number has no \
                       leading zeros: write it like \"012345678901\"";

fn region(text: &str) -> Result<String, String> {
    if is_region(text) {
        return Ok(text.to_owned());
    }
    let trimmed = text.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let advice = if trimmed != text && is_region(trimmed) {
        format!("this is an availability zone; its Region is `{trimmed}`")
    } else {
        "write a Region's code, such as us-west-2".to_owned()
    };
    Err(format!("`{text}` is not a Region code\n{advice}"))
}

fn is_region(text: &str) -> bool {
    let letters = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase());
    let parts: Vec<&str> = text.split('-').collect();
    let [first, middle @ .., number] = parts.as_slice() else { return false };
    (2..=4).contains(&first.len())
        && letters(first)
        && !middle.is_empty()
        && middle.iter().all(letters)
        && !number.is_empty()
        && number.chars().all(|c| c.is_ascii_digit())
}

fn account(text: &str) -> Result<String, String> {
    if is_account(text) {
        return Ok(text.to_owned());
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let advice = if is_account(&digits) {
        format!("write only the digits: \"{digits}\"")
    } else {
        "it has twelve digits, leading zeros included; `aws sts get-caller-identity` shows it".to_owned()
    };
    Err(format!("`{text}` is not an account id\n{advice}"))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.chars().all(|c| c.is_ascii_digit())
}

fn role_arn(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    if let ["arn", partition, "iam", "", owner, resource] = parts.as_slice()
        && partition.starts_with("aws")
        && is_account(owner)
        && resource.strip_prefix("role/").is_some_and(|name| !name.is_empty())
    {
        return Ok(text.to_owned());
    }
    Err(format!("`{text}` is not the ARN of a role\nwrite it like arn:aws:iam::111122223333:role/lifeboat"))
}

fn endpoint(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")).unwrap_or_default();
    if host.is_empty() || host.starts_with('/') || text.contains(char::is_whitespace) {
        return Err(format!("`{text}` is not an endpoint\nwrite a URL such as http://127.0.0.1:5000"));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn store(text: &str) -> Result<StoreText, String> {
    let advice = "write `s3://bucket/prefix`, or a folder relative to this file";
    let Some(rest) = text.strip_prefix("s3://") else {
        if text.trim().is_empty() {
            return Err(format!("the store has no place\n{advice}"));
        }
        if text.contains("://") {
            return Err(format!("`{text}` is not a store\n{advice}"));
        }
        return Ok(StoreText::Folder(text.to_owned()));
    };
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    // The bucket naming rules of the S3 user guide.
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let inner = |c: char| edge(c) || c == '.' || c == '-';
    let fits = (3..=63).contains(&bucket.len()) && bucket.chars().all(inner);
    if !fits || !bucket.starts_with(edge) || !bucket.ends_with(edge) {
        return Err(format!(
            "`{bucket}` is not a bucket name\na bucket's name has 3 to 63 lower-case letters, digits, dots and dashes"
        ));
    }
    Ok(StoreText::S3 { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned() })
}
