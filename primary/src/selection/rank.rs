//! 计分排序 — the arithmetic of a result, in whole numbers, so that anybody can do it again on paper.
//!
//! A bid's total is the weighted mean of all experts' points: `Σ weight × Σ points ÷ (experts × Σ weights)`, in hundredths of
//! a point, halves rounded up, rounded once and at the end. Equal totals share a rank and the next rank is left out (1, 1,
//! 3); of equal totals the bid submitted earlier goes first in the order. A total below the pass mark has no rank.

/// Rounds `a / b` to the nearest whole number, halves up; 0 when there is nothing to divide by. For `a` not negative.
fn round(a: i64, b: i64) -> i64 {
    if b == 0 { 0 } else { (2 * a + b) / (2 * b) }
}

/// Total in hundredths of a point. `scores` holds each expert's points for each criterion.
pub fn total(weights: &[i64], scores: &[Vec<i64>]) -> i64 {
    let points: i64 = scores.iter().map(|of| of.iter().zip(weights).map(|(s, w)| s * w).sum::<i64>()).sum();
    let experts = i64::try_from(scores.len()).unwrap_or(0);
    round(points * 100, experts * weights.iter().sum::<i64>())
}

/// Mean of each criterion in hundredths of a point.
pub fn means(scores: &[Vec<i64>], criteria: usize) -> Vec<i64> {
    let experts = i64::try_from(scores.len()).unwrap_or(0);
    (0..criteria).map(|c| round(scores.iter().filter_map(|of| of.get(c)).sum::<i64>() * 100, experts)).collect()
}

/// Rank of each total; none below the pass mark.
pub fn ranks(totals: &[i64], pass_mark: i64) -> Vec<Option<i32>> {
    totals
        .iter()
        .map(|t| (*t >= pass_mark).then(|| 1 + i32::try_from(totals.iter().filter(|other| *other > t).count()).unwrap_or(i32::MAX - 1)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_weighted_means_rounded_once() {
        assert_eq!(total(&[60, 40], &[vec![80, 90], vec![70, 100], vec![75, 95]]), 8300);
        // (81 × 50 + 80 × 50) ÷ 100 = 80.5
        assert_eq!(total(&[50, 50], &[vec![81, 80]]), 8050);
        // 241 ÷ 3 = 80.333…
        assert_eq!(total(&[100], &[vec![80], vec![80], vec![81]]), 8033);
        // 242 ÷ 3 = 80.666…
        assert_eq!(total(&[100], &[vec![80], vec![81], vec![81]]), 8067);
        assert_eq!(total(&[100], &[vec![100]]), 10_000);
        assert_eq!(total(&[100], &[]), 0);
        assert_eq!(means(&[vec![80, 0], vec![81, 1]], 2), [8050, 50]);
    }

    #[test]
    fn equal_totals_share_a_rank_and_the_next_is_left_out() {
        assert_eq!(ranks(&[8000, 9000, 9000, 5999, 6000], 6000), [Some(3), Some(1), Some(1), None, Some(4)]);
        assert_eq!(ranks(&[], 6000), []);
    }

    #[test]
    fn the_order_of_experts_does_not_matter() {
        let mut scores = vec![vec![71, 33], vec![90, 12], vec![55, 100]];
        let before = total(&[37, 63], &scores);
        scores.rotate_left(1);
        assert_eq!(total(&[37, 63], &scores), before);
    }
}
