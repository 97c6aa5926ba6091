//! What the Gateway API asks for, said in the plainest way: no index, no compiled tables, nothing
//! shared with the router or the compiler.
//!
//! The input is what a person wrote, decoded; the output is every answer that would be right. Each
//! function stands below the sentence that it obeys, from the Gateway API's types, a GEP, or (where
//! those leave the choice to us) `docs/semantics.md`. It is slow and meant to be read:
//!
//! 1. `service`: which Service and port is the request for?
//! 2. `attachment`: which routes apply there, for this client?
//! 3. `matching`: which matches of all their rules hold?
//! 4. `precedence`: which of those comes first?
//! 5. `outcome`: what may the rule do with the request?
//!
//! `tests/tests/reference` compares it with the real thing.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod answer;
mod attachment;
mod headers;
mod location;
mod matching;
mod outcome;
mod path_modifier;
mod pattern;
mod precedence;
mod prefix;
mod query;
mod request;
mod service;

pub use answer::{Answer, Backend, Outcome, RuleName};
use gamma_manifest::Manifests;
pub use request::Request;

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
    if routes.is_empty() || !service::is_frontend(service) {
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
