//! All that the matches of two tables can tell apart in a request, part by part.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use fixedbitset::FixedBitSet;
use gamma_config::{Match, MatchType, Method, PathMatchType, ValueMatch};

use super::{
    language::{Language, Part, Predicate},
    region::Region,
    table::MatchRow,
    target::{Target, Targets},
    witness,
};

/// A part of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Aspect {
    /// Scheme, authority and destination.
    Target,
    Path,
    Method,
    /// By its name in lower case.
    Header(String),
    QueryParam(String),
}

/// What a part of a request can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Atom {
    Target(Target),
    /// Path, method or value.
    Text(String),
    /// No such header or query parameter.
    Absent,
}

/// Parts of requests, each with the values that stand for all others: no predicate of either table
/// tells a request from one that is made of these. The most natural value of a part is first.
#[derive(Debug)]
pub(super) struct Space {
    parts: Vec<(Aspect, Vec<Atom>)>,
    sizes: Vec<usize>,
    values: BTreeMap<(usize, Key), Rc<FixedBitSet>>,
    /// Parts of which not all is known.
    pub(super) cut: Vec<Aspect>,
}

/// A predicate on one part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Text(Predicate),
    Method(&'static str),
    /// In lower case, or `*.` and more.
    Hostname(String),
}

/// Methods in the order in which people think of them.
const METHODS: [&str; 10] = [
    "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "CONNECT",
];

impl Space {
    /// Of the matches of `rows`, for requests to one of `targets`.
    pub(super) fn new<'e>(
        rows: impl Iterator<Item = &'e MatchRow<'e>> + Clone,
        targets: &Targets,
    ) -> Self {
        let mut keys: BTreeMap<Aspect, Vec<Key>> = [Aspect::Target, Aspect::Path, Aspect::Method]
            .map(|aspect| (aspect, Vec::new()))
            .into();
        for r#match in rows.clone().filter_map(|row| row.r#match) {
            for (aspect, key) in predicates(r#match) {
                keys.entry(aspect).or_default().push(key);
            }
        }
        let rules = rows.filter_map(|row| row.rule);
        let hints = MethodHints {
            is_grpc: rules.clone().any(|r| r.route.starts_with("GRPCRoute/")),
            announced: witness::announced(rules),
        };
        let mut space = Self {
            parts: Vec::new(),
            sizes: Vec::new(),
            values: BTreeMap::new(),
            cut: Vec::new(),
        };
        for (aspect, mut keys) in keys {
            keys.sort();
            keys.dedup();
            space.add(aspect, &keys, targets, &hints);
        }
        space
    }

    fn add(&mut self, aspect: Aspect, keys: &[Key], targets: &Targets, hints: &MethodHints) {
        let mut cut = false;
        let atoms: Vec<(Atom, FixedBitSet)> = match &aspect {
            Aspect::Target => targets.atoms(keys, &mut cut),
            Aspect::Method => methods(keys, hints),
            Aspect::Path => {
                let mut atoms = texts(Part::Path, keys, &mut cut);
                if hints.is_grpc {
                    // `/service/method`
                    atoms.sort_by_key(|(atom, _)| !atom.is_method());
                }
                atoms
            }
            Aspect::Header(_) | Aspect::QueryParam(_) => {
                let absent = (Atom::Absent, FixedBitSet::with_capacity(keys.len()));
                let mut atoms = vec![absent];
                atoms.extend(texts(Part::Value, keys, &mut cut));
                atoms
            }
        };
        let part = self.parts.len();
        for (k, key) in keys.iter().enumerate() {
            let mut values = FixedBitSet::with_capacity(atoms.len());
            values.extend((0..atoms.len()).filter(|&atom| atoms[atom].1[k]));
            self.values.insert((part, key.clone()), values.into());
        }
        self.cut.extend(cut.then(|| aspect.clone()));
        self.sizes.push(atoms.len());
        let atoms = atoms.into_iter().map(|(atom, _)| atom).collect();
        self.parts.push((aspect, atoms));
    }

    pub(super) fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// The requests that `match` selects; `None` if there are none.
    pub(super) fn region(&self, r#match: Option<&Match>) -> Option<Region> {
        let predicates = r#match.map(predicates).unwrap_or_default();
        let values = predicates.into_iter().map(|(aspect, key)| {
            let part = self.part(&aspect)?;
            Some((part, self.values.get(&(part, key))?.clone()))
        });
        let mut values = values.collect::<Option<Vec<_>>>()?;
        values.sort_by_key(|(part, _)| *part);
        Region::new(values)
    }

    /// The number of a part.
    pub(super) fn part(&self, aspect: &Aspect) -> Option<usize> {
        self.parts
            .binary_search_by(|(other, _)| other.cmp(aspect))
            .ok()
    }

    /// The values of a part.
    pub(super) fn atoms(&self, part: usize) -> &[Atom] {
        &self.parts[part].1
    }

    /// What a part is.
    pub(super) fn aspect(&self, part: usize) -> &Aspect {
        &self.parts[part].0
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

/// What a match asks, part by part. "Only the first row with an equivalent name MUST be
/// considered."
fn predicates(r#match: &Match) -> Vec<(Aspect, Key)> {
    let mut list = Vec::new();
    let hostname = r#match.hostname.clone();
    list.extend(hostname.map(|hostname| (Aspect::Target, Key::Hostname(hostname))));
    if let Some(path) = &r#match.path {
        let predicate = match path.kind {
            PathMatchType::Exact => Predicate::Exact(path.value.clone()),
            PathMatchType::PathPrefix => Predicate::Prefix(path.value.trim_end_matches('/').into()),
            PathMatchType::RegularExpression => Predicate::Pattern(path.value.clone()),
        };
        list.push((Aspect::Path, Key::Text(predicate)));
    }
    list.extend(
        r#match
            .method
            .map(|method| (Aspect::Method, Key::Method(Method::as_str(method)))),
    );
    let mut named = |aspect: Aspect, value: &ValueMatch| {
        // Two predicates on the authority are one on `Host` and one on the host name.
        let is_same =
            |(other, key): &(Aspect, Key)| *other == aspect && !matches!(key, Key::Hostname(_));
        if list.iter().any(is_same) {
            return;
        }
        let text = value.value.clone();
        let predicate = match value.kind {
            MatchType::Exact => Predicate::Exact(text),
            MatchType::RegularExpression => Predicate::Pattern(text),
        };
        list.push((aspect, Key::Text(predicate)));
    };
    for header in &r#match.headers {
        let name = header.name.to_ascii_lowercase();
        match &*name {
            "host" => named(Aspect::Target, header),
            _ => named(Aspect::Header(name), header),
        }
    }
    for param in &r#match.query_params {
        named(Aspect::QueryParam(param.name.clone()), param);
    }
    list
}

/// What else makes a difference between methods.
struct MethodHints {
    /// gRPC is always POST.
    is_grpc: bool,
    /// Methods that CORS names: a preflight may ask for them.
    announced: BTreeSet<String>,
}

impl Atom {
    /// Whether it can be the path of a gRPC request.
    fn is_method(&self) -> bool {
        let Self::Text(path) = self else {
            return false;
        };
        let mut elements = path.split('/').skip(1);
        elements.clone().count() == 2 && elements.all(|element| !element.is_empty())
    }
}

/// Each method that is named, and one that is not.
fn methods(keys: &[Key], hints: &MethodHints) -> Vec<(Atom, FixedBitSet)> {
    let is_named = |method: &'static str| keys.contains(&Key::Method(method));
    let mut order = METHODS;
    if hints.is_grpc {
        order.swap(0, 1);
    }
    let is_announced = |method: &str| hints.announced.contains(method);
    let other = order
        .into_iter()
        .find(|method| !is_named(method) && !is_announced(method));
    let mut atoms: Vec<(Atom, FixedBitSet)> = order
        .into_iter()
        .filter(|method| is_named(method) || is_announced(method) || Some(*method) == other)
        .map(|method| {
            let mut holds = FixedBitSet::with_capacity(keys.len());
            holds.extend(keys.iter().position(|key| *key == Key::Method(method)));
            (Atom::Text(method.into()), holds)
        })
        .collect();
    let extensions = hints.announced.iter();
    let extensions = extensions.filter(|method| *method != "*" && !METHODS.contains(&&***method));
    let none = FixedBitSet::with_capacity(keys.len());
    atoms.extend(extensions.map(|method| (Atom::Text(method.clone()), none.clone())));
    atoms
}

fn texts(part: Part, keys: &[Key], cut: &mut bool) -> Vec<(Atom, FixedBitSet)> {
    let predicates: Vec<Predicate> = keys.iter().filter_map(Key::text).cloned().collect();
    let mut language = Language::new(part, &predicates);
    let mut words = language.words();
    *cut |= language.is_cut();
    // What somebody wrote is more natural than what is only as long.
    words.sort_by_key(|word| {
        let written = predicates.iter().any(|predicate| match predicate {
            Predicate::Exact(text) => *text == word.text,
            Predicate::Prefix(text) => *text == word.text || word.text == "/",
            Predicate::Pattern(_) => false,
        });
        (
            word.text.is_empty(),
            !written && part == Part::Value,
            word.text.len(),
        )
    });
    let atom = |word: super::language::Word| (Atom::Text(word.text), word.holds);
    words.into_iter().map(atom).collect()
}

impl Key {
    pub(super) fn text(&self) -> Option<&Predicate> {
        match self {
            Self::Text(predicate) => Some(predicate),
            _ => None,
        }
    }
}
