//! Header edits, one after the other, as what they do in the end.

use std::collections::BTreeMap;

use gamma_router::HeaderEdits;

/// What becomes of each header.
#[derive(Debug, Default)]
pub(super) struct Edits(BTreeMap<String, Edit>);

#[derive(Debug, Default)]
struct Edit {
    /// Whether the values that were there are gone.
    replaces: bool,
    values: Vec<String>,
}

impl Edits {
    /// More edits, after those before.
    pub(super) fn add(&mut self, edits: &HeaderEdits) {
        for name in &edits.remove {
            *self.of(name) = Edit {
                replaces: true,
                values: Vec::new(),
            };
        }
        for (name, value) in &edits.set {
            self.header(name, value, false);
        }
        for (name, value) in &edits.add {
            self.header(name, value, true);
        }
    }

    /// One more value, beside those that are there or instead of them.
    pub(super) fn header(&mut self, name: &str, value: &str, append: bool) {
        let edit = self.of(name);
        if !append {
            edit.replaces = true;
            edit.values.clear();
        }
        edit.values.push(value.into());
    }

    fn of(&mut self, name: &str) -> &mut Edit {
        self.0.entry(name.into()).or_default()
    }

    /// A line for each header: `what` and its name, and what becomes of it.
    pub(super) fn describe(self, what: &str) -> impl Iterator<Item = (String, String)> {
        self.0.into_iter().map(move |(name, edit)| {
            let values: Vec<String> = edit
                .values
                .iter()
                .map(|value| format!("`{value}`"))
                .collect();
            let values = values.join(" and ");
            let text = match (edit.replaces, edit.values.is_empty()) {
                (true, true) => "removed".into(),
                (true, false) => format!("set to {values}"),
                (false, _) => format!("{values} added"),
            };
            (format!("{what} {name}"), text)
        })
    }
}
