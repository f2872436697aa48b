//! Owns the kinds of value that lead users to a side: records, zones and addresses to ask.

use super::kind::text_kinds;

text_kinds! {
    /// The name of a DNS record, kept without a final dot and in lower case, as Route 53 keeps it.
    RecordName(String): expects "the name of a record such as shop.example.com",
        pattern "^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)+\\.?$", parse record;
    /// The id of a hosted zone.
    ZoneId(String): expects "the id of a hosted zone such as Z0123456789ABC", pattern "^Z[A-Z0-9]{1,31}$", parse zone;
    /// An address that is asked.
    ProbeUrl(String): expects "an http or https address", pattern "^https?://[^/\\s]\\S*$", parse probe;
}

fn record(text: &str) -> Result<String, String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if text.contains("://") || text.contains('/') {
        return Err(format!(
            "`{text}` is not the name of a record\nwrite the host name alone, such as shop.example.com"
        ));
    }
    if text.contains('*') {
        return Err(format!(
            "`{text}` is a wildcard\nname the one record that users ask for, such as shop.example.com"
        ));
    }
    if !name.contains('.') || name.len() > 253 || !name.split('.').all(label) {
        return Err(format!(
            "`{text}` is not the name of a record\nwrite it in full, such as shop.example.com: labels of letters, digits and \
             dashes, at most 63 each"
        ));
    }
    Ok(name.to_ascii_lowercase())
}

fn zone(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix('Z').unwrap_or_default();
    if (1..=31).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    let advice = match text.strip_prefix("/hostedzone/") {
        Some(id) => format!("write the id alone: {id}"),
        None if text.contains('.') => {
            "this is the zone's name; `aws route53 list-hosted-zones-by-name` shows its id, such as Z0123456789ABC"
                .to_owned()
        }
        None => "it begins with Z and has capital letters and digits, such as Z0123456789ABC".to_owned(),
    };
    Err(format!("`{text}` is not the id of a hosted zone\n{advice}"))
}

fn probe(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")).unwrap_or_default();
    if host.is_empty() || host.starts_with('/') || text.contains(char::is_whitespace) {
        return Err(format!(
            "`{text}` is not an http or https address\nwrite what a user would ask, such as https://shop.example.com/healthz"
        ));
    }
    Ok(text.to_owned())
}
