//! Owns positions in a text, and values that know theirs.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, Error as _, SeqAccess, Visitor};

/// Where something stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// Line, 1-based.
    pub line: u32,
    /// Column in characters, 1-based.
    pub column: u32,
    /// First byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// The name under which [`Placed`] asks the tree reader for its place and its protection.
pub(super) const PLACED: &str = "lifeboat::yaml::Placed";

/// A value and where it stands. An error inside it is recorded by the reader and leaves `value` empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Placed<T> {
    /// The value; `None` when it was wrong or missing, which is then among the errors.
    pub value: Option<T>,
    /// Where it stands; for a missing one, where it should.
    pub place: Place,
}

impl<T> Placed<T> {
    /// The value together with its place, when it could be read.
    pub fn get(&self) -> Option<(&T, Place)> {
        self.value.as_ref().map(|value| (value, self.place))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Placed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(PLACED, PlacedVisitor(PhantomData))
    }
}

struct PlacedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PlacedVisitor<T> {
    type Value = Placed<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its place")
    }

    /// The tree reader hands out line, column, first and last byte, then the value unless it was wrong.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Placed<T>, A::Error> {
        let mut number = || {
            seq.next_element::<u64>()?
                .and_then(|n| usize::try_from(n).ok())
                .ok_or_else(|| A::Error::custom("a place has four numbers"))
        };
        let (line, column, start, end) = (number()?, number()?, number()?, number()?);
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let place = Place { line: narrow(line), column: narrow(column), start, end };
        Ok(Placed { value: seq.next_element()?, place })
    }
}

/// A placed value looks like the value.
impl<T: JsonSchema> JsonSchema for Placed<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
