//! The proxies that a config can be for, and what they can't do by themselves.

use crate::{describe::describe_words, filter::Filter, rule::Rule};

describe_words! {
    /// A proxy that runs the filter, as far as the filter has to do something else for it.
    pub enum HostKind {
        /// Envoy, and what is made of it: the proxies of Istio.
        "envoy" => Envoy,
        /// nginx with WasmX (`ngx_wasm_module`).
        "nginx" => Nginx,
        /// Any other host of proxy-wasm 0.2, of which nothing is known.
        "other" => Other,
    }
}

/// Something that a config asks for and that not every host can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Feature {
    /// `timeouts` of a rule.
    Timeouts = 1,
    /// `retry` of a rule.
    Retries = 1 << 1,
    /// `requestMirror`.
    Mirrors = 1 << 2,
    /// `sessionPersistence` of a rule.
    Sessions = 1 << 3,
    /// `remove` of a `requestHeaderModifier`.
    HeaderRemoval = 1 << 4,
    /// `urlRewrite`.
    Rewrites = 1 << 5,
    /// `externalAuth`.
    ExternalAuth = 1 << 6,
}

impl Feature {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Timeouts,
        Self::Retries,
        Self::Mirrors,
        Self::Sessions,
        Self::HeaderRemoval,
        Self::Rewrites,
        Self::ExternalAuth,
    ];

    /// As in the Gateway API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timeouts => "timeouts",
            Self::Retries => "retry",
            Self::Mirrors => "RequestMirror",
            Self::Sessions => "sessionPersistence",
            Self::HeaderRemoval => "RequestHeaderModifier.remove",
            Self::Rewrites => "URLRewrite",
            Self::ExternalAuth => "ExternalAuth",
        }
    }
}

/// A set of features.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Features(u16);

impl Features {
    /// What `rule` asks for, by itself and by its backends.
    #[must_use]
    pub fn of_rule(rule: &Rule) -> Self {
        let mut features = Self::default();
        let timeouts = &rule.timeouts;
        features.add_if(
            Feature::Timeouts,
            timeouts.request.is_some() || timeouts.backend_request.is_some(),
        );
        features.add_if(Feature::Retries, rule.retry.is_some());
        features.add_if(Feature::Sessions, rule.session_persistence.is_some());
        let of_backends = rule
            .backend_refs
            .iter()
            .flat_map(|backend| &backend.filters);
        for filter in rule.filters.iter().chain(of_backends) {
            features.add_filter(filter);
        }
        features
    }

    fn add_filter(&mut self, filter: &Filter) {
        let (feature, asked) = match filter {
            Filter::RequestHeaderModifier(edits) => {
                (Feature::HeaderRemoval, !edits.remove.is_empty())
            }
            Filter::UrlRewrite(_) => (Feature::Rewrites, true),
            Filter::RequestMirror(_) => (Feature::Mirrors, true),
            Filter::ExternalAuth(_) => (Feature::ExternalAuth, true),
            Filter::ResponseHeaderModifier(_) | Filter::RequestRedirect(_) | Filter::Cors(_) => {
                return;
            }
        };
        self.add_if(feature, asked);
    }

    fn add_if(&mut self, feature: Feature, asked: bool) {
        if asked {
            self.0 |= feature as u16;
        }
    }

    /// Adds those of `others`.
    pub fn add(&mut self, others: Self) {
        self.0 |= others.0;
    }

    /// Whether `feature` is one of them.
    #[must_use]
    pub fn has(self, feature: Feature) -> bool {
        self.0 & feature as u16 != 0
    }
}

impl HostKind {
    /// What has to be known of `feature` in such a host; `None` if the filter sees to all of it.
    #[must_use]
    pub fn limit(self, feature: Feature) -> Option<&'static str> {
        match self {
            Self::Envoy => None,
            Self::Nginx => nginx(feature),
            Self::Other => other(feature),
        }
    }
}

fn nginx(feature: Feature) -> Option<&'static str> {
    Some(match feature {
        Feature::Timeouts => "nginx does not obey it: proxy_read_timeout of the location counts",
        Feature::Retries => "nginx does not obey it: proxy_next_upstream of the location counts",
        Feature::Mirrors => {
            "nginx copies only where nginx.conf mirrors to the upstream in x-gamma-mirror-0 and so on"
        }
        Feature::Sessions => {
            "needs a proxy_pass to the address in x-gamma-endpoint, if there is one"
        }
        Feature::HeaderRemoval => "the backend gets the header with an empty value",
        Feature::Rewrites => {
            "needs nginx.conf to take path and host from x-gamma-path and x-gamma-host"
        }
        Feature::ExternalAuth => {
            "nginx asks only services whose cluster is `ip:port` or a host name"
        }
    })
}

fn other(feature: Feature) -> Option<&'static str> {
    match feature {
        Feature::Timeouts | Feature::Retries => {
            Some("the host has to obey the x-envoy-* headers that say it")
        }
        Feature::Mirrors => {
            Some("the host has to send copies to the clusters in x-gamma-mirror-0 and so on")
        }
        Feature::Sessions => Some(
            "the host has to go to the address in x-gamma-endpoint, and to know the property upstream.address",
        ),
        Feature::HeaderRemoval | Feature::Rewrites => None,
        Feature::ExternalAuth => Some("the host has to implement proxy_http_call"),
    }
}
