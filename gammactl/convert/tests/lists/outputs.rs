//! What is written beside and around the routes of random lists: it passes `check --strict`, its cases pass, and nothing is
//! overlooked.

use std::collections::BTreeSet;

use fastrand::Rng;
use gamma_cases::CaseFile;
use gamma_compile::{compilation, lint};
use gamma_convert::{Conversion, ConversionOptions, PrefixStyle, convert};
use gamma_manifest::{
    decode,
    diagnostic::{Diagnostics, Severity},
    source::Sources,
};

use crate::{manifests, random, services_alone};

/// Lists that are tried.
const LISTS: usize = 60;

fn written(conversion: &Conversion, services: &str) -> Sources {
    let mut sources = Sources::default();
    sources.add("services.yaml", services);
    for file in &conversion.files {
        sources.add(&*file.path, &*file.text);
    }
    sources
}

/// What `gammactl check --strict` says.
fn checked(sources: &Sources) -> Diagnostics {
    let mut said = Diagnostics::default();
    let manifests = decode(sources, "default", &mut said);
    let options = gamma_compile::Options::default();
    compilation(&manifests, &options, &mut said);
    lint(&manifests, &options, &mut said);
    said.retain(|finding| finding.code.severity != Severity::Note);
    said
}

#[test]
fn what_is_written_passes_check_and_its_own_cases() {
    let mut rng = Rng::with_seed(7);
    let mut requests = 0;
    for number in 0..LISTS {
        let rules = random::rules(&mut rng);
        let mut source = Sources::default();
        source.add("source.yaml", manifests(&rules));
        let prefixes = match number % 3 {
            0 => PrefixStyle::Elements,
            _ => PrefixStyle::Exact,
        };
        let options = ConversionOptions {
            prefixes,
            keep_default_retries: number % 2 == 0,
            ..ConversionOptions::default()
        };
        let conversion = convert(&source, &options);
        let explain = || {
            format!(
                "list {number}: {}\n{:#?}",
                manifests(&rules),
                conversion.files
            )
        };
        assert_eq!(conversion.report.coverage.unread, [], "{}", explain());
        let cluster = written(&conversion, &services_alone(&rules));
        let said = checked(&cluster);
        // A rule without a backend stands for what no route does.
        let is_narrow = conversion
            .diagnostics
            .iter()
            .any(|finding| ["G706", "G708", "G709"].contains(&finding.code.id));
        assert!(
            said.iter()
                .all(|finding| is_narrow && finding.code.id == "G304"),
            "{said:?}\n{}",
            explain()
        );
        for file in &conversion.beside {
            if !file.path.ends_with(".cases.yaml") {
                continue;
            }
            let file = CaseFile {
                name: file.path.clone(),
                text: file.text.clone(),
            };
            let result = gamma_cases::run(&file, Some(&cluster), |_| {});
            requests += result.tests.len();
            for test in &result.tests {
                let findings = (&test.findings, &test.of_manifests);
                assert!(
                    test.passed(),
                    "{}: {findings:?}\n{}\n{}",
                    test.name,
                    file.text,
                    explain()
                );
            }
        }
    }
    assert!(requests > LISTS * 5, "{requests} requests");
}

/// Each match that the proof compares has a request of its own, unless others take all of its requests.
#[test]
fn every_rule_is_asked_for() {
    let mut rng = Rng::with_seed(8);
    let (mut asked, mut all) = (0, 0);
    for _ in 0..LISTS {
        let rules = random::rules(&mut rng);
        let mut source = Sources::default();
        source.add("source.yaml", manifests(&rules));
        let conversion = convert(&source, &ConversionOptions::default());
        let cases: Vec<&str> = conversion
            .beside
            .iter()
            .filter(|file| file.path.ends_with(".cases.yaml"))
            .map(|file| &*file.text)
            .collect();
        for (number, _) in rules.iter().enumerate() {
            let target = format!("shop/to-{number}:80");
            let is_there = |texts: &[&str]| texts.iter().any(|text| text.contains(&target));
            let routes: Vec<&str> = conversion
                .files
                .iter()
                .filter(|file| file.path.starts_with("02-routes/"))
                .map(|file| &*file.text)
                .collect();
            let named = format!("name: to-{number}\n");
            if routes.iter().any(|text| text.contains(&named)) {
                all += 1;
                asked += usize::from(is_there(&cases));
            }
        }
    }
    assert!(
        asked * 100 >= all * 97,
        "{asked} of {all} backends are asked"
    );
}

/// The same whatever the order of the files and of the objects in them.
#[test]
fn the_order_of_the_input_does_not_matter() {
    let mut rng = Rng::with_seed(9);
    for _ in 0..10 {
        let rules = random::rules(&mut rng);
        let text = manifests(&rules);
        let (begin, end) = (services_alone(&rules), text);
        let other = end.replace("\"echo\"", "\"echo-two\"");
        let files = [("a.yaml", &begin), ("b.yaml", &end), ("c.yaml", &other)];
        let outputs: BTreeSet<String> = [[0, 1, 2], [2, 1, 0], [1, 2, 0]]
            .into_iter()
            .map(|order| {
                let mut source = Sources::default();
                for number in order {
                    let (name, text) = files[number];
                    source.add(name, text.as_str());
                }
                let conversion = convert(&source, &ConversionOptions::default());
                let all = conversion.files.iter().chain(&conversion.beside);
                let texts: Vec<String> = all
                    .map(|file| format!("{}\n{}", file.path, file.text))
                    .collect();
                format!("{}\n{}", texts.join("\n"), conversion.report.json())
            })
            .collect();
        let first = outputs.first().unwrap();
        for other in &outputs {
            let differ = first.lines().zip(other.lines()).find(|(a, b)| a != b);
            assert_eq!(differ, None);
        }
    }
}
