//! Kubernetes' quantities, as weights that are whole numbers.

use gamma_manifest::{
    diagnostic::codes,
    yaml::{Field, Report},
};

use crate::{findings::Findings, shares::smallest_shares};

/// A quantity: digits, and the power of ten or of two that they are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quantity {
    /// In billionths.
    billionths: u128,
    /// Whether something stands behind the digits.
    pub(crate) has_suffix: bool,
}

impl Quantity {
    /// What `field` says, as a number or as a text.
    pub(crate) fn read(field: &Field<'_>, findings: &mut Findings<'_>) -> Option<Self> {
        let text = field.node.as_str().or_else(|| field.node.as_plain());
        let quantity = text.and_then(Self::parse);
        if quantity.is_some() {
            Report::read(findings, field);
        } else {
            let message = format!("`{}` is no quantity", field.path);
            let hint = "write a number, or thousandths such as 500m";
            findings.refuse(&codes::INVALID_VALUE, field.node.span, message, hint);
        }
        quantity
    }

    /// "`<number><suffix>`", which is not negative: `1`, `500m`, `0.5`, `1e3`, `2Ki`. `None` if `text` is none, or finer than a
    /// billionth.
    fn parse(text: &str) -> Option<Self> {
        let end = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let (number, suffix) = text.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = format!("{whole}{fraction}");
        // "1." and ".5" are taken, "." is not; no weight has more digits.
        if digits.is_empty() || digits.len() > 18 || fraction.contains('.') {
            return None;
        }
        let digits: u128 = digits.parse().ok()?;
        let (base, power): (u128, i32) = match suffix {
            "n" => (10, -9),
            "u" => (10, -6),
            "m" => (10, -3),
            "" => (10, 0),
            "k" => (10, 3),
            "M" => (10, 6),
            "G" => (10, 9),
            "Ki" => (2, 10),
            "Mi" => (2, 20),
            "Gi" => (2, 30),
            exponent => {
                let digits = exponent.strip_prefix(['e', 'E'])?;
                (
                    10,
                    digits
                        .parse()
                        .ok()
                        .filter(|power| (-9..=9).contains(power))?,
                )
            }
        };
        let fraction = i32::try_from(fraction.len()).ok()?;
        let billionths = if base == 2 {
            let scaled = digits.checked_mul(1 << power)?.checked_mul(1_000_000_000)?;
            divided(scaled, fraction)?
        } else {
            scaled(digits, power + 9 - fraction)?
        };
        Some(Self {
            billionths,
            has_suffix: !suffix.is_empty(),
        })
    }

    /// A whole number.
    pub(crate) fn whole(number: u32) -> Self {
        Self {
            billionths: u128::from(number) * 1_000_000_000,
            has_suffix: false,
        }
    }
}

fn scaled(digits: u128, power: i32) -> Option<u128> {
    match u32::try_from(power) {
        Ok(power) => digits.checked_mul(10_u128.checked_pow(power)?),
        Err(_) => divided(digits, -power),
    }
}

/// `digits` without `power` zeros at their end, which have to be there.
fn divided(digits: u128, power: i32) -> Option<u128> {
    let by = 10_u128.checked_pow(u32::try_from(power).ok()?)?;
    digits.is_multiple_of(by).then_some(digits / by)
}

/// The same shares as whole numbers, as small as can be, and whether they had to be rounded for the Gateway API to take them.
pub(crate) fn shares(weights: &[Quantity]) -> (Vec<u64>, bool) {
    let weights = weights.iter().map(|weight| weight.billionths);
    smallest_shares(&weights.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::{Quantity, shares};

    #[test]
    fn quantities_are_read_as_kubernetes_reads_them() {
        for (text, billionths) in [
            ("1", Some(1_000_000_000)),
            ("500m", Some(500_000_000)),
            ("0.5", Some(500_000_000)),
            (".5", Some(500_000_000)),
            ("1e3", Some(1_000_000_000_000)),
            ("1E-3", Some(1_000_000)),
            ("1k", Some(1_000_000_000_000)),
            ("1.5k", Some(1_500_000_000_000)),
            ("2Ki", Some(2_048_000_000_000)),
            ("0.5Ki", Some(512_000_000_000)),
            ("3n", Some(3)),
            ("0", Some(0)),
            ("", None),
            (".", None),
            ("-1", None),
            ("1 m", None),
            ("0.1n", None),
            ("1x", None),
            ("1..2", None),
            ("1e99", None),
        ] {
            let quantity = Quantity::parse(text).map(|quantity| quantity.billionths);
            assert_eq!(quantity, billionths, "{text}");
        }
    }

    #[test]
    fn shares_are_as_small_as_they_can_be() {
        for (weights, expected, rounds) in [
            (&["1", "500m"][..], &[2, 1][..], false),
            (&["900m", "100m"], &[9, 1], false),
            (&["90", "10"], &[9, 1], false),
            (&["0", "1"], &[0, 1], false),
            (&["0", "0"], &[0, 0], false),
            (&["1", "1000001"], &[1, 1_000_000], true),
        ] {
            let read = |text: &&str| Quantity::parse(text).unwrap();
            let weights: Vec<Quantity> = weights.iter().map(read).collect();
            assert_eq!(shares(&weights), (expected.to_vec(), rounds));
        }
    }
}
