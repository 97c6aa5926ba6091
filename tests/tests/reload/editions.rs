//! Which configs a request may be decided by: the one that is acknowledged when it begins, and each that has been
//! begun until it is answered.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use gamma_testbed::client::Response;

/// The header by which a rule says of which edition it is.
pub(crate) const EDITION: &str = "x-edition";

/// Every config that there has been, by its number.
#[derive(Debug, Default)]
pub(crate) struct Editions(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// The Services to which the first rule of each edition sends.
    services: Vec<BTreeSet<String>>,
    acknowledged: usize,
}

impl Editions {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Requests may be decided by a new edition from now on; its number.
    pub(crate) fn begin(&self, services: impl IntoIterator<Item = String>) -> usize {
        let mut known = self.lock();
        known.services.push(services.into_iter().collect());
        known.services.len() - 1
    }

    /// No request that begins from now on may be decided by an older one than the last.
    pub(crate) fn acknowledge(&self) {
        let mut known = self.lock();
        known.acknowledged = known.services.len() - 1;
    }

    /// The edition that holds for a request that begins now.
    pub(crate) fn acknowledged(&self) -> usize {
        self.lock().acknowledged
    }

    /// Whether a request that began when `oldest` was acknowledged may get this `response` of an echo backend.
    pub(crate) fn check(&self, oldest: usize, response: &Response) -> Result<(), String> {
        let said = || format!("{} {}", response.status, response.text());
        if response.status != 200 {
            return Err(said());
        }
        let echoed = response.echoed().map_err(|_| said())?;
        let edition = echoed.header(EDITION).collect::<Vec<_>>().join(" ");
        let edition: usize = edition
            .parse()
            .map_err(|_| format!("decided by no edition: {edition:?}"))?;
        let known = self.lock();
        match known.services.get(edition) {
            Some(services) if edition >= oldest => {
                let service = service(&echoed.backend);
                let sent_there = services.contains(service);
                sent_there
                    .then_some(())
                    .ok_or_else(|| format!("edition {edition} does not send to {service}"))
            }
            _ => Err(format!(
                "decided by edition {edition}, when {oldest} was acknowledged, of {}",
                known.services.len()
            )),
        }
    }
}

/// The Service of a backend: those of one Service are called by it, and after a `+` by what tells them apart.
pub(crate) fn service(backend: &str) -> &str {
    backend
        .split_once('+')
        .map_or(backend, |(service, _)| service)
}
