//! Reads where an endpoint of an EndpointSlice is, and for whom it is meant: nothing of it routes here, and what is
//! wrong in it keeps the whole slice out of a cluster.

use super::{cx::Cx, text};
use crate::{diagnostic::codes, yaml::ObjectReader};

/// Who an endpoint is meant for: a member of `hints`, and the form of the names in it.
const HINTS: [(&str, text::Check); 2] = [("forZones", text::label_value), ("forNodes", text::name)];

pub(super) fn place(endpoint: &mut ObjectReader<'_>, cx: &mut Cx<'_>) {
    if let Some(hostname) = endpoint.string("hostname", cx) {
        // "must conform to DNS Label (RFC 1123) validation"
        text::label(&hostname, &endpoint.path_to("hostname"), cx);
    }
    if let Some(node) = endpoint.string("nodeName", cx) {
        text::name(&node, &endpoint.path_to("nodeName"), cx);
    }
    endpoint.string("zone", cx);
    for (_, field) in endpoint
        .map("deprecatedTopology", cx)
        .map_or_else(Vec::new, |topology| topology.value)
    {
        if !field.node.is_null() {
            field.string(cx);
        }
    }
    let hints = endpoint.take("hints", cx);
    let Some(mut hints) = hints.and_then(|field| ObjectReader::open(&field, cx)) else {
        return;
    };
    for (member, check) in HINTS {
        let mut seen = Vec::new();
        for field in hints.list(member, cx) {
            // To Go, what is null or missing is empty: a zone may be called that, a node may not.
            let may_be_empty = member == "forZones";
            if may_be_empty && field.node.is_null() {
                continue;
            }
            let Some(mut hint) = ObjectReader::open(&field, cx) else {
                continue;
            };
            let name = match may_be_empty {
                true => hint.string("name", cx),
                false => hint.require_string("name", cx),
            };
            let Some(name) = name else {
                continue;
            };
            check(&name, &hint.path_to("name"), cx);
            if seen.contains(&name.value) {
                let message = format!("`{}` has `{}` twice", hints.path_to(member), name.value);
                cx.refuse(&codes::CONTRADICTION, name.span, message, "remove one");
            }
            seen.push(name.value);
        }
    }
}
