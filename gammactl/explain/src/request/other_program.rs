//! Recognises commands of other programs than curl, by which people send requests as well.

use super::words::is_program;

/// What a line is, if it is a command of another program.
pub(super) fn said(line: &str) -> Option<&'static str> {
    if is_powershell(line) {
        return Some("this is PowerShell");
    }
    let mut words = line.split_whitespace();
    let first = words.next()?;
    let more = words.next().is_some();
    let is = |program: &str| more && is_program(first, program);
    if is("wget") {
        Some("this is a command of wget")
    } else if ["http", "https", "xh", "xhs"].into_iter().any(is) {
        Some("this is a command of HTTPie")
    } else if is("grpcurl") {
        Some("this is a command of grpcurl")
    } else {
        None
    }
}

/// Whether a line begins what browsers copy as PowerShell.
pub(super) fn is_powershell(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    let is_variable =
        first.starts_with('$') && first.len() > 1 && line.split_whitespace().nth(1) == Some("=");
    let programs = ["Invoke-WebRequest", "Invoke-RestMethod", "iwr", "irm"];
    is_variable
        || first.starts_with("$session.")
        || programs
            .iter()
            .any(|program| first.eq_ignore_ascii_case(program))
}
