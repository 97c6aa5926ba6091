//! Reads a HAR file, in which browsers save the requests of a page.

use serde::Deserialize;
use serde_json::json;

#[derive(Debug, Deserialize)]
struct Har {
    log: HarLog,
}

#[derive(Debug, Deserialize)]
struct HarLog {
    entries: Vec<HarEntry>,
}

#[derive(Debug, Deserialize)]
struct HarEntry {
    request: HarRequest,
}

#[derive(Debug, Deserialize)]
struct HarRequest {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<HarHeader>,
}

#[derive(Debug, Deserialize)]
struct HarHeader {
    name: String,
    value: String,
}

/// The requests in `text`, if it is a HAR file, as lines of a list. What never went to a server, such as
/// `data:` URLs, is left out.
pub(super) fn requests(text: &str) -> Option<Vec<String>> {
    if !text
        .trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t'])
        .starts_with('{')
    {
        return None;
    }
    let har: Har = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    let requests = har.log.entries.into_iter().map(|entry| entry.request);
    let sent = requests.filter(|request| request.url.starts_with("http"));
    Some(sent.map(line).collect())
}

fn line(request: HarRequest) -> String {
    let HarRequest {
        method,
        url,
        headers,
    } = request;
    // HTTP/2 has pseudo-headers, which the URL says again.
    let headers = headers
        .iter()
        .filter(|header| !header.name.starts_with(':'));
    let headers: Vec<String> = headers
        .map(|HarHeader { name, value }| format!("{name}: {value}"))
        .collect();
    json!({ "request": format!("{method} {url}"), "headers": headers }).to_string()
}
