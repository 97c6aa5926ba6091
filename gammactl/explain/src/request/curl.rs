//! Requests in the words of curl.

use std::net::SocketAddr;

use super::{HeaderLine, RequestLine, Simulated};

/// What curl's options say of a request, before it is one.
#[derive(Debug, Clone, Default)]
pub struct Curl {
    /// `URL`, or `METHOD URL`.
    pub request: String,
    /// `-X`.
    pub method: Option<String>,
    /// The content type of a body, if there is one and no header says another: it makes the request
    /// a POST if that says no method.
    pub body: Option<&'static str>,
    /// `-H`; `Host` is the authority.
    pub headers: Vec<HeaderLine>,
    /// Namespace of the client.
    pub from: Option<String>,
    /// Where its connection is addressed to.
    pub destination: Option<SocketAddr>,
}

/// Content type of what `-d` sends.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// Options of curl that do not change what is sent: alone, or followed by a value.
const FLAGS: [&str; 22] = [
    "-s",
    "-S",
    "-sS",
    "-v",
    "-i",
    "-k",
    "-L",
    "-f",
    "-g",
    "-N",
    "--silent",
    "--show-error",
    "--verbose",
    "--include",
    "--insecure",
    "--location",
    "--fail",
    "--globoff",
    "--no-buffer",
    "--http1.1",
    "--http2",
    "--http2-prior-knowledge",
];
const FLAGS_WITH_VALUE: [&str; 8] = [
    "-o",
    "--output",
    "-w",
    "--write-out",
    "-m",
    "--max-time",
    "--connect-timeout",
    "--cacert",
];

impl Curl {
    /// Reads a command line: `curl -X POST http://cart/ -H 'k: v'`, of which `curl` may be left out,
    /// and to which `--from NAMESPACE` and `--destination IP:PORT` may be added.
    ///
    /// # Errors
    ///
    /// An option that is not known might have changed the request. The message is about the line.
    pub(crate) fn from_line(line: &str) -> Result<Self, String> {
        let words = shlex::split(line).ok_or("a quote is not closed")?;
        let mut words = words.into_iter().peekable();
        words.next_if_eq("curl");
        let mut curl = Self::default();
        let mut positional: Vec<String> = Vec::new();
        while let Some(word) = words.next() {
            let (option, mut attached) = split_option(&word);
            let mut value = || {
                let next = attached.take().or_else(|| words.next());
                next.ok_or_else(|| format!("`{option}` needs a value"))
            };
            match option {
                "-X" | "--request" => curl.method = Some(value()?),
                "-H" | "--header" => curl.headers.push(header(&value()?)?),
                "-A" | "--user-agent" => curl.set("user-agent", &value()?)?,
                "-e" | "--referer" => curl.set("referer", &value()?)?,
                "-b" | "--cookie" => curl.set("cookie", &value()?)?,
                "--url" => positional.push(value()?),
                "-I" | "--head" => curl.method = Some("HEAD".into()),
                "-d" | "--data" | "--data-raw" | "--data-binary" | "--data-ascii" => {
                    value()?;
                    curl.body = Some(FORM);
                }
                "--json" => {
                    value()?;
                    curl.body = Some("application/json");
                }
                "--compressed" => curl.set("accept-encoding", "deflate, gzip, br, zstd")?,
                "--from" => curl.from = Some(value()?),
                "--destination" => curl.destination = Some(address(&value()?)?),
                _ if FLAGS.contains(&option) => {}
                _ if FLAGS_WITH_VALUE.contains(&option) => drop(value()?),
                _ if option.starts_with('-') => {
                    return Err(format!("the option `{option}` is not known here"));
                }
                _ => positional.push(word),
            }
        }
        let is_method = |word: &String| word.chars().all(|c| c.is_ascii_uppercase());
        if positional.len() > 2 || (positional.len() == 2 && !is_method(&positional[0])) {
            return Err(format!("more than one URL: {}", positional.join(" ")));
        }
        curl.request = positional.join(" ");
        Ok(curl)
    }

    /// The request.
    ///
    /// # Errors
    ///
    /// It is none, or its method is said twice.
    pub fn simulated(self, now: u64) -> Result<Simulated, String> {
        let mut line: RequestLine = self.request.parse().map_err(text)?;
        let has_method = self.request.trim().contains(' ');
        let post = self.body.is_some() && !has_method;
        if let Some(method) = self.method.or(post.then(|| "POST".into())) {
            if has_method && line.method != method {
                return Err(format!("the method is both {} and {method}", line.method));
            }
            line = format!(
                "{method} {}",
                self.request.trim_start_matches(&format!("{method} "))
            )
            .parse()
            .map_err(text)?;
        }
        let is_host = |header: &HeaderLine| header.name.eq_ignore_ascii_case("host");
        if let Some(host) = self.headers.iter().find(|header| is_host(header)) {
            let host = String::from_utf8_lossy(&host.value);
            // Through the same door as the host of a URL.
            let with_host: RequestLine =
                format!("{} {}://{host}{}", line.method, line.scheme, line.path)
                    .parse()
                    .map_err(text)?;
            if with_host.authority != host {
                return Err(format!("`{host}` is no host"));
            }
            line.authority = with_host.authority;
        }
        let mut headers = self.headers;
        headers.retain(|header| !is_host(header));
        let is_type = |header: &HeaderLine| header.name.eq_ignore_ascii_case("content-type");
        if let Some(body) = self.body.filter(|_| !headers.iter().any(is_type)) {
            headers.push(header(&format!("content-type: {body}"))?);
        }
        Ok(Simulated {
            line,
            headers,
            from: self.from,
            destination: self.destination,
            now,
        })
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        self.headers.push(header(&format!("{name}: {value}"))?);
        Ok(())
    }
}

/// `-XPOST` and `--request=POST` are one word.
fn split_option(word: &str) -> (&str, Option<String>) {
    if let Some((option, value)) = word.split_once('=')
        && option.starts_with("--")
    {
        return (option, Some(value.into()));
    }
    let takes_value = ["-X", "-H", "-A", "-e", "-b", "-d", "-o", "-m"];
    match takes_value
        .iter()
        .find_map(|option| word.strip_prefix(option))
    {
        Some(value) if !value.is_empty() => (&word[..2], Some(value.into())),
        _ => (word, None),
    }
}

fn header(line: &str) -> Result<HeaderLine, String> {
    line.parse().map_err(text)
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let invalid = |_| format!("`{text}` is not an address like 10.0.0.1:80");
    text.parse().map_err(invalid)
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<String, String> {
        let request = Curl::from_line(line)?.simulated(0)?;
        let mut text = request.line.to_string();
        for header in &request.headers {
            let value = String::from_utf8_lossy(&header.value);
            text.push_str(&format!(" [{}: {value}]", header.name));
        }
        text.extend(request.from.map(|from| format!(" from {from}")));
        text.extend(request.destination.map(|to| format!(" to {to}")));
        Ok(text)
    }

    #[test]
    fn lines_are_read_as_curl_reads_them() {
        for (line, expected) in [
            ("http://cart/a?b", "GET http://cart/a?b"),
            ("POST http://cart/a", "POST http://cart/a"),
            ("'POST http://cart/a'", "POST http://cart/a"),
            ("curl -sS cart/a -o /dev/null", "GET http://cart/a"),
            (
                "curl -XPUT cart -H 'X-A: b c'",
                "PUT http://cart/ [X-A: b c]",
            ),
            (
                "curl --request=PUT cart -HX-A:b",
                "PUT http://cart/ [X-A: b]",
            ),
            ("curl cart -H 'Host: till:80'", "GET http://till:80/"),
            ("curl -I cart", "HEAD http://cart/"),
            (
                "curl cart --data-raw '{}' -A me",
                "POST http://cart/ [user-agent: me] [content-type: application/x-www-form-urlencoded]",
            ),
            (
                "curl -d x 'PUT http://cart/' -H 'content-type: a/b'",
                "PUT http://cart/ [content-type: a/b]",
            ),
            (
                "curl cart -H 'content-type: a/b' -d x",
                "POST http://cart/ [content-type: a/b]",
            ),
            (
                "GET http://cart/ --from web --destination 10.0.0.1:80",
                "GET http://cart/ from web to 10.0.0.1:80",
            ),
        ] {
            assert_eq!(read(line).as_deref(), Ok(expected), "{line}");
        }
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (line, why) in [
            ("curl 'http://cart", "quote"),
            ("curl cart -u me:secret", "`-u` is not known"),
            ("curl cart -H", "`-H` needs a value"),
            ("curl -X PUT 'POST http://cart/'", "both POST and PUT"),
            ("curl cart -H 'Host: a/b'", "no host"),
            ("curl cart --destination there", "address"),
            ("curl cart till", "more than one URL"),
        ] {
            let said = read(line).unwrap_err();
            assert!(said.contains(why), "{line}: {said}");
        }
    }
}
