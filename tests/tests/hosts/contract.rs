//! What a module may import and has to export, with signatures. A host refuses a module for an import that it does not
//! have, called or not, and some hosts die where an export is missing.

use std::collections::BTreeMap;

use gamma_interpreter::modules;
use wasmparser::{ExternalKind, Parser, Payload, TypeRef, ValType};

/// Parameters and results by letters: `i` is an i32, `I` an i64.
const IMPORTS: &str = "
    proxy_add_header_map_value          iiiii -> i
    proxy_continue_stream               i -> i
    proxy_define_metric                 iiii -> i
    proxy_get_buffer_bytes              iiiii -> i
    proxy_get_current_time_nanoseconds  i -> i
    proxy_get_header_map_pairs          iii -> i
    proxy_get_property                  iiii -> i
    proxy_http_call                     iiiiiiiiii -> i
    proxy_increment_metric              iI -> i
    proxy_log                           iii -> i
    proxy_remove_header_map_value       iii -> i
    proxy_replace_header_map_value      iiiii -> i
    proxy_send_local_response           iiiiiiii -> i
    proxy_set_effective_context         i -> i
    proxy_set_property                  iiii -> i
";
/// What the SDK could be asked to call, and WASI: Envoy has all of it.
const IMPORTS_FOR_ENVOY: &str = "
    environ_get                         ii -> i
    environ_sizes_get                   ii -> i
    fd_write                            iiii -> i
    proc_exit                           i ->
    proxy_call_foreign_function         iiiiii -> i
    proxy_close_stream                  i -> i
    proxy_dequeue_shared_queue          iii -> i
    proxy_done                          -> i
    proxy_enqueue_shared_queue          iii -> i
    proxy_get_header_map_value          iiiii -> i
    proxy_get_log_level                 i -> i
    proxy_get_shared_data               iiiii -> i
    proxy_get_status                    iii -> i
    proxy_grpc_call                     iiiiiiiiiiii -> i
    proxy_grpc_cancel                   i -> i
    proxy_grpc_close                    i -> i
    proxy_grpc_send                     iiii -> i
    proxy_grpc_stream                   iiiiiiiii -> i
    proxy_register_shared_queue         iii -> i
    proxy_resolve_shared_queue          iiiii -> i
    proxy_set_buffer_bytes              iiiii -> i
    proxy_set_header_map_pairs          iii -> i
    proxy_set_shared_data               iiiii -> i
    proxy_set_tick_period_milliseconds  i -> i
    random_get                          ii -> i
";
const EXPORTS: &str = "
    _initialize                         ->
    proxy_abi_version_0_2_1             ->
    proxy_on_configure                  ii -> i
    proxy_on_context_create             ii ->
    proxy_on_delete                     i ->
    proxy_on_http_call_response         iiiii ->
    proxy_on_memory_allocate            i -> i
    proxy_on_request_headers            iii -> i
    proxy_on_response_headers           iii -> i
    proxy_on_response_trailers          ii -> i
";
/// What Envoy would call for nothing.
const EXPORTS_FOR_OTHERS: &str = "
    _start                              ->
    proxy_abi_version_0_2_0             ->
    proxy_on_done                       i -> i
    proxy_on_log                        i ->
    proxy_on_request_body               iii -> i
    proxy_on_request_trailers           ii -> i
    proxy_on_response_body              iii -> i
    proxy_on_vm_start                   ii -> i
";

#[test]
fn the_file_for_envoy_imports_and_exports_what_it_says() {
    let module = Contract::read(&modules::lean().unwrap());
    assert_eq!(module.imports, table(&[IMPORTS, IMPORTS_FOR_ENVOY]));
    assert_eq!(module.exports, table(&[EXPORTS]));
}

#[test]
fn the_file_for_other_hosts_imports_and_exports_what_it_says() {
    let module = Contract::read(&modules::compat().unwrap());
    assert_eq!(module.imports, table(&[IMPORTS]));
    assert_eq!(module.exports, table(&[EXPORTS, EXPORTS_FOR_OTHERS]));
    assert_eq!(module.modules, ["env"], "WASI is not there in all hosts");
}

/// The functions that the file for other hosts imports.
pub(crate) fn imports() -> impl Iterator<Item = &'static str> {
    let lines = IMPORTS.lines().map(str::trim);
    lines.filter_map(|line| Some(line.split_once(' ')?.0))
}

type Signatures = BTreeMap<String, String>;

fn table(texts: &[&str]) -> Signatures {
    let lines = texts.iter().flat_map(|text| text.lines());
    let signatures = lines.filter_map(|line| {
        let (name, signature) = line.trim().split_once(' ')?;
        Some((name.to_owned(), signature.trim().to_owned()))
    });
    signatures.collect()
}

/// The functions between a module and its host.
struct Contract {
    imports: Signatures,
    /// Where the imports come from.
    modules: Vec<String>,
    exports: Signatures,
}

impl Contract {
    fn read(wasm: &[u8]) -> Self {
        let mut types = Vec::new();
        let mut functions = Vec::new();
        let mut contract = Self {
            imports: Signatures::new(),
            modules: Vec::new(),
            exports: Signatures::new(),
        };
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.unwrap() {
                Payload::TypeSection(section) => {
                    let all = section.into_iter_err_on_gc_types();
                    types.extend(all.map(|of| signature(&of.unwrap())));
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import.unwrap();
                        let TypeRef::Func(index) = import.ty else {
                            panic!("{import:?} is no function");
                        };
                        functions.push(index);
                        let signature = types[index as usize].clone();
                        contract.imports.insert(import.name.into(), signature);
                        contract.modules.push(import.module.into());
                    }
                }
                Payload::FunctionSection(section) => {
                    functions.extend(section.into_iter().map(|index| index.unwrap()));
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export.unwrap();
                        if export.kind == ExternalKind::Func {
                            let index = functions[export.index as usize];
                            let signature = types[index as usize].clone();
                            contract.exports.insert(export.name.into(), signature);
                        }
                    }
                }
                _ => {}
            }
        }
        contract.modules.sort();
        contract.modules.dedup();
        contract
    }
}

fn signature(of: &wasmparser::FuncType) -> String {
    let letters = |types: &[ValType]| -> String {
        let letter = |of: &ValType| match of {
            ValType::I32 => 'i',
            ValType::I64 => 'I',
            _ => '?',
        };
        types.iter().map(letter).collect()
    };
    let signature = format!("{} -> {}", letters(of.params()), letters(of.results()));
    signature.trim().into()
}
