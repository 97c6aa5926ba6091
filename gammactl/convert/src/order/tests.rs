//! Random lists decided in order, and by rank as they are encoded.

use fastrand::Rng;
use gamma_config::Method;

use super::{rank::Rank, *};

/// A request.
#[derive(Debug, Clone)]
struct Asked {
    path: &'static str,
    method: Method,
    headers: Vec<(&'static str, &'static str)>,
    query_params: Vec<(&'static str, &'static str)>,
}

const PATHS: [&str; 14] = [
    "/", "/a", "/ab", "/a/", "/a/b", "/a/bc", "/a/b/c", "/abc/d", "/b", "/b/a", "//a", "/c",
    "/c/9", "/a.b",
];

fn holds(condition: &RequestCondition, asked: &Asked) -> bool {
    let values = |sets: &std::collections::BTreeMap<String, ValueSet>, given: &[(&str, &str)]| {
        sets.iter().all(|(name, set)| {
            let value = given.iter().find(|(other, _)| other == name);
            value.is_some_and(|(_, value)| set.has(value).unwrap())
        })
    };
    condition.path.has(asked.path).unwrap()
        && condition.method.is_none_or(|method| method == asked.method)
        && values(&condition.headers, &asked.headers)
        && values(&condition.query_params, &asked.query_params)
}

/// "the first one that matches is used", whatever else an entry says.
fn by_order(list: &[ListEntry], asked: &Asked) -> Option<usize> {
    let found = list.iter().find(|entry| {
        holds(&entry.condition, asked) && !entry.except.iter().any(|e| holds(e, asked))
    });
    found.map(|entry| entry.effect)
}

fn by_rank(encoded: &Encoded, asked: &Asked) -> Option<usize> {
    let mut ranked: Vec<&Encoding> = encoded.matches.iter().collect();
    ranked.sort_by_key(|m| std::cmp::Reverse(Rank::of(&m.condition)));
    ranked.iter().find(|m| holds(&m.condition, asked))?.effect
}

fn requests() -> Vec<Asked> {
    let mut all = Vec::new();
    for path in PATHS {
        for method in [Method::Get, Method::Post] {
            for x in [None, Some("1"), Some("12"), Some("2")] {
                for y in [None, Some("1")] {
                    for q in [None, Some("1")] {
                        let headers = [("x", x), ("y", y)];
                        all.push(Asked {
                            path,
                            method,
                            headers: headers
                                .into_iter()
                                .filter_map(|(n, v)| Some((n, v?)))
                                .collect(),
                            query_params: q.map(|q| ("q", q)).into_iter().collect(),
                        });
                    }
                }
            }
        }
    }
    all
}

fn one<T: Copy>(rng: &mut Rng, of: &[T]) -> T {
    of[rng.usize(..of.len())]
}

fn values(rng: &mut Rng, with_patterns: bool) -> ValueSet {
    let exact = ["1", "12", "2"].map(|value| ValueSet::Exact(value.into()));
    let patterns = ["1.*", ".*", ".*2", "[0-9]"].map(|pattern| ValueSet::Pattern(pattern.into()));
    if with_patterns && rng.bool() {
        patterns[rng.usize(..patterns.len())].clone()
    } else {
        exact[rng.usize(..exact.len())].clone()
    }
}

/// Entries of one element of a source's list.
fn random_entries(
    rng: &mut Rng,
    origin: usize,
    patterns: bool,
    exceptions: bool,
) -> Vec<ListEntry> {
    let mut condition = RequestCondition::default();
    if rng.u8(..4) == 0 {
        condition.method = Some(one(rng, &[Method::Get, Method::Post]));
    }
    for name in ["x", "y"] {
        if rng.u8(..4) == 0 {
            condition.headers.insert(name.into(), values(rng, patterns));
        }
    }
    if rng.u8(..5) == 0 {
        condition.query_params.insert("q".into(), ValueSet::any());
    }
    let mut entry = ListEntry {
        condition,
        except: Vec::new(),
        replaces_prefix: false,
        effect: rng.usize(..4),
        origin,
    };
    if exceptions && rng.u8(..3) == 0 {
        let mut exception = RequestCondition::default();
        exception.headers.insert("x".into(), values(rng, patterns));
        entry.except.push(exception);
    }
    match rng.u8(..8) {
        0 => entry.condition.path = PathSet::Exact(one(rng, &PATHS).into()),
        1 | 2 if patterns => {
            let patterns = [
                "/a/.*",
                "/.*b.*",
                "/[ab].*",
                "/c/[0-9]+",
                ".*",
                "/a|/b",
                "/a/?",
                // One path each, as an exact one is.
                "/a",
                "(?:/[a]$).*",
            ];
            entry.condition.path = PathSet::Pattern(one(rng, &patterns).into());
        }
        1..=4 => entry.condition.path = PathSet::below(one(rng, &["/a", "/a/b", "/ab", "/", "/c"])),
        5 | 6 => {
            return with_text_prefix(&entry, one(rng, &["/a", "/a/", "/ab", "/", "/a/b", "//a"]));
        }
        _ => {}
    }
    vec![entry]
}

struct Seen {
    lists: usize,
    wrong_as_written: usize,
    with_problems: usize,
    matches: usize,
    entries: usize,
}

/// Encodes random lists and asks for every request; those of which something is unspeakable may decide it narrower.
fn try_lists(seed: u64, lists: usize, patterns: bool, exceptions: bool) -> Seen {
    let mut rng = Rng::with_seed(seed);
    let requests = requests();
    let mut seen = Seen {
        lists,
        wrong_as_written: 0,
        with_problems: 0,
        matches: 0,
        entries: 0,
    };
    for _ in 0..lists {
        let mut list: Vec<ListEntry> = (0..rng.usize(1..9))
            .flat_map(|origin| random_entries(&mut rng, origin, patterns, exceptions))
            .collect();
        if rng.u8(..4) > 0 {
            list.push(ListEntry {
                condition: RequestCondition::default(),
                except: Vec::new(),
                replaces_prefix: false,
                effect: 9,
                origin: 99,
            });
        }
        let encoded = encode(&list);
        seen.entries += list.len();
        seen.matches += encoded.matches.len();
        seen.with_problems += usize::from(!encoded.problems.is_empty());
        let narrow = encoded
            .problems
            .iter()
            .any(|problem| matches!(problem, OrderProblem::Exception { .. }));
        let naive = Encoded {
            matches: list
                .iter()
                .map(|entry| Encoding {
                    condition: entry.condition.clone(),
                    effect: Some(entry.effect),
                    origin: entry.origin,
                    around: None,
                    raised_from: None,
                })
                .collect(),
            ..Encoded::default()
        };
        let mut naive_is_wrong = false;
        for asked in &requests {
            let wanted = by_order(&list, asked);
            let got = by_rank(&encoded, asked);
            naive_is_wrong |= by_rank(&naive, asked) != wanted;
            assert!(
                got == wanted || (narrow && got.is_none()),
                "{asked:?}: {got:?} instead of {wanted:?}\n{list:#?}\n{encoded:#?}"
            );
        }
        seen.wrong_as_written += usize::from(naive_is_wrong);
    }
    seen
}

#[test]
fn lists_of_exact_paths_and_prefixes_are_decided_as_ordered() {
    let seen = try_lists(1, 400, false, false);
    assert_eq!(seen.with_problems, 0);
    // Else the lists would prove nothing.
    assert!(seen.wrong_as_written > seen.lists / 4);
    // A list does not grow much.
    assert!(seen.matches < 2 * seen.entries);
}

#[test]
fn lists_with_regular_expressions_are_decided_as_ordered() {
    let seen = try_lists(2, 400, true, false);
    assert_eq!(seen.with_problems, 0);
    assert!(seen.wrong_as_written > seen.lists / 4);
    assert!(seen.matches < 2 * seen.entries);
}

#[test]
fn exceptions_go_where_the_rest_of_the_list_sends_them() {
    for patterns in [false, true] {
        let seen = try_lists(3, 400, patterns, true);
        assert!(seen.with_problems < seen.lists / 2);
        assert!(seen.matches < 3 * seen.entries);
    }
}
