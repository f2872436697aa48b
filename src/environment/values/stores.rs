//! Owns the kinds of value that name data stores, each with the rule of the service that owns the name.

use super::kind::text_kinds;

text_kinds! {
    /// The identifier of an RDS instance.
    DatabaseId(String): expects "the identifier of a database such as shop-orders",
        pattern "^[a-z](-?[a-z0-9])*$", parse database_id;
    /// An RDS instance class.
    DatabaseClass(String): expects "a database class such as db.r6g.large", pattern "^db\\.[a-z0-9-]+\\.[a-z0-9-]+$",
        parse database_class;
    /// The name of a DynamoDB table.
    TableName(String): expects "the name of a table", pattern "^[A-Za-z0-9_.-]{3,255}$", parse table;
    /// The name of a bucket.
    BucketName(String): expects "the name of a bucket", pattern "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", parse bucket;
    /// The full name of one parameter.
    ParameterName(String): expects "the name of a parameter such as /shop/prod/db/host",
        pattern "^(/[A-Za-z0-9_.-]+)+$", parse parameter;
}

/// Longest identifier of an RDS instance (CreateDBInstance).
pub const LONGEST_DATABASE_ID: usize = 63;

/// Longest name of a bucket (S3 user guide, bucket naming rules).
pub const LONGEST_BUCKET: usize = 63;

/// Why a text cannot be the identifier of an RDS instance: 1 to 63 letters, digits and single hyphens, a letter first
/// (CreateDBInstance). RDS keeps it in lower case.
pub fn bad_database_id(text: &str) -> Option<&'static str> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.is_empty() {
        Some("it is empty")
    } else if text.len() > LONGEST_DATABASE_ID {
        Some("it has more than 63 characters")
    } else if !text.chars().all(allowed) {
        Some("it has characters other than lower-case letters, digits and hyphens")
    } else if !text.starts_with(|c: char| c.is_ascii_lowercase()) {
        Some("it does not begin with a letter")
    } else if text.ends_with('-') || text.contains("--") {
        Some("it has two hyphens in a row, or one at its end")
    } else {
        None
    }
}

/// Why a text cannot be the name of a bucket (S3 user guide, bucket naming rules).
pub fn bad_bucket(text: &str) -> Option<&'static str> {
    let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if !(3..=LONGEST_BUCKET).contains(&text.len()) {
        Some("it has 3 to 63 characters")
    } else if !text.chars().all(|c| edge(c) || c == '.' || c == '-') {
        Some("it has lower-case letters, digits, dots and dashes only")
    } else if !text.starts_with(edge) || !text.ends_with(edge) {
        Some("it begins and ends with a letter or digit")
    } else if text.contains("..") || text.parse::<std::net::Ipv4Addr>().is_ok() {
        Some("it has no two dots in a row and is no address")
    } else {
        None
    }
}

fn database_id(text: &str) -> Result<String, String> {
    if text.starts_with("arn:") {
        return Err(format!("`{text}` is an ARN\nwrite the instance's identifier alone, such as shop-orders"));
    }
    match bad_database_id(text) {
        None => Ok(text.to_owned()),
        Some(why) => Err(format!(
            "`{text}` is not the identifier of a database: {why}\nwrite it as `aws rds describe-db-instances` shows it, \
             such as shop-orders"
        )),
    }
}

fn database_class(text: &str) -> Result<String, String> {
    let part = |part: &&str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    let parts: Vec<&str> = text.split('.').collect();
    match parts.as_slice() {
        ["db", family, size] if part(family) && part(size) => Ok(text.to_owned()),
        _ => Err(format!("`{text}` is not a database class\nwrite it with its `db.`: db.r6g.large")),
    }
}

fn table(text: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if (3..=255).contains(&text.len()) && text.chars().all(allowed) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "`{text}` is not the name of a table\na table's name has 3 to 255 letters, digits, `_`, `.` and `-`; write the \
         name, not the ARN"
    ))
}

fn bucket(text: &str) -> Result<String, String> {
    match bad_bucket(text) {
        None => Ok(text.to_owned()),
        Some(rule) => Err(format!(
            "`{text}` is not a bucket name\n{rule}; write the name alone, without `s3://` and without a key"
        )),
    }
}

/// Levels of a parameter's name (Systems Manager API reference, PutParameter).
const DEEPEST: usize = 15;

fn parameter(text: &str) -> Result<String, String> {
    let Some(inner) = text.strip_prefix('/') else {
        return Err(format!("`{text}` is not the full name of a parameter\nit begins with a slash: /{text}"));
    };
    let levels: Vec<&str> = inner.split('/').collect();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if levels.iter().any(|level| level.is_empty() || !level.chars().all(allowed)) || levels.len() > DEEPEST {
        return Err(format!(
            "`{text}` is not the name of a parameter\nits levels, at most 15, have letters, digits, `_`, `.` and `-`, and it \
             names one parameter, not a path"
        ));
    }
    let first = levels.first().copied().unwrap_or_default().to_ascii_lowercase();
    if first.starts_with("aws") || first.starts_with("ssm") {
        return Err(format!("`{text}` belongs to AWS\nnames that begin with aws or ssm cannot be written"));
    }
    Ok(text.to_owned())
}
