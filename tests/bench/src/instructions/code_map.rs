//! Whose code lies where in a process, from `/proc/PID/maps`.

use anyhow::{Context, Result};

/// Whose instructions some are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodeOwner {
    /// The program's own file.
    Program,
    /// No file's: what V8 made of a module, at run time.
    Vm,
    /// Another file's, or the kernel's vDSO.
    Library,
}

/// Addresses from `start`, below `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) owner: CodeOwner,
}

impl Region {
    pub(super) fn contains(&self, address: u64) -> bool {
        (self.start..self.end).contains(&address)
    }
}

/// All memory of a process that can be executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CodeMap {
    regions: Vec<Region>,
    /// Where the vDSO lies.
    vdso: Option<Region>,
}

impl CodeMap {
    /// Reads the text of `/proc/PID/maps`; `program` is where `/proc/PID/exe` leads.
    ///
    /// # Errors
    ///
    /// A line is not as the kernel writes it.
    pub(super) fn parse(maps: &str, program: &str) -> Result<Self> {
        let mut regions = Vec::new();
        let mut vdso = None;
        for line in maps.lines() {
            let region = region(line, program).with_context(|| format!("in maps: {line}"))?;
            if line.ends_with("[vdso]") {
                vdso = region;
            }
            regions.extend(region);
        }
        Ok(Self { regions, vdso })
    }

    /// The kernel's library.
    pub(super) fn vdso(&self) -> Option<Region> {
        self.vdso
    }

    /// Where an address lies; `None` if nothing can be executed there.
    pub(super) fn find(&self, address: u64) -> Option<Region> {
        let found = self.regions.iter().find(|region| region.contains(address));
        found.copied()
    }
}

/// As in `55e0c8a00000-55e0cc000000 r-xp 02a00000 fe:00 1183 /usr/bin/envoy`. `None` if it can't be
/// executed.
fn region(line: &str, program: &str) -> Result<Option<Region>> {
    let mut columns = line.split_ascii_whitespace();
    let addresses = columns.next().context("no addresses")?;
    let permissions = columns.next().context("no permissions")?;
    if permissions.as_bytes().get(2) != Some(&b'x') {
        return Ok(None);
    }
    let (start, end) = addresses.split_once('-').context("no range")?;
    // Offset, device and inode are between.
    let path = columns.skip(3).collect::<Vec<_>>().join(" ");
    let owner = match path.as_str() {
        "" => CodeOwner::Vm,
        // Named by whoever mapped it, but no file's either.
        path if path.starts_with("[anon:") => CodeOwner::Vm,
        path if path.trim_end_matches(" (deleted)") == program => CodeOwner::Program,
        _ => CodeOwner::Library,
    };
    Ok(Some(Region {
        start: u64::from_str_radix(start, 16)?,
        end: u64::from_str_radix(end, 16)?,
        owner,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPS: &str = "\
55d000000000-55d000001000 r--p 00000000 fe:00 1183                       /opt/my envoy
55d000001000-55d000009000 r-xp 00001000 fe:00 1183                       /opt/my envoy
7f0000000000-7f0000010000 r-xp 00000000 00:00 0 
7f0000010000-7f0000020000 rw-p 00000000 00:00 0 
7f0000020000-7f0000030000 rwxp 00000000 00:00 0                          [anon:v8]
7f1000000000-7f1000100000 r-xp 00028000 fe:00 77                         /lib/libc.so.6
7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0                          [vdso]
";

    #[test]
    fn code_without_a_file_is_the_vms() {
        let map = CodeMap::parse(MAPS, "/opt/my envoy").unwrap();
        let owner = |address| map.find(address).map(|region| region.owner);
        for (address, expected) in [
            (0x55d0_0000_0fff, None),
            (0x55d0_0000_1000, Some(CodeOwner::Program)),
            (0x55d0_0000_8fff, Some(CodeOwner::Program)),
            (0x55d0_0000_9000, None),
            (0x7f00_0000_0000, Some(CodeOwner::Vm)),
            (0x7f00_0001_0000, None),
            (0x7f00_0002_0000, Some(CodeOwner::Vm)),
            (0x7f10_0000_0001, Some(CodeOwner::Library)),
            (0x7ffd_0000_0000, Some(CodeOwner::Library)),
        ] {
            assert_eq!(owner(address), expected, "{address:x}");
        }
    }

    #[test]
    fn the_vdso_is_found() {
        let map = CodeMap::parse(MAPS, "/opt/my envoy").unwrap();
        assert_eq!(
            map.vdso().map(|region| region.start),
            Some(0x7ffd_0000_0000)
        );
        let without = MAPS.replace("[vdso]", "");
        assert_eq!(
            CodeMap::parse(&without, "/opt/my envoy").unwrap().vdso(),
            None
        );
    }

    #[test]
    fn a_program_that_was_replaced_is_the_program() {
        let maps = MAPS.replace("my envoy", "my envoy (deleted)");
        let map = CodeMap::parse(&maps, "/opt/my envoy").unwrap();
        let found = map.find(0x55d0_0000_1000).map(|region| region.owner);
        assert_eq!(found, Some(CodeOwner::Program));
    }

    #[test]
    fn what_is_no_line_of_the_kernels_is_an_error() {
        let error = CodeMap::parse("nonsense r-xp 0 0 0\n", "/opt/envoy").unwrap_err();
        assert!(format!("{error:#}").contains("nonsense"), "{error:#}");
    }
}
