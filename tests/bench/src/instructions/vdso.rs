//! Where the kernel's vDSO, the library that tells the time without a system call, has a function.

use anyhow::{Context, Result};

/// The offset of a function in the image of a vDSO, an ELF file.
///
/// # Errors
///
/// The image is none, or has no such function.
pub(super) fn function(image: &[u8], name: &str) -> Result<u64> {
    const DYNAMIC: u32 = 2;
    const STRINGS: u64 = 5;
    const SYMBOLS: u64 = 6;
    /// Bytes of a program header, an entry of the dynamic section and a symbol.
    const SIZES: [u64; 3] = [56, 16, 24];
    let headers = u64_at(image, 0x20)?;
    let count = u64::from(u32_at(image, 0x38)? & 0xffff);
    let dynamic = (0..count)
        .map(|i| headers + i * SIZES[0])
        .find(|&header| u32_at(image, header).is_ok_and(|kind| kind == DYNAMIC))
        .context("a vDSO without a dynamic section")?;
    let dynamic = u64_at(image, dynamic + 8)?;
    let entry = |tag| {
        (0..)
            .map(|i| dynamic + i * SIZES[1])
            .map_while(|at| Some((u64_at(image, at).ok()?, u64_at(image, at + 8).ok()?)))
            .take_while(|(found, _)| *found != 0)
            .find(|(found, _)| *found == tag)
            .map(|(_, value)| value)
            .context("a vDSO without symbols")
    };
    let (strings, symbols) = (entry(STRINGS)?, entry(SYMBOLS)?);
    // Names lie behind the symbols.
    (0..strings.saturating_sub(symbols) / SIZES[2])
        .map(|i| symbols + i * SIZES[2])
        .find(|&symbol| {
            let at = u32_at(image, symbol).map(|at| strings + u64::from(at));
            at.is_ok_and(|at| is_name_at(image, at, name))
        })
        .map(|symbol| u64_at(image, symbol + 8))
        .with_context(|| format!("the vDSO has no {name}"))?
}

fn is_name_at(image: &[u8], at: u64, name: &str) -> bool {
    let bytes = usize::try_from(at).ok().and_then(|at| image.get(at..));
    let rest = bytes.and_then(|bytes| bytes.strip_prefix(name.as_bytes()));
    rest.is_some_and(|rest| rest.first() == Some(&0))
}

fn u64_at(image: &[u8], at: u64) -> Result<u64> {
    Ok(u64::from_le_bytes(bytes_at(image, at)?))
}

fn u32_at(image: &[u8], at: u64) -> Result<u32> {
    Ok(u32::from_le_bytes(bytes_at(image, at)?))
}

fn bytes_at<const N: usize>(image: &[u8], at: u64) -> Result<[u8; N]> {
    let at = usize::try_from(at)?;
    let bytes = image.get(at..).and_then(|rest| rest.first_chunk());
    bytes.copied().context("a vDSO that is cut short")
}

#[cfg(test)]
mod tests {
    use std::{fs::File, os::unix::fs::FileExt as _};

    use super::*;

    /// This process's own.
    fn image() -> Vec<u8> {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let line = maps.lines().find(|line| line.ends_with("[vdso]")).unwrap();
        let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let [start, end] = [start, end].map(|at| u64::from_str_radix(at, 16).unwrap());
        let mut image = vec![0; (end - start) as usize];
        let memory = File::open("/proc/self/mem").unwrap();
        memory.read_exact_at(&mut image, start).unwrap();
        image
    }

    #[test]
    fn functions_are_found_by_their_whole_name() {
        let image = image();
        let [gettime, time] =
            ["__vdso_clock_gettime", "__vdso_time"].map(|name| function(&image, name).unwrap());
        assert_ne!(gettime, time);
        assert!(gettime > 0 && gettime < image.len() as u64);
        assert!(function(&image, "__vdso_clock").is_err());
    }

    #[test]
    fn a_damaged_image_is_an_error() {
        let image = image();
        for length in [0, 0x20, 0x40, 0x200] {
            assert!(
                function(&image[..length], "__vdso_time").is_err(),
                "{length}"
            );
        }
    }
}
