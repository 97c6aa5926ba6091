//! The config that `gammactl` may have put into this module: data above the memory that the module was linked with, where
//! the allocator never comes, since all of its memory is what it asked for with `memory.grow`.

#![allow(unsafe_code)]

use std::{
    borrow::Cow,
    ptr::{self, with_exposed_provenance},
    slice,
};

use gamma_config::asks_for_baked;

/// Where the config is in memory, as numbers: `gammactl` writes them into the file.
#[repr(C)]
struct BakedSlot {
    address: usize,
    len: usize,
}

/// Named [`gamma_config::BAKED_SLOT`].
#[unsafe(export_name = "gamma_baked_config")]
static SLOT: BakedSlot = BakedSlot { address: 0, len: 0 };

/// The config that the plugin configuration stands for, which may be itself; `None` if it says that it is in the module, and
/// is not.
pub(crate) fn instead_of(configuration: Vec<u8>) -> Option<Cow<'static, [u8]>> {
    if !asks_for_baked(&configuration) {
        return Some(configuration.into());
    }
    // The compiler knows two zeros; what is there was written into the file later.
    // SAFETY: it is a static of this type, of which each pattern of bits is a value.
    let BakedSlot { address, len } = unsafe { ptr::read_volatile(&raw const SLOT) };
    if address == 0 {
        // No configuration at all lets every request pass, as in the file for Envoy.
        let is_nothing = configuration.trim_ascii().is_empty();
        return is_nothing.then(|| configuration.into());
    }
    // SAFETY: whoever wrote the slot has written as many bytes as data of the module, in memory that nothing else uses.
    Some(unsafe { slice::from_raw_parts(with_exposed_provenance(address), len) }.into())
}
