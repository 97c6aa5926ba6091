//! The filter in hosts that are not Envoy. What none of the package registries has (nginx with WasmX, APISIX) is a
//! profile of the interpreter's host: strict about what a module imports and exports, and with that host's habits.

mod baked;
mod contract;
mod fixtures;
mod holes;
mod limits;
mod misbehaving;
mod nginx;
mod proxy;
mod quirks;
mod rust_proxy;
mod table;
mod upstream;

use std::sync::LazyLock;

use gamma_interpreter::{Code, Headers, modules};

/// The file for hosts that are not Envoy.
static COMPAT: LazyLock<Code> = LazyLock::new(|| Code::new(&modules::compat().unwrap()).unwrap());

fn headers(of: &[(&str, &str)]) -> Headers {
    let bytes = |(name, value): &(&str, &str)| (name.as_bytes().into(), value.as_bytes().into());
    of.iter().map(bytes).collect()
}

/// The first value of a header that is not empty.
fn value(headers: &Headers, name: &str) -> Option<String> {
    let mut values = headers
        .iter()
        .filter(|(other, value)| other.eq_ignore_ascii_case(name.as_bytes()) && !value.is_empty());
    values
        .next()
        .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
}
