//! A random change of how a route config is written that changes no decision.

use fastrand::Rng;
use gamma_config::{BackendRef, Config, Filter, HeaderModifier, Match, PathMatchType, Rule};

use crate::{
    change::{on_match, on_rule, on_table, ports, tidy},
    pick, routes,
};

type Change = fn(&mut Rng, &mut Config);

const CHANGES: [(&str, Change); 22] = [
    ("rename a rule", |rng, config| on_rule(rng, config, rename)),
    ("multiply weights", |rng, config| {
        on_rule(rng, config, multiply)
    }),
    ("reorder backends", |rng, config| {
        on_rule(rng, config, reorder_backends)
    }),
    ("halve a backend", |rng, config| on_rule(rng, config, halve)),
    ("add a backend of weight 0", |rng, config| {
        on_rule(rng, config, weightless)
    }),
    ("reorder filters", |rng, config| {
        on_rule(rng, config, |rng, rule| rng.shuffle(&mut rule.filters))
    }),
    ("reorder header edits", |rng, config| {
        on_rule(rng, config, reorder_edits)
    }),
    ("reorder lists of CORS", |rng, config| {
        on_rule(rng, config, reorder_cors)
    }),
    ("case of header names", |rng, config| {
        on_match(rng, config, header_case)
    }),
    ("case of edited headers", |rng, config| {
        on_rule(rng, config, edited_case)
    }),
    ("slash behind a prefix", |rng, config| {
        on_match(rng, config, slash)
    }),
    ("reorder header matches", |rng, config| {
        on_match(rng, config, reorder_headers)
    }),
    ("repeat a header match", |rng, config| {
        on_match(rng, config, repeat_header)
    }),
    ("repeat a match", |rng, config| {
        on_rule(rng, config, repeat_match)
    }),
    ("add a shadowed rule", |rng, config| {
        on_table(rng, config, add_shadowed)
    }),
    ("swap disjoint rules", |rng, config| {
        on_table(rng, config, swap_disjoint)
    }),
    ("write the order out", |rng, config| {
        on_table(rng, config, |_, table| write_order(table))
    }),
    ("split a rule", |rng, config| on_table(rng, config, split)),
    ("own cluster behind routes", own_cluster),
    ("consumers that get what all get", consumers),
    ("reorder Services", |rng, config| {
        rng.shuffle(&mut config.services)
    }),
    ("say a default", |rng, config| on_rule(rng, config, default)),
];

/// Changes `config`, and says what.
pub(crate) fn apply(rng: &mut Rng, config: &mut Config) -> &'static str {
    let (name, change) = pick(rng, &CHANGES);
    change(rng, config);
    tidy(config);
    name
}

/// What can be done.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    CHANGES.iter().map(|(name, _)| *name)
}

/// The sessions of a rule are bound to its name.
fn rename(rng: &mut Rng, rule: &mut Rule) {
    if rule.session_persistence.is_none() {
        rule.route = "HTTPRoute/shop/other".into();
        rule.name = format!("other-{}", rng.u32(..));
    }
}

fn multiply(rng: &mut Rng, rule: &mut Rule) {
    let factor = pick(rng, &[2, 3, 1_000]);
    for backend in &mut rule.backend_refs {
        backend.weight *= factor;
    }
}

fn reorder_backends(rng: &mut Rng, rule: &mut Rule) {
    if rule.session_persistence.is_none() {
        rng.shuffle(&mut rule.backend_refs);
    }
}

fn halve(_: &mut Rng, rule: &mut Rule) {
    if let Some(first) = rule.backend_refs.first_mut().filter(|b| b.weight % 2 == 0) {
        first.weight /= 2;
        let half = first.clone();
        rule.backend_refs.push(half);
    }
}

fn weightless(rng: &mut Rng, rule: &mut Rule) {
    let redirects = rule
        .filters
        .iter()
        .any(|f| matches!(f, Filter::RequestRedirect(_)));
    if rule.session_persistence.is_none() && !redirects {
        rule.backend_refs.push(BackendRef {
            weight: 0,
            ..routes::backend(rng, false)
        });
    }
}

fn reorder_edits(rng: &mut Rng, rule: &mut Rule) {
    modifiers(rule, |modifier| {
        rng.shuffle(&mut modifier.set);
        rng.shuffle(&mut modifier.add);
        rng.shuffle(&mut modifier.remove);
    });
}

fn edited_case(_: &mut Rng, rule: &mut Rule) {
    modifiers(rule, |modifier| {
        let HeaderModifier { set, add, remove } = modifier;
        let names = set.iter_mut().chain(add).map(|header| &mut header.name);
        for name in names.chain(remove) {
            *name = name.to_uppercase();
        }
    });
}

fn modifiers(rule: &mut Rule, mut change: impl FnMut(&mut HeaderModifier)) {
    let of_backends = rule.backend_refs.iter_mut().flat_map(|b| &mut b.filters);
    for filter in rule.filters.iter_mut().chain(of_backends) {
        if let Filter::RequestHeaderModifier(m) | Filter::ResponseHeaderModifier(m) = filter {
            change(m);
        }
    }
}

fn reorder_cors(rng: &mut Rng, rule: &mut Rule) {
    for filter in &mut rule.filters {
        if let Filter::Cors(cors) = filter {
            rng.shuffle(&mut cors.allow_origins);
            rng.shuffle(&mut cors.allow_methods);
            rng.shuffle(&mut cors.allow_headers);
            if let Some(first) = cors.allow_origins.first().cloned() {
                cors.allow_origins.push(
                    first
                        .to_uppercase()
                        .replace("HTTPS", "https")
                        .replace("HTTP:", "http:"),
                );
            }
        }
    }
}

fn header_case(_: &mut Rng, m: &mut Match) {
    for header in &mut m.headers {
        header.name = header.name.to_uppercase();
    }
}

fn slash(_: &mut Rng, m: &mut Match) {
    if let Some(path) = &mut m.path
        && path.kind == PathMatchType::PathPrefix
    {
        if path.value.ends_with('/') {
            path.value.truncate(path.value.len().max(2) - 1);
        } else {
            path.value.push('/');
        }
    }
}

/// Only the first of a name counts.
fn reorder_headers(_: &mut Rng, m: &mut Match) {
    let names: Vec<String> = m.headers.iter().map(|h| h.name.to_lowercase()).collect();
    if names.len() == 2 && names[0] != names[1] {
        m.headers.reverse();
    }
}

fn repeat_header(rng: &mut Rng, m: &mut Match) {
    if let Some(first) = m.headers.first() {
        let mut second = routes::header(rng);
        second.name = first.name.to_lowercase();
        m.headers.push(second);
    }
}

fn repeat_match(_: &mut Rng, rule: &mut Rule) {
    let first = rule.matches.first().cloned();
    rule.matches.extend(first);
}

/// A rule behind one that has its match.
fn add_shadowed(rng: &mut Rng, table: &mut gamma_config::RouteTable) {
    if !table.match_order.is_empty() {
        return;
    }
    let at = rng.usize(..table.rules.len());
    let mut rule = routes::rule(rng, &mut 5_000);
    rule.filters.clear();
    let behind = &table.rules[at].matches;
    let mut r#match = if behind.is_empty() {
        routes::r#match(rng)
    } else {
        pick(rng, behind)
    };
    let other = routes::header(rng);
    let is_known = |h: &gamma_config::ValueMatch| h.name.eq_ignore_ascii_case(&other.name);
    if !r#match.headers.iter().any(is_known) {
        r#match.headers.push(other);
    }
    rule.matches = vec![r#match];
    for backend in &mut rule.backend_refs {
        backend.filters.clear();
    }
    let place = rng.usize(at + 1..=table.rules.len());
    table.rules.insert(place, rule);
}

/// Rules for other methods or exact paths never compete. CORS also looks at other methods.
fn swap_disjoint(rng: &mut Rng, table: &mut gamma_config::RouteTable) {
    if !table.match_order.is_empty() || table.rules.len() < 2 {
        return;
    }
    let at = rng.usize(..table.rules.len() - 1);
    let exact = |m: &Match| {
        let path = m
            .path
            .as_ref()
            .filter(|path| path.kind == PathMatchType::Exact);
        path.map(|path| path.value.clone())
    };
    let (a, b) = (&table.rules[at].matches, &table.rules[at + 1].matches);
    let disjoint = |a: &Match, b: &Match| match (exact(a), exact(b)) {
        (Some(a), Some(b)) => a != b,
        _ => false,
    };
    let all = !a.is_empty() && !b.is_empty() && a.iter().all(|a| b.iter().all(|b| disjoint(a, b)));
    if all {
        table.rules.swap(at, at + 1);
    }
}

fn write_order(table: &mut gamma_config::RouteTable) {
    if table.match_order.is_empty() {
        table.match_order = routes::pairs(table);
    }
}

/// The last match of a rule becomes a rule of its own right behind it.
fn split(rng: &mut Rng, table: &mut gamma_config::RouteTable) {
    let at = rng.usize(..table.rules.len());
    let rule = &table.rules[at];
    if rule.matches.len() < 2 || rule.session_persistence.is_some() || !table.match_order.is_empty()
    {
        return;
    }
    let mut second = rule.clone();
    second.name.push_str("-second");
    second.matches.drain(..second.matches.len() - 1);
    table.rules[at].matches.pop();
    table.rules.insert(at + 1, second);
}

fn own_cluster(rng: &mut Rng, config: &mut Config) {
    let mut ports = ports(config);
    ports.retain(|port| port.producer.is_some());
    if !ports.is_empty() {
        let number = rng.usize(..ports.len());
        ports[number].cluster = "unused".into();
    }
}

fn consumers(_: &mut Rng, config: &mut Config) {
    for port in ports(config) {
        if let Some(producer) = port.producer.clone()
            && port.consumers.get("depot").is_none()
        {
            port.consumers.insert("depot".into(), producer);
        }
    }
}

fn default(_: &mut Rng, rule: &mut Rule) {
    if let Some(retry) = &mut rule.retry {
        retry.attempts = Some(retry.attempts.unwrap_or(1));
        retry.codes.reverse();
    }
    if rule.matches.is_empty() {
        rule.matches.push(Match::default());
    }
    for filter in &mut rule.filters {
        if let Filter::RequestMirror(mirror) = filter {
            mirror.fraction.numerator *= 10;
            mirror.fraction.denominator *= 10;
        }
    }
}
