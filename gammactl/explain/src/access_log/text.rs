//! Envoy's default format, Istio's, and that of `gammactl envoy`.

use std::net::SocketAddr;

use super::{Logged, header, request_line};
use crate::request::Simulated;

/// A piece of a line of text.
#[derive(Debug, PartialEq)]
enum Piece<'l> {
    Quoted(&'l str),
    Word(&'l str),
}

pub(super) fn read(line: &str) -> Result<Logged, String> {
    let pieces = pieces(line);
    let quoted: Vec<&str> = pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Quoted(text) => Some(*text),
            Piece::Word(_) => None,
        })
        .collect();
    let first = quoted.first().ok_or("it has no request in quotes")?;
    let mut parts = first.split(' ');
    let (Some(method), Some(target)) = (parts.next(), parts.next().filter(|t| *t != "-")) else {
        return Err(format!("`{first}` is not a request like `GET / HTTP/1.1`"));
    };
    // "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"
    let from_end = |n: usize| quoted.len().checked_sub(n).and_then(|i| quoted.get(i));
    let (authority, path) = match target.find('/') {
        Some(0) => (from_end(2).copied().unwrap_or_default(), target),
        Some(slash) => target.split_at(slash),
        None => (target, "/"),
    };
    if authority.is_empty() || authority == "-" {
        return Err("it has no authority".into());
    }
    let mut headers = Vec::new();
    if target.starts_with('/') && quoted.len() >= 6 {
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
    let is_status = |word: &&str| word.len() == 3 && word.parse::<u16>().is_ok();
    let rule = words.clone().find_map(|word| word.strip_prefix("rule="));
    Ok(Logged {
        request: Simulated {
            destination: downstream_local_address(&pieces),
            headers,
            ..Simulated::new(request_line(method, "http", authority, path)?)
        },
        status: words.find(is_status).and_then(|word| word.parse().ok()),
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
            let end = match rest.starts_with("[2") {
                // A time, which has spaces in some formats.
                true => rest.find(']').map(|at| at + 1),
                false => rest.find(' '),
            };
            let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
            (Piece::Word(word), after)
        };
        pieces.push(piece);
        rest = after.trim_start();
    }
    pieces
}
