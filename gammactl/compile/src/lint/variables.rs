//! Warns of capture groups and variables in what a filter sets: the Gateway API has none, so they stand
//! for themselves.

use gamma_manifest::{
    Filter, FilterKind, Match, PathMatchType, PathModifier, Rule,
    diagnostic::{Diagnostic, Diagnostics, codes},
    foreign_path,
    source::Spanned,
};

pub(super) fn lint(rule: &Rule, diagnostics: &mut Diagnostics) {
    let of_backends = rule.backend_refs.iter().flat_map(|b| &b.filters);
    for filter in rule.filters.iter().chain(of_backends) {
        let in_path = path(filter).and_then(|text| {
            let found = variable(&text.value, true).or_else(|| parameter(&text.value))?;
            Some((text, found))
        });
        if let Some((text, found)) = in_path {
            let captured = found.starts_with(['$', '\\']);
            diagnostics.push(stands_for_itself(&found, text).hint(if captured {
                "no part of a path is captured: with a PathPrefix match, `replacePrefixMatch` \
                     keeps what follows the prefix"
            } else {
                "leave `path` out to keep the path; `replacePrefixMatch` keeps what follows the \
                     prefix of a PathPrefix match"
            }));
        }
        for text in values(filter) {
            if let Some(found) = variable(&text.value, captures(rule)) {
                diagnostics.push(
                    stands_for_itself(&found, text)
                        .hint("write the value itself; what differs by request can't be set"),
                );
            }
        }
    }
}

fn stands_for_itself(variable: &str, text: &Spanned<String>) -> Diagnostic {
    Diagnostic::new(
        &codes::VARIABLE,
        text.span,
        format!("`{variable}` in `{}` stands for itself", text.value),
    )
    .why("the API has neither capture groups nor variables: these very characters are sent")
}

fn path(filter: &Filter) -> Option<&Spanned<String>> {
    let modifier = match &filter.kind {
        FilterKind::RequestRedirect(redirect) => &redirect.path,
        FilterKind::UrlRewrite(rewrite) => &rewrite.path,
        _ => return None,
    };
    match modifier.as_ref()? {
        PathModifier::ReplaceFullPath(text) | PathModifier::ReplacePrefixMatch(text) => Some(text),
    }
}

fn values(filter: &Filter) -> impl Iterator<Item = &Spanned<String>> {
    let modifier = match &filter.kind {
        FilterKind::RequestHeaderModifier(modifier)
        | FilterKind::ResponseHeaderModifier(modifier) => Some(modifier),
        _ => None,
    };
    let given = modifier
        .into_iter()
        .flat_map(|m| m.set.iter().chain(&m.add));
    given.map(|(_, value)| value)
}

/// Whether a pattern of the rule has a group: only then `$1` is no price.
fn captures(rule: &Rule) -> bool {
    rule.matches.iter().any(|m| match m {
        Match::Http(http) => {
            let values = http.headers.iter().chain(&http.query_params);
            let path = &http.path;
            (path.kind == PathMatchType::RegularExpression && path.value.value.contains('('))
                || values
                    .into_iter()
                    .any(|v| v.regex && v.value.value.contains('('))
        }
        Match::Grpc(grpc) => grpc
            .headers
            .iter()
            .any(|v| v.regex && v.value.value.contains('(')),
    })
}

/// Variables of nginx.
const NGINX: [&str; 16] = [
    "args",
    "arg_",
    "cookie_",
    "document_uri",
    "host",
    "http_",
    "is_args",
    "proxy_",
    "query_string",
    "remote_addr",
    "request_id",
    "request_uri",
    "scheme",
    "server_name",
    "server_port",
    "uri",
];

/// The first variable or capture group in a text, as nginx, Apache, Envoy, HAProxy, Traefik and load
/// balancers write them. `groups` says whether `$1` is one.
fn variable(text: &str, groups: bool) -> Option<String> {
    text.char_indices()
        .find_map(|(at, c)| {
            let rest = &text[at..];
            match c {
                '\\' => numbered(rest).filter(|_| groups),
                '$' => numbered(rest)
                    .filter(|_| groups)
                    .or_else(|| bracketed(rest, "${", '}'))
                    .or_else(|| nginx(rest)),
                '%' => bracketed(rest, "%{", '}')
                    .or_else(|| bracketed(rest, "%[", ']'))
                    .or_else(|| envoy(rest)),
                '#' => bracketed(rest, "#{", '}'),
                _ => None,
            }
        })
        .map(Into::into)
}

/// `$1`, `\1`.
fn numbered(text: &str) -> Option<&str> {
    let digits = text[1..].chars().take_while(char::is_ascii_digit).count();
    (1..=2).contains(&digits).then(|| &text[..=digits])
}

fn bracketed<'t>(text: &'t str, open: &str, close: char) -> Option<&'t str> {
    let inner = text.strip_prefix(open)?;
    let end = inner.find(close).filter(|end| *end > 0)?;
    Some(&text[..open.len() + end + 1])
}

fn nginx(text: &str) -> Option<&str> {
    let end = text[1..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let name = &text[1..end.map_or(text.len(), |end| end + 1)];
    let known = NGINX.iter().any(|known| {
        *known == name || (known.ends_with('_') && name.starts_with(known) && name != *known)
    });
    known.then(|| &text[..=name.len()])
}

/// `%PROTOCOL%`, `%REQ(:path)%`.
fn envoy(text: &str) -> Option<&str> {
    let inner = &text[1..];
    let name = inner.find(|c: char| !c.is_ascii_uppercase() && c != '_')?;
    let mut end = name;
    if inner[end..].starts_with('(') {
        end += inner[end..].find(')')? + 1;
    }
    (name >= 3 && inner[end..].starts_with('%')).then(|| &text[..end + 2])
}

/// `{id}` and `:id` in a new path.
fn parameter(path: &str) -> Option<String> {
    foreign_path(path).map(|found| found.parameter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_other_proxies_are_known() {
        let table = [
            ("/$1", Some("$1")),
            (r"/new/\1", Some(r"\1")),
            ("/${1}/x", Some("${1}")),
            ("/%{REQUEST_URI}", Some("%{REQUEST_URI}")),
            ("%[src]", Some("%[src]")),
            ("/#{path}", Some("#{path}")),
            ("$request_uri", Some("$request_uri")),
            ("https $host", Some("$host")),
            ("$http_x_user", Some("$http_x_user")),
            ("%REQ(:path)%", Some("%REQ(:path)%")),
            ("a %PROTOCOL%", Some("%PROTOCOL%")),
            ("/$metadata", None),
            ("/$filter", None),
            ("/a%20b%2Fc", None),
            ("/%E5%8C%97", None),
            ("100%", None),
            ("${}", None),
            ("$", None),
            ("/hosts/$hostname", None),
            (r"C:\n", None),
        ];
        for (text, expected) in table {
            assert_eq!(variable(text, true).as_deref(), expected, "{text}");
        }
        assert_eq!(variable("$5 off", false), None);
    }
}
