//! gammactl reads regular expressions as Envoy does: random patterns and texts, and a real Envoy that is asked which
//! patterns it accepts and which texts match.
//!
//! `PATTERNS` says how many random patterns there are (300), `SEED` repeats a run.

mod envoy;
mod patterns;
mod program_size;
mod special;
mod texts;

use std::{ops::AddAssign, time::Instant};

use envoy::AskedEnvoy;
use fastrand::Rng;
use gamma_pattern::{Dfa, PatternSyntax, UnusablePattern};
use gamma_random::variable;

/// Patterns that Envoy is asked about at once.
const BATCH: usize = 400;
/// Texts for each pattern.
const TEXTS: usize = 20;

/// How many there were of everything that the test is about.
#[derive(Debug, Clone, Copy, Default)]
struct AgreementCounts {
    patterns: usize,
    refused: usize,
    /// Patterns that only gammactl refuses: their automata are too large, or their groups nested too deeply.
    too_large: usize,
    texts: usize,
    matching: usize,
}

impl AddAssign for AgreementCounts {
    fn add_assign(&mut self, other: Self) {
        self.patterns += other.patterns;
        self.refused += other.refused;
        self.too_large += other.too_large;
        self.texts += other.texts;
        self.matching += other.matching;
    }
}

#[test]
fn random_patterns_mean_what_they_mean_to_envoy() {
    let wanted: usize = variable("PATTERNS", 300);
    let seed: u64 = variable("SEED", 1);
    let started = Instant::now();
    let mut rng = Rng::with_seed(seed);
    let mut counts = AgreementCounts::default();
    let mut differences = Vec::new();
    while counts.patterns < wanted {
        let count = BATCH.min(wanted - counts.patterns);
        let patterns: Vec<String> = (0..count).map(|_| patterns::pattern(&mut rng)).collect();
        counts += compare(&mut rng, &patterns, &mut differences);
    }
    println!(
        "seed {seed}, {:.1} s: {counts:?}",
        started.elapsed().as_secs_f32()
    );
    assert_none(differences);
    // Else the test is about nothing.
    let AgreementCounts {
        patterns,
        refused,
        too_large,
        texts,
        matching,
    } = counts;
    assert!(
        refused * 10 > patterns && refused * 2 < patterns,
        "{counts:?}"
    );
    assert!(too_large * 50 <= patterns, "{counts:?}");
    assert!(texts > 8 * patterns && matching * 4 > texts, "{counts:?}");
}

#[test]
fn special_patterns_mean_what_they_mean_to_envoy() {
    let mut rng = Rng::with_seed(1);
    let mut counts = AgreementCounts::default();
    let mut differences = Vec::new();
    for patterns in special::special().chunks(BATCH) {
        counts += compare(&mut rng, patterns, &mut differences);
    }
    println!("{counts:?}");
    assert_none(differences);
    // Seven of nested groups, and as many that are too large.
    assert!(counts.too_large <= 14, "{counts:?}");
}

fn assert_none(mut differences: Vec<String>) {
    differences.sort_by_key(String::len);
    let count = differences.len();
    differences.truncate(40);
    assert!(
        count == 0,
        "{count} differences:\n{}",
        differences.join("\n")
    );
}

fn compare(rng: &mut Rng, patterns: &[String], differences: &mut Vec<String>) -> AgreementCounts {
    let mut envoy = AskedEnvoy::start(patterns, Some(1_000_000)).expect("an Envoy");
    let mut counts = AgreementCounts {
        patterns: patterns.len(),
        ..AgreementCounts::default()
    };
    for (number, pattern) in patterns.iter().enumerate() {
        let dfa = match Dfa::new(pattern) {
            Ok(dfa) => dfa,
            Err(error) => {
                counts.refused += 1;
                if envoy.accepts(number) {
                    match is_limit(&error) {
                        true => counts.too_large += 1,
                        false => differences.push(format!("`{pattern}`: only here, {error}")),
                    }
                }
                continue;
            }
        };
        if !envoy.accepts(number) {
            differences.push(format!("`{pattern}`: only Envoy refuses it"));
            continue;
        }
        for text in texts::texts(rng, pattern, &dfa, TEXTS) {
            let is_match = dfa.matches(&text);
            counts.texts += 1;
            counts.matching += usize::from(is_match);
            match envoy.matches(number, &text) {
                Ok(answer) if answer == is_match => {}
                answer => differences.push(format!(
                    "`{pattern}` on `{}`: {is_match} here, {answer:?} in Envoy",
                    text.escape_ascii()
                )),
            }
        }
    }
    counts
}

/// Whether that is a limit which RE2 has not.
fn is_limit(error: &UnusablePattern) -> bool {
    matches!(
        error,
        UnusablePattern::TooLarge
            | UnusablePattern::Syntax {
                what: PatternSyntax::NestedTooDeeply,
                ..
            }
    )
}
