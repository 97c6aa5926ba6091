//! Refuses routes that set headers which only a proxy may write, because they say where a message ends
//! or are about one connection.

use gamma_manifest::{
    HeaderModifier,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use crate::envoy_headers::is_framing;

/// Reports headers that `modifier` sets or adds and that the proxy alone may write. Gives the words
/// in the config for why the filter can't be applied, if there are any. A removal harms nobody: the
/// proxy writes what it needs.
pub(super) fn check(modifier: &HeaderModifier, diagnostics: &mut Diagnostics) -> Option<String> {
    let mut refused = None;
    for (name, _) in modifier.set.iter().chain(&modifier.add) {
        if !is_framing(&name.value) {
            continue;
        }
        refused = Some(format!("header {} frames the message", name.value));
        diagnostics.push(
            Diagnostic::new(
                &codes::FRAMING_HEADER,
                name.span,
                format!("header `{}` can't be set by a route", name.value),
            )
            .why(
                "the proxy writes it for each connection, and another value cuts messages or ends \
                 them; the requests are answered 500",
            )
            .hint("remove it from the filter: bodies and connections work without"),
        );
    }
    refused
}
