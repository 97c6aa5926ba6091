//! Validation checks the filters of a rule or a backend.

use std::mem::discriminant;

use super::{
    problems::ProblemList,
    wire_text::{header_name, on_wire, path},
};
use crate::{
    filter::{
        Cors, ExternalAuth, Filter, Fraction, Header, HeaderModifier, PathModifier, RequestRedirect,
    },
    place::Place,
    text::{frames_body, is_host, is_token},
};

pub(super) fn filters(filters: &[Filter], place: &Place<'_>, problems: &mut ProblemList) {
    if problems.refuses_many(filters.len(), &place.member("filters")) {
        return;
    }
    for (f, filter) in filters.iter().enumerate() {
        let place = place.element("filters", f);
        let repeatable = matches!(filter, Filter::RequestMirror(_));
        let is_same = |other| discriminant(other) == discriminant(filter);
        if !repeatable && filters.iter().take(f).any(is_same) {
            problems.add(&place, format_args!("this kind of filter is there twice"));
        }
        match filter {
            Filter::RequestHeaderModifier(m) => {
                header_modifier(m, &place.member("requestHeaderModifier"), problems);
            }
            Filter::ResponseHeaderModifier(m) => {
                header_modifier(m, &place.member("responseHeaderModifier"), problems);
            }
            Filter::RequestRedirect(redirect) => {
                self::redirect(redirect, &place.member("requestRedirect"), problems);
            }
            Filter::RequestMirror(mirror) => {
                let place = place.member("requestMirror");
                on_wire(&place.member("cluster"), &mirror.cluster, 1, problems);
                let Fraction {
                    numerator,
                    denominator,
                } = mirror.fraction;
                if denominator == 0 || numerator > denominator {
                    problems.add(
                        &place.member("fraction"),
                        format_args!("{numerator} of {denominator} is no part of the requests"),
                    );
                }
            }
            Filter::Cors(cors) => self::cors(cors, &place.member("cors"), problems),
            Filter::ExternalAuth(auth) => {
                external_auth(auth, &place.member("externalAuth"), problems);
            }
            Filter::UrlRewrite(rewrite) => {
                let place = place.member("urlRewrite");
                host_and_path(
                    rewrite.hostname.as_deref(),
                    rewrite.path.as_ref(),
                    false,
                    &place,
                    problems,
                );
            }
        }
    }
}

fn header_modifier(modifier: &HeaderModifier, place: &Place<'_>, problems: &mut ProblemList) {
    let lists: [(&str, &[Header]); 2] = [("set", &modifier.set), ("add", &modifier.add)];
    let mut is_refused = problems.refuses_many(modifier.remove.len(), &place.member("remove"));
    for (list, headers) in lists {
        is_refused |= problems.refuses_many(headers.len(), &place.member(list));
    }
    if is_refused {
        return;
    }
    let mut names = Vec::new();
    for (list, headers) in lists {
        for (i, header) in headers.iter().enumerate() {
            let place = place.element(list, i);
            once(&header.name, &mut names, &place.member("name"), problems);
            if frames_body(&header.name) {
                problems.add(
                    &place.member("name"),
                    format_args!("`{}` is the proxy's: it frames the body", header.name),
                );
            }
            on_wire(&place.member("value"), &header.value, 0, problems);
        }
    }
    for (i, name) in modifier.remove.iter().enumerate() {
        once(name, &mut names, &place.element("remove", i), problems);
    }
}

fn once<'m>(
    name: &'m str,
    names: &mut Vec<&'m str>,
    place: &Place<'_>,
    problems: &mut ProblemList,
) {
    header_name(place, name, problems);
    if names.iter().any(|other| other.eq_ignore_ascii_case(name)) {
        problems.add(place, format_args!("`{name}` is changed twice"));
    }
    names.push(name);
}

fn redirect(redirect: &RequestRedirect, place: &Place<'_>, problems: &mut ProblemList) {
    host_and_path(
        redirect.hostname.as_deref(),
        redirect.path.as_ref(),
        true,
        place,
        problems,
    );
    if redirect.port == Some(0) {
        problems.add(&place.member("port"), format_args!("must be above 0"));
    }
    if !matches!(redirect.status_code, 301 | 302 | 303 | 307 | 308) {
        problems.add(
            &place.member("statusCode"),
            format_args!(
                "{} is none of 301, 302, 303, 307, 308",
                redirect.status_code
            ),
        );
    }
}

fn cors(cors: &Cors, place: &Place<'_>, problems: &mut ProblemList) {
    for (i, origin) in cors.allow_origins.iter().enumerate() {
        if !Cors::is_origin(origin) {
            problems.add(
                &place.element("allowOrigins", i),
                format_args!("`{origin}` is neither `*` nor like `https://*.example.com:8443`"),
            );
        }
    }
    let lists = [
        ("allowMethods", &cors.allow_methods),
        ("allowHeaders", &cors.allow_headers),
        ("exposeHeaders", &cors.expose_headers),
    ];
    for (list, names) in lists {
        for (i, name) in names.iter().enumerate() {
            if !is_token(name) {
                problems.add(
                    &place.element(list, i),
                    format_args!("{name:?} is not a name"),
                );
            }
        }
    }
}

fn external_auth(auth: &ExternalAuth, place: &Place<'_>, problems: &mut ProblemList) {
    on_wire(&place.member("cluster"), &auth.cluster, 1, problems);
    if !auth.path_prefix.is_empty() {
        path(
            &place.member("pathPrefix"),
            &auth.path_prefix,
            false,
            problems,
        );
    }
    let lists = [
        ("allowedHeaders", &auth.allowed_headers),
        ("allowedResponseHeaders", &auth.allowed_response_headers),
    ];
    for (list, names) in lists {
        for (i, name) in names.iter().enumerate() {
            header_name(&place.element(list, i), name, problems);
        }
    }
}

fn host_and_path(
    hostname: Option<&str>,
    modifier: Option<&PathModifier>,
    tail: bool,
    place: &Place<'_>,
    problems: &mut ProblemList,
) {
    if let Some(host) = hostname
        && !is_host(host)
    {
        problems.add(
            &place.member("hostname"),
            format_args!("`{host}` is not a lower-case host name"),
        );
    }
    match modifier {
        Some(PathModifier::ReplaceFullPath(value)) => {
            path(&place.member("path.replaceFullPath"), value, tail, problems);
        }
        // Empty is allowed: it strips the prefix.
        Some(PathModifier::ReplacePrefixMatch(value)) if !value.is_empty() => {
            path(
                &place.member("path.replacePrefixMatch"),
                value,
                false,
                problems,
            );
        }
        _ => {}
    }
}
