//! The effects of a decision on a request and its response, as a map from their names to what they
//! do.
//!
//! The router tells it with the calls that the filter carries out: whatever the router learns to do to a
//! request is compared too.

use std::{collections::BTreeMap, convert::Infallible, net::SocketAddr};

use gamma_compile::Share;
use gamma_config::Fraction;
use gamma_router::{Answer, By, HeaderVisitor, Policy, Request, RequestVisitor, ResponseVisitor};

use super::{header_changes::HeaderChanges, outcome::AnsweredBy, wording};

/// By names like `hostname`, `request header x-user` or `timeouts.request`.
pub(super) type Effects = BTreeMap<String, String>;

/// What becomes of a request.
#[derive(Debug)]
pub(super) struct RequestEffects<'a> {
    authority: &'a [u8],
    /// Of the rule that decides.
    policy: Option<&'a Policy>,
    answered_by: AnsweredBy,
    headers: HeaderChanges,
    /// By cluster.
    mirrors: BTreeMap<String, Vec<Share>>,
    others: Effects,
}

impl<'a> RequestEffects<'a> {
    /// The effects of a decision before the router has told any.
    pub(super) fn new<H: ?Sized>(request: &Request<'a, H>, policy: Option<&'a Policy>) -> Self {
        Self {
            authority: request.authority,
            policy,
            answered_by: AnsweredBy::PassThrough,
            headers: HeaderChanges::default(),
            mirrors: BTreeMap::new(),
            others: Effects::new(),
        }
    }

    /// Who answers, and all else.
    pub(super) fn finish(self) -> (AnsweredBy, Effects) {
        let mut effects = self.others;
        for (cluster, mut shares) in self.mirrors {
            // Mirrors draw on their own: two of one cluster are not the same as one.
            shares.sort_by(|a, b| b.percent().total_cmp(&a.percent()));
            let shares: Vec<String> = shares.iter().map(Share::to_string).collect();
            effects.insert(format!("mirror to {cluster}"), shares.join(" and "));
        }
        effects.extend(self.headers.describe("request header"));
        (self.answered_by, effects)
    }

    fn say(&mut self, name: &str, value: impl Into<String>) {
        self.others.insert(name.into(), value.into());
    }
}

impl HeaderVisitor for RequestEffects<'_> {
    type Error = Infallible;

    fn remove(&mut self, name: &str, by: By) -> Result<(), Infallible> {
        self.headers.remove(name, by)
    }

    fn set(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        self.headers.set(name, value, by)
    }

    fn add(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        self.headers.add(name, value, by)
    }
}

impl RequestVisitor for RequestEffects<'_> {
    fn authority(&mut self, authority: &str, _: By) -> Result<(), Infallible> {
        if authority.as_bytes() != self.authority {
            self.say("hostname", authority);
        }
        Ok(())
    }

    fn path(&mut self, path: &[u8], original: &[u8], _: By) -> Result<(), Infallible> {
        if path != original {
            self.say("path", text(path));
        }
        Ok(())
    }

    /// Sessions are compared by what they are bound to, not by where one of them went.
    fn endpoint(&mut self, _: SocketAddr) -> Result<(), Infallible> {
        Ok(())
    }

    fn mirror(&mut self, cluster: &str, fraction: Fraction, _: By) -> Result<(), Infallible> {
        let Fraction {
            numerator,
            denominator,
        } = fraction;
        if numerator > 0 {
            // A fraction above 1 mirrors every request, as 1 does.
            let share = Share::new(numerator.min(denominator).into(), denominator.into());
            self.mirrors.entry(cluster.into()).or_default().push(share);
        }
        Ok(())
    }

    fn control(&mut self, name: &'static str, value: &str) -> Result<(), Infallible> {
        let policy = self.policy;
        let said = policy.and_then(|policy| wording::control(policy, name, value));
        if let Some((name, value)) = said {
            self.say(name, value);
        }
        Ok(())
    }

    /// The header is a setting, and settings are compared as such.
    fn cluster(&mut self, _: &str, cluster: &str) -> Result<(), Infallible> {
        self.answered_by = AnsweredBy::Cluster(cluster.into());
        Ok(())
    }

    fn redirect(&mut self, status: u16, location: &[u8]) -> Result<(), Infallible> {
        let location = text(location);
        self.answered_by = AnsweredBy::Redirect { status, location };
        Ok(())
    }

    fn preflight(&mut self) -> Result<(), Infallible> {
        self.answered_by = AnsweredBy::Preflight;
        Ok(())
    }

    fn answer(&mut self, answer: &Answer<'_>) -> Result<(), Infallible> {
        self.answered_by = AnsweredBy::Error {
            status: answer.status,
            reason: answer.details.into(),
        };
        Ok(())
    }
}

/// What becomes of the response.
#[derive(Debug, Default)]
pub(super) struct ResponseEffects(HeaderChanges);

impl ResponseEffects {
    pub(super) fn finish(self) -> impl Iterator<Item = (String, String)> {
        self.0.describe("response header")
    }
}

impl HeaderVisitor for ResponseEffects {
    type Error = Infallible;

    fn remove(&mut self, name: &str, by: By) -> Result<(), Infallible> {
        self.0.remove(name, by)
    }

    fn set(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        self.0.set(name, value, by)
    }

    fn add(&mut self, name: &str, value: &[u8], by: By) -> Result<(), Infallible> {
        self.0.add(name, value, by)
    }
}

impl ResponseVisitor for ResponseEffects {
    /// Without an endpoint no session begins. A token would add nothing to the comparison of the
    /// rules' sessions.
    fn answered_by(&mut self) -> Option<SocketAddr> {
        None
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
