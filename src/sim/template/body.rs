//! Owns a template's text together with what was read from it.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Template;
use crate::sim::call::Refusal;

/// A template as it was given. It is read once, when it is first asked for: a stack under way asks at every step.
#[derive(Clone, Default)]
pub struct Body {
    text: Arc<str>,
    read: Arc<OnceLock<Result<Template, Refusal>>>,
}

impl Body {
    /// The template; everything CloudFormation refuses about it is refused.
    pub fn template(&self) -> Result<&Template, Refusal> {
        self.read.get_or_init(|| Template::read(&self.text)).as_ref().map_err(Clone::clone)
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Body { text: text.into(), read: Arc::default() }
    }
}

impl Deref for Body {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Body::from)
    }
}
