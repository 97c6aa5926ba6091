//! Random route configs, made of so few words that matches overlap, tie and shadow each other.

use fastrand::Rng;
use gamma_config::{
    BackendRef, Config, Cors, ExternalAuth, Filter, Fraction, Header, HeaderModifier, Match,
    MatchType, Method, PathMatch, PathMatchType, PathModifier, Patterns, Port, RequestMirror,
    RequestRedirect, Retry, RouteTable, Rule, Scheme, Service, ServiceKind, SessionPersistence,
    SessionType, Timeouts, UrlRewrite, ValueMatch,
};

use crate::{once_in, pick};

pub(crate) const PATHS: [&str; 9] = [
    "/", "/a", "/a/", "/a/b", "/a/b/c", "/b", "/ab", "/A", "/c/d",
];
/// Patterns, and paths that they match.
pub(crate) const PATTERNS: [(&str, &[&str]); 7] = [
    ("/a.*", &["/a", "/ax", "/a/b/z"]),
    (".*b", &["/b", "/a/b", "/zb"]),
    ("/[ab]+/?", &["/ab", "/ba/", "/aab"]),
    ("/a(/b)?", &["/a", "/a/b"]),
    ("(?i)/a/.*", &["/A/x", "/a/"]),
    (r"/\d{2,3}", &["/12", "/345"]),
    ("/.*/c", &["/a/c", "//c", "/a/b/c"]),
];
pub(crate) const VALUES: [&str; 4] = ["x", "y", "xy", "x,y"];
pub(crate) const VALUE_PATTERNS: [(&str, &[&str]); 4] = [
    ("x.*", &["x", "xz"]),
    ("x|y", &["x", "y"]),
    (".*", &["", "q"]),
    (r"[xy]{2}\d?", &["xx", "yx7"]),
];
pub(crate) const HEADERS: [&str; 3] = ["x-a", "X-A", "x-b"];
pub(crate) const PARAMS: [&str; 3] = ["q", "Q", "r"];
pub(crate) const METHODS: [Method; 4] = [Method::Get, Method::Post, Method::Put, Method::Options];
pub(crate) const HOSTS: [&str; 4] = ["cart.shop", "cart", "cart.example.com", "CART.shop"];
pub(crate) const HOSTNAMES: [&str; 4] =
    ["cart.shop", "*.shop", "cart.example.com", "*.example.com"];
pub(crate) const CLUSTERS: [&str; 4] = ["one", "two", "three", "four"];
pub(crate) const ORIGINS: [&str; 4] = [
    "https://a.example",
    "https://*.b.example",
    "*",
    "http://c.example:8080",
];
pub(crate) const EDITED: [&str; 3] = ["x-e", "x-f", "X-A"];

pub(crate) fn config(rng: &mut Rng) -> Config {
    let mut number = 0;
    let mut cart = service("cart", &[80, 8080]);
    cart.hosts.push("cart.example.com".into());
    if rng.bool() {
        cart.cluster_ips.push([10, 0, 0, 1].into());
    }
    let mut services = vec![cart, service("till", &[80])];
    for port in services.iter_mut().flat_map(|service| &mut service.ports) {
        let is_main = port.port == 80;
        if is_main || once_in(rng, 3) {
            port.producer = Some(table(rng, &mut number));
        }
        if once_in(rng, 4) {
            let web = table(rng, &mut number);
            port.consumers.insert("web".into(), web);
        }
    }
    let config = Config {
        services,
        ..Config::default()
    };
    config.validate().unwrap();
    config
}

fn service(name: &str, ports: &[u16]) -> Service {
    let port = |&port: &u16| Port {
        port,
        cluster: format!("{name}-{port}"),
        producer: None,
        consumers: Default::default(),
    };
    Service {
        kind: ServiceKind::Service,
        namespace: "shop".into(),
        name: name.into(),
        hosts: Vec::new(),
        cluster_ips: Vec::new(),
        ports: ports.iter().map(port).collect(),
    }
}

/// `number` counts the rules of all tables: each has a name of its own.
pub(crate) fn table(rng: &mut Rng, number: &mut usize) -> RouteTable {
    let rules: Vec<Rule> = (0..pick(rng, &[1, 2, 3, 4, 6, 9]))
        .map(|_| rule(rng, number))
        .collect();
    let mut table = RouteTable {
        rules,
        match_order: Vec::new(),
        patterns: Patterns::default(),
    };
    if once_in(rng, 3) {
        table.match_order = pairs(&table);
        rng.shuffle(&mut table.match_order);
    }
    table
}

/// Every match of every rule.
pub(crate) fn pairs(table: &RouteTable) -> Vec<(u32, u32)> {
    let rules = (0_u32..).zip(&table.rules);
    let matches = |rule: &Rule| 0..rule.matches.len().max(1) as u32;
    rules
        .flat_map(|(r, rule)| matches(rule).map(move |m| (r, m)))
        .collect()
}

pub(crate) fn rule(rng: &mut Rng, number: &mut usize) -> Rule {
    *number += 1;
    let matches: Vec<Match> = (0..pick(rng, &[0, 1, 1, 1, 2, 3]))
        .map(|_| r#match(rng))
        .collect();
    let prefix = only_prefixes(&matches);
    let filters = filters(rng, prefix, true);
    let redirects = filters
        .iter()
        .any(|f| matches!(f, Filter::RequestRedirect(_)));
    let mut backend_refs: Vec<BackendRef> = if redirects {
        Vec::new()
    } else {
        (0..pick(rng, &[0, 1, 1, 2, 2, 3]))
            .map(|_| backend(rng, prefix))
            .collect()
    };
    if backend_refs.len() > 1 {
        // See `change::is_fathomable`.
        let filters = backend_refs.iter_mut().map(|b| &mut b.filters);
        filters.for_each(|filters| filters.retain(|f| !matches!(f, Filter::Cors(_))));
    }
    Rule {
        route: format!("HTTPRoute/shop/{number}"),
        name: number.to_string(),
        matches,
        filters,
        backend_refs,
        timeouts: if once_in(rng, 4) {
            timeouts(rng)
        } else {
            Timeouts::default()
        },
        retry: once_in(rng, 5).then(|| retry(rng)),
        session_persistence: once_in(rng, 8).then(|| session(rng)),
        invalid: once_in(rng, 24).then(|| "because".into()),
    }
}

pub(crate) fn only_prefixes(matches: &[Match]) -> bool {
    matches.iter().all(|m| {
        let path = m.path.as_ref();
        path.is_none_or(|path| path.kind == PathMatchType::PathPrefix)
    })
}

pub(crate) fn r#match(rng: &mut Rng) -> Match {
    Match {
        hostname: once_in(rng, 12).then(|| pick(rng, &HOSTNAMES).into()),
        path: (!once_in(rng, 6)).then(|| path(rng)),
        method: once_in(rng, 4).then(|| pick(rng, &METHODS)),
        headers: match rng.u32(..6) {
            0 | 1 => vec![header(rng)],
            2 => vec![header(rng), header(rng)],
            _ => Vec::new(),
        },
        query_params: if once_in(rng, 4) {
            vec![value(rng, &PARAMS)]
        } else {
            Vec::new()
        },
    }
}

pub(crate) fn path(rng: &mut Rng) -> PathMatch {
    let kind = match rng.u32(..6) {
        0 | 1 => PathMatchType::Exact,
        2 => PathMatchType::RegularExpression,
        _ => PathMatchType::PathPrefix,
    };
    PathMatch {
        kind,
        value: match kind {
            PathMatchType::RegularExpression => pick(rng, &PATTERNS).0.into(),
            _ => pick(rng, &PATHS).into(),
        },
    }
}

pub(crate) fn header(rng: &mut Rng) -> ValueMatch {
    if once_in(rng, 10) {
        ValueMatch {
            name: "Host".into(),
            kind: MatchType::Exact,
            value: pick(rng, &HOSTS).into(),
        }
    } else {
        value(rng, &HEADERS)
    }
}

pub(crate) fn value(rng: &mut Rng, names: &[&str]) -> ValueMatch {
    let regex = once_in(rng, 3);
    ValueMatch {
        name: pick(rng, names).into(),
        kind: if regex {
            MatchType::RegularExpression
        } else {
            MatchType::Exact
        },
        value: if regex {
            pick(rng, &VALUE_PATTERNS).0.into()
        } else {
            pick(rng, &VALUES).into()
        },
    }
}

pub(crate) fn backend(rng: &mut Rng, prefix: bool) -> BackendRef {
    let invalid = once_in(rng, 10);
    BackendRef {
        cluster: (!invalid).then(|| pick(rng, &CLUSTERS).into()),
        invalid: invalid.then(|| "gone".into()),
        weight: pick(rng, &[0, 1, 1, 1, 3, 10]),
        filters: if once_in(rng, 4) {
            filters(rng, prefix, false)
        } else {
            Vec::new()
        },
    }
}

pub(crate) fn filters(rng: &mut Rng, prefix: bool, of_rule: bool) -> Vec<Filter> {
    let mut filters = Vec::new();
    for kind in 0..7 {
        if once_in(rng, 7) {
            filters.push(filter(rng, kind, prefix));
        }
    }
    if once_in(rng, 8) {
        filters.push(filter(rng, 4, prefix));
    }
    if !of_rule {
        filters.retain(|f| !matches!(f, Filter::ExternalAuth(_)));
    }
    rng.shuffle(&mut filters);
    filters
}

/// `kind` is below 7.
pub(crate) fn filter(rng: &mut Rng, kind: u32, prefix: bool) -> Filter {
    match kind {
        0 => Filter::RequestHeaderModifier(modifier(rng)),
        1 => Filter::ResponseHeaderModifier(modifier(rng)),
        2 => Filter::RequestRedirect(RequestRedirect {
            scheme: once_in(rng, 3).then(|| pick(rng, &[Scheme::Http, Scheme::Https])),
            hostname: once_in(rng, 3).then(|| pick(rng, &["cart.shop", "www.example"]).into()),
            path: once_in(rng, 2).then(|| path_modifier(rng, prefix)),
            port: once_in(rng, 3).then(|| pick(rng, &[80, 443, 8080])),
            status_code: pick(rng, &[301, 302, 307]),
        }),
        3 => Filter::UrlRewrite(UrlRewrite {
            hostname: once_in(rng, 2).then(|| pick(rng, &["cart.shop", "www.example"]).into()),
            path: Some(path_modifier(rng, prefix)),
        }),
        4 => Filter::RequestMirror(RequestMirror {
            cluster: pick(rng, &CLUSTERS).into(),
            fraction: if rng.bool() {
                Fraction::default()
            } else {
                Fraction {
                    numerator: rng.u32(0..4),
                    denominator: pick(rng, &[3, 4, 100]),
                }
            },
        }),
        5 => Filter::Cors(Cors {
            allow_origins: some(rng, &ORIGINS),
            allow_credentials: once_in(rng, 3),
            allow_methods: some(rng, &["GET", "PUT", "*"]),
            allow_headers: some(rng, &["x-a", "x-b", "*"]),
            expose_headers: some(rng, &["x-e", "*"]),
            max_age: pick(rng, &[5, 60]),
        }),
        _ => Filter::ExternalAuth(ExternalAuth {
            cluster: pick(rng, &CLUSTERS).into(),
            path_prefix: pick(rng, &["", "/auth"]).into(),
            allowed_headers: some(rng, &["x-a", "Cookie"]),
            allowed_response_headers: some(rng, &["x-user"]),
        }),
    }
}

/// At least one.
pub(crate) fn some(rng: &mut Rng, among: &[&str]) -> Vec<String> {
    let mut list: Vec<String> = among.iter().map(|&text| text.into()).collect();
    rng.shuffle(&mut list);
    list.truncate(rng.usize(1..=among.len()));
    list
}

fn modifier(rng: &mut Rng) -> HeaderModifier {
    let mut modifier = HeaderModifier::default();
    for name in EDITED {
        let header = Header {
            name: name.into(),
            value: pick(rng, &["s", "t"]).into(),
        };
        match rng.u32(..5) {
            0 => modifier.set.push(header),
            1 => modifier.add.push(header),
            2 => modifier.remove.push(name.into()),
            _ => {}
        }
    }
    modifier
}

pub(crate) fn path_modifier(rng: &mut Rng, prefix: bool) -> PathModifier {
    let path = pick(rng, &["/", "/x", "/x/", "/a"]);
    if prefix && rng.bool() {
        PathModifier::ReplacePrefixMatch(path.into())
    } else {
        PathModifier::ReplaceFullPath(path.into())
    }
}

pub(crate) fn timeouts(rng: &mut Rng) -> Timeouts {
    let time = |text: &str| text.parse().ok();
    Timeouts {
        request: time(pick(rng, &["10s", "1m", "0s", "none"])),
        backend_request: time(pick(rng, &["1s", "2s", "none"])),
    }
}

pub(crate) fn retry(rng: &mut Rng) -> Retry {
    let mut codes = vec![500, 503, 504];
    rng.shuffle(&mut codes);
    codes.truncate(rng.usize(..4));
    Retry {
        codes,
        attempts: pick(rng, &[None, Some(1), Some(2)]),
        backoff: pick(rng, &[None, "100ms".parse().ok()]),
    }
}

pub(crate) fn session(rng: &mut Rng) -> SessionPersistence {
    let absolute_timeout = pick(rng, &[None, "1h".parse().ok()]);
    SessionPersistence {
        kind: pick(rng, &[SessionType::Cookie, SessionType::Header]),
        name: pick(rng, &["s", "session"]).into(),
        path: pick(rng, &["/", "/a"]).into(),
        permanent: absolute_timeout.is_some() && rng.bool(),
        absolute_timeout,
    }
}
