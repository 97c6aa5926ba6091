use fastrand::Rng;
use gamma_config::Match;

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
        let all: Vec<Position> = (0..).take(entries.len()).filter(|i| i % 7 != 3).collect();
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
        assert_eq!(Some(candidates.lowest()), all.first().copied());
    }
    assert!(found > 1_000 && indexed > 100, "{found} {indexed}");
}
