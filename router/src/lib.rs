//! The decision engine: which Service is this request for, which rule wins, where does it go.
//!
//! [`Router::new`] builds everything once from a [`gamma_config::Config`]; [`Router::decide`] is
//! called for each request. It does no I/O, reads no clock and keeps no state: randomness is passed
//! in. The same code runs in the proxy-wasm filter, in `gammactl` and in the tests.
//!
//! ```
//! use gamma_router::{Action, Request, Router};
//!
//! let config = gamma_config::parse(br#"{"version": 1, "services": [{
//!     "namespace": "shop", "name": "cart",
//!     "ports": [{"port": 80, "cluster": "cart", "producer": {"rules": [
//!         {"matches": [{"path": {"type": "Exact", "value": "/pay"}}], "backendRefs": [{"cluster": "till"}]},
//!         {"backendRefs": [{"cluster": "cart"}]}]}}]}]}"#)?;
//! let router = Router::new(&config, "shop")?;
//! let headers: [(&str, &str); 0] = [];
//! let request = Request {
//!     method: b"GET",
//!     scheme: b"http",
//!     authority: b"cart",
//!     path: b"/pay?now=1",
//!     destination: None,
//!     now: 0,
//!     headers: &headers,
//! };
//! let decision = router.decide(&request, &mut fastrand::Rng::with_seed(7));
//! let Action::Forward { cluster, .. } = decision.action else { panic!("not forwarded") };
//! assert_eq!(router.cluster(cluster), Some("till"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How a decision is made
//!
//! `decide` does the steps in order:
//!
//! 1. `frontend`: the destination address, else the authority, names a Service and a port. If they name
//!    none, the request [passes through](Action::PassThrough).
//! 2. `port`: that port has one route table for this proxy's clients: the consumer routes of their
//!    namespace, else the producer routes. Without either, the request goes to the Service's own cluster.
//! 3. `table`: the first match *in the order of the config* that holds wins. `path` (a radix tree),
//!    `candidates` (hash tables of header values) and `patterns` (automata of regular expressions) find it
//!    without a look at every match; `predicate` is what a match asks besides the path.
//! 4. `apply`: the `rule` of the match that won answers the request itself, or gets a backend: the one
//!    that the request's `session` is bound to, else the one that `split` draws by weight.
//! 5. `filter`: the filters of the rule, then those of the backend, in a fixed order.
//!
//! What decides is generic over the request's headers or `#[inline]`, so that the filter's crate compiles it, for speed
//! as well; the rest is compiled for size. A forward without rewrites allocates nothing. `build` makes all of this of a config, `interner` keeps
//! its names. The rules of a port are one `compiled_table`, which the router of a changed config shares with the one
//! before if they are in `known_tables`.
//!
//! Besides, with the feature `trace`, which the filter does not have: `tracer` and `outcomes` say how a
//! decision comes about and which others can, in the words of `trace`, and `possible`
//! lists the decisions that a router can make at all.
//!
//! # What a decision does
//!
//! `decision` says what was decided; `visit` alone knows what that changes of the request and of the
//! response. [`Router::visit_request`] and [`Router::visit_response`] tell a `visitor` by the methods of
//! [`RequestVisitor`] and [`ResponseVisitor`], in order, each with [who asked for it](By). The filter's
//! visitors carry the decision out; others write it down or compare it.
//!
//! ```
//! # use gamma_router::{Answer, By, HeaderVisitor, Request, RequestVisitor, Router};
//! # use std::convert::Infallible;
//! /// Lists what a request gets.
//! struct Lines(Vec<String>);
//!
//! impl HeaderVisitor for Lines {
//!     type Error = Infallible;
//!
//!     fn remove(&mut self, name: &str, by: By) -> Result<(), Infallible> {
//!         Ok(self.0.push(format!("{by:?}: no {name}")))
//!     }
//!
//!     fn set(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
//!         Ok(self.0.push(format!("{by:?}: {name} is {}", value.escape_ascii())))
//!     }
//!
//!     fn add(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
//!         Ok(self.0.push(format!("{by:?}: {name} gets {}", value.escape_ascii())))
//!     }
//! }
//!
//! impl RequestVisitor for Lines {
//!     fn mirror(&mut self, cluster: &str, _: gamma_config::Fraction, by: By) -> Result<(), Infallible> {
//!         Ok(self.0.push(format!("{by:?}: copied to {cluster}")))
//!     }
//!
//!     fn answer(&mut self, answer: &Answer<'_>) -> Result<(), Infallible> {
//!         Ok(self.0.push(format!("answered {}", answer.status)))
//!     }
//! }
//! # let config = gamma_config::parse(br#"{"version": 1, "services": [{
//! #     "namespace": "shop", "name": "cart",
//! #     "ports": [{"port": 80, "cluster": "cart", "producer": {"rules": [{
//! #         "filters": [{"requestHeaderModifier": {"remove": ["x-debug"]}}],
//! #         "backendRefs": [{"cluster": "cart-v2"}]}]}}]}]}"#)?;
//! # let router = Router::new(&config, "shop")?;
//! # let headers: [(&str, &str); 0] = [];
//! # let (method, scheme, authority, path) = (b"GET", b"http", b"cart", b"/");
//! # let request = Request { method, scheme, authority, path, destination: None, now: 0, headers: &headers };
//!
//! let decision = router.decide(&request, &mut fastrand::Rng::with_seed(7));
//! let mut lines = Lines(Vec::new());
//! router.visit_request(&decision, request.path, &mut lines)?;
//! assert_eq!(lines.0, ["Rule: no x-debug", "Gamma: x-gamma-cluster is cart-v2"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        reason = "a test that overflows fails"
    )
)]

mod apply;
mod authority;
mod build;
mod candidates;
mod clusters;
mod compiled_table;
mod decide;
mod decision;
mod entry;
mod error;
mod filter;
mod frontend;
mod hash;
mod id;
mod interner;
mod known_tables;
#[cfg(feature = "trace")]
mod outcomes;
mod path;
mod patterns;
mod policy;
mod port;
#[cfg(feature = "trace")]
mod possible;
mod predicate;
mod regex;
mod request;
mod router;
mod rule;
mod session;
mod session_ids;
mod split;
mod table;
#[cfg(feature = "trace")]
pub mod trace;
#[cfg(feature = "trace")]
mod tracer;
mod value_patterns;
mod visit;
mod visitor;

pub use authority::{HostPattern, port_number, split_port};
pub use decision::{Action, Decision, InSession, Reason, ResponseHeader};
pub use error::{BuildError, PathError, PatternError, ReadError};
pub use filter::AuthService;
pub use id::{BackendId, ClusterId, RuleId};
pub use known_tables::KnownTables;
pub use policy::Policy;
pub use request::{Headers, Request, is_grpc};
pub use router::Router;
pub use rule::RuleRef;
pub use session::Session;
pub use visitor::{Answer, By, HeaderVisitor, RequestVisitor, ResponseVisitor, is_copied};
