//! Warns of header modifiers whose changes Envoy undoes, or answers with an error.

use gamma_manifest::{
    FilterKind, Rule,
    diagnostic::{Diagnostic, Diagnostics, codes},
    source::Spanned,
};

use crate::envoy_headers::{Direction, Fate, HeaderEdit, envoy_header};

pub(super) fn lint(rule: &Rule, diagnostics: &mut Diagnostics) {
    let of_backends = rule.backend_refs.iter().flat_map(|b| &b.filters);
    for filter in rule.filters.iter().chain(of_backends) {
        let (direction, modifier) = match &filter.kind {
            FilterKind::RequestHeaderModifier(modifier) => (Direction::Request, modifier),
            FilterKind::ResponseHeaderModifier(modifier) => (Direction::Response, modifier),
            _ => continue,
        };
        let given = modifier.set.iter().chain(&modifier.add);
        let given = given.map(|(name, _)| (name, HeaderEdit::Give));
        let removed = modifier.remove.iter();
        let removed = removed.map(|name| (name, HeaderEdit::Remove));
        for (name, edit) in given.chain(removed) {
            if let Some(found) = finding(direction, name, edit, rule) {
                diagnostics.push(found);
            }
        }
    }
}

fn finding(
    direction: Direction,
    name: &Spanned<String>,
    edit: HeaderEdit,
    rule: &Rule,
) -> Option<Diagnostic> {
    let row = envoy_header(direction, name)?;
    let name_of = &name.value;
    let (message, hint) = match row.fate(edit, &rule.timeouts) {
        Fate::Kept | Fate::ReplacedUnderTimeouts => return None,
        // Headers of the framing that a route sets are for the compiler to refuse.
        Fate::BreaksMessage if edit == HeaderEdit::Give => return None,
        Fate::BreaksMessage => (
            format!("requests that need header `{name_of}` fail without"),
            "leave it on the request",
        ),
        Fate::Consumed => (
            format!("header `{name_of}` does not reach the backend"),
            "use `timeouts` and `retry` of the rule, or another name for what the backend reads",
        ),
        Fate::Replaced => (
            format!("Envoy undoes the change of header `{name_of}`"),
            "remove it from the filter",
        ),
        Fate::LeftToRoute => {
            let message = format!("header `{name_of}` is removed by the proxy's route");
            let found = Diagnostic::new(&codes::HEADER_LEFT_TO_ROUTE, name.span, message);
            return Some(found.why(row.why).hint(
                "nothing is to be done for the Envoy of `gammactl envoy` and the objects of `gammactl \
                 istio`, whose route removes it; a route config of your own has to do it as well",
            ));
        }
    };
    let found = Diagnostic::new(&codes::ENVOY_HEADER, name.span, message);
    Some(found.why(row.why).hint(hint))
}
