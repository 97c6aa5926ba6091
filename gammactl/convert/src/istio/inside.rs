//! Whether a match of a delegate is inside of one that delegates to it, as far as Istio looks, and what both are together.

use gamma_manifest::{
    source::Span,
    yaml::{Content, Node},
};

use super::tree::{given, insert, items, member, members};

/// "each delegate match must be inside a root match": those of a delegate's rule with what the `root`'s ask. The place of one that
/// is in none of them.
pub(super) fn merged_matches(root: Vec<Node>, own: Vec<Node>) -> Result<Vec<Node>, Span> {
    if root.is_empty() {
        return Ok(own);
    }
    if own.is_empty() {
        return Ok(root);
    }
    let mut all = Vec::new();
    for own in own {
        let around = root.iter().filter(|root| is_inside(root, &own));
        let both: Vec<Node> = around.map(|root| both(root, own.clone())).collect();
        if both.is_empty() {
            return Err(own.span);
        }
        all.extend(both);
    }
    Ok(all)
}

/// Compared as one text.
const TEXTS: [&str; 4] = ["uri", "scheme", "method", "authority"];
/// Compared by their keys.
const MAPS: [&str; 3] = ["headers", "withoutHeaders", "queryParams"];

fn is_inside(root: &Node, own: &Node) -> bool {
    let text = |key: &str| holds(given(root, key), given(own, key));
    let map = |key: &str| {
        let own = given(own, key).map(members).unwrap_or_default();
        own.iter().all(|member| {
            let root = given(root, key).and_then(|root| given(root, &member.key));
            holds(root, Some(&member.value))
        })
    };
    let scalar = |node: &Node, key: &str| plain(given(node, key)).unwrap_or_default().to_owned();
    let (root_port, own_port) = (scalar(root, "port"), scalar(own, "port"));
    let is_set = |port: &str| !port.is_empty() && port != "0";
    let ignores_case = |node: &Node| scalar(node, "ignoreUriCase") == "true";
    let namespace = scalar(root, "sourceNamespace");
    let labels = given(own, "sourceLabels").map(members).unwrap_or_default();
    TEXTS.iter().all(|key| text(key))
        && MAPS.iter().all(|key| map(key))
        && ignores_case(root) == ignores_case(own)
        && !(is_set(&root_port) && is_set(&own_port) && root_port != own_port)
        && (namespace.is_empty() || namespace == scalar(own, "sourceNamespace"))
        && labels.iter().all(|label| {
            let root = given(root, "sourceLabels").and_then(|root| given(root, &label.key));
            root.is_none() || plain(root) == plain(Some(&label.value))
        })
        && gateways_are_inside(&gateways(root), &gateways(own))
}

fn gateways_are_inside(root: &[&str], own: &[&str]) -> bool {
    root.is_empty() || own.len() <= root.len() && own.iter().all(|gateway| root.contains(gateway))
}

fn gateways(of: &Node) -> Vec<&str> {
    let list = given(of, "gateways").map(items).unwrap_or_default();
    list.iter().filter_map(Node::as_str).collect()
}

fn plain(node: Option<&Node>) -> Option<&str> {
    match &node?.content {
        Content::Scalar(scalar) => Some(&scalar.text),
        _ => None,
    }
}

/// Whether Istio sees that what `own` has is what `root` has: a longer prefix or a text that begins so, and the same text. Of regular
/// expressions and of values that need only be there it says no.
fn holds(root: Option<&Node>, own: Option<&Node>) -> bool {
    let (Some(root), Some(own)) = (root, own) else {
        return true;
    };
    let part = |node, key| plain(given(node, key)).filter(|text| !text.is_empty());
    let (own_exact, own_prefix) = (part(own, "exact"), part(own, "prefix"));
    if part(root, "regex").is_some() || part(own, "regex").is_some() {
        return false;
    }
    if let Some(exact) = part(root, "exact") {
        return own_prefix.is_none() && own_exact == Some(exact);
    }
    let Some(prefix) = part(root, "prefix") else {
        return false;
    };
    own_prefix
        .or(own_exact)
        .is_some_and(|text| text.starts_with(prefix))
}

/// `own` with what `root` asks beside it.
fn both(root: &Node, mut own: Node) -> Node {
    for asked in members(root)
        .iter()
        .filter(|member| !member.value.is_null())
    {
        let key = &*asked.key;
        let is_map = MAPS.contains(&key) || key == "sourceLabels";
        let is_given = given(&own, key).is_some();
        match member(&mut own, key).filter(|_| is_given) {
            None => insert(&mut own, asked.clone()),
            Some(map) if is_map => {
                for value in members(&asked.value) {
                    if map.get(&value.key).is_none() {
                        insert(map, value.clone());
                    }
                }
            }
            Some(_) => {}
        }
    }
    own
}

#[cfg(test)]
mod tests {
    use gamma_manifest::{
        diagnostic::Diagnostics,
        source::Sources,
        yaml::{self, Dialect},
    };

    use super::*;

    fn node(text: &str) -> Node {
        let mut sources = Sources::default();
        let file = sources.add("match.yaml", text);
        let mut diagnostics = Diagnostics::default();
        let mut nodes = yaml::parse(file, text, Dialect::Kubectl, &mut diagnostics);
        assert!(diagnostics.is_empty(), "{text}: {diagnostics:?}");
        nodes.remove(0)
    }

    /// What Istio's own comparison says of such pairs.
    #[test]
    fn a_match_is_inside_of_another_where_istio_sees_it() {
        for (root, own, expected) in [
            ("uri: {prefix: /a}", "uri: {prefix: /a/b}", true),
            ("uri: {prefix: /a}", "uri: {exact: /ab}", true),
            ("uri: {prefix: /a}", "uri: {prefix: /}", false),
            ("uri: {prefix: /a}", "headers: {x: {exact: a}}", true),
            ("uri: {exact: /a}", "uri: {exact: /a}", true),
            ("uri: {exact: /a}", "uri: {prefix: /a}", false),
            ("uri: {prefix: /a}", "uri: {regex: /a/.*}", false),
            ("uri: {regex: /a.*}", "method: {exact: GET}", true),
            (
                "headers: {x: {exact: a}}",
                "headers: {x: {exact: b}}",
                false,
            ),
            ("headers: {x: {exact: a}}", "headers: {y: {}}", true),
            ("headers: {x: {}}", "headers: {x: {exact: a}}", false),
            ("port: 80", "port: 8080", false),
            ("port: 80", "uri: {prefix: /}", true),
            ("sourceNamespace: a", "uri: {prefix: /}", false),
            ("sourceLabels: {a: x}", "sourceLabels: {b: y}", true),
            ("sourceLabels: {a: x}", "sourceLabels: {a: y}", false),
            ("gateways: [a]", "gateways: [a, b]", false),
            ("ignoreUriCase: true", "uri: {prefix: /}", false),
        ] {
            assert_eq!(
                is_inside(&node(root), &node(own)),
                expected,
                "{root} and {own}"
            );
        }
    }

    #[test]
    fn both_are_asked_together() {
        let root = node("{uri: {prefix: /a}, headers: {x: {exact: a}}, port: 80}");
        let own = node("{uri: {prefix: /a/b}, headers: {y: {}}}");
        let both = both(&root, own);
        let uri = both.get("uri").and_then(|uri| uri.get("prefix"));
        assert_eq!(uri.and_then(Node::as_str), Some("/a/b"));
        let headers = both.get("headers").map(members).unwrap_or_default();
        assert_eq!(headers.len(), 2);
        assert!(both.get("port").is_some());
    }
}
