//! Writes a module with a config in it. What is not about memory and data is copied byte by byte.

use std::ops::Range;

use wasm_encoder::{
    ConstExpr, CustomSection, DataCountSection, DataSection, MemorySection, MemoryType, Module,
    RawSection,
};
use wasmparser::{Parser, Payload};

use crate::{
    error::BakeError,
    layout::{Layout, MARK, PAGE, damaged},
};

/// 4 GiB.
const MOST_PAGES: u64 = 1 << 16;
/// The config and the slot.
const SEGMENTS: usize = 2;

pub(crate) fn with_config(
    module: &[u8],
    layout: &Layout,
    config: &[u8],
) -> Result<Vec<u8>, BakeError> {
    let too_large = BakeError::TooLarge(config.len());
    let (Some(len), Some(address)) = (
        u32::try_from(config.len()).ok(),
        u32::try_from(layout.memory.initial.saturating_mul(PAGE)).ok(),
    ) else {
        return Err(too_large);
    };
    let pages = layout
        .memory
        .initial
        .saturating_add(u64::from(len).div_ceil(PAGE));
    // The filter needs memory too: a module that can't grow has no use for a config.
    if pages >= layout.memory.maximum.unwrap_or(MOST_PAGES) {
        return Err(too_large);
    }
    let mut baked = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.map_err(damaged)?;
        match &payload {
            Payload::MemorySection(_) => {
                let mut section = MemorySection::new();
                section.memory(MemoryType {
                    minimum: pages,
                    maximum: layout.memory.maximum,
                    memory64: false,
                    shared: false,
                    page_size_log2: None,
                });
                baked.section(&section);
            }
            Payload::DataCountSection { .. } => {
                let count = layout.own_segments.saturating_add(SEGMENTS);
                let count = u32::try_from(count).unwrap_or(u32::MAX);
                baked.section(&DataCountSection { count });
            }
            Payload::DataSection(section) => {
                let mut data = DataSection::new();
                for segment in section.clone().into_iter().take(layout.own_segments) {
                    data.raw(bytes(module, &segment.map_err(damaged)?.range));
                }
                let at = |address: u32| ConstExpr::i32_const(address.cast_signed());
                data.active(0, &at(address), config.iter().copied());
                let slot = [address.to_le_bytes(), len.to_le_bytes()].concat();
                // Behind the module's own, so that it is what stays in memory.
                data.active(0, &at(layout.slot), slot);
                baked.section(&data);
            }
            Payload::CustomSection(section) if section.name() == MARK => {}
            _ => {
                if let Some((id, range)) = payload.as_section() {
                    let data = bytes(module, &range);
                    baked.section(&RawSection { id, data });
                }
            }
        }
    }
    baked.section(&CustomSection {
        name: MARK.into(),
        data: layout.memory.initial.to_le_bytes().as_slice().into(),
    });
    Ok(baked.finish())
}

/// A part of the file. The parser has read it: it is there.
fn bytes<'m>(module: &'m [u8], range: &Range<u64>) -> &'m [u8] {
    let at = |offset: u64| usize::try_from(offset).ok();
    let range = at(range.start).zip(at(range.end));
    let part = range.and_then(|(start, end)| module.get(start..end));
    part.unwrap_or_default()
}
