//! Explains what becomes of a request, and why: every match that was considered, the one that won, and
//! what its rule does.
//!
//! A [simulated request](request::Simulated) is made of a line, of a `curl` command or of a line of
//! an access log. An [`Explainer`] asks the filter's own router about it, so that what it says is what a
//! proxy does. [`render`] writes the [`Explanation`] for people; for tools it is serialisable.
//!
//! ```
//! use gamma_explain::{Explainer, request::Simulated};
//!
//! let config = gamma_config::parse(br#"{
//!   "version": 1,
//!   "services": [{
//!     "namespace": "shop", "name": "cart",
//!     "ports": [{
//!       "port": 80, "cluster": "cart-v1",
//!       "producer": {"rules": [{"name": "beta", "backendRefs": [{"cluster": "cart-v2"}]}]}
//!     }]
//!   }]
//! }"#)?;
//! let explainer = Explainer::of_config(config, "config.json");
//! let explanation = explainer.explain(&Simulated::new("http://cart.shop/".parse()?))?;
//! assert_eq!(explanation.winner, Some(0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod access_log;
mod admission;
mod candidates;
mod explainer;
mod explanation;
mod header_trail;
mod normalize;
mod notes;
mod outcome;
mod policy;
mod render;
pub mod request;
mod service;
mod sources;
mod style;
mod text;
mod visited_request;

pub use admission::{AdmittedRequest, Refusal, admit};
pub use explainer::Explainer;
pub use explanation::{
    AppliedRoutes, AppliedRoutesKind, Asked, ChangedBy, DrawnBackend, ExplainedAction,
    ExplainedHeaderChange, ExplainedOutcome, ExplainedPort, ExplainedRule, Explanation,
    FailedPredicate, HeaderChangeKind, HeaderField, KeptSession, MirroredShare, Predicate,
    RequiredAuth, RulePolicy, RunnerUp, SourcePlace, TriedMatch,
};
pub use header_trail::HeaderTrail;
pub use normalize::normalized_path;
pub use outcome::response;
pub use render::{render, render_all, render_brief};
pub use style::TextStyles;
