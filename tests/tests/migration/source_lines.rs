//! Where the rules of written routes come from, by the comments above them.

use std::collections::BTreeMap;

/// A place in a source: its file and line.
pub(crate) type SourceLine = (String, usize);

/// The places of each written rule, by `namespace/route/rule` with the rule's name and with its number.
pub(crate) fn of_rules(text: &str) -> BTreeMap<String, Vec<SourceLine>> {
    let mut all = BTreeMap::new();
    let (mut route, mut number, mut places) = (String::new(), 0, Vec::new());
    let (mut name, mut in_metadata) = (String::new(), false);
    for line in text.lines() {
        if line == "metadata:" {
            in_metadata = true;
        } else if let Some(value) = line.strip_prefix("  name: ").filter(|_| in_metadata) {
            name = value.trim_matches('"').to_owned();
        } else if let Some(value) = line.strip_prefix("  namespace: ").filter(|_| in_metadata) {
            route = format!("{}/{name}", value.trim_matches('"'));
            (number, in_metadata) = (0, false);
        } else if let Some(from) = line.strip_prefix("    # from ") {
            places = from.split(", ").filter_map(place).collect();
            all.insert(format!("{route}/{number}"), places.clone());
            number += 1;
        } else if let Some(rule) = line.strip_prefix("    - name: ") {
            let rule = rule.trim_matches('"');
            all.insert(format!("{route}/{rule}"), places.clone());
        }
    }
    all
}

fn place(text: &str) -> Option<SourceLine> {
    let (file, line) = text.rsplit_once(':')?;
    Some((file.into(), line.parse().ok()?))
}

/// The line at which the rule begins that has `line`, in a source whose VirtualServices have an item of `http` a `    - `.
pub(crate) fn rule_of(source: &str, line: usize) -> usize {
    let before = source.lines().take(line).enumerate();
    let begins = before.filter(|(_, text)| text.starts_with("    - "));
    begins.last().map_or(0, |(number, _)| number + 1)
}
