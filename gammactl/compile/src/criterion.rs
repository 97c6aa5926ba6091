//! Words the criterion of precedence by which one match is tried before another.

use std::cmp::Reverse;

use serde::Serialize;

use super::precedence::{GrpcSpecificity, HttpSpecificity, PathRank, Precedence, Specificity};

/// The first criterion by which two matches differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Criterion {
    /// Which one, for tools: `hostname`, `pathType`, `pathLength`, `method`, `headers`,
    /// `queryParams`, `grpcService`, `grpcMethod`, `age`, `name`, `order`, or `config` where the
    /// order was decided by whoever wrote the config.
    pub id: &'static str,
    /// The advantage of the first match over the other one in words, as in `longer prefix (9 characters, not 1)`.
    pub text: String,
}

impl Criterion {
    /// Between matches of a config whose manifests are not known.
    pub fn of_config() -> Self {
        Self::new("config", "it stands before it in the config")
    }

    fn new(id: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { id, text }
    }
}

impl Precedence {
    /// What puts this match before `other`.
    pub(super) fn criterion(&self, other: &Self) -> Criterion {
        if self.hostname != other.hostname {
            return Criterion::new("hostname", "more specific hostname");
        }
        let by_match = match (&self.specificity, &other.specificity) {
            (Specificity::Http(one), Specificity::Http(two)) => one.criterion(two),
            (Specificity::Grpc(one), Specificity::Grpc(two)) => one.criterion(two),
            // Never on one port: only one kind of route is applied there.
            _ => None,
        };
        if let Some(criterion) = by_match {
            return criterion;
        }
        if self.age != other.age {
            let text = match (&self.age.1, &other.age.1) {
                (Some(one), Some(two)) => format!("older route ({one}, not {two})"),
                _ => "older route (the other one has no creationTimestamp yet)".into(),
            };
            return Criterion::new("age", text);
        }
        if self.name != other.name {
            let text = format!(
                "route first by name (`{}` before `{}`)",
                self.name, other.name
            );
            return Criterion::new("name", text);
        }
        Criterion::new("order", "first in the route")
    }
}

impl HttpSpecificity {
    fn criterion(&self, other: &Self) -> Option<Criterion> {
        if self.path != other.path {
            return Some(self.path.criterion(other.path));
        }
        if self.method != other.method {
            return Some(Criterion::new(
                "method",
                "method match (the other has none)",
            ));
        }
        more("headers", "header matches", self.headers, other.headers).or_else(|| {
            more(
                "queryParams",
                "query parameter matches",
                self.query_params,
                other.query_params,
            )
        })
    }
}

impl PathRank {
    fn criterion(self, other: Self) -> Criterion {
        let longer = |what, one, two| {
            let text = format!("longer {what} ({one} characters, not {two})");
            Criterion::new("pathLength", text)
        };
        match (self, other) {
            (Self::PathPrefix(Reverse(one)), Self::PathPrefix(Reverse(two))) => {
                longer("prefix", one, two)
            }
            (Self::RegularExpression(Reverse(one)), Self::RegularExpression(Reverse(two))) => {
                longer("pattern", one, two)
            }
            _ => {
                let text = format!("{} path before {}", self.kind(), other.kind());
                Criterion::new("pathType", text)
            }
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Exact => "Exact",
            Self::RegularExpression(_) => "RegularExpression",
            Self::PathPrefix(_) => "PathPrefix",
        }
    }
}

impl GrpcSpecificity {
    fn criterion(&self, other: &Self) -> Option<Criterion> {
        let longer = |id, what, Reverse(one), Reverse(two)| {
            (one != two).then(|| {
                let text = format!("longer {what} ({one} characters, not {two})");
                Criterion::new(id, text)
            })
        };
        longer("grpcService", "service", self.service, other.service)
            .or_else(|| longer("grpcMethod", "method", self.method, other.method))
            .or_else(|| more("headers", "header matches", self.headers, other.headers))
    }
}

fn more(
    id: &'static str,
    what: &str,
    Reverse(one): Reverse<usize>,
    Reverse(two): Reverse<usize>,
) -> Option<Criterion> {
    (one != two).then(|| Criterion::new(id, format!("more {what} ({one}, not {two})")))
}
