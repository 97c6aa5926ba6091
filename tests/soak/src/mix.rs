//! The requests of the soak, as data: `mix.yaml`.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use gamma_testbed::{
    fixture::{Exchange, Outcome, Protocol},
    repository,
};
use serde::Deserialize;

/// A request, how often it is sent and what it is counted as.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// How often it is sent, beside the others' weights.
    #[serde(default = "default_weight")]
    pub(crate) weight: u32,
    /// As what the filter counts it if no backend answers, as in `answer=`. Absent if one always does.
    pub(crate) answer: Option<String>,
    /// The cluster that gets it although no backend answers.
    pub(crate) cluster: Option<String>,
    /// How many requests the backend gets for it, retries included.
    #[serde(default = "default_attempts")]
    pub(crate) attempts: u64,
    /// The cluster of the service that is asked for permission.
    pub(crate) asks: Option<String>,
    /// Whether the client goes away once a backend has the request.
    #[serde(default)]
    pub(crate) leaves: bool,
    /// The request, and the answer that it has to have.
    pub(crate) send: Exchange,
}

fn default_weight() -> u32 {
    2
}

fn default_attempts() -> u64 {
    1
}

impl Entry {
    /// Kind and name of the rule's route, and the rule's name, as counters have them.
    pub(crate) fn rule(&self) -> Option<(String, &str)> {
        let (route, rule) = self.send.expect.rule.as_deref()?.rsplit_once('/')?;
        let kind = match self.send.protocol {
            Protocol::Grpc => "GRPCRoute",
            _ => "HTTPRoute",
        };
        Some((format!("{kind}/{route}"), rule))
    }

    /// Whether it is sent over HTTP/2.
    pub(crate) fn is_http2(&self) -> bool {
        matches!(self.send.protocol, Protocol::H2 | Protocol::Grpc)
    }

    /// Whether `outcome` is one that the entry says.
    pub(crate) fn names(&self, outcome: &Outcome<'_>) -> bool {
        let shares = &self.send.expect.shares;
        shares.is_empty() || shares.keys().any(|name| outcome.is_named(name))
    }

    fn validate(&self) -> Result<()> {
        let expect = &self.send.expect;
        let request = &self.send.request;
        let sum: f64 = expect.shares.values().sum();
        ensure!(
            expect.shares.is_empty() || (sum - 1.0).abs() < 1e-6,
            "{request}: shares sum to {sum}"
        );
        let answers = expect.backend.is_some() || !expect.shares.is_empty();
        ensure!(
            answers || self.answer.is_some() || self.leaves,
            "{request}: neither a backend nor what it is counted as"
        );
        ensure!(self.weight > 0, "{request}: never sent");
        Ok(())
    }
}

/// The entries, and the manifests that they are sent to.
pub(crate) fn load() -> Result<(Vec<Entry>, String)> {
    let folder = repository::path("tests/soak");
    let entries = fs::read_to_string(folder.join("mix.yaml"))?;
    let manifests = fs::read_to_string(folder.join("routes.yaml"))?;
    Ok((parse(&entries).context("mix.yaml")?, manifests))
}

/// The folder of the data, for errors that name a file.
pub(crate) fn routes_path() -> &'static Path {
    Path::new("tests/soak/routes.yaml")
}

fn parse(text: &str) -> Result<Vec<Entry>> {
    let entries: Vec<Entry> = serde_saphyr::from_str(text)?;
    entries.iter().try_for_each(Entry::validate)?;
    ensure!(!entries.is_empty(), "no entries");
    Ok(entries)
}

/// Draws entries by their weights.
#[derive(Debug)]
pub(crate) struct Draw {
    /// Sums of the weights up to each entry, and its index.
    sums: Vec<(u32, usize)>,
}

impl Draw {
    /// Of the entries that `takes`.
    pub(crate) fn new(entries: &[Entry], takes: impl Fn(&Entry) -> bool) -> Self {
        let mut sum = 0;
        let taken = entries.iter().enumerate().filter(|(_, entry)| takes(entry));
        let sums = taken.map(|(index, entry)| {
            sum += entry.weight;
            (sum, index)
        });
        Self {
            sums: sums.collect(),
        }
    }

    /// The sum of all weights.
    pub(crate) fn weight(&self) -> u32 {
        self.sums.last().map_or(0, |(sum, _)| *sum)
    }

    /// An entry's index.
    pub(crate) fn draw(&self, rng: &mut fastrand::Rng) -> usize {
        let number = rng.u32(..self.weight());
        let at = self.sums.partition_point(|(sum, _)| *sum <= number);
        self.sums[at].1
    }
}

#[cfg(test)]
mod tests {
    use gamma_compile::Options;
    use gamma_testbed::{
        drive::{Driver, Native},
        fixture::check,
        manifests,
    };

    use super::*;

    #[test]
    fn entries_are_drawn_by_their_weights() {
        let entry = |weight| {
            format!(
                "- {{weight: {weight}, send: {{request: GET http://a/, expect: {{backend: a}}}}}}\n"
            )
        };
        let entries = parse(&[1, 5, 2].map(entry).concat()).unwrap();
        let draw = Draw::new(&entries, |entry| entry.weight != 5);
        assert_eq!(draw.weight(), 3);
        let mut rng = fastrand::Rng::with_seed(1);
        let mut drawn = [0; 3];
        (0..3_000).for_each(|_| drawn[draw.draw(&mut rng)] += 1);
        assert_eq!(drawn[1], 0);
        assert!((900..1_100).contains(&drawn[0]), "{drawn:?}");
    }

    /// What is expected of a real Envoy is not made up for it: the router alone does the same.
    #[test]
    fn the_router_answers_every_entry_so() {
        let (entries, routes) = load().unwrap();
        let manifests = manifests::read(&routes).unwrap();
        let options = Options {
            client_namespace: Some("shop".into()),
            ..Options::default()
        };
        let mut native = Native::new(&manifests, &options).unwrap();
        // Who goes away and what `..` means is Envoy's business.
        let is_the_routers =
            |entry: &&Entry| !entry.leaves && !entry.send.request.path.contains("/../");
        for entry in entries.iter().filter(is_the_routers) {
            for _ in 0..20 {
                let observed = native.send(&entry.send).unwrap();
                let findings = check(&entry.send.expect, entry.send.protocol, &observed);
                assert_eq!(findings, [""; 0], "{}", entry.send.request);
                assert!(entry.names(&observed.outcome()), "{}", entry.send.request);
            }
        }
    }

    #[test]
    fn what_says_no_answer_is_refused() {
        let error = parse("- send: {request: GET http://a/}\n").unwrap_err();
        assert!(error.to_string().contains("counted as"), "{error}");
    }
}
