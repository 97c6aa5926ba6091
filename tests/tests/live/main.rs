//! `gammactl envoy -o DIR` beside a running Envoy.

mod edits;
mod shop;
