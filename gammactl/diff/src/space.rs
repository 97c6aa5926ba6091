//! The space of all requests that the matches of two tables can tell apart, as the values of each
//! part of a request.

use std::{collections::BTreeMap, rc::Rc};

use fixedbitset::FixedBitSet;

use super::{
    cors,
    language::TextKind,
    methods::{MethodHints, methods},
    region::Region,
    request_part::{PartPredicate, PartValue, RequestPart, SignedPredicate},
    service_addresses::ServiceAddresses,
    table::MatchRow,
    texts::{paths, texts},
};

/// Parts of requests, each with the values that stand for all others: no predicate of either table
/// tells a request from one that is made of these. The most natural value of a part is first.
#[derive(Debug)]
pub(super) struct Space {
    parts: Vec<(RequestPart, Vec<PartValue>)>,
    sizes: Vec<usize>,
    /// For each predicate on the part of that number the values that satisfy it.
    satisfying: BTreeMap<(usize, PartPredicate), Rc<FixedBitSet>>,
    /// Parts of which not all is known.
    pub(super) cut: Vec<RequestPart>,
}

impl Space {
    /// Of the matches of `rows`, for requests to one of `addresses`.
    pub(super) fn new<'r>(
        rows: impl Iterator<Item = &'r MatchRow<'r>> + Clone,
        addresses: &ServiceAddresses,
    ) -> Self {
        let always = [RequestPart::Address, RequestPart::Path, RequestPart::Method];
        let mut asked: BTreeMap<RequestPart, Vec<PartPredicate>> =
            always.map(|part| (part, Vec::new())).into();
        for signed in rows.clone().flat_map(|row| &row.predicates) {
            let asked = asked.entry(signed.part.clone()).or_default();
            asked.push(signed.predicate.clone());
        }
        let rules = rows.filter_map(|row| row.rule);
        let hints = MethodHints {
            is_grpc: rules.clone().any(|r| r.route.starts_with("GRPCRoute/")),
            announced: cors::announced(rules),
        };
        let mut space = Self {
            parts: Vec::new(),
            sizes: Vec::new(),
            satisfying: BTreeMap::new(),
            cut: Vec::new(),
        };
        for (part, mut predicates) in asked {
            predicates.sort();
            predicates.dedup();
            space.add(part, &predicates, addresses, &hints);
        }
        space
    }

    fn add(
        &mut self,
        part: RequestPart,
        predicates: &[PartPredicate],
        addresses: &ServiceAddresses,
        hints: &MethodHints,
    ) {
        let mut cut = false;
        let values: Vec<(PartValue, FixedBitSet)> = match &part {
            RequestPart::Address => addresses.values(predicates, &mut cut),
            RequestPart::Method => methods(predicates, hints, &mut cut),
            RequestPart::Path => paths(predicates, hints.is_grpc, &mut cut),
            RequestPart::Header(_) | RequestPart::QueryParam(_) => {
                let texts = texts(TextKind::Value, predicates, &mut cut);
                let mut values = vec![(PartValue::Absent, missing(predicates, &texts))];
                values.extend(texts);
                values
            }
        };
        let number = self.parts.len();
        for (p, predicate) in predicates.iter().enumerate() {
            let mut satisfying = FixedBitSet::with_capacity(values.len());
            satisfying.extend((0..values.len()).filter(|&value| values[value].1[p]));
            self.satisfying
                .insert((number, predicate.clone()), satisfying.into());
        }
        self.cut.extend(cut.then(|| part.clone()));
        self.sizes.push(values.len());
        let values = values.into_iter().map(|(value, _)| value).collect();
        self.parts.push((part, values));
    }

    pub(super) fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// The requests for which `predicates` hold as they are signed; `None` if there are none.
    pub(super) fn region(&self, predicates: &[SignedPredicate]) -> Option<Region> {
        let values = predicates.iter().map(|signed| {
            let part = self.number(&signed.part)?;
            let key = (part, signed.predicate.clone());
            let satisfying = self.satisfying.get(&key)?;
            if signed.holds {
                return Some((part, satisfying.clone()));
            }
            let mut others = FixedBitSet::with_capacity(self.sizes[part]);
            others.insert_range(..);
            others.difference_with(satisfying);
            (!others.is_clear()).then(|| (part, others.into()))
        });
        let mut values = values.collect::<Option<Vec<_>>>()?;
        values.sort_by_key(|(part, _)| *part);
        if values.iter().any(|(_, values)| values.is_clear()) {
            return None;
        }
        Region::new(values)
    }

    /// The number of a part.
    pub(super) fn number(&self, part: &RequestPart) -> Option<usize> {
        self.parts
            .binary_search_by(|(other, _)| other.cmp(part))
            .ok()
    }

    /// The values of the part of that number.
    pub(super) fn values(&self, number: usize) -> &[PartValue] {
        &self.parts[number].1
    }

    /// The part of that number.
    pub(super) fn part(&self, number: usize) -> &RequestPart {
        &self.parts[number].0
    }

    /// The most natural request in `region`: for each part the number of its value.
    pub(super) fn simplest(&self, region: &Region) -> Vec<usize> {
        (0..self.parts.len())
            .map(|part| {
                let values = region.part(part);
                values.and_then(|v| v.ones().next()).unwrap_or(0)
            })
            .collect()
    }
}

/// The predicates that hold where there is no such header or query parameter: those of a missing one that hold for the empty
/// text.
fn missing(predicates: &[PartPredicate], texts: &[(PartValue, FixedBitSet)]) -> FixedBitSet {
    let mut holds = FixedBitSet::with_capacity(predicates.len());
    let empty = texts
        .iter()
        .find(|(text, _)| *text == PartValue::Text(String::new()));
    if let Some((_, of_empty)) = empty {
        let counts = |at: &usize| matches!(predicates[*at], PartPredicate::TextOrMissing(_));
        holds.extend(of_empty.ones().filter(counts));
    }
    holds
}
