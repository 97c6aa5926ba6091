//! Reads a line of an access log in Envoy's default format, in Istio's, or in that of `gammactl envoy`.

use std::net::SocketAddr;

use super::logged::{LogLineError, Logged, header, status};
use crate::request::{RequestLine, Simulated};

/// A piece of a line of text.
#[derive(Debug, PartialEq)]
enum Piece<'l> {
    Quoted(&'l str),
    Word(&'l str),
}

pub(super) fn read(line: &str) -> Result<Logged, LogLineError> {
    let pieces = pieces(line);
    let quoted: Vec<&str> = pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Quoted(text) => Some(*text),
            Piece::Word(_) => None,
        })
        .collect();
    let first = quoted.first().ok_or(LogLineError::NoRequest)?;
    // Envoy says `-` where there is nothing, as for a request that could not be read.
    let mut parts = first.split(' ').map(|part| (part != "-").then_some(part));
    let (Some(Some(method)), Some(Some(target))) = (parts.next(), parts.next()) else {
        return Err(LogLineError::NotARequest((*first).into()));
    };
    // "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"
    let from_end = |n: usize| quoted.len().checked_sub(n).and_then(|i| quoted.get(i));
    let at_path = match target.find('/') {
        // `*`, behind the authority or not, as `/path` may be.
        None if target.ends_with('*') => Some(target.len() - 1),
        slash => slash,
    };
    let (authority, path) = match at_path {
        Some(0) => (from_end(2).copied().unwrap_or_default(), target),
        Some(at) => target.split_at(at),
        None => (target, "/"),
    };
    if authority.is_empty() || authority == "-" {
        return Err(LogLineError::NoAuthority);
    }
    let mut headers = Vec::new();
    if at_path == Some(0) && quoted.len() >= 6 {
        let named = [
            ("x-forwarded-for", 5),
            ("user-agent", 4),
            ("x-request-id", 3),
        ];
        for (name, n) in named {
            let value = from_end(n).copied().unwrap_or("-");
            headers.extend(header(name, value));
        }
    }
    let mut words = pieces.iter().filter_map(|piece| match piece {
        Piece::Word(word) => Some(*word),
        Piece::Quoted(_) => None,
    });
    let rule = words.clone().find_map(|word| word.strip_prefix("rule="));
    Ok(Logged {
        request: Simulated {
            destination: downstream_local_address(&pieces),
            headers,
            ..Simulated::new(RequestLine::from_parts(method, "http", authority, path)?)
        },
        status: words.find_map(status),
        rule: rule.map(Into::into),
    })
}

/// Istio's format goes on behind the last quotes: `%UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS%
/// %DOWNSTREAM_LOCAL_ADDRESS% …`.
fn downstream_local_address(pieces: &[Piece<'_>]) -> Option<SocketAddr> {
    let last = pieces
        .iter()
        .rposition(|piece| matches!(piece, Piece::Quoted(_)))?;
    match pieces.get(last + 3)? {
        Piece::Word(word) => word.parse().ok(),
        Piece::Quoted(_) => None,
    }
}

/// Words, `[…]` and `"…"`; Envoy does not escape quotes.
fn pieces(line: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let (piece, after) = if let Some(inner) = rest.strip_prefix('"') {
            let end = inner
                .find("\" ")
                .or_else(|| inner.rfind('"'))
                .unwrap_or(inner.len());
            let (text, after) = inner.split_at(end);
            (
                Piece::Quoted(text),
                after.strip_prefix('"').unwrap_or(after),
            )
        } else {
            let end = if rest.starts_with("[2") {
                // A time, which has spaces in some formats.
                rest.find(']').map(|at| at + 1)
            } else {
                rest.find(' ')
            };
            let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
            (Piece::Word(word), after)
        };
        pieces.push(piece);
        rest = after.trim_start();
    }
    pieces
}
