//! Who sends a request on in nginx: what the generated `nginx.conf` says, or a real nginx with it.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use gamma_compile as compile;
use gamma_config::wire;
use gamma_interpreter::{Headers, profile::NGINX};
use gamma_manifest::Manifests;
use gamma_testbed::{
    client::{Request, latin1},
    echo::{Echo, Identity},
    fixture::{Exchange, Observed, Protocol},
    ports::Port,
    stage::Backends,
};

use super::{Carrier, HostedProxy, identity};
use crate::{
    nginx::{Build, Conf, Done, Generated, Incoming, Nginx, Sent, SentBy},
    upstream::of_protocol,
};

/// Where an nginx listens that is none.
const NGINX_ADDRESS: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 28_000));
/// How long copies may take.
const PATIENCE: Duration = Duration::from_secs(10);

impl HostedProxy {
    /// In nginx as `gammactl nginx` configures it: the config is in the module, and what the rest of the file says is
    /// carried out by [`Conf`].
    pub(crate) fn nginx(manifests: &Manifests, options: &compile::Options) -> Result<Self> {
        let backends = Backends::start(manifests)?;
        let generated = Generated::new(&backends, options, NGINX_ADDRESS)?;
        let hosted = generated.hosted()?;
        let carrier = Carrier::Conf(Conf::read(&generated.conf)?);
        Ok(Self::new(hosted, NGINX, carrier, backends, manifests))
    }

    /// The same with a real nginx, to which requests come as the filter leaves them.
    pub(crate) fn stock_nginx(
        nginx: &Path,
        manifests: &Manifests,
        options: &compile::Options,
    ) -> Result<Self> {
        let backends = Backends::start(manifests)?;
        let port = Port::reserve()?;
        let generated = Generated::new(&backends, options, port.address())?;
        let hosted = generated.hosted()?;
        let carrier = Carrier::Nginx(Nginx::start(nginx, Build::Stock, &generated.conf, port)?);
        Ok(Self::new(hosted, NGINX, carrier, backends, manifests))
    }

    /// Sends the request where `nginx.conf` says, and the response back.
    pub(super) fn forward_by_conf(&mut self, exchange: &Exchange) -> Result<Observed> {
        let Carrier::Conf(conf) = &self.carrier else {
            return self.forward(exchange);
        };
        let visible = self.hosted.visible();
        let method = first(&visible, ":method").unwrap_or_default();
        let request = Incoming {
            method: &method,
            request_uri: &exchange.request.path,
            headers: &visible,
        };
        let (done, copies) = conf.carry_out(&request)?;
        let sent = match done {
            Done::Sent(sent) if sent.servers == [NGINX_ADDRESS.to_string()] => {
                // One of the servers that answer 404 and 503.
                let to_itself = Incoming {
                    headers: &sent.headers,
                    ..request
                };
                match conf.carry_out(&to_itself)?.0 {
                    Done::Answered(status) => {
                        return self.respond(Observed {
                            status,
                            ..Observed::default()
                        });
                    }
                    Done::Sent(sent) => bail!("in circles: {sent:?}"),
                }
            }
            Done::Sent(sent) => sent,
            Done::Answered(status) => bail!("nginx answers {status} before the filter is asked"),
        };
        let address = |sent: &Sent| -> Result<SocketAddr> {
            ensure!(["http", "grpc"].contains(&&*sent.scheme), "{}", sent.scheme);
            let [server] = &*sent.servers else {
                bail!("{:?}", sent.servers);
            };
            Ok(server.parse()?)
        };
        let mirrored = copies.iter().map(|copy| {
            let address = address(copy)?;
            let mut echoes = self.backends.echoes.iter();
            let echo = echoes.find(|echo| echo.address() == address);
            Ok(echo.context("a copy to nobody")?.identity().clone())
        });
        let mirrored = mirrored.collect::<Result<Vec<_>>>()?;
        let address = address(&sent)?;
        let host = first(&sent.headers, "host").unwrap_or_default();
        let mut request = Request::new(method, host, &*sent.path);
        request.body = exchange.body.clone().into_bytes();
        // A WebSocket is one only if both headers are sent.
        let upgrades = ["upgrade", "connection"]
            .iter()
            .all(|name| first(&sent.headers, name).is_some());
        let protocol = match (sent.by, exchange.protocol) {
            (SentBy::Grpc, _) => Protocol::Grpc,
            (SentBy::Proxy, Protocol::WebSocket) if upgrades => Protocol::WebSocket,
            (SentBy::Proxy, _) => Protocol::Http,
        };
        // The client that is used adds them.
        let added =
            |name: &str| name == "host" || of_protocol(protocol).iter().any(|(n, _)| *n == name);
        let headers = sent.headers.into_iter().chain(self.hosted.hidden());
        let headers = headers.map(|(name, value)| (latin1(&name), value));
        request.headers = headers
            .filter(|(name, _)| !added(&name.to_lowercase()))
            .collect();
        let observed = self.sender.send(address, request, protocol)?;
        self.tell_upstream(address);
        let observed = self.respond(observed)?;
        Ok(Observed {
            mirrored,
            ..observed
        })
    }

    /// Sends the request to a real nginx, and the response back.
    pub(super) fn forward_by_nginx(&mut self, exchange: &Exchange) -> Result<Observed> {
        let Carrier::Nginx(nginx) = &self.carrier else {
            return self.forward(exchange);
        };
        let visible = self.hosted.visible();
        let method = first(&visible, ":method").unwrap_or_default();
        let host = first(&visible, "host").unwrap_or_default();
        let mut request = Request::new(method, host, &*exchange.request.path);
        request.body = exchange.body.clone().into_bytes();
        let added = |name: &str| {
            let of_protocol = of_protocol(exchange.protocol);
            name == "host" || of_protocol.iter().any(|(n, _)| *n == name)
        };
        let headers = visible
            .iter()
            .map(|(name, value)| (latin1(name), value.clone()));
        let headers =
            headers.filter(|(name, _)| !name.starts_with(':') && !added(&name.to_lowercase()));
        request.headers = headers.collect();
        let asked: Vec<String> = (0..)
            .map_while(|i| first(&visible, &wire::mirror(i)))
            .collect();
        let asked = asked
            .iter()
            .map(|name| identity(name))
            .collect::<Result<Vec<_>>>()?;
        let before = self.received();
        let observed =
            self.sender
                .send(nginx.address(exchange.protocol), request, exchange.protocol)?;
        let mut expected = before;
        for backend in asked
            .iter()
            .chain(observed.seen.as_ref().map(|seen| &seen.backend))
        {
            *expected.entry(backend.clone()).or_default() += 1;
        }
        if exchange.protocol != Protocol::WebSocket {
            let deadline = Instant::now() + PATIENCE;
            while self.received() != expected {
                ensure!(
                    Instant::now() < deadline,
                    "backends have received {:?}, and not {expected:?}",
                    self.received()
                );
                thread::sleep(Duration::from_millis(2));
            }
        }
        let seen = observed.seen.as_ref().map(|seen| seen.backend.clone());
        let mut echoes = self.backends.echoes.iter();
        let echo = echoes.find(|echo| Some(echo.identity()) == seen.as_ref());
        if let Some(address) = echo.map(Echo::address) {
            self.tell_upstream(address);
        }
        let observed = self.respond(observed)?;
        Ok(Observed {
            mirrored: asked,
            ..observed
        })
    }

    /// How many requests each backend has received.
    fn received(&self) -> BTreeMap<Identity, usize> {
        let echoes = self.backends.echoes.iter();
        echoes
            .map(|echo| (echo.identity().clone(), echo.received().len()))
            .collect()
    }
}

/// The first value of a header that is not empty.
fn first(headers: &Headers, name: &str) -> Option<String> {
    let mut values = headers
        .iter()
        .filter(|(n, v)| n.eq_ignore_ascii_case(name.as_bytes()) && !v.is_empty());
    values.next().map(|(_, value)| latin1(value))
}
