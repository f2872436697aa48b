//! Owns parts of the account that are copied when they change, not before, and turned into text when they have changed.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// A part of the account. The account is saved after every call and is large, while a call changes little of it: a part
/// remembers its text, and the value the text is of. A clone shares both until one side is changed.
pub struct Kept<T> {
    value: Arc<T>,
    written: Mutex<Option<Written<T>>>,
}

/// A value and its text.
struct Written<T> {
    value: Arc<T>,
    text: Arc<RawValue>,
}

impl<T> Kept<T> {
    /// Keeps a value.
    pub fn new(value: T) -> Self {
        Kept { value: Arc::new(value), written: Mutex::new(None) }
    }

    fn written(&self) -> MutexGuard<'_, Option<Written<T>>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: PartialEq + Serialize> Kept<T> {
    /// The value's text: what was written last where that is still true.
    fn text(&self) -> serde_json::Result<Arc<RawValue>> {
        let mut written = self.written();
        if let Some(last) = written.as_ref().filter(|last| same(&last.value, &self.value)) {
            return Ok(Arc::clone(&last.text));
        }
        let text: Arc<RawValue> = serde_json::value::to_raw_value(&*self.value)?.into();
        *written = Some(Written { value: Arc::clone(&self.value), text: Arc::clone(&text) });
        Ok(text)
    }
}

/// Whoever may have changed a value has often left it as it was.
fn same<T: PartialEq>(one: &Arc<T>, other: &Arc<T>) -> bool {
    Arc::ptr_eq(one, other) || one == other
}

impl<T> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Clone> DerefMut for Kept<T> {
    /// Copies the value where a clone or the text has a share in it.
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.value)
    }
}

impl<T> From<T> for Kept<T> {
    fn from(value: T) -> Self {
        Kept::new(value)
    }
}

impl<T: Default> Default for Kept<T> {
    fn default() -> Self {
        Kept::new(T::default())
    }
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        let written = self.written();
        let written =
            written.as_ref().map(|last| Written { value: Arc::clone(&last.value), text: Arc::clone(&last.text) });
        Kept { value: Arc::clone(&self.value), written: Mutex::new(written) }
    }
}

impl<T: PartialEq> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        same(&self.value, &other.value)
    }
}

impl<T: fmt::Debug> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<'a, T> IntoIterator for &'a Kept<T>
where
    &'a T: IntoIterator,
{
    type Item = <&'a T as IntoIterator>::Item;
    type IntoIter = <&'a T as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        (&*self.value).into_iter()
    }
}

impl<T: PartialEq + Serialize> Serialize for Kept<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text().map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Kept<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Kept::new)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn parts() -> Kept<BTreeMap<String, Kept<Vec<u32>>>> {
        BTreeMap::from([("a".to_owned(), vec![1, 2].into()), ("b".to_owned(), vec![3].into())]).into()
    }

    fn json(value: &impl Serialize) -> String {
        serde_json::to_string(value).expect("JSON")
    }

    #[test]
    fn the_text_is_that_of_the_value_however_it_was_changed() {
        let mut kept = parts();
        assert_eq!(json(&kept), r#"{"a":[1,2],"b":[3]}"#);
        kept.get_mut("b").expect("b").push(4);
        assert_eq!(json(&kept), r#"{"a":[1,2],"b":[3,4]}"#);
        kept.get_mut("b").expect("b").pop();
        assert_eq!(json(&kept), r#"{"a":[1,2],"b":[3]}"#);
        kept.remove("a");
        assert_eq!(json(&kept), r#"{"b":[3]}"#);
        assert_eq!(serde_json::to_value(&kept).expect("JSON"), serde_json::json!({ "b": [3] }));
    }

    #[test]
    fn a_clone_goes_its_own_way() {
        let mut kept = parts();
        json(&kept);
        let other = kept.clone();
        kept.get_mut("a").expect("a").clear();
        assert_eq!((json(&kept), json(&other)), (r#"{"a":[],"b":[3]}"#.into(), r#"{"a":[1,2],"b":[3]}"#.into()));
        assert!(kept != other);
        kept.get_mut("a").expect("a").extend([1, 2]);
        assert!(kept == other);
    }

    #[test]
    fn what_did_not_change_is_not_written_again() {
        let mut kept = parts();
        let before = kept["a"].text().expect("text");
        kept.get_mut("a").expect("a").sort_unstable();
        kept.get_mut("b").expect("b").clear();
        json(&kept);
        assert!(Arc::ptr_eq(&before, &kept["a"].text().expect("text")));
    }

    #[test]
    fn what_was_read_is_what_was_written() {
        let read: Kept<BTreeMap<String, Kept<Vec<u32>>>> = serde_json::from_str(&json(&parts())).expect("JSON");
        assert_eq!(read, parts());
    }
}
