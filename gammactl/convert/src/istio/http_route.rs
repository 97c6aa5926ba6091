//! Reads `http[]` of VirtualServices.

use gamma_manifest::{
    diagnostic::codes,
    source::{Span, Spanned},
    yaml::{Field, ObjectReader, Report as _},
};

use super::{
    cors::CorsPolicy, headers::SourceHeaders, http_match::HttpMatchRequest, redirect::HttpRedirect,
    retries::Retries,
};
use crate::{duration::Millis, findings::Findings};

/// HTTPRoute of a VirtualService: requests, and what becomes of them.
#[derive(Debug, Clone)]
pub(super) struct HttpRoute {
    pub(super) name: Option<Spanned<String>>,
    /// Empty is every request.
    pub(super) matches: Vec<HttpMatchRequest>,
    pub(super) destinations: Vec<WeightedDestination>,
    pub(super) redirect: Option<HttpRedirect>,
    pub(super) rewrite: Option<Rewrite>,
    pub(super) headers: SourceHeaders,
    pub(super) timeout: Option<Millis>,
    /// `None`: what the mesh does by itself.
    pub(super) retries: Option<Retries>,
    pub(super) mirrors: Vec<MirrorPolicy>,
    pub(super) cors: Option<CorsPolicy>,
    /// Whether it does something in the place of its destinations that no route of the Gateway API does: its requests are
    /// answered with 500. It has been said.
    pub(super) is_unspeakable: bool,
    pub(super) span: Span,
}

/// RouteDestination: a Service, or some of its pods.
#[derive(Debug, Clone)]
pub(super) struct RouteDestination {
    pub(super) host: Spanned<String>,
    pub(super) subset: Option<Spanned<String>>,
    /// `None`: the Service's only port, or the one that the client has asked.
    pub(super) port: Option<u16>,
    pub(super) span: Span,
}

/// HTTPRouteDestination.
#[derive(Debug, Clone)]
pub(super) struct WeightedDestination {
    pub(super) destination: RouteDestination,
    /// Absent is 0 among several, and everything where it is alone.
    pub(super) weight: u32,
    pub(super) span: Span,
    pub(super) headers: SourceHeaders,
}

/// HTTPRewrite.
#[derive(Debug, Clone)]
pub(super) struct Rewrite {
    /// In the place of what was matched.
    pub(super) uri: Option<Spanned<String>>,
    pub(super) authority: Option<Spanned<String>>,
}

/// HTTPMirrorPolicy.
#[derive(Debug, Clone)]
pub(super) struct MirrorPolicy {
    pub(super) destination: RouteDestination,
    /// Of a million requests.
    pub(super) millionths: u32,
}

/// What cannot be said, and what becomes of it.
const ANSWERED_500: &str = "the rule keeps its place and answers its requests with 500";

impl HttpRoute {
    /// Whether what was matched of a path is replaced.
    pub(super) fn replaces_path(&self) -> bool {
        let rewrite = self.rewrite.as_ref();
        let redirect = self.redirect.as_ref();
        rewrite.is_some_and(|rewrite| rewrite.uri.is_some())
            || redirect.is_some_and(|redirect| redirect.prefix_rewrite.is_some())
    }

    pub(super) fn read(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let mut object = ObjectReader::open(field, findings)?;
        let matches = object.list("match", findings);
        let matches: Vec<HttpMatchRequest> = matches
            .iter()
            .filter_map(|field| HttpMatchRequest::read(field, findings))
            .collect();
        let destinations = object.list("route", findings);
        let destinations: Vec<WeightedDestination> = destinations
            .iter()
            .filter_map(|field| WeightedDestination::read(field, findings))
            .collect();
        let total: u64 = destinations.iter().map(|of| u64::from(of.weight)).sum();
        if destinations.len() > 1 && total == 0 {
            let hint = "give each destination a weight: absent is 0";
            let message = format!("all weights of `{}.route` are 0", field.path);
            findings.refuse(&codes::INVALID_VALUE, field.node.span, message, hint);
        }
        let redirect = object.take("redirect", findings);
        let mut is_unspeakable = false;
        let redirect = redirect.and_then(|field| {
            let redirect = HttpRedirect::read(&field, findings);
            is_unspeakable |= redirect.is_none();
            redirect
        });
        for (name, instead) in [
            ("directResponse", "a small backend can answer so"),
            // Of the rules of a delegate: Istio looks no further.
            (
                "delegate",
                "write the rules of the other VirtualService here, in its place",
            ),
        ] {
            if let Some(field) = object.take(name, findings) {
                is_unspeakable = true;
                let message = format!(
                    "`{}` is nothing that a route of the Gateway API does",
                    field.path
                );
                findings.say(
                    &codes::NO_SUCH_ACTION,
                    field.node.span,
                    message,
                    ANSWERED_500,
                    instead,
                );
            }
        }
        is_unspeakable |= fault(&mut object, findings);
        let rewrite = object.take("rewrite", findings);
        let rewrite = rewrite.and_then(|field| {
            let rewrite = Rewrite::read(&field, findings);
            is_unspeakable |= rewrite.is_none();
            rewrite
        });
        let route = Self {
            name: object.string("name", findings),
            matches,
            destinations,
            redirect,
            rewrite,
            headers: SourceHeaders::read(&mut object, findings),
            timeout: Millis::read(&mut object, "timeout", findings).map(|timeout| timeout.value),
            retries: object
                .take("retries", findings)
                .and_then(|field| Retries::read(&field, findings)),
            mirrors: mirrors(&mut object, findings),
            cors: object
                .take("corsPolicy", findings)
                .and_then(|field| CorsPolicy::read(&field, findings)),
            is_unspeakable,
            span: field.node.span,
        };
        object.finish(findings);
        if route.destinations.is_empty() && route.redirect.is_none() && !is_unspeakable {
            let message = format!("`{}` has neither `route` nor `redirect`", field.path);
            findings.refuse(
                &codes::MISSING_FIELD,
                field.node.span,
                message,
                "add `route`",
            );
        }
        Some(route)
    }
}

impl RouteDestination {
    fn read(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let mut object = ObjectReader::open(field, findings)?;
        let host = object.require("host", findings)?.string(findings);
        let subset = object.string("subset", findings);
        let port = object.take("port", findings).and_then(|field| {
            let mut port = ObjectReader::open(&field, findings)?;
            let number = port.integer("number", 1..=u16::MAX, findings);
            port.finish(findings);
            Some(number?.value)
        });
        object.finish(findings);
        Some(Self {
            host: host?,
            subset: subset.filter(|subset| !subset.value.is_empty()),
            port,
            span: field.node.span,
        })
    }
}

impl WeightedDestination {
    fn read(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let mut object = ObjectReader::open(field, findings)?;
        let destination = object.require("destination", findings)?;
        let weight = object.integer("weight", 0..=i32::MAX as u32, findings);
        let headers = SourceHeaders::read(&mut object, findings);
        object.finish(findings);
        Some(Self {
            destination: RouteDestination::read(&destination, findings)?,
            weight: weight.map_or(0, |weight| weight.value),
            span: field.node.span,
            headers,
        })
    }
}

impl Rewrite {
    fn read(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let mut object = ObjectReader::open(field, findings)?;
        let uri = object.string("uri", findings);
        let authority = object.string("authority", findings);
        let pattern = object.take("uriRegexRewrite", findings);
        if let Some(pattern) = pattern {
            object.finish(findings);
            let message = format!("`{}` rewrites paths by a regular expression", pattern.path);
            let hint = "write a rule for each prefix that is rewritten";
            findings.say(
                &codes::NO_SUCH_ACTION,
                pattern.node.span,
                message,
                ANSWERED_500,
                hint,
            );
            if let Some(mut pattern) = ObjectReader::open(&pattern, findings) {
                pattern.string("match", findings);
                pattern.string("rewrite", findings);
                pattern.finish(findings);
            }
            return None;
        }
        object.finish(findings);
        let odd = uri.as_ref().filter(|uri| {
            !uri.value.is_empty() && (!uri.value.starts_with('/') || uri.value.contains(['?', '#']))
        });
        if let Some(uri) = odd {
            let message = format!("`{}` is no path", uri.value);
            let hint = "a filter replaces paths, and leaves the query as it is";
            findings.say(
                &codes::NO_SUCH_ACTION,
                uri.span,
                message,
                ANSWERED_500,
                hint,
            );
            return None;
        }
        Some(Self {
            uri: uri.filter(|uri| !uri.value.is_empty()),
            authority: authority.filter(|authority| !authority.value.is_empty()),
        })
    }
}

/// Reads `fault`; whether it answers every request.
fn fault(object: &mut ObjectReader<'_>, findings: &mut Findings<'_>) -> bool {
    let Some(field) = object.take("fault", findings) else {
        return false;
    };
    let Some(mut fault) = ObjectReader::open(&field, findings) else {
        return false;
    };
    if let Some(delay) = fault.take("delay", findings) {
        findings.say(
            &codes::BEHAVIOUR_LOST,
            delay.node.span,
            format!("`{}` delays requests", delay.path),
            "routes of the Gateway API delay nothing: the requests are not late any more",
            "use a tool for chaos tests",
        );
    }
    let abort = fault.take("abort", findings);
    fault.finish(findings);
    let Some(abort) = abort else {
        return false;
    };
    let share = ObjectReader::open(&abort, findings)
        .and_then(|mut abort| percentage(&mut abort, "percentage", findings));
    // Without `percentage`, Istio aborts nothing.
    let share = share.unwrap_or(0);
    if share == 0 {
        return false;
    }
    let why = if share >= MILLION {
        ANSWERED_500
    } else {
        "none of its requests are aborted any more"
    };
    findings.say(
        &codes::NO_SUCH_ACTION,
        abort.node.span,
        format!("`{}` answers requests without a backend", abort.path),
        why,
        "use a tool for chaos tests, or a small backend that answers so",
    );
    share >= MILLION
}

const MILLION: u32 = 1_000_000;

/// Percent: `{value: 0.1}`, in millionths as Envoy counts them.
fn percentage(
    object: &mut ObjectReader<'_>,
    name: &'static str,
    findings: &mut Findings<'_>,
) -> Option<u32> {
    let field = object.take(name, findings)?;
    let mut percent = ObjectReader::open(&field, findings)?;
    let value = percent.take("value", findings);
    percent.finish(findings);
    let Some(value) = value else {
        return Some(0);
    };
    let number = value.number().and_then(|text| text.parse::<f64>().ok());
    match number.filter(|number| (0.0..=100.0).contains(number)) {
        Some(number) => {
            findings.read(&value);
            Some((number * 10_000.0) as u32)
        }
        None => {
            let message = format!("`{}` is no number from 0 to 100", value.path);
            findings.refuse(
                &codes::INVALID_VALUE,
                value.node.span,
                message,
                "write a percentage",
            );
            None
        }
    }
}

/// `mirror` with its share, and `mirrors`.
fn mirrors(object: &mut ObjectReader<'_>, findings: &mut Findings<'_>) -> Vec<MirrorPolicy> {
    let mut all = Vec::new();
    let share = percentage(object, "mirrorPercentage", findings);
    let old_shares = ["mirrorPercent", "mirror_percent"];
    let old_share = old_shares.map(|name| object.integer(name, 0..=100_u32, findings));
    let old_share = old_share.into_iter().flatten().next();
    let share = share.or(old_share.map(|percent| percent.value * 10_000));
    if let Some(field) = object.take("mirror", findings) {
        let destination = RouteDestination::read(&field, findings);
        all.extend(destination.map(|destination| MirrorPolicy {
            destination,
            millionths: share.unwrap_or(MILLION),
        }));
    }
    for field in object.list("mirrors", findings) {
        let Some(mut mirror) = ObjectReader::open(&field, findings) else {
            continue;
        };
        let share = percentage(&mut mirror, "percentage", findings);
        let destination = mirror.require("destination", findings);
        mirror.finish(findings);
        let destination = destination.and_then(|field| RouteDestination::read(&field, findings));
        all.extend(destination.map(|destination| MirrorPolicy {
            destination,
            millionths: share.unwrap_or(MILLION),
        }));
    }
    // None of no requests.
    all.retain(|mirror| mirror.millionths > 0);
    all
}
