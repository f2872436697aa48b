//! Owns the tree a YAML text is read into: plain values with positions; duplicate keys are found here.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};
use serde_saphyr::{Location, MessageFormatter as _, Options, Spanned, UserMessageFormatter};

use super::{Place, ReadError, ReadErrorKind};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    pub(super) place: Place,
    pub(super) node: Node,
}

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
    List(Vec<Tree>),
    Map(Vec<Entry>),
}

/// A key of a map and what it holds.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Always text, whatever it looked like.
    pub(super) key: Tree,
    pub(super) value: Tree,
}

impl Entry {
    /// The key as text.
    pub(super) fn name(&self) -> &str {
        match &self.key.node {
            Node::Text(text) => text,
            _ => "",
        }
    }
}

/// Reads a text into a tree without duplicate keys (the first of each stays) and reports those there were. Fails on a text
/// that is not YAML. The error is boxed because it is large and rare.
pub(super) fn parse(text: &str) -> Result<(Tree, Vec<ReadError>), Box<ReadError>> {
    match from_str(text, DuplicateKeyPolicy::Error) {
        Ok(tree) => Ok((tree, Vec::new())),
        Err(error) => {
            let first = syntax_error(text, &error);
            if !matches!(first.kind, ReadErrorKind::DuplicateKey { .. }) {
                return Err(Box::new(first));
            }
            // A duplicate key stops that reader. To find everything else too, read on leniently and look for them here.
            let mut tree =
                from_str(text, DuplicateKeyPolicy::LastWins).map_err(|error| Box::new(syntax_error(text, &error)))?;
            let mut errors = Vec::new();
            remove_duplicates(&mut tree, "", &mut errors);
            if errors.is_empty() {
                errors.push(first);
            }
            Ok((tree, errors))
        }
    }
}

fn from_str(text: &str, duplicate_keys: DuplicateKeyPolicy) -> Result<Tree, serde_saphyr::Error> {
    let spanned: Spanned<Node> = serde_saphyr::from_str_with_options(text, options(duplicate_keys))?;
    Ok(tree_of(spanned))
}

/// The one place that says how YAML files of people are read.
fn options(duplicate_keys: DuplicateKeyPolicy) -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: 20_000,
            max_aliases: 200,
            // Reading recurses, and the deepest environment file has six levels.
            max_depth: 24,
            max_total_scalar_bytes: 1_000_000,
        },
        duplicate_keys: duplicate_keys,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

fn syntax_error(text: &str, error: &serde_saphyr::Error) -> ReadError {
    use serde_saphyr::Error;
    let place = error.location().map_or(Place { line: 1, column: 1, start: 0, end: 0 }, |location| {
        let place = place_of(location);
        match location.span().byte_offset() {
            Some(_) => Place { start: place.start.min(text.len()), end: place.end.min(text.len()), ..place },
            // The scanner tells line and column only.
            None => find_bytes(text, place),
        }
    });
    let syntax = |message: &str, help: &str| ReadErrorKind::Syntax { message: message.into(), help: Some(help.into()) };
    let kind = match error {
        Error::DuplicateMappingKey { key, .. } => {
            ReadErrorKind::DuplicateKey { key: key.clone().unwrap_or_default(), first: None }
        }
        Error::MultipleDocuments { .. } => {
            syntax("a second document begins here", "a file holds one: take one of them out")
        }
        Error::Budget { .. } => syntax(
            "the file is larger or more deeply nested than such a file can be",
            "it may have 20,000 values, 24 levels and 1,000,000 characters of text, aliases counted in full",
        ),
        Error::MergeKeyNotAllowed { .. } => syntax("the merge key `<<` is not supported", "write the keys out here"),
        Error::UnsupportedTag { .. } => {
            ReadErrorKind::Syntax { message: told(error), help: Some("write the plain value".into()) }
        }
        error => syntax(
            &told(error),
            "look on this line and the one before for a missing quote, bracket, colon or space, or for a tab",
        ),
    };
    ReadError { place, path: String::new(), kind }
}

fn told(error: &serde_saphyr::Error) -> String {
    UserMessageFormatter.format_message(error).into_owned()
}

/// The bytes of the character at a place's line and column.
fn find_bytes(text: &str, place: Place) -> Place {
    let line_start = match place.line {
        0 | 1 => 0,
        line => text.match_indices('\n').nth(line as usize - 2).map_or(text.len(), |(newline, _)| newline + 1),
    };
    let rest = &text[line_start..];
    let mut characters = rest.char_indices().skip(place.column.saturating_sub(1) as usize);
    let (offset, length) = characters.next().map_or((rest.len(), 0), |(offset, c)| (offset, c.len_utf8()));
    Place { start: line_start + offset, end: line_start + offset + length, ..place }
}

fn place_of(location: Location) -> Place {
    let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let wide = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let span = location.span();
    let start = wide(span.byte_offset().unwrap_or(0));
    let end = start.saturating_add(wide(span.byte_len().unwrap_or(0)));
    Place { line: narrow(location.line()), column: narrow(location.column()), start, end }
}

fn tree_of(spanned: Spanned<Node>) -> Tree {
    Tree { place: place_of(spanned.referenced), node: spanned.value }
}

fn remove_duplicates(tree: &mut Tree, path: &str, errors: &mut Vec<ReadError>) {
    match &mut tree.node {
        Node::List(items) => {
            for (i, item) in items.iter_mut().enumerate() {
                remove_duplicates(item, &format!("{path}[{i}]"), errors);
            }
        }
        Node::Map(entries) => {
            let mut seen: BTreeMap<String, Place> = BTreeMap::new();
            entries.retain_mut(|entry| {
                let path = join(path, entry.name());
                remove_duplicates(&mut entry.value, &path, errors);
                let name = entry.name().to_owned();
                if let Some(first) = seen.get(&name) {
                    let kind = ReadErrorKind::DuplicateKey { key: name, first: Some(*first) };
                    errors.push(ReadError { place: entry.key.place, path, kind });
                    return false;
                }
                seen.insert(name, entry.key.place);
                true
            });
        }
        _ => {}
    }
}

/// The path of a key below another path.
pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Signed(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Unsigned(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Node, E> {
        Ok(Node::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<Spanned<Node>>()? {
            items.push(tree_of(item));
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<Spanned<Node>>()? {
            let text = match key.value {
                Node::Text(ref text) => text.clone(),
                Node::Bool(value) => value.to_string(),
                Node::Signed(value) => value.to_string(),
                Node::Unsigned(value) => value.to_string(),
                Node::Float(value) => value.to_string(),
                Node::Null => String::new(),
                Node::List(_) | Node::Map(_) => {
                    return Err(A::Error::custom("a key must be text, not a list or a map"));
                }
            };
            let value = tree_of(map.next_value::<Spanned<Node>>()?);
            entries.push(Entry { key: Tree { place: place_of(key.referenced), node: Node::Text(text) }, value });
        }
        Ok(Node::Map(entries))
    }
}
