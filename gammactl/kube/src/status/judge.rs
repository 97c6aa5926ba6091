//! Compares what a sidecar has with what the objects ask for.

use std::fmt;

use super::{
    dump::{LoadedFilter, SidecarDump},
    hash::ConfigHash,
    objects::{FilterObject, RouteObject},
};

/// What is to be said of a sidecar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SidecarState {
    /// It runs the newest config, and its routes obey the filter.
    Current,
    /// No object is for it, and it has no filter.
    NoObject,
    /// It runs another config than that of the object.
    OtherConfig,
    /// Envoy refused the newest config, or has not taken it yet.
    Refused,
    /// The module could not be fetched: every request is answered 403.
    Denied,
    /// There is no filter in it, and there should be.
    NoFilter,
    /// The filter decides, and no route obeys it in so many of all virtual hosts.
    NoRoute {
        /// Virtual hosts without one of the routes.
        without: usize,
        /// All of them.
        all: usize,
    },
    /// There is no EnvoyFilter for it, so that no route can obey the filter.
    NoRouteObject,
    /// There are routes for a filter that no object puts there.
    NoFilterObject,
    /// Several WasmPlugins are for it: the second filter decides what the first one decided.
    SeveralFilters(Vec<String>),
    /// It runs a filter of an object that is gone.
    LeftOver(String),
    /// It could not be asked.
    Unknown(String),
}

impl SidecarState {
    /// Whether nothing is to be done.
    #[must_use]
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Current | Self::NoObject)
    }

    /// One word for tools.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Current => "Current",
            Self::NoObject => "NoObject",
            Self::OtherConfig => "OtherConfig",
            Self::Refused => "Refused",
            Self::Denied => "Denied",
            Self::NoFilter => "NoFilter",
            Self::NoRoute { .. } => "NoRoute",
            Self::NoRouteObject => "NoRouteObject",
            Self::NoFilterObject => "NoFilterObject",
            Self::SeveralFilters(_) => "SeveralFilters",
            Self::LeftOver(_) => "LeftOver",
            Self::Unknown(_) => "Unknown",
        }
    }
}

impl fmt::Display for SidecarState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Current => f.write_str("runs the newest config"),
            Self::NoObject => f.write_str("no WasmPlugin is for it"),
            Self::OtherConfig => f.write_str("runs another config than the WasmPlugin has"),
            Self::Refused => f.write_str(
                "has not taken the newest config: if it stays so, the filter refuses it and the one before goes on; the \
                 log of istio-proxy says why",
            ),
            Self::Denied => f.write_str(
                "answers every request with 403, for the module can't be fetched: check `url` and `sha256` of the \
                 WasmPlugin; the log of istio-proxy says why",
            ),
            Self::NoFilter => f.write_str("has no filter yet"),
            Self::NoRoute { without, all } => {
                write!(f, "no route obeys the filter in {without} of {all} virtual hosts")
            }
            Self::NoRouteObject => {
                f.write_str("no route obeys the filter: there is no EnvoyFilter for it")
            }
            Self::NoFilterObject => {
                f.write_str("has routes for a filter that is not there: there is no WasmPlugin for it")
            }
            Self::SeveralFilters(names) => write!(
                f,
                "several filters decide, one after the other: delete all but one of {}",
                names.join(", ")
            ),
            Self::LeftOver(name) => write!(f, "runs the filter {name}, whose WasmPlugin is gone"),
            Self::Unknown(why) => write!(f, "could not be asked: {why}"),
        }
    }
}

/// The hash of the config that runs, as far as it is known: of one that was refused, the one before is not
/// known.
pub(super) fn running(dump: &SidecarDump) -> Option<ConfigHash> {
    let mut filters = dump
        .filters
        .iter()
        .filter(|filter| filter.is_gamma && !filter.refused);
    filters.find_map(|filter| filter.config.clone())
}

/// What is to be said of a sidecar for which there are these objects, and which has `dump`, or why that is
/// not known.
#[must_use]
pub fn judge(
    filters: &[&FilterObject],
    routes: &[&RouteObject],
    dump: &Result<SidecarDump, String>,
) -> SidecarState {
    let dump = match dump {
        Ok(dump) => dump,
        Err(why) => return SidecarState::Unknown(why.clone()),
    };
    let [object] = filters else {
        if !filters.is_empty() {
            let names = filters.iter().map(|filter| filter.full_name());
            return SidecarState::SeveralFilters(names.collect());
        }
        // A filter of somebody else's is none of ours.
        let left = dump.filters.iter().find(|loaded| loaded.is_gamma);
        return match (left, routes) {
            (Some(left), _) => SidecarState::LeftOver(left.resource.clone()),
            (None, []) => SidecarState::NoObject,
            (None, _) => SidecarState::NoFilterObject,
        };
    };
    let Some(loaded) = dump.filters.iter().find(|loaded| is_of(loaded, object)) else {
        return SidecarState::NoFilter;
    };
    if loaded.denies {
        return SidecarState::Denied;
    }
    let mut others = dump.filters.iter().filter(|other| other.is_gamma);
    if let Some(other) = others.find(|other| other.resource != loaded.resource) {
        return SidecarState::LeftOver(other.resource.clone());
    }
    if loaded.refused {
        return SidecarState::Refused;
    }
    if routes.is_empty() {
        return SidecarState::NoRouteObject;
    }
    if loaded.config.as_ref() != Some(&object.config) {
        return SidecarState::OtherConfig;
    }
    let hosts = &dump.routes.hosts;
    let lacks = |host: &&std::collections::BTreeSet<String>| {
        let mut wanted = routes.iter().flat_map(|route| &route.routes);
        wanted.any(|name| !host.contains(name))
    };
    match hosts.iter().filter(lacks).count() {
        0 => SidecarState::Current,
        without => SidecarState::NoRoute {
            without,
            all: hosts.len(),
        },
    }
}

/// Istio's name of the filter ends with that of the object: `…/istio-system.gamma`, in newer versions with
/// `~istio-translated-wasmplugin` behind it.
fn is_of(loaded: &LoadedFilter, object: &FilterObject) -> bool {
    let resource = object.resource();
    let name = loaded.resource.rsplit('/').next();
    let name = name.and_then(|name| name.split('~').next());
    name == Some(&*resource)
}
