//! Owns canonical JSON: keys sorted, no white space, written straight from a value, with no tree in between.
//!
//! Digests of thousands of steps and journal lines are made while people wait for the standby.

use std::ops::Range;

use serde::Serialize;
use serde::ser::{
    Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::{Error, Value};

/// The canonical JSON of a value. The error is that of a value JSON cannot hold, such as one with a list as a key.
pub(super) fn canonical<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, Error> {
    let mut writer = Writer { out: Vec::new() };
    value.serialize(&mut writer)?;
    Ok(writer.out)
}

struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// A scalar, as `serde_json` writes it.
    fn scalar<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        serde_json::to_writer(&mut self.out, value)
    }

    /// The beginning of an object whose only key is the name of a variant.
    fn variant(&mut self, name: &'static str) -> Result<(), Error> {
        self.out.push(b'{');
        self.scalar(name)?;
        self.out.push(b':');
        Ok(())
    }

    fn list(&mut self, in_variant: bool) -> List<'_> {
        self.out.push(b'[');
        List { writer: self, is_empty: true, in_variant }
    }

    fn object(&mut self, in_variant: bool) -> Object<'_> {
        self.out.push(b'{');
        let start = self.out.len();
        Object { writer: self, start, fields: Vec::new(), key: None, in_variant }
    }
}

/// An array in the making.
struct List<'a> {
    writer: &'a mut Writer,
    is_empty: bool,
    in_variant: bool,
}

impl List<'_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        if !self.is_empty {
            self.writer.out.push(b',');
        }
        self.is_empty = false;
        value.serialize(&mut *self.writer)
    }

    fn close(self) {
        self.writer.out.extend_from_slice(if self.in_variant { b"]}" } else { b"]" });
    }
}

/// An object in the making: its fields as they come, to be put in order at its end.
struct Object<'a> {
    writer: &'a mut Writer,
    /// Where its first field begins.
    start: usize,
    /// Each key, and where key and value are.
    fields: Vec<(Key, Range<usize>)>,
    key: Option<Key>,
    in_variant: bool,
}

type Key = std::borrow::Cow<'static, str>;

impl Object<'_> {
    fn field<T: Serialize + ?Sized>(&mut self, key: Key, value: &T) -> Result<(), Error> {
        if !self.fields.is_empty() {
            self.writer.out.push(b',');
        }
        let from = self.writer.out.len();
        self.writer.scalar(key.as_ref())?;
        self.writer.out.push(b':');
        value.serialize(&mut *self.writer)?;
        self.fields.push((key, from..self.writer.out.len()));
        Ok(())
    }

    fn close(mut self) {
        if !self.fields.is_sorted_by(|(a, _), (b, _)| a < b) {
            let written = self.writer.out.split_off(self.start);
            // Stable, so that of two fields of one name the later one stays.
            self.fields.sort_by(|(a, _), (b, _)| a.cmp(b));
            let mut fields = self.fields.iter().peekable();
            let mut is_first = true;
            while let Some((key, range)) = fields.next() {
                if fields.peek().is_some_and(|(next, _)| next == key) {
                    continue;
                }
                if !is_first {
                    self.writer.out.push(b',');
                }
                is_first = false;
                let (from, to) = (range.start - self.start, range.end - self.start);
                self.writer.out.extend_from_slice(written.get(from..to).unwrap_or_default());
            }
        }
        self.writer.out.extend_from_slice(if self.in_variant { b"}}" } else { b"}" });
    }
}

/// The text of a map's key.
fn key_text<T: Serialize + ?Sized>(key: &T) -> Result<Key, Error> {
    match serde_json::to_value(key)? {
        Value::String(text) => Ok(text.into()),
        Value::Number(number) => Ok(number.to_string().into()),
        Value::Bool(is) => Ok(is.to_string().into()),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(Error::custom("a key must be a string")),
    }
}

macro_rules! scalars {
    ($($method:ident: $type:ty),* $(,)?) => {
        $(fn $method(self, value: $type) -> Result<(), Error> {
            self.scalar(&value)
        })*
    };
}

impl<'a> Serializer for &'a mut Writer {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = List<'a>;
    type SerializeMap = Object<'a>;
    type SerializeStruct = Object<'a>;
    type SerializeStructVariant = Object<'a>;

    scalars! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_f64: f64, serialize_char: char, serialize_str: &str,
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        // As a number of a JSON document it has the wider type.
        self.scalar(&f64::from(value))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.scalar(value)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.scalar(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.variant(variant)?;
        value.serialize(&mut *self)?;
        self.out.push(b'}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a>, Error> {
        Ok(self.list(false))
    }

    fn serialize_tuple(self, _: usize) -> Result<List<'a>, Error> {
        Ok(self.list(false))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List<'a>, Error> {
        Ok(self.list(false))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<List<'a>, Error> {
        self.variant(variant)?;
        Ok(self.list(true))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Object<'a>, Error> {
        Ok(self.object(false))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'a>, Error> {
        Ok(self.object(false))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Object<'a>, Error> {
        self.variant(variant)?;
        Ok(self.object(true))
    }
}

macro_rules! list {
    ($($kind:ident: $method:ident),* $(,)?) => {
        $(impl $kind for List<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.item(value)
            }

            fn end(self) -> Result<(), Error> {
                self.close();
                Ok(())
            }
        })*
    };
}

list! {
    SerializeSeq: serialize_element, SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field, SerializeTupleVariant: serialize_field,
}

macro_rules! object {
    ($($kind:ident),*) => {
        $(impl $kind for Object<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
                self.field(key.into(), value)
            }

            fn end(self) -> Result<(), Error> {
                self.close();
                Ok(())
            }
        })*
    };
}

object!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Object<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = Some(key_text(key)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = self.key.take().ok_or_else(|| Error::custom("a value came before its key"))?;
        self.field(key, value)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}

#[cfg(test)]
#[path = "canonical_tests.rs"]
mod tests;
