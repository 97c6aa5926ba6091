//! Envoy's admin interface, by HTTP/1.1 on a plain socket.

use std::{
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

/// Only this container reaches it: whoever does can end Envoy.
pub(crate) const ADDRESS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9901);

/// Less than the time-out of the image's health check.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Whether Envoy takes requests: it does not while it starts, nor after [`fail_health_checks`].
///
/// # Errors
///
/// There is no answer.
pub(crate) fn is_ready() -> io::Result<bool> {
    Ok(ask("GET", "/ready")?.status == 200)
}

/// From now on `/ready` says no, and each answer to a client asks it to close its connection (HTTP/2: GOAWAY).
///
/// # Errors
///
/// There is no answer.
pub(crate) fn fail_health_checks() -> io::Result<()> {
    ask("POST", "/healthcheck/fail").map(drop)
}

/// How many connections clients have open, but for those to the admin interface.
///
/// # Errors
///
/// There is no answer.
pub(crate) fn connections() -> io::Result<u64> {
    let counters = "/stats?filter=%5Elistener%5C..*%5C.downstream_cx_active%24";
    Ok(total(&ask("GET", counters)?.body))
}

/// The sum of `listener.NAME.downstream_cx_active: N`.
fn total(text: &str) -> u64 {
    text.lines()
        .filter(|line| !line.starts_with("listener.admin."))
        // Each worker counts its part of the same again.
        .filter(|line| !line.contains(".worker_"))
        .filter_map(|line| line.rsplit_once(": ")?.1.parse::<u64>().ok())
        .sum()
}

struct AdminAnswer {
    status: u16,
    body: String,
}

fn ask(method: &str, path: &str) -> io::Result<AdminAnswer> {
    let mut stream = TcpStream::connect_timeout(&ADDRESS, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: admin\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    parse(&text).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "this is no HTTP"))
}

/// Lines of a chunked body stay between the lengths of their chunks, which look like no statistic.
fn parse(text: &str) -> Option<AdminAnswer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    Some(AdminAnswer {
        status,
        body: body.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_of_clients_are_counted() {
        let text = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nb7\r\n\
                    listener.0.0.0.0_10000.downstream_cx_active: 3\n\
                    listener.0.0.0.0_10000.worker_0.downstream_cx_active: 3\n\
                    listener.[__]_8080.downstream_cx_active: 2\n\
                    listener.admin.downstream_cx_active: 1\n\
                    listener.admin.main_thread.downstream_cx_active: 1\n\r\n0\r\n\r\n";
        let answer = parse(text).unwrap();
        assert_eq!((answer.status, total(&answer.body)), (200, 5));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for text in [
            "",
            "HTTP/1.1 200 OK",
            "HTTP/1.1 2\r\n\r\n",
            "SSH-2.0\r\n\r\n",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
        assert_eq!(parse("HTTP/1.1 503 x\r\n\r\n").unwrap().status, 503);
    }
}
