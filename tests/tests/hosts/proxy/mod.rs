//! A reverse proxy around the filter in a host of some profile, with real backends behind it.

mod by_nginx;

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use gamma_compile as compile;
use gamma_config::{HostKind, wire};
use gamma_interpreter::{
    CallAnswer, Code, Headers, Hosted, HttpCall, LocalReply, Turn, profile::HostProfile,
};
use gamma_manifest::{Manifests, diagnostic::Diagnostics};
use gamma_testbed::{
    client::{Request, Response, latin1, latin1_bytes},
    drive::{Driver, Sender},
    echo::{Echo, Identity},
    fixture::{Exchange, Observed, PORT, Protocol},
    stage::{Backends, NO_ENDPOINTS},
};

use crate::{
    nginx::{Conf, Incoming, Nginx},
    upstream::{Upstream, normalised, of_protocol},
};

/// Who sends the requests on that the filter has let go.
enum Carrier {
    /// A proxy that is configured as `docs/hosts.md` says.
    Proxy,
    /// What the `nginx.conf` says that gammactl writes.
    Conf(Conf),
    /// An nginx without the filter, with all the rest of that `nginx.conf`.
    Nginx(Nginx),
}

/// The filter in a host, and what a proxy around it does.
pub(crate) struct HostedProxy {
    hosted: Hosted,
    profile: HostProfile,
    carrier: Carrier,
    backends: Backends,
    /// Clusters without endpoints.
    dead: Vec<Identity>,
    sender: Sender,
}

impl HostedProxy {
    pub(crate) fn start(
        code: &Code,
        profile: HostProfile,
        manifests: &Manifests,
        options: &compile::Options,
    ) -> Result<Self> {
        let backends = Backends::start(manifests)?;
        let mut config = compile::compile(manifests, options, &mut Diagnostics::default());
        config.settings.host = Some(HostKind::Other);
        let hosted = Hosted::start(code, profile, &serde_json::to_string(&config)?)?;
        Ok(Self::new(
            hosted,
            profile,
            Carrier::Proxy,
            backends,
            manifests,
        ))
    }

    fn new(
        hosted: Hosted,
        profile: HostProfile,
        carrier: Carrier,
        backends: Backends,
        manifests: &Manifests,
    ) -> Self {
        let dead = manifests.services.iter().flat_map(|service| {
            let labels = &service.metadata.labels;
            let is_dead = labels.iter().any(|(key, _)| key == NO_ENDPOINTS);
            let ports = service.ports.iter().filter(move |_| is_dead);
            let (namespace, name) = (&service.metadata.namespace, &service.metadata.name.value);
            ports.map(move |port| Identity::new(namespace, name, port.port))
        });
        Self {
            hosted,
            profile,
            carrier,
            dead: dead.collect(),
            backends,
            sender: Sender::default(),
        }
    }

    /// What the host tells the filter of a request.
    fn headers(&self, exchange: &Exchange) -> Headers {
        let line = &exchange.request;
        let authority = self.profile.authority.unwrap_or(&line.authority);
        let path = match self.profile.decodes_path {
            true => normalised(&line.path),
            false => line.path.clone().into_bytes(),
        };
        let method = match exchange.protocol {
            Protocol::Grpc => "POST",
            _ => &line.method,
        };
        let mut headers: Headers = vec![
            (b":authority".into(), authority.into()),
            (b":path".into(), path),
            (b":method".into(), method.into()),
            (b":scheme".into(), line.scheme.clone().into()),
        ];
        if self.profile.host_line {
            headers.push((b"Host".into(), line.authority.clone().into()));
        }
        for (name, value) in of_protocol(exchange.protocol) {
            headers.push(((*name).into(), (*value).into()));
        }
        let kept = exchange
            .headers
            .iter()
            .filter(|header| match &self.carrier {
                Carrier::Conf(conf) => conf.keeps(&header.name),
                Carrier::Proxy | Carrier::Nginx(_) => true,
            });
        for header in kept {
            // HTTP/1 as nginx hands it over; Envoy's names are in lower case.
            let name = match self.profile.decodes_path {
                true => header.name.clone(),
                false => header.name.to_lowercase(),
            };
            headers.push((name.into_bytes(), header.value.clone()));
        }
        headers
    }

    fn tell_properties(&mut self, exchange: &Exchange) {
        let vm = self.hosted.vm();
        vm.clear_properties();
        if self.profile.decodes_path {
            vm.set_property("request\0path", exchange.request.path.as_bytes());
        }
        if let Some(ip) = exchange.dial {
            if self.profile.port_apart {
                vm.set_property("ngx\0server_addr", ip.to_string().as_bytes());
                vm.set_property("ngx\0server_port", PORT.to_string().as_bytes());
            } else {
                let address = SocketAddr::from((ip, PORT)).to_string();
                vm.set_property("destination\0address", address.as_bytes());
            }
        }
    }

    fn tell_upstream(&mut self, address: SocketAddr) {
        let vm = self.hosted.vm();
        if self.profile.port_apart {
            vm.set_property("upstream\0address", address.ip().to_string().as_bytes());
            vm.set_property("upstream\0port", address.port().to_string().as_bytes());
        } else {
            vm.set_property("upstream\0address", address.to_string().as_bytes());
        }
    }

    /// Asks the service that the filter calls.
    fn call(&mut self, call: &HttpCall) -> Result<CallAnswer> {
        let Some(address) = self.address(&call.cluster) else {
            return Ok(CallAnswer::default());
        };
        let mut request = Request::get("", "");
        for (name, value) in &call.headers {
            match &**name {
                b":method" => request.method = latin1(value),
                b":authority" => request.authority = latin1(value),
                b":path" => request.path = latin1(value),
                b":scheme" | b"content-length" => {}
                _ => request.headers.push((latin1(name), value.clone())),
            }
        }
        let response = self.sender.http(address, &request)?;
        let mut headers: Headers = vec![(b":status".into(), response.status.to_string().into())];
        let of_response = response.headers.into_iter();
        headers.extend(of_response.map(|(name, value)| (name.into_bytes(), value)));
        Ok(CallAnswer {
            headers,
            body: response.body,
        })
    }

    /// Where a cluster listens, if anybody does.
    fn address(&self, cluster: &str) -> Option<SocketAddr> {
        let is_it = |echo: &&Echo| {
            let Identity {
                namespace,
                service,
                port,
            } = echo.identity();
            let is_named = cluster == format!("{namespace}/{service}/{port}");
            (is_named && !self.profile.calls_addresses) || cluster == echo.address().to_string()
        };
        let echo = self.backends.echoes.iter().find(is_it)?;
        (!self.dead.contains(echo.identity())).then(|| echo.address())
    }

    /// Sends the request where the proxy's configuration says, and the response back.
    fn forward(&mut self, exchange: &Exchange) -> Result<Observed> {
        let (visible, hidden) = (self.hosted.visible(), self.hosted.hidden());
        let upstream = Upstream::new(exchange, &visible, hidden);
        let Some(cluster) = &upstream.cluster else {
            // The proxy's own routes, of which there are none.
            return self.respond(Observed {
                status: 404,
                ..Observed::default()
            });
        };
        let Some(address) = self.address(cluster) else {
            return self.respond(Observed {
                status: 503,
                ..Observed::default()
            });
        };
        let mirrored = upstream.mirrors.iter().map(|name| identity(name));
        let mirrored = mirrored.collect::<Result<Vec<_>>>()?;
        let mut request = upstream.request;
        request.body = exchange.body.clone().into_bytes();
        let observed = self.sender.send(address, request, exchange.protocol)?;
        self.tell_upstream(address);
        let observed = self.respond(observed)?;
        Ok(Observed {
            mirrored,
            ..observed
        })
    }

    /// Lets the filter change the headers of a response.
    fn respond(&mut self, observed: Observed) -> Result<Observed> {
        let mut headers: Headers = vec![(b":status".into(), observed.status.to_string().into())];
        for (name, value) in &observed.headers {
            let value = latin1_bytes(value).context("not ISO 8859-1")?;
            headers.push((name.clone().into_bytes(), value));
        }
        let headers = self.hosted.response(headers)?.into_iter();
        let headers = headers.filter(|(name, _)| name != b":status");
        Ok(Observed {
            headers: headers
                .map(|(name, value)| (latin1(&name).to_lowercase(), latin1(&value)))
                .collect(),
            ..observed
        })
    }

    /// What the client gets of the filter's own answer.
    fn reply(&mut self, exchange: &Exchange, reply: LocalReply) -> Result<Observed> {
        let of_reply = reply.headers.into_iter();
        let response = Response {
            status: u16::try_from(reply.status)?,
            headers: of_reply
                .map(|(name, value)| (latin1(&name).to_lowercase(), value))
                .collect(),
            body: reply.body.clone(),
        };
        let mut observed = Observed::from(&response);
        match reply.grpc_status {
            Some(status) if !self.profile.ignores_grpc_status => {
                observed.status = 200;
                observed.grpc = Some((status, latin1(&reply.body)));
            }
            _ if exchange.protocol == Protocol::Grpc => {
                let status = response.header("grpc-status");
                let message = response.header("grpc-message").unwrap_or_default();
                observed.grpc = status.and_then(|status| Some((status.parse().ok()?, message)));
            }
            _ => {}
        }
        self.respond(observed)
    }
}

impl Driver for HostedProxy {
    fn send(&mut self, exchange: &Exchange) -> Result<Observed> {
        self.tell_properties(exchange);
        let headers = self.headers(exchange);
        if let Carrier::Conf(conf) = &self.carrier {
            let request = Incoming {
                method: &exchange.request.method,
                request_uri: &exchange.request.path,
                headers: &headers,
            };
            ensure!(conf.has_filter(&request)?, "a location without the filter");
        }
        let mut turn = self.hosted.request(headers)?;
        if let Turn::Calls(call) = &turn {
            let (call, answer) = (call.clone(), self.call(call)?);
            turn = self.hosted.answer(&call, answer)?;
        }
        let mut observed = match turn {
            Turn::GoesOn => match &self.carrier {
                Carrier::Proxy => self.forward(exchange)?,
                Carrier::Conf(_) => self.forward_by_conf(exchange)?,
                Carrier::Nginx(_) => self.forward_by_nginx(exchange)?,
            },
            Turn::Replied(reply) => self.reply(exchange, reply)?,
            // The client gives up.
            Turn::Calls(_) | Turn::Stuck => Observed {
                status: 504,
                ..Observed::default()
            },
        };
        let rule = self.hosted.vm().property(wire::RULE_PROPERTY);
        observed.rule = rule.and_then(|rule| {
            let rule = String::from_utf8(rule).ok()?;
            Some(rule.split_once('/')?.1.to_owned())
        });
        self.hosted.end()?;
        Ok(observed)
    }
}

fn identity(cluster: &str) -> Result<Identity> {
    let mut parts = cluster.splitn(3, '/');
    let mut part = || parts.next().with_context(|| cluster.to_owned());
    Ok(Identity::new(part()?, part()?, part()?.parse()?))
}
