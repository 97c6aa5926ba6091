//! Reads `backendRefs[]` of a rule: the Service port that each names, with its weight and filters.

use super::{cx::Cx, filters, referent::referent};
use crate::{
    BackendRef, RouteKind,
    yaml::{Field, ObjectReader},
};

/// HTTPBackendRef or GRPCBackendRef.
pub(super) fn backend_ref(
    kind: RouteKind,
    field: &Field<'_>,
    cx: &mut Cx<'_>,
) -> Option<BackendRef> {
    let mut object = ObjectReader::open(field, cx)?;
    let referent = referent(&mut object, cx);
    let weight = object.integer("weight", 0..=gamma_config::MAX_WEIGHT, cx);
    let filters = filters::filters(kind, &mut object, cx);
    object.finish(cx);
    Some(BackendRef {
        weight: weight.as_ref().map_or(1, |weight| weight.value),
        weight_span: weight.map(|weight| weight.span),
        filters,
        ..referent?
    })
}
