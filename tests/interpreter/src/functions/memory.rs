//! How a host reads and writes the memory of a module.

use wasmi::{AsContextMut, Error, Extern, Memory};

use super::caller::{Host, OK, Status};

/// Returns bytes in memory that the module allocates.
pub(super) fn give(host: &mut Host<'_>, bytes: &[u8], data: u32, size: u32) -> Status {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let mut address = 0;
    // As Envoy does: nothing is no memory.
    if !bytes.is_empty() {
        let allocate = host
            .get_export("proxy_on_memory_allocate")
            .and_then(Extern::into_func)
            .ok_or_else(|| Error::new("the module exports no proxy_on_memory_allocate"))?;
        host.data_mut().returned += 1;
        address = allocate
            .typed::<u32, u32>(&*host)?
            .call(host.as_context_mut(), length)?;
        write(host, address, bytes)?;
    }
    store(host, data, address)?;
    store(host, size, length)
}

fn memory(host: &Host<'_>) -> Result<Memory, Error> {
    host.get_export("memory")
        .and_then(Extern::into_memory)
        .ok_or_else(|| Error::new("the module exports no memory"))
}

pub(super) fn load(host: &mut Host<'_>, at: u32, size: u32) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![0; size as usize];
    if size > 0 {
        memory(host)?
            .read(&*host, at as usize, &mut bytes)
            .map_err(|error| Error::new(error.to_string()))?;
    }
    Ok(bytes)
}

pub(super) fn load_text(host: &mut Host<'_>, at: u32, size: u32) -> Result<String, Error> {
    let bytes = load(host, at, size)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

pub(super) fn write(host: &mut Host<'_>, at: u32, bytes: &[u8]) -> Status {
    memory(host)?
        .write(host, at as usize, bytes)
        .map_err(|error| Error::new(error.to_string()))?;
    Ok(OK)
}

pub(super) fn store(host: &mut Host<'_>, at: u32, word: u32) -> Status {
    write(host, at, &word.to_le_bytes())
}
