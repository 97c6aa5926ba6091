//! How numbers are written.

use crate::statistics::Spread;

/// The median and the quartiles.
pub(crate) fn with_quartiles(spread: Spread, digits: usize) -> String {
    let Spread {
        median, low, high, ..
    } = spread;
    format!("{median:.digits$} ({low:.digits$}–{high:.digits$})")
}

/// The median and its interval, if it has one; `number` writes each.
pub(crate) fn with_interval(spread: Spread, number: impl Fn(f64) -> String) -> String {
    let median = number(spread.median);
    match spread.interval {
        Some((low, high)) => format!("{median} ({}–{})", number(low), number(high)),
        None => median,
    }
}

/// How much more something takes: no more than can be told from nothing.
pub(crate) fn difference(more: Spread, digits: usize) -> String {
    match more.interval {
        Some((low, high)) if low <= 0.0 && high >= 0.0 => format!("< {high:.digits$}"),
        _ => with_interval(more, |more| format!("{more:.digits$}")),
    }
}

pub(crate) fn mib(bytes: f64) -> f64 {
    bytes / f64::from(1 << 20)
}

/// 10000 as 10,000.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(median: f64, interval: Option<(f64, f64)>) -> Spread {
        Spread {
            median,
            low: median,
            high: median,
            interval,
        }
    }

    #[test]
    fn digits_are_grouped_by_three() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(thousands(number), text);
        }
    }

    #[test]
    fn a_median_without_an_interval_stands_alone() {
        let number = |number: f64| format!("{number:.2}");
        let known = with_interval(spread(1.02, Some((0.99, 1.05))), number);
        assert_eq!(known, "1.02 (0.99–1.05)");
        assert_eq!(with_interval(spread(1.02, None), number), "1.02");
    }

    #[test]
    fn differences_that_may_be_none_say_so() {
        for (median, interval, text) in [
            (3.0, Some((1.0, 5.0)), "3.0 (1.0–5.0)"),
            (0.9, Some((-1.0, 2.0)), "< 2.0"),
            (-3.0, Some((-10.0, 1.7)), "< 1.7"),
            (-3.0, Some((-5.0, -1.0)), "-3.0 (-5.0–-1.0)"),
            (-3.0, None, "-3.0"),
        ] {
            assert_eq!(difference(spread(median, interval), 1), text);
        }
    }
}
