//! Many requests, one a line.

use serde::Deserialize;

use super::{Curl, HeaderLine, Simulated};

/// A request as a JSON object.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    request: String,
    #[serde(default)]
    headers: Vec<String>,
    from: Option<String>,
    destination: Option<std::net::SocketAddr>,
}

/// Reads one line of a list of requests: JSON (`{"request": "GET http://cart/", "headers": ["k: v"],
/// "from": "web", "destination": "10.0.0.1:80"}`) or what [`Curl`] reads. `None` for a
/// line that is empty or begins with `#`.
///
/// # Errors
///
/// What is wrong with the line.
pub fn read_line(line: &str, now: u64) -> Result<Option<Simulated>, String> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let curl = match line.starts_with('{') {
        true => from_json(line)?,
        false => Curl::from_line(line)?,
    };
    curl.simulated(now).map(Some)
}

fn from_json(line: &str) -> Result<Curl, String> {
    let line: Line = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let headers = line
        .headers
        .iter()
        .map(|header| header.parse::<HeaderLine>());
    Ok(Curl {
        headers: headers
            .collect::<Result<_, _>>()
            .map_err(|error| error.to_string())?,
        request: line.request,
        method: None,
        body: None,
        from: line.from,
        destination: line.destination,
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
            assert_eq!(read_line(line, 0), Ok(None), "{line}");
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
            let said = read_line(line, 0).unwrap_err();
            assert!(said.contains(why), "{line}: {said}");
        }
    }
}
