//! What the counters of the filter and of Envoy have to say, worked out from what was sent and answered.

use std::collections::BTreeMap;

use crate::{
    mix::Entry,
    tally::{Ending, SoakTally},
};

/// Counters by their names, as Prometheus has them with their labels.
pub(crate) type Counters = BTreeMap<String, u64>;

/// What the filter counts of requests and of responses. Copies are drawn by the filter alone.
pub(crate) fn of_the_filter(entries: &[Entry], tally: &SoakTally) -> Counters {
    let mut counters = Counters::new();
    let mut add = |name: &str, labels: &[(&str, &str)], count| {
        *counters.entry(named(name, labels)).or_default() += count;
    };
    for (entry, endings) in entries.iter().zip(&tally.endings) {
        for (ending, &count) in endings {
            let cluster = forwarded_to(entry, ending);
            let answer = entry.answer.as_deref();
            let answer = match ending.cluster.is_some() && cluster.is_some() {
                true => Some("forwarded"),
                false => answer,
            };
            // Nothing had been decided yet.
            let Some(answer) = answer else { continue };
            let rule = entry.rule();
            let mut labels = Vec::new();
            if let Some((route, rule)) = &rule {
                labels.extend([("route", &**route), ("rule", rule)]);
                labels.extend(cluster.map(|cluster| ("backend", cluster)));
            }
            let of_request = [&[("answer", answer)], &labels[..]].concat();
            add("gamma_requests_total", &of_request, count);
            if answer == "forwarded" && ending.status != 0 {
                let code = ending.status.to_string();
                labels.push(("code", &code));
                let grpc = ending.grpc.map(|status| status.to_string());
                labels.extend(grpc.as_deref().map(|status| ("grpc_status", status)));
                add("gamma_responses_total", &labels, count);
            }
        }
    }
    counters
}

/// The cluster that a request went to, if it went to one.
fn forwarded_to<'a>(entry: &'a Entry, ending: &'a Ending) -> Option<&'a str> {
    let answered = ending.cluster.as_deref();
    match answered.filter(|cluster| entry.asks.as_deref() != Some(*cluster)) {
        Some(cluster) => Some(cluster),
        None => entry.cluster.as_deref(),
    }
}

fn named(name: &str, labels: &[(&str, &str)]) -> String {
    let labels: Vec<String> = labels
        .iter()
        .map(|(label, value)| format!("{label}=\"{value}\""))
        .collect();
    format!("{name}{{{}}}", labels.join(","))
}

/// How many copies of each mirroring rule went to each mirror, by name and cluster.
pub(crate) fn copies(entry: &Entry, actual: &Counters, mirror: &str) -> u64 {
    let rule = entry.rule();
    let (route, rule) = rule
        .as_ref()
        .map_or(("", ""), |(route, rule)| (&**route, *rule));
    let cluster = format!("shop/{mirror}/80");
    let name = named(
        "gamma_mirrored_total",
        &[("route", route), ("rule", rule), ("backend", &cluster)],
    );
    actual.get(&name).copied().unwrap_or(0)
}

/// Requests that each cluster has got, and how many of them were retries. Without copies.
pub(crate) fn of_clusters(entries: &[Entry], tally: &SoakTally) -> BTreeMap<String, (u64, u64)> {
    let mut clusters: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for (entry, endings) in entries.iter().zip(&tally.endings) {
        for (ending, &count) in endings {
            if let Some(asked) = &entry.asks {
                clusters.entry(asked.clone()).or_default().0 += count;
            }
            if let Some(cluster) = forwarded_to(entry, ending) {
                let (requests, retries) = clusters.entry(cluster.to_owned()).or_default();
                *requests += count * entry.attempts;
                *retries += count * entry.attempts.saturating_sub(1);
            }
        }
    }
    clusters
}

/// Answers by the hundreds of their status, as Envoy's listener counts them.
pub(crate) fn of_the_listener(tally: &SoakTally) -> BTreeMap<u16, u64> {
    let mut classes = BTreeMap::new();
    let endings = tally.endings.iter().flatten();
    let statuses = endings.map(|(ending, count)| (ending.status, *count));
    let broken = tally.broken.iter().map(|(status, count)| (*status, *count));
    for (status, count) in statuses.chain(broken) {
        *classes.entry(status / 100).or_default() += count;
    }
    // Those that nobody waited for.
    classes.remove(&0);
    classes
}

/// The counters in what `/stats/prometheus` says whose names begin with `prefix`.
pub(crate) fn parse(prometheus: &str, prefix: &str) -> Counters {
    let lines = prometheus.lines().filter(|line| line.starts_with(prefix));
    let counters = lines.filter_map(|line| {
        let (name, value) = line.rsplit_once(' ')?;
        Some((name.to_owned(), value.parse().ok()?))
    });
    counters.collect()
}

/// What two sets of counters do not agree on, one line each.
pub(crate) fn differences(expected: &Counters, actual: &Counters) -> Vec<String> {
    let names = expected.keys().chain(actual.keys());
    let names: std::collections::BTreeSet<_> = names.collect();
    let differ = names.into_iter().filter_map(|name| {
        let of = |counters: &Counters| counters.get(name).copied().unwrap_or(0);
        let (expected, actual) = (of(expected), of(actual));
        (expected != actual).then(|| format!("{name}: {actual}, should be {expected}"))
    });
    differ.collect()
}

#[cfg(test)]
mod tests {
    use gamma_testbed::echo::Identity;
    use gamma_testbed::fixture::{Observed, Seen};

    use super::*;
    use crate::mix;

    fn observed(status: u16, service: Option<&str>) -> Observed {
        Observed {
            status,
            seen: service.map(|service| Seen {
                backend: Identity::new("shop", service, 80),
                path: "/".into(),
                host: "cart".into(),
                headers: Vec::new(),
            }),
            ..Observed::default()
        }
    }

    /// The entry for `path`, which has been answered once in each of these ways.
    fn tally(path: &str, answers: &[Observed]) -> (Vec<Entry>, SoakTally) {
        let (mut entries, _) = mix::load().unwrap();
        entries.retain(|entry| entry.send.request.path == path);
        entries.truncate(1);
        let mut tally = SoakTally::new(1);
        for answer in answers {
            tally.count(0, &entries[0].send.expect.shares, true, answer);
        }
        (entries, tally)
    }

    #[test]
    fn an_invalid_backends_share_is_no_response() {
        let answers = [
            observed(200, Some("v1")),
            observed(500, None),
            observed(500, None),
        ];
        let (entries, tally) = tally("/split/partly", &answers);
        let rule = r#"route="HTTPRoute/shop/splitting",rule="partly""#;
        let expected = [
            (
                format!(
                    r#"gamma_requests_total{{answer="forwarded",{rule},backend="shop/v1/80"}}"#
                ),
                1,
            ),
            (
                format!(r#"gamma_requests_total{{answer="invalid-backend",{rule}}}"#),
                2,
            ),
            (
                format!(r#"gamma_responses_total{{{rule},backend="shop/v1/80",code="200"}}"#),
                1,
            ),
        ];
        assert_eq!(of_the_filter(&entries, &tally), expected.into());
        assert_eq!(
            of_clusters(&entries, &tally),
            [("shop/v1/80".into(), (1, 0))].into()
        );
        assert_eq!(of_the_listener(&tally), [(2, 1), (5, 2)].into());
    }

    #[test]
    fn attempts_and_questions_are_requests_of_clusters() {
        let (entries, mut counted) = tally("/time/attempts", &[observed(504, None)]);
        assert_eq!(
            of_clusters(&entries, &counted),
            [("shop/v2/80".into(), (2, 1))].into()
        );
        // As if its client had gone away: no response.
        assert_eq!(of_the_filter(&entries, &counted).len(), 2);
        counted.endings[0].clear();
        counted.count_unanswered(0);
        assert_eq!(of_the_filter(&entries, &counted).len(), 1);
        assert!(of_the_listener(&counted).is_empty());

        let (entries, counted) = tally("/guarded/a?q=1", &[observed(200, Some("v1"))]);
        let expected = [
            ("shop/auth/80".into(), (1, 0)),
            ("shop/v1/80".into(), (1, 0)),
        ];
        assert_eq!(of_clusters(&entries, &counted), expected.into());
    }

    #[test]
    fn one_request_too_many_or_too_few_is_a_difference() {
        let actual = parse("# TYPE a counter\na{b=\"c\"} 7\nother 3\n", "a");
        let expected = |count| Counters::from([("a{b=\"c\"}".into(), count)]);
        assert_eq!(differences(&expected(7), &actual), [""; 0]);
        for count in [6, 8] {
            assert_eq!(differences(&expected(count), &actual).len(), 1);
        }
        assert_eq!(
            differences(&Counters::new(), &actual),
            ["a{b=\"c\"}: 7, should be 0"]
        );
    }
}
