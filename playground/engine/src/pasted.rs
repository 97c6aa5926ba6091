//! What people have at hand becomes requests: lines of an access log, a HAR file, commands of curl.

use gamma_explain::{
    access_log,
    request::{Simulated, commands, read_line},
};
use serde::Serialize;

use crate::{
    answer::{Unanswered, at_most},
    limits,
    request::PageRequest,
};

/// A request that was found, or a line that is none.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum PastedRequest {
    /// A request.
    Found {
        /// Where it begins, from one.
        line: usize,
        #[serde(flatten)]
        request: Box<PageRequest>,
        /// The status that a log has for it.
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    /// Something else.
    Refused {
        /// Where it begins, from one.
        line: usize,
        /// Why it is no request.
        error: String,
    },
}

/// Reads `text`.
pub(crate) fn read(text: &str) -> Result<Vec<PastedRequest>, Unanswered> {
    at_most("bytes of text", text.len(), limits::PASTED_BYTES)?;
    let mut found = Vec::new();
    for (line, command) in commands(text) {
        if found.len() >= limits::REQUESTS {
            let error = format!("{} requests are read at most", limits::REQUESTS);
            found.push(PastedRequest::Refused { line, error });
            break;
        }
        found.extend(pasted(line, &command));
    }
    Ok(found)
}

/// `None` for a line without anything.
fn pasted(line: usize, command: &str) -> Option<PastedRequest> {
    let request = |request: &Simulated, status| PastedRequest::Found {
        line,
        request: Box::new(PageRequest::of(request)),
        status,
    };
    let refused = |error: String| PastedRequest::Refused { line, error };
    let is_logged = is_logged(command);
    if is_logged && let Ok(Some(logged)) = access_log::read_line(command, 0) {
        return Some(request(&logged.request, logged.status));
    }
    match read_line(command, 0) {
        Ok(found) => found.map(|found| request(&found, None)),
        Err(error) if !is_logged => Some(refused(error.to_string())),
        // It is neither: what a log lacks says more of a line that looks like one.
        Err(_) => match access_log::read_line(command, 0) {
            Err(error) => Some(refused(error.to_string())),
            Ok(_) => None,
        },
    }
}

/// Whether a line may be one of an access log: a time in brackets, a request in quotes, or an object that is none of
/// a list of requests.
fn is_logged(command: &str) -> bool {
    let command = command.trim_start();
    let is_object = command.starts_with('{') && !command.contains("\"request\":");
    is_object || command.starts_with(['[', '"'])
}

/// Reads one command line.
pub(crate) fn parse_curl(line: &str) -> Result<PageRequest, Unanswered> {
    at_most("bytes of a command", line.len(), limits::REQUEST_BYTES)?;
    let (_, command) = commands(line)
        .into_iter()
        .find(|(_, command)| !command.trim().is_empty())
        .ok_or_else(|| Unanswered::Words("there is no request in it".into()))?;
    let request = read_line(&command, 0)?;
    let request = request.ok_or_else(|| Unanswered::Words("there is no request in it".into()))?;
    Ok(PageRequest::of(&request))
}
