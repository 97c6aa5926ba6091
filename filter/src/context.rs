//! One request and its response, from callback to callback, whoever calls: the SDK in the file for Envoy, `exports` in
//! the one for other hosts.

use std::rc::Rc;

use gamma_router::Decision;

use crate::{
    abi::{self, Proxy},
    config::Shared,
    external_auth, metrics,
    progress::{RequestProgress, ResponseProgress, Waiting},
    request, response,
    response_code::Awaited,
};

/// `proxy_action_t`: what the host does with a message after a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum StreamAction {
    Continue = 0,
    Pause = 1,
}

/// One request and its response.
pub(crate) struct Stream {
    shared: Rc<Shared>,
    /// On the request, once it was carried out.
    decision: Option<Decision>,
    waiting: Option<Box<Waiting>>,
    /// A gRPC response that is to be counted when its status is known.
    awaited: Option<Awaited>,
    /// Whether the request was stopped: it waits, or it was answered.
    held: bool,
}

impl Stream {
    pub(crate) fn new(shared: Rc<Shared>) -> Self {
        Self {
            shared,
            decision: None,
            waiting: None,
            awaited: None,
            held: false,
        }
    }

    fn keep(&mut self, progress: RequestProgress) -> StreamAction {
        let action = match progress {
            RequestProgress::Continue(decision) => {
                self.decision = Some(decision);
                StreamAction::Continue
            }
            RequestProgress::Untouched => StreamAction::Continue,
            RequestProgress::Answered(decision) => {
                self.decision = decision;
                StreamAction::Pause
            }
            RequestProgress::Waiting(waiting) => {
                self.waiting = Some(waiting);
                StreamAction::Pause
            }
        };
        self.held = action == StreamAction::Pause;
        action
    }

    pub(crate) fn on_http_call_response(&mut self, body_size: usize) {
        if let Some(waiting) = self.waiting.take() {
            let progress = external_auth::answered(&Proxy, &self.shared, *waiting, body_size);
            self.keep(progress);
        }
    }

    pub(crate) fn on_http_request_headers(&mut self) -> StreamAction {
        let progress = request::on_headers(&Proxy, &self.shared);
        self.keep(progress)
    }

    /// Nothing follows these headers if the response `ends` with them.
    pub(crate) fn on_http_response_headers(&mut self, ends: bool) -> StreamAction {
        let Some(decision) = &self.decision else {
            return StreamAction::Continue;
        };
        match response::on_headers(&Proxy, &self.shared, decision, ends) {
            ResponseProgress::Continue(awaited) => {
                self.awaited = awaited;
                StreamAction::Continue
            }
            ResponseProgress::Answered => StreamAction::Pause,
        }
    }

    pub(crate) fn on_http_response_trailers(&mut self) -> StreamAction {
        if let (Some(awaited), Some(decision)) = (self.awaited.take(), &self.decision) {
            awaited.on_trailers(&Proxy, &self.shared, decision);
        }
        StreamAction::Continue
    }
}

/// What [`exports`](crate::exports) needs to know of a request, which the SDK knows by itself.
#[cfg(not(target_os = "wasi"))]
impl Stream {
    pub(crate) fn waits_for(&self, call: u32) -> bool {
        let waiting = self.waiting.as_ref();
        waiting.is_some_and(|waiting| waiting.call == call)
    }

    pub(crate) fn is_held(&self) -> bool {
        self.held
    }
}

impl Drop for Stream {
    /// The request is over.
    fn drop(&mut self) {
        if let (Some(awaited), Some(decision)) = (self.awaited.take(), &self.decision) {
            awaited.on_end(&Proxy, &self.shared, decision);
        }
    }
}

/// Reads the plugin configuration, of `size` bytes; what is wrong with it is logged and counted.
pub(crate) fn configure(size: usize) -> Option<Shared> {
    log::set_max_level(abi::log_level());
    let configuration = match abi::configuration(size) {
        Ok(configuration) => configuration,
        Err(error) => {
            log::error!("the plugin configuration can't be read: {error}");
            return None;
        }
    };
    #[cfg(not(target_os = "wasi"))]
    let configuration = match crate::baked::instead_of(configuration) {
        Some(configuration) => configuration,
        None => {
            log::error!(
                "no route config is in this module, where `gammactl compile --bake` puts one"
            );
            metrics::config_error(&Proxy);
            return None;
        }
    };
    match Shared::new(configuration, &Proxy) {
        Ok(shared) => Some(shared),
        Err(reason) => {
            log::error!("{reason}");
            metrics::config_error(&Proxy);
            None
        }
    }
}
