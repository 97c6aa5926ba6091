//! The classes of requests that two tables decide differently: each class is a pair of matches, one of
//! each table, and contains the requests that these two decide.

use std::collections::BTreeMap;

use gamma_router::BuildError;

use super::{
    align,
    decide::Decider,
    port_side::PortSide,
    request_part::RequestPart,
    row_pairs::{ChangedClass, RowPairs},
    row_regions::RowRegions,
    service_addresses::ServiceAddresses,
    space::Space,
    table::{EffectNumbers, MatchRow, rows},
};

/// What was found in one table.
#[derive(Debug)]
pub(super) struct Compared<'c> {
    pub(super) old: Vec<MatchRow<'c>>,
    pub(super) new: Vec<MatchRow<'c>>,
    pub(super) classes: Vec<ChangedClass>,
    /// Classes that were looked at, the same ones and the others.
    pub(super) looked_at: usize,
    /// What was not looked at, in words.
    pub(super) limits: Vec<String>,
}

/// Compares what clients get from one port; `None` if that is the same without looking at it.
pub(super) fn compare<'c>(
    old: PortSide<'c>,
    new: PortSide<'c>,
) -> Result<Option<Compared<'c>>, BuildError> {
    let own = |side: PortSide<'c>| &*side.port.cluster;
    if old.list.is_none() && old.table == new.table && (old.table.is_some() || own(old) == own(new))
    {
        return Ok(None);
    }
    let mut effects = EffectNumbers::default();
    let mut compared = Compared {
        old: rows(old, &mut effects),
        new: rows(new, &mut effects),
        classes: Vec::new(),
        looked_at: 0,
        limits: Vec::new(),
    };
    let changed = changed(&compared.old, &compared.new);
    if !changed.0.contains(&true) && !changed.1.contains(&true) {
        // Each row has requests in common with its like.
        compared.looked_at = compared.new.len();
        return Ok(Some(compared));
    }
    let addresses = ServiceAddresses::new(old, new)?;
    if addresses.is_empty() {
        compared.limits.push(
            "no name or address leads to it both before and after: its routes were not compared"
                .into(),
        );
        return Ok(Some(compared));
    }
    let space = Space::new(compared.old.iter().chain(&compared.new), &addresses);
    let mut pairs = RowPairs::new(
        RowRegions::new(&compared.old, changed.0, &space),
        RowRegions::new(&compared.new, changed.1, &space),
        [
            Decider::new(&compared.old, old)?,
            Decider::new(&compared.new, new)?,
        ],
        &space,
    );
    pairs.plain();
    pairs.cross_origin();
    compared.looked_at = pairs.looked_at;
    let (classes, given_up) = pairs.finish();
    compared.classes = classes;
    compared.limits = limits(&space, given_up);
    Ok(Some(compared))
}

fn limits(space: &Space, given_up: usize) -> Vec<String> {
    let mut limits: Vec<String> = space
        .cut
        .iter()
        .map(|part| {
            let requests = match part {
                RequestPart::Address => "hosts".into(),
                RequestPart::Path => "paths".into(),
                RequestPart::Method => "methods".into(),
                RequestPart::Header(name) => format!("header `{name}`"),
                RequestPart::QueryParam(name) => format!("query parameter `{name}`"),
            };
            format!("the patterns for {requests} are too many or too large to follow to the end")
        })
        .collect();
    if given_up > 0 {
        limits.push(format!(
            "{given_up} pairs of matches overlap with too many others: they were not compared"
        ));
    }
    limits
}

/// Rows that are not the same, in the same order, on both sides. Where neither a changed row
/// of the old table nor one of the new table holds, both tables decide alike: all rows that hold
/// are the same and in the same order.
fn changed(old: &[MatchRow<'_>], new: &[MatchRow<'_>]) -> (Vec<bool>, Vec<bool>) {
    let key = |row: &MatchRow<'_>| (row.predicates.clone(), row.effect);
    let mut numbers = BTreeMap::new();
    let mut number = |row: &MatchRow<'_>| {
        let next = numbers.len();
        *numbers.entry(key(row)).or_insert(next)
    };
    let old: Vec<usize> = old.iter().map(&mut number).collect();
    let new: Vec<usize> = new.iter().map(&mut number).collect();
    align::changed(&old, &new)
}
