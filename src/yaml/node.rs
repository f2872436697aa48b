//! Owns untyped YAML nodes that keep CloudFormation tags, exact scalars and positions.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Spanned, Tagged};

/// A YAML node with its tag and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The tag as written, such as `!Ref`; none where the node has none.
    pub tag: Option<String>,
    /// What it holds.
    pub kind: Kind,
    /// Line, from 1.
    pub line: u64,
    /// Column, from 1.
    pub column: u64,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`; `yes`, `on` and their like are text.
    Bool(bool),
    /// A plain scalar that looks like a number, exactly as written: `012345678901`, `1.10`.
    Number(String),
    /// Text.
    Text(String),
    /// A sequence.
    Sequence(Vec<Node>),
    /// A mapping in the order written; no key stands twice.
    Mapping(Vec<(String, Node)>),
}

/// Why a text is not a YAML document lifeboat takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct NodeError {
    /// Line, from 1; 0 when unknown.
    pub line: u64,
    /// Column, from 1; 0 when unknown.
    pub column: u64,
    /// What is wrong.
    pub message: String,
}

impl Node {
    /// Reads one document. Duplicate keys and documents beyond the budgets are errors; CloudFormation refuses templates
    /// over 1 MB, so the budgets are set to what such a template can hold.
    pub fn read(text: &str) -> Result<Node, NodeError> {
        let options = serde_saphyr::options! {
            strict_booleans: true,
            duplicate_keys: DuplicateKeyPolicy::Error,
            with_snippet: false,
            budget: serde_saphyr::budget! {
                max_nodes: 400_000,
                max_events: 1_000_000,
                max_aliases: 200,
                max_depth: 64,
                max_total_scalar_bytes: 8 * 1024 * 1024,
            },
        };
        let raw: Raw = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
            let place = error.location();
            NodeError {
                line: place.map_or(0, |place| place.line()),
                column: place.map_or(0, |place| place.column()),
                message: sentence(&error.to_string()),
            }
        })?;
        Ok(raw.into_node(text))
    }

    /// An error at this node.
    pub fn error(&self, message: impl Into<String>) -> NodeError {
        NodeError { line: self.line, column: self.column, message: message.into() }
    }
}

/// The parser's words without its advice to programmers and without the place, which the error has already.
fn sentence(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    let place = first.rfind(" at line ").filter(|at| first[*at..].contains("column"));
    let without_place = &first[..place.unwrap_or(first.len())];
    without_place.replace(", set DuplicateKeyPolicy in Options if acceptable", "")
}

/// A node as the parser hands it over: numbers are known only by their place in the text.
#[derive(Deserialize)]
#[serde(transparent)]
struct Raw(Spanned<Tagged<RawKind>>);

enum RawKind {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    Sequence(Vec<Raw>),
    Mapping(Vec<(String, Raw)>),
}

impl Raw {
    fn into_node(self, source: &str) -> Node {
        let Spanned { value: Tagged(kind, tag), referenced, defined, .. } = self.0;
        let kind = match kind {
            RawKind::Null => Kind::Null,
            RawKind::Bool(value) => Kind::Bool(value),
            RawKind::Number(parsed) => {
                let span = defined.span();
                let exact = span.byte_offset().zip(span.byte_len()).and_then(|(start, len)| {
                    let start = usize::try_from(start).ok()?;
                    source.get(start..start + usize::try_from(len).ok()?)
                });
                Kind::Number(exact.map_or(parsed, |text| text.trim().to_owned()))
            }
            RawKind::Text(text) => Kind::Text(text),
            RawKind::Sequence(items) => Kind::Sequence(items.into_iter().map(|item| item.into_node(source)).collect()),
            RawKind::Mapping(entries) => {
                Kind::Mapping(entries.into_iter().map(|(key, value)| (key, value.into_node(source))).collect())
            }
        };
        Node { tag, kind, line: referenced.line(), column: referenced.column() }
    }
}

impl<'de> Deserialize<'de> for RawKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KindVisitor)
    }
}

struct KindVisitor;

impl<'de> Visitor<'de> for KindVisitor {
    type Value = RawKind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML node")
    }

    fn visit_unit<E>(self) -> Result<RawKind, E> {
        Ok(RawKind::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<RawKind, E> {
        Ok(RawKind::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<RawKind, E> {
        Ok(RawKind::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<RawKind, E> {
        Ok(RawKind::Number(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<RawKind, E> {
        Ok(RawKind::Number(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<RawKind, E> {
        Ok(RawKind::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<RawKind, E> {
        Ok(RawKind::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<RawKind, E> {
        Ok(RawKind::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<RawKind, E> {
        Ok(RawKind::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<RawKind, A::Error> {
        let mut out = Vec::new();
        while let Some(item) = items.next_element()? {
            out.push(item);
        }
        Ok(RawKind::Sequence(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<RawKind, A::Error> {
        let mut out = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            out.push(entry);
        }
        Ok(RawKind::Mapping(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Kind {
        Node::read(text).expect(text).kind
    }

    #[test]
    fn keeps_scalars_as_written() {
        for text in ["012345678901", "1.10", "1_000", "1e3", "42", "-7"] {
            assert_eq!(kind(text), Kind::Number(text.into()), "{text}");
        }
        for text in ["yes", "on", "Y", "2010-09-09", "10.80.0.0/19", "AWS::EC2::VPC"] {
            assert_eq!(kind(text), Kind::Text(text.into()), "{text}");
        }
        assert_eq!(kind("'012'"), Kind::Text("012".into()));
        assert_eq!(kind("true"), Kind::Bool(true));
        assert_eq!(kind("~"), Kind::Null);
    }

    #[test]
    fn keeps_tags_and_places() {
        let node = Node::read("a: 1\nb:\n  - !Ref Vpc\n  - !Sub ['${x}', {x: !GetAtt A.B}]\n").expect("reads");
        let Kind::Mapping(entries) = node.kind else { panic!("not a mapping") };
        let Kind::Sequence(items) = &entries[1].1.kind else { panic!("not a sequence") };
        assert_eq!(items[0].tag.as_deref(), Some("!Ref"));
        assert_eq!((items[0].line, items[0].kind.clone()), (3, Kind::Text("Vpc".into())));
        assert_eq!(items[1].tag.as_deref(), Some("!Sub"));
    }

    #[test]
    fn refuses_what_cannot_be_meant() {
        for (text, expected) in [("a: 1\na: 2\n", "duplicate"), ("a: [1\n", ""), ("a: &x [*x]\n", "")] {
            let error = Node::read(text).expect_err(text);
            assert!(error.to_string().to_lowercase().contains(expected), "{error}");
        }
        let bomb = format!("a: &a [x, x]\nb:\n{}", "  - *a\n".repeat(300));
        assert!(Node::read(&bomb).is_err(), "more aliases than any template needs");
        assert!(Node::read(&bomb.replacen("*a", "a", 290)).is_ok());
        assert!(Node::read(&"[".repeat(10_000)).is_err());
    }
}
