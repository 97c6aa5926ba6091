//! Finds what was meant by a misspelt name ("did you mean"): the nearest of the names that exist.

/// The candidate nearest to `name`, if any is near enough that a slip of the fingers explains the
/// difference. Ties go to the alphabetically first.
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let limit = (name.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        // Of two that differ in case alone, the one that is written as `name` is.
        .min_by_key(|(distance, candidate)| {
            (*distance, strsim::osa_distance(name, candidate), *candidate)
        })
        .map(|(_, candidate)| candidate)
}

/// The only candidate that `name` is a part of: `Prefix` of `PathPrefix`.
pub(crate) fn containing<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let name = name.to_ascii_lowercase();
    let mut found = candidates
        .into_iter()
        .filter(|candidate| candidate.to_ascii_lowercase().contains(&name));
    let first = found.next().filter(|_| name.len() > 3)?;
    found.next().is_none().then_some(first)
}

/// Insertions, deletions, substitutions and swaps of neighbours, letters of different case being equal.
fn distance(a: &str, b: &str) -> usize {
    strsim::osa_distance(&a.to_lowercase(), &b.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_name_names_it_if_there_is_no_other() {
        let names = ["RequestRedirect", "URLRewrite", "RequestMirror"];
        assert_eq!(containing("Rewrite", names), Some("URLRewrite"));
        assert_eq!(containing("request", names), None);
        assert_eq!(containing("URL", names), None);
    }

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        assert_eq!(nearest("card", ["Cart", "cart"]), Some("cart"));
        let table = [
            ("backendRef", Some("backendRefs")),
            ("backendrefs", Some("backendRefs")),
            ("fitlers", Some("filters")),
            ("macthes", Some("matches")),
            ("hostname", None),
            ("x", None),
        ];
        for (name, expected) in table {
            let found = nearest(name, ["backendRefs", "filters", "matches", "name"]);
            assert_eq!(found, expected, "{name}");
        }
    }
}
