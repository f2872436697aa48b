//! Owns how a kind of value is declared: one reader, one schema and one wording for each.

/// Declares kinds of text. Each has a function `fn(&str) -> Result<Inner, String>` whose refusal says why on its first line
/// and what to do on the second, words for "a … was expected" of the same form, and the pattern editors check.
macro_rules! text_kinds {
    ($($(#[$doc:meta])* $name:ident($inner:ty): expects $expected:expr, pattern $pattern:expr, parse $parse:path;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(pub $inner);

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Reader;
                impl serde::de::Visitor<'_> for Reader {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($expected)
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        $parse(text).map($name).map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Reader)
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    )*};
}

/// Declares kinds of whole number by their range and what they are called.
macro_rules! number_kinds {
    ($($(#[$doc:meta])* $name:ident($inner:ty): $what:literal, from $min:literal to $max:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(pub $inner);

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Reader;
                impl serde::de::Visitor<'_> for Reader {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        let range = $crate::environment::values::kind::range($min, u64::from($max));
                        write!(f, "a whole number, {range}\nwrite it without quotes, unit or leading zeros")
                    }

                    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<$name, E> {
                        match <$inner>::try_from(value) {
                            Ok(number) if ($min..=$max).contains(&number) => Ok($name(number)),
                            _ => Err($crate::environment::values::kind::out_of_range($what, $min, u64::from($max), value)),
                        }
                    }

                    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<$name, E> {
                        match u64::try_from(value) {
                            Ok(value) => self.visit_u64(value),
                            Err(_) => Err($crate::environment::values::kind::out_of_range($what, $min, u64::from($max), value)),
                        }
                    }
                }
                deserializer.deserialize_u64(Reader)
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "integer", "minimum": $min, "maximum": u64::from($max) })
            }
        }
    )*};
}

pub(super) use {number_kinds, text_kinds};

/// A range in words.
pub(super) fn range(min: u64, max: u64) -> String {
    if max == u64::from(u32::MAX) { format!("{min} or more") } else { format!("from {min} to {max}") }
}

/// The refusal of a number.
pub(super) fn out_of_range<E: serde::de::Error>(what: &str, min: u64, max: u64, value: impl std::fmt::Display) -> E {
    E::custom(format_args!("{what} is {}, not {value}", range(min, max)))
}
