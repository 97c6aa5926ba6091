//! Compiles the rules of routes, each once however many ports its route is attached to.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use gamma_config::{self as config, SessionType};
use gamma_manifest::{
    FilterKind, Manifests, Metadata, Route, Rule,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Spanned,
};

use super::{
    attach::Attachments,
    backend,
    cluster::ClusterNaming,
    filters,
    header_changes::not_sendable,
    matches,
    memo::{Memo, RuleFindings},
    precedence::Precedence,
    provenance::RouteTableKey,
    resolve::BackendResolver,
    rule_name::rule_names,
};

/// A rule and the ranks of its matches, which are in the order of their ranks.
#[derive(Debug, Clone)]
pub(super) struct RankedRule {
    pub(super) rule: config::Rule,
    pub(super) ranks: Vec<Precedence>,
}

/// The rules of attached routes, by their indices, for as long as a table still needs them.
#[derive(Debug)]
pub(super) struct RulesByRoute {
    awaited: HashMap<usize, AwaitedRules>,
    findings: HashMap<usize, Arc<RuleFindings>>,
}

/// The rules of one route, and how many tables are still to have them.
#[derive(Debug)]
struct AwaitedRules {
    rules: Vec<RankedRule>,
    tables: usize,
}

impl RulesByRoute {
    /// The rules of a route for one of its tables. Most routes are in one table only, and the rules of
    /// a hundred thousand take too much memory to have them twice: the last table gets them themselves.
    pub(super) fn for_table(&mut self, route: usize) -> Vec<RankedRule> {
        let Entry::Occupied(mut awaited) = self.awaited.entry(route) else {
            return Vec::new();
        };
        if awaited.get().tables <= 1 {
            return awaited.remove().rules;
        }
        awaited.get_mut().tables -= 1;
        awaited.get().rules.clone()
    }

    /// What was found in the rules of a route, if anything was.
    pub(super) fn findings(&self, route: usize) -> Option<Arc<RuleFindings>> {
        self.findings.get(&route).map(Arc::clone)
    }
}

/// In how many tables that have to be made each route is, as they are made: by Service, port and namespace.
fn tables_of_routes(
    manifests: &Manifests,
    attachments: &Attachments<'_>,
    memo: &Memo,
) -> HashMap<usize, usize> {
    let mut tables = HashMap::new();
    for service in &manifests.services {
        for port in service.tcp_ports() {
            let groups = attachments.on(service, port.port);
            let missing = groups.filter(|(from, _)| {
                let key = RouteTableKey::of(service, port.port, from);
                memo.table(&key).is_none()
            });
            for &route in missing.flat_map(|(_, routes)| routes) {
                *tables.entry(route).or_default() += 1;
            }
        }
    }
    tables
}

/// The rules for the tables that `memo` does not know. What there is to say of rules is said of all of them, in the
/// order of their routes.
pub(super) fn compile_all(
    backends: &BackendResolver<'_>,
    manifests: &Manifests,
    attachments: &Attachments<'_>,
    memo: &Memo,
    diagnostics: &mut Diagnostics,
) -> RulesByRoute {
    let tables = tables_of_routes(manifests, attachments, memo);
    let known = memo.known_routes(manifests, attachments);
    let mut rules = RulesByRoute {
        awaited: HashMap::new(),
        findings: HashMap::new(),
    };
    for r in attachments.routes() {
        let tables = tables.get(&r).copied().unwrap_or_default();
        if tables == 0
            && let Some(known) = known[r]
            && known.say(backends.index, diagnostics)
        {
            continue;
        }
        let left = backends.index.comparisons_left();
        let mut found = Diagnostics::default();
        let compiled = rules_of(&manifests.routes[r], backends, &mut found);
        if memo.keeps()
            && let Some(findings) = RuleFindings::of(&found, left, backends.index)
        {
            rules.findings.insert(r, findings);
        }
        diagnostics.extend(found);
        if tables > 0 {
            let rules_of_route = AwaitedRules {
                rules: compiled,
                tables,
            };
            rules.awaited.insert(r, rules_of_route);
        }
    }
    rules
}

fn rules_of(
    route: &Route,
    backends: &BackendResolver<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<RankedRule> {
    let names = rule_names(route, diagnostics);
    let rules = route.rules.iter().zip(names).enumerate();
    rules
        .filter_map(|(i, (rule, name))| compile(route, i, rule, name, backends, diagnostics))
        .collect()
}

/// `None` if no match of the rule can hold: without matches it would match everything.
fn compile(
    route: &Route,
    number: usize,
    rule: &Rule,
    name: String,
    backends: &BackendResolver<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<RankedRule> {
    let hostnames: Vec<Option<&str>> = match &*route.hostnames {
        hostnames if backends.options.honor_hostnames && !hostnames.is_empty() => {
            hostnames.iter().map(|host| Some(&*host.value)).collect()
        }
        _ => vec![None],
    };
    let mut ranked: Vec<(Precedence, config::Match)> = Vec::new();
    for (m, r#match) in rule.matches.iter().enumerate() {
        for &hostname in &hostnames {
            // What is wrong with a match is wrong with it for every host.
            let Some(compiled) = matches::compile(r#match, hostname, diagnostics) else {
                break;
            };
            let rank = Precedence::new(route, number, m, r#match, hostname);
            ranked.push((rank, compiled));
        }
    }
    ranked.sort_by(|(a, _), (b, _)| a.cmp(b));
    let (mut ranks, mut matches): (Vec<_>, Vec<config::Match>) = ranked.into_iter().unzip();
    // Room for more than they hold would be there for as long as the config.
    ranks.shrink_to_fit();
    matches.shrink_to_fit();
    for r#match in &mut matches {
        r#match.headers.shrink_to_fit();
        r#match.query_params.shrink_to_fit();
    }

    let mut filters = filters::compile(&rule.filters, route, backends, diagnostics);
    let session_name = rule
        .session_persistence
        .as_ref()
        .and_then(|s| s.name.as_ref());
    if let Some(name) = session_name {
        filters::owned(name, "used for sessions", &mut filters, diagnostics);
    }
    let session = session(route, rule, &name, diagnostics);
    let backend_refs: Vec<_> = rule
        .backend_refs
        .iter()
        .map(|backend| backend::compile(backend, rule, route, backends, diagnostics))
        .collect();
    no_backend(rule, diagnostics);

    filters.filters.shrink_to_fit();
    let rule = config::Rule {
        session_persistence: match filters.invalid {
            Some(_) => None,
            None => session,
        },
        route: format!(
            "{}/{}/{}",
            route.kind.as_str(),
            route.metadata.namespace,
            route.metadata.name.value
        ),
        name,
        matches,
        filters: filters.filters,
        backend_refs,
        timeouts: rule.timeouts,
        retry: rule.retry.clone().or_else(|| no_retries(rule, backends)),
        invalid: filters.invalid,
    };
    (!ranks.is_empty()).then_some(RankedRule { rule, ranks })
}

/// "An explicit zero value MUST disable retries": where the proxy's own routes have some, that has to be said.
fn no_retries(rule: &Rule, backends: &BackendResolver<'_>) -> Option<config::Retry> {
    let is_istio = backends.options.cluster_names == ClusterNaming::Istio;
    (is_istio && rule.retry_span.is_some()).then(|| config::Retry {
        attempts: Some(0),
        ..config::Retry::default()
    })
}

/// A name or a path that can't be used is not there: both have defaults.
fn session(
    route: &Route,
    rule: &Rule,
    rule_name: &str,
    diagnostics: &mut Diagnostics,
) -> Option<config::SessionPersistence> {
    let session = rule.session_persistence.as_ref()?;
    let Metadata {
        namespace, name, ..
    } = &route.metadata;
    // Browsers keep one cookie of a name: each rule needs its own.
    let default_name = format!("gamma-session-{namespace}-{}-{rule_name}", name.value);
    let default_path = "/";
    let name_is = match session.kind {
        SessionType::Cookie => "the name of a cookie",
        SessionType::Header => "the name of a header",
    };
    let mut usable =
        |text: &Option<Spanned<String>>, what, is_good: fn(&str) -> bool, default, hint| {
            let text = text.as_ref()?;
            if is_good(&text.value) {
                return Some(text.value.clone());
            }
            let mut found = not_sendable(text, what);
            found.code = &codes::PART_REPLACED;
            let why = format!("sessions use `{default}` instead");
            diagnostics.push(found.why(why).hint(hint));
            None
        };
    let chosen = usable(
        &session.name,
        name_is,
        config::is_token,
        &*default_name,
        "use letters, digits and `-`",
    );
    let path = usable(
        &session.path,
        "the path of a cookie",
        is_cookie_path,
        default_path,
        "begin it with `/`, and leave spaces and `;` out",
    );
    Some(config::SessionPersistence {
        kind: session.kind,
        name: chosen.unwrap_or(default_name),
        path: path.unwrap_or_else(|| default_path.into()),
        permanent: session.permanent,
        absolute_timeout: session.absolute_timeout,
    })
}

/// RFC 6265 ends a `path-value` at a control character or a `;`.
fn is_cookie_path(path: &str) -> bool {
    path.starts_with('/')
        && path
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b";\"".contains(&b))
}

fn no_backend(rule: &Rule, diagnostics: &mut Diagnostics) {
    let redirects = rule
        .filters
        .iter()
        .any(|filter| matches!(filter.kind, FilterKind::RequestRedirect(_)));
    if redirects {
        return;
    }
    if rule.backend_refs.is_empty() {
        diagnostics.push(
            Diagnostic::new(&codes::NO_BACKENDS, rule.span, "rule has no backendRefs")
                .why("its requests are answered 500")
                .hint("name a backend, or add a RequestRedirect"),
        );
    } else if rule.backend_refs.iter().all(|backend| backend.weight == 0) {
        diagnostics.push(
            Diagnostic::new(
                &codes::ALL_WEIGHTS_ZERO,
                rule.span,
                "every backend of the rule has weight 0",
            )
            .why("its requests are answered 500")
            .hint("give one of them a weight above 0"),
        );
    }
}
