//! The entry points of the file for Envoy: what the SDK calls.

use std::rc::Rc;

use proxy_wasm::{
    traits::{Context, HttpContext, RootContext},
    types::{Action, ContextType, LogLevel},
};

use crate::{
    config::Shared,
    context::{Stream, StreamAction, configure},
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
        let Some(shared) = configure(size) else {
            return false;
        };
        self.shared = Some(Rc::new(shared));
        true
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }

    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream::new(self.shared.clone()?)))
    }
}

impl Context for Stream {
    fn on_http_call_response(&mut self, _: u32, _: usize, body_size: usize, _: usize) {
        Stream::on_http_call_response(self, body_size);
    }
}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> Action {
        Stream::on_http_request_headers(self).into()
    }

    fn on_http_response_headers(&mut self, _: usize, ends: bool) -> Action {
        Stream::on_http_response_headers(self, ends).into()
    }

    fn on_http_response_trailers(&mut self, _: usize) -> Action {
        Stream::on_http_response_trailers(self).into()
    }
}

impl From<StreamAction> for Action {
    fn from(action: StreamAction) -> Self {
        match action {
            StreamAction::Continue => Self::Continue,
            StreamAction::Pause => Self::Pause,
        }
    }
}
