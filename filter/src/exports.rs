//! The entry points of the file for other hosts than Envoy: the functions that do something, and what some hosts
//! call or look for without asking.
//!
//! They are not the SDK's, which imports whatever a filter might want to call: a host refuses a module for a function that
//! it lacks, called or not.

#![allow(unsafe_code)]

use std::ptr::null_mut;

use gamma_router::Answer;

use crate::{
    abi::{self, Proxy},
    context::{StreamAction, configure},
    contexts::Contexts,
    host::Host as _,
    logger,
};

thread_local! {
    static CONTEXTS: Contexts = Contexts::default();
}

#[unsafe(no_mangle)]
extern "C" fn proxy_abi_version_0_2_1() {}

#[unsafe(no_mangle)]
extern "C" fn _initialize() {
    logger::start();
}

/// Memory for what the host returns; [`abi`] takes it over.
#[unsafe(no_mangle)]
extern "C" fn proxy_on_memory_allocate(size: usize) -> *mut u8 {
    let mut bytes: Vec<u8> = Vec::new();
    // Null is an error that the host tells; running out of memory otherwise ends the VM.
    if bytes.try_reserve_exact(size).is_err() {
        return null_mut();
    }
    bytes.leak().as_mut_ptr()
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_context_create(context: u32, root: u32) {
    if root != 0 {
        CONTEXTS.with(|contexts| contexts.begin(context, root));
    }
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_configure(root: u32, size: usize) -> u32 {
    let Some(shared) = configure(size) else {
        return 0;
    };
    CONTEXTS.with(|contexts| contexts.configure(root, shared));
    1
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_headers(context: u32, _headers: usize, _end: u32) -> StreamAction {
    let action =
        CONTEXTS.with(|contexts| contexts.call(context, |stream| stream.on_http_request_headers()));
    action.unwrap_or_else(refuse)
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_response_headers(context: u32, _headers: usize, end: u32) -> StreamAction {
    let action = CONTEXTS.with(|contexts| {
        contexts.call(context, |stream| stream.on_http_response_headers(end != 0))
    });
    action.unwrap_or(StreamAction::Continue)
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_response_trailers(context: u32, _trailers: usize) -> StreamAction {
    let action = CONTEXTS
        .with(|contexts| contexts.call(context, |stream| stream.on_http_response_trailers()));
    action.unwrap_or(StreamAction::Continue)
}

/// `context` is the request's in some hosts and the plugin's in others.
#[unsafe(no_mangle)]
extern "C" fn proxy_on_http_call_response(
    context: u32,
    call: u32,
    _headers: usize,
    body: usize,
    _trailers: usize,
) {
    CONTEXTS.with(|contexts| {
        let waits = contexts.call(context, |stream| stream.waits_for(call));
        let stream = match waits {
            Some(true) => Some(context),
            _ => contexts.waiting_for(call),
        };
        let Some(stream) = stream else {
            return;
        };
        // A host that has told the request itself knows what it is about, and some know nothing else.
        if stream == context || abi::be_about(stream).is_ok() {
            contexts.call(stream, |stream| stream.on_http_call_response(body));
        }
    });
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_delete(context: u32) {
    CONTEXTS.with(|contexts| contexts.delete(context));
}

/// Answers a request that there is no configuration to decide with.
fn refuse() -> StreamAction {
    let _ = Proxy.reply(&Answer {
        status: 500,
        grpc_status: None,
        headers: &[],
        body: b"the proxy is not configured",
        details: "not-configured",
    });
    StreamAction::Pause
}

/// What does nothing where a host calls only what it has to.
mod for_poor_hosts {
    use super::{CONTEXTS, StreamAction};

    /// The versions differ in `proxy_get_log_level` alone, which is not imported.
    #[unsafe(no_mangle)]
    extern "C" fn proxy_abi_version_0_2_0() {}

    /// For hosts that know commands only. The module may be initialised twice.
    #[unsafe(no_mangle)]
    extern "C" fn _start() {
        super::_initialize();
    }

    #[unsafe(no_mangle)]
    extern "C" fn proxy_on_vm_start(_root: u32, _size: usize) -> u32 {
        1
    }

    #[unsafe(no_mangle)]
    extern "C" fn proxy_on_request_body(context: u32, _size: usize, _end: u32) -> StreamAction {
        rest_of_request(context)
    }

    #[unsafe(no_mangle)]
    extern "C" fn proxy_on_request_trailers(context: u32, _trailers: usize) -> StreamAction {
        rest_of_request(context)
    }

    /// A request that waits, or that was answered, must not go on because its body has come.
    fn rest_of_request(context: u32) -> StreamAction {
        let held = CONTEXTS.with(|contexts| contexts.call(context, |stream| stream.is_held()));
        match held {
            Some(false) => StreamAction::Continue,
            _ => StreamAction::Pause,
        }
    }

    #[unsafe(no_mangle)]
    extern "C" fn proxy_on_response_body(_context: u32, _size: usize, _end: u32) -> StreamAction {
        StreamAction::Continue
    }

    /// Nothing is under way that the end of a context would have to wait for.
    #[unsafe(no_mangle)]
    extern "C" fn proxy_on_done(_context: u32) -> u32 {
        1
    }

    #[unsafe(no_mangle)]
    extern "C" fn proxy_on_log(_context: u32) {}
}
