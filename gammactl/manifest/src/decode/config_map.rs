//! Reads ConfigMaps, for the certificates that a BackendTLSPolicy may name.

use super::{cx::Cx, metadata};
use crate::{
    ConfigMap,
    diagnostic::{Diagnostics, codes},
    yaml::{Field, ObjectReader},
};

/// The key that the API has for certificates.
const KEY: &str = "ca.crt";

/// What is wrong with a ConfigMap that holds other things is no affair of routes, so nothing is said.
pub(super) fn config_map(
    mut object: ObjectReader<'_>,
    default_namespace: &str,
    cx: &mut Cx<'_>,
) -> Option<ConfigMap> {
    let data = member(&mut object, "data");
    let is_binary = member(&mut object, "binaryData").is_some();
    let Some(data) = data else {
        let mut silent = Cx {
            diagnostics: &mut Diagnostics::default(),
            refused: false,
        };
        let metadata = metadata::metadata(&mut object, default_namespace, &mut silent);
        return Some(ConfigMap {
            metadata: metadata.filter(|_| !silent.refused)?,
            ca_certificate: None,
            is_binary,
        });
    };
    let metadata = metadata::metadata(&mut object, default_namespace, cx);
    let ca_certificate = data.string(cx);
    if is_binary {
        // "The keys stored in Data must not overlap with the keys in the BinaryData field."
        cx.refuse(
            &codes::CONTRADICTION,
            data.node.span,
            format!("`data` and `binaryData` both have `{KEY}`"),
            "remove one",
        );
    }
    Some(ConfigMap {
        metadata: metadata?,
        ca_certificate,
        is_binary,
    })
}

/// `ca.crt` in a member of the object.
fn member<'n>(object: &mut ObjectReader<'n>, name: &'static str) -> Option<Field<'n>> {
    let mut members = object.nullable(name)?.map()?.into_iter();
    let found = members.find(|(key, field)| key.value == KEY && !field.node.is_null());
    found.map(|(_, field)| field)
}
