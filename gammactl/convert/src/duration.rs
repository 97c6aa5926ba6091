//! Durations as Go writes them, `1.5s` or `1h30m`, and as the Gateway API does: whole numbers of `h`, `m`, `s` and `ms`.

use gamma_manifest::source::{Span, Spanned};
use gamma_manifest::{diagnostic::codes, yaml::ObjectReader};

use crate::findings::Findings;

/// Milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Millis(pub(crate) u64);

impl Millis {
    /// Of a member that holds a duration: "must be a valid duration greater than 1ms".
    pub(crate) fn read(
        object: &mut ObjectReader<'_>,
        name: &'static str,
        findings: &mut Findings<'_>,
    ) -> Option<Spanned<Self>> {
        let read = Self::read_any(object, name, findings)?;
        if read.value.0 == 0 {
            let message = format!("`{}` is less than a millisecond", object.path_to(name));
            let hint = "write 1ms or more, or leave it out";
            findings.refuse(&codes::INVALID_VALUE, read.span, message, hint);
            return None;
        }
        Some(read)
    }

    /// The same, which may also be 0.
    pub(crate) fn read_any(
        object: &mut ObjectReader<'_>,
        name: &'static str,
        findings: &mut Findings<'_>,
    ) -> Option<Spanned<Self>> {
        let text = object.string(name, findings)?;
        let span = text.span;
        let Some(nanoseconds) = nanoseconds(&text.value) else {
            refuse(&text.value, span, findings);
            return None;
        };
        let value = Self::cut(nanoseconds);
        // What is refused anyway is cut to nothing.
        if value.0 > 0 && nanoseconds > value.0 as f64 * NANOSECONDS {
            findings.say(
                &codes::BEHAVIOUR_LOST,
                span,
                format!("`{}` is written as {}", text.value, value.text()),
                "durations of the Gateway API are whole milliseconds: what is below is cut off",
                "nothing, unless a part of a millisecond matters",
            );
        }
        Some(Spanned { value, span })
    }

    /// What is below a millisecond is cut off.
    fn cut(nanoseconds: f64) -> Self {
        Self((nanoseconds / NANOSECONDS) as u64)
    }

    /// As the Gateway API writes it, with at most five digits to a unit.
    pub(crate) fn text(self) -> String {
        let Self(all) = self;
        let parts = [
            (all / 3_600_000, "h"),
            (all / 60_000 % 60, "m"),
            (all / 1000 % 60, "s"),
            (all % 1000, "ms"),
        ];
        let text: String = parts
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, unit)| format!("{number}{unit}"))
            .collect();
        if text.is_empty() { "0s".into() } else { text }
    }
}

/// In a millisecond.
const NANOSECONDS: f64 = 1e6;

/// "A duration string is a sequence of decimal numbers, each with optional fraction and a unit suffix".
fn nanoseconds(text: &str) -> Option<f64> {
    let mut rest = text;
    let mut sum = 0_f64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, behind) = rest.split_at(end);
        let number: f64 = number.parse().ok()?;
        let units = [
            ("ns", 1.0),
            ("us", 1e3),
            ("µs", 1e3),
            ("ms", 1e6),
            ("s", 1e9),
            ("m", 60e9),
            ("h", 3600e9),
        ];
        // `ms` is no minute.
        let end = behind.find(|c: char| c.is_ascii_digit() || c == '.');
        let (unit, behind) = behind.split_at(end.unwrap_or(behind.len()));
        let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
        sum += number * factor;
        rest = behind;
    }
    // A million million seconds are more than any proxy counts.
    (sum < 1e21).then_some(sum)
}

fn refuse(text: &str, span: Span, findings: &mut Findings<'_>) {
    let message = format!("`{text}` is no duration");
    let hint = "write a number and its unit, such as 1.5s, 300ms or 1h30m";
    findings.refuse(&codes::INVALID_VALUE, span, message, hint);
}

#[cfg(test)]
mod tests {
    use super::{Millis, nanoseconds};

    #[test]
    fn durations_are_written_as_the_gateway_api_does() {
        for (go, written) in [
            ("1.5s", Some("1s500ms")),
            ("100ms", Some("100ms")),
            ("1h30m", Some("1h30m")),
            ("0.0005s", Some("0s")),
            ("0s", Some("0s")),
            ("90s", Some("1m30s")),
            ("2us", Some("0s")),
            ("", None),
            ("5", None),
            ("s", None),
            ("-1s", None),
            ("1d", None),
        ] {
            assert_eq!(
                nanoseconds(go)
                    .map(|duration| Millis::cut(duration).text())
                    .as_deref(),
                written,
                "{go}"
            );
        }
    }
}
