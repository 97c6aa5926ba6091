//! The least that a filter written with the SDK does to choose a cluster: it reads the header map
//! and sets a header. The choice itself costs nothing: the client says it in `x-bench-cluster`.

use proxy_wasm::{
    traits::{Context, HttpContext, RootContext},
    types::{Action, ContextType},
};

proxy_wasm::main! {{
    proxy_wasm::set_root_context(|_| Box::new(Root));
}}

struct Root;

impl Context for Root {}

impl RootContext for Root {
    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }

    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream))
    }
}

struct Stream;

impl Context for Stream {}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> Action {
        let headers = self.get_http_request_headers_bytes();
        let chosen = headers.iter().find(|(name, _)| name == "x-bench-cluster");
        let chosen = chosen.map(|(_, value)| value.as_slice());
        self.set_http_request_header_bytes("x-gamma-cluster", chosen);
        Action::Continue
    }
}
