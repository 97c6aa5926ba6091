//! `gammactl envoy` beside a running Envoy.

mod backend_tls;
mod blind;
mod capture;
mod certificates;
mod edits;
mod envoy_headers;
mod many;
mod names;
mod refused;
mod terminator;
mod tls;
mod trap;
