//! Owns the two ways a value gets into a template: `json` for any value, and the guard on bare words.

use handlebars::{
    Context, Handlebars, Helper, HelperResult, Output, PathAndJson, RenderContext, RenderError, RenderErrorReason,
};
use serde_json::Value;

/// The helper behind a bare `{{value}}`.
pub(super) const WORD: &str = "lifeboat-word";

/// Helpers template authors may use outside blocks and in parentheses.
pub(super) const INLINE: [&str; 11] = ["and", "eq", "gt", "gte", "json", "len", "lt", "lte", "ne", "not", "or"];

/// Helpers template authors may use as blocks.
pub(super) const BLOCKS: [&str; 5] = ["each", "if", "raw", "unless", "with"];

pub(super) fn register(registry: &mut Handlebars<'_>) {
    registry.register_helper("json", Box::new(json));
    registry.register_helper(WORD, Box::new(word));
    // These read more than the view; templates have no use for them.
    registry.unregister_helper("lookup");
    registry.unregister_helper("log");
}

/// A helper's one argument, which must be there.
fn argument<'h, 'rc>(helper: &'h Helper<'rc>, name: &'static str) -> Result<&'h PathAndJson<'rc>, RenderError> {
    let param = helper.param(0).ok_or(RenderErrorReason::ParamNotFoundForIndex(name, 0))?;
    match param.is_value_missing() {
        true => Err(RenderErrorReason::MissingVariable(param.relative_path().cloned()).into()),
        false => Ok(param),
    }
}

/// Writes a value as JSON, which is YAML that no value can break out of.
fn json(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let param = argument(helper, "json")?;
    if let Some(text) = live_reference(param.value()) {
        return Err(RenderErrorReason::Other(format!(
            "the value `{text}` holds a CloudFormation dynamic reference, which only a template's author may write"
        ))
        .into());
    }
    out.write(&safe_json(param.value()))?;
    Ok(())
}

/// Writes a value bare, if it is a word that YAML cannot misread.
fn word(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let param = argument(helper, "value")?;
    match param.value() {
        Value::String(text) if is_plain_word(text) => out.write(text)?,
        value @ (Value::Number(_) | Value::Bool(_)) => out.write(&value.to_string())?,
        value => {
            let name = param.relative_path().map_or("this", String::as_str);
            return Err(RenderErrorReason::Other(format!(
                "the value of `{name}`, {}, is not a plain word and could change what the template means; \
                 write `{{{{json {name}}}}}`",
                shortened(value)
            ))
            .into());
        }
    }
    Ok(())
}

/// Letters, digits and `_ . / -`, beginning with a letter or digit, and not one of YAML's words for something else.
fn is_plain_word(text: &str) -> bool {
    const OTHER_MEANINGS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-'))
        && !OTHER_MEANINGS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// The first text in a value that CloudFormation would resolve.
pub(super) fn live_reference(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) if text.contains("{{resolve:") => Some(text),
        Value::Array(items) => items.iter().find_map(live_reference),
        Value::Object(map) => map.values().find_map(live_reference),
        _ => None,
    }
}

/// JSON in which every character YAML does not print is escaped.
fn safe_json(value: &Value) -> String {
    let mut out = String::new();
    for c in value.to_string().chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            _ => out.push(c),
        }
    }
    out
}

fn shortened(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::node::Node;

    #[test]
    fn words_are_words() {
        for word in ["10.80.0.0/19", "SgWeb", "us-west-2", "internet-facing", "80"] {
            assert!(is_plain_word(word), "{word}");
        }
        for text in ["", "a b", "a: b", "yes", "No", "null", "~", "#x", "-x", "a\nb", "{{x}}", "é", "'x'", "*a", "a#b"]
        {
            assert!(!is_plain_word(text), "{text}");
        }
    }

    #[test]
    fn every_value_comes_back_from_yaml_as_it_was() {
        for text in [
            "a \"quoted\" 'value'",
            "line\nbreak\r\n\ttab",
            "key: value # not a comment",
            "- item",
            "\u{7f}\u{85}\u{2028}\u{feff}\u{0}",
            "${AWS::Region} !Ref x &a *a %TAG",
            "12:30:45",
            "on",
            "012",
            "\\",
            "🚒",
        ] {
            let value = serde_json::json!([{ "Key": text }]);
            let yaml = format!("a:\n  b: {}\n", safe_json(&value));
            let read = Node::read(&yaml).expect(text).to_json().expect(text);
            assert_eq!(read["a"]["b"], value, "{yaml}");
        }
    }
}
