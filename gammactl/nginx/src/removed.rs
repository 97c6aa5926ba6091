//! The request headers that rules remove. The filter can only empty them in nginx, which would send a header without
//! value; for those that are known by name, nginx leaves it out.

use std::collections::BTreeSet;

use gamma_config::{Config, Filter, wire};

/// Headers that are set anyway, or that nginx makes anew for its own connection.
const ELSEWHERE: [&str; 8] = [
    "host",
    "connection",
    "upgrade",
    "content-length",
    "transfer-encoding",
    "keep-alive",
    "te",
    "expect",
];

/// Their names, in lower case.
pub(crate) fn removed(config: &Config) -> BTreeSet<String> {
    let ports = config.services.iter().flat_map(|service| &service.ports);
    let tables = ports.flat_map(|port| port.producer.iter().chain(port.consumers.values()));
    let filters = tables.flat_map(|table| &table.rules).flat_map(|rule| {
        let of_backends = rule.backend_refs.iter().flat_map(|b| &b.filters);
        rule.filters.iter().chain(of_backends)
    });
    let names = filters.flat_map(|filter| match filter {
        Filter::RequestHeaderModifier(edits) => edits.remove.as_slice(),
        _ => &[],
    });
    let names = names.map(|name| name.to_ascii_lowercase());
    names.filter(|name| is_sent(name)).collect()
}

/// Whether nginx sends a header of that name on: it drops those with other characters.
fn is_sent(name: &str) -> bool {
    let is_valid = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.bytes().all(is_valid) && !ELSEWHERE.contains(&name) && !wire::is_owned(name.as_bytes())
}
