//! Owns the paths of edits: JSON pointers (RFC 6901) whose list elements may be named by their key.

use std::fmt;

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    /// A member of an object.
    Key(String),
    /// An element of an ordered list.
    Index(usize),
    /// The element of a keyed list whose `field` is `value`.
    Named {
        /// The field that names elements.
        field: String,
        /// Its value in this one.
        value: String,
    },
    /// An element of a list without order, which only its content tells from others.
    Member,
}

/// A way into a value; empty for the value itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Path(pub Vec<Segment>);

impl Path {
    /// The path one step further.
    pub fn then(&self, segment: Segment) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment);
        Path(segments)
    }

    /// The last member name on the way, which says what a value is.
    pub fn last_key(&self) -> Option<&str> {
        self.0.iter().rev().find_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            _ => None,
        })
    }

    /// Whether the way leads through that member.
    pub fn passes(&self, key: &str) -> bool {
        self.0.iter().any(|segment| matches!(segment, Segment::Key(name) if name == key))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.0 {
            match segment {
                Segment::Key(text) | Segment::Named { value: text, .. } => write!(f, "/{}", escape(text))?,
                Segment::Index(index) => write!(f, "/{index}")?,
                Segment::Member => f.write_str("/-")?,
            }
        }
        Ok(())
    }
}

/// A name as one segment of a JSON pointer or of a finding's path.
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_a_json_pointer() {
        let path = Path::default()
            .then(Segment::Key("Tags".into()))
            .then(Segment::Named { field: "Key".into(), value: "a/b~c".into() })
            .then(Segment::Index(3))
            .then(Segment::Member);
        assert_eq!(path.to_string(), "/Tags/a~1b~0c/3/-");
        assert_eq!(path.last_key(), Some("Tags"));
    }
}
