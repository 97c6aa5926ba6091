//! What `gammactl check` calls an error, no API server of either channel takes; and what none of them takes, it
//! calls an error. `OBJECTS=100000` compares more of them, `SEED` others.

mod damage;
mod generate;
mod reading;
mod table;

use std::{collections::BTreeMap, path::Path};

use fastrand::Rng;
use gamma_api_server::{Admission, Upstream, admission, upstream};
use gamma_random::{once_in, pick, variable};
use serde_json::Value;

const KINDS: [&str; 7] = [
    "HTTPRoute",
    "HTTPRoute",
    "HTTPRoute",
    "HTTPRoute",
    "GRPCRoute",
    "GRPCRoute",
    "ReferenceGrant",
];

/// What is taken here and refused by that release of the CRDs, and why.
const KNOWN: [(&str, &str); 1] = [(
    "retry.attempts: 0 is out of range",
    "the CRDs of releases before 1.6 take it, and GEP-1731 says that it disables retries",
)];

/// Bad manifests that this comparison can't judge.
const ELSEWHERE: [&str; 3] = [
    // The shape that sessions have after that release.
    "g1-reading/session-permanent-without-end.yaml",
    // A version that no CRD has.
    "g1-reading/unknown-kinds.yaml",
    // Timestamps are read before any schema is looked at.
    "g1-values/creation-timestamp.yaml",
];

#[test]
fn random_objects_are_refused_here_if_no_api_server_takes_them() {
    if upstream().is_none() {
        return;
    }
    let (seed, count) = (variable("SEED", 1_u64), variable("OBJECTS", 3000_u64));
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let mut counts = (0, 0);
    let mut differences = BTreeMap::new();
    let mut rows = table::Rows::new();
    let found: Vec<_> = std::thread::scope(|scope| {
        let run = |first| {
            // Rules are compiled for one thread.
            let upstream = gamma_api_server::upstream();
            let mut differences = BTreeMap::new();
            let mut rows = table::Rows::new();
            let mut taken = 0_u64;
            for number in (first..count).step_by(threads as usize) {
                // Seeds that are next to each other have no object in common.
                let mut rng = Rng::with_seed(seed.wrapping_sub(1).rotate_left(32) + number + 1);
                let upstream = upstream.as_ref().unwrap();
                let object = random(upstream, &mut rng);
                match compare(upstream, &object, &mut differences) {
                    (Admission::Taken, _) => taken += 1,
                    (Admission::Refused(violations), errors) if number < 3000 => {
                        table::add(&mut rows, &errors, &violations);
                    }
                    _ => {}
                }
            }
            (taken, differences, rows)
        };
        let handles: Vec<_> = (0..threads)
            .map(|first| scope.spawn(move || run(first)))
            .collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap())
            .collect()
    });
    for (taken, of_thread, rows_of_thread) in found {
        counts.0 += taken;
        differences.extend(of_thread);
        rows.extend(rows_of_thread);
    }
    counts.1 = count - counts.0;
    println!("{} taken, {} refused", counts.0, counts.1);
    assert!(
        differences.is_empty(),
        "{} kinds of differences\n\n{}",
        differences.len(),
        differences.into_values().collect::<Vec<_>>().join("\n\n")
    );
    // A comparison of objects that are all refused would say little.
    assert!(counts.0 > count / 5 && counts.1 > count / 10, "{counts:?}");
    if seed == 1 {
        table::check(&rows);
    }
}

/// An object, half of the time a damaged one.
fn random(upstream: &Upstream, rng: &mut Rng) -> Value {
    let kind = pick(rng, &KINDS);
    let mut object = generate::object(kind, upstream.experimental.schema(kind), rng);
    if once_in(rng, 2) {
        damage::damage(&mut object, rng);
    }
    object
}

#[test]
fn the_api_s_own_examples_are_read_as_they_are_meant() {
    let Some(upstream) = upstream() else {
        return;
    };
    let mut differences = BTreeMap::new();
    for (folder, valid) in [("examples", true), ("hack/invalid-examples", false)] {
        let objects = reading::objects_below(&upstream.root.join(folder));
        assert!(objects.len() > 5, "{folder}");
        for (file, object) in objects {
            let experimental = file
                .components()
                .any(|part| part.as_os_str() == "experimental");
            let channel = if experimental {
                &upstream.experimental
            } else {
                &upstream.standard
            };
            let violations = channel.violations(&object);
            let file = file.display();
            assert_eq!(violations.is_empty(), valid, "{file}: {violations:?}");
            compare(&upstream, &object, &mut differences);
        }
    }
    let differences: Vec<_> = differences.into_values().collect();
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

/// The bad manifests of the compiler's tests, each of which gives a diagnostic.
#[test]
fn bad_manifests_are_refused_if_no_api_server_takes_them() {
    let Some(upstream) = upstream() else {
        return;
    };
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../gammactl/compile/tests/diagnostics");
    let objects = reading::objects_below(&folder);
    assert!(objects.len() > 200, "{}", objects.len());
    let mut differences = BTreeMap::new();
    for (file, object) in objects {
        let mut of_file = BTreeMap::new();
        compare(&upstream, &object, &mut of_file);
        let file = file.strip_prefix(&folder).unwrap().display().to_string();
        // Patches and templates are no objects yet.
        if !ELSEWHERE.contains(&&*file) && !file.starts_with("g1-foreign/") {
            differences.extend(
                of_file
                    .into_iter()
                    .map(|(key, text)| (key, format!("{file}: {text}"))),
            );
        }
    }
    let differences: Vec<_> = differences.into_values().collect();
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

/// Adds what is said differently here, one example of each kind.
fn compare(
    upstream: &Upstream,
    object: &Value,
    differences: &mut BTreeMap<String, String>,
) -> (Admission, Vec<String>) {
    let admission = admission(upstream, object);
    let errors = reading::errors(object);
    let difference = match &admission {
        Admission::Taken => errors
            .first()
            .map(|error| ("taken there, an error here", error.clone())),
        Admission::Refused(violations) => {
            let mut violations = violations.iter().map(ToString::to_string);
            let violation = violations.find(|v| !KNOWN.iter().any(|(known, _)| v.ends_with(known)));
            violation
                .filter(|_| errors.is_empty())
                .map(|violation| ("refused there, no error here", violation))
        }
    };
    if let Some((what, why)) = difference {
        let kind: String = why
            .chars()
            .filter(|c| !c.is_ascii_digit())
            .take(90)
            .collect();
        let example = || format!("{what}: {why}\n{object}");
        differences
            .entry(format!("{what}{kind}"))
            .or_insert_with(example);
    }
    (admission, errors)
}
