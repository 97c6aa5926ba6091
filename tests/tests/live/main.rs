//! `gammactl envoy -o DIR` beside a running Envoy.

mod blind;
mod capture;
mod edits;
mod many;
mod refused;
mod shop;
mod tls;
