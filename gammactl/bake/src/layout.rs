//! What has to be known of a module before a config is put into it.

use gamma_config::BAKED_SLOT;
use wasmparser::{
    BinaryReaderError, ConstExpr, DataKind, Encoding, ExternalKind, MemoryType, Operator, Parser,
    Payload, TypeRef,
};

use crate::error::BakeError;

/// The custom section by which a baked module is known: how many pages its memory had before.
pub(crate) const MARK: &str = "gamma.baked";
/// Bytes of a page of memory.
pub(crate) const PAGE: u64 = 1 << 16;
/// What the slot takes.
const SLOT_BYTES: u64 = 8;

/// Where things are in a module.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The memory as the module was built with it.
    pub(crate) memory: MemoryType,
    /// The address of the slot.
    pub(crate) slot: u32,
    /// How many segments of data are the module's own.
    pub(crate) own_segments: usize,
}

impl Layout {
    pub(crate) fn read(module: &[u8]) -> Result<Self, BakeError> {
        if !module.starts_with(b"\0asm") {
            return Err(BakeError::NotAModule("it does not begin like one".into()));
        }
        let mut found = FoundSections::default();
        for payload in Parser::new(0).parse_all(module) {
            found.add(payload.map_err(damaged)?)?;
        }
        found.layout()
    }
}

pub(crate) fn damaged(error: BinaryReaderError) -> BakeError {
    BakeError::NotAModule(format!("{} (at byte {})", error.message(), error.offset()))
}

/// What the sections say, each by itself.
#[derive(Default)]
struct FoundSections {
    memories: Vec<MemoryType>,
    imported_globals: usize,
    /// Values of the module's own globals, as far as they are constants.
    globals: Vec<Option<i32>>,
    slot_global: Option<u32>,
    /// The address of each segment, where it is a constant.
    segments: Vec<Option<u32>>,
    pages_before: Option<u64>,
}

impl FoundSections {
    fn add(&mut self, payload: Payload<'_>) -> Result<(), BakeError> {
        match payload {
            Payload::Version { encoding, .. } if encoding != Encoding::Module => {
                return Err(BakeError::NotAModule("it is a component".into()));
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    match import.map_err(damaged)?.ty {
                        TypeRef::Memory(_) => return Err(BakeError::NoSlot),
                        TypeRef::Global(_) => self.imported_globals += 1,
                        _ => {}
                    }
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    self.memories.push(memory.map_err(damaged)?);
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global.map_err(damaged)?;
                    self.globals.push(constant(&global.init_expr)?);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.map_err(damaged)?;
                    if export.name == BAKED_SLOT && export.kind == ExternalKind::Global {
                        self.slot_global = Some(export.index);
                    }
                }
            }
            Payload::DataSection(section) => {
                for segment in section {
                    let segment = segment.map_err(damaged)?;
                    let address = match &segment.kind {
                        DataKind::Active { offset_expr, .. } => constant(offset_expr)?,
                        DataKind::Passive => None,
                    };
                    self.segments.push(address.map(i32::cast_unsigned));
                }
            }
            Payload::CustomSection(section) if section.name() == MARK => {
                let pages = <[u8; 8]>::try_from(section.data());
                let pages = pages.map_err(|_| BakeError::Changed("its mark is damaged"))?;
                self.pages_before = Some(u64::from_le_bytes(pages));
            }
            _ => {}
        }
        Ok(())
    }

    fn layout(self) -> Result<Layout, BakeError> {
        let slot = self.slot_global.ok_or(BakeError::NoSlot)?;
        let slot = usize::try_from(slot).ok();
        let slot = slot.and_then(|slot| slot.checked_sub(self.imported_globals));
        let slot = slot.and_then(|slot| self.globals.get(slot).copied().flatten());
        let slot = slot.ok_or(BakeError::NoSlot)?.cast_unsigned();
        let [mut memory] = *self.memories else {
            return Err(BakeError::NoSlot);
        };
        if memory.memory64 || memory.shared || memory.page_size_log2.is_some() {
            return Err(BakeError::NoSlot);
        }
        let mut own = self.segments.as_slice();
        if let Some(pages) = self.pages_before {
            let [rest @ .., text, address] = own else {
                return Err(BakeError::Changed("its config is gone"));
            };
            let is_ours = address.is_some_and(|address| address == slot)
                && text.is_some_and(|text| u64::from(text) == pages.saturating_mul(PAGE));
            if !is_ours || pages > memory.initial {
                return Err(BakeError::Changed("its config is not where it was put"));
            }
            own = rest;
            memory.initial = pages;
        }
        let slot_end = u64::from(slot).saturating_add(SLOT_BYTES);
        if slot_end > memory.initial.saturating_mul(PAGE) {
            return Err(BakeError::Changed(
                "its place for a config is outside of its memory",
            ));
        }
        Ok(Layout {
            memory,
            slot,
            own_segments: own.len(),
        })
    }
}

/// The value of an expression that is one constant.
fn constant(expression: &ConstExpr<'_>) -> Result<Option<i32>, BakeError> {
    let mut operators = expression.get_operators_reader();
    Ok(match operators.read().map_err(damaged)? {
        Operator::I32Const { value } if operators.is_end_then_eof() => Some(value),
        _ => None,
    })
}
