//! A decision, and a config load, of the router alone.

use std::sync::LazyLock;

use gamma_interpreter::{Vm, modules};

use crate::counts::Row;

const SIZES: [u32; 4] = [10, 100, 1_000, 10_000];
/// In the order of the module's cases.
const CASES: [&str; 3] = ["first rule", "last rule", "miss"];

/// Of a router with so many rules.
struct Counted {
    rules: u32,
    /// Instructions of reading the config.
    configure: u64,
    /// Of each case.
    decide: [u64; CASES.len()],
}

/// Interpreting takes seconds: once for all tests.
static COUNTED: LazyLock<[Counted; SIZES.len()]> = LazyLock::new(|| SIZES.map(count));

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for Counted { rules, decide, .. } in &*COUNTED {
        rows.extend(CASES.iter().zip(decide).map(|(case, &instructions)| {
            Row::instructions(&format!("decide, {rules} rules, {case}"), instructions)
        }));
    }
    let [
        ..,
        Counted {
            rules, configure, ..
        },
    ] = &*COUNTED;
    let each = configure / u64::from(*rules);
    rows.push(Row::instructions(
        &format!("read one of {rules} rules"),
        each,
    ));
    rows
}

fn count(rules: u32) -> Counted {
    let mut vm = Vm::load(&modules::decide().unwrap()).unwrap();
    vm.call::<_, i32>("write", rules).unwrap().unwrap();
    vm.take_cost().unwrap();
    assert_eq!(vm.call::<_, i32>("configure", rules).unwrap(), Some(1));
    let configure = vm.take_cost().unwrap().instructions;
    let decide = [0, 1, 2].map(|case: u32| {
        assert_eq!(vm.call("is_right", case).unwrap(), Some(1), "case {case}");
        vm.take_cost().unwrap();
        assert_eq!(vm.call("decide", case).unwrap(), Some(1));
        vm.take_cost().unwrap().instructions
    });
    Counted {
        rules,
        configure,
        decide,
    }
}

/// The point of it all: ten thousand rules cost as much as ten, but for the longer way down a tree.
#[test]
fn a_decision_does_not_grow_with_the_rules() {
    let [few, .., many] = &*COUNTED;
    for ((case, few), many) in CASES.iter().zip(few.decide).zip(many.decide) {
        assert!(many * 2 <= few * 3, "{case}: {few}, then {many}");
    }
}
