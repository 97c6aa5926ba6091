//! Values by namespace, in the order of the namespaces.

use serde::{Serialize, Serializer};
use serde_json::Result;

use crate::json::{FromJson, Value, member};

/// A map from namespaces. A sorted list is enough for a handful of them, and is less code in the
/// filter's module than a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByNamespace<T>(Vec<(String, T)>);

impl<T> Default for ByNamespace<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> ByNamespace<T> {
    /// Where `namespace` is, or would have to be.
    fn position(&self, namespace: &str) -> std::result::Result<usize, usize> {
        self.0
            .binary_search_by(|(other, _)| other.as_str().cmp(namespace))
    }

    /// The value of a namespace.
    #[must_use]
    pub fn get(&self, namespace: &str) -> Option<&T> {
        let (_, value) = self.0.get(self.position(namespace).ok()?)?;
        Some(value)
    }

    /// Gives a namespace its value, and returns the one that it had.
    pub fn insert(&mut self, namespace: String, value: T) -> Option<T> {
        match self.position(&namespace) {
            Ok(at) => {
                let (_, old) = self.0.get_mut(at)?;
                Some(std::mem::replace(old, value))
            }
            Err(at) => {
                self.0.insert(at, (namespace, value));
                None
            }
        }
    }

    /// Puts the namespaces in order, once they are read: in the order of a text each would move those behind it.
    pub(crate) fn sort(&mut self) {
        self.0.sort_by(|(one, _), (other, _)| one.cmp(other));
    }

    /// Removes the first namespace.
    pub fn pop_first(&mut self) -> Option<(String, T)> {
        (!self.0.is_empty()).then(|| self.0.remove(0))
    }

    /// Keeps what `is_wanted`.
    pub fn retain(&mut self, mut is_wanted: impl FnMut(&str, &mut T) -> bool) {
        self.0
            .retain_mut(|(namespace, value)| is_wanted(namespace, value));
    }

    /// Removes all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Namespaces with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0
            .iter()
            .map(|(namespace, value)| (namespace.as_str(), value))
    }

    /// The namespaces.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.0.iter().map(|(namespace, _)| namespace)
    }

    /// The values.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, value)| value)
    }

    /// The values, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().map(|(_, value)| value)
    }
}

impl<T> FromIterator<(String, T)> for ByNamespace<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(values: I) -> Self {
        let mut map = Self::default();
        for (namespace, value) in values {
            map.insert(namespace, value);
        }
        map
    }
}

impl<'j, T: FromJson<'j>> FromJson<'j> for ByNamespace<T> {
    fn read(slot: &mut Option<Self>, value: Value<'_, 'j>) -> Result<()> {
        slot.insert(Self::default()).read_over(value)
    }

    /// In the order of the text, and with all that is there twice: [`ByNamespace::sort`] is for whoever looks a namespace
    /// up, and validation refuses the rest.
    fn read_over(&mut self, value: Value<'_, 'j>) -> Result<()> {
        let Value::Object(object) = value else {
            return Err(value.but_expected("a map"));
        };
        let mut namespace = String::new();
        while object.key(&mut namespace)? {
            let value = member(object)?;
            self.0.push((std::mem::take(&mut namespace), value));
        }
        Ok(())
    }
}

impl<T: Serialize> Serialize for ByNamespace<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for ByNamespace<T> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let map = std::collections::BTreeMap::<String, T>::deserialize(from)?;
        Ok(map.into_iter().collect())
    }
}

#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for ByNamespace<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        std::collections::BTreeMap::<String, T>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        std::collections::BTreeMap::<String, T>::json_schema(generator)
    }
}
