//! The space of all requests that the matches of two tables can tell apart, as the values of each
//! part of a request.

use std::{collections::BTreeMap, rc::Rc};

use fixedbitset::FixedBitSet;
use gamma_config::Match;

use super::{
    cors,
    language::TextKind,
    match_predicates::predicates,
    methods::{MethodHints, methods},
    region::Region,
    request_part::{PartPredicate, PartValue, RequestPart},
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
        for r#match in rows.clone().filter_map(|row| row.r#match) {
            for (part, predicate) in predicates(r#match) {
                asked.entry(part).or_default().push(predicate);
            }
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
            RequestPart::Method => methods(predicates, hints),
            RequestPart::Path => paths(predicates, hints.is_grpc, &mut cut),
            RequestPart::Header(_) | RequestPart::QueryParam(_) => {
                let none = FixedBitSet::with_capacity(predicates.len());
                let mut values = vec![(PartValue::Absent, none)];
                values.extend(texts(TextKind::Value, predicates, &mut cut));
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

    /// The requests that `match` selects; `None` if there are none.
    pub(super) fn region(&self, r#match: Option<&Match>) -> Option<Region> {
        let predicates = r#match.map(predicates).unwrap_or_default();
        let values = predicates.into_iter().map(|(part, predicate)| {
            let part = self.number(&part)?;
            Some((part, self.satisfying.get(&(part, predicate))?.clone()))
        });
        let mut values = values.collect::<Option<Vec<_>>>()?;
        values.sort_by_key(|(part, _)| *part);
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
