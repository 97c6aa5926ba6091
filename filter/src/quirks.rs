//! What a host does otherwise than Envoy, as far as the filter has to mind.

use gamma_config::{Feature, HostKind};
use gamma_router::Router;

use crate::host::{Host, HostError, MapType};

/// Maps of that many pairs are where WasmX cuts, pseudo headers included. No proxy takes that many headers
/// without being told to.
pub(crate) const MANY_PAIRS: usize = 100;

/// The habits of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quirks {
    /// Whether the client's `Host` counts, if there is one: `:authority` is what the proxy calls itself.
    pub(crate) host_line: bool,
    /// Whether `:path` is decoded, so that the path is asked for as a property.
    pub(crate) decoded_path: bool,
    /// Whether writing `:path` and `:authority` does nothing, whatever the host answers.
    pub(crate) rewrites_in_headers: bool,
    /// Whether the status of gRPC in a reply may be ignored.
    pub(crate) grpc_in_headers: bool,
    /// Whether the names of counters are kept short: the host stops the VM at one that is too long.
    pub(crate) short_metric_names: bool,
    /// Whether the header map may be without its end.
    pub(crate) cuts_maps: bool,
    pub(crate) removal: Removal,
    /// Whether there is a node whose metadata can be asked for. Asking is an error in the log elsewhere.
    pub(crate) has_node: bool,
    /// Whether the variables of nginx can be asked for.
    pub(crate) has_nginx_variables: bool,
}

/// What comes of a request header that is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Removal {
    /// It is gone.
    Removes,
    /// The host does not see it any more, but the upstream does.
    Hides,
    /// One or the other.
    Unknown,
}

impl Quirks {
    pub(crate) const fn of(kind: HostKind) -> Self {
        const ENVOY: Quirks = Quirks {
            host_line: false,
            decoded_path: false,
            rewrites_in_headers: false,
            grpc_in_headers: false,
            short_metric_names: false,
            cuts_maps: false,
            removal: Removal::Removes,
            has_node: true,
            has_nginx_variables: false,
        };
        match kind {
            HostKind::Envoy => ENVOY,
            HostKind::Nginx => Self {
                host_line: true,
                decoded_path: true,
                rewrites_in_headers: true,
                grpc_in_headers: true,
                short_metric_names: true,
                cuts_maps: true,
                removal: Removal::Hides,
                has_node: false,
                has_nginx_variables: true,
            },
            HostKind::Other => Self {
                host_line: true,
                grpc_in_headers: true,
                short_metric_names: true,
                cuts_maps: true,
                removal: Removal::Unknown,
                ..ENVOY
            },
        }
    }

    /// Takes a header from a request that has it, so that neither proxy nor backend get to know its value.
    #[inline]
    pub(crate) fn take_away(self, host: &impl Host, name: &[u8]) -> Result<(), HostError> {
        if self.removal != Removal::Removes {
            host.set_header(MapType::Request, name, b"")?;
        }
        if self.removal != Removal::Hides {
            host.remove_header(MapType::Request, name)?;
        }
        Ok(())
    }
}

/// Says once for each thing in the config what it comes to in such a host.
pub(crate) fn warn(kind: HostKind, router: &Router, host: &impl Host) {
    for feature in Feature::ALL {
        if router.features().has(feature)
            && let Some(limit) = kind.limit(feature)
        {
            log::warn!("{} in {}: {limit}", feature.as_str(), kind.as_str());
        }
    }
    if router.needs_time() && host.now() == 0 {
        log::warn!("this host has no clock: sessions don't end");
    }
}
