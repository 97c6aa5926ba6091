//! A client, a Service with routes and three backends, in a namespace of their own.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail, ensure};
use gamma_testbed::{
    client::Request,
    echo::Identity,
    fixture::{Observed, Protocol},
};
use serde_json::Value;

use crate::{
    client::MeshClient,
    kubectl::{apply, get_of, list, rolled_out, until},
    mesh::{Mesh, address},
    objects::{client, namespace, route},
    pair::Pair,
    pod::message::ClientAnswer,
    sidecar,
};

/// Where it is.
pub(crate) const EDGE: &str = "gamma-edge";
/// `cart` has the routes.
const SERVICES: [&str; 4] = ["cart", "v1", "v2", "v3"];

/// The backends of a scene.
pub(crate) fn identities() -> Vec<Identity> {
    SERVICES
        .iter()
        .map(|name| Identity::new(EDGE, *name, 80))
        .collect()
}

/// What a test has at its beginning.
pub(crate) struct Scene {
    pub(crate) client: MeshClient,
    /// Of the Service `cart`.
    pub(crate) cart: SocketAddr,
    /// The Services, as they are in the cluster.
    pub(crate) live: String,
}

impl Scene {
    /// Sets it up, or finds what another test has left of it.
    pub(crate) fn set(mesh: &Mesh) -> Result<Self> {
        Self::set_for(mesh, true)
    }

    /// The same, in a mesh which `is_empty`, so that is waited for, or in which a filter may be.
    pub(crate) fn set_for(mesh: &Mesh, is_empty: bool) -> Result<Self> {
        apply(&namespace(EDGE).to_string())?;
        let objects = mesh.services(EDGE, &SERVICES)?;
        apply(&list(&objects))?;
        apply(&client(EDGE).to_string())?;
        rolled_out(EDGE, "client")?;
        let mut scene = Self {
            client: MeshClient::connect(EDGE)?,
            cart: address(EDGE, "cart")?,
            live: list(&get_of(&list(&objects[..SERVICES.len()]))?),
        };
        if is_empty {
            scene.wait(&Pair::default())?;
        }
        Ok(scene)
    }

    /// Gives `cart` a route with these rules, and waits until the client's sidecar obeys it.
    pub(crate) fn route(&mut self, rules: Value, arguments: &[&str]) -> Result<Pair> {
        let route = route(EDGE, rules).to_string();
        let pair = Pair::compile(&[&self.live, &route], arguments)?;
        pair.apply()?;
        self.wait(&pair)?;
        Ok(pair)
    }

    /// Waits until the client's sidecar has exactly this.
    pub(crate) fn wait(&mut self, pair: &Pair) -> Result<()> {
        until("the client's sidecar", || {
            sidecar::has(&mut self.client, pair)?;
            let clusters = sidecar::clusters(&mut self.client)?;
            for service in SERVICES {
                let cluster = format!("outbound|80||{service}.{EDGE}.svc.cluster.local::");
                ensure!(clusters.contains(&cluster), "no cluster {cluster}");
            }
            Ok(())
        })
    }

    /// Sends a request to `cart`'s address.
    pub(crate) fn send(&mut self, request: Request) -> Result<Observed> {
        Ok(self.exchange(request)?.0)
    }

    /// The same, with the body of an answer that is no echo.
    pub(crate) fn exchange(&mut self, request: Request) -> Result<(Observed, String)> {
        match self.client.send(self.cart, Protocol::Http, request)? {
            ClientAnswer::Received { observed, body } => {
                let seen = observed.seen.iter().flat_map(|seen| &seen.headers);
                // Of a mirror's, Envoy asks when the headers of the request itself are complete.
                let is_ours = |name: &str| {
                    name.starts_with("x-gamma-") && !name.starts_with("x-gamma-mirror-")
                };
                let leaked: Vec<_> = seen.filter(|(name, _)| is_ours(name)).collect();
                ensure!(leaked.is_empty(), "the backend got {leaked:?}");
                Ok((*observed, body))
            }
            other => bail!("{other:?}"),
        }
    }

    /// The backend that takes a `GET` of `path`, and the path that it receives.
    pub(crate) fn goes_to(&mut self, path: &str) -> Result<(String, String)> {
        let (observed, body) = self.exchange(Request::get("cart", path))?;
        let seen = observed.seen.clone();
        let seen = seen.with_context(|| format!("{path}: {} {body}", observed.status))?;
        Ok((seen.backend.service, seen.path))
    }
}
