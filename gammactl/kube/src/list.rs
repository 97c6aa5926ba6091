//! Lists all objects of a kind, page by page.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::{
    discovery::{ServedKind, array},
    request::{ApiServer, NoAnswer},
};

/// Objects of one page, as kubectl asks for.
const PAGE: usize = 500;

/// All objects of a kind, in all namespaces.
///
/// A page is asked for by a token, which expires after some minutes: then the list is read from the start,
/// as a whole, as kubectl does.
pub(crate) async fn list(server: &ApiServer, kind: &ServedKind) -> Result<Vec<Value>, NoAnswer> {
    list_at(server, &kind.path()).await
}

/// [`list`] of what is at `path`.
pub(crate) async fn list_at(server: &ApiServer, path: &str) -> Result<Vec<Value>, NoAnswer> {
    match pages(server, path).await {
        Err(NoAnswer::Gone) => {
            let mut whole = server.get(path).await?;
            Ok(items(&mut whole))
        }
        other => other,
    }
}

async fn pages(server: &ApiServer, path: &str) -> Result<Vec<Value>, NoAnswer> {
    let mut all = Vec::new();
    let mut query = format!("limit={PAGE}");
    loop {
        let mut page = server.get(&format!("{path}?{query}")).await?;
        all.append(&mut items(&mut page));
        let next = page.pointer("/metadata/continue").and_then(Value::as_str);
        match next {
            None | Some("") => return Ok(all),
            Some(token) => {
                let token = utf8_percent_encode(token, NON_ALPHANUMERIC);
                query = format!("limit={PAGE}&continue={token}");
            }
        }
    }
}

fn items(list: &mut Value) -> Vec<Value> {
    match list.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

/// The object at `path`; `None` if it is not there.
pub(crate) async fn object(server: &ApiServer, path: &str) -> Result<Option<Value>, NoAnswer> {
    match server.get(path).await {
        Ok(object) => Ok(Some(object)),
        Err(NoAnswer::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// `spec.validation.caCertificateRefs` of BackendTLSPolicies, as far as they are ConfigMaps: namespace and
/// name.
pub(crate) fn certificates(policies: &[Value]) -> Vec<(String, String)> {
    let mut named = Vec::new();
    for policy in policies {
        let namespace = policy
            .pointer("/metadata/namespace")
            .and_then(Value::as_str);
        let validation = policy.pointer("/spec/validation").unwrap_or(&Value::Null);
        for reference in array(validation, "caCertificateRefs") {
            if reference["kind"] == "ConfigMap"
                && let (Some(namespace), Some(name)) = (namespace, reference["name"].as_str())
            {
                named.push((namespace.to_owned(), name.to_owned()));
            }
        }
    }
    named
}
