//! The proxy-wasm ABI 0.2.1, as much of it as the filter uses.
//!
//! The SDK's own wrappers panic on a status that they do not expect and on names that are not
//! UTF-8, and a panic takes a whole worker down. These return errors, allocate once per header map
//! and not at all per property path. This is the only file with unsafe code.

#![allow(unsafe_code)]

use std::{
    ptr::{null, null_mut},
    time::Duration,
};

use gamma_router::Answer;

use crate::{
    header_map,
    host::{Host, HostError, MapType},
};

const OK: u32 = 0;
const NOT_FOUND: u32 = 1;

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    fn proxy_get_log_level(level: *mut u32) -> u32;
    fn proxy_get_header_map_pairs(map: u32, data: *mut *mut u8, size: *mut usize) -> u32;
    fn proxy_replace_header_map_value(
        map: u32,
        name: *const u8,
        name_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> u32;
    fn proxy_add_header_map_value(
        map: u32,
        name: *const u8,
        name_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> u32;
    fn proxy_remove_header_map_value(map: u32, name: *const u8, name_size: usize) -> u32;
    fn proxy_get_property(
        path: *const u8,
        path_size: usize,
        data: *mut *mut u8,
        size: *mut usize,
    ) -> u32;
    fn proxy_send_local_response(
        status: u32,
        details: *const u8,
        details_size: usize,
        body: *const u8,
        body_size: usize,
        headers: *const u8,
        headers_size: usize,
        grpc_status: i32,
    ) -> u32;
    fn proxy_set_property(
        path: *const u8,
        path_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> u32;
    fn proxy_continue_stream(stream: u32) -> u32;
    fn proxy_get_buffer_bytes(
        buffer: u32,
        start: usize,
        max_size: usize,
        data: *mut *mut u8,
        size: *mut usize,
    ) -> u32;
    fn proxy_get_current_time_nanoseconds(time: *mut u64) -> u32;
    fn proxy_define_metric(kind: u32, name: *const u8, name_size: usize, id: *mut u32) -> u32;
    fn proxy_increment_metric(id: u32, offset: i64) -> u32;
}

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
        check("proxy_continue_stream", unsafe {
            proxy_continue_stream(REQUEST)
        })
    }

    /// Through the SDK, which remembers which context an answer belongs to. The statuses on which it
    /// would panic are none that a host has for this call.
    fn call(
        &self,
        cluster: &str,
        headers: &[(String, String)],
        timeout: Duration,
    ) -> Result<(), HostError> {
        let headers = headers.iter().map(|(n, v)| (&**n, &**v)).collect();
        proxy_wasm::hostcalls::dispatch_http_call(cluster, headers, None, Vec::new(), timeout)
            .map(|_| ())
            .map_err(|status| HostError {
                call: "proxy_http_call",
                status: status as u32,
            })
    }

    fn call_body(&self, max: usize) -> Vec<u8> {
        const HTTP_CALL_RESPONSE_BODY: u32 = 4;
        if max == 0 {
            return Vec::new();
        }
        let (mut data, mut size) = (null_mut(), 0);
        // SAFETY: the out-parameters are written before OK.
        let status = unsafe {
            proxy_get_buffer_bytes(HTTP_CALL_RESPONSE_BODY, 0, max, &mut data, &mut size)
        };
        match status {
            // SAFETY: as returned by the host.
            OK => unsafe { adopt(data, size) },
            _ => Vec::new(),
        }
    }

    fn now(&self) -> u64 {
        let mut nanoseconds = 0;
        // SAFETY: the host writes the out-parameter at most.
        let _ = unsafe { proxy_get_current_time_nanoseconds(&mut nanoseconds) };
        nanoseconds / 1_000_000_000
    }

    fn define_counter(&self, name: &str) -> Option<u32> {
        const COUNTER: u32 = 0;
        let mut id = 0;
        // SAFETY: the name is read during the call only; the out-parameter is written before OK.
        let status = unsafe { proxy_define_metric(COUNTER, name.as_ptr(), name.len(), &mut id) };
        (status == OK).then_some(id)
    }

    fn increment(&self, counter: u32) {
        // SAFETY: no memory is passed.
        let _ = unsafe { proxy_increment_metric(counter, 1) };
    }
}

/// The level at which the host logs; a host that does not say gets `Info`.
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

fn check(call: &'static str, status: u32) -> Result<(), HostError> {
    match status {
        OK => Ok(()),
        status => Err(HostError { call, status }),
    }
}

/// Takes over memory that the host asked the SDK's `proxy_on_memory_allocate` for.
///
/// # Safety
///
/// `data` is null, or `size` initialised bytes that the host allocated that way and gave away.
unsafe fn adopt(data: *mut u8, size: usize) -> Vec<u8> {
    if data.is_null() {
        Vec::new()
    } else {
        // SAFETY: the SDK allocates with the global allocator and with capacity = size.
        unsafe { Vec::from_raw_parts(data, size, size) }
    }
}
