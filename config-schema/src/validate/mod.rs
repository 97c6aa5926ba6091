//! What types can't say: ranges, characters that must not reach the wire, lists that must agree.

mod filters;
mod place;
mod text;

use std::fmt;

use hashbrown::HashSet;

use crate::{
    BackendRef, Config, Error, Filter, MAX_MIRRORS, MAX_WEIGHT, Match, PathMatchType, PathModifier,
    Port, Problem, RouteTable, Rule, Service, SessionPersistence, Settings, VERSION,
};
use filters::filters;
pub(crate) use place::Place;
use text::{header_name, is_host, is_token, on_wire};

pub(crate) fn validate(config: &Config) -> Result<(), Error> {
    let mut problems = Problems::default();
    head(config.version, &config.settings, &mut problems);
    let mut services = Services::default();
    for (i, service) in config.services.iter().enumerate() {
        let place = Place::Root.element("services", i);
        services.service(service, &place, &mut problems);
        for (p, port) in service.ports.iter().enumerate() {
            let place = place.element("ports", p);
            services.port(service, port, &place, &mut problems);
            let consumers = place.member("consumers");
            for (namespace, consumer) in &port.consumers {
                let place = consumers.member(namespace);
                table(consumer, &place, &mut problems);
            }
            if let Some(producer) = &port.producer {
                table(producer, &place.member("producer"), &mut problems);
            }
        }
        services.end_of_service();
    }
    problems.into_result()
}

pub(crate) fn head(version: u32, settings: &Settings, problems: &mut Problems) {
    if version != VERSION {
        problems.add(
            &Place::Root.member("version"),
            format_args!("is {version}, but this build reads version {VERSION}"),
        );
    }
    let header = &settings.cluster_header;
    if !header.starts_with("x-gamma-")
        || !is_token(header)
        || header.contains(|c: char| c.is_ascii_uppercase())
    {
        problems.add(
            &Place::Root.member("settings.clusterHeader"),
            format_args!("`{header}` must be a lower-case header name that starts with `x-gamma-`"),
        );
    }
}

#[derive(Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, place: &Place<'_>, message: fmt::Arguments<'_>) {
        self.0.push(Problem {
            place: place.to_string(),
            message: message.to_string(),
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn into_result(self) -> Result<(), Error> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(Error::Invalid(self.0)),
        }
    }
}

/// What no two Services, or ports of one, may both have.
#[derive(Default)]
pub(crate) struct Services {
    /// Names with kind and namespace, hosts, addresses with port: no two of these look alike.
    taken: HashSet<String>,
    /// Numbers of ports of the Service at hand.
    numbers: Vec<u16>,
}

impl Services {
    /// Its ports come next.
    pub(crate) fn service(
        &mut self,
        service: &Service,
        place: &Place<'_>,
        problems: &mut Problems,
    ) {
        let (namespace, name) = (&service.namespace, &service.name);
        if namespace.is_empty() || name.is_empty() {
            problems.add(
                place,
                format_args!("`namespace` and `name` must not be empty"),
            );
        }
        let full_name = format!("{:?} {namespace}/{name}", service.kind);
        if !self.taken.insert(full_name) {
            problems.add(place, format_args!("`{namespace}/{name}` is there twice"));
        }
        for (h, host) in service.hosts.iter().enumerate() {
            let place = place.element("hosts", h);
            if !is_host(host) {
                problems.add(
                    &place,
                    format_args!("`{host}` is not a lower-case host name"),
                );
            } else if !self.taken.insert(host.clone()) {
                problems.add(&place, format_args!("`{host}` is there twice"));
            }
        }
    }

    pub(crate) fn port(
        &mut self,
        service: &Service,
        port: &Port,
        place: &Place<'_>,
        problems: &mut Problems,
    ) {
        if port.port == 0 || self.numbers.contains(&port.port) {
            problems.add(
                &place.member("port"),
                format_args!("{} must be above 0 and there once", port.port),
            );
        }
        self.numbers.push(port.port);
        // Several Services may share an address, if not on the same port.
        for ip in &service.cluster_ips {
            if !self.taken.insert(format!("{ip} {}", port.port)) {
                problems.add(place, format_args!("{ip} port {} is taken", port.port));
            }
        }
        on_wire(&place.member("cluster"), &port.cluster, 1, problems);
    }

    pub(crate) fn end_of_service(&mut self) {
        self.numbers.clear();
    }
}

fn table(table: &RouteTable, place: &Place<'_>, problems: &mut Problems) {
    for (r, rule) in table.rules.iter().enumerate() {
        self::rule(rule, &place.element("rules", r), problems);
    }
    let matches: Vec<usize> = table.rules.iter().map(|rule| rule.matches.len()).collect();
    match_order(&table.match_order, &matches, place, problems);
}

/// `matches` are the numbers of matches that the rules have.
pub(crate) fn match_order(
    given: &[(u32, u32)],
    matches: &[usize],
    place: &Place<'_>,
    problems: &mut Problems,
) {
    if given.is_empty() {
        return;
    }
    // A rule without matches has one implicit match, number 0.
    let mut left: Vec<Vec<bool>> = matches.iter().map(|&n| vec![true; n.max(1)]).collect();
    let mut take = |&(r, m): &(u32, u32)| {
        let is_left = left
            .get_mut(r as usize)
            .and_then(|rule| rule.get_mut(m as usize));
        is_left.is_some_and(std::mem::take)
    };
    if !given.iter().all(&mut take) || left.iter().flatten().any(|&left| left) {
        problems.add(
            &place.member("matchOrder"),
            format_args!("must name each match of each rule exactly once"),
        );
    }
}

pub(crate) fn rule(rule: &Rule, place: &Place<'_>, problems: &mut Problems) {
    if rule.name.contains('/') {
        problems.add(
            &place.member("name"),
            format_args!("`{}` must not contain `/`", rule.name),
        );
    }
    for (m, r#match) in rule.matches.iter().enumerate() {
        self::r#match(r#match, &place.element("matches", m), problems);
    }
    filters(&rule.filters, place, problems);
    prefixes(rule, place, problems);
    for (b, backend) in rule.backend_refs.iter().enumerate() {
        self::backend(backend, &place.element("backendRefs", b), problems);
    }
    policy(rule, place, problems);
    if let Some(session) = &rule.session_persistence {
        self::session(session, &place.member("sessionPersistence"), problems);
    }
    mirrors(rule, place, problems);
    let redirects = rule
        .filters
        .iter()
        .any(|f| matches!(f, Filter::RequestRedirect(_)));
    if redirects && !rule.backend_refs.is_empty() {
        problems.add(
            place,
            format_args!("has `backendRefs` beside `requestRedirect`: they would never be used"),
        );
    }
}

/// The filter has a header for each mirror of a request, and the proxy a policy for each header.
fn mirrors(rule: &Rule, place: &Place<'_>, problems: &mut Problems) {
    if rule.most_mirrors() > MAX_MIRRORS {
        problems.add(
            place,
            format_args!(
                "{} mirrors, {MAX_MIRRORS} are possible",
                rule.most_mirrors()
            ),
        );
    }
}

fn policy(rule: &Rule, place: &Place<'_>, problems: &mut Problems) {
    let (request, attempt) = (rule.timeouts.request, rule.timeouts.backend_request);
    // "BackendRequest timeout cannot be longer than request timeout", unless that is unlimited.
    if let (Some(request), Some(attempt)) = (request, attempt)
        && request.as_millis() > 0
        && attempt > request
    {
        problems.add(
            &place.member("timeouts.backendRequest"),
            format_args!("{attempt} is longer than `request`, {request}"),
        );
    }
    let codes = rule.retry.iter().flat_map(|retry| &retry.codes);
    for code in codes.filter(|code| !(400..600).contains(*code)) {
        problems.add(
            &place.member("retry.codes"),
            format_args!("{code} is not from 400 to 599"),
        );
    }
}

fn session(session: &SessionPersistence, place: &Place<'_>, problems: &mut Problems) {
    header_name(&place.member("name"), &session.name, problems);
    if !session.path.starts_with('/') || session.path.contains([';', ' ', '"']) {
        problems.add(
            &place.member("path"),
            format_args!("{:?} can't be the path of a cookie", session.path),
        );
    }
    on_wire(&place.member("path"), &session.path, 1, problems);
    // "When using a permanent cookie, absoluteTimeout is required."
    if session.permanent && session.absolute_timeout.is_none() {
        problems.add(
            place,
            format_args!("a permanent cookie needs `absoluteTimeout`"),
        );
    }
}

/// "ReplacePrefixMatch … is only compatible with a PathPrefix HTTPRouteMatch": what it replaces
/// must be known whichever match won.
fn prefixes(rule: &Rule, place: &Place<'_>, problems: &mut Problems) {
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
            format_args!("`replacePrefixMatch` needs every match of the rule to be a PathPrefix"),
        );
    }
}

fn backend(backend: &BackendRef, place: &Place<'_>, problems: &mut Problems) {
    match (&backend.cluster, &backend.invalid) {
        (Some(cluster), None) => on_wire(&place.member("cluster"), cluster, 1, problems),
        (None, Some(_)) => {}
        _ => problems.add(
            place,
            format_args!("needs exactly one of `cluster` and `invalid`"),
        ),
    }
    if backend.weight > MAX_WEIGHT {
        problems.add(
            &place.member("weight"),
            format_args!("{} is above {MAX_WEIGHT}", backend.weight),
        );
    }
    filters(&backend.filters, place, problems);
    let is_auth = |filter: &Filter| matches!(filter, Filter::ExternalAuth(_));
    if backend.filters.iter().any(is_auth) {
        problems.add(
            place,
            format_args!("`externalAuth` belongs to a rule: the backend is drawn after it"),
        );
    }
}

fn r#match(r#match: &Match, place: &Place<'_>, problems: &mut Problems) {
    if let Some(hostname) = &r#match.hostname
        && !is_host(hostname.strip_prefix("*.").unwrap_or(hostname))
    {
        problems.add(
            &place.member("hostname"),
            format_args!("`{hostname}` is not a lower-case host name"),
        );
    }
    if let Some(path) = &r#match.path {
        let place = place.member("path.value");
        if path.kind == PathMatchType::RegularExpression {
            on_wire(&place, &path.value, 1, problems);
        } else {
            text::path(&place, &path.value, problems);
        }
    }
    for (h, header) in r#match.headers.iter().enumerate() {
        let place = place.element("headers", h);
        header_name(&place.member("name"), &header.name, problems);
        on_wire(&place.member("value"), &header.value, 0, problems);
    }
    for (q, param) in r#match.query_params.iter().enumerate() {
        let place = place.element("queryParams", q);
        if param.name.is_empty() {
            problems.add(&place.member("name"), format_args!("must not be empty"));
        }
    }
}
