//! The proxy-wasm ABI 0.2.1, as much of it as the filter uses.
//!
//! Nothing here panics on a status that it does not expect or on a name that is not UTF-8: a panic takes a whole
//! worker down. A header map costs one allocation, a property path none. The unsafe code of the filter is here, in
//! `imports`, in `exports` and in `baked`.

#![allow(unsafe_code)]

#[cfg(target_os = "wasi")]
use std::cell::Cell;
use std::{
    ptr::{null, null_mut},
    time::Duration,
};

use gamma_router::Answer;

#[cfg(target_os = "wasi")]
use crate::defined_counters::DefinedCounters;
use crate::{
    header_map,
    host::{Host, HostError, MapType},
    imports::*,
};

#[cfg(target_os = "wasi")]
thread_local! {
    /// Of all plugins in this VM, which is never taken apart: code for that would be for nothing.
    static COUNTERS: Cell<Option<&'static mut DefinedCounters>> = const { Cell::new(None) };
}

const OK: u32 = 0;
const NOT_FOUND: u32 = 1;

/// The host that the module runs in.
pub(crate) struct Proxy;

impl Host for Proxy {
    fn header_map(&self, map: MapType) -> Result<Vec<u8>, HostError> {
        let (mut data, mut size) = (null_mut(), 0);
        // SAFETY: the host writes both out-parameters before it returns OK.
        let status = unsafe { proxy_get_header_map_pairs(map as u32, &mut data, &mut size) };
        check("proxy_get_header_map_pairs", status)?;
        // SAFETY: as returned by the host.
        Ok(unsafe { adopt(data, size) })
    }

    fn set_header(&self, map: MapType, name: &[u8], value: &[u8]) -> Result<(), HostError> {
        // SAFETY: the host reads the slices during the call only.
        let status = unsafe {
            proxy_replace_header_map_value(
                map as u32,
                name.as_ptr(),
                name.len(),
                value.as_ptr(),
                value.len(),
            )
        };
        check("proxy_replace_header_map_value", status)
    }

    fn add_header(&self, map: MapType, name: &[u8], value: &[u8]) -> Result<(), HostError> {
        // SAFETY: as above.
        let status = unsafe {
            proxy_add_header_map_value(
                map as u32,
                name.as_ptr(),
                name.len(),
                value.as_ptr(),
                value.len(),
            )
        };
        check("proxy_add_header_map_value", status)
    }

    fn remove_header(&self, map: MapType, name: &[u8]) -> Result<(), HostError> {
        // SAFETY: as above.
        let status =
            unsafe { proxy_remove_header_map_value(map as u32, name.as_ptr(), name.len()) };
        match status {
            NOT_FOUND => Ok(()),
            status => check("proxy_remove_header_map_value", status),
        }
    }

    fn property(&self, path: &str) -> Option<Vec<u8>> {
        let (mut data, mut size) = (null_mut(), 0);
        // SAFETY: the path is read during the call only; the out-parameters are written before OK.
        let status = unsafe { proxy_get_property(path.as_ptr(), path.len(), &mut data, &mut size) };
        // SAFETY: as returned by the host.
        (status == OK).then(|| unsafe { adopt(data, size) })
    }

    fn reply(&self, answer: &Answer<'_>) -> Result<(), HostError> {
        let headers = header_map::encode(answer.headers);
        let (status, grpc_status) = match answer.grpc_status {
            Some(grpc) => (200, i32::try_from(grpc).unwrap_or(2)),
            None => (u32::from(answer.status), -1),
        };
        // SAFETY: the host reads the slices during the call only.
        let status = unsafe {
            proxy_send_local_response(
                status,
                answer.details.as_ptr(),
                answer.details.len(),
                if answer.body.is_empty() {
                    null()
                } else {
                    answer.body.as_ptr()
                },
                answer.body.len(),
                headers.as_ptr(),
                headers.len(),
                grpc_status,
            )
        };
        check("proxy_send_local_response", status)
    }

    fn set_property(&self, path: &str, value: &[u8]) {
        // SAFETY: the host reads the slices during the call only.
        let _ =
            unsafe { proxy_set_property(path.as_ptr(), path.len(), value.as_ptr(), value.len()) };
    }

    fn resume(&self) -> Result<(), HostError> {
        const REQUEST: u32 = 0;
        // SAFETY: no memory is passed.
        match unsafe { proxy_continue_stream(REQUEST) } {
            // Such a host lets requests go on by itself, or never: it was worth asking.
            HostError::UNIMPLEMENTED => Ok(()),
            status => check("proxy_continue_stream", status),
        }
    }

    /// Through the SDK, which remembers which request an answer belongs to. The statuses on which it would panic are
    /// none that Envoy has for this call.
    #[cfg(target_os = "wasi")]
    fn call(
        &self,
        cluster: &str,
        headers: &[(String, String)],
        timeout: Duration,
    ) -> Result<u32, HostError> {
        let headers = headers.iter().map(|(n, v)| (&**n, &**v)).collect();
        proxy_wasm::hostcalls::dispatch_http_call(cluster, headers, None, Vec::new(), timeout)
            .map_err(|status| HostError {
                call: "proxy_http_call",
                status: status as u32,
            })
    }

    #[cfg(not(target_os = "wasi"))]
    fn call(
        &self,
        cluster: &str,
        headers: &[(String, String)],
        timeout: Duration,
    ) -> Result<u32, HostError> {
        let headers: Vec<_> = headers.iter().map(|(n, v)| (&**n, v.as_bytes())).collect();
        let (headers, trailers) = (header_map::encode(&headers), header_map::encode(&[]));
        let mut call = 0;
        // SAFETY: the host reads the slices during the call only; the out-parameter is written before OK.
        let status = unsafe {
            proxy_http_call(
                cluster.as_ptr(),
                cluster.len(),
                headers.as_ptr(),
                headers.len(),
                null(),
                0,
                trailers.as_ptr(),
                trailers.len(),
                u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX),
                &mut call,
            )
        };
        check("proxy_http_call", status).map(|()| call)
    }

    fn call_body(&self, max: usize) -> Vec<u8> {
        const HTTP_CALL_RESPONSE_BODY: u32 = 4;
        buffer(HTTP_CALL_RESPONSE_BODY, max).unwrap_or_default()
    }

    fn nanoseconds(&self) -> u64 {
        let mut nanoseconds = 0;
        // SAFETY: the host writes the out-parameter at most.
        let _ = unsafe { proxy_get_current_time_nanoseconds(&mut nanoseconds) };
        nanoseconds
    }

    #[cfg(target_os = "wasi")]
    fn define_counter(&self, name: &str) -> Option<u32> {
        // Not taken already: no host calls back while it defines a counter.
        let counters = COUNTERS.take().unwrap_or_else(|| Box::leak(Box::default()));
        let number = counters.number(name, || define_counter(name));
        COUNTERS.set(Some(counters));
        number
    }

    /// Of another host it is not known whether a number is good for all configurations of a VM.
    #[cfg(not(target_os = "wasi"))]
    fn define_counter(&self, name: &str) -> Option<u32> {
        define_counter(name)
    }

    fn increment(&self, counter: u32) {
        // SAFETY: no memory is passed.
        let _ = unsafe { proxy_increment_metric(counter, 1) };
    }
}

fn define_counter(name: &str) -> Option<u32> {
    const COUNTER: u32 = 0;
    let mut id = 0;
    // SAFETY: the name is read during the call only; the out-parameter is written before OK.
    let status = unsafe { proxy_define_metric(COUNTER, name.as_ptr(), name.len(), &mut id) };
    (status == OK).then_some(id)
}

/// The plugin configuration, of `size` bytes.
pub(crate) fn configuration(size: usize) -> Result<Vec<u8>, HostError> {
    const PLUGIN_CONFIGURATION: u32 = 7;
    buffer(PLUGIN_CONFIGURATION, size)
}

fn buffer(kind: u32, max: usize) -> Result<Vec<u8>, HostError> {
    if max == 0 {
        return Ok(Vec::new());
    }
    let (mut data, mut size) = (null_mut(), 0);
    // SAFETY: the out-parameters are written before OK.
    let status = unsafe { proxy_get_buffer_bytes(kind, 0, max, &mut data, &mut size) };
    check("proxy_get_buffer_bytes", status)?;
    // SAFETY: as returned by the host.
    Ok(unsafe { adopt(data, size) })
}

/// Says to the host which request the next calls are about.
#[cfg(not(target_os = "wasi"))]
pub(crate) fn be_about(context: u32) -> Result<(), HostError> {
    // SAFETY: no memory is passed.
    let status = unsafe { proxy_set_effective_context(context) };
    check("proxy_set_effective_context", status)
}

/// Writes a line to the host's log.
#[cfg(not(target_os = "wasi"))]
pub(crate) fn write_log(level: u32, text: &str) {
    // SAFETY: the text is read during the call only.
    let _ = unsafe { proxy_log(level, text.as_ptr(), text.len()) };
}

/// The level at which the host logs; a host that does not say gets `Info`.
#[cfg(target_os = "wasi")]
pub(crate) fn log_level() -> log::LevelFilter {
    const INFO: u32 = 2;
    let mut level = INFO;
    // SAFETY: the host writes the out-parameter at most.
    let status = unsafe { proxy_get_log_level(&mut level) };
    match if status == OK { level } else { INFO } {
        0 => log::LevelFilter::Trace,
        1 => log::LevelFilter::Debug,
        3 => log::LevelFilter::Warn,
        4 | 5 => log::LevelFilter::Error,
        _ => log::LevelFilter::Info,
    }
}

/// Other hosts than Envoy can't be asked.
#[cfg(not(target_os = "wasi"))]
pub(crate) fn log_level() -> log::LevelFilter {
    log::LevelFilter::Info
}

fn check(call: &'static str, status: u32) -> Result<(), HostError> {
    match status {
        OK => Ok(()),
        status => Err(HostError { call, status }),
    }
}

/// Takes over memory that the host asked for by `proxy_on_memory_allocate`, the SDK's or that of `exports`.
///
/// # Safety
///
/// `data` is null, or `size` initialised bytes that the host allocated that way and gave away.
unsafe fn adopt(data: *mut u8, size: usize) -> Vec<u8> {
    if data.is_null() {
        Vec::new()
    } else {
        // SAFETY: both allocate with the global allocator and with capacity = size.
        unsafe { Vec::from_raw_parts(data, size, size) }
    }
}
