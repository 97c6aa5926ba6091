//! Header matches, compiled, and the values of a request's headers that they look at.

use std::borrow::Cow;

use gamma_config::{ValueMatch, wire};

use super::value::ValuePredicate;
use crate::{
    error::PatternError,
    request::{Headers, Request},
    value_patterns::ValuePatterns,
};

#[derive(Debug)]
pub(crate) struct HeaderPredicate {
    /// In lower case.
    pub(crate) name: Box<str>,
    pub(crate) value: ValuePredicate,
}

impl HeaderPredicate {
    pub(crate) fn new(
        r#match: &ValueMatch,
        patterns: &ValuePatterns,
    ) -> Result<Self, PatternError> {
        let value = ValuePredicate::new(r#match, patterns)?;
        // The filter takes such a header away from the client's request before it decides.
        let is_owned = wire::is_owned(r#match.name.as_bytes());
        Ok(Self {
            name: r#match.name.to_ascii_lowercase().into(),
            value: if is_owned {
                ValuePredicate::Never
            } else {
                value
            },
        })
    }

    pub(crate) fn holds<H: Headers + ?Sized>(&self, request: &Request<'_, H>) -> bool {
        header(request, &self.name).is_some_and(|value| self.value.holds(&value))
    }
}

/// The value of the header `name` (in lower case).
///
/// The values of a repeated header count as one, joined with `,`: "a recipient MAY combine multiple
/// header fields with the same field name into one" (RFC 7230 section 3.2.2, to which
/// HTTPHeaderMatch refers). Envoy did the same until 1.39; since then it asks each value alone.
pub(crate) fn header<'a, H: Headers + ?Sized>(
    request: &Request<'a, H>,
    name: &str,
) -> Option<Cow<'a, [u8]>> {
    // GEP-1294: the way to match a host in a mesh route is a header match on `Host`, which HTTP/2
    // and Envoy carry as the authority.
    if name == "host" {
        return Some(Cow::Borrowed(request.authority));
    }
    let mut values = request.headers.values(name);
    let first = values.next()?;
    let Some(second) = values.next() else {
        return Some(Cow::Borrowed(first));
    };
    let mut joined = [first, b",", second].concat();
    for value in values {
        joined.push(b',');
        joined.extend_from_slice(value);
    }
    Some(Cow::Owned(joined))
}
