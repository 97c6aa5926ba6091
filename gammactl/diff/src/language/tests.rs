//! Which texts are found for exact values, prefixes and patterns.

use super::*;

fn words(part: TextKind, predicates: &[TextPredicate]) -> Vec<(String, Vec<usize>)> {
    let mut language = PredicateLanguage::new(part, predicates);
    let words = language.words();
    assert!(!language.is_cut());
    for word in &words {
        assert_eq!(language.holds(&word.text), word.holds, "{}", word.text);
    }
    words
        .into_iter()
        .map(|word| (word.text, word.holds.ones().collect()))
        .collect()
}

fn exact(text: &str) -> TextPredicate {
    TextPredicate::Exact(text.into())
}

fn prefix(text: &str) -> TextPredicate {
    TextPredicate::Prefix(text.into())
}

fn pattern(text: &str) -> TextPredicate {
    TextPredicate::Pattern(text.into())
}

#[test]
fn prefixes_hold_by_elements() {
    let found = words(
        TextKind::Path,
        &[prefix(""), prefix("/a"), exact("/a/b"), prefix("/a/b/c")],
    );
    let has = |text: &str, holds: &[usize]| {
        assert!(
            found.iter().any(|(t, h)| t == text && h == holds),
            "{text}: {found:?}"
        );
    };
    has("/", &[0]);
    has("/x", &[0]);
    has("/a", &[0, 1]);
    has("/a/", &[0, 1]);
    has("/a/x", &[0, 1]);
    has("/a/b", &[0, 1, 2]);
    has("/a/b/c", &[0, 1, 3]);
    assert!(!found.iter().any(|(text, _)| text == "/ax"), "like /x");
}

#[test]
fn a_pattern_below_a_prefix_is_found() {
    let found = words(TextKind::Path, &[prefix("/img"), pattern(r"/.*\.png")]);
    assert!(
        found.contains(&("/img/.png".into(), vec![0, 1])),
        "{found:?}"
    );
    assert!(found.contains(&("/.png".into(), vec![1])), "{found:?}");
}

#[test]
fn the_common_texts_of_two_patterns_are_found() {
    let found = words(
        TextKind::Value,
        &[pattern("a+b*"), pattern("[a-c]{3}"), exact("aab")],
    );
    assert!(found.contains(&("abb".into(), vec![0, 1])), "{found:?}");
    assert!(found.contains(&("aab".into(), vec![0, 1, 2])), "{found:?}");
    assert!(found.contains(&(String::new(), vec![])), "{found:?}");
    let sets: Vec<_> = found.iter().map(|(_, holds)| holds.clone()).collect();
    for set in [&[0][..], &[1]] {
        assert!(sets.contains(&set.to_vec()), "{found:?}");
    }
}

#[test]
fn many_long_literals_are_not_cut_off() {
    let predicates: Vec<_> = (0..1_000)
        .map(|i| prefix(&format!("/{i}/a/path/that/is/rather/long")))
        .collect();
    assert!(words(TextKind::Path, &predicates).len() >= 3_000);
}

#[test]
fn patterns_that_multiply_are_cut_off() {
    let predicates: Vec<_> = (0..24)
        .map(|i| pattern(&format!(".*a.{{{i}}}b.*c")))
        .collect();
    let mut language = PredicateLanguage::new(TextKind::Value, &predicates);
    language.words();
    assert!(language.is_cut());
}

#[test]
fn a_beginning_ends_anywhere() {
    let begins = |text: &str| TextPredicate::Begins(text.into());
    let predicates = [
        begins("/a"),
        begins("/a/"),
        prefix("/a"),
        begins("/ab?c"),
        begins(""),
    ];
    let found = words(TextKind::Path, &predicates);
    let has = |text: &str, holds: &[usize]| {
        assert!(
            found.iter().any(|(t, h)| t == text && h == holds),
            "{text}: {found:?}"
        );
    };
    has("/", &[4]);
    has("/a", &[0, 2, 4]);
    has("/a/", &[0, 1, 2, 4]);
    has("/a/x", &[0, 1, 2, 4]);
    has("/ax", &[0, 4]);
    // No path has a query.
    assert!(found.iter().all(|(text, _)| !text.contains('?')));
}

#[test]
fn methods_are_words_of_capital_letters() {
    let found = words(
        TextKind::Method,
        &[pattern("P.*"), pattern("[a-z]+"), exact("PUT")],
    );
    let texts: Vec<&str> = found.iter().map(|(text, _)| &**text).collect();
    assert_eq!(texts, ["A", "P", "PUT"]);
}
