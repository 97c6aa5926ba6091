//! A config that changes in one of its Services while the one before is in use.

use gamma_interpreter::{Vm, modules};

use crate::counts::Row;

const SERVICES: usize = 100;
/// Of each Service.
const RULES: usize = 100;

/// What a change takes for each of all rules, in instructions and in memory of the VM, which never shrinks.
pub(crate) fn rows() -> [Row; 2] {
    let mut vm = Vm::load(&modules::counted().unwrap()).unwrap();
    let mut configure = |change| {
        let (accepted, cost) = vm.configure(&config(change)).unwrap();
        assert!(accepted, "{:?}", vm.take_log());
        (cost.instructions, vm.memory())
    };
    let first = configure(0);
    let changes: Vec<(u64, usize)> = (1..=10).map(&mut configure).collect();
    let (dearest, memory) = (
        changes.iter().map(|(instructions, _)| *instructions).max(),
        changes.last().unwrap().1,
    );
    let all = SERVICES * RULES;
    let dearest = dearest.unwrap();
    assert!(
        dearest * 3 < first.0,
        "a change takes {dearest} instructions, all of it {}",
        first.0
    );
    let (again, grown) = (
        format!(
            "read one of {all} rules in {SERVICES} Services again when one Service has changed"
        ),
        format!("memory of a VM for one of {all} rules after ten such changes"),
    );
    [
        Row::instructions(&again, dearest / all as u64),
        Row::bytes(&grown, (memory / all) as u64),
    ]
}

/// All Services but one are the same in every `change`.
fn config(change: usize) -> String {
    let services: Vec<String> = (0..SERVICES)
        .map(|service| {
            let path = |rule| match (service, rule) {
                (7, 50) => format!("changed-{change}"),
                _ => format!("{service}/{rule}"),
            };
            let rules: Vec<String> = (0..RULES)
                .map(|rule| {
                    format!(
                        r#"{{"route":"HTTPRoute/shop/route-{rule}","name":"0","matches":[{{"path":{{"type":"PathPrefix","value":"/items/{path}"}}}}],"backendRefs":[{{"cluster":"shop/v1/80"}}]}}"#,
                        path = path(rule),
                    )
                })
                .collect();
            format!(
                r#"{{"namespace":"shop","name":"s{service}","ports":[{{"port":80,"cluster":"shop/s{service}/80","producer":{{"rules":[{}]}}}}]}}"#,
                rules.join(",")
            )
        })
        .collect();
    format!(r#"{{"version":1,"services":[{}]}}"#, services.join(","))
}
