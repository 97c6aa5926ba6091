//! What the user chose to have otherwise than Istio has it, or as Istio has it without having written so.

use gamma_manifest::diagnostic::{Diagnostic, Diagnostics, codes};

use super::{
    http_route::HttpRoute, retries::Retries, string_match::StringMatchKind,
    virtual_service::VirtualService,
};
use crate::{
    options::{ConversionOptions, PrefixStyle},
    order::can_be_prefix,
};

/// Changes what `virtual_services` say, as `options` ask for it.
pub(crate) fn choose(
    virtual_services: &mut [VirtualService],
    options: &ConversionOptions,
    diagnostics: &mut Diagnostics,
) {
    for of in virtual_services {
        for rule in &mut of.http {
            if options.prefixes == PrefixStyle::Elements {
                elements(rule, diagnostics);
            }
            if options.keep_default_retries {
                default_retries(rule, diagnostics);
            }
        }
    }
}

fn elements(rule: &mut HttpRoute, diagnostics: &mut Diagnostics) {
    for of in &mut rule.matches {
        let Some(uri) = of.uri.as_mut().filter(|_| !of.ignore_uri_case) else {
            continue;
        };
        let StringMatchKind::Prefix(prefix) = &uri.kind else {
            continue;
        };
        if !prefix.starts_with('/') || prefix.ends_with('/') || !can_be_prefix(prefix) {
            continue;
        }
        diagnostics.push_once(
            Diagnostic::new(
                &codes::PREFIX_OF_ELEMENTS,
                uri.span,
                format!("`{prefix}` does not take `{prefix}x` any more"),
            )
            .why("Istio compares texts, and the Gateway API elements of paths: the rest of the list decides such requests")
            .hint("leave out `--prefix elements`, or accept it"),
        );
        uri.kind = StringMatchKind::Elements(prefix.clone());
    }
}

fn default_retries(rule: &mut HttpRoute, diagnostics: &mut Diagnostics) {
    if rule.retries.is_some() || rule.redirect.is_some() || rule.is_unspeakable {
        return;
    }
    diagnostics.push_once(
        Diagnostic::new(
            &codes::DEFAULT_RETRIES,
            rule.span,
            "more is sent again than Istio sends by itself",
        )
        .why(
            "two retries are written, which every connection error and time-out of an attempt begins; Istio's are for connections \
             that were refused, and for UNAVAILABLE and CANCELLED of gRPC",
        )
        .hint("leave out `--keep-default-retries` where a request must not arrive twice"),
    );
    rule.retries = Some(Retries::of_the_mesh());
}
