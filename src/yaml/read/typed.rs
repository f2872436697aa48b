//! Owns reading a type from the tree: it goes on after an error wherever a [`Placed`](super::Placed) value stops it.

use std::cell::RefCell;
use std::{slice, vec};

use serde::de::value::{StrDeserializer, U64Deserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;

use super::flaw::Flaw;
use super::place::PLACED;
use super::tree::{Entry, Node, Tree, join};
use super::{Place, ReadError, ReadErrorKind};

/// Reads a value and every error on the way.
pub(super) fn read<T: DeserializeOwned>(text: &str, tree: &Tree) -> (Option<T>, Vec<ReadError>) {
    let context = Context { text, errors: RefCell::new(Vec::new()) };
    let at = At { tree, head: first_key(tree), path: String::new(), context: &context };
    let value = T::deserialize(at).map_err(|flaw| context.record(flaw)).ok();
    (value, context.errors.into_inner())
}

struct Context<'a> {
    text: &'a str,
    errors: RefCell<Vec<ReadError>>,
}

impl Context<'_> {
    fn record(&self, flaw: Flaw) {
        let (place, path) = flaw.at.unwrap_or_default();
        self.errors.borrow_mut().push(ReadError { place, path, kind: *flaw.kind });
    }
}

/// A block map has no mark of its own in the text; its first key stands for it.
fn first_key(tree: &Tree) -> Place {
    match &tree.node {
        Node::Map(entries) => entries.first().map_or(tree.place, |entry| entry.key.place),
        _ => tree.place,
    }
}

/// A value about to be read.
struct At<'a> {
    tree: &'a Tree,
    /// What introduces it: its key, or the first key of a map in a list.
    head: Place,
    path: String,
    context: &'a Context<'a>,
}

impl<'a> At<'a> {
    /// Where people look for this value: what is empty or a collection is pointed at by its head.
    fn place(&self) -> Place {
        match self.tree.node {
            Node::Null | Node::Map(_) | Node::List(_) => self.head,
            _ => self.tree.place,
        }
    }

    fn unexpected(&self) -> Unexpected<'a> {
        match &self.tree.node {
            Node::Null => Unexpected::Unit,
            Node::Bool(value) => Unexpected::Bool(*value),
            Node::Signed(value) => Unexpected::Signed(*value),
            Node::Unsigned(value) => Unexpected::Unsigned(*value),
            Node::Float(value) => Unexpected::Float(*value),
            Node::Text(value) => Unexpected::Str(value),
            Node::List(_) => Unexpected::Seq,
            Node::Map(_) => Unexpected::Map,
        }
    }

    /// The same flaw telling a number as it is written: `012` must not come out as 12.
    fn as_written(&self, mut flaw: Flaw) -> Flaw {
        let number = matches!(self.tree.node, Node::Signed(_) | Node::Unsigned(_) | Node::Float(_));
        let raw = self.context.text.get(self.tree.place.start..self.tree.place.end).map_or("", str::trim);
        if number
            && flaw.at.is_none()
            && !raw.is_empty()
            && let ReadErrorKind::WrongType { found, .. } = &mut *flaw.kind
        {
            *found = format!("the number `{raw}`");
        }
        flaw
    }

    /// Lets a seed read this value; what it raises gets this place unless a deeper reader gave it a better one.
    fn seed<'de, S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Flaw> {
        let (place, path) = (self.place(), self.path.clone());
        seed.deserialize(self).map_err(|flaw| flaw.at(place, &path))
    }
}

impl<'de> Deserializer<'de> for At<'_> {
    type Error = Flaw;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        let context = self.context;
        let result = match &self.tree.node {
            Node::Null => visitor.visit_unit(),
            Node::Bool(value) => visitor.visit_bool(*value),
            Node::Signed(value) => visitor.visit_i64(*value),
            Node::Unsigned(value) => visitor.visit_u64(*value),
            Node::Float(value) => visitor.visit_f64(*value),
            Node::Text(value) => visitor.visit_str(value),
            Node::List(items) => {
                visitor.visit_seq(Items { items: items.iter().enumerate(), path: &self.path, context })
            }
            Node::Map(entries) => visitor.visit_map(Fields {
                entries: entries.iter().collect::<Vec<_>>().into_iter(),
                absent: [].iter(),
                next: Next::Nothing,
                head: self.head,
                path: &self.path,
                context,
            }),
        };
        result.map_err(|flaw| self.as_written(flaw).at(self.place(), &self.path))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        match self.tree.node {
            Node::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Flaw> {
        if name == PLACED {
            let context = self.context;
            let place = self.place();
            return visitor.visit_seq(Protected { place, step: 0, subject: Some(Ok(self)), context });
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Flaw> {
        // Some structs have a short form; the others refuse a text as they refuse any other value.
        if let Node::Text(text) = &self.tree.node {
            return visitor.visit_str(text).map_err(|flaw: Flaw| flaw.at(self.place(), &self.path));
        }
        let Node::Map(entries) = &self.tree.node else {
            let flaw = Flaw::invalid_type(self.unexpected(), &visitor);
            return Err(self.as_written(flaw).at(self.place(), &self.path));
        };
        let (known, unknown): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|e| fields.contains(&e.name()));
        for entry in unknown {
            let kind = ReadErrorKind::UnknownKey { key: entry.name().to_owned(), known: fields };
            self.context.record(Flaw::new(kind).at(entry.key.place, &join(&self.path, entry.name())));
        }
        let absent: Vec<&'static str> =
            fields.iter().copied().filter(|field| !entries.iter().any(|e| e.name() == *field)).collect();
        let fields = Fields {
            entries: known.into_iter(),
            absent: absent.iter(),
            next: Next::Nothing,
            head: self.head,
            path: &self.path,
            context: self.context,
        };
        visitor.visit_map(fields).map_err(|flaw| flaw.at(self.place(), &self.path))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Flaw> {
        let flaw = match &self.tree.node {
            Node::Text(word) if variants.contains(&word.as_str()) => {
                return visitor.visit_enum(StrDeserializer::<Flaw>::new(word));
            }
            Node::Text(word) => Flaw::new(ReadErrorKind::UnknownWord { word: word.clone(), known: variants }),
            _ => {
                let expected = format!("one of `{}`", variants.join("`, `"));
                self.as_written(Flaw::invalid_type(self.unexpected(), &expected.as_str()))
            }
        };
        Err(flaw.at(self.place(), &self.path))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

/// The items of a list.
struct Items<'a> {
    items: std::iter::Enumerate<slice::Iter<'a, Tree>>,
    path: &'a str,
    context: &'a Context<'a>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Flaw;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Flaw> {
        let Some((i, tree)) = self.items.next() else { return Ok(None) };
        let path = format!("{}[{i}]", self.path);
        At { tree, head: first_key(tree), path, context: self.context }.seed(seed).map(Some)
    }
}

/// The keys of a map; after them the keys a struct would have liked, so that each missing one is told with its place.
struct Fields<'a> {
    entries: vec::IntoIter<&'a Entry>,
    absent: slice::Iter<'a, &'static str>,
    next: Next<'a>,
    head: Place,
    path: &'a str,
    context: &'a Context<'a>,
}

enum Next<'a> {
    Nothing,
    Entry(&'a Entry),
    Absent(&'static str),
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Flaw;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Flaw> {
        if let Some(entry) = self.entries.next() {
            self.next = Next::Entry(entry);
            let path = join(self.path, entry.name());
            return At { tree: &entry.key, head: entry.key.place, path, context: self.context }.seed(seed).map(Some);
        }
        let Some(key) = self.absent.next() else { return Ok(None) };
        self.next = Next::Absent(key);
        seed.deserialize(StrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Flaw> {
        match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::Entry(entry) => {
                let path = join(self.path, entry.name());
                At { tree: &entry.value, head: entry.key.place, path, context: self.context }.seed(seed)
            }
            Next::Absent(key) => {
                let flaw = Flaw::missing_field(key).at(self.head, &join(self.path, key));
                seed.deserialize(Absent { flaw, place: self.head, context: self.context })
            }
            Next::Nothing => Err(Flaw::custom("a value was asked for before its key")),
        }
    }
}

/// A value that is not there: fine for an option, an error for everything else.
struct Absent<'a> {
    flaw: Flaw,
    place: Place,
    context: &'a Context<'a>,
}

impl<'de> Deserializer<'de> for Absent<'_> {
    type Error = Flaw;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Flaw> {
        Err(self.flaw)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Flaw> {
        if name == PLACED {
            let (place, context) = (self.place, self.context);
            return visitor.visit_seq(Protected { place, step: 0, subject: Some(Err(self.flaw)), context });
        }
        Err(self.flaw)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

/// What [`Placed`](super::Placed) sees: the four numbers of a place, then the value; an error in it ends here.
struct Protected<'a> {
    place: Place,
    step: u8,
    subject: Option<Result<At<'a>, Flaw>>,
    context: &'a Context<'a>,
}

impl<'de> SeqAccess<'de> for Protected<'_> {
    type Error = Flaw;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Flaw> {
        let number = match self.step {
            0 => u64::from(self.place.line),
            1 => u64::from(self.place.column),
            2 => self.place.start as u64,
            3 => self.place.end as u64,
            _ => {
                let Some(subject) = self.subject.take() else { return Ok(None) };
                let result = subject.and_then(|at| at.seed(seed));
                return Ok(result.map_err(|flaw| self.context.record(flaw)).ok());
            }
        };
        self.step += 1;
        seed.deserialize(U64Deserializer::new(number)).map(Some)
    }
}
