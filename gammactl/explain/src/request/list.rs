//! A list of requests: a URL, a curl command or a JSON object a line.

use serde::Deserialize;

use super::{
    curl::CurlError,
    draft::{RequestDraft, RequestError},
    error::InvalidLine,
    header::HeaderLine,
    options::HeaderOption,
    simulated::Simulated,
    words,
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
    /// The parts of the line make no request.
    #[error(transparent)]
    Request(#[from] RequestError),
}

/// No curl command that anybody copies has more lines.
const MOST_LINES: usize = 1_000;

/// The lines of a list with their numbers. A curl command may go on over several lines, as browsers
/// copy it: by a backslash at the end, or within quotes. A command whose quotes nothing closes is its
/// first line, so that the others are read all the same.
#[must_use]
pub fn commands(text: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut commands = Vec::new();
    let mut at = 0;
    while let Some(first) = lines.get(at) {
        let mut command = (*first).to_owned();
        let mut end = at + 1;
        if is_curl(first) {
            let mut joined = command.clone();
            let mut more = lines[end..].iter().take(MOST_LINES);
            let mut taken = end;
            while !words::is_complete(&joined) {
                match more.next() {
                    Some(line) if !is_curl(line) => {
                        joined.push('\n');
                        joined.push_str(line);
                        taken += 1;
                    }
                    _ => break,
                }
            }
            if words::is_complete(&joined) {
                (command, end) = (joined, taken);
            }
        }
        commands.push((at + 1, command));
        at = end;
    }
    commands
}

fn is_curl(line: &str) -> bool {
    line.split_whitespace().next() == Some("curl")
}

/// Reads one of [`commands`]: JSON (`{"request": "GET http://cart/", "headers": ["k: v"],
/// "from": "web", "destination": "10.0.0.1:80"}`) or what [`RequestDraft::from_curl`] reads. `None`
/// for a line that is empty or begins with `#`.
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

    #[test]
    fn a_copied_command_has_several_lines() {
        let text = "http://it's/\n\
                    curl 'http://orders/' \\\n  -H 'x-beta: 1' \\\n  --compressed\n\
                    \n\
                    curl http://cart/ -d '{\n  \"a\": 1\n}'\n\
                    curl 'http://till/ # never closed\n\
                    http://after/\n\
                    curl http://last/ # it's a comment\n";
        let commands = commands(text);
        let numbers: Vec<usize> = commands.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [1, 2, 5, 6, 9, 10, 11]);
        let read: Vec<String> = commands
            .iter()
            .filter_map(|(_, command)| read_line(command, 0).ok().flatten())
            .map(|request| format!("{} +{}", request.line, request.headers.len()))
            .collect();
        let expected = [
            "GET http://orders/ +2",
            "POST http://cart/ +1",
            "GET http://after/ +0",
            "GET http://last/ +0",
        ];
        assert_eq!(read, expected);
    }
}
