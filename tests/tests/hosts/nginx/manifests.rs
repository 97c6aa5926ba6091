//! Manifests with one of everything that nginx is told.

use gamma_compile::{self as compile};
use gamma_manifest::Manifests;
use gamma_testbed::manifests;

use super::Generated;

/// Where the configurations of these tests listen.
pub(crate) const LISTEN: &str = "127.0.0.1:28000";

/// Rules with a session, a mirror, a removal and a rewrite; a GRPCRoute; a Service without ready endpoints.
pub(crate) const EVERYTHING: &str =
    include_str!("../../../../gammactl/cli/tests/nginx/everything.yaml");

/// What gammactl writes for `text`, for clients of the namespace `default`.
pub(crate) fn generated(text: &str) -> Generated {
    of(&manifests::read(text).unwrap())
}

pub(crate) fn of(manifests: &Manifests) -> Generated {
    let options = compile::Options {
        client_namespace: Some("default".into()),
        ..compile::Options::default()
    };
    Generated::of(
        manifests,
        &options,
        LISTEN.parse().unwrap(),
        "/etc/nginx/gamma",
    )
    .unwrap()
}
