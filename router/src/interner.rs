//! A hash map from names to values that also numbers the names 0, 1, 2… in the order in which they came.
//!
//! Every hash map of the router is one of these, whatever it holds: the filter's module has the code of
//! a single hash table.

use hashbrown::HashMap;

#[derive(Debug)]
pub(crate) struct Interner<T> {
    ids: HashMap<Box<[u8]>, u32>,
    values: Vec<T>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self {
            ids: HashMap::new(),
            values: Vec::new(),
        }
    }
}

impl<T> Interner<T> {
    /// The number of `name`, which has a `new` value if it is new itself.
    pub(crate) fn id(&mut self, name: &[u8], new: impl FnOnce() -> T) -> u32 {
        if let Some(&id) = self.ids.get(name) {
            return id;
        }
        let id = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.ids.insert(name.into(), id);
        self.values.push(new());
        id
    }

    /// The number of `name`, if it is there.
    #[inline]
    pub(crate) fn number(&self, name: &[u8]) -> Option<u32> {
        self.ids.get(name).copied()
    }

    #[inline]
    pub(crate) fn get(&self, name: &[u8]) -> Option<&T> {
        self.values.get(self.number(name)? as usize)
    }

    /// Changes the value of `name`, which is `new` if there was none.
    pub(crate) fn change(
        &mut self,
        name: &[u8],
        new: impl FnOnce() -> T,
        change: impl FnOnce(&mut T),
    ) {
        let id = self.id(name, new);
        if let Some(value) = self.values.get_mut(id as usize) {
            change(value);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// In the order of their numbers.
    pub(crate) fn into_values(self) -> Vec<T> {
        self.values
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.values.iter()
    }

    /// The same names with other values.
    pub(crate) fn map<U>(self, of: impl FnMut(T) -> U) -> Interner<U> {
        Interner {
            ids: self.ids,
            values: self.values.into_iter().map(of).collect(),
        }
    }
}
