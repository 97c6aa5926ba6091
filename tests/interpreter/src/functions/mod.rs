//! The host functions of the proxy-wasm ABI 0.2.1, and the few of WASI that a Rust module wants.

mod caller;
mod calls;
mod headers;
mod memory;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use caller::{BAD_ARGUMENT, Host, NOT_FOUND, OK, Status, called};
use memory::{give, load, load_text, store, write};
use wasmi::{Error, Linker, Module, Val};

use super::state::{LocalReply, State, decode};

/// `proxy_buffer_type_t`.
const CALL_RESPONSE_BODY: u32 = 4;
const PLUGIN_CONFIGURATION: u32 = 7;
/// What a request for random bytes gets: always the same, so that counts are.
const RANDOM: u8 = 7;

/// Defines what has a meaning here.
pub(super) fn define(linker: &mut Linker<State>) -> Result<(), Error> {
    headers::define(linker)?;
    calls::define(linker)?;
    properties(linker)?;
    metrics(linker)?;
    let env = "env";
    linker.func_wrap(
        env,
        "proxy_log",
        |mut host: Host<'_>, _level: u32, text: u32, size: u32| {
            if let Some(status) = called(&mut host, "proxy_log") {
                return Ok(status);
            }
            let text = load_text(&mut host, text, size)?;
            host.data_mut().log.push(text);
            Ok::<_, Error>(OK)
        },
    )?;
    linker.func_wrap(
        env,
        "proxy_get_buffer_bytes",
        |mut host: Host<'_>, buffer: u32, start: u32, max: u32, data: u32, size: u32| {
            if let Some(status) = called(&mut host, "proxy_get_buffer_bytes") {
                return Ok(status);
            }
            let bytes = match buffer {
                PLUGIN_CONFIGURATION => host.data().configuration.clone(),
                CALL_RESPONSE_BODY => host.data().call_body.clone(),
                _ => return Ok(NOT_FOUND),
            };
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
            if let Some(status) = called(&mut host, "proxy_send_local_response") {
                return Ok(status);
            }
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
            const NOW: Duration = Duration::from_secs(1_800_000_000);
            if let Some(status) = called(&mut host, "proxy_get_current_time_nanoseconds") {
                return Ok(status);
            }
            let now = match host.data().profile.has_real_clock {
                true => SystemTime::now().duration_since(UNIX_EPOCH),
                false => Ok(NOW),
            };
            let now = now.unwrap_or_default().as_nanos() as u64;
            write(&mut host, time, &now.to_le_bytes())
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

fn properties(linker: &mut Linker<State>) -> Result<(), Error> {
    linker.func_wrap(
        "env",
        "proxy_get_property",
        |mut host: Host<'_>, path: u32, path_size: u32, data: u32, size: u32| {
            if let Some(status) = called(&mut host, "proxy_get_property") {
                return Ok(status);
            }
            let path = load_text(&mut host, path, path_size)?;
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
            if let Some(status) = called(&mut host, "proxy_set_property") {
                return Ok(status);
            }
            let path = load_text(&mut host, path, path_size)?;
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
            if let Some(status) = called(&mut host, "proxy_define_metric") {
                return Ok(status);
            }
            let name = load_text(&mut host, name, name_size)?;
            if name.len() > host.data().profile.longest_counter {
                let error = format!("could not define metric: name \"{name}\" too long");
                return Err(Error::new(error));
            }
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
            if let Some(status) = called(&mut host, "proxy_increment_metric") {
                return status;
            }
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

/// Defines what only Envoy is asked for.
pub(super) fn define_log_level(linker: &mut Linker<State>) -> Result<(), Error> {
    linker.func_wrap(
        "env",
        "proxy_get_log_level",
        |mut host: Host<'_>, level: u32| {
            const INFO: u32 = 2;
            match called(&mut host, "proxy_get_log_level") {
                Some(status) => Ok(status),
                None => store(&mut host, level, INFO),
            }
        },
    )?;
    Ok(())
}

/// Defines as much of WASI as a Rust module wants.
pub(super) fn define_wasi(linker: &mut Linker<State>) -> Result<(), Error> {
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
