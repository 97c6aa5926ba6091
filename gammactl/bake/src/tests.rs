//! Modules are baked, baked anew and refused. `tests/tests/hosts/baked.rs` does it with the filter itself.

use wasmparser::{DataKind, Operator, Payload};

use super::*;

/// As the filter is: its stack first, a slot that is exported by its address, no memory but what it asks for.
const MODULE: &str = r#"(module
    (import "env" "log" (func (param i32)))
    (memory (export "memory") 2 10)
    (global (mut i32) (i32.const 65536))
    (global (export "gamma_baked_config") i32 (i32.const 65544))
    (func (export "run") i32.const 0 i32.const 0 i32.const 0 memory.init 1 data.drop 1)
    (data (i32.const 65536) "own data")
    (data "passive"))"#;

fn module(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

/// The address of a segment of data, if it has one, and its bytes.
type Segment = (Option<i32>, Vec<u8>);

/// Pages of memory, and the data in it.
fn memory(module: &[u8]) -> (u64, Vec<Segment>) {
    let (mut pages, mut data) = (0, Vec::new());
    let mut counted = None;
    for payload in wasmparser::Parser::new(0).parse_all(module) {
        match payload.unwrap() {
            Payload::MemorySection(section) => {
                pages = section.into_iter().next().unwrap().unwrap().initial;
            }
            Payload::DataCountSection { count, .. } => counted = Some(count),
            Payload::DataSection(section) => {
                assert_eq!(counted, Some(section.count()));
                for segment in section {
                    let segment = segment.unwrap();
                    let address = match segment.kind {
                        DataKind::Active { offset_expr, .. } => {
                            match offset_expr.get_operators_reader().read().unwrap() {
                                Operator::I32Const { value } => Some(value),
                                other => panic!("{other:?}"),
                            }
                        }
                        DataKind::Passive => None,
                    };
                    data.push((address, segment.data.to_vec()));
                }
            }
            _ => {}
        }
    }
    (pages, data)
}

fn slot(address: u32, len: u32) -> Vec<u8> {
    [address.to_le_bytes(), len.to_le_bytes()].concat()
}

#[test]
fn the_config_is_in_memory_of_its_own_and_the_slot_says_where() {
    let module = module(MODULE);
    for (len, pages) in [(0, 2), (1, 3), (65_536, 3), (65_537, 4)] {
        let config = vec![b'x'; len];
        let baked = bake(&module, &config).unwrap();
        let (found, data) = memory(&baked);
        assert_eq!(found, pages, "{len}");
        let expected = [
            (Some(65_536), b"own data".to_vec()),
            (None, b"passive".to_vec()),
            (Some(131_072), config),
            (Some(65_544), slot(131_072, u32::try_from(len).unwrap())),
        ];
        assert_eq!(data, expected, "{len}");
    }
}

#[test]
fn what_is_not_about_memory_stays_as_it_is() {
    let module = module(MODULE);
    let sections = |module: &[u8]| -> Vec<(u8, Vec<u8>)> {
        let payloads = wasmparser::Parser::new(0).parse_all(module);
        let sections = payloads.filter_map(|payload| {
            let (id, range) = payload.unwrap().as_section()?;
            let range = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
            Some((id, module[range].to_vec()))
        });
        // Memory, data and their count; the mark is a custom section.
        sections
            .filter(|(id, _)| ![0, 5, 11, 12].contains(id))
            .collect()
    };
    let baked = bake(&module, b"config").unwrap();
    assert_eq!(sections(&baked), sections(&module));
}

#[test]
fn a_baked_module_is_baked_anew() {
    let module = module(MODULE);
    let first = bake(&module, &[b'1'; 200_000]).unwrap();
    let second = bake(&first, b"second").unwrap();
    assert_eq!(second, bake(&module, b"second").unwrap());
    assert_ne!(first, second);
}

#[test]
fn what_is_no_module_of_ours_is_refused() {
    let no_slot = MODULE.replace("gamma_baked_config", "other");
    let imported = MODULE
        .replace("i32 (i32.const 65544)", "i32 (global.get 0)")
        .replace(
            "(import \"env\" \"log\" (func (param i32)))",
            "(import \"env\" \"at\" (global i32))",
        );
    let memory64 = MODULE.replace("2 10)", "i64 2 10)").replace(
        "i32.const 0 i32.const 0 i32.const 0 memory.init 1 data.drop 1",
        "",
    );
    let memory64 = memory64.replace("(data (i32.const", "(data (i64.const");
    for text in [&no_slot, &imported, &memory64, "(module)"] {
        assert_eq!(
            bake(&module(text), b"config"),
            Err(BakeError::NoSlot),
            "{text}"
        );
    }
    let component = module("(component)");
    for bytes in [&b"no module"[..], b"", b"\0asm", &component] {
        let refused = bake(bytes, b"config");
        assert!(
            matches!(refused, Err(BakeError::NotAModule(_))),
            "{refused:?}"
        );
    }
    let outside = MODULE.replace("65544", "131070");
    let refused = bake(&module(&outside), b"config");
    assert!(matches!(refused, Err(BakeError::Changed(_))), "{refused:?}");
}

/// Ten pages at most, of which the filter needs one to grow by.
#[test]
fn what_does_not_fit_is_refused() {
    let module = module(MODULE);
    bake(&module, &[0; 7 * 65_536]).unwrap();
    let large = vec![0; 8 * 65_536];
    assert_eq!(bake(&module, &large), Err(BakeError::TooLarge(large.len())));
}

/// Cut or changed anywhere: an error or a module, and no panic.
#[test]
fn damage_is_no_panic() {
    let module = module(MODULE);
    for module in [bake(&module, b"config").unwrap(), module] {
        for end in 0..module.len() {
            let cut = bake(&module[..end], b"new");
            // Some sections at the end are missed by nobody.
            assert!(cut.is_err() || memory(&cut.unwrap()).0 > 2, "{end}");
        }
        for place in 0..module.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut changed = module.clone();
                changed[place] = value;
                let _ = bake(&changed, b"new");
            }
        }
    }
}
