//! Where requests for a Service port can be sent: its names, spelt in ways that matches and
//! redirects can tell apart.

use std::net::SocketAddr;

use fixedbitset::FixedBitSet;
use gamma_config::{Service, ServiceKind};
use gamma_router::{Action, BuildError, HostPattern, Request, Router};

use super::{
    language::{Language, Part, Predicate},
    port_side::PortSide,
    space::{Atom, Key},
};

/// Where a request is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) scheme: &'static str,
    pub(super) authority: String,
    pub(super) destination: Option<SocketAddr>,
}

/// What reaches one Service port on both sides.
#[derive(Debug)]
pub(super) struct Targets {
    sides: [Router; 2],
    /// Plain ones first.
    known: Vec<Target>,
    destination: Option<SocketAddr>,
    port: u16,
}

impl Targets {
    pub(super) fn new(old: PortSide<'_>, new: PortSide<'_>) -> Result<Self, BuildError> {
        let port = new.port.port;
        let shared_ip = new
            .service
            .cluster_ips
            .iter()
            .find(|ip| old.service.cluster_ips.contains(ip));
        let mut targets = Self {
            sides: [old.router(None)?, new.router(None)?],
            known: Vec::new(),
            destination: shared_ip.map(|ip| SocketAddr::new(*ip, port)),
            port,
        };
        let names = names(new);
        let (plain, secure) = match port {
            443 => ("https", "http"),
            _ => ("http", "https"),
        };
        let spellings = names.iter().flat_map(|name| {
            let upper = name.to_ascii_uppercase();
            [
                (plain, with_port(name, plain, port)),
                (plain, format!("{name}:{port}")),
                (plain, with_port(&upper, plain, port)),
                (secure, with_port(name, secure, port)),
            ]
        });
        for (scheme, authority) in spellings {
            targets.add(scheme, authority);
        }
        Ok(targets)
    }

    fn add(&mut self, scheme: &'static str, authority: String) {
        let target = self.reach(scheme, authority);
        self.known
            .extend(target.filter(|target| !self.known.contains(target)));
    }

    /// By its authority if that leads here, else by a cluster IP.
    fn reach(&self, scheme: &'static str, authority: String) -> Option<Target> {
        let target = |destination| Target {
            scheme,
            authority: authority.clone(),
            destination,
        };
        let candidates = [
            Some(target(None)),
            self.destination.map(|d| target(Some(d))),
        ];
        candidates
            .into_iter()
            .flatten()
            .find(|target| self.sides.iter().all(|side| target.arrives(side)))
    }

    /// Whether there is no way to it that is the same on both sides.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The first target, others that the predicates tell from it, and some that only a redirect
    /// tells from it. Each with the predicates that hold for it.
    pub(super) fn atoms(&self, keys: &[Key], cut: &mut bool) -> Vec<(Atom, FixedBitSet)> {
        let texts: Vec<Predicate> = keys.iter().filter_map(Key::text).cloned().collect();
        let mut language = Language::new(Part::Value, &texts);
        let plain = if self.port == 443 { "https" } else { "http" };
        let hosts = keys.iter().filter_map(|key| match key {
            Key::Hostname(host) => Some(match host.strip_prefix('*') {
                Some(suffix) => format!("x{suffix}"),
                None => host.clone(),
            }),
            _ => None,
        });
        let hosts = hosts.map(|host| with_port(&host, plain, self.port));
        let mut words = Vec::new();
        if !texts.is_empty() {
            words = language.words();
        }
        let words = words.into_iter().map(|word| word.text);
        // An authority is no place for everything that a pattern allows.
        let words = words.filter(|word| is_authority(word));
        let wanted: Vec<Target> = hosts
            .chain(words)
            .filter_map(|authority| self.reach(plain, authority))
            .collect();
        let mut atoms: Vec<(Atom, FixedBitSet)> = Vec::new();
        for (n, target) in self.known.iter().chain(&wanted).enumerate() {
            let mut by_text = language
                .holds(&target.authority)
                .ones()
                .collect::<Vec<_>>()
                .into_iter()
                .peekable();
            let mut holds = FixedBitSet::with_capacity(keys.len());
            let mut text = 0;
            for (k, key) in keys.iter().enumerate() {
                let is_held = match key {
                    Key::Hostname(host) => {
                        HostPattern::new(host).matches_authority(target.authority.as_bytes())
                    }
                    Key::Method(_) => false,
                    Key::Text(_) => {
                        text += 1;
                        by_text.next_if_eq(&(text - 1)).is_some()
                    }
                };
                holds.set(k, is_held);
            }
            let spelling = n < self.known.len().min(MAX_SPELLINGS);
            if spelling || !atoms.iter().any(|(_, other)| *other == holds) {
                atoms.push((Atom::Target(target.clone()), holds));
            }
        }
        *cut |= language.is_cut();
        atoms
    }
}

/// Ways to name the Service that are looked at whether or not a match tells them apart.
const MAX_SPELLINGS: usize = 5;

impl Target {
    fn arrives(&self, side: &Router) -> bool {
        let headers: [(&str, &str); 0] = [];
        let request = Request {
            method: b"GET",
            scheme: self.scheme.as_bytes(),
            authority: self.authority.as_bytes(),
            path: b"/",
            destination: self.destination,
            now: 0,
            headers: &headers,
        };
        let decision = side.decide(&request, &mut fastrand::Rng::with_seed(0));
        matches!(decision.action, Action::Forward { .. })
    }
}

/// The names of a Service, the one that says all without saying too much first.
fn names(side: PortSide<'_>) -> Vec<String> {
    let Service {
        namespace,
        name,
        hosts,
        kind,
        ..
    } = side.service;
    let mut names = Vec::new();
    if *kind == ServiceKind::Service {
        let domain = side.config.settings.cluster_domain.to_ascii_lowercase();
        names.push(format!("{name}.{namespace}"));
        names.push(format!("{name}.{namespace}.svc.{domain}"));
        names.push(name.clone());
        names.push(format!("{name}.{namespace}.svc"));
    }
    names.extend(hosts.iter().cloned());
    names
}

fn with_port(host: &str, scheme: &str, port: u16) -> String {
    match (scheme, port) {
        ("http", 80) | ("https", 443) => host.into(),
        _ => format!("{host}:{port}"),
    }
}

fn is_authority(text: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    !text.is_empty() && text.chars().all(is_letter)
}
