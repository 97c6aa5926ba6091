//! The functions by which a request waits for somebody else's answer.

use wasmi::{Error, Linker};

use super::{
    caller::{BAD_ARGUMENT, Host, OK, called},
    memory::{load, load_text, store},
};
use crate::state::{HttpCall, State, decode};

pub(super) fn define(linker: &mut Linker<State>) -> Result<(), Error> {
    let env = "env";
    linker.func_wrap(
        env,
        "proxy_http_call",
        |mut host: Host<'_>,
         cluster: u32,
         cluster_size: u32,
         pairs: u32,
         pairs_size: u32,
         _body: u32,
         _body_size: u32,
         _trailers: u32,
         _trailers_size: u32,
         _timeout: u32,
         number: u32| {
            if let Some(status) = called(&mut host, "proxy_http_call") {
                return Ok(status);
            }
            let cluster = load_text(&mut host, cluster, cluster_size)?;
            if host.data().profile.calls_addresses && cluster.contains('/') {
                return Ok(BAD_ARGUMENT);
            }
            let pairs = load(&mut host, pairs, pairs_size)?;
            let Some(headers) = decode(&pairs) else {
                return Ok(BAD_ARGUMENT);
            };
            let state = host.data_mut();
            state.last_call += 1;
            let call = state.last_call;
            state.call = Some(HttpCall {
                number: call,
                cluster,
                headers,
            });
            store(&mut host, number, call)
        },
    )?;
    linker.func_wrap(
        env,
        "proxy_continue_stream",
        |mut host: Host<'_>, _stream: u32| {
            if let Some(status) = called(&mut host, "proxy_continue_stream") {
                return status;
            }
            host.data_mut().resumed = true;
            OK
        },
    )?;
    linker.func_wrap(
        env,
        "proxy_set_effective_context",
        |mut host: Host<'_>, context: u32| {
            if let Some(status) = called(&mut host, "proxy_set_effective_context") {
                return status;
            }
            match host.data().contexts.contains(&context) {
                true => OK,
                false => BAD_ARGUMENT,
            }
        },
    )?;
    Ok(())
}
