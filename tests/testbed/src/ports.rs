//! Loopback ports for programs that must be told their port before they bind it.
//!
//! Asking the kernel for port 0, closing the socket and passing the number on is a race: any
//! outgoing connection or other test may get it in between. So ports come from a range *below* the
//! kernel's ephemeral ports (`net.ipv4.ip_local_port_range`, from 32768 unless somebody changed
//! it), which the kernel never hands out by itself, and each is guarded by a lock file:
//!
//! - two tests of one process or of two can't hold the same lock;
//! - whoever else listens there is found by binding the port once, under the lock;
//! - the lock goes with its holder, even one that was killed, and what a dead test left listening
//!   fails the bind.
//!
//! Where a program can bind port 0 and report it, as the echo backend and Envoy's listeners can,
//! that is better still.

use std::{
    fs::{self, File},
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
};

const RANGE: std::ops::Range<u16> = 20_000..28_000;

/// A port on 127.0.0.1 that nobody else gets from here as long as this lives.
#[derive(Debug)]
pub struct Port {
    number: u16,
    /// Locked; closing it unlocks. The file itself stays: removing it would let two processes lock
    /// two files of the same name.
    _lock: File,
}

impl Port {
    /// Reserves a port.
    ///
    /// # Errors
    ///
    /// The lock files can't be made, or no port is left.
    pub fn reserve() -> io::Result<Self> {
        let directory = directory()?;
        // A random start, so that parallel tests don't queue up for the same first ports.
        let start = fastrand::u16(RANGE);
        for number in (start..RANGE.end).chain(RANGE.start..start) {
            let path = directory.join(number.to_string());
            let lock = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(path)?;
            if lock.try_lock().is_ok() && TcpListener::bind((Ipv4Addr::LOCALHOST, number)).is_ok() {
                return Ok(Self {
                    number,
                    _lock: lock,
                });
            }
        }
        Err(io::Error::new(io::ErrorKind::AddrInUse, "no free port"))
    }

    /// The number.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }

    /// 127.0.0.1 and the number.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.number).into()
    }
}

/// One for all checkouts of this machine's user, who share its ports as well. Another user's
/// directory may not be writable, hence the name of the user.
fn directory() -> io::Result<PathBuf> {
    let user = std::env::var("USER").unwrap_or_default();
    let path = std::env::temp_dir().join(format!("gamma-ports-{user}"));
    fs::create_dir_all(&path)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, thread};

    use super::*;

    #[test]
    fn parallel_reservations_are_distinct_and_free() {
        let reserve = || {
            (0..20)
                .map(|_| Port::reserve().unwrap())
                .collect::<Vec<_>>()
        };
        let ports: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(reserve)).collect();
            threads
                .into_iter()
                .flat_map(|t| t.join().unwrap())
                .collect()
        });

        let numbers: HashSet<_> = ports.iter().map(Port::number).collect();
        assert_eq!(numbers.len(), 160);
        for port in &ports {
            TcpListener::bind(port.address()).unwrap();
        }
    }
}
