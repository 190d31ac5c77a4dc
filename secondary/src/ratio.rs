//! Shares and rates, exact: whole millionths, never a float. Products are taken in 128 bits and rounded half up, once, to a
//! whole fen.

use serde::{Deserialize, Serialize};

/// A rate in millionths: 7.1234 % is 71 234.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rate(pub i64);

impl Rate {
    /// All of it.
    pub const WHOLE: Self = Self(1_000_000);

    /// Reads a percentage with at most four decimals (`7.1234`, `7.1234%`); `None` when it is none from 0 to 1000.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches(['%', '％']).trim_end();
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.chars().all(|c| c.is_ascii_digit());
        if whole.is_empty() || whole.len() > 4 || part.len() > 4 || !digits(whole) || !digits(part) || text.ends_with('.') {
            return None;
        }
        let rate = whole.parse::<i64>().ok()? * 10_000 + format!("{part:0<4}").parse::<i64>().ok()?;
        (rate <= 10_000_000).then_some(Self(rate))
    }

    /// As a form takes it: `7.1234`, at least two decimals.
    pub fn percent(self) -> String {
        let text = format!("{}{}.{:04}", if self.0 < 0 { "-" } else { "" }, self.0.abs() / 10_000, self.0.abs() % 10_000);
        let short = text.trim_end_matches('0');
        let decimals = short.len() - short.find('.').unwrap_or(0) - 1;
        format!("{short}{}", "0".repeat(2usize.saturating_sub(decimals)))
    }

    /// That part of an amount in fen, rounded half up to a whole fen.
    pub fn of(self, fen: i64) -> i64 {
        rounded(i128::from(fen) * i128::from(self.0), 1_000_000)
    }

    /// What part of `whole` a `part` is, rounded half up to a millionth; `None` of nothing.
    pub fn between(part: i64, whole: i64) -> Option<Self> {
        (whole > 0).then(|| Self(rounded(i128::from(part) * 1_000_000, i128::from(whole))))
    }
}

/// `above / below`, rounded half away from nought.
fn rounded(above: i128, below: i128) -> i64 {
    let half = if above < 0 { -below / 2 } else { below / 2 };
    i64::try_from((above + half) / below).unwrap_or(if above < 0 { i64::MIN } else { i64::MAX })
}

/// Divides an amount by shares so that nothing is lost: each gets its whole fen, the fen left over go one by one to the
/// largest remainders, the earlier first. Shares that make no whole are taken in proportion.
pub fn divide(amount: i64, shares: &[Rate]) -> Vec<i64> {
    let whole: i128 = shares.iter().map(|s| i128::from(s.0)).sum();
    if whole <= 0 {
        return vec![0; shares.len()];
    }
    let exact: Vec<i128> = shares.iter().map(|s| i128::from(amount) * i128::from(s.0)).collect();
    let mut parts: Vec<i64> = exact.iter().map(|e| i64::try_from(e.div_euclid(whole)).unwrap_or(0)).collect();
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by_key(|&i| (-exact[i].rem_euclid(whole), i));
    let left = amount - parts.iter().sum::<i64>();
    for &i in order.iter().take(usize::try_from(left).unwrap_or(0)) {
        parts[i] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_read_and_said() {
        for (text, rate, said) in
            [("7.1234", 71_234, "7.1234"), ("6", 60_000, "6.00"), ("1.7%", 17_000, "1.70"), ("0", 0, "0.00"), ("1000", 10_000_000, "1000.00")]
        {
            assert_eq!(Rate::parse(text), Some(Rate(rate)), "{text}");
            assert_eq!(Rate(rate).percent(), said);
        }
        for text in ["", ".5", "5.", "1.23456", "-1", "1e2", "1000.0001", "６", "1,5", "%"] {
            assert_eq!(Rate::parse(text), None, "{text}");
        }
        assert_eq!(Rate(-125_000).percent(), "-12.50");
    }

    #[test]
    fn parts_are_rounded_half_up() {
        // 1 000 000.01 yuan at 7.1234 %: 100 000 001 × 0.071234 = 7 123 400.071234 fen.
        assert_eq!(Rate(71_234).of(100_000_001), 7_123_400);
        // 50 fen at 1 % is half a fen; 49 fen at 1 % is less.
        assert_eq!((Rate(10_000).of(50), Rate(10_000).of(49), Rate(10_000).of(-50)), (1, 0, -1));
        // The largest amount there is, at the largest rate, does not overflow.
        assert_eq!(Rate(10_000_000).of(1_000_000_000_000), 10_000_000_000_000);
        assert_eq!(Rate::between(1, 3), Some(Rate(333_333)));
        assert_eq!(Rate::between(1, 0), None);
    }

    #[test]
    fn a_division_loses_nothing() {
        let thirds = [Rate(333_333), Rate(333_333), Rate(333_334)];
        // 100 fen: 33.3333, 33.3333, 33.3334; the one fen left goes to the largest remainder.
        assert_eq!(divide(100, &thirds), [33, 33, 34]);
        assert_eq!(divide(1, &[Rate(500_000), Rate(500_000)]), [1, 0]);
        assert_eq!(divide(5, &[]), Vec::<i64>::new());
        // Many amounts and shares: the parts are the whole, and none is off by a fen or more.
        let mut seed = 7u64;
        let mut next = |most: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % most
        };
        for _ in 0..2000 {
            let mut shares: Vec<Rate> = (0..=next(7)).map(|_| Rate(next(200_000) as i64)).collect();
            let rest = 1_000_000 - shares.iter().map(|s| s.0).sum::<i64>();
            if rest < 0 {
                continue;
            }
            shares.push(Rate(rest));
            let amount = next(1_000_000_000_000) as i64;
            let parts = divide(amount, &shares);
            assert_eq!(parts.iter().sum::<i64>(), amount);
            for (part, share) in parts.iter().zip(&shares) {
                let exact = i128::from(amount) * i128::from(share.0);
                assert!((i128::from(*part) * 1_000_000 - exact).abs() < 1_000_000, "{part} of {amount} at {share:?}");
            }
        }
    }
}
