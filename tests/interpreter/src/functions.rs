//! The host functions of the proxy-wasm ABI 0.2.1, and the few of WASI that a Rust module wants.

use wasmi::{AsContextMut, Caller, Error, Extern, Linker, Memory, Module, Val};

use super::state::{LocalReply, State, decode, encode};

type Host<'a> = Caller<'a, State>;
type Status = Result<u32, Error>;

const OK: u32 = 0;
const NOT_FOUND: u32 = 1;
const BAD_ARGUMENT: u32 = 2;
/// `proxy_buffer_type_t`.
const PLUGIN_CONFIGURATION: u32 = 7;
/// What a request for random bytes gets: always the same, so that counts are.
const RANDOM: u8 = 7;

/// Defines what has a meaning here.
pub(super) fn define(linker: &mut Linker<State>) -> Result<(), Error> {
    headers(linker)?;
    properties(linker)?;
    metrics(linker)?;
    wasi(linker)?;
    let env = "env";
    linker.func_wrap(
        env,
        "proxy_get_log_level",
        |mut host: Host<'_>, level: u32| {
            const INFO: u32 = 2;
            called(&mut host, "proxy_get_log_level");
            store(&mut host, level, INFO)
        },
    )?;
    linker.func_wrap(
        env,
        "proxy_log",
        |mut host: Host<'_>, _level: u32, text: u32, size: u32| {
            called(&mut host, "proxy_log");
            let text = load(&mut host, text, size)?;
            let text = String::from_utf8_lossy(&text).into_owned();
            host.data_mut().log.push(text);
            Ok::<_, Error>(OK)
        },
    )?;
    linker.func_wrap(
        env,
        "proxy_get_buffer_bytes",
        |mut host: Host<'_>, buffer: u32, start: u32, max: u32, data: u32, size: u32| {
            called(&mut host, "proxy_get_buffer_bytes");
            if buffer != PLUGIN_CONFIGURATION {
                return Ok(NOT_FOUND);
            }
            let bytes = host.data().configuration.clone();
            let start = bytes.len().min(start as usize);
            let end = bytes.len().min(start.saturating_add(max as usize));
            give(&mut host, &bytes[start..end], data, size)
        },
    )?;
    linker.func_wrap(
        env,
        "proxy_send_local_response",
        |mut host: Host<'_>,
         status: u32,
         _details: u32,
         _details_size: u32,
         body: u32,
         body_size: u32,
         pairs: u32,
         pairs_size: u32,
         grpc_status: i32|
         -> Status {
            called(&mut host, "proxy_send_local_response");
            let body = load(&mut host, body, body_size)?;
            let pairs = load(&mut host, pairs, pairs_size)?;
            let Some(headers) = decode(&pairs) else {
                return Ok(BAD_ARGUMENT);
            };
            host.data_mut().reply = Some(LocalReply {
                status,
                grpc_status: u32::try_from(grpc_status).ok(),
                headers,
                body,
            });
            Ok(OK)
        },
    )?;
    linker.func_wrap(
        env,
        "proxy_get_current_time_nanoseconds",
        |mut host: Host<'_>, time: u32| {
            const NOW: u64 = 1_800_000_000_000_000_000;
            called(&mut host, "proxy_get_current_time_nanoseconds");
            write(&mut host, time, &NOW.to_le_bytes())
        },
    )?;
    Ok(())
}

/// Lets a module start that imports what it does not use here; a call would trap and say so.
pub(super) fn define_missing(linker: &mut Linker<State>, module: &Module) -> Result<(), Error> {
    for import in module.imports() {
        let name = format!("{}.{}", import.module(), import.name());
        if let Some(ty) = import.ty().func() {
            // Refused if it is defined already.
            let _ = linker.func_new(
                import.module(),
                import.name(),
                ty.clone(),
                move |_, _: &[Val], _: &mut [Val]| {
                    Err(Error::new(format!("the host has no {name}")))
                },
            );
        }
    }
    Ok(())
}

fn headers(linker: &mut Linker<State>) -> Result<(), Error> {
    let env = "env";
    linker.func_wrap(
        env,
        "proxy_get_header_map_pairs",
        |mut host: Host<'_>, map: u32, data: u32, size: u32| {
            called(&mut host, "proxy_get_header_map_pairs");
            match host.data_mut().map(map).map(|headers| encode(headers)) {
                Some(bytes) => give(&mut host, &bytes, data, size),
                None => Ok(BAD_ARGUMENT),
            }
        },
    )?;
    linker.func_wrap(
        env,
        "proxy_get_header_map_value",
        |mut host: Host<'_>, map: u32, name: u32, name_size: u32, data: u32, size: u32| {
            called(&mut host, "proxy_get_header_map_value");
            let name = load(&mut host, name, name_size)?;
            let Some(headers) = host.data_mut().map(map) else {
                return Ok(BAD_ARGUMENT);
            };
            match headers.iter().find(|(n, _)| same(n, &name)).cloned() {
                Some((_, value)) => give(&mut host, &value, data, size),
                None => Ok(NOT_FOUND),
            }
        },
    )?;
    linker.func_wrap(
        env,
        "proxy_replace_header_map_value",
        |mut host: Host<'_>, map: u32, name: u32, name_size: u32, value: u32, size: u32| {
            called(&mut host, "proxy_replace_header_map_value");
            let name = load(&mut host, name, name_size)?;
            let value = load(&mut host, value, size)?;
            let Some(headers) = host.data_mut().map(map) else {
                return Ok(BAD_ARGUMENT);
            };
            headers.retain(|(n, _)| !same(n, &name));
            headers.push((name, value));
            Ok::<_, Error>(OK)
        },
    )?;
    linker.func_wrap(
        env,
        "proxy_add_header_map_value",
        |mut host: Host<'_>, map: u32, name: u32, name_size: u32, value: u32, size: u32| {
            called(&mut host, "proxy_add_header_map_value");
            let name = load(&mut host, name, name_size)?;
            let value = load(&mut host, value, size)?;
            let Some(headers) = host.data_mut().map(map) else {
                return Ok(BAD_ARGUMENT);
            };
            headers.push((name, value));
            Ok::<_, Error>(OK)
        },
    )?;
    linker.func_wrap(
        env,
        "proxy_remove_header_map_value",
        |mut host: Host<'_>, map: u32, name: u32, name_size: u32| {
            called(&mut host, "proxy_remove_header_map_value");
            let name = load(&mut host, name, name_size)?;
            let Some(headers) = host.data_mut().map(map) else {
                return Ok(BAD_ARGUMENT);
            };
            headers.retain(|(n, _)| !same(n, &name));
            Ok::<_, Error>(OK)
        },
    )?;
    Ok(())
}

fn properties(linker: &mut Linker<State>) -> Result<(), Error> {
    linker.func_wrap(
        "env",
        "proxy_get_property",
        |mut host: Host<'_>, path: u32, path_size: u32, data: u32, size: u32| {
            called(&mut host, "proxy_get_property");
            let path = load(&mut host, path, path_size)?;
            let path = String::from_utf8_lossy(&path).into_owned();
            match host.data().properties.get(&path).cloned() {
                Some(value) => give(&mut host, &value, data, size),
                None => Ok(NOT_FOUND),
            }
        },
    )?;
    linker.func_wrap(
        "env",
        "proxy_set_property",
        |mut host: Host<'_>, path: u32, path_size: u32, value: u32, size: u32| {
            called(&mut host, "proxy_set_property");
            let path = load(&mut host, path, path_size)?;
            let path = String::from_utf8_lossy(&path).into_owned();
            let value = load(&mut host, value, size)?;
            host.data_mut().properties.insert(path, value);
            Ok::<_, Error>(OK)
        },
    )?;
    Ok(())
}

fn metrics(linker: &mut Linker<State>) -> Result<(), Error> {
    linker.func_wrap(
        "env",
        "proxy_define_metric",
        |mut host: Host<'_>, _kind: u32, name: u32, name_size: u32, id: u32| {
            called(&mut host, "proxy_define_metric");
            let name = load(&mut host, name, name_size)?;
            let name = String::from_utf8_lossy(&name).into_owned();
            let counters = &mut host.data_mut().counters;
            counters.push((name, 0));
            let defined = u32::try_from(counters.len() - 1).unwrap_or(u32::MAX);
            store(&mut host, id, defined)
        },
    )?;
    linker.func_wrap(
        "env",
        "proxy_increment_metric",
        |mut host: Host<'_>, id: u32, by: i64| {
            called(&mut host, "proxy_increment_metric");
            match host.data_mut().counters.get_mut(id as usize) {
                Some((_, value)) => {
                    *value = value.saturating_add_signed(by);
                    OK
                }
                None => NOT_FOUND,
            }
        },
    )?;
    Ok(())
}

fn wasi(linker: &mut Linker<State>) -> Result<(), Error> {
    let wasi = "wasi_snapshot_preview1";
    linker.func_wrap(
        wasi,
        "random_get",
        |mut host: Host<'_>, at: u32, size: u32| {
            let bytes = vec![RANDOM; size as usize];
            write(&mut host, at, &bytes)
        },
    )?;
    linker.func_wrap(
        wasi,
        "environ_sizes_get",
        |mut host: Host<'_>, count: u32, size: u32| {
            store(&mut host, count, 0)?;
            store(&mut host, size, 0)
        },
    )?;
    linker.func_wrap(wasi, "environ_get", |_: u32, _: u32| OK)?;
    Ok(())
}

/// Remembers a call.
fn called(host: &mut Host<'_>, name: &'static str) {
    host.data_mut().calls.push(name);
}

/// Returns bytes in memory that the module allocates.
fn give(host: &mut Host<'_>, bytes: &[u8], data: u32, size: u32) -> Status {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let mut address = 0;
    // As Envoy does: nothing is no memory.
    if !bytes.is_empty() {
        let allocate = host
            .get_export("proxy_on_memory_allocate")
            .and_then(Extern::into_func)
            .ok_or_else(|| Error::new("the module exports no proxy_on_memory_allocate"))?;
        host.data_mut().returned += 1;
        address = allocate
            .typed::<u32, u32>(&*host)?
            .call(host.as_context_mut(), length)?;
        write(host, address, bytes)?;
    }
    store(host, data, address)?;
    store(host, size, length)
}

fn memory(host: &Host<'_>) -> Result<Memory, Error> {
    host.get_export("memory")
        .and_then(Extern::into_memory)
        .ok_or_else(|| Error::new("the module exports no memory"))
}

fn load(host: &mut Host<'_>, at: u32, size: u32) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; size as usize];
    if size > 0 {
        memory(host)?
            .read(&*host, at as usize, &mut bytes)
            .map_err(|error| Error::new(error.to_string()))?;
    }
    Ok(bytes)
}

fn write(host: &mut Host<'_>, at: u32, bytes: &[u8]) -> Status {
    memory(host)?
        .write(host, at as usize, bytes)
        .map_err(|error| Error::new(error.to_string()))?;
    Ok(OK)
}

fn store(host: &mut Host<'_>, at: u32, word: u32) -> Status {
    write(host, at, &word.to_le_bytes())
}

fn same(a: &[u8], b: &[u8]) -> bool {
    a.eq_ignore_ascii_case(b)
}
