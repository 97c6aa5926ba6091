//! The configuration that `gammactl nginx` writes, carried out: by a reader of its language, and by a real nginx.

mod conf;
mod generated;
mod manifests;
mod mutations;
mod probes;
mod real;
mod running;
mod tree;
mod wasmx;

pub(crate) use self::{
    conf::{Conf, Done, Incoming, Sent, SentBy},
    generated::Generated,
    running::{Build, Nginx, stock},
    wasmx::{WasmxNginx, wasmx},
};
