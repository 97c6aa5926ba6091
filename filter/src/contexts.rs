//! The contexts of a VM: plugin configurations and the requests under way, by the numbers that the host gave them.
//!
//! Nothing is presumed of a host's habits. A number that is not known, a number that is used twice, a callback
//! during another: each gets an answer, and a request that nobody can decide never goes on.

use std::{
    cell::RefCell,
    hash::{BuildHasherDefault, Hasher},
    rc::Rc,
};

use hashbrown::HashMap;

use crate::{config::Shared, context::Stream};

/// All contexts of a VM.
#[derive(Default)]
pub(crate) struct Contexts {
    /// A handful: a proxy's plugins and their successors.
    roots: RefCell<Vec<(u32, Rc<Shared>)>>,
    /// `None` while a callback has the stream.
    streams: RefCell<HashMap<u32, Option<Box<Stream>>, BuildHasherDefault<IdHasher>>>,
}

impl Contexts {
    /// Makes `shared` the configuration of the plugin `root`, for requests that begin from now on.
    pub(crate) fn configure(&self, root: u32, shared: Shared) {
        if let Ok(mut roots) = self.roots.try_borrow_mut() {
            roots.retain(|(id, _)| *id != root);
            roots.push((root, Rc::new(shared)));
        }
    }

    /// Begins the request `id` of the plugin `root`, unless that has no configuration.
    pub(crate) fn begin(&self, id: u32, root: u32) {
        if let (Ok(roots), Ok(mut streams)) =
            (self.roots.try_borrow(), self.streams.try_borrow_mut())
            && let Some((_, shared)) = roots.iter().find(|(id, _)| *id == root)
        {
            let stream = Stream::new(Rc::clone(shared));
            streams.insert(id, Some(Box::new(stream)));
        }
    }

    /// Calls back for the request `id`; `None` if there is no such request, or it is being called back.
    pub(crate) fn call<T>(&self, id: u32, back: impl FnOnce(&mut Stream) -> T) -> Option<T> {
        let mut stream = self.streams.try_borrow_mut().ok()?.get_mut(&id)?.take()?;
        let result = back(&mut stream);
        // The host may have deleted it meanwhile.
        if let Ok(mut streams) = self.streams.try_borrow_mut()
            && let Some(slot) = streams.get_mut(&id)
        {
            *slot = Some(stream);
        }
        Some(result)
    }

    /// The request that waits for the answer to the HTTP call number `call`.
    pub(crate) fn waiting_for(&self, call: u32) -> Option<u32> {
        let streams = self.streams.try_borrow().ok()?;
        let mut streams = streams.iter();
        let waits = |stream: &Option<Box<Stream>>| {
            stream.as_ref().is_some_and(|stream| stream.waits_for(call))
        };
        streams.find_map(|(id, stream)| waits(stream).then_some(*id))
    }

    /// Forgets the request or the plugin `id`.
    pub(crate) fn delete(&self, id: u32) {
        let known = match self.streams.try_borrow_mut() {
            Ok(mut streams) => streams.remove(&id).is_some(),
            Err(_) => true,
        };
        if !known && let Ok(mut roots) = self.roots.try_borrow_mut() {
            roots.retain(|(root, _)| *root != id);
        }
    }
}

/// Hashes the numbers of contexts. The host counts them up: no client chooses one.
#[derive(Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, id: u32) {
        // The map reads the low bits and the seven highest.
        self.0 = (self.0 ^ u64::from(id)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}
