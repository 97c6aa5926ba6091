//! Carries out what a generated `nginx.conf` says, as far as it says anything: servers, locations, maps, upstreams, headers.
//! A directive that is not known here is an error, so that none is written that nobody has tried.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use gamma_config::BAKED_MARKER;
use gamma_interpreter::Headers;
use regex_lite::Regex;

use super::tree::{self, Directive, all, only};

/// A configuration.
#[derive(Debug)]
pub(crate) struct Conf {
    http: Vec<Directive>,
}

/// A request as nginx has it: what it knows of the line, and headers, the filter's included.
#[derive(Debug)]
pub(crate) struct Incoming<'r> {
    pub(crate) method: &'r str,
    /// The path with query as the client sent it.
    pub(crate) request_uri: &'r str,
    pub(crate) headers: &'r Headers,
}

/// By which module nginx sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SentBy {
    Proxy,
    Grpc,
}

/// What nginx does with a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Done {
    Answered(u16),
    Sent(Box<Sent>),
}

/// A request to a backend.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) by: SentBy,
    pub(crate) scheme: String,
    /// `address:port` of each server that may get it.
    pub(crate) servers: Vec<String>,
    pub(crate) path: String,
    pub(crate) headers: Headers,
    /// The certificate's name, for TLS.
    pub(crate) tls_name: String,
}

/// What nginx does not send to a backend unless it is told to.
const OF_THE_CONNECTION: [&str; 7] = [
    "host",
    "connection",
    "upgrade",
    "keep-alive",
    "te",
    "expect",
    "transfer-encoding",
];
/// Directives of `http` and of servers about which requests are none the wiser here: the real nginx reads them.
const OTHERS: [&str; 27] = [
    "map",
    "map_hash_bucket_size",
    "map_hash_max_size",
    "proxy_headers_hash_max_size",
    "proxy_headers_hash_bucket_size",
    "underscores_in_headers",
    "ignore_invalid_headers",
    "resolver",
    "upstream",
    "server",
    "listen",
    "http2",
    "server_name",
    "client_max_body_size",
    "proxy_http_version",
    "proxy_request_buffering",
    "proxy_buffering",
    "proxy_redirect",
    "proxy_next_upstream",
    "grpc_next_upstream",
    "error_page",
    "if",
    "location",
    "return",
    "access_log",
    "internal",
    "include",
];

impl Conf {
    pub(crate) fn read(text: &str) -> Result<Self> {
        let main = tree::read(text)?;
        let http = all(&main, "http").next().context("no http")?;
        let conf = Self {
            http: http.block().to_vec(),
        };
        for directive in &conf.http {
            let inside = match directive.name() {
                "server" => directive.block(),
                _ => std::slice::from_ref(directive),
            };
            for directive in inside {
                let name = directive.name();
                let is_known = OTHERS.contains(&name)
                    || ["_timeout", "_ignore_headers", "_pass_header"]
                        .iter()
                        .any(|e| name.ends_with(e))
                    || name.contains("_ssl_");
                ensure!(is_known, "{name}: not known here");
            }
        }
        Ok(conf)
    }

    /// Whether nginx keeps a client's header of that name. What is dropped is not seen by the filter either.
    pub(crate) fn keeps(&self, name: &str) -> bool {
        let is_on = |directive, default: bool| match only(&self.http, directive) {
            Some([value]) => value == "on",
            _ => default,
        };
        let is_valid = |byte: u8| {
            byte.is_ascii_alphanumeric()
                || byte == b'-'
                || (byte == b'_' && is_on("underscores_in_headers", false))
        };
        name.bytes().all(is_valid) || !is_on("ignore_invalid_headers", true)
    }

    /// Whether the filter sees the request, which is a matter of the location.
    pub(crate) fn has_filter(&self, request: &Incoming<'_>) -> Result<bool> {
        let server = self.server(request)?;
        Ok(match self.location(server, request)? {
            Ok(location) => {
                only(location, "proxy_wasm").is_some_and(|module| module == ["gamma", BAKED_MARKER])
            }
            Err(_) => false,
        })
    }

    /// What becomes of a request that the filter has let go on, and of its copies.
    pub(crate) fn carry_out(&self, request: &Incoming<'_>) -> Result<(Done, Vec<Sent>)> {
        let server = self.server(request)?;
        let location = match self.location(server, request)? {
            Ok(location) => location,
            Err(status) => return Ok((Done::Answered(status), Vec::new())),
        };
        let mut copies = Vec::new();
        for mirror in all(location, "mirror") {
            let [path] = mirror.arguments() else {
                bail!("{mirror:?}");
            };
            let location = locations(server, path).context("a mirror without location")?;
            ensure!(
                only(location, "internal").is_some(),
                "clients can ask for {path}"
            );
            if let Done::Sent(sent) = self.send(location, server, request, path)? {
                copies.push(*sent);
            }
        }
        Ok((
            self.send(location, server, request, request.request_uri)?,
            copies,
        ))
    }

    fn server(&self, request: &Incoming<'_>) -> Result<&[Directive]> {
        let host = self.value("$http_host", request)?;
        let name = host.split(':').next().unwrap_or_default();
        let has = |server: &&Directive, name: &str| {
            only(server.block(), "server_name").is_some_and(|names| names.iter().any(|n| n == name))
        };
        let is_default = |server: &&Directive| {
            all(server.block(), "listen")
                .any(|l| l.arguments().iter().any(|a| a == "default_server"))
        };
        let mut servers = all(&self.http, "server");
        let server = servers.clone().find(|server| has(server, name));
        let server = server.or_else(|| servers.find(is_default));
        Ok(server.context("no server")?.block())
    }

    /// The location of a request, or the status that it is answered with before it gets to one.
    fn location<'c>(
        &'c self,
        server: &'c [Directive],
        request: &Incoming<'_>,
    ) -> Result<Result<&'c [Directive], u16>> {
        if let Some(status) = self.returned(server, request)? {
            // `error_page 418 = @name;`
            let mut pages = all(server, "error_page").map(Directive::arguments);
            let page = pages.find(|page| page[0] == status.to_string());
            return Ok(match page {
                Some([_, equals, name]) if equals == "=" => {
                    Ok(locations(server, name).with_context(|| name.clone())?)
                }
                Some(page) => bail!("{page:?}"),
                None => Err(status),
            });
        }
        let path = request.request_uri.split('?').next().unwrap_or_default();
        let exact = all(server, "location").find(|l| l.arguments() == ["=", path]);
        Ok(match exact {
            Some(location) if only(location.block(), "internal").is_some() => Err(404),
            Some(location) => Ok(location.block()),
            None => Ok(locations(server, "/").context("no location /")?),
        })
    }

    /// The status of a `return`, whose condition holds if it has one.
    fn returned(&self, inside: &[Directive], request: &Incoming<'_>) -> Result<Option<u16>> {
        for condition in all(inside, "if") {
            let arguments: Vec<&str> = condition.arguments().iter().map(String::as_str).collect();
            let holds = match *arguments {
                [variable] => {
                    let variable = variable.strip_prefix('(').and_then(|v| v.strip_suffix(')'));
                    let value = self.value(variable.context("no variable")?, request)?;
                    !value.is_empty() && value != "0"
                }
                [variable, "!~", ".)"] => {
                    let variable = variable.strip_prefix('(').context("no variable")?;
                    self.value(variable, request)?.is_empty()
                }
                _ => bail!("{condition:?}"),
            };
            if holds {
                let status =
                    only(condition.block(), "return").context("an `if` that does not return")?;
                return Ok(Some(status[0].parse()?));
            }
        }
        let status = only(inside, "return").map(|arguments| arguments[0].parse());
        Ok(status.transpose()?)
    }

    fn send(
        &self,
        location: &[Directive],
        server: &[Directive],
        request: &Incoming<'_>,
        own_path: &str,
    ) -> Result<Done> {
        if let Some(status) = self.returned(location, request)? {
            return Ok(Done::Answered(status));
        }
        let pass = |name| Some((name, only(location, name)?));
        let (module, by, pass) = match (pass("proxy_pass"), pass("grpc_pass")) {
            (Some((_, pass)), None) => ("proxy", SentBy::Proxy, pass),
            (None, Some((_, pass))) => ("grpc", SentBy::Grpc, pass),
            _ => bail!("neither proxy_pass nor grpc_pass"),
        };
        let url = self.text(&pass[0], request)?;
        let (scheme, rest) = url.split_once("://").with_context(|| url.clone())?;
        let (host, path) = match rest.find(['/', '?']) {
            Some(at) => rest.split_at(at),
            // As the client sent it, which is all that grpc_pass can; a copy has a path of its own.
            None => (rest, own_path),
        };
        let upstream = all(&self.http, "upstream").find(|u| u.arguments() == [host]);
        let servers = match upstream {
            Some(upstream) => all(upstream.block(), "server")
                .map(|s| s.arguments()[0].clone())
                .collect(),
            None => {
                ensure!(host.contains(':'), "no upstream {host:?}");
                vec![host.to_owned()]
            }
        };
        // What is set in a location hides what is set around it.
        let set = format!("{module}_set_header");
        ensure!(all(server, &set).next().is_none(), "hidden headers");
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        if by == SentBy::Proxy {
            headers.insert("connection".into(), "close".into());
        }
        for line in all(location, &set) {
            let [name, value] = line.arguments() else {
                bail!("{line:?}");
            };
            let before = headers.insert(name.to_lowercase(), self.text(value, request)?);
            ensure!(before.is_none_or(|b| b == "close"), "{name} is set twice");
        }
        let passed = request.headers.iter().filter(|(name, _)| {
            let name = latin1(name).to_lowercase();
            !name.starts_with(':')
                && !OF_THE_CONNECTION.contains(&&*name)
                && !headers.contains_key(&name)
        });
        let mut sent: Headers = passed.cloned().collect();
        let set = headers.into_iter().filter(|(_, value)| !value.is_empty());
        sent.extend(set.map(|(name, value)| (name.into_bytes(), bytes(&value))));
        let tls_name = format!("{module}_ssl_name");
        let tls_name = only(location, &tls_name);
        Ok(Done::Sent(Box::new(Sent {
            by,
            scheme: scheme.into(),
            servers,
            path: path.into(),
            headers: sent,
            tls_name: match tls_name {
                Some(name) => self.text(&name[0], request)?,
                None => String::new(),
            },
        })))
    }

    /// A text with variables in it.
    fn text(&self, text: &str, request: &Incoming<'_>) -> Result<String> {
        let variable = Regex::new(r"\$[a-z0-9_]+").expect("a good pattern");
        let mut value = String::new();
        let mut end = 0;
        for found in variable.find_iter(text) {
            value.push_str(&text[end..found.start()]);
            value.push_str(&self.value(found.as_str(), request)?);
            end = found.end();
        }
        value.push_str(&text[end..]);
        Ok(value)
    }

    fn value(&self, variable: &str, request: &Incoming<'_>) -> Result<String> {
        if let Some(name) = variable.strip_prefix("$http_") {
            return Ok(header(request.headers, name));
        }
        match variable {
            "$content_type" => return Ok(header(request.headers, "content_type")),
            "$request_uri" => return Ok(request.request_uri.into()),
            "$request_method" => return Ok(request.method.into()),
            _ => {}
        }
        let map = all(&self.http, "map").find(|map| map.arguments()[1] == variable);
        let map = map.with_context(|| format!("no variable {variable}"))?;
        let source = self.text(&map.arguments()[0], request)?;
        let mut default = String::new();
        let mut pattern = None;
        for row in map.block() {
            let [from, to] = &*row.words else {
                bail!("{row:?}");
            };
            match from.as_str() {
                "default" => default.clone_from(to),
                from if from.starts_with("~*") => {
                    let is_match = Regex::new(&format!("(?i){}", &from[2..]))?.is_match(&source);
                    pattern = pattern.or(is_match.then_some(to));
                }
                from => {
                    ensure!(!from.starts_with('~') && from != "include", "{from}");
                    // Case does not count in a map.
                    if from
                        .strip_prefix('\\')
                        .unwrap_or(from)
                        .eq_ignore_ascii_case(&source)
                    {
                        return self.text(to, request);
                    }
                }
            }
        }
        self.text(pattern.unwrap_or(&default), request)
    }
}

fn locations<'d>(server: &'d [Directive], name: &str) -> Option<&'d [Directive]> {
    let mut found = all(server, "location").filter(|l| match l.arguments() {
        [found] => found == name,
        [equals, found] => equals == "=" && found == name,
        _ => false,
    });
    found.next().map(Directive::block)
}

/// A variable is for all headers that differ in case, or in `-` and `_`.
fn header(headers: &Headers, name: &str) -> String {
    let is_it = |other: &[u8]| latin1(other).to_lowercase().replace('-', "_") == name;
    let values: Vec<String> = headers
        .iter()
        .filter(|(other, _)| is_it(other))
        .map(|(_, value)| latin1(value))
        .collect();
    values.join(if name == "cookie" { "; " } else { ", " })
}

fn latin1(bytes: &[u8]) -> String {
    gamma_testbed::client::latin1(bytes)
}

fn bytes(text: &str) -> Vec<u8> {
    gamma_testbed::client::latin1_bytes(text).unwrap_or_default()
}
