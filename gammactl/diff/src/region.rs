//! A region is a set of requests: for each part of a request, the values that the part may have.

use std::rc::Rc;

use fixedbitset::FixedBitSet;

/// How many values each part of a request has.
pub(super) type Sizes<'a> = &'a [usize];

/// A value for each of the parts that are named; any value for the others. The parts are in
/// ascending order, and no set is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Region(Vec<(usize, Rc<FixedBitSet>)>);

impl Region {
    /// `None` if no request is in it.
    pub(super) fn new(parts: Vec<(usize, Rc<FixedBitSet>)>) -> Option<Self> {
        parts.into_iter().try_fold(Self::default(), |region, part| {
            region.intersect(&Self(vec![part]))
        })
    }

    /// The values that `part` may have; `None` for any.
    pub(super) fn part(&self, part: usize) -> Option<&FixedBitSet> {
        let at = self.0.binary_search_by_key(&part, |&(part, _)| part).ok()?;
        Some(&self.0[at].1)
    }

    /// The requests that are in both.
    pub(super) fn intersect(&self, other: &Self) -> Option<Self> {
        let mut both = Vec::with_capacity(self.0.len() + other.0.len());
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
        loop {
            match (a.peek(), b.peek()) {
                (None, None) => return Some(Self(both)),
                (Some((x, left)), Some((y, right))) if x == y => {
                    both.push((*x, common(left, right)?));
                    a.next();
                    b.next();
                }
                (Some((x, _)), Some((y, _))) if x > y => both.extend(b.next().cloned()),
                (None, Some(_)) => both.extend(b.next().cloned()),
                _ => both.extend(a.next().cloned()),
            }
        }
    }

    pub(super) fn overlaps(&self, other: &Self) -> bool {
        other.0.iter().all(|(part, theirs)| {
            self.part(*part)
                .is_none_or(|ours| !ours.is_disjoint(theirs))
        })
    }

    /// Whether all of it is in `other`.
    pub(super) fn is_within(&self, other: &Self, sizes: Sizes<'_>) -> bool {
        other.0.iter().all(|(part, theirs)| match self.part(*part) {
            Some(ours) => ours.is_subset(theirs),
            None => theirs.count_ones(..) == sizes[*part],
        })
    }

    /// How many regions [`Region::minus`] would give, at most two.
    pub(super) fn pieces(&self, other: &Self, sizes: Sizes<'_>) -> usize {
        other
            .0
            .iter()
            .filter(|(part, theirs)| match self.part(*part) {
                Some(ours) => !ours.is_subset(theirs),
                None => theirs.count_ones(..) < sizes[*part],
            })
            .take(2)
            .count()
    }

    /// The requests that are not in `other`, in regions that have none in common.
    pub(super) fn minus(&self, other: &Self, sizes: Sizes<'_>) -> Vec<Self> {
        let mut pieces = Vec::new();
        let mut rest = self.clone();
        for (part, theirs) in &other.0 {
            let ours = match rest.part(*part) {
                Some(ours) => ours.clone(),
                None => all(sizes[*part]),
            };
            let mut outside = ours.clone();
            outside.difference_with(theirs);
            if !outside.is_clear() {
                pieces.push(rest.with(*part, outside));
            }
            let mut inside = ours;
            inside.intersect_with(theirs);
            if inside.is_clear() {
                break;
            }
            rest = rest.with(*part, inside);
        }
        pieces
    }

    /// The same, with `values` for `part`.
    pub(super) fn with(&self, part: usize, values: FixedBitSet) -> Self {
        let mut parts = self.0.clone();
        match parts.binary_search_by_key(&part, |&(part, _)| part) {
            Ok(at) => parts[at].1 = values.into(),
            Err(at) => parts.insert(at, (part, values.into())),
        }
        Self(parts)
    }
}

fn common(a: &Rc<FixedBitSet>, b: &Rc<FixedBitSet>) -> Option<Rc<FixedBitSet>> {
    if Rc::ptr_eq(a, b) {
        return Some(a.clone());
    }
    let mut both = FixedBitSet::clone(a);
    both.intersect_with(b);
    (!both.is_clear()).then(|| both.into())
}

fn all(size: usize) -> FixedBitSet {
    let mut all = FixedBitSet::with_capacity(size);
    all.insert_range(..);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [usize; 3] = [3, 2, 4];

    fn region(parts: &[(usize, &[usize])]) -> Region {
        let set = |part: usize, values: &[usize]| {
            let mut set = FixedBitSet::with_capacity(SIZES[part]);
            set.extend(values.iter().copied());
            (part, Rc::new(set))
        };
        Region::new(parts.iter().map(|(p, v)| set(*p, v)).collect()).unwrap()
    }

    fn requests(region: &Region) -> Vec<[usize; 3]> {
        let allows = |part: usize, value: usize| region.part(part).is_none_or(|p| p[value]);
        let mut found = Vec::new();
        for a in 0..SIZES[0] {
            for b in 0..SIZES[1] {
                for c in 0..SIZES[2] {
                    if allows(0, a) && allows(1, b) && allows(2, c) {
                        found.push([a, b, c]);
                    }
                }
            }
        }
        found
    }

    #[test]
    fn set_operations_agree_with_counting() {
        let regions = [
            region(&[]),
            region(&[(0, &[1, 2])]),
            region(&[(1, &[0]), (2, &[0, 3])]),
            region(&[(0, &[0]), (1, &[0, 1]), (2, &[3])]),
            region(&[(2, &[1])]),
        ];
        for a in &regions {
            for b in &regions {
                let (all, others) = (requests(a), requests(b));
                let (both, rest): (Vec<_>, Vec<_>) = all
                    .into_iter()
                    .partition(|request| others.contains(request));
                let intersection = a.intersect(b);
                assert_eq!(
                    intersection.as_ref().map(requests).unwrap_or_default(),
                    both
                );
                assert_eq!(a.overlaps(b), !both.is_empty(), "{a:?} {b:?}");
                let pieces = a.minus(b, &SIZES);
                let mut found: Vec<_> = pieces.iter().flat_map(requests).collect();
                found.sort_unstable();
                assert_eq!(found, rest, "{a:?} {b:?}");
                assert_eq!(a.is_within(b, &SIZES), rest.is_empty(), "{a:?} {b:?}");
                if !both.is_empty() {
                    assert_eq!(a.pieces(b, &SIZES), pieces.len().min(2), "{a:?} {b:?}");
                }
            }
        }
    }
}
