//! Shares of a rule's requests as fractions, and their wording in percent, which nothing else does.

use std::fmt;

/// A share of the requests, as a fraction in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Above the line.
    pub numerator: u64,
    /// Below the line.
    pub denominator: u64,
}

/// What the sum of shares may lack of 1 because floating-point numbers are rounded.
const ROUNDED_OFF: f64 = 1e-12;

impl Share {
    /// `part` of `total`, which is not 0.
    #[must_use]
    pub fn new(part: u64, total: u64) -> Self {
        let (mut a, mut b) = (part, total);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        Self {
            numerator: part / a.max(1),
            denominator: total / a.max(1),
        }
    }

    /// The share as a number from 0 to 1.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// The share as a number from 0 to 100.
    #[must_use]
    pub fn percent(self) -> f64 {
        self.numerator as f64 * 100.0 / self.denominator as f64
    }

    /// The share in percent with up to so many decimals: see [`in_percent`].
    #[must_use]
    pub fn in_percent(self, decimals: usize) -> String {
        in_percent(self.as_f64(), decimals)
    }
}

impl fmt::Display for Share {
    /// In percent; with the fraction where percent would not say it all, so that two shares look
    /// the same only if they are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millionths = u128::from(self.numerator) * 1_000_000;
        if millionths.is_multiple_of(self.denominator.into()) {
            f.write_str(&self.in_percent(4))
        } else {
            write!(
                f,
                "{} ({}/{})",
                self.in_percent(2),
                self.numerator,
                self.denominator
            )
        }
    }
}

/// `share`, from 0 to 1, in percent with up to so many decimals. Some requests are never worded as
/// none or as all of them.
#[must_use]
pub fn in_percent(share: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", share * 100.0);
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    match text {
        "0" if share > 0.0 => format!("< {:.decimals$} %", least(decimals)),
        "100" if share < 1.0 - ROUNDED_OFF => {
            format!("> {:.decimals$} %", 100.0 - least(decimals))
        }
        _ => format!("{text} %"),
    }
}

/// The least number above 0 that has so many decimals.
fn least(decimals: usize) -> f64 {
    (0..decimals).fold(1.0, |least, _| least / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_shares_look_the_same_only_if_they_are() {
        let table = [
            (1, 2, "50 %"),
            (90, 100, "90 %"),
            (1, 3, "33.33 % (1/3)"),
            (0, 7, "0 %"),
            (7, 7, "100 %"),
            (1, 1_000_000, "0.0001 %"),
            (999_999, 1_000_000, "99.9999 %"),
            (1, 30_000_000, "< 0.01 % (1/30000000)"),
            (29_999_999, 30_000_000, "> 99.99 % (29999999/30000000)"),
        ];
        for (part, total, text) in table {
            assert_eq!(Share::new(part, total).to_string(), text);
        }
        assert_eq!(Share::new(2, 4), Share::new(1, 2));
        assert_eq!(Share::new(333_333, 1_000_000).to_string(), "33.3333 %");
    }

    #[test]
    fn some_requests_are_neither_none_nor_all() {
        let table = [
            (0.0, 2, "0 %"),
            (0.5, 2, "50 %"),
            (1.0 / 3.0, 2, "33.33 %"),
            (1.0 / 3.0, 6, "33.333333 %"),
            (0.1, 0, "10 %"),
            (1e-6, 2, "< 0.01 %"),
            (1e-9, 6, "< 0.000001 %"),
            (1e-3, 0, "< 1 %"),
            (1.0 - 1e-6, 2, "> 99.99 %"),
            (1.0 - 1e-9, 6, "> 99.999999 %"),
            (1.0, 2, "100 %"),
            (0.1 + 0.2 + 0.7, 2, "100 %"),
            (1.0 - f64::EPSILON, 6, "100 %"),
            (2.0, 6, "200 %"),
        ];
        for (share, decimals, text) in table {
            assert_eq!(in_percent(share, decimals), text, "{share}");
        }
    }
}
