//! The entry points that the SDK dispatches to.

use std::rc::Rc;

use gamma_router::Decision;
use proxy_wasm::{
    hostcalls,
    traits::{Context, HttpContext, RootContext},
    types::{Action, BufferType, ContextType, LogLevel},
};

use crate::{
    abi::{self, Proxy},
    config::Shared,
    external_auth, metrics,
    progress::{RequestProgress, ResponseProgress, Waiting},
    request, response,
    response_code::Awaited,
};

#[allow(unsafe_code, reason = "the macro exports `_initialize`")]
mod entry {
    proxy_wasm::main! {{
        proxy_wasm::set_log_level(super::LogLevel::Info);
        proxy_wasm::set_root_context(|_| Box::new(super::Root::default()));
    }}
}

/// One plugin configuration in one worker.
#[derive(Default)]
struct Root {
    shared: Option<Rc<Shared>>,
}

impl Context for Root {}

impl RootContext for Root {
    fn on_configure(&mut self, size: usize) -> bool {
        log::set_max_level(abi::log_level());
        let configuration = match hostcalls::get_buffer(BufferType::PluginConfiguration, 0, size) {
            Ok(configuration) => configuration.unwrap_or_default(),
            Err(status) => {
                log::error!("the plugin configuration can't be read: {status:?}");
                return false;
            }
        };
        match Shared::new(configuration, &Proxy) {
            Ok(shared) => {
                self.shared = Some(Rc::new(shared));
                true
            }
            Err(reason) => {
                log::error!("{reason}");
                metrics::config_error(&Proxy);
                false
            }
        }
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }

    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream {
            shared: self.shared.clone()?,
            decision: None,
            waiting: None,
            awaited: None,
        }))
    }
}

/// One request and its response.
struct Stream {
    shared: Rc<Shared>,
    /// On the request, once it was carried out.
    decision: Option<Decision>,
    waiting: Option<Box<Waiting>>,
    /// A gRPC response that is to be counted when its status is known.
    awaited: Option<Awaited>,
}

impl Stream {
    fn keep(&mut self, progress: RequestProgress) -> Action {
        match progress {
            RequestProgress::Continue(decision) => {
                self.decision = Some(decision);
                Action::Continue
            }
            RequestProgress::Untouched => Action::Continue,
            RequestProgress::Answered(decision) => {
                self.decision = decision;
                Action::Pause
            }
            RequestProgress::Waiting(waiting) => {
                self.waiting = Some(waiting);
                Action::Pause
            }
        }
    }
}

impl Context for Stream {
    fn on_http_call_response(&mut self, _: u32, _: usize, body_size: usize, _: usize) {
        if let Some(waiting) = self.waiting.take() {
            let progress = external_auth::answered(&Proxy, &self.shared, *waiting, body_size);
            self.keep(progress);
        }
    }
}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> Action {
        let progress = request::on_headers(&Proxy, &self.shared);
        self.keep(progress)
    }

    fn on_http_response_headers(&mut self, _: usize, ends: bool) -> Action {
        let Some(decision) = &self.decision else {
            return Action::Continue;
        };
        match response::on_headers(&Proxy, &self.shared, decision, ends) {
            ResponseProgress::Continue(awaited) => {
                self.awaited = awaited;
                Action::Continue
            }
            ResponseProgress::Answered => Action::Pause,
        }
    }

    fn on_http_response_trailers(&mut self, _: usize) -> Action {
        if let (Some(awaited), Some(decision)) = (self.awaited.take(), &self.decision) {
            awaited.on_trailers(&Proxy, &self.shared, decision);
        }
        Action::Continue
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
