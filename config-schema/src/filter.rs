//! Filters: what a rule or a backend changes about a request or its response.

use crate::{
    describe::{describe_alternatives, describe_object, describe_words},
    origin::is_origin,
};

describe_alternatives! {
    /// A filter, written as an object with one member: `{"requestRedirect": {"port": 8443}}`.
    /// Each kind at most once in a list, but for `requestMirror`.
    pub enum Filter {
        /// Changes headers of the request before it is forwarded.
        "requestHeaderModifier" => RequestHeaderModifier(HeaderModifier),
        /// Changes headers of the response before the client gets it.
        "responseHeaderModifier" => ResponseHeaderModifier(HeaderModifier),
        /// Answers with a redirect; nothing is forwarded.
        "requestRedirect" => RequestRedirect(RequestRedirect),
        /// Changes host and path of the request before it is forwarded.
        "urlRewrite" => UrlRewrite(UrlRewrite),
        /// Sends a copy of the request somewhere else; what comes of it is ignored.
        "requestMirror" => RequestMirror(RequestMirror),
        /// Answers preflights, and tells browsers which origins may read the responses.
        "cors" => Cors(Cors),
        /// Asks a service whether the request may go on. Of rules only.
        "externalAuth" => ExternalAuth(ExternalAuth),
    }
}

describe_object! {
    /// HTTPHeaderFilter. A name may appear in one action only.
    pub struct HeaderModifier: Default {
        /// Replaces all values of a header.
        #[schema(at_most_items(crate::limits::MAX_ENTRIES))]
        optional "set" => set: Vec<Header>,
        /// Adds a value to those that are there.
        #[schema(at_most_items(crate::limits::MAX_ENTRIES))]
        optional "add" => add: Vec<Header>,
        /// Removes a header.
        #[schema(each(text(HEADER_NAME)))]
        #[schema(at_most_items(crate::limits::MAX_ENTRIES))]
        optional "remove" => remove: Vec<String>,
    }
}

describe_object! {
    /// HTTPHeader.
    pub struct Header {
        /// Name, in any case.
        #[schema(text(HEADER_NAME))]
        required "name" => name: String,
        /// Value.
        #[schema(text(ON_WIRE))]
        required "value" => value: String,
    }
}

describe_object! {
    /// HTTPRequestRedirectFilter: the parts of the request's URL that are replaced; the query stays.
    pub struct RequestRedirect: Default {
        /// Absent: the request's.
        optional "scheme" => scheme: Option<Scheme>,
        /// Absent: the request's host.
        #[schema(host)]
        optional "hostname" => hostname: Option<String>,
        /// Absent: the request's.
        optional "path" => path: Option<PathModifier>,
        /// Absent: the well-known port of `scheme` if that is given, else the Service's port. 80 is
        /// not written for http, nor 443 for https.
        #[schema(at_least(1))]
        optional "port" => port: Option<u16>,
        /// 301, 302, 303, 307 or 308.
        #[schema(says("enum", [301, 302, 303, 307, 308].into_iter().collect()))]
        written "statusCode" => status_code: u16 = 302,
    }
}

describe_words! {
    /// Scheme of a redirect.
    pub enum Scheme {
        /// `http`
        "http" => Http,
        /// `https`
        "https" => Https,
    }
}

describe_object! {
    /// HTTPURLRewriteFilter; the query stays.
    pub struct UrlRewrite: Default {
        /// Replaces the authority.
        #[schema(host)]
        optional "hostname" => hostname: Option<String>,
        /// Replaces the path.
        optional "path" => path: Option<PathModifier>,
    }
}

describe_object! {
    /// HTTPRequestMirrorFilter.
    pub struct RequestMirror {
        /// The proxy's name for the endpoints that get the copies.
        #[schema(text(SOMETHING_ON_WIRE))]
        required "cluster" => cluster: String,
        /// Which part of the requests is copied. Absent: all.
        optional "fraction" => fraction: Fraction,
    }
}

describe_object! {
    /// A part of the requests: `numerator` of `denominator`.
    #[derive(Copy)]
    pub struct Fraction {
        /// At most the denominator.
        required "numerator" => numerator: u32,
        /// At least 1.
        #[schema(at_least(1))]
        written "denominator" => denominator: u32 = 100,
    }
}

impl Default for Fraction {
    fn default() -> Self {
        Self {
            numerator: 100,
            denominator: 100,
        }
    }
}

describe_object! {
    /// HTTPCORSFilter.
    pub struct Cors: Default {
        /// Origins: `*`, or `scheme://host` with or without port, whose host is `*` or may begin with
        /// `*.` for one or more labels.
        #[schema(each(text(ORIGIN)))]
        optional "allowOrigins" => allow_origins: Vec<String>,
        /// Whether requests with credentials may be read. Then no `*` is ever sent.
        optional "allowCredentials" => allow_credentials: bool,
        /// Methods, or `*`.
        #[schema(each(text(TOKEN)))]
        optional "allowMethods" => allow_methods: Vec<String>,
        /// Names of request headers, or `*`.
        #[schema(each(text(TOKEN)))]
        optional "allowHeaders" => allow_headers: Vec<String>,
        /// Names of response headers that scripts may read, or `*`.
        #[schema(each(text(TOKEN)))]
        optional "exposeHeaders" => expose_headers: Vec<String>,
        /// For how many seconds a browser may keep the answer to a preflight.
        written "maxAge" => max_age: u32 = 5,
    }
}

impl Cors {
    /// Whether `text` can be an [origin](Self::allow_origins): the API's CORSOrigin.
    #[must_use]
    pub fn is_origin(text: &str) -> bool {
        is_origin(text)
    }
}

describe_object! {
    /// HTTPExternalAuthFilter with protocol HTTP: a request with the same method, authority and path and
    /// without body. 200 lets the request go on; any other answer becomes the client's.
    pub struct ExternalAuth {
        /// The proxy's name for the endpoints of the service that is asked.
        #[schema(text(SOMETHING_ON_WIRE))]
        required "cluster" => cluster: String,
        /// Stands before the path of the request.
        #[schema(text(PATH_OR_NOTHING))]
        optional "pathPrefix" => path_prefix: String,
        /// Request headers that it is told besides `authorization`.
        #[schema(each(text(HEADER_NAME)))]
        optional "allowedHeaders" => allowed_headers: Vec<String>,
        /// Headers of its answer that the request gets. None: all but those of the connection and of
        /// the body.
        #[schema(each(text(HEADER_NAME)))]
        optional "allowedResponseHeaders" => allowed_response_headers: Vec<String>,
    }
}

describe_alternatives! {
    /// HTTPPathModifier, written as an object with one member.
    pub enum PathModifier {
        /// The whole path.
        #[schema(text(PATH))]
        "replaceFullPath" => ReplaceFullPath(String),
        /// The part that the rule's PathPrefix match covers, element by element.
        #[schema(text(PATH_OR_NOTHING))]
        "replacePrefixMatch" => ReplacePrefixMatch(String),
    }
}
