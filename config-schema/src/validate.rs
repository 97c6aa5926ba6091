//! What types can't say: ranges, characters that must not reach the wire, lists that must agree.

use std::{collections::HashSet, fmt::Display};

use crate::{
    BackendRef, Config, Error, Filter, Header, HeaderModifier, MAX_WEIGHT, Match, PathMatchType,
    PathModifier, Port, Problem, RequestRedirect, RouteTable, Rule, Service, VERSION,
};

pub(crate) fn validate(config: &Config) -> Result<(), Error> {
    let mut problems = Problems::default();
    if config.version != VERSION {
        problems.add(
            "version",
            format!(
                "is {}, but this build reads version {VERSION}",
                config.version
            ),
        );
    }
    let header = &config.settings.cluster_header;
    if !header.starts_with("x-gamma-") || !is_token(header) || header.contains(char::is_uppercase) {
        problems.add(
            "settings.clusterHeader",
            format!("`{header}` must be a lower-case header name that starts with `x-gamma-`"),
        );
    }
    services(&config.services, &mut problems);
    if problems.0.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(problems.0))
    }
}

#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, place: impl Display, message: impl Into<String>) {
        self.0.push(Problem {
            place: place.to_string(),
            message: message.into(),
        });
    }
}

fn services(services: &[Service], problems: &mut Problems) {
    let mut names = HashSet::new();
    let mut hosts = HashSet::new();
    let mut addresses = HashSet::new();
    for (i, service) in services.iter().enumerate() {
        let place = format!("services[{i}]");
        let Service {
            namespace, name, ..
        } = service;
        if namespace.is_empty() || name.is_empty() {
            problems.add(&place, "`namespace` and `name` must not be empty");
        }
        if !names.insert((namespace, name)) {
            problems.add(&place, format!("`{namespace}/{name}` is there twice"));
        }
        for (h, host) in service.hosts.iter().enumerate() {
            let place = format!("{place}.hosts[{h}]");
            if !is_host(host) {
                problems.add(place, format!("`{host}` is not a lower-case host name"));
            } else if !hosts.insert(host) {
                problems.add(place, format!("`{host}` is there twice"));
            }
        }
        let mut numbers = HashSet::new();
        for (p, port) in service.ports.iter().enumerate() {
            let place = format!("{place}.ports[{p}]");
            if port.port == 0 || !numbers.insert(port.port) {
                problems.add(
                    format!("{place}.port"),
                    format!("{} must be above 0 and there once", port.port),
                );
            }
            // Several Services may share an address, if not on the same port.
            for ip in &service.cluster_ips {
                if !addresses.insert((*ip, port.port)) {
                    problems.add(&place, format!("{ip} port {} is taken", port.port));
                }
            }
            tables(port, &place, problems);
        }
    }
}

fn tables(port: &Port, place: &str, problems: &mut Problems) {
    on_wire(&format!("{place}.cluster"), &port.cluster, 1, problems);
    if let Some(producer) = &port.producer {
        table(producer, &format!("{place}.producer"), problems);
    }
    for (namespace, consumer) in &port.consumers {
        table(
            consumer,
            &format!("{place}.consumers.{namespace}"),
            problems,
        );
    }
}

fn table(table: &RouteTable, place: &str, problems: &mut Problems) {
    for (r, rule) in table.rules.iter().enumerate() {
        self::rule(rule, &format!("{place}.rules[{r}]"), problems);
    }
    if table.match_order.is_empty() {
        return;
    }
    // A rule without matches has one implicit match, number 0.
    let expected: HashSet<(u32, u32)> = (0_u32..)
        .zip(&table.rules)
        .flat_map(|(r, rule)| {
            (0_u32..)
                .take(rule.matches.len().max(1))
                .map(move |m| (r, m))
        })
        .collect();
    let given: HashSet<(u32, u32)> = table.match_order.iter().copied().collect();
    if given != expected || given.len() != table.match_order.len() {
        problems.add(
            format!("{place}.matchOrder"),
            "must name each match of each rule exactly once",
        );
    }
}

fn rule(rule: &Rule, place: &str, problems: &mut Problems) {
    for (m, r#match) in rule.matches.iter().enumerate() {
        self::r#match(r#match, &format!("{place}.matches[{m}]"), problems);
    }
    filters(&rule.filters, place, problems);
    prefixes(rule, place, problems);
    for (b, backend) in rule.backend_refs.iter().enumerate() {
        self::backend(backend, &format!("{place}.backendRefs[{b}]"), problems);
    }
    policy(rule, place, problems);
    let redirects = rule
        .filters
        .iter()
        .any(|f| matches!(f, Filter::RequestRedirect(_)));
    if redirects && !rule.backend_refs.is_empty() {
        problems.add(
            place,
            "has `backendRefs` beside `requestRedirect`: they would never be used",
        );
    }
}

fn policy(rule: &Rule, place: &str, problems: &mut Problems) {
    let (request, attempt) = (rule.timeouts.request, rule.timeouts.backend_request);
    // "BackendRequest timeout cannot be longer than request timeout", unless that is unlimited.
    if let (Some(request), Some(attempt)) = (request, attempt)
        && request.as_millis() > 0
        && attempt > request
    {
        problems.add(
            format!("{place}.timeouts.backendRequest"),
            format!("{attempt} is longer than `request`, {request}"),
        );
    }
    let codes = rule.retry.iter().flat_map(|retry| &retry.codes);
    for code in codes.filter(|code| !(400..600).contains(*code)) {
        problems.add(
            format!("{place}.retry.codes"),
            format!("{code} is not from 400 to 599"),
        );
    }
}

/// "ReplacePrefixMatch … is only compatible with a PathPrefix HTTPRouteMatch": what it replaces
/// must be known whichever match won.
fn prefixes(rule: &Rule, place: &str, problems: &mut Problems) {
    let of_backends = rule.backend_refs.iter().flat_map(|b| &b.filters);
    let replaces = rule.filters.iter().chain(of_backends).any(|filter| {
        let modifier = match filter {
            Filter::RequestRedirect(redirect) => &redirect.path,
            Filter::UrlRewrite(rewrite) => &rewrite.path,
            _ => return false,
        };
        matches!(modifier, Some(PathModifier::ReplacePrefixMatch(_)))
    });
    let is_prefix = |m: &Match| {
        m.path
            .as_ref()
            .is_none_or(|path| path.kind == PathMatchType::PathPrefix)
    };
    if replaces && !rule.matches.iter().all(is_prefix) {
        problems.add(
            place,
            "`replacePrefixMatch` needs every match of the rule to be a PathPrefix",
        );
    }
}

fn backend(backend: &BackendRef, place: &str, problems: &mut Problems) {
    match (&backend.cluster, &backend.invalid) {
        (Some(cluster), None) => on_wire(&format!("{place}.cluster"), cluster, 1, problems),
        (None, Some(_)) => {}
        _ => problems.add(place, "needs exactly one of `cluster` and `invalid`"),
    }
    if backend.weight > MAX_WEIGHT {
        problems.add(
            format!("{place}.weight"),
            format!("{} is above {MAX_WEIGHT}", backend.weight),
        );
    }
    filters(&backend.filters, place, problems);
}

fn r#match(r#match: &Match, place: &str, problems: &mut Problems) {
    if let Some(path) = &r#match.path {
        let place = format!("{place}.path.value");
        if path.kind == PathMatchType::RegularExpression {
            on_wire(&place, &path.value, 1, problems);
        } else {
            self::path(&place, &path.value, problems);
        }
    }
    for (h, header) in r#match.headers.iter().enumerate() {
        let place = format!("{place}.headers[{h}]");
        header_name(&format!("{place}.name"), &header.name, problems);
        on_wire(&format!("{place}.value"), &header.value, 0, problems);
    }
    for (q, param) in r#match.query_params.iter().enumerate() {
        let place = format!("{place}.queryParams[{q}]");
        if param.name.is_empty() {
            problems.add(format!("{place}.name"), "must not be empty");
        }
    }
}

fn filters(filters: &[Filter], place: &str, problems: &mut Problems) {
    let mut kinds = HashSet::new();
    for (f, filter) in filters.iter().enumerate() {
        let place = format!("{place}.filters[{f}]");
        if !kinds.insert(std::mem::discriminant(filter)) {
            problems.add(&place, "this kind of filter is there twice");
        }
        match filter {
            Filter::RequestHeaderModifier(m) => {
                header_modifier(m, &format!("{place}.requestHeaderModifier"), problems);
            }
            Filter::ResponseHeaderModifier(m) => {
                header_modifier(m, &format!("{place}.responseHeaderModifier"), problems);
            }
            Filter::RequestRedirect(redirect) => {
                self::redirect(redirect, &format!("{place}.requestRedirect"), problems);
            }
            Filter::UrlRewrite(rewrite) => {
                let place = format!("{place}.urlRewrite");
                host_and_path(
                    rewrite.hostname.as_deref(),
                    rewrite.path.as_ref(),
                    &place,
                    problems,
                );
            }
        }
    }
}

fn header_modifier(modifier: &HeaderModifier, place: &str, problems: &mut Problems) {
    let mut names = HashSet::new();
    let mut once = |place: &str, name: &str, problems: &mut Problems| {
        header_name(place, name, problems);
        if !names.insert(name.to_ascii_lowercase()) {
            problems.add(place, format!("`{name}` is changed twice"));
        }
    };
    let lists: [(&str, &[Header]); 2] = [("set", &modifier.set), ("add", &modifier.add)];
    for (list, headers) in lists {
        for (i, header) in headers.iter().enumerate() {
            let place = format!("{place}.{list}[{i}]");
            once(&format!("{place}.name"), &header.name, problems);
            on_wire(&format!("{place}.value"), &header.value, 0, problems);
        }
    }
    for (i, name) in modifier.remove.iter().enumerate() {
        once(&format!("{place}.remove[{i}]"), name, problems);
    }
}

fn redirect(redirect: &RequestRedirect, place: &str, problems: &mut Problems) {
    host_and_path(
        redirect.hostname.as_deref(),
        redirect.path.as_ref(),
        place,
        problems,
    );
    if redirect.port == Some(0) {
        problems.add(format!("{place}.port"), "must be above 0");
    }
    if !matches!(redirect.status_code, 301 | 302 | 303 | 307 | 308) {
        problems.add(
            format!("{place}.statusCode"),
            format!(
                "{} is none of 301, 302, 303, 307, 308",
                redirect.status_code
            ),
        );
    }
}

fn host_and_path(
    hostname: Option<&str>,
    modifier: Option<&PathModifier>,
    place: &str,
    problems: &mut Problems,
) {
    if let Some(host) = hostname
        && !is_host(host)
    {
        problems.add(
            format!("{place}.hostname"),
            format!("`{host}` is not a lower-case host name"),
        );
    }
    match modifier {
        Some(PathModifier::ReplaceFullPath(value)) => {
            path(&format!("{place}.path.replaceFullPath"), value, problems);
        }
        // Empty is allowed: it strips the prefix.
        Some(PathModifier::ReplacePrefixMatch(value)) if !value.is_empty() => {
            path(&format!("{place}.path.replacePrefixMatch"), value, problems);
        }
        _ => {}
    }
}

/// A path that is compared with requests or put on the wire: no query, no fragment, no spaces.
fn path(place: &str, value: &str, problems: &mut Problems) {
    let clean = value.bytes().all(|b| b.is_ascii_graphic());
    if !value.starts_with('/') || !clean || value.contains(['?', '#']) {
        problems.add(
            place,
            format!(
                "{value:?} must start with `/` and have no `?`, `#`, space or non-ASCII character"
            ),
        );
    }
}

fn header_name(place: &str, name: &str, problems: &mut Problems) {
    if !is_token(name) {
        problems.add(place, format!("{name:?} is not a header name"));
    } else if is_owned(name) {
        problems.add(
            place,
            format!("`{name}` is owned by the filter, which removes it from every request"),
        );
    }
}

/// Text that ends up in a header: a CR, LF or NUL would let a config forge headers.
fn on_wire(place: &str, value: &str, min_len: usize, problems: &mut Problems) {
    if value.len() < min_len {
        problems.add(place, "must not be empty");
    } else if value.contains(['\r', '\n', '\0']) {
        problems.add(place, format!("{value:?} must not contain CR, LF or NUL"));
    }
}

fn is_owned(name: &str) -> bool {
    name.get(..8)
        .is_some_and(|start| start.eq_ignore_ascii_case("x-gamma-"))
}

/// RFC 9110 `token`.
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host.len() <= 253
        && host
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.')
        && host
            .split('.')
            .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
}
