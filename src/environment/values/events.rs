//! Owns the kinds of value that name event sources, each with the rule of the service that owns the name.

use super::kind::text_kinds;

text_kinds! {
    /// The name of an EventBridge rule.
    RuleName(String): expects "the name of a rule such as shop-nightly, or a map with `name`",
        pattern "^[A-Za-z0-9_.-]{1,64}$", parse rule;
    /// The name of an event bus.
    BusName(String): expects "the name of an event bus", pattern "^[A-Za-z0-9_./-]{1,256}$", parse bus;
    /// The name of a Lambda function, with an alias or a version after a colon.
    FunctionName(String): expects "the name of a Lambda function such as shop-orders",
        pattern "^[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_$-]{1,128})?$", parse function;
    /// The name of what an event source mapping reads.
    SourceName(String): expects "the name of a queue, a stream or a table", pattern "^[A-Za-z0-9_.-]{1,255}$",
        parse source;
    /// The name of a rule or of a function.
    TriggerName(String): expects "the name of a rule or a function", pattern "^[A-Za-z0-9_.:$-]{1,193}$", parse trigger;
}

/// Whether all characters are letters, digits or among `others`, and there are 1 to `most` of them.
fn made_of(text: &str, others: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

fn no_arn(text: &str, what: &str, such_as: &str) -> Result<(), String> {
    if text.starts_with("arn:") {
        return Err(format!("`{text}` is an ARN, and an ARN is of one Region\nwrite {what} alone, such as {such_as}"));
    }
    Ok(())
}

/// Names of rules: 1 to 64 letters, digits, `.`, `-` and `_` (PutRule).
fn rule(text: &str) -> Result<String, String> {
    no_arn(text, "the rule's name", "shop-nightly")?;
    if made_of(text, ".-_", 64) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "`{text}` is not the name of a rule\nit has 1 to 64 letters, digits, dots, dashes and underscores, as \
         `aws events list-rules` shows it"
    ))
}

/// Names of buses: 1 to 256 letters, digits, `.`, `-`, `_` and, for partners, `/` (CreateEventBus).
fn bus(text: &str) -> Result<String, String> {
    no_arn(text, "the bus's name", "orders")?;
    if made_of(text, ".-_/", 256) {
        return Ok(text.to_owned());
    }
    Err(format!("`{text}` is not the name of an event bus\nwrite it as `aws events list-event-buses` shows it"))
}

/// Names of functions: 1 to 64 letters, digits, `-` and `_`; a qualifier of up to 128 more (Lambda API reference).
fn function(text: &str) -> Result<String, String> {
    no_arn(text, "the function's name", "shop-orders")?;
    let (name, qualifier) = text.split_once(':').map_or((text, None), |(name, rest)| (name, Some(rest)));
    if made_of(name, "-_", 64) && qualifier.is_none_or(|rest| made_of(rest, "-_$", 128)) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "`{text}` is not the name of a Lambda function\nit has 1 to 64 letters, digits, dashes and underscores; an alias \
         may follow after a colon"
    ))
}

fn source(text: &str) -> Result<String, String> {
    no_arn(text, "the name of the queue, stream or table", "shop-orders-queue")?;
    if made_of(text, ".-_", 255) {
        return Ok(text.to_owned());
    }
    Err(format!("`{text}` is not the name of a queue, a stream or a table\nwrite the last part of its ARN"))
}

fn trigger(text: &str) -> Result<String, String> {
    no_arn(text, "the name in the standby", "shop-nightly")?;
    rule(text).or_else(|_| function(text)).map_err(|_| {
        format!("`{text}` is not the name of a rule or a function\nwrite what it is called in the standby Region")
    })
}

/// Whether a text may be the name of a rule.
pub fn is_rule_name(text: &str) -> bool {
    rule(text).is_ok()
}

/// Whether a text may be the name of a function.
pub fn is_function_name(text: &str) -> bool {
    function(text).is_ok()
}
