//! Removes `x-forwarded-proto` from requests at the end of their way through Envoy.
//!
//! Envoy looks up its route by the scheme in that header, and does so behind the filter: what has none is
//! answered 404. Where a rule removes the header, the filter is therefore told to write a mark there, and a
//! route of its own for requests with that mark takes the header off.

use std::borrow::Cow;

use gamma_config::{Config, Filter, Header, HeaderModifier, Rule};

/// The header.
pub(super) const FORWARDED_PROTO: &str = "x-forwarded-proto";
/// What stands for its removal. A client that sends this gets what it asks for: no such header.
pub(super) const MARK: &str = "removed-by-a-route";

/// `config` with marks instead of removals, of which hardly any config has one.
pub(super) fn with_marks(config: &Config) -> Cow<'_, Config> {
    if !any_modifier(config, |modifier| {
        modifier.remove.iter().any(|name| is_it(name))
    }) {
        return Cow::Borrowed(config);
    }
    let mut config = config.clone();
    let ports = config.services.iter_mut().flat_map(|s| &mut s.ports);
    for port in ports {
        let tables = port.producer.iter_mut().chain(port.consumers.values_mut());
        tables.flat_map(|table| &mut table.rules).for_each(mark);
    }
    Cow::Owned(config)
}

/// Whether a rule of `config` has a mark.
pub(super) fn has_marks(config: &Config) -> bool {
    any_modifier(config, |modifier| {
        let mut set = modifier.set.iter();
        set.any(|header| is_it(&header.name) && header.value == MARK)
    })
}

/// Whether any change of request headers in `config` is such a one.
fn any_modifier(config: &Config, is: impl Fn(&HeaderModifier) -> bool) -> bool {
    let ports = config.services.iter().flat_map(|service| &service.ports);
    let tables = ports.flat_map(|port| port.producer.iter().chain(port.consumers.values()));
    tables.flat_map(|table| &table.rules).any(|rule| {
        let of_backends = rule
            .backend_refs
            .iter()
            .flat_map(|backend| &backend.filters);
        rule.filters
            .iter()
            .chain(of_backends)
            .any(|filter| matches!(filter, Filter::RequestHeaderModifier(modifier) if is(modifier)))
    })
}

fn mark(rule: &mut Rule) {
    let by_rule = modifiers(&mut rule.filters).fold(false, |any, m| any | mark_removal(m));
    for backend in &mut rule.backend_refs {
        for modifier in modifiers(&mut backend.filters) {
            // What is added to nothing is all that there is.
            if by_rule && let Some(at) = modifier.add.iter().position(|h| is_it(&h.name)) {
                let added = modifier.add.remove(at);
                modifier.set.push(added);
            }
            mark_removal(modifier);
        }
    }
}

fn modifiers(filters: &mut [Filter]) -> impl Iterator<Item = &mut HeaderModifier> {
    filters.iter_mut().filter_map(|filter| match filter {
        Filter::RequestHeaderModifier(modifier) => Some(modifier),
        _ => None,
    })
}

/// Whether `modifier` has removed the header until now.
fn mark_removal(modifier: &mut HeaderModifier) -> bool {
    let before = modifier.remove.len();
    modifier.remove.retain(|name| !is_it(name));
    let removed = modifier.remove.len() < before;
    if removed {
        modifier.set.push(Header {
            name: FORWARDED_PROTO.into(),
            value: MARK.into(),
        });
    }
    removed
}

fn is_it(name: &str) -> bool {
    name.eq_ignore_ascii_case(FORWARDED_PROTO)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(filter: &str, of_backend: &str) -> Config {
        let json = format!(
            r#"{{"version": 1, "services": [{{"namespace": "n", "name": "s", "ports": [{{"port": 80, "cluster": "c",
                "producer": {{"rules": [{{"filters": [{{"requestHeaderModifier": {filter}}}], "backendRefs":
                [{{"cluster": "c", "filters": [{{"requestHeaderModifier": {of_backend}}}]}}]}}]}}}}]}}]}}"#
        );
        gamma_config::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn a_removal_becomes_a_mark() {
        const SET: &str =
            r#"{"set": [{"name": "x-forwarded-proto", "value": "removed-by-a-route"}]}"#;
        const OTHER: &str = r#"{"set": [{"name": "x-forwarded-proto", "value": "https"}]}"#;
        const NONE: &str = "{}";
        for (filter, of_backend, marked, backend_marked) in [
            (r#"{"remove": ["X-Forwarded-Proto"]}"#, NONE, SET, NONE),
            (NONE, r#"{"remove": ["x-forwarded-proto"]}"#, NONE, SET),
            (
                r#"{"remove": ["x-forwarded-proto"]}"#,
                r#"{"add": [{"name": "x-forwarded-proto", "value": "https"}]}"#,
                SET,
                OTHER,
            ),
        ] {
            let marked = config(marked, backend_marked);
            let before = config(filter, of_backend);
            assert_eq!(*with_marks(&before), marked, "{filter}");
            assert!(has_marks(&marked) && !has_marks(&before), "{filter}");
        }
        let plain = config(r#"{"remove": ["x-forwarded-for"]}"#, OTHER);
        assert_eq!(*with_marks(&plain), plain);
        assert!(!has_marks(&plain));
    }
}
