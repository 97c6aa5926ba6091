//! A list of requests: a URL, a curl command or a JSON object a line.

use serde::Deserialize;

use super::{
    curl::CurlError,
    draft::{RequestDraft, RequestError},
    error::InvalidLine,
    fetch,
    header::HeaderLine,
    options::HeaderOption,
    other_program,
    simulated::Simulated,
};

/// A request as a JSON object.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonRequest {
    request: String,
    #[serde(default)]
    headers: Vec<String>,
    from: Option<String>,
    destination: Option<std::net::SocketAddr>,
}

/// What is wrong with a line of a list.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// The line begins with `{` and is not the JSON of a request.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// A header of a JSON object.
    #[error(transparent)]
    Header(#[from] InvalidLine),
    /// The line is not a command of curl.
    #[error(transparent)]
    Curl(#[from] CurlError),
    /// A call of `fetch` with something else than JSON in it.
    #[error(
        "it is not a call of `fetch` as browsers copy it, with a URL and an object in JSON: {0}"
    )]
    Fetch(serde_json::Error),
    /// A command of another program than curl.
    #[error("{0}: write it as curl takes it, or copy it as cURL")]
    OtherProgram(&'static str),
    /// The parts of the line make no request.
    #[error(transparent)]
    Request(#[from] RequestError),
}

/// Reads one of [`commands`](super::commands()): JSON (`{"request": "GET http://cart/", "headers": ["k: v"],
/// "from": "web", "destination": "10.0.0.1:80"}`), a call of `fetch` as browsers copy it, or what
/// [`RequestDraft::from_curl`] reads. `None` for a line that is empty or begins with `#`.
///
/// # Errors
///
/// What is wrong with the line.
pub fn read_line(line: &str, now: u64) -> Result<Option<Simulated>, ListError> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let draft = if line.starts_with('{') {
        from_json(line)?
    } else if fetch::is_call(line) {
        fetch::read(line).map_err(ListError::Fetch)?
    } else if let Some(said) = other_program::said(line) {
        return Err(ListError::OtherProgram(said));
    } else {
        RequestDraft::from_curl(line)?
    };
    Ok(Some(draft.simulated(now)?))
}

fn from_json(line: &str) -> Result<RequestDraft, ListError> {
    let json: JsonRequest = serde_json::from_str(line)?;
    let headers = json.headers.iter().map(|header| {
        let header = header.parse::<HeaderLine>()?;
        Ok(HeaderOption::Sent(header))
    });
    Ok(RequestDraft {
        headers: headers.collect::<Result<_, InvalidLine>>()?,
        request: json.request,
        from: json.from,
        destination: json.destination,
        ..RequestDraft::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_curl_lines_are_read() {
        let json = r#"{"request": "PUT http://cart/a", "headers": ["x: y"], "from": "web", "destination": "[fd00::1]:80"}"#;
        let curl = "curl -X PUT http://cart/a -H 'x: y' --from web --destination [fd00::1]:80";
        let read = |line| read_line(line, 7).unwrap().unwrap();
        assert_eq!(read(json), read(curl));
        assert_eq!(read(json).now, 7);
        for line in ["", "  ", "# GET http://cart/"] {
            assert_eq!(read_line(line, 0).unwrap(), None, "{line}");
        }
        for (line, why) in [
            (
                r#"{"request": "GET http://cart/", "header": []}"#,
                "unknown field `header`",
            ),
            (
                r#"{"request": "GET http://cart/", "headers": ["x"]}"#,
                "`x` is not a header",
            ),
            ("{", "EOF"),
        ] {
            let said = read_line(line, 0).unwrap_err().to_string();
            assert!(said.contains(why), "{line}: {said}");
        }
    }
}
