//! The configuration of an nginx with WasmX (`ngx_wasm_module`) around the filter: one `nginx.conf` with everything.
//!
//! The filter says in headers what becomes of a request; nginx reads them as variables. [`Plan::new`] finds the cluster
//! behind every name that the config has, and says what nginx can't do; [`conf()`] writes the text.
//!
//! - `plan`: what is written; `options`: what the user says.
//! - `cluster`: a cluster, and where requests to it go; `answers`: what stands for no cluster; `tls`: which of them are reached by TLS.
//! - `auth`: how the filter calls the services of ExternalAuth.
//! - `removed`: the request headers that rules remove.
//! - `advice`: what nginx can't do.
//! - `syntax`: nginx's language as a tree. `conf`, `http`, `maps`, `upstreams`, `server` and `proxied`: the parts of the file.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod advice;
mod answers;
mod auth;
mod cluster;
mod conf;
mod http;
mod maps;
mod options;
mod plan;
mod proxied;
mod removed;
mod server;
mod syntax;
mod tls;
mod upstreams;

pub use conf::conf;
pub use options::NginxOptions;
pub use plan::{Certificates, Plan, is_generated};
