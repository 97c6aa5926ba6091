//! The entry points that the SDK dispatches to.

use std::rc::Rc;

use proxy_wasm::{
    hostcalls,
    traits::{Context, HttpContext, RootContext},
    types::{Action, BufferType, ContextType, LogLevel},
};

use crate::{
    abi::{self, Proxy},
    config::Shared,
    external_auth::{self, Waiting},
    metrics,
    request::{self, Chosen, Outcome},
    response,
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
            chosen: Chosen::default(),
            waiting: None,
        }))
    }
}

/// One request and its response.
struct Stream {
    shared: Rc<Shared>,
    chosen: Chosen,
    waiting: Option<Box<Waiting>>,
}

impl Stream {
    fn act(&mut self, outcome: Outcome) -> Action {
        match outcome {
            Outcome::Continue(chosen) => {
                self.chosen = chosen;
                Action::Continue
            }
            Outcome::Answered(chosen) => {
                self.chosen = chosen;
                Action::Pause
            }
            Outcome::Waiting(waiting) => {
                self.waiting = Some(waiting);
                Action::Pause
            }
        }
    }
}

impl Context for Stream {
    fn on_http_call_response(&mut self, _: u32, _: usize, body_size: usize, _: usize) {
        if let Some(waiting) = self.waiting.take() {
            let outcome = external_auth::answered(&Proxy, &self.shared, *waiting, body_size);
            self.act(outcome);
        }
    }
}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> Action {
        let outcome = request::on_headers(&Proxy, &self.shared);
        self.act(outcome)
    }

    fn on_http_response_headers(&mut self, _: usize, _: bool) -> Action {
        if response::on_headers(&Proxy, &self.shared, &self.chosen) {
            Action::Continue
        } else {
            Action::Pause
        }
    }
}
