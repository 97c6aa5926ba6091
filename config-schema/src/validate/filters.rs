//! Filters.

use hashbrown::HashSet;

use super::{
    Problems,
    text::{header_name, is_host, is_token, on_wire, path},
};
use crate::{
    Cors, ExternalAuth, Filter, Fraction, Header, HeaderModifier, PathModifier, RequestRedirect,
};

pub(super) fn filters(filters: &[Filter], place: &str, problems: &mut Problems) {
    let mut kinds = HashSet::new();
    for (f, filter) in filters.iter().enumerate() {
        let place = format!("{place}.filters[{f}]");
        let repeatable = matches!(filter, Filter::RequestMirror(_));
        if !kinds.insert(std::mem::discriminant(filter)) && !repeatable {
            problems.add(&place, "this kind of filter is there twice");
        }
        match filter {
            Filter::RequestHeaderModifier(m) => {
                header_modifier(m, &format!("{place}.requestHeaderModifier"), problems);
            }
            Filter::ResponseHeaderModifier(m) => {
                header_modifier(m, &format!("{place}.responseHeaderModifier"), problems);
            }
            Filter::RequestRedirect(redirect) => {
                self::redirect(redirect, &format!("{place}.requestRedirect"), problems);
            }
            Filter::RequestMirror(mirror) => {
                let place = format!("{place}.requestMirror");
                on_wire(&format!("{place}.cluster"), &mirror.cluster, 1, problems);
                let Fraction {
                    numerator,
                    denominator,
                } = mirror.fraction;
                if denominator == 0 || numerator > denominator {
                    problems.add(
                        format!("{place}.fraction"),
                        format!("{numerator} of {denominator} is no part of the requests"),
                    );
                }
            }
            Filter::Cors(cors) => self::cors(cors, &format!("{place}.cors"), problems),
            Filter::ExternalAuth(auth) => {
                external_auth(auth, &format!("{place}.externalAuth"), problems);
            }
            Filter::UrlRewrite(rewrite) => {
                let place = format!("{place}.urlRewrite");
                host_and_path(
                    rewrite.hostname.as_deref(),
                    rewrite.path.as_ref(),
                    &place,
                    problems,
                );
            }
        }
    }
}

fn header_modifier(modifier: &HeaderModifier, place: &str, problems: &mut Problems) {
    let mut names = HashSet::new();
    let mut once = |place: &str, name: &str, problems: &mut Problems| {
        header_name(place, name, problems);
        if !names.insert(name.to_ascii_lowercase()) {
            problems.add(place, format!("`{name}` is changed twice"));
        }
    };
    let lists: [(&str, &[Header]); 2] = [("set", &modifier.set), ("add", &modifier.add)];
    for (list, headers) in lists {
        for (i, header) in headers.iter().enumerate() {
            let place = format!("{place}.{list}[{i}]");
            once(&format!("{place}.name"), &header.name, problems);
            on_wire(&format!("{place}.value"), &header.value, 0, problems);
        }
    }
    for (i, name) in modifier.remove.iter().enumerate() {
        once(&format!("{place}.remove[{i}]"), name, problems);
    }
}

fn redirect(redirect: &RequestRedirect, place: &str, problems: &mut Problems) {
    host_and_path(
        redirect.hostname.as_deref(),
        redirect.path.as_ref(),
        place,
        problems,
    );
    if redirect.port == Some(0) {
        problems.add(format!("{place}.port"), "must be above 0");
    }
    if !matches!(redirect.status_code, 301 | 302 | 303 | 307 | 308) {
        problems.add(
            format!("{place}.statusCode"),
            format!(
                "{} is none of 301, 302, 303, 307, 308",
                redirect.status_code
            ),
        );
    }
}

fn cors(cors: &Cors, place: &str, problems: &mut Problems) {
    for (i, origin) in cors.allow_origins.iter().enumerate() {
        if !Cors::is_origin(origin) {
            problems.add(
                format!("{place}.allowOrigins[{i}]"),
                format!("`{origin}` is neither `*` nor like `https://*.example.com:8443`"),
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
                    format!("{place}.{list}[{i}]"),
                    format!("{name:?} is not a name"),
                );
            }
        }
    }
}

fn external_auth(auth: &ExternalAuth, place: &str, problems: &mut Problems) {
    on_wire(&format!("{place}.cluster"), &auth.cluster, 1, problems);
    if !auth.path_prefix.is_empty() {
        path(&format!("{place}.pathPrefix"), &auth.path_prefix, problems);
    }
    let lists = [
        ("allowedHeaders", &auth.allowed_headers),
        ("allowedResponseHeaders", &auth.allowed_response_headers),
    ];
    for (list, names) in lists {
        for (i, name) in names.iter().enumerate() {
            header_name(&format!("{place}.{list}[{i}]"), name, problems);
        }
    }
}

fn host_and_path(
    hostname: Option<&str>,
    modifier: Option<&PathModifier>,
    place: &str,
    problems: &mut Problems,
) {
    if let Some(host) = hostname
        && !is_host(host)
    {
        problems.add(
            format!("{place}.hostname"),
            format!("`{host}` is not a lower-case host name"),
        );
    }
    match modifier {
        Some(PathModifier::ReplaceFullPath(value)) => {
            path(&format!("{place}.path.replaceFullPath"), value, problems);
        }
        // Empty is allowed: it strips the prefix.
        Some(PathModifier::ReplacePrefixMatch(value)) if !value.is_empty() => {
            path(&format!("{place}.path.replacePrefixMatch"), value, problems);
        }
        _ => {}
    }
}
