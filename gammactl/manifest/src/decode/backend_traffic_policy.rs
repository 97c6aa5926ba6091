//! Reads XBackendTrafficPolicies: retry budgets of Services (GEP-3388), and their sessions.

use gamma_config::Duration;

use super::{cx::Cx, metadata, policy_target, session, text};
use crate::{
    BackendTrafficPolicy, RetryBudget,
    diagnostic::codes,
    source::Span,
    yaml::{Field, ObjectReader},
};

const SECOND: u64 = 1_000;
const HOUR: u64 = 3_600 * SECOND;

pub(super) fn backend_traffic_policy(
    mut object: ObjectReader<'_>,
    default_namespace: &str,
    cx: &mut Cx<'_>,
) -> Option<BackendTrafficPolicy> {
    let metadata = metadata::metadata(&mut object, default_namespace, cx);
    object.ignore(&["status"]);
    let spec = object.require("spec", cx);
    object.finish(cx);
    let mut spec = ObjectReader::open(&spec?, cx)?;
    let target_refs = policy_target::target_refs(&mut spec, false, cx);
    let constraint = spec.take("retryConstraint", cx);
    let retry_budget = constraint.and_then(|field| retry_budget(&field, cx));
    let session = spec.take("sessionPersistence", cx);
    let session = session.and_then(|field| session::session_persistence(&field, cx));
    spec.finish(cx);
    Some(BackendTrafficPolicy {
        metadata: metadata?,
        target_refs,
        retry_budget,
        session_persistence: session.map(|session| session.span),
    })
}

fn retry_budget(field: &Field<'_>, cx: &mut Cx<'_>) -> Option<RetryBudget> {
    let mut constraint = ObjectReader::open(field, cx)?;
    let (mut percent, mut span) = (None, None);
    if let Some(field) = constraint.take("budget", cx)
        && let Some(mut budget) = ObjectReader::open(&field, cx)
    {
        percent = budget.integer("percent", 0..=100, cx);
        let should = "write one second to an hour: `10s`";
        span = interval(&mut budget, SECOND..=HOUR, should, cx).map(|(_, span)| span);
        budget.finish(cx);
    }
    let (mut count, mut every) = (None, None);
    if let Some(field) = constraint.take("minRetryRate", cx)
        && let Some(mut rate) = ObjectReader::open(&field, cx)
    {
        count = rate.integer("count", 1..=1_000_000_u32, cx);
        every = interval(
            &mut rate,
            1..=HOUR,
            "write more than none and at most an hour: `1s`",
            cx,
        );
        rate.finish(cx);
    }
    constraint.finish(cx);
    let count = count.map_or(10, |count| u64::from(count.value));
    let every = every.map_or(SECOND, |(every, _)| every);
    Some(RetryBudget {
        percent: percent.map_or(20, |percent| percent.value),
        // A million in a millisecond is more than there can be.
        minimum: u32::try_from((count * SECOND).div_ceil(every)).unwrap_or(u32::MAX),
        interval: span,
        span: field.node.span,
    })
}

/// `interval`, in milliseconds, and where it stands.
fn interval(
    object: &mut ObjectReader<'_>,
    range: std::ops::RangeInclusive<u64>,
    should: &str,
    cx: &mut Cx<'_>,
) -> Option<(u64, Span)> {
    let span = object.span_of("interval");
    let duration: Duration = text::duration(object, "interval", cx)?;
    let milliseconds = duration.as_millis();
    if !range.contains(&milliseconds) {
        let message = format!("`{}` is out of range", object.path_to("interval"));
        cx.refuse(&codes::INVALID_VALUE, span, message, should);
        return None;
    }
    Some((milliseconds, span))
}
