//! A crate depends only on the crates that its row in a table allows.

/// A crate and what its manifest says that it uses.
#[derive(Clone, Copy, Debug)]
pub struct Arrow<'a> {
    /// The crate.
    pub from: &'a str,
    /// The package that it depends on.
    pub to: &'a str,
    /// Whether only its tests do. They may use more: see [`Rules::tests`].
    pub is_for_tests: bool,
}

/// Which crate may use which: tables of lines `name: name name`. What begins with `#` is a comment.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// For each crate of the workspace the others of the workspace that it may use.
    pub crates: &'static str,
    /// What tests of a crate may use beside that.
    pub tests: &'static str,
    /// For each package from elsewhere that gives away what a crate knows about, who may use it.
    pub reserved: &'static str,
}

impl Rules {
    /// What `arrows` do that the rules do not allow, and crates that the rules do not know.
    pub fn broken(&self, crates: &[&str], arrows: &[Arrow<'_>]) -> Vec<String> {
        let unknown = crates
            .iter()
            .filter(|name| row(self.crates, name).is_none())
            .map(|name| format!("{name} has no row in the table"));
        let gone = rows(self.crates)
            .chain(rows(self.tests))
            .filter(|(name, _)| !crates.contains(name))
            .map(|(name, _)| format!("{name} has a row in the table and is no crate"));
        let forbidden = arrows
            .iter()
            .filter(|arrow| !self.allow(crates, arrow))
            .map(|arrow| format!("{} must not use {}", arrow.from, arrow.to));
        unknown.chain(gone).chain(forbidden).collect()
    }

    fn allow(&self, crates: &[&str], arrow: &Arrow<'_>) -> bool {
        let lists = |table, name, other| row(table, name).is_some_and(|list| has(list, other));
        if crates.contains(&arrow.to) {
            // Tests may turn on a feature of their own crate.
            arrow.from == arrow.to
                || lists(self.crates, arrow.from, arrow.to)
                || arrow.is_for_tests && lists(self.tests, arrow.from, arrow.to)
        } else {
            arrow.is_for_tests
                || row(self.reserved, arrow.to).is_none_or(|users| has(users, arrow.from))
        }
    }
}

fn rows(table: &str) -> impl Iterator<Item = (&str, &str)> {
    table
        .lines()
        .filter_map(|line| line.trim().split_once(':'))
        .filter(|(name, _)| !name.starts_with('#'))
}

fn row<'t>(table: &'t str, name: &str) -> Option<&'t str> {
    rows(table)
        .find(|(first, _)| *first == name)
        .map(|(_, list)| list)
}

fn has(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Rules = Rules {
        crates: "
            # The ground: nothing
            low:
            high: low
        ",
        tests: "low: bed",
        reserved: "wasm: high",
    };

    fn broken(from: &str, to: &str, is_for_tests: bool) -> Vec<String> {
        let arrow = Arrow {
            from,
            to,
            is_for_tests,
        };
        RULES.broken(&["low", "high"], &[arrow])
    }

    #[test]
    fn only_what_the_table_allows() {
        assert!(broken("high", "low", false).is_empty());
        assert_eq!(broken("low", "high", false), ["low must not use high"]);
        assert_eq!(broken("low", "high", true), ["low must not use high"]);
        assert!(broken("high", "serde", false).is_empty());
        assert!(broken("low", "low", true).is_empty());
    }

    #[test]
    fn tests_may_use_more() {
        let of = |is_for_tests| {
            let arrow = Arrow {
                from: "low",
                to: "bed",
                is_for_tests,
            };
            RULES.broken(&["low", "high", "bed"], &[arrow])
        };
        assert_eq!(of(true), ["bed has no row in the table"]);
        assert_eq!(
            of(false),
            ["bed has no row in the table", "low must not use bed"]
        );
    }

    #[test]
    fn packages_that_are_reserved() {
        assert!(broken("high", "wasm", false).is_empty());
        assert_eq!(broken("low", "wasm", false), ["low must not use wasm"]);
        assert!(broken("low", "wasm", true).is_empty());
    }

    #[test]
    fn the_table_names_what_there_is() {
        assert_eq!(
            RULES.broken(&["low"], &[]),
            ["high has a row in the table and is no crate"]
        );
    }
}
