//! XBackendTrafficPolicy, which limits the retries that a Service gets (GEP-3388).

use super::{metadata::Metadata, policy::PolicyTarget};
use crate::source::Span;

/// An XBackendTrafficPolicy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackendTrafficPolicy {
    /// Name, namespace, age.
    pub metadata: Metadata,
    /// `spec.targetRefs`; at least one.
    pub target_refs: Vec<PolicyTarget>,
    /// `spec.retryConstraint`.
    pub retry_budget: Option<RetryBudget>,
    /// Where `spec.sessionPersistence` stands, if it is there.
    pub session_persistence: Option<Span>,
}

/// `spec.retryConstraint`: how much of the traffic may be retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryBudget {
    /// `budget.percent` of the active requests; absent is 20.
    pub percent: u8,
    /// `minRetryRate`: retries a second that are allowed in any case, rounded up; absent is 10.
    pub minimum: u32,
    /// Where `budget.interval` stands, if it is there.
    pub interval: Option<Span>,
    /// Where the whole of it stands.
    pub span: Span,
}
