//! Tells a visitor what a decision does to its request and to the response.

use gamma_config::wire;

use crate::{
    decision::{Action, Decision, Reason},
    filter::HeaderEdits,
    id::ClusterId,
    router::Router,
    visitor::{By, HeaderVisitor, RequestVisitor, ResponseVisitor},
};

impl Router {
    /// Tells `visitor` what `decision` does to its request, whose path (with query) is `path`.
    ///
    /// # Errors
    ///
    /// The visitor's own.
    pub fn visit_request<V: RequestVisitor>(
        &self,
        decision: &Decision,
        path: &[u8],
        visitor: &mut V,
    ) -> Result<(), V::Error> {
        match &decision.action {
            Action::PassThrough => visitor.pass_through(),
            Action::Forward { cluster, path: new } => {
                self.visit_forward(decision, *cluster, new.as_deref(), path, visitor)
            }
            Action::Redirect { status, location } => visitor.redirect(*status, location),
            Action::Preflight => visitor.preflight(),
            Action::Reply(reason) => self.visit_reply(*reason, visitor),
        }
    }

    fn visit_forward<V: RequestVisitor>(
        &self,
        decision: &Decision,
        cluster: ClusterId,
        new_path: Option<&[u8]>,
        path: &[u8],
        visitor: &mut V,
    ) -> Result<(), V::Error> {
        let Some(cluster) = self.cluster(cluster) else {
            // The decision is another router's: no backend is better than just any.
            return self.visit_reply(Reason::InvalidBackend, visitor);
        };
        let chosen = self.chosen(decision);
        let filters = chosen.filters();
        for (filters, by) in filters.clone() {
            visit_edits(&filters.request, by, visitor)?;
        }
        // A backend's own rewrite replaces the rule's.
        let (mut authority, mut path_by) = (None, By::Rule);
        for (filters, by) in filters.clone() {
            if let Some(hostname) = &filters.hostname {
                authority = Some((hostname, by));
            }
            if filters.path.is_some() {
                path_by = by;
            }
        }
        if let Some((authority, by)) = authority {
            visitor.authority(authority, by)?;
        }
        if let Some(new) = new_path {
            visitor.path(new, path, path_by)?;
        }
        if let Some(endpoint) = decision.endpoint() {
            visitor.endpoint(endpoint)?;
        }
        for (filters, by) in filters {
            for mirror in &filters.mirrors {
                let names = chosen.table.map(|table| &table.clusters);
                if let Some(cluster) = names.and_then(|names| names.name(mirror.cluster)) {
                    visitor.mirror(cluster, mirror.fraction, by)?;
                }
            }
        }
        if let Some(policy) = chosen.rule.and_then(|rule| rule.policy.as_ref()) {
            for (name, value) in &policy.controls {
                visitor.control(name, value)?;
            }
        }
        visitor.cluster(&self.cluster_header, cluster)
    }

    fn visit_reply<V: RequestVisitor>(
        &self,
        reason: Reason,
        visitor: &mut V,
    ) -> Result<(), V::Error> {
        let headers = [(wire::REASON, reason.as_str().as_bytes())];
        visitor.reply(reason, if self.reason_header { &headers } else { &[] })
    }

    /// Tells `visitor` what `decision` does to the response, whether a backend or the proxy gave it.
    ///
    /// # Errors
    ///
    /// The visitor's own.
    pub fn visit_response<V: ResponseVisitor>(
        &self,
        decision: &Decision,
        visitor: &mut V,
    ) -> Result<(), V::Error> {
        // ResponseHeaderModifier is for responses of backends and for redirects, not for errors.
        if matches!(
            decision.action,
            Action::Forward { .. } | Action::Redirect { .. }
        ) {
            for (filters, by) in self.chosen(decision).filters() {
                visit_edits(&filters.response, by, visitor)?;
            }
        }
        for header in &decision.response {
            if header.append {
                visitor.add(header.name, &header.value, By::Cors)?;
            } else {
                visitor.set(header.name, &header.value, By::Cors)?;
            }
        }
        self.visit_session(decision, visitor)
    }

    /// Binds the session to the endpoint that answered, unless it is bound to that endpoint already. No
    /// session begins with a response that no endpoint gave.
    fn visit_session<V: ResponseVisitor>(
        &self,
        decision: &Decision,
        visitor: &mut V,
    ) -> Result<(), V::Error> {
        let (Some(begun), Some(backend)) = (&decision.session, decision.backend) else {
            return Ok(());
        };
        let Some(session) = self
            .chosen(decision)
            .rule
            .and_then(|rule| rule.session.as_ref())
        else {
            return Ok(());
        };
        let answered = visitor.answered_by();
        if answered.is_none() || answered == begun.endpoint {
            return Ok(());
        }
        let (name, value) = session.begin(backend.0, answered, begun.now, begun.https);
        visitor.add(name, value.as_bytes(), By::Session)
    }
}

fn visit_edits<V: HeaderVisitor>(
    edits: &HeaderEdits,
    by: By,
    visitor: &mut V,
) -> Result<(), V::Error> {
    for name in &edits.remove {
        visitor.remove(name, by)?;
    }
    for (name, value) in &edits.set {
        visitor.set(name, value.as_bytes(), by)?;
    }
    for (name, value) in &edits.add {
        visitor.add(name, value.as_bytes(), by)?;
    }
    Ok(())
}
