//! The sum of several changes of the headers of a message: what they do to each header in the end.

use std::{collections::BTreeMap, convert::Infallible};

use gamma_router::{By, HeaderVisitor};

/// What becomes of each header of a message.
#[derive(Debug, Default)]
pub(super) struct HeaderChanges(BTreeMap<String, HeaderEffect>);

#[derive(Debug, Default)]
struct HeaderEffect {
    /// Whether the values that were there are gone.
    replaces: bool,
    values: Vec<String>,
}

impl HeaderVisitor for HeaderChanges {
    type Error = Infallible;

    fn remove(&mut self, name: &str, _: By) -> Result<(), Infallible> {
        *self.of(name) = HeaderEffect {
            replaces: true,
            values: Vec::new(),
        };
        Ok(())
    }

    fn set(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        self.remove(name, by)?;
        self.add(name, value, by)
    }

    fn add(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        let mut value = String::from_utf8_lossy(value).into_owned();
        // A list of names means the same in any order.
        if by == By::Cors && name.starts_with("access-control-") {
            let mut list: Vec<&str> = value.split(',').map(str::trim).collect();
            list.sort_unstable();
            list.dedup();
            value = list.join(", ");
        }
        self.of(name).values.push(value);
        Ok(())
    }
}

impl HeaderChanges {
    fn of(&mut self, name: &str) -> &mut HeaderEffect {
        self.0.entry(name.into()).or_default()
    }

    /// A line for each header: `what` and its name, and what becomes of it.
    pub(super) fn describe(self, what: &str) -> impl Iterator<Item = (String, String)> {
        self.0.into_iter().map(move |(name, change)| {
            let values: Vec<String> = change
                .values
                .iter()
                .map(|value| format!("`{value}`"))
                .collect();
            let values = values.join(" and ");
            let text = match (change.replaces, change.values.is_empty()) {
                (true, true) => "removed".into(),
                (true, false) => format!("set to {values}"),
                (false, _) => format!("{values} added"),
            };
            (format!("{what} {name}"), text)
        })
    }
}
