//! Which Service a connection to an address is for. No address stands for two in the route config.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
};

use gamma_manifest::{
    Manifests, Service, ServiceKind,
    diagnostic::{Diagnostic, Diagnostics, codes},
};

use super::frontend::ServiceKey;

/// The Service that has each address.
pub(crate) struct AddressOwners<'m>(HashMap<IpAddr, &'m Service>);

/// A cluster gives no address to two Services. A ServiceImport may have any, and that of the Service
/// which stands for it in this cluster usually: whoever dials the address means the import.
pub(crate) fn of_services<'m>(
    manifests: &'m Manifests,
    diagnostics: &mut Diagnostics,
) -> AddressOwners<'m> {
    let is_import = |service: &&Service| service.kind == ServiceKind::ServiceImport;
    let imports = manifests.services.iter().filter(is_import);
    let services = manifests.services.iter().filter(|s| !is_import(s));
    let mut owners: HashMap<IpAddr, &Service> = HashMap::new();
    for service in imports.chain(services) {
        for ip in &service.cluster_ips {
            let first = match owners.entry(ip.value) {
                Entry::Vacant(entry) => {
                    entry.insert(service);
                    continue;
                }
                Entry::Occupied(entry) => *entry.get(),
            };
            if is_import(&service) && ServiceKey::of(first) != ServiceKey::of(service) {
                let name = &first.metadata.name;
                let other = format!("`{}/{}`", first.metadata.namespace, name.value);
                diagnostics.push(
                    Diagnostic::new(
                        &codes::ADDRESS_SHARED,
                        ip.span,
                        format!("address {} is that of ServiceImport {other}", ip.value),
                    )
                    .why(format!("connections to it are for {other}"))
                    .hint("give each an address of its own, or leave `ips` out")
                    .also(name.span, "the first one"),
                );
            }
        }
    }
    AddressOwners(owners)
}

impl AddressOwners<'_> {
    /// The addresses that stand for `service`, in the order in which it has them.
    pub(crate) fn of(&self, service: &Service) -> Vec<IpAddr> {
        let is_own = |ip: &IpAddr| {
            let owner = self.0.get(ip);
            owner.is_some_and(|owner| ServiceKey::of(owner) == ServiceKey::of(service))
        };
        let ips = service.cluster_ips.iter().map(|ip| ip.value);
        let mut own: Vec<IpAddr> = ips.filter(is_own).collect();
        own.dedup();
        own
    }
}
