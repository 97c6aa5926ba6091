//! The route tables of earlier routers, by their text: of a config that changes in one place, the rest
//! is neither read nor compiled again, and is in memory once for the routers of before and after.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Weak},
};

use gamma_config::TableText;

use crate::{compiled_table::CompiledTable, interner::Interner};

/// Keeps no table alive that no router has.
#[derive(Default)]
pub struct KnownTables {
    /// Each gives 64 bits of a [`TableKey`].
    keys: [RandomState; 2],
    tables: Interner<Weak<CompiledTable>>,
}

/// Tells the text of a table from all others, and a table for this proxy's clients from one for others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TableKey([u8; 17]);

impl KnownTables {
    /// Whether nobody outside of this process knows the keys, so that no route author can find a text that is taken for
    /// another one. Where the standard library has no randomness, they are the same everywhere, and nothing is known.
    pub(crate) const ARE_KEYS_SECRET: bool =
        !cfg!(all(target_arch = "wasm32", target_os = "unknown"));

    /// The key of a table that is `ours`, or not.
    pub(crate) fn key(&self, table: &TableText<'_>, is_ours: bool) -> TableKey {
        let mut key = [u8::from(is_ours); 17];
        for (state, bytes) in self.keys.iter().zip(key.chunks_exact_mut(8)) {
            bytes.copy_from_slice(&hash(state, table).to_le_bytes());
        }
        TableKey(key)
    }

    /// The table, if some router still has it.
    pub(crate) fn find(&self, key: TableKey) -> Option<Arc<CompiledTable>> {
        self.tables.get(&key.0)?.upgrade()
    }

    /// Knows these as well. If most of those before are gone, it forgets them.
    pub(crate) fn learn(&mut self, tables: impl Iterator<Item = (TableKey, Weak<CompiledTable>)>) {
        let is_there = |table: &&Weak<CompiledTable>| table.strong_count() > 0;
        let there = self.tables.values().filter(is_there).count();
        if there.saturating_mul(2) < self.tables.len() {
            self.tables = Interner::default();
        }
        for (key, table) in tables {
            let new = table.clone();
            self.tables
                .change(&key.0, || new, |of_before| *of_before = table);
        }
    }
}

/// The code of it is there once.
#[inline(never)]
fn hash(state: &RandomState, table: &TableText<'_>) -> u64 {
    state.hash_one(table)
}

impl fmt::Debug for KnownTables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the keys.
        write!(f, "KnownTables({})", self.tables.len())
    }
}

#[cfg(test)]
mod tests;
