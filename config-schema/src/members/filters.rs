//! Of filters.

use serde_json::Result;

use crate::{
    Cors, ExternalAuth, Filter, Fraction, Header, HeaderModifier, PathModifier, RequestMirror,
    RequestRedirect, Scheme, UrlRewrite,
    json::{
        Blank, Slot, Value, alternative, blank_is_default, choice, member, object, optional,
        required,
    },
};

blank_is_default!(Cors, HeaderModifier, RequestRedirect, UrlRewrite);

impl Blank for Filter {
    fn blank() -> Self {
        Self::RequestHeaderModifier(HeaderModifier::default())
    }
}

impl Slot<'_> for Filter {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        *self = alternative(
            value,
            &[
                ("requestHeaderModifier", |of| {
                    member(of).map(Self::RequestHeaderModifier)
                }),
                ("responseHeaderModifier", |of| {
                    member(of).map(Self::ResponseHeaderModifier)
                }),
                ("requestRedirect", |of| {
                    member(of).map(Self::RequestRedirect)
                }),
                ("urlRewrite", |of| member(of).map(Self::UrlRewrite)),
                ("requestMirror", |of| member(of).map(Self::RequestMirror)),
                ("cors", |of| member(of).map(Self::Cors)),
                ("externalAuth", |of| member(of).map(Self::ExternalAuth)),
            ],
        )?;
        Ok(())
    }
}

impl Slot<'_> for HeaderModifier {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("set", &mut self.set),
            optional("add", &mut self.add),
            optional("remove", &mut self.remove),
        ];
        object(value, "struct HeaderModifier", members)
    }
}

impl Blank for Header {
    fn blank() -> Self {
        Self {
            name: String::new(),
            value: String::new(),
        }
    }
}

impl Slot<'_> for Header {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            required("name", &mut self.name),
            required("value", &mut self.value),
        ];
        object(value, "struct Header", members)
    }
}

impl Slot<'_> for RequestRedirect {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("scheme", &mut self.scheme),
            optional("hostname", &mut self.hostname),
            optional("path", &mut self.path),
            optional("port", &mut self.port),
            optional("statusCode", &mut self.status_code),
        ];
        object(value, "struct RequestRedirect", members)
    }
}

impl Blank for Scheme {
    fn blank() -> Self {
        Self::Http
    }
}

impl Slot<'_> for Scheme {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let words = [("http", Self::Http), ("https", Self::Https)];
        *self = choice(value, &words)?;
        Ok(())
    }
}

impl Slot<'_> for UrlRewrite {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("hostname", &mut self.hostname),
            optional("path", &mut self.path),
        ];
        object(value, "struct UrlRewrite", members)
    }
}

impl Blank for PathModifier {
    fn blank() -> Self {
        Self::ReplaceFullPath(String::new())
    }
}

impl Slot<'_> for PathModifier {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        *self = alternative(
            value,
            &[
                ("replaceFullPath", |of| {
                    member(of).map(Self::ReplaceFullPath)
                }),
                ("replacePrefixMatch", |of| {
                    member(of).map(Self::ReplacePrefixMatch)
                }),
            ],
        )?;
        Ok(())
    }
}

impl Blank for RequestMirror {
    fn blank() -> Self {
        Self {
            cluster: String::new(),
            fraction: Fraction::default(),
        }
    }
}

impl Slot<'_> for RequestMirror {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            required("cluster", &mut self.cluster),
            optional("fraction", &mut self.fraction),
        ];
        object(value, "struct RequestMirror", members)
    }
}

impl Slot<'_> for Fraction {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            required("numerator", &mut self.numerator),
            optional("denominator", &mut self.denominator),
        ];
        object(value, "struct Fraction", members)
    }
}

impl Slot<'_> for Cors {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            optional("allowOrigins", &mut self.allow_origins),
            optional("allowCredentials", &mut self.allow_credentials),
            optional("allowMethods", &mut self.allow_methods),
            optional("allowHeaders", &mut self.allow_headers),
            optional("exposeHeaders", &mut self.expose_headers),
            optional("maxAge", &mut self.max_age),
        ];
        object(value, "struct Cors", members)
    }
}

impl Blank for ExternalAuth {
    fn blank() -> Self {
        Self {
            cluster: String::new(),
            path_prefix: String::new(),
            allowed_headers: Vec::new(),
            allowed_response_headers: Vec::new(),
        }
    }
}

impl Slot<'_> for ExternalAuth {
    fn put(&mut self, value: Value<'_, '_>) -> Result<()> {
        let members = &mut [
            required("cluster", &mut self.cluster),
            optional("pathPrefix", &mut self.path_prefix),
            optional("allowedHeaders", &mut self.allowed_headers),
            optional("allowedResponseHeaders", &mut self.allowed_response_headers),
        ];
        object(value, "struct ExternalAuth", members)
    }
}
