//! A point in time, as Kubernetes writes it.

use std::{fmt, str::FromStr};

/// `metadata.creationTimestamp`, in seconds since 1970. The API server reads fractions of a second
/// and drops them, so that controllers see routes of the same second as equally old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(i64);

/// What is no RFC 3339 timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be like 2026-01-31T12:00:00Z")]
pub struct InvalidTimestamp;

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    /// Takes what Go's `time.Parse(time.RFC3339, …)` takes, as the API server does: any offset and
    /// fraction, an hour of one digit, a comma for the point; but no lower-case `t` and `z`, and no
    /// leap second.
    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        let mut text = TimestampText(text);
        text.parse()
            .filter(|_| text.0.is_empty())
            .ok_or(InvalidTimestamp)
    }
}

impl fmt::Display for Timestamp {
    /// In UTC, as Kubernetes writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, second) = (
            self.0.div_euclid(24 * 60 * 60),
            self.0.rem_euclid(24 * 60 * 60),
        );
        let mut year = 1970 + days.div_euclid(366);
        while days_since_1970(year, 1, 1) > days {
            year -= 1;
        }
        while days_since_1970(year + 1, 1, 1) <= days {
            year += 1;
        }
        let mut month = 1;
        while month < 12 && days_since_1970(year, month + 1, 1) <= days {
            month += 1;
        }
        let day = days - days_since_1970(year, month, 1) + 1;
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

/// What is left to read.
struct TimestampText<'t>(&'t str);

impl TimestampText<'_> {
    fn parse(&mut self) -> Option<Timestamp> {
        let year = self.digits(4)?;
        self.skip('-')?;
        let month = self.number(2, 1..=12)?;
        self.skip('-')?;
        let day = self.number(2, 1..=days_in(year, month))?;
        self.skip('T')?;
        let hour = self.number(2, 0..=23).or_else(|| self.number(1, 0..=9))?;
        self.skip(':')?;
        let minute = self.number(2, 0..=59)?;
        self.skip(':')?;
        let second = self.number(2, 0..=59)?;
        if let Some(fraction) = self.0.strip_prefix(['.', ',']) {
            let rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            // Without digits, this is no fraction, and nothing else that may stand here.
            (rest.len() < fraction.len()).then(|| self.0 = rest)?;
        }
        let offset = self.offset()?;
        let days = days_since_1970(year, month, day);
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
        Some(Timestamp(seconds - offset))
    }

    /// Seconds east of UTC. Go's limits are 24 hours and 60 minutes.
    fn offset(&mut self) -> Option<i64> {
        if self.skip('Z').is_some() {
            return Some(0);
        }
        let sign = self.skip('+').map(|()| 1);
        let sign = sign.or_else(|| self.skip('-').map(|()| -1))?;
        let hours = self.number(2, 0..=24)?;
        self.skip(':')?;
        let minutes = self.number(2, 0..=60)?;
        Some(sign * (hours * 60 + minutes) * 60)
    }

    fn skip(&mut self, expected: char) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        // `parse` would take a sign.
        let good = digits.bytes().all(|b| b.is_ascii_digit());
        let value = good.then(|| digits.parse().ok())??;
        self.0 = rest;
        Some(value)
    }

    /// A number of `count` digits. What is out of range is not read.
    fn number(&mut self, count: usize, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let before = self.0;
        let value = self.digits(count)?;
        if !range.contains(&value) {
            self.0 = before;
            return None;
        }
        Some(value)
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of the Gregorian calendar.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let leap_days =
        |years: i64| years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400);
    let days_before_year = |year: i64| (year - 1) * 365 + leap_days(year - 1);
    let days_before_month: i64 = (1..month).map(|month| days_in(year, month)).sum();
    days_before_year(year) - days_before_year(1970) + days_before_month + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_written_in_utc() {
        for (text, expected) in [
            ("2023-12-31T23:30:00-01:00", "2024-01-01T00:30:00Z"),
            ("2024-02-29T12:01:02.5Z", "2024-02-29T12:01:02Z"),
            ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ] {
            let timestamp: Timestamp = text.parse().unwrap();
            assert_eq!(timestamp.to_string(), expected);
        }
    }

    /// What `metav1.Time` of Kubernetes makes of each; `None` is refused.
    #[test]
    fn timestamps_are_what_the_api_server_takes_them_for() {
        let table = [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("1969-12-31T23:59:59.9Z", Some(-1)),
            ("2023-12-31T23:30:00-01:00", Some(1_704_069_000)),
            ("2023-12-31T23:30:00.5Z", Some(1_704_065_400)),
            ("2023-12-31T23:30:00,5Z", Some(1_704_065_400)),
            ("2023-12-31T23:30:00.123456789123Z", Some(1_704_065_400)),
            ("2023-12-31T23:30:00.5+01:00", Some(1_704_061_800)),
            ("2023-12-31T3:30:00Z", Some(1_703_993_400)),
            ("2023-12-31T3:30:00+01:00", Some(1_703_989_800)),
            ("2023-12-31T23:30:00-00:00", Some(1_704_065_400)),
            ("2023-12-31T23:30:00+24:00", Some(1_703_979_000)),
            ("2023-12-31T23:30:00+24:59", Some(1_703_975_460)),
            ("2023-12-31T23:30:00+23:60", Some(1_703_979_000)),
            ("2024-02-29T00:00:00Z", Some(1_709_164_800)),
            ("2000-02-29T00:00:00Z", Some(951_782_400)),
            ("0000-01-01T00:00:00Z", Some(-62_167_219_200)),
            ("9999-12-31T23:59:59Z", Some(253_402_300_799)),
            ("2023-12-31t23:30:00Z", None),
            ("2023-12-31T23:30:00z", None),
            ("2023-12-31T23:59:60Z", None),
            ("2023-02-29T00:00:00Z", None),
            ("1900-02-29T00:00:00Z", None),
            ("2023-12-31T24:00:00Z", None),
            ("2023-12-31T23:60:00Z", None),
            ("2023-12-31T23:3:00Z", None),
            ("2023-12-31T23:30:0Z", None),
            ("2023-1-31T23:30:00Z", None),
            ("2023-13-01T00:00:00Z", None),
            ("2023-00-01T00:00:00Z", None),
            ("2023-01-00T00:00:00Z", None),
            ("2023-12-31T23:30:00+0100", None),
            ("2023-12-31T23:30:00+01", None),
            ("2023-12-31T23:30:00+25:00", None),
            ("2023-12-31T23:30:00.Z", None),
            ("2023-12-31T23:30:00", None),
            ("2023-12-31T23:30:00.5", None),
            ("2023-12-31", None),
            ("10000-01-01T00:00:00Z", None),
            ("2023-12-31 23:30:00Z", None),
            (" 2023-12-31T23:30:00Z", None),
            ("2023-12-31T23:30:00Z ", None),
            ("+023-12-31T23:30:00Z", None),
            ("", None),
        ];
        for (text, seconds) in table {
            let read = text.parse().ok().map(|Timestamp(seconds)| seconds);
            assert_eq!(read, seconds, "{text}");
        }
    }
}
