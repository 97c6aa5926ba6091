//! What the Gateway API asks for, said in the plainest way: no index, no compiled tables, nothing
//! shared with the router or the compiler.
//!
//! The input is what a person wrote, decoded; the output is every answer that would be right. Each
//! function stands below the sentence that it obeys, from the Gateway API's types, a GEP, or (where
//! those leave the choice to us) `docs/semantics.md`. It is slow and meant to be read:
//!
//! 1. [`mod@service`]: which Service and port is the request for?
//! 2. [`mod@attachment`]: which routes apply there, for this client?
//! 3. [`mod@matching`]: which matches of all their rules hold?
//! 4. [`mod@precedence`]: which of those comes first?
//! 5. [`mod@outcome`]: what may the rule do with the request?
//!
//! `tests/tests/reference` compares it with the real thing.

mod attachment;
mod headers;
mod location;
mod matching;
mod outcome;
mod pattern;
mod precedence;
mod prefix;
mod query;
mod service;

use std::{collections::BTreeMap, net::SocketAddr};

use gamma_manifest::Manifests;

/// A request as the client sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Method, as in `GET`.
    pub method: String,
    /// `http` or `https`.
    pub scheme: String,
    /// Host with or without port.
    pub authority: String,
    /// Path with query.
    pub path: String,
    /// Headers in order, without the authority.
    pub headers: Vec<(String, String)>,
    /// Where the client's connection was addressed to, if that is known.
    pub destination: Option<SocketAddr>,
}

impl Request {
    /// The path without its query, and the query without its `?`.
    fn path_and_query(&self) -> (&str, Option<&str>) {
        match self.path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (&self.path, None),
        }
    }

    /// Anything but `https` is taken for `http`.
    fn scheme(&self) -> &'static str {
        if self.scheme.eq_ignore_ascii_case("https") {
            "https"
        } else {
            "http"
        }
    }

    /// The authority's host, and its port if there is one. The colons of `[::1]` do not count.
    fn host_and_port(&self) -> (&str, Option<&str>) {
        match self.authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (&self.authority, None),
        }
    }
}

/// What may happen to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is for no Service.
    PassThrough,
    /// It is for a Service port without routes, and goes to that Service's own endpoints.
    Own(Backend),
    /// The Service port has routes, and none of them matches: 404.
    NoMatch,
    /// A rule decides.
    Rule {
        /// Which.
        rule: RuleName,
        /// What it may do: one entry for each backend with a weight, or the only answer.
        outcomes: Vec<Outcome>,
    },
}

/// A rule of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleName {
    /// `HTTPRoute` or `GRPCRoute`, namespace and name: `HTTPRoute/shop/cart`.
    pub route: String,
    /// The rule's name, or its number in the route.
    pub rule: String,
}

/// One of the things that a rule may do with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Answer 500.
    Invalid,
    /// Answer with a redirect.
    Redirect {
        /// Status.
        status: u16,
        /// Value of `location`.
        location: String,
    },
    /// Forward it.
    Forward {
        /// Where to.
        backend: Backend,
        /// Path with query, as the backend gets it.
        path: String,
        /// Authority, as the backend gets it.
        authority: String,
        /// Headers as the backend gets them: by name in lower case, repeated ones joined with `,`.
        headers: BTreeMap<String, String>,
    },
}

/// A port of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backend {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub service: String,
    /// Port of the Service.
    pub port: u16,
}

/// What may happen to `request` of a client in the namespace `client`.
#[must_use]
pub fn answer(manifests: &Manifests, client: &str, request: &Request) -> Answer {
    // "An unknown host or port … passes through untouched" (semantics.md)
    let Some((service, port)) = service::dialled(manifests, client, request) else {
        return Answer::PassThrough;
    };
    let routes = attachment::applicable(manifests, service, port, client);
    // "A Service or port without routes: left alone, goes to the Service's own endpoints"
    // (semantics.md)
    if routes.is_empty() {
        return Answer::Own(Backend {
            namespace: service.metadata.namespace.clone(),
            service: service.metadata.name.value.clone(),
            port,
        });
    }
    let mut candidates: Vec<_> = precedence::candidates(&routes)
        .filter(|candidate| matching::holds(candidate.r#match, request))
        .collect();
    candidates.sort_by_key(precedence::rank);
    // "When no rules matching a request have been successfully attached to the parent a request is
    // coming from, a HTTP 404 status code MUST be returned." (HTTPRouteRule.matches)
    let Some(first) = candidates.first() else {
        return Answer::NoMatch;
    };
    Answer::Rule {
        rule: first.name(),
        outcomes: outcome::outcomes(manifests, first, request, port),
    }
}
