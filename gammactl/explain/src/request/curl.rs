//! Reads a command line of curl as the request that curl would send.
//!
//! What is sent was compared with curl 7.88. Options that can't change which request is sent are
//! skipped; one that is not known might, and is refused.

mod copied;
mod detached;
mod ignored;

use std::{
    error::Error as _,
    sync::{LazyLock, Mutex, PoisonError},
};

use clap::{
    Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches as _,
    error::{ContextKind, ContextValue, ErrorKind},
};
use gamma_config::is_token;
use gamma_manifest::suggest::nearest;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    draft::{FORM, RequestDraft},
    options::RequestOptions,
    redirection,
    redirection::Redirection,
    words,
};

/// Why a command line is no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CurlError {
    /// The line ends within a word.
    #[error("a quote is not closed")]
    Quote,
    /// An option is the last word and needs another one.
    #[error("`{0}` needs a value")]
    NoValue(String),
    /// An option that might change the request.
    #[error("the option `{option}` is not known here{}", way_out(.similar.as_deref()))]
    Unknown {
        /// The option as it is written.
        option: String,
        /// One that is.
        similar: Option<String>,
    },
    /// The value of an option.
    #[error("{0}")]
    Value(String),
    /// The value of an option is in a file, which may be on another machine.
    #[error("`{0}` names a file, which is not read here: write what is in the file instead")]
    File(&'static str),
    /// A password that curl would ask for.
    #[error("`{0}` has no password: write USER:PASSWORD")]
    NoPassword(&'static str),
    /// Several requests.
    #[error("more than one URL: {0}")]
    Urls(String),
    /// A pattern of URLs.
    #[error(
        "`{0}` is a pattern of URLs for curl: write each URL in a line of its own, or `-g` if the braces or \
         brackets are to be sent"
    )]
    Glob(String),
}

/// The options of curl by which a request differs, besides those of [`RequestOptions`].
#[derive(Debug, Clone, Args)]
struct CurlOptions {
    #[command(flatten)]
    common: RequestOptions,

    #[arg(id = "words")]
    words: Vec<String>,
    #[arg(long)]
    url: Vec<String>,
    #[arg(long)]
    url_query: Vec<String>,
    #[arg(short = 'g', long)]
    globoff: bool,
    #[arg(long)]
    path_as_is: bool,
    #[arg(short = 'I', long)]
    head: bool,
    #[arg(short = 'G', long)]
    get: bool,
    #[arg(long, alias = "data-binary", alias = "data-ascii")]
    data_raw: Vec<String>,
    #[arg(long)]
    data_urlencode: Vec<String>,
    #[arg(long)]
    json: Vec<String>,
    #[arg(short = 'F', long, alias = "form-string")]
    form: Vec<String>,
    #[arg(short = 'A', long)]
    user_agent: Option<String>,
    #[arg(short = 'e', long)]
    referer: Option<String>,
    #[arg(short = 'b', long)]
    cookie: Vec<String>,
    #[arg(short = 'u', long)]
    user: Option<String>,
    #[arg(long)]
    oauth2_bearer: Option<String>,
    #[arg(short = 'r', long)]
    range: Option<String>,
    #[arg(long)]
    compressed: bool,
    #[arg(long)]
    request_target: Option<String>,
    #[arg(long, value_parser = redirection::resolve)]
    resolve: Vec<Option<Redirection>>,
    #[arg(long, value_parser = redirection::connect_to)]
    connect_to: Vec<Option<Redirection>>,
}

/// curl's boundary is sixteen random digits behind these dashes.
const MULTIPART: &str = "multipart/form-data; boundary=------------------------0000000000000000";

/// What stands for itself in `--data-urlencode`. A space is `+`.
const FORM_LITERALS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

static COMMAND: LazyLock<Mutex<Command>> = LazyLock::new(|| Mutex::new(command()));

fn command() -> Command {
    let flags = ignored::FLAGS.iter().map(|(short, long)| {
        let flag = Arg::new(*long).long(*long).action(ArgAction::Count);
        (flag, short)
    });
    let with_value = ignored::WITH_VALUE.iter().map(|(short, long)| {
        let option = Arg::new(*long).long(*long).action(ArgAction::Append);
        (option, short)
    });
    let ignored = flags.chain(with_value).map(|(arg, short)| match short {
        Some(short) => arg.short(*short),
        None => arg,
    });
    CurlOptions::augment_args(Command::new("curl"))
        .args(ignored)
        .no_binary_name(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args_override_self(true)
        // curl takes the next word for a value, whatever it looks like.
        .mut_args(|arg| {
            let takes_value = arg.get_action().takes_values() && !arg.is_positional();
            arg.allow_hyphen_values(takes_value)
        })
}

impl RequestDraft {
    /// Reads a command line: `curl -X POST http://cart/ -H 'k: v'`, of which `curl` may be left out,
    /// and to which `--from NAMESPACE` and `--destination IP:PORT` may be added.
    ///
    /// # Errors
    ///
    /// See [`CurlError`].
    pub fn from_curl(line: &str) -> Result<Self, CurlError> {
        let mut words = words::split(line).ok_or(CurlError::Quote)?;
        let is_curl = words
            .first()
            .is_some_and(|word| words::is_program(word, "curl"));
        if is_curl {
            words.remove(0);
            words = copied::words(words);
        }
        let mut command = COMMAND.lock().unwrap_or_else(PoisonError::into_inner);
        let words = detached::values(words, &command);
        let refused = |error| refused(&error, words.last());
        let matches = command.try_get_matches_from_mut(&words).map_err(refused)?;
        drop(command);
        let options = CurlOptions::from_arg_matches(&matches).map_err(refused)?;
        if is_curl && !options.globoff {
            options.no_pattern()?;
        }
        let resolves_dots = is_curl && !options.path_as_is;
        let mut draft = options.draft(&matches)?;
        draft.resolves_dots = resolves_dots;
        Ok(draft)
    }
}

impl CurlOptions {
    fn draft(mut self, matches: &ArgMatches) -> Result<RequestDraft, CurlError> {
        if let Some(method) = self
            .common
            .method
            .as_ref()
            .and_then(|m| m.strip_prefix('='))
        {
            return Err(CurlError::Value(format!(
                "curl takes `=` for a part of the method `={method}`: write `-X {method}`"
            )));
        }
        let request = self.request()?;
        let content_type = if !self.json.is_empty() {
            Some("application/json")
        } else if !self.form.is_empty() {
            Some(MULTIPART)
        } else if self.has_data() {
            Some(FORM)
        } else {
            None
        };
        let query = if self.get { self.query(matches)? } else { None };
        let more = self
            .url_query
            .iter()
            .map(|value| match value.strip_prefix('+') {
                Some(literal) => Ok(literal.to_owned()),
                None => form_encoded(value, "--url-query"),
            });
        let more = more.collect::<Result<Vec<String>, CurlError>>()?;
        // Its content type depends on all that there is.
        self.common.data.clear();
        let mut draft = RequestDraft::new(request, &self.common);
        if let Some(user_agent) = self.user_agent.filter(|value| !value.is_empty()) {
            draft.imply("user-agent", user_agent);
        }
        if let Some(referer) = &self.referer {
            let referer = referer.strip_suffix(";auto").unwrap_or(referer);
            if !referer.is_empty() {
                draft.imply("referer", referer);
            }
        }
        // An empty one only switches on that cookies are remembered.
        self.cookie.retain(|cookie| !cookie.is_empty());
        if self.cookie.iter().any(|cookie| !cookie.contains('=')) {
            return Err(CurlError::File("--cookie"));
        }
        if !self.cookie.is_empty() {
            draft.imply("cookie", self.cookie.join(";"));
        }
        if let Some(token) = self.oauth2_bearer {
            draft.imply("authorization", format!("Bearer {token}"));
        }
        if let Some(range) = self.range {
            draft.imply("range", format!("bytes={range}"));
        }
        if self.compressed {
            draft.imply("accept-encoding", "deflate, gzip, br, zstd");
        }
        if !self.json.is_empty() {
            draft.imply("accept", "application/json");
        }
        // A form is sent in spite of -G.
        let has_body = !self.get || content_type == Some(MULTIPART);
        if let Some(content_type) = content_type
            && (has_body || !self.json.is_empty())
        {
            draft.imply("content-type", content_type);
        }
        if self.user.as_ref().is_some_and(|user| !user.contains(':')) {
            return Err(CurlError::NoPassword("--user"));
        }
        if self.head {
            draft.method.get_or_insert_with(|| "HEAD".into());
        }
        draft.has_body = content_type.is_some() && has_body;
        draft.query = query.into_iter().chain(more).collect();
        draft.credentials = self.user;
        draft.request_target = self.request_target;
        let redirections = self.resolve.into_iter().chain(self.connect_to);
        draft.redirections = redirections.flatten().collect();
        Ok(draft)
    }

    fn request(&self) -> Result<String, CurlError> {
        let words: Vec<&String> = self.words.iter().chain(&self.url).collect();
        let urls = words.iter().map(|word| word.as_str());
        let joined = urls.collect::<Vec<_>>().join(" ");
        match words.as_slice() {
            [] | [_] => Ok(joined),
            [method, _] if is_token(method) && method.chars().all(|c| c.is_ascii_uppercase()) => {
                Ok(joined)
            }
            _ => Err(CurlError::Urls(joined)),
        }
    }

    /// Refuses URLs with braces or brackets, by which curl makes several of one.
    fn no_pattern(&self) -> Result<(), CurlError> {
        let urls = self.words.iter().chain(&self.url);
        for url in urls {
            let after_scheme = url.find("://").map_or(0, |at| at + 3);
            let from = after_scheme + url[after_scheme..].find(['/', '?']).unwrap_or(0);
            let ipv6 = url[after_scheme..].starts_with('[') && from > after_scheme;
            let looked_at = if ipv6 { &url[from..] } else { url };
            if looked_at.contains(['{', '}', '[', ']']) {
                return Err(CurlError::Glob(url.clone()));
            }
        }
        Ok(())
    }

    fn has_data(&self) -> bool {
        let data = [&self.common.data, &self.data_raw, &self.data_urlencode];
        data.iter().any(|data| !data.is_empty())
    }

    /// Joins all data in the order in which they are given, as `-G` does.
    fn query(&self, matches: &ArgMatches) -> Result<Option<String>, CurlError> {
        if !self.form.is_empty() {
            return Ok(None);
        }
        let mut parts: Vec<(usize, String)> = Vec::new();
        for (id, values) in [
            ("data", &self.common.data),
            ("data_raw", &self.data_raw),
            ("data_urlencode", &self.data_urlencode),
            ("json", &self.json),
        ] {
            let places = matches.indices_of(id).into_iter().flatten();
            for (place, value) in places.zip(values) {
                let text = match id {
                    "data_raw" => value.clone(),
                    "data_urlencode" => form_encoded(value, "--data-urlencode")?,
                    _ if value.starts_with('@') => return Err(CurlError::File("--get")),
                    _ => value.clone(),
                };
                parts.push((place, text));
            }
        }
        parts.sort();
        let texts: Vec<String> = parts.into_iter().map(|(_, text)| text).collect();
        Ok((!texts.is_empty()).then(|| texts.join("&")))
    }
}

/// The value of `--data-urlencode`: `content`, `=content`, `name=content`; behind an `@` is a file.
fn form_encoded(value: &str, option: &'static str) -> Result<String, CurlError> {
    let encoded = |text| {
        let text = utf8_percent_encode(text, FORM_LITERALS).to_string();
        text.replace("%20", "+")
    };
    let Some(at) = value.find(['=', '@']) else {
        return Ok(encoded(value));
    };
    match (&value[..at], &value[at + 1..]) {
        _ if value[at..].starts_with('@') => Err(CurlError::File(option)),
        ("", content) => Ok(encoded(content)),
        (name, content) => Ok(format!("{name}={}", encoded(content))),
    }
}

fn way_out(similar: Option<&str>) -> String {
    match similar {
        Some(similar) => format!(": did you mean `{similar}`?"),
        None => ": leave it out, and say with -X and -H what it sends".into(),
    }
}

/// What clap says, in the words of a list of requests. A value can be missing only behind `last`.
fn refused(error: &clap::Error, last: Option<&String>) -> CurlError {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => texts.first().cloned(),
        _ => None,
    };
    let option = context(ContextKind::InvalidArg).unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownArgument => CurlError::Unknown {
            similar: context(ContextKind::SuggestedArg)
                .filter(|similar| nearest(&option, [similar.as_str()]).is_some()),
            option,
        },
        ErrorKind::InvalidValue => CurlError::NoValue(last.cloned().unwrap_or_default()),
        _ => CurlError::Value(match error.source() {
            Some(source) => source.to_string(),
            None => error.kind().to_string(),
        }),
    }
}

#[cfg(test)]
mod tests;
