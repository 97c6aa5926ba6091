//! No config costs more than its length: twice as much text takes twice as long, whatever is in it, and says little when
//! it is refused.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a test that panics fails"
)]

use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gamma_config::{Error, MAX_INFLATED, parse, read};

/// One config of a family, for a number.
type Family = fn(usize) -> String;

/// Bytes. A refusal is a line of a log.
const LONGEST_REFUSAL: usize = 64_000;

/// A config of one Service with these members of its only port.
fn port(members: &str) -> String {
    format!(
        r#"{{"version":1,"services":[{{"namespace":"n","name":"s","ports":[{{"port":80,"cluster":"c",{members}}}]}}]}}"#
    )
}

fn rules(rules: &str) -> String {
    port(&format!(r#""producer":{{"rules":[{rules}]}}"#))
}

/// What `of` makes of each number below `n`, with commas between.
fn list(n: usize, of: impl Fn(usize) -> String) -> String {
    (0..n).map(of).collect::<Vec<_>>().join(",")
}

fn header(number: usize) -> String {
    format!(r#"{{"name":"x-{number:06}","value":"v"}}"#)
}

/// FNV-1a, which the validator tells names apart by.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn leb128(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// An automaton with these lists, and states that lead to the dead one by all of 256 classes.
fn automaton(lists: &[u8], states: usize) -> String {
    let classes: Vec<u8> = (0..=u8::MAX).flat_map(|class| [class, 0]).collect();
    let states_of = [0, 0, 0xff, 1].repeat(states);
    STANDARD.encode([&classes, lists, &leb128(states), &states_of].concat())
}

const FAMILIES: &[(&str, usize, Family)] = &[
    ("rules", 2_000, |n| {
        rules(&list(n, |i| {
            format!(r#"{{"matches":[{{"path":{{"value":"/{i}"}}}}]}}"#)
        }))
    }),
    ("matches of one rule", 4_000, |n| {
        rules(&format!(
            r#"{{"matches":[{}]}}"#,
            list(n, |i| format!(r#"{{"path":{{"value":"/{i}"}}}}"#))
        ))
    }),
    ("rules with sessions", 2_000, |n| {
        rules(&list(n, |i| {
            format!(r#"{{"name":"{i}","sessionPersistence":{{"name":"s"}}}}"#)
        }))
    }),
    (
        "rules with sessions in the order of their hashes",
        2_000,
        |n| {
            let mut names: Vec<String> = (0..n).map(|i| i.to_string()).collect();
            names.sort_by_key(|name| hash(&format!("\0{name}")));
            rules(&list(n, |i| {
                let name = names.get(i).unwrap();
                format!(r#"{{"name":"{name}","sessionPersistence":{{"name":"s"}}}}"#)
            }))
        },
    ),
    ("the order of matches", 10_000, |n| {
        let order = list(n, |i| format!("[{},0]", n - 1 - i));
        let rules = list(n, |_| "{}".into());
        port(&format!(
            r#""producer":{{"rules":[{rules}],"matchOrder":[{order}]}}"#
        ))
    }),
    ("namespaces from the last to the first", 10_000, |n| {
        let consumers = list(n, |i| format!(r#""{:06}":{{}}"#, n - i));
        port(&format!(r#""consumers":{{{consumers}}}"#))
    }),
    ("ports from the last to the first", 4_000, |n| {
        let ports = list(n, |i| format!(r#"{{"port":{},"cluster":"c"}}"#, n - i));
        format!(r#"{{"version":1,"services":[{{"namespace":"n","name":"s","ports":[{ports}]}}]}}"#)
    }),
    ("addresses and ports", 2_000, |n| {
        let addresses = list(n, |i| format!(r#""10.1.{}.{}""#, i / 256 % 256, i % 256));
        let ports = list(n, |i| format!(r#"{{"port":{},"cluster":"c"}}"#, i + 1));
        format!(
            r#"{{"version":1,"services":[{{"namespace":"n","name":"s","clusterIPs":[{addresses}],"ports":[{ports}]}}]}}"#
        )
    }),
    ("Services", 2_000, |n| {
        let services = list(n, |i| {
            format!(r#"{{"namespace":"n","name":"s{i}","hosts":["h{i}"],"ports":[]}}"#)
        });
        format!(r#"{{"version":1,"services":[{services}]}}"#)
    }),
    ("headers of one match", 4_000, |n| {
        rules(&format!(
            r#"{{"matches":[{{"headers":[{}]}}]}}"#,
            list(n, header)
        ))
    }),
    ("headers of one filter", 4_000, |n| {
        rules(&format!(
            r#"{{"filters":[{{"requestHeaderModifier":{{"set":[{}]}}}}]}}"#,
            list(n, header)
        ))
    }),
    ("automata", 1_000, |n| {
        // 255 states of one list, each a few bytes long, with 256 steps.
        let automata = list(n, |_| format!(r#""{}""#, automaton(&[1, 1, 0], 255)));
        port(&format!(
            r#""producer":{{"patterns":{{"automata":[{automata}]}}}}"#
        ))
    }),
    (
        "a long list of an automaton that many expressions name",
        4_000,
        |n| {
            let list_of = [&[1][..], &leb128(8 * n), &vec![0; 8 * n]].concat();
            let values = list(n, |i| format!(r#"{{"pattern":"{i}","automaton":0}}"#));
            let automaton = automaton(&list_of, 1);
            port(&format!(
                r#""producer":{{"patterns":{{"automata":["{automaton}"],"values":[{values}]}}}}"#
            ))
        },
    ),
    ("filters of one rule", 4_000, |n| {
        let mirrors = list(n, |_| r#"{"requestMirror":{"cluster":"m"}}"#.into());
        let redirects = list(n, |_| r#"{"requestRedirect":{}}"#.into());
        rules(&format!(r#"{{"filters":[{mirrors},{redirects}]}}"#))
    }),
    ("backends", 4_000, |n| {
        rules(&format!(
            r#"{{"backendRefs":[{}]}}"#,
            list(n, |i| format!(r#"{{"cluster":"c{i}"}}"#))
        ))
    }),
    ("problems", 4_000, |n| {
        rules(&list(n, |_| r#"{"name":"/","backendRefs":[{}]}"#.into()))
    }),
    ("a long value", 200_000, |n| {
        rules(&format!(
            r#"{{"backendRefs":[{{"cluster":"\n{}"}}]}}"#,
            "x".repeat(n)
        ))
    }),
    ("a long key", 200_000, |n| {
        rules(&format!(r#"{{"{}":1}}"#, "x".repeat(n)))
    }),
    ("brackets in a rule", 100_000, |n| rules(&"[".repeat(n))),
    ("objects in a rule", 100_000, |n| {
        rules(&r#"{"a":"#.repeat(n))
    }),
    ("brackets alone", 100_000, |n| "[".repeat(n)),
    ("lines", 100_000, |n| {
        format!("{}{}", "\n".repeat(n), rules("1"))
    }),
];

/// The least of several times, of which the others had to wait for something.
fn time(text: &str) -> Duration {
    let once = || {
        let start = Instant::now();
        let parsed = parse(text.as_bytes());
        let read = read(text.as_bytes(), &mut |_| {});
        let took = start.elapsed();
        assert_eq!(parsed.is_ok(), read.is_ok());
        took
    };
    (0..3).map(|_| once()).min().unwrap()
}

#[test]
fn four_times_the_text_takes_no_sixteen_times_as_long() {
    for (name, n, family) in FAMILIES {
        let (small, large) = (family(*n), family(4 * n));
        let mut ratios = Vec::new();
        // Other programs run, too: one good time is enough.
        while ratios.len() < 5 && ratios.last().is_none_or(|ratio| *ratio > 8.0) {
            ratios.push(time(&large).as_secs_f64() / time(&small).as_secs_f64());
        }
        println!("{name}: {ratios:.1?}");
        assert!(
            ratios.iter().any(|ratio| *ratio <= 8.0),
            "{name}: {ratios:?}"
        );
    }
}

#[test]
fn a_refusal_is_short() {
    for (name, n, family) in FAMILIES {
        if let Err(error) = parse(family(*n).as_bytes()) {
            let said = error.to_string();
            println!("{name}: {} bytes: {said:.300}", said.len());
            assert!(said.len() < LONGEST_REFUSAL, "{name}: {} bytes", said.len());
        }
    }
}

#[test]
fn what_is_not_told_is_counted() {
    let text = rules(&list(250, |_| r#"{"name":"/"}"#.into()));
    let Err(Error::Invalid(problems)) = parse(text.as_bytes()) else {
        panic!("accepted");
    };
    let last = problems.last().unwrap().to_string();
    assert_eq!((problems.len(), &*last), (101, ".: 150 more problems"));
}

/// In neither form.
#[test]
fn more_than_64_mib_are_refused_unread() {
    let mut text = vec![b' '; MAX_INFLATED - 13];
    text.extend(br#"{"version":1}"#);
    parse(&text).unwrap();
    text.push(b' ');
    let said = parse(&text).unwrap_err().to_string();
    assert_eq!(said, "route config: more than 64 MiB");
}

#[test]
fn lists_that_are_too_long_are_named() {
    let over = 65;
    let headers = list(over, header);
    let table = [
        (
            format!(r#"{{"matches":[{{"headers":[{headers}]}}]}}"#),
            "matches[0].headers: 65 entries, 64 are possible",
        ),
        (
            format!(r#"{{"matches":[{{"queryParams":[{headers}]}}]}}"#),
            "matches[0].queryParams: 65 entries",
        ),
        (
            format!(r#"{{"filters":[{{"responseHeaderModifier":{{"add":[{headers}]}}}}]}}"#),
            "filters[0].responseHeaderModifier.add: 65 entries",
        ),
        (
            format!(
                r#"{{"filters":[{{"requestHeaderModifier":{{"remove":[{}]}}}}]}}"#,
                list(over, |i| format!(r#""x-{i}""#))
            ),
            "filters[0].requestHeaderModifier.remove: 65 entries",
        ),
        (
            format!(
                r#"{{"backendRefs":[{{"cluster":"c","filters":[{}]}}]}}"#,
                list(over, |_| r#"{"requestMirror":{"cluster":"m"}}"#.into())
            ),
            "backendRefs[0].filters: 65 entries",
        ),
    ];
    for (rule, expected) in table {
        let said = parse(rules(&rule).as_bytes()).unwrap_err().to_string();
        let place = "services[0].ports[0].producer.rules[0].";
        assert!(said.contains(&format!("{place}{expected}")), "{said}");
    }
    let addresses = r#"{"version":1,"services":[{"namespace":"n","name":"s","clusterIPs":["10.0.0.1","10.0.0.2","10.0.0.3","10.0.0.4","10.0.0.5"],"ports":[]}]}"#;
    let said = parse(addresses.as_bytes()).unwrap_err().to_string();
    assert!(
        said.contains("services[0].clusterIPs: 5 entries, 4 are possible"),
        "{said}"
    );
}

/// However deep the text is nested, the place is that of what a config can have.
#[test]
fn a_place_has_an_end() {
    let text = rules(&"[".repeat(1_000_000));
    let said = read(text.as_bytes(), &mut |_| {}).unwrap_err();
    let Error::Parse { place, .. } = said else {
        panic!("{said}");
    };
    assert!(
        place.starts_with("services[0].ports[0].producer.rules[0]"),
        "{place}"
    );
    assert!(place.len() < 200, "{place}");
}
