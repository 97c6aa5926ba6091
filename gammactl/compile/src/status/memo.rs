//! Keeps what is said on routes, so that it is worded again for those routes alone of which there is something new.

use std::{collections::HashMap, sync::Arc};

use gamma_manifest::{Manifests, Route, diagnostic::Diagnostics, source::Span};
use serde_json::Value;

use super::{
    findings::{ConditionFindings, Finding},
    reason::About,
    routes, write,
};
use crate::{AttachedPort, Attachment};

/// What was said on routes the last time, and why.
#[derive(Debug, Default)]
pub struct StatusMemo {
    controller: String,
    /// By the address of the route, which is kept, so that no other one can come to have that address.
    routes: HashMap<usize, KeptStatus>,
    written: usize,
}

/// What is to stand on a route.
#[derive(Debug, Clone)]
pub struct RouteParents {
    /// The route.
    pub route: Arc<Route>,
    /// The entries of `status.parents` that are the controller's.
    pub parents: Arc<[Value]>,
}

/// What is said on a route, and all that it depends on besides the controller's name.
#[derive(Debug)]
struct KeptStatus {
    said: RouteParents,
    reasons: Reasons,
}

/// What conditions are made of besides the route itself.
#[derive(Debug, PartialEq, Eq)]
struct Reasons {
    /// ParentRefs and ports, each with the route that replaces this one there.
    ports: Vec<(usize, u16, Option<String>)>,
    /// ParentRefs, with or without ports.
    parents: Vec<usize>,
    /// Places, conditions and texts of what was found.
    found: Vec<(Span, About, &'static str, String)>,
}

impl Reasons {
    fn of(
        route: &Route,
        attachments: &[Attachment],
        manifests: &Manifests,
        findings: &ConditionFindings<'_>,
    ) -> Self {
        let name = |port: &AttachedPort| {
            let other = &manifests.routes.get(port.replaced_by?)?.metadata;
            Some(format!("{}/{}", other.namespace, other.name.value))
        };
        let ports = attachments.iter().flat_map(|attachment| {
            let ports = attachment.ports.iter();
            ports.map(|port| (attachment.parent, port.number, name(port)))
        });
        let places = route.parent_refs.iter().map(|parent| parent.span);
        let places = places.chain(route.rules.iter().map(|rule| rule.span));
        let about = [About::Parent, About::Rule, About::Reference];
        let found = places.flat_map(|place| {
            let found = about.map(|about| findings.within(place, about));
            found.into_iter().flatten()
        });
        let text = |found: Finding<'_>| (found.span, found.about, found.reason, found.message());
        Self {
            ports: ports.collect(),
            parents: attachments.iter().map(|of| of.parent).collect(),
            found: found.map(text).collect(),
        }
    }
}

impl StatusMemo {
    /// On how many routes there was something new to say the last time.
    #[must_use]
    pub fn statuses_written(&self) -> usize {
        self.written
    }

    /// What `controller` has to say on each route that has a Service for a parent: of each of the
    /// [statuses](super::statuses) the [parents](super::parents), in another order.
    pub fn parents(
        &mut self,
        manifests: &Manifests,
        attachments: &[Attachment],
        diagnostics: &Diagnostics,
        controller: &str,
    ) -> Vec<RouteParents> {
        if self.controller != controller {
            self.routes.clear();
            self.controller = controller.to_owned();
        }
        let findings = ConditionFindings::new(diagnostics);
        let mut before = std::mem::take(&mut self.routes);
        self.written = 0;
        let chunks = attachments.chunk_by(|a, b| a.route == b.route);
        let said = chunks.map(|attachments| {
            let route = &manifests.routes[attachments[0].route];
            let reasons = Reasons::of(route, attachments, manifests, &findings);
            let address = Arc::as_ptr(route) as usize;
            let same = before.remove(&address).filter(|of| of.reasons == reasons);
            let said = same.map(|of| of.said).unwrap_or_else(|| {
                self.written += 1;
                let status = routes::status(route, attachments, manifests, &findings);
                RouteParents {
                    route: Arc::clone(route),
                    parents: write::parents(&status, controller).into(),
                }
            });
            let kept = KeptStatus {
                said: said.clone(),
                reasons,
            };
            self.routes.insert(address, kept);
            said
        });
        said.collect()
    }
}
