use fastrand::Rng;
use gamma_config::{Match, MatchType, ValueMatch};

use super::*;
use crate::{predicate::Predicates, value_patterns::ValuePatterns};

/// Asks for up to three headers, mostly by value.
fn random_match(rng: &mut Rng) -> Match {
    let headers: Vec<String> = ["a", "b", "host"]
        .iter()
        .filter_map(|name| {
            let value = rng.u8(..6);
            match rng.u8(..4) {
                0 => Some(format!(r#"{{"name":"{name}","value":"{value}"}}"#)),
                1 => Some(format!(
                    r#"{{"name":"{name}","value":"{value}","type":"Exact"}}"#
                )),
                2 if value == 0 => Some(format!(
                    r#"{{"name":"{name}","value":"[0-3]","type":"RegularExpression"}}"#
                )),
                _ => None,
            }
        })
        .collect();
    serde_json::from_str(&format!(r#"{{"headers":[{}]}}"#, headers.join(","))).unwrap()
}

#[test]
fn an_index_finds_what_trying_one_by_one_finds() {
    let mut rng = Rng::with_seed(5);
    let (mut found, mut indexed) = (0, 0);
    for _ in 0..200 {
        let entries: Vec<Entry> = (0..rng.u32(1..60))
            .map(|i| Entry {
                rule: i,
                prefix_len: 0,
                predicates: Predicates::new(&random_match(&mut rng), &ValuePatterns::default())
                    .unwrap(),
            })
            .collect();
        let first = rng.u32(..3);
        let all: Vec<Position> = (first..)
            .take(entries.len().saturating_sub(first as usize))
            .filter(|i| i % 7 != 3)
            .collect();
        let candidates = Candidates::new(&all, &entries);
        indexed += usize::from(matches!(candidates, Candidates::ByHeader(_)));
        for _ in 0..50 {
            let values: Vec<String> = (0..3).map(|_| rng.u8(..7).to_string()).collect();
            let headers = [("a", &values[0]), ("b", &values[1]), ("b", &values[1])];
            let headers = &headers[..rng.usize(..4)];
            let request = Request {
                method: b"GET",
                scheme: b"http",
                authority: values[2].as_bytes(),
                path: b"/",
                destination: None,
                now: 0,
                headers,
            };
            let limit = rng.u32(..70);
            let expected = all.iter().copied().find(|&position| {
                position < limit && entries[position as usize].predicates.hold(&request)
            });
            assert_eq!(candidates.first(limit, &entries, &request), expected);
            found += usize::from(expected.is_some());
        }
        let mut each = Vec::new();
        candidates.each(b"", &mut |position| each.push(position));
        each.sort_unstable();
        assert_eq!(each, all);
        let lowest = all.first().copied().unwrap_or(Position::MAX);
        assert_eq!(candidates.lowest(), lowest);
    }
    assert!(found > 1_000 && indexed > 100, "{found} {indexed}");
}

/// Matches that ask for these headers, one after the other.
fn asking<'a>(matches: impl IntoIterator<Item = Vec<(String, &'a str)>>) -> Vec<Entry> {
    let entry = |headers: Vec<(String, &str)>| {
        let headers = headers.into_iter();
        let headers = headers.map(|(name, value)| ValueMatch {
            name,
            kind: MatchType::Exact,
            value: value.into(),
        });
        let r#match = Match {
            headers: headers.collect(),
            ..Match::default()
        };
        Entry {
            rule: 0,
            prefix_len: 0,
            predicates: Predicates::new(&r#match, &ValuePatterns::default()).unwrap(),
        }
    };
    matches.into_iter().map(entry).collect()
}

fn grouped(entries: &[Entry]) -> Candidates {
    let all: Vec<Position> = (0..).take(entries.len()).collect();
    Candidates::new(&all, entries)
}

/// How many headers are asked for until the matches are tried one by one, at most.
fn depth(candidates: &Candidates) -> usize {
    match candidates {
        Candidates::ByHeader(by_header) => {
            let within = by_header.values.values().chain([&by_header.others]);
            1 + within.map(depth).max().unwrap_or(0)
        }
        _ => 0,
    }
}

#[test]
fn few_matches_and_those_of_one_value_are_not_grouped() {
    let of = |count: usize, values: &[&'static str]| {
        let values = values.iter().cycle().take(count);
        grouped(&asking(values.map(|value| vec![("a".into(), *value)])))
    };
    let two = &["1", "2"];
    assert!(matches!(of(1, two), Candidates::One(0)));
    assert_eq!(depth(&of(FEW, two)), 0);
    assert_eq!(depth(&of(FEW + 1, two)), 1);
    assert_eq!(depth(&of(FEW + 1, &["1"])), 0);
}

#[test]
fn no_more_headers_are_asked_for_or_compared_than_the_limit() {
    // Two matches for each of many headers: each header leaves all but two to the next.
    let names = (0..40).map(|n| format!("h{}", n / 2));
    let chain = names.zip(["1", "2"].iter().cycle());
    let chain = asking(chain.map(|(name, value)| vec![(name, *value)]));
    assert_eq!(depth(&grouped(&chain)), HEADERS);
    // Only the last header of each match tells them apart.
    let told_apart_by = |nth: usize| {
        let values = ["1", "2", "3"].iter().cycle().take(FEW + 1);
        grouped(&asking(values.map(|value| {
            let name = |n: usize| format!("h{n}");
            let same = (1..nth).map(|n| (name(n), "same"));
            same.chain([(name(nth), *value)]).collect()
        })))
    };
    assert_eq!(depth(&told_apart_by(HEADERS)), 1);
    assert_eq!(depth(&told_apart_by(HEADERS + 1)), 0);
}
