//! A decision, and a config load, of the router alone.

use gamma_tests::host::{Vm, modules};

use crate::counts::Row;

const SIZES: [u32; 4] = [10, 100, 1_000, 10_000];
/// In the order of the cases.
const CASES: [&str; 3] = ["first rule", "last rule", "miss"];

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for rules in SIZES {
        let mut vm = prepared(rules);
        rows.extend((0..).zip(CASES).map(|(case, name)| {
            let instructions = decide(&mut vm, case);
            Row::instructions(&format!("decide, {rules} rules, {name}"), instructions)
        }));
    }
    let mut vm = prepared(1);
    let configure = configure(&mut vm, 10_000);
    rows.push(Row::instructions(
        "read one of 10000 rules",
        configure / 10_000,
    ));
    rows
}

fn prepared(rules: u32) -> Vm {
    let mut vm = Vm::load(&modules::decide().unwrap()).unwrap();
    configure(&mut vm, rules);
    vm
}

fn configure(vm: &mut Vm, rules: u32) -> u64 {
    vm.call::<_, i32>("write", rules).unwrap().unwrap();
    vm.take_cost().unwrap();
    assert_eq!(vm.call::<_, i32>("configure", rules).unwrap(), Some(1));
    vm.take_cost().unwrap().instructions
}

fn decide(vm: &mut Vm, case: u32) -> u64 {
    assert_eq!(vm.call("is_right", case).unwrap(), Some(1), "case {case}");
    vm.take_cost().unwrap();
    assert_eq!(vm.call("decide", case).unwrap(), Some(1));
    vm.take_cost().unwrap().instructions
}

/// The point of it all: ten thousand rules cost as much as ten, but for the longer way down a tree.
#[test]
fn a_decision_does_not_grow_with_the_rules() {
    let costs = |rules| {
        let mut vm = prepared(rules);
        [0, 1, 2].map(|case| decide(&mut vm, case))
    };
    let (few, many) = (costs(10), costs(10_000));
    for ((case, few), many) in CASES.iter().zip(few).zip(many) {
        assert!(many * 2 <= few * 3, "{case}: {few}, then {many}");
    }
}
