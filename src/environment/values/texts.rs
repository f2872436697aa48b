//! Owns the other kinds of text: lengths of time, days, paths, keys and instance types.

use jiff::civil::Date;

use super::kind::text_kinds;
use crate::model::Span;

text_kinds! {
    /// A length of time.
    Length(Span): expects LENGTH, pattern "^(\\s*[0-9]+\\s*[smhd])+\\s*$", parse length;
    /// A calendar day.
    Day(Date): expects "a day such as 2027-01-31", pattern "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", parse day;
    /// Text that says something.
    Text(String): expects "text", pattern "\\S", parse something;
    /// An EC2 instance type.
    InstanceType(String): expects "an instance type such as m6i.large", pattern "^[a-z][a-z0-9-]*\\.[a-z0-9-]+$",
        parse instance_type;
    /// A health check path: at most 1024 characters (Elastic Load Balancing API reference).
    HealthPath(String): expects "a path such as /healthz", pattern "^/\\S{0,1023}$", parse health_path;
    /// A KMS key.
    KmsKey(String): expects "a KMS key: an alias, an id or an ARN",
        pattern "^(alias/.+|arn:aws[a-z-]*:kms:.+|mrk-[0-9a-f]{32}|[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12})$",
        parse kms_key;
    /// Which findings a rule is about.
    RulePath(String): expects "the path of a finding such as web/tags/CostCentre", pattern "^[^/\\s](.*[^/\\s])?$",
        parse rule_path;
}

const LENGTH: &str = "a length of time such as 30m\na number alone would leave its unit to guessing: write it like 60s, \
                      30m, 4h or 14d";

fn length(text: &str) -> Result<Span, String> {
    Span::parse(text).map_err(|why| why.replacen("; ", "\n", 1))
}

fn day(text: &str) -> Result<Date, String> {
    let parsed = text.parse().ok().filter(|_| text.len() == 10);
    parsed.ok_or_else(|| format!("`{text}` is not a day of the calendar\nwrite year, month and day: 2027-01-31"))
}

fn something(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("the text is empty\nwrite something, or take the key away".to_owned());
    }
    Ok(text.to_owned())
}

fn instance_type(text: &str) -> Result<String, String> {
    let part =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    match text.split_once('.') {
        Some((family, size)) if part(family) && part(size) && family.starts_with(|c: char| c.is_ascii_lowercase()) => {
            Ok(text.to_owned())
        }
        _ => Err(format!("`{text}` is not an instance type\nwrite family, dot and size: m6i.large")),
    }
}

fn health_path(text: &str) -> Result<String, String> {
    if !text.starts_with('/') {
        return Err(format!(
            "`{text}` does not begin with a slash\nwrite a path such as /healthz, without scheme or host"
        ));
    }
    if text.contains(char::is_whitespace) || text.chars().count() > 1024 {
        return Err(format!("`{text}` is not a health check path\nit has at most 1024 characters and no white space"));
    }
    Ok(text.to_owned())
}

fn kms_key(text: &str) -> Result<String, String> {
    let hex = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
    let arn: Vec<&str> = text.splitn(6, ':').collect();
    let good = text.strip_prefix("alias/").is_some_and(|name| !name.is_empty())
        || matches!(arn.as_slice(), ["arn", partition, "kms", _, _, resource]
            if partition.starts_with("aws") && (resource.starts_with("key/") || resource.starts_with("alias/")))
        || text.strip_prefix("mrk-").is_some_and(|id| id.len() == 32 && hex(id))
        || (text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.split('-').all(hex));
    if good {
        return Ok(text.to_owned());
    }
    Err(format!("`{text}` is not a KMS key\nwrite an alias such as alias/shop-dr, a key id, or a key's ARN"))
}

fn rule_path(text: &str) -> Result<String, String> {
    if text.is_empty() || text.trim() != text || text.split('/').any(str::is_empty) {
        return Err(format!(
            "`{text}` is not the path of a finding\nwrite it as `lifeboat drift` prints it, such as web/tags/CostCentre; \
             `*` stands for any part of one segment, `**` for the rest"
        ));
    }
    Ok(text.to_owned())
}
