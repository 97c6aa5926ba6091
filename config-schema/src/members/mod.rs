//! Which members the objects of a config have. `serde`'s attributes on the types say the same.

mod filters;
mod matches;

use serde::de::Error as _;
use serde_json::{Error, Result};

use crate::{
    BackendRef, Duration, Retry, Rule, ServiceKind, SessionPersistence, SessionType, Settings,
    Timeouts,
    json::{Blank, Slot, Value, blank_is_default, choice, object, optional, required},
};

blank_is_default!(Duration, Retry);

impl Slot<'_> for Settings {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("clientNamespace", &mut self.client_namespace),
            optional("clusterDomain", &mut self.cluster_domain),
            optional("clusterHeader", &mut self.cluster_header),
            optional("reasonHeader", &mut self.reason_header),
            optional("metrics", &mut self.metrics),
            optional("ruleProperty", &mut self.rule_property),
        ];
        object(value, "struct Settings", members)
    }
}

impl Slot<'_> for ServiceKind {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let words = [
            ("Service", Self::Service),
            ("ServiceImport", Self::ServiceImport),
        ];
        *self = choice(value, &words)?;
        Ok(())
    }
}

impl Slot<'_> for Rule {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("route", &mut self.route),
            optional("name", &mut self.name),
            optional("matches", &mut self.matches),
            optional("filters", &mut self.filters),
            optional("backendRefs", &mut self.backend_refs),
            optional("timeouts", &mut self.timeouts),
            optional("retry", &mut self.retry),
            optional("sessionPersistence", &mut self.session_persistence),
            optional("invalid", &mut self.invalid),
        ];
        object(value, "struct Rule", members)
    }
}

impl Blank for BackendRef {
    fn blank() -> Self {
        Self {
            cluster: None,
            invalid: None,
            weight: 1,
            filters: Vec::new(),
        }
    }
}

impl Slot<'_> for BackendRef {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("cluster", &mut self.cluster),
            optional("invalid", &mut self.invalid),
            optional("weight", &mut self.weight),
            optional("filters", &mut self.filters),
        ];
        object(value, "struct BackendRef", members)
    }
}

impl Slot<'_> for Timeouts {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("request", &mut self.request),
            optional("backendRequest", &mut self.backend_request),
        ];
        object(value, "struct Timeouts", members)
    }
}

impl Slot<'_> for Retry {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("codes", &mut self.codes),
            optional("attempts", &mut self.attempts),
            optional("backoff", &mut self.backoff),
        ];
        object(value, "struct Retry", members)
    }
}

impl Blank for SessionPersistence {
    fn blank() -> Self {
        Self {
            kind: SessionType::default(),
            name: String::new(),
            path: "/".into(),
            permanent: false,
            absolute_timeout: None,
        }
    }
}

impl Slot<'_> for SessionPersistence {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("type", &mut self.kind),
            required("name", &mut self.name),
            optional("path", &mut self.path),
            optional("permanent", &mut self.permanent),
            optional("absoluteTimeout", &mut self.absolute_timeout),
        ];
        object(value, "struct SessionPersistence", members)
    }
}

impl Slot<'_> for SessionType {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let words = [("Cookie", Self::Cookie), ("Header", Self::Header)];
        *self = choice(value, &words)?;
        Ok(())
    }
}

impl Slot<'_> for Duration {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        match value {
            Value::Text(text) => *self = text.parse().map_err(Error::custom)?,
            other => return Err(other.but_expected("a string")),
        }
        Ok(())
    }
}
