//! The table of every error about an object of the Gateway API, and the rule of which CRD refuses it.

use std::{collections::BTreeMap, env, fs};

use gamma_api_server::Violation;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rules.tsv");

/// What is said here, and what an API server says: its place and its rule.
pub(crate) type Rows = BTreeMap<String, String>;

/// Adds the rule for an error, if it is the only one in its object and so must be what is refused.
pub(crate) fn add(rows: &mut Rows, errors: &[String], violations: &[Violation]) {
    let [error] = errors else {
        return;
    };
    // The place of the error, or what is at or below it.
    let place = error.split('`').nth(1).unwrap_or_default();
    let same = violations.iter().find(|v| v.path == place);
    let above = || violations.iter().find(|v| place.starts_with(&v.path));
    if let Some(violation) = same.or_else(above).or(violations.first()) {
        let rule = format!(
            "{}\t{}",
            without_values(&violation.path),
            without_values(&violation.message)
        );
        rows.entry(without_values(error)).or_insert(rule);
    }
}

/// Checks that the table has a line for each error, or writes it anew with `UPDATE=1`.
pub(crate) fn check(rows: &Rows) {
    if env::var_os("UPDATE").is_some() {
        let lines = rows
            .iter()
            .map(|(error, rule)| format!("{error}\t{rule}\n"));
        let head = "# What `gammactl check` says\tplace\trule of the CRD, or its CEL message\n";
        fs::write(TABLE, head.to_owned() + &lines.collect::<String>()).unwrap();
    }
    let table = fs::read_to_string(TABLE).unwrap();
    let known: Vec<&str> = table
        .lines()
        .filter_map(|line| line.split('\t').next())
        .collect();
    let missing: Vec<_> = rows
        .keys()
        .filter(|error| !known.contains(&&***error))
        .collect();
    assert!(missing.is_empty(), "not in {TABLE}: {missing:#?}");
}

/// A message without what differs from object to object: numbers, texts and where in a list something is.
fn without_values(message: &str) -> String {
    let mut out = String::new();
    let mut rest = message;
    // Patterns of the CRDs are no values.
    let (head, pattern) = match rest.find(" does not match ") {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    rest = head;
    while let Some(c) = rest.chars().next() {
        let quoted = |quote: char| rest[1..].find(quote).map(|end| end + 2);
        let taken = match c {
            '"' => {
                out.push_str("\"\u{2026}\"");
                rest.rfind('"').map_or(rest.len(), |end| end.max(1) + 1)
            }
            '`' if rest.starts_with("`spec") || rest.starts_with("`metadata") => {
                let end = quoted('`').unwrap_or(rest.len());
                let path = &rest[..end];
                let bare: String = path.chars().filter(|c| !c.is_ascii_digit()).collect();
                out.push_str(&bare);
                end
            }
            '`' => {
                out.push_str("`\u{2026}`");
                quoted('`').unwrap_or(rest.len())
            }
            '{' => {
                out.push('\u{2026}');
                rest.rfind('}').map_or(1, |end| end + 1)
            }
            '-' | '0'..='9' if !out.ends_with(['G', 'v']) && !is_code(&out) => {
                let end = rest[1..].find(|c: char| !c.is_ascii_digit() && c != '.');
                let end = end.map_or(rest.len(), |end| end + 1);
                if end > 1 || c != '-' {
                    out.push_str(if out.ends_with('[') { "" } else { "\u{2026}" });
                } else {
                    out.push(c);
                }
                end
            }
            c => {
                out.push(c);
                c.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    out + pattern
}

/// Whether the number of a code is being written.
fn is_code(out: &str) -> bool {
    out.len() < 4 && out.starts_with('G')
}
