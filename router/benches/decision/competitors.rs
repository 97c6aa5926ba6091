//! Other ways to find the rule of a request. Each gets the same rules and the same requests.
//!
//! - Gamma: the whole decision: Service, rule, backend.
//! - matchit alone: the path and nothing else, no header: what a radix tree costs at least.
//! - A list: rules in order of precedence, the first that holds wins. What Envoy does.
//! - A scored list: every rule is looked at and the best one kept, as `linkerd-http-route` does it
//!   (`find` in its `lib.rs`); written anew, since that crate is on no registry.

use std::cell::RefCell;

use fastrand::Rng;
use gamma_router::{Action, Request, Router};

use crate::cases::{self, HEADERS};

/// In the order of [`all`].
pub(crate) const NAMES: [&str; 4] = ["Gamma", "matchit alone", "list", "scored list"];

/// A way to find the rule of a request.
pub(crate) trait Competitor {
    fn name(&self) -> &'static str;
    /// The index of the rule. The headers are always [`HEADERS`].
    fn find(&self, path: &[u8]) -> Option<usize>;
}

/// All of them, with that many rules.
pub(crate) fn all(rules: usize) -> [Box<dyn Competitor>; 4] {
    [
        Box::new(Gamma::new(rules)),
        Box::new(Matchit::new(rules)),
        Box::new(List(Rule::all(rules))),
        Box::new(Scored(Rule::all(rules))),
    ]
}

struct Gamma {
    router: Router,
    rng: RefCell<Rng>,
    /// Of routes by the number of the rule's cluster, to tell which rule won without its name.
    rules: usize,
}

impl Gamma {
    fn new(rules: usize) -> Self {
        let config = gamma_config::parse(cases::config(rules).as_bytes()).unwrap();
        Self {
            router: Router::new(&config, "shop").unwrap(),
            rng: RefCell::new(Rng::with_seed(1)),
            rules,
        }
    }
}

impl Competitor for Gamma {
    fn name(&self) -> &'static str {
        NAMES[0]
    }

    fn find(&self, path: &[u8]) -> Option<usize> {
        let request = Request {
            method: b"GET",
            scheme: b"http",
            authority: b"front",
            path,
            destination: None,
            now: 0,
            headers: &HEADERS,
        };
        let decision = self.router.decide(&request, &mut self.rng.borrow_mut());
        let rule = decision
            .rule
            .filter(|_| matches!(decision.action, Action::Forward { .. }))?;
        // `HTTPRoute/shop/route-00042`
        let route = self.router.rule(rule)?.route();
        let digits = route.as_bytes().iter().rev().take(5).rev();
        let index = digits.fold(0, |number, digit| number * 10 + usize::from(digit - b'0'));
        (index < self.rules).then_some(index)
    }
}

struct Matchit(matchit::Router<usize>);

impl Matchit {
    fn new(rules: usize) -> Self {
        let mut tree = matchit::Router::new();
        for rule in 0..rules {
            let prefix = cases::prefix(rule);
            tree.insert(format!("{prefix}/{{*rest}}"), rule).unwrap();
            tree.insert(prefix, rule).unwrap();
        }
        Self(tree)
    }
}

impl Competitor for Matchit {
    fn name(&self) -> &'static str {
        NAMES[1]
    }

    fn find(&self, path: &[u8]) -> Option<usize> {
        let path = path.split(|&b| b == b'?').next()?;
        let found = self.0.at(std::str::from_utf8(path).ok()?).ok()?;
        Some(*found.value)
    }
}

/// A rule as a list has it.
struct Rule {
    prefix: String,
    header: (String, String),
}

impl Rule {
    fn all(rules: usize) -> Vec<Self> {
        (0..rules)
            .map(|rule| Self {
                prefix: cases::prefix(rule),
                header: ("x-version".into(), "2".into()),
            })
            .collect()
    }

    /// How long a prefix of the path is matched, element by element.
    fn path(&self, path: &[u8]) -> Option<usize> {
        let rest = path.strip_prefix(self.prefix.as_bytes())?;
        matches!(rest.first(), None | Some(b'/')).then_some(self.prefix.len())
    }

    fn header(&self) -> bool {
        let (name, value) = &self.header;
        HEADERS
            .iter()
            .any(|(n, v)| n.eq_ignore_ascii_case(name) && v == value)
    }
}

fn without_query(path: &[u8]) -> &[u8] {
    path.split(|&b| b == b'?').next().unwrap_or_default()
}

struct List(Vec<Rule>);

impl Competitor for List {
    fn name(&self) -> &'static str {
        NAMES[2]
    }

    fn find(&self, path: &[u8]) -> Option<usize> {
        let path = without_query(path);
        let holds = |rule: &Rule| rule.path(path).is_some() && rule.header();
        self.0.iter().position(holds)
    }
}

struct Scored(Vec<Rule>);

impl Competitor for Scored {
    fn name(&self) -> &'static str {
        NAMES[3]
    }

    fn find(&self, path: &[u8]) -> Option<usize> {
        let path = without_query(path);
        let score = |rule: &Rule| {
            let length = rule.path(path)?;
            rule.header().then_some((length, 1))
        };
        let scored = self
            .0
            .iter()
            .enumerate()
            .filter_map(|(i, rule)| Some((score(rule)?, i)));
        // Of equals the first: its route is older.
        let best = scored.max_by(|(a, i), (b, j)| a.cmp(b).then(j.cmp(i)));
        best.map(|(_, index)| index)
    }
}
