//! The addresses of a Service port: its names, spelt in ways that matches and redirects can tell
//! apart.

use std::net::SocketAddr;

use fixedbitset::FixedBitSet;
use gamma_config::{Service, ServiceKind};
use gamma_router::{BuildError, HostPattern, Router};

use super::{
    language::{PredicateLanguage, TextKind},
    port_side::PortSide,
    request_part::{PartPredicate, PartValue},
    service_address::ServiceAddress,
    text_predicate::TextPredicate,
};

/// Ways to name the Service that are looked at whether or not a match tells them apart.
const MAX_SPELLINGS: usize = 5;

/// What reaches one Service port on both sides.
#[derive(Debug)]
pub(super) struct ServiceAddresses {
    sides: [Router; 2],
    /// Plain ones first.
    known: Vec<ServiceAddress>,
    destination: Option<SocketAddr>,
    port: u16,
}

impl ServiceAddresses {
    pub(super) fn new(old: PortSide<'_>, new: PortSide<'_>) -> Result<Self, BuildError> {
        let port = new.port.port;
        let shared_ip = new
            .service
            .cluster_ips
            .iter()
            .find(|ip| old.service.cluster_ips.contains(ip));
        let mut addresses = Self {
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
            addresses.add(scheme, authority);
        }
        Ok(addresses)
    }

    fn add(&mut self, scheme: &'static str, authority: String) {
        let address = self.reach(scheme, authority);
        self.known
            .extend(address.filter(|address| !self.known.contains(address)));
    }

    /// By its authority if that leads here, else by a cluster IP.
    fn reach(&self, scheme: &'static str, authority: String) -> Option<ServiceAddress> {
        let address = |destination| ServiceAddress {
            scheme,
            authority: authority.clone(),
            destination,
        };
        let candidates = [
            Some(address(None)),
            self.destination.map(|d| address(Some(d))),
        ];
        candidates
            .into_iter()
            .flatten()
            .find(|address| self.sides.iter().all(|side| address.leads_to(side)))
    }

    /// Whether there is no way to it that is the same on both sides.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The first address, others that the predicates tell from it, and some that only a redirect
    /// tells from it. Each with the predicates that hold for it.
    pub(super) fn values(
        &self,
        predicates: &[PartPredicate],
        cut: &mut bool,
    ) -> Vec<(PartValue, FixedBitSet)> {
        let texts: Vec<TextPredicate> = predicates
            .iter()
            .filter_map(PartPredicate::text)
            .cloned()
            .collect();
        let mut language = PredicateLanguage::new(TextKind::Value, &texts);
        let plain = if self.port == 443 { "https" } else { "http" };
        let hosts = predicates.iter().filter_map(|predicate| match predicate {
            PartPredicate::Hostname(host) => Some(match host.strip_prefix('*') {
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
        // A pattern may allow characters that no authority can have.
        let words = words.filter(|word| is_authority(word));
        let wanted: Vec<ServiceAddress> = hosts
            .chain(words)
            .filter_map(|authority| self.reach(plain, authority))
            .collect();
        let mut values: Vec<(PartValue, FixedBitSet)> = Vec::new();
        for (n, address) in self.known.iter().chain(&wanted).enumerate() {
            let mut by_text = language
                .holds(&address.authority)
                .ones()
                .collect::<Vec<_>>()
                .into_iter()
                .peekable();
            let mut holds = FixedBitSet::with_capacity(predicates.len());
            let mut text = 0;
            for (p, predicate) in predicates.iter().enumerate() {
                let is_held = match predicate {
                    PartPredicate::Hostname(host) => {
                        HostPattern::new(host).matches_authority(address.authority.as_bytes())
                    }
                    PartPredicate::Method(_) => false,
                    PartPredicate::Text(_) | PartPredicate::TextOrMissing(_) => {
                        text += 1;
                        by_text.next_if_eq(&(text - 1)).is_some()
                    }
                };
                holds.set(p, is_held);
            }
            let spelling = n < self.known.len().min(MAX_SPELLINGS);
            if spelling || !values.iter().any(|(_, other)| *other == holds) {
                values.push((PartValue::Address(address.clone()), holds));
            }
        }
        *cut |= language.is_cut();
        values
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
