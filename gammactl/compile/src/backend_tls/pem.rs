//! Reads the certificates of a PEM text (RFC 7468), and says what else is in it.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::der;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// Why a text is of no use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WrongPem {
    /// What the text is, to be read after its name.
    pub(super) what: String,
    pub(super) hint: &'static str,
}

/// The certificates in `text`, written as every reader of PEM takes them; what stands around them is
/// left out.
///
/// # Errors
///
/// There is none, or one of them is damaged: a proxy would refuse all of them.
pub(super) fn certificates(text: &str) -> Result<String, WrongPem> {
    let wrong = |what: String, hint| Err(WrongPem { what, hint });
    let paste = "write the file that `openssl x509 -in ca.crt -text` can read, whole";
    let mut written = String::new();
    let mut other = None;
    let mut lines = text.lines().map(str::trim);
    let mut number = 0;
    while let Some(line) = lines.next() {
        let Some(label) = label(line, BEGIN) else {
            continue;
        };
        let mut body = String::new();
        loop {
            match lines.next() {
                Some(line) if self::label(line, END) == Some(label) => break,
                Some(line) if !line.starts_with(DASHES) => body.push_str(line),
                _ => return wrong(format!("has a `{label}` without an end"), paste),
            }
        }
        if !matches!(
            label,
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE"
        ) {
            other.get_or_insert(label);
            continue;
        }
        number += 1;
        let good = base64(&body).is_some_and(|der| der::is_certificate(&der));
        // What follows a trusted certificate is OpenSSL's own.
        if !good || label == "TRUSTED CERTIFICATE" {
            return wrong(
                format!("is damaged: certificate {number} can't be read"),
                paste,
            );
        }
        written.push_str(&armoured(&body));
    }
    if written.is_empty() {
        return match other {
            Some(label) if label.contains("PRIVATE KEY") => wrong(
                format!("is a private key (`{label}`), not a certificate"),
                "put the authority's certificate there, and the key nowhere near it",
            ),
            Some(label) => wrong(
                format!("has a `{label}`, and no certificate"),
                "put the authority's certificate there, which begins with \
                 `-----BEGIN CERTIFICATE-----`",
            ),
            None if text.trim().is_empty() => wrong(
                "is empty".into(),
                "put the authority's certificate there, in PEM",
            ),
            None if base64(&joined(text))
                .is_some_and(|bytes| bytes.starts_with(BEGIN.as_bytes())) =>
            {
                wrong(
                    "is encoded in base64 once more".into(),
                    "decode it: a ConfigMap holds plain text, unlike a Secret",
                )
            }
            None => wrong(
                "is no certificate in PEM".into(),
                "begin it with `-----BEGIN CERTIFICATE-----`; `openssl x509 -inform der` converts \
                 one in DER",
            ),
        };
    }
    Ok(written)
}

fn label<'t>(line: &'t str, edge: &str) -> Option<&'t str> {
    line.strip_prefix(edge)?.strip_suffix(DASHES)
}

fn joined(text: &str) -> String {
    text.split_whitespace().collect()
}

fn armoured(body: &str) -> String {
    let body = joined(body);
    let mut written = format!("{BEGIN}CERTIFICATE{DASHES}\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        written.push_str(line);
        written.push('\n');
        rest = more;
    }
    written + END + "CERTIFICATE" + DASHES + "\n"
}

/// Decodes base64 with padding; `None` if it is none.
fn base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(joined(text)).ok()
}

#[cfg(test)]
mod tests;
