//! The status of routes and policies: what a controller of the Gateway API would write into
//! `status.parents` and `status.ancestors`.
//!
//! A controller says on the route itself what became of the route. `gammactl` writes to no cluster; the
//! same is said from what the compiler found: each [`Diagnostic`](gamma_manifest::diagnostic::Diagnostic) has a
//! code, which decides the condition and its reason (`reason`), and a place, which decides the
//! parentRef or the rule that the diagnostic concerns (`findings`). Parents that are no Services have
//! controllers of their own, so they are not listed.

mod conditions;
mod findings;
mod memo;
mod policies;
mod reason;
mod routes;
mod write;

pub use conditions::{Condition, ConditionType};
pub use memo::{RouteParents, StatusMemo};
pub use policies::{AncestorStatus, PolicyStatus, policy_statuses};
pub use routes::{ParentStatus, RouteStatus, statuses};
pub use write::{json, parents, yaml};
