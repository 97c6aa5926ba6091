//! The functions about header maps.

use wasmi::{Error, Linker};

use super::{
    caller::{BAD_ARGUMENT, Host, NOT_FOUND, OK, called},
    memory::{give, load},
};
use crate::state::{State, encode};

const ENV: &str = "env";

pub(super) fn define(linker: &mut Linker<State>) -> Result<(), Error> {
    linker.func_wrap(
        ENV,
        "proxy_get_header_map_pairs",
        |mut host: Host<'_>, map: u32, data: u32, size: u32| {
            if let Some(status) = called(&mut host, "proxy_get_header_map_pairs") {
                return Ok(status);
            }
            if let Some(broken) = host.data().broken_map.clone() {
                return give(&mut host, &broken, data, size);
            }
            let most = host.data().profile.most_pairs;
            let cut = |headers: &mut Vec<_>| encode(&headers[..headers.len().min(most)]);
            match host.data_mut().map(map).map(cut) {
                Some(bytes) => give(&mut host, &bytes, data, size),
                None => Ok(BAD_ARGUMENT),
            }
        },
    )?;
    linker.func_wrap(
        ENV,
        "proxy_get_header_map_value",
        |mut host: Host<'_>, map: u32, name: u32, name_size: u32, data: u32, size: u32| {
            if let Some(status) = called(&mut host, "proxy_get_header_map_value") {
                return Ok(status);
            }
            let name = load(&mut host, name, name_size)?;
            let Some(headers) = host.data_mut().map(map) else {
                return Ok(BAD_ARGUMENT);
            };
            match headers.iter().find(|(n, _)| same(n, &name)).cloned() {
                Some((_, value)) => give(&mut host, &value, data, size),
                None => Ok(NOT_FOUND),
            }
        },
    )?;
    linker.func_wrap(
        ENV,
        "proxy_replace_header_map_value",
        |mut host: Host<'_>, map: u32, name: u32, name_size: u32, value: u32, size: u32| {
            if let Some(status) = called(&mut host, "proxy_replace_header_map_value") {
                return Ok(status);
            }
            let name = load(&mut host, name, name_size)?;
            let value = load(&mut host, value, size)?;
            if is_read_only(&host, &name) {
                return Ok(OK);
            }
            let Some(headers) = host.data_mut().map(map) else {
                return Ok(BAD_ARGUMENT);
            };
            headers.retain(|(n, _)| !same(n, &name));
            headers.push((name, value));
            Ok::<_, Error>(OK)
        },
    )?;
    linker.func_wrap(
        ENV,
        "proxy_add_header_map_value",
        |mut host: Host<'_>, map: u32, name: u32, name_size: u32, value: u32, size: u32| {
            if let Some(status) = called(&mut host, "proxy_add_header_map_value") {
                return Ok(status);
            }
            let name = load(&mut host, name, name_size)?;
            let value = load(&mut host, value, size)?;
            if is_read_only(&host, &name) {
                return Ok(OK);
            }
            let Some(headers) = host.data_mut().map(map) else {
                return Ok(BAD_ARGUMENT);
            };
            headers.push((name, value));
            Ok::<_, Error>(OK)
        },
    )?;
    linker.func_wrap(
        ENV,
        "proxy_remove_header_map_value",
        |mut host: Host<'_>, map: u32, name: u32, name_size: u32| {
            const REQUEST: u32 = 0;
            if let Some(status) = called(&mut host, "proxy_remove_header_map_value") {
                return Ok(status);
            }
            let name = load(&mut host, name, name_size)?;
            let hides = host.data().profile.removal_hides && map == REQUEST;
            let Some(headers) = host.data_mut().map(map) else {
                return Ok(BAD_ARGUMENT);
            };
            let removed: Vec<_> = headers.extract_if(.., |(n, _)| same(n, &name)).collect();
            if hides {
                host.data_mut().hidden.extend(removed);
            }
            Ok::<_, Error>(OK)
        },
    )?;
    Ok(())
}

fn is_read_only(host: &Host<'_>, name: &[u8]) -> bool {
    name.starts_with(b":") && host.data().profile.read_only_pseudo_headers
}

fn same(a: &[u8], b: &[u8]) -> bool {
    a.eq_ignore_ascii_case(b)
}
