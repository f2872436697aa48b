//! Owns the kinds of name: limited so that stack names and logical ids can be made of them.

use super::kind::text_kinds;

/// The version of the file's language.
const SCHEMA: &str = "lifeboat/v1";

/// Longest environment, tier or data store name. Stack names (128) and group names (255) made of both stay well within their limits.
const LONGEST_NAME: usize = 32;

const NAME_PATTERN: &str = "^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$";
const NAME: &str = "a name in lower-case letters, digits and dashes";

text_kinds! {
    /// The version of the file's language.
    SchemaName(String): expects "`lifeboat/v1`", pattern "^lifeboat/v1$", parse schema;
    /// An environment's name.
    EnvironmentName(String): expects NAME, pattern NAME_PATTERN, parse name;
    /// A tier's name.
    TierName(String): expects NAME, pattern NAME_PATTERN, parse name;
    /// A data store's name.
    DataName(String): expects NAME, pattern NAME_PATTERN, parse name;
    /// An event source's name.
    EventSourceName(String): expects NAME, pattern NAME_PATTERN, parse name;
    /// The name of an Auto Scaling group: at most 255 characters without colons (EC2 Auto Scaling API reference).
    GroupName(String): expects "the name of an Auto Scaling group", pattern "^[^:\\s]([^:]{0,253}[^:\\s])?$", parse group;
}

fn schema(text: &str) -> Result<String, String> {
    if text == SCHEMA {
        return Ok(text.to_owned());
    }
    Err(format!("`{text}` is not a version of the environment file that this lifeboat reads\nwrite `schema: {SCHEMA}`"))
}

/// Refuses what cannot be the name of an environment or a tier.
pub fn check_name(text: &str) -> Result<(), String> {
    name(text).map(|_| ())
}

fn name(text: &str) -> Result<String, String> {
    let odd = |c: &char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-');
    let why = if text.is_empty() {
        "a name cannot be empty".to_owned()
    } else if let Some(c) = text.chars().find(odd) {
        format!("`{text}` cannot be a name: it contains `{}`", c.escape_debug())
    } else if text.len() > LONGEST_NAME {
        format!("`{text}` cannot be a name: it has {} characters, and {LONGEST_NAME} are allowed", text.len())
    } else if !text.starts_with(|c: char| c.is_ascii_lowercase()) {
        format!("`{text}` cannot be a name: it does not begin with a letter")
    } else if text.ends_with('-') {
        format!("`{text}` cannot be a name: it ends with a dash")
    } else {
        return Ok(text.to_owned());
    };
    let advice = "stack names are made of it, so it has lower-case letters, digits and dashes only, such as";
    Err(format!("{why}\n{advice} `{}`", proposal(text)))
}

/// A name that would do, close to one that does not.
fn proposal(text: &str) -> String {
    let dashed: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let begun = dashed.trim_start_matches(|c: char| !c.is_ascii_lowercase());
    let cut = begun.get(..LONGEST_NAME).unwrap_or(begun).trim_end_matches('-');
    if cut.is_empty() { "shop".to_owned() } else { cut.to_owned() }
}

fn group(text: &str) -> Result<String, String> {
    if text.is_empty() || text.trim() != text || text.contains(':') || text.chars().count() > 255 {
        return Err(format!(
            "`{text}` is not the name of an Auto Scaling group\nwrite its name as the EC2 console shows it, not its ARN"
        ));
    }
    Ok(text.to_owned())
}
