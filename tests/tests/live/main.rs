//! `gammactl envoy` beside a running Envoy.

mod blind;
mod capture;
mod edits;
mod envoy_headers;
mod many;
mod names;
mod refused;
mod shop;
mod tls;
