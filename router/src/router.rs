//! The router: everything built once, one decision per request.

use fastrand::Rng;
use gamma_config::{Config, Part, Settings};

use crate::{
    Action, BackendId, BuildError, Decision, HeaderEdits, Headers, Reason, Reply, Request, RuleId,
    build::{Builder, Built, ReadError},
    filter::{ExternalAuth, Filters, announced_method},
    frontend::Frontends,
    rule::{Policy, Rule},
    session::Session,
    table::{Entry, Table},
};

/// Decides requests of the clients of one namespace.
#[derive(Debug)]
pub struct Router {
    pub(crate) frontends: Frontends,
    pub(crate) ports: Box<[Port]>,
    rules: Box<[Rule]>,
    clusters: Box<[Box<str>]>,
    services: usize,
    needs_destination: bool,
    needs_time: bool,
}

impl From<Built> for Router {
    fn from(built: Built) -> Self {
        let ends = |rule: &Rule| rule.session.as_ref().is_some_and(|s| s.timeout.is_some());
        Self {
            needs_time: built.rules.iter().any(ends),
            frontends: built.frontends,
            ports: built.ports.into(),
            rules: built.rules.into(),
            clusters: built.clusters.into_names(),
            services: built.services,
            needs_destination: built.needs_destination,
        }
    }
}

/// A port of a Service.
#[derive(Debug)]
pub(crate) struct Port {
    pub(crate) number: u16,
    /// The Service's own endpoints.
    pub(crate) cluster: u32,
    /// The routes that this proxy's clients get.
    pub(crate) table: Option<Table>,
}

impl Router {
    /// Builds the router for clients in `client_namespace`. Routes that only clients of other
    /// namespaces would get are left out.
    ///
    /// # Errors
    ///
    /// A pattern that the engine refuses; everything else was refused by
    /// [`Config::validate`](gamma_config::Config::validate).
    pub fn new(config: &Config, client_namespace: &str) -> Result<Self, BuildError> {
        let mut builder = Builder::new(&config.settings, client_namespace);
        config.parts(&mut |part| builder.take(part));
        Ok(Self::from(builder.build()?))
    }

    /// Builds the router while the text of a config is read, rule by rule: a config in memory takes
    /// several times what the router takes. `client_namespace` is asked for the namespace of the
    /// clients.
    ///
    /// # Errors
    ///
    /// The config is refused, or a pattern is.
    pub fn read(
        json: &[u8],
        client_namespace: impl FnOnce(&Settings) -> String,
    ) -> Result<(Self, Settings), ReadError> {
        let mut settings = Settings::default();
        let mut client_namespace = Some(client_namespace);
        let mut builder = None;
        gamma_config::read(json, &mut |part| {
            if let (Part::Settings(_, found), Some(of)) = (&part, client_namespace.take()) {
                settings = (*found).clone();
                builder = Some(Builder::new(found, &of(found)));
            } else if let Some(builder) = &mut builder {
                builder.take(part);
            }
        })?;
        let built = builder.map(Builder::build).transpose()?.unwrap_or_default();
        Ok((Self::from(built), settings))
    }

    /// How many Services there are.
    #[must_use]
    pub fn services(&self) -> usize {
        self.services
    }

    /// Whether a decision can depend on [`Request::destination`]; if not, there is no need to ask
    /// the host for it.
    #[must_use]
    pub fn needs_destination(&self) -> bool {
        self.needs_destination
    }

    /// Whether a decision can depend on [`Request::now`].
    #[must_use]
    pub fn needs_time(&self) -> bool {
        self.needs_time
    }

    /// Decides one request. Allocates nothing for a forward that does not change the path.
    pub fn decide<H: Headers + ?Sized>(
        &self,
        request: &Request<'_, H>,
        rng: &mut Rng,
    ) -> Decision<'_> {
        let Some(port) = self.port(request) else {
            return no_rule(Action::PassThrough);
        };
        let Some(table) = &port.table else {
            // "a Service without routes: traffic proceeds as if there were no mesh routing"
            return no_rule(self.forward(port.cluster));
        };
        match self.find(table, request) {
            None => no_rule(reply(Reason::NoMatchingRule)),
            Some(entry) => self.apply(entry, port, request, |split| split.draw(rng)),
        }
    }

    /// A preflight asks about another request: if its own rule does not know CORS, or there is none,
    /// the rule of that other request answers. Rules that match methods could not be preflighted
    /// otherwise.
    pub(crate) fn find<'t, H: Headers + ?Sized>(
        &self,
        table: &'t Table,
        request: &Request<'_, H>,
    ) -> Option<&'t Entry> {
        let has_cors = |entry: &&Entry| {
            let filters = self.rule(entry.rule).and_then(|rule| rule.filters.as_ref());
            filters.is_some_and(|filters| filters.cors.is_some())
        };
        let found = table.find(request);
        match announced_method(request) {
            Some(method) if !found.as_ref().is_some_and(has_cors) => table
                .find(&request.with_method(method))
                .filter(has_cors)
                .or(found),
            _ => found,
        }
    }

    /// Edits to make to the headers of a request before it is forwarded, in order: the rule's,
    /// then the backend's.
    pub fn request_edits(&self, decision: &Decision<'_>) -> impl Iterator<Item = &HeaderEdits> {
        self.filters(decision.rule, decision.backend)
            .map(|filters| &filters.request)
    }

    /// Clusters that get a copy of the request: the rule's mirrors, then the backend's, each drawn by
    /// its fraction. None unless the request is forwarded.
    pub fn mirrors<'r>(
        &'r self,
        decision: &Decision<'_>,
        rng: &'r mut Rng,
    ) -> impl Iterator<Item = &'r str> {
        let forwarded = matches!(decision.action, Action::Forward { .. });
        self.filters(decision.rule, decision.backend)
            .filter(move |_| forwarded)
            .flat_map(|filters| &filters.mirrors)
            .filter(move |mirror| mirror.draw(rng))
            .map(|mirror| self.cluster(mirror.cluster))
    }

    /// Who has to allow the request before the decision is carried out.
    #[must_use]
    pub fn external_auth(&self, decision: &Decision<'_>) -> Option<&ExternalAuth> {
        match decision.action {
            Action::Forward { .. } | Action::Redirect { .. } => {
                self.external_auth_of(decision.rule?)
            }
            _ => None,
        }
    }

    /// Who has to allow the requests of a rule, if anybody.
    #[must_use]
    pub fn external_auth_of(&self, rule: RuleId) -> Option<&ExternalAuth> {
        self.rule(rule)?.filters.as_ref()?.external_auth.as_deref()
    }

    /// How the sessions of a rule are carried, if it has any.
    #[must_use]
    pub fn session(&self, rule: RuleId) -> Option<&Session> {
        self.rule(rule)?.session.as_deref()
    }

    /// Edits to make to the headers of the response, in order.
    pub fn response_edits(
        &self,
        rule: Option<RuleId>,
        backend: Option<BackendId>,
    ) -> impl Iterator<Item = &HeaderEdits> {
        self.filters(rule, backend)
            .map(|filters| &filters.response)
            .filter(|edits| {
                !(edits.remove.is_empty() && edits.set.is_empty() && edits.add.is_empty())
            })
    }

    /// Route and name of a rule, as in the config.
    #[must_use]
    pub fn rule_name(&self, rule: RuleId) -> (&str, &str) {
        self.rule(rule).map_or(("", ""), Rule::route_and_name)
    }

    /// The same in one: `HTTPRoute/shop/cart/0`.
    #[must_use]
    pub fn full_name(&self, rule: RuleId) -> &str {
        self.rule(rule).map_or("", |rule| &rule.full_name)
    }

    /// The proxy's name for a backend; `None` if it is invalid.
    #[must_use]
    pub fn backend_name(&self, backend: BackendId) -> Option<&str> {
        let rule = self.rule(backend.rule)?;
        let cluster = rule.backends.get(backend.index as usize)?.cluster?;
        Some(self.cluster(cluster))
    }

    /// The rules that have a policy, and their policies. A proxy prepares these once.
    pub fn policies(&self) -> impl Iterator<Item = (RuleId, &Policy)> {
        (0_u32..)
            .zip(&self.rules)
            .filter_map(|(id, rule)| Some((RuleId(id), rule.policy.as_deref()?)))
    }

    pub(crate) fn port<H: ?Sized>(&self, request: &Request<'_, H>) -> Option<&Port> {
        let (candidates, port) = self.frontends.find(request)?;
        candidates
            .iter()
            .filter_map(|ports| self.ports.get(ports.start as usize..ports.end as usize))
            .flatten()
            .find(|candidate| candidate.number == port)
    }

    pub(crate) fn forward(&self, cluster: u32) -> Action<'_> {
        Action::Forward {
            cluster: self.cluster(cluster),
            authority: None,
            path: None,
        }
    }

    pub(crate) fn cluster(&self, cluster: u32) -> &str {
        self.clusters
            .get(cluster as usize)
            .map(|name| &**name)
            .unwrap_or_default()
    }

    pub(crate) fn rule(&self, rule: RuleId) -> Option<&Rule> {
        self.rules.get(rule.0 as usize)
    }

    pub(crate) fn filters(
        &self,
        rule: Option<RuleId>,
        backend: Option<BackendId>,
    ) -> impl Iterator<Item = &Filters> {
        let of_rule = rule.and_then(|id| self.rule(id)?.filters.as_deref());
        let of_backend = backend.and_then(|id| {
            let backend = self.rule(id.rule)?.backends.get(id.index as usize)?;
            backend.filters.as_deref()
        });
        of_rule.into_iter().chain(of_backend)
    }
}

pub(crate) fn no_rule(action: Action<'_>) -> Decision<'_> {
    Decision {
        rule: None,
        backend: None,
        endpoint: None,
        response: Vec::new(),
        action,
    }
}

pub(crate) fn reply<'r>(reason: Reason) -> Action<'r> {
    Action::Reply(Reply { reason })
}
