//! A random change of a route config that may or may not change a decision.

use fastrand::Rng;
use gamma_config::{
    Config, Filter, Fraction, Match, MatchType, PathMatchType, Port, RouteTable, Rule, Service,
};

use crate::{
    once_in, pick,
    routes::{self, CLUSTERS, HOSTNAMES, METHODS, PARAMS, VALUES},
};

type Change = fn(&mut Rng, &mut Config);

const CHANGES: [(&str, Change); 27] = [
    ("path", |rng, config| {
        on_match(rng, config, |rng, m| m.path = Some(routes::path(rng)))
    }),
    ("no path", |rng, config| {
        on_match(rng, config, |_, m| m.path = None)
    }),
    ("kind of path", |rng, config| {
        on_match(rng, config, kind_of_path)
    }),
    ("method", |rng, config| {
        on_match(rng, config, |rng, m| {
            m.method = pick(rng, &[None, Some(METHODS[0]), Some(METHODS[3])])
        })
    }),
    ("hostname", |rng, config| {
        on_match(rng, config, |rng, m| {
            m.hostname = Some(pick(rng, &HOSTNAMES).into())
        })
    }),
    ("add header", |rng, config| {
        on_match(rng, config, |rng, m| m.headers.push(routes::header(rng)))
    }),
    ("remove header", |rng, config| {
        on_match(rng, config, |_, m| drop(m.headers.pop()))
    }),
    ("header", |rng, config| on_match(rng, config, header)),
    ("add query parameter", |rng, config| {
        on_match(rng, config, |rng, m| {
            m.query_params.push(routes::value(rng, &PARAMS))
        })
    }),
    ("remove query parameter", |rng, config| {
        on_match(rng, config, |_, m| drop(m.query_params.pop()))
    }),
    ("query parameter", |rng, config| {
        on_match(rng, config, query_param)
    }),
    ("add match", |rng, config| {
        on_rule(rng, config, |rng, rule| {
            rule.matches.push(routes::r#match(rng))
        })
    }),
    ("remove match", |rng, config| {
        on_rule(rng, config, |_, rule| drop(rule.matches.pop()))
    }),
    ("add rule", add_rule),
    ("remove rule", |rng, config| {
        on_table(rng, config, |rng, table| {
            drop(table.rules.remove(rng.usize(..table.rules.len())))
        })
    }),
    ("order of rules", |rng, config| on_table(rng, config, swap)),
    ("order of matches", |rng, config| {
        on_table(rng, config, order)
    }),
    ("weight", |rng, config| on_rule(rng, config, weight)),
    ("backend", |rng, config| on_rule(rng, config, cluster)),
    ("add backend", |rng, config| {
        on_rule(rng, config, |rng, rule| {
            rule.backend_refs.push(routes::backend(rng, false))
        })
    }),
    ("remove backend", |rng, config| {
        on_rule(rng, config, |_, rule| drop(rule.backend_refs.pop()))
    }),
    ("timeouts", |rng, config| {
        on_rule(rng, config, |rng, rule| {
            rule.timeouts = routes::timeouts(rng)
        })
    }),
    ("retry", |rng, config| {
        on_rule(rng, config, |rng, rule| {
            rule.retry = Some(routes::retry(rng))
        })
    }),
    ("session", |rng, config| {
        on_rule(rng, config, |rng, rule| {
            rule.session_persistence = Some(routes::session(rng))
        })
    }),
    ("filter", |rng, config| on_rule(rng, config, filter)),
    ("field of a filter", |rng, config| {
        on_rule(rng, config, field)
    }),
    ("frontend", frontend),
];

/// Changes `config`, and says what.
pub(crate) fn apply(rng: &mut Rng, config: &mut Config) -> &'static str {
    // Filters have more to change than anything else.
    let (name, change) = match rng.u32(..4) {
        0 => CHANGES[25],
        1 => CHANGES[24],
        _ => pick(rng, &CHANGES),
    };
    change(rng, config);
    tidy(config);
    name
}

/// What can be done.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    CHANGES.iter().map(|(name, _)| *name)
}

/// Lists each match of tables with an order exactly once.
pub(crate) fn tidy(config: &mut Config) {
    for table in tables(config) {
        if table.match_order.is_empty() {
            continue;
        }
        let pairs = routes::pairs(table);
        table.match_order.retain(|pair| pairs.contains(pair));
        for pair in pairs {
            if !table.match_order.contains(&pair) {
                table.match_order.push(pair);
            }
        }
    }
}

/// The oracle can't tell which backend answered a preflight.
pub(crate) fn is_fathomable(config: &Config) -> bool {
    let mut config = config.clone();
    let cors = |rule: &Rule| {
        let mut filters = rule.backend_refs.iter().flat_map(|b| &b.filters);
        rule.backend_refs.len() > 1 && filters.any(|f| matches!(f, Filter::Cors(_)))
    };
    tables(&mut config)
        .iter()
        .all(|table| !table.rules.iter().any(cors))
}

pub(crate) fn tables(config: &mut Config) -> Vec<&mut RouteTable> {
    ports(config)
        .into_iter()
        .flat_map(|port| port.producer.iter_mut().chain(port.consumers.values_mut()))
        .collect()
}

pub(crate) fn ports(config: &mut Config) -> Vec<&mut Port> {
    let services = config.services.iter_mut();
    services
        .flat_map(|service: &mut Service| &mut service.ports)
        .collect()
}

pub(crate) fn on_table(
    rng: &mut Rng,
    config: &mut Config,
    change: impl Fn(&mut Rng, &mut RouteTable),
) {
    let mut tables = tables(config);
    tables.retain(|table| !table.rules.is_empty());
    if !tables.is_empty() {
        let number = rng.usize(..tables.len());
        change(rng, tables[number]);
    }
}

pub(crate) fn on_rule(rng: &mut Rng, config: &mut Config, change: impl Fn(&mut Rng, &mut Rule)) {
    on_table(rng, config, |rng, table| {
        let number = rng.usize(..table.rules.len());
        change(rng, &mut table.rules[number]);
    });
}

pub(crate) fn on_match(rng: &mut Rng, config: &mut Config, change: impl Fn(&mut Rng, &mut Match)) {
    on_rule(rng, config, |rng, rule| {
        if !rule.matches.is_empty() {
            let number = rng.usize(..rule.matches.len());
            change(rng, &mut rule.matches[number]);
        }
    });
}

fn kind_of_path(_: &mut Rng, m: &mut Match) {
    if let Some(path) = &mut m.path {
        path.kind = match path.kind {
            PathMatchType::Exact => PathMatchType::PathPrefix,
            _ => PathMatchType::Exact,
        };
    }
}

fn header(rng: &mut Rng, m: &mut Match) {
    if let Some(header) = m.headers.first_mut() {
        if once_in(rng, 3) {
            *header = routes::header(rng);
        } else {
            header.kind = MatchType::Exact;
            header.value = pick(rng, &VALUES).into();
        }
    }
}

fn query_param(rng: &mut Rng, m: &mut Match) {
    if let Some(param) = m.query_params.first_mut() {
        *param = routes::value(rng, &PARAMS);
    }
}

fn add_rule(rng: &mut Rng, config: &mut Config) {
    on_table(rng, config, |rng, table| {
        let mut number = rng.usize(1_000..2_000);
        let at = rng.usize(..=table.rules.len());
        table.rules.insert(at, routes::rule(rng, &mut number));
    });
}

fn swap(rng: &mut Rng, table: &mut RouteTable) {
    let (a, b) = (
        rng.usize(..table.rules.len()),
        rng.usize(..table.rules.len()),
    );
    table.rules.swap(a, b);
}

fn order(rng: &mut Rng, table: &mut RouteTable) {
    if table.match_order.is_empty() {
        table.match_order = routes::pairs(table);
    }
    let (a, b) = (
        rng.usize(..table.match_order.len()),
        rng.usize(..table.match_order.len()),
    );
    table.match_order.swap(a, b);
}

fn weight(rng: &mut Rng, rule: &mut Rule) {
    if let Some(backend) = rule.backend_refs.first_mut() {
        backend.weight = pick(rng, &[0, 1, 2, 5, 10]);
    }
}

fn cluster(rng: &mut Rng, rule: &mut Rule) {
    if let Some(backend) = rule.backend_refs.first_mut() {
        backend.cluster = Some(pick(rng, &CLUSTERS).into());
        backend.invalid = None;
    }
}

fn filter(rng: &mut Rng, rule: &mut Rule) {
    let prefix = routes::only_prefixes(&rule.matches);
    let of_backend = rule.backend_refs.first_mut().filter(|_| once_in(rng, 3));
    let is_rule = of_backend.is_none();
    let filters = match of_backend {
        Some(backend) => &mut backend.filters,
        None => &mut rule.filters,
    };
    if filters.is_empty() || rng.bool() {
        filters.push({
            let kind = rng.u32(..if is_rule { 7 } else { 6 });
            routes::filter(rng, kind, prefix)
        });
    } else {
        drop(filters.remove(rng.usize(..filters.len())));
    }
    let redirects = rule
        .filters
        .iter()
        .any(|f| matches!(f, Filter::RequestRedirect(_)));
    if redirects {
        rule.backend_refs.clear();
    }
}

fn field(rng: &mut Rng, rule: &mut Rule) {
    let prefix = routes::only_prefixes(&rule.matches);
    let of_backends = rule.backend_refs.iter_mut().flat_map(|b| &mut b.filters);
    let mut filters: Vec<&mut Filter> = rule.filters.iter_mut().chain(of_backends).collect();
    if filters.is_empty() {
        return;
    }
    let number = rng.usize(..filters.len());
    match filters.swap_remove(number) {
        Filter::RequestHeaderModifier(m) | Filter::ResponseHeaderModifier(m) => {
            match m.set.first_mut().or(m.add.first_mut()) {
                Some(header) => header.value = pick(rng, &["s", "u"]).into(),
                None => m.remove.clear(),
            }
        }
        Filter::RequestRedirect(redirect) => match rng.u32(..5) {
            0 => redirect.status_code = pick(rng, &[301, 303, 308]),
            1 => redirect.scheme = None,
            2 => redirect.hostname = pick(rng, &[None, Some("cart.shop".into())]),
            3 => redirect.port = pick(rng, &[None, Some(80), Some(443)]),
            _ => redirect.path = Some(routes::path_modifier(rng, prefix)),
        },
        Filter::UrlRewrite(rewrite) => {
            if rng.bool() {
                rewrite.hostname = pick(rng, &[None, Some("cart.shop".into())]);
            } else {
                rewrite.path = Some(routes::path_modifier(rng, prefix));
            }
        }
        Filter::RequestMirror(mirror) => {
            if rng.bool() {
                mirror.cluster = pick(rng, &CLUSTERS).into();
            } else {
                mirror.fraction = Fraction {
                    numerator: rng.u32(..3),
                    denominator: pick(rng, &[2, 4]),
                };
            }
        }
        Filter::Cors(cors) => match rng.u32(..6) {
            0 => cors.allow_origins = routes::some(rng, &routes::ORIGINS),
            1 => cors.allow_credentials = !cors.allow_credentials,
            2 => cors.allow_methods = routes::some(rng, &["GET", "PUT", "*"]),
            3 => cors.allow_headers = routes::some(rng, &["x-a", "x-b", "*"]),
            4 => cors.expose_headers = routes::some(rng, &["x-e", "*"]),
            _ => cors.max_age = pick(rng, &[5, 6]),
        },
        Filter::ExternalAuth(auth) => match rng.u32(..4) {
            0 => auth.cluster = pick(rng, &CLUSTERS).into(),
            1 => auth.path_prefix = pick(rng, &["", "/auth", "/other"]).into(),
            2 => auth.allowed_headers = routes::some(rng, &["x-a", "cookie"]),
            _ => auth.allowed_response_headers.clear(),
        },
    }
}

/// What is addressed, and what becomes of requests that no route table is for.
fn frontend(rng: &mut Rng, config: &mut Config) {
    let mut number = 3_000;
    let table = routes::table(rng, &mut number);
    let which = rng.usize(..config.services.len());
    let service = &mut config.services[which];
    let port = &mut service.ports[0];
    match rng.u32(..8) {
        0 => port.producer = None,
        1 => port.producer = Some(table),
        2 => drop(port.consumers.insert("web".into(), table)),
        3 => drop(port.consumers.insert("depot".into(), table)),
        4 => drop(port.consumers.pop_first()),
        5 => port.cluster = "own".into(),
        6 => drop(service.ports.pop()),
        _ => service.hosts.clear(),
    }
}
