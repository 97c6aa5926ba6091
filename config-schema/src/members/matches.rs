//! Of what a request must look like.

use serde_json::Result;

use crate::{
    Match, MatchType, Method, PathMatch, PathMatchType, ValueMatch,
    json::{Blank, Slot, Value, blank_is_default, choice, object, optional, required},
};

blank_is_default!(Match);

impl Slot<'_> for Match {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("hostname", &mut self.hostname),
            optional("path", &mut self.path),
            optional("method", &mut self.method),
            optional("headers", &mut self.headers),
            optional("queryParams", &mut self.query_params),
        ];
        object(value, "struct Match", members)
    }
}

impl Blank for PathMatch {
    fn blank() -> Self {
        Self {
            kind: PathMatchType::default(),
            value: String::new(),
        }
    }
}

impl Slot<'_> for PathMatch {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("type", &mut self.kind),
            required("value", &mut self.value),
        ];
        object(value, "struct PathMatch", members)
    }
}

impl Slot<'_> for PathMatchType {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let words = [
            ("Exact", Self::Exact),
            ("PathPrefix", Self::PathPrefix),
            ("RegularExpression", Self::RegularExpression),
        ];
        *self = choice(value, &words)?;
        Ok(())
    }
}

impl Blank for ValueMatch {
    fn blank() -> Self {
        Self {
            name: String::new(),
            kind: MatchType::default(),
            value: String::new(),
        }
    }
}

impl Slot<'_> for ValueMatch {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            required("name", &mut self.name),
            optional("type", &mut self.kind),
            required("value", &mut self.value),
        ];
        object(value, "struct ValueMatch", members)
    }
}

impl Slot<'_> for MatchType {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let words = [
            ("Exact", Self::Exact),
            ("RegularExpression", Self::RegularExpression),
        ];
        *self = choice(value, &words)?;
        Ok(())
    }
}

impl Blank for Method {
    fn blank() -> Self {
        Self::Get
    }
}

impl Slot<'_> for Method {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let words = [
            ("GET", Self::Get),
            ("HEAD", Self::Head),
            ("POST", Self::Post),
            ("PUT", Self::Put),
            ("DELETE", Self::Delete),
            ("CONNECT", Self::Connect),
            ("OPTIONS", Self::Options),
            ("TRACE", Self::Trace),
            ("PATCH", Self::Patch),
        ];
        *self = choice(value, &words)?;
        Ok(())
    }
}
