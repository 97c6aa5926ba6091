//! A config inside of the module: it is obeyed, and nothing that the filter does touches it.

use gamma_bake::{BakeError, bake};
use gamma_config::BAKED_MARKER;
use gamma_interpreter::{
    Code, Hosted, modules,
    profile::{HostProfile, NGINX, OTHERS},
};

use crate::{headers, value};

/// A config of about `size` bytes in which the path `/last` is that of the last rule.
fn config(size: usize) -> String {
    let rule = |path: &str, cluster: &str| {
        format!(
            r#"{{"matches": [{{"path": {{"value": "{path}"}}}}], "backendRefs": [{{"cluster": "{cluster}"}}]}}"#
        )
    };
    let count = size / rule("/filling/0000", "cart").len();
    let mut rules: Vec<String> = (0..count)
        .map(|number| rule(&format!("/filling/{number:04}"), "cart"))
        .collect();
    rules.push(rule("/last", "last"));
    format!(
        r#"{{"version": 1, "settings": {{"clientNamespace": "shop"}}, "services": [{{"namespace": "shop",
           "name": "cart", "ports": [{{"port": 80, "cluster": "cart", "producer": {{"rules": [{}]}}}}]}}]}}"#,
        rules.join(",")
    )
}

fn baked(size: usize) -> Code {
    let module = bake(&modules::compat().unwrap(), config(size).as_bytes()).unwrap();
    Code::new(&module).unwrap()
}

fn cluster(host: &mut Hosted, profile: &HostProfile, filling: usize) -> Option<String> {
    let filling = "x".repeat(filling);
    let authority = profile.authority.unwrap_or("cart");
    let request = headers(&[
        (":authority", authority),
        (":path", "/last"),
        (":method", "GET"),
        (":scheme", "http"),
        ("Host", "cart"),
        ("x-filling", &filling),
    ]);
    host.request(request).unwrap();
    let cluster = value(&host.visible(), "x-gamma-cluster");
    host.end().unwrap();
    cluster
}

#[test]
fn a_baked_config_of_any_size_is_obeyed_in_every_host() {
    for size in [0, 3_000, 200_000] {
        let code = baked(size);
        for profile in OTHERS {
            for configuration in ["", "\n", BAKED_MARKER] {
                let mut host = Hosted::start(&code, profile, configuration).unwrap();
                let cluster = cluster(&mut host, &profile, 0);
                assert_eq!(cluster.as_deref(), Some("last"), "{} {size}", profile.name);
            }
        }
    }
}

/// The allocator gets memory behind the config: requests of more bytes than there are before it don't touch it.
#[test]
fn requests_do_not_touch_a_baked_config() {
    let text = config(100_000);
    let module = modules::compat().unwrap();
    let before = pages(&module);
    let code = Code::new(&bake(&module, text.as_bytes()).unwrap()).unwrap();
    let mut host = Hosted::start(&code, NGINX, "").unwrap();
    for filling in [0, 100, 60_000, 2_000_000, 3_000_000] {
        assert_eq!(cluster(&mut host, &NGINX, filling).as_deref(), Some("last"));
    }
    let memory = host.vm().memory_bytes();
    assert!(memory.len() > 3_000_000, "the memory has grown");
    assert_eq!(&memory[before..][..text.len()], text.as_bytes());
    // And it can be read again, as nginx does when it is reloaded.
    let (accepted, _) = host.vm().configure("").unwrap();
    assert!(accepted);
}

/// "Its memory is what it asked for with `memory.grow`": an allocator that began at the end of the linked memory, or
/// asked how large the memory is, could take the config for free memory.
#[test]
fn the_module_never_asks_how_large_its_memory_is() {
    for payload in wasmparser::Parser::new(0).parse_all(&modules::compat().unwrap()) {
        if let wasmparser::Payload::CodeSectionEntry(body) = payload.unwrap() {
            for operator in body.get_operators_reader().unwrap() {
                let operator = operator.unwrap();
                let asks = matches!(operator, wasmparser::Operator::MemorySize { .. });
                assert!(!asks, "{operator:?}");
            }
        }
    }
}

#[test]
fn a_plugin_configuration_comes_before_a_baked_one() {
    let other = config(0).replace("\"last\"", "\"other\"");
    let mut host = Hosted::start(&baked(0), NGINX, &other).unwrap();
    assert_eq!(cluster(&mut host, &NGINX, 0).as_deref(), Some("other"));
}

#[test]
fn a_config_that_is_nowhere_is_refused_with_the_way_out() {
    let code = Code::new(&modules::compat().unwrap()).unwrap();
    let refused = Hosted::start(&code, NGINX, BAKED_MARKER)
        .unwrap_err()
        .to_string();
    assert!(refused.contains("gammactl compile --bake"), "{refused}");
    // No configuration at all lets every request pass, whatever the file.
    let mut host = Hosted::start(&code, NGINX, "").unwrap();
    assert_eq!(cluster(&mut host, &NGINX, 0), None);
}

#[test]
fn the_file_for_envoy_has_no_place_for_a_config() {
    assert_eq!(
        bake(&modules::lean().unwrap(), b"{}"),
        Err(BakeError::NoSlot)
    );
}

/// Bytes of memory that a module begins with.
fn pages(module: &[u8]) -> usize {
    for payload in wasmparser::Parser::new(0).parse_all(module) {
        if let wasmparser::Payload::MemorySection(section) = payload.unwrap() {
            let memory = section.into_iter().next().unwrap().unwrap();
            return usize::try_from(memory.initial).unwrap() << 16;
        }
    }
    panic!("no memory");
}
