//! A real Envoy with the filter, and an echo backend behind every Service port.

use std::path::Path;

use anyhow::Result;
use gammactl::manifest::Manifests;

use super::Driver;
use crate::{
    client::{Client, GrpcClient},
    envoy::Options,
    fixture::{Exchange, Observed, Protocol},
    stage::{Backends, Stage},
};

/// Sends through Envoy.
#[derive(Debug)]
pub struct Real {
    http: Client,
    grpc: Option<GrpcClient>,
    stage: Stage,
    _backends: Backends,
}

impl Real {
    /// Starts Envoy for clients in `namespace`, and backends for every Service port.
    ///
    /// # Errors
    ///
    /// As [`Stage::start`].
    pub fn start(manifests: &Manifests, namespace: &str, wasm: &Path) -> Result<Self> {
        let backends = Backends::start(manifests)?;
        let options = super::options(namespace);
        let stage = Stage::start(&backends.manifests, &options, wasm, &Options::default())?;
        Ok(Self {
            http: Client::new(stage.address()),
            grpc: None,
            stage,
            _backends: backends,
        })
    }
}

impl Driver for Real {
    fn send(&mut self, exchange: &Exchange) -> Result<Observed> {
        let request = exchange.request.to_request(&exchange.headers);
        match exchange.protocol {
            Protocol::Http => Ok((&self.http.send(&request)?).into()),
            Protocol::Grpc => {
                let client = match &mut self.grpc {
                    Some(client) => client,
                    none => none.insert(GrpcClient::new(self.stage.address())?),
                };
                Ok((&client.send(&request)?).into())
            }
        }
    }
}
