//! 最高准许收入 — the maximum allowed revenue: cost, allowed profit and taxes, less what the last period took too much
//! (PRI65-3(1), PRI65-4). Everything here is arithmetic on whole fen.

use crate::ratio::Rate;
use platform::refusal::{Fault, Refusal, Result};
use platform::sheet::Answers;
use platform::{Word, words};
use serde::Serialize;
use serde_json::Value;

words! {
    /// The five kinds of cost that the operator may count (PRI65-3(1)).
    pub enum CostKind: "cost-kind" {
        Platform = "platform", Data = "data", People = "people", Acquisition = "acquisition", Period = "period",
    }
}

/// Most that may be added to the treasury yield: six percentage points.
pub const MOST_POINTS: Rate = Rate(60_000);
/// Years of an evaluation period, at most.
pub const MOST_YEARS: i64 = 3;

/// The figures of a survey. Amounts are fen; `mar` is of one year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Mar {
    /// Reasonable cost less subsidies.
    pub cost: i64,
    pub rate: Rate,
    pub profit: i64,
    pub tax: i64,
    /// What the period before took above its allowance and was not deducted yet.
    pub carried_in: i64,
    /// What this period deducts, all its years together.
    pub deducted: i64,
    pub mar: i64,
}

impl Mar {
    /// C + C·r + T, less the yearly part of what is deducted. The excess is spread over `periods` periods of `years` years;
    /// the yearly part is a whole fen, and what the division leaves is carried on.
    pub fn of(cost: i64, rate: Rate, tax: i64, carried_in: i64, years: i64, periods: i64) -> Self {
        let profit = rate.of(cost);
        let yearly = (carried_in / (years.max(1) * periods.max(1))).min(cost + profit + tax);
        Self { cost, rate, profit, tax, carried_in, deducted: yearly * years.max(1), mar: cost + profit + tax - yearly }
    }
    /// What the period after has still to deduct, besides its own excess.
    pub fn carried_on(&self) -> i64 {
        self.carried_in - self.deducted
    }
}

/// What follows from a year's deviation (PRI65-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Follows {
    /// 10 % or less: the authorising body guides the operator to adjust its fees.
    Fees,
    /// More than 10 %: the authorising body adjusts the caps.
    Caps,
}

/// |actual − MAR| / MAR, rounded for people; the rule itself is decided without rounding.
pub fn deviation(actual: i64, mar: i64) -> (Option<Rate>, Follows) {
    let off = (i128::from(actual) - i128::from(mar)).abs();
    let follows = if off * 10 <= i128::from(mar) { Follows::Fees } else { Follows::Caps };
    (Rate::between(i64::try_from(off).unwrap_or(i64::MAX), mar), follows)
}

/// What a period took above its allowance: revenue of all its years less the allowance of all its years, never below nought.
pub fn excess(revenue: i64, mar: i64, years: i64) -> i64 {
    (revenue - mar * years).max(0)
}

/// The sums that the answers of a survey make: cost by kind, less subsidies.
pub fn costs(a: &Answers) -> Vec<(CostKind, i64, i64)> {
    let rows: Vec<&Value> = a.0.get("costs").and_then(Value::as_array).into_iter().flatten().collect();
    let sum = |kind: CostKind, field: &str| {
        rows.iter().filter(|r| r["kind"].as_str() == Some(kind.as_str())).filter_map(|r| r[field].as_i64()).sum::<i64>()
    };
    CostKind::ALL.iter().map(|k| (*k, sum(*k, "amount"), sum(*k, "subsidy"))).collect()
}

/// Computes the figures of settled answers. Faults: a rate that is none, a subsidy above its cost. Refused: more than six
/// points, more than three years.
pub fn compute(a: &Answers, carried_in: i64) -> Result<Mar> {
    let mut faults = Vec::new();
    let mut rate = |field: &str| {
        Rate::parse(a.text(field)).unwrap_or_else(|| {
            faults.push(Fault::at(field, "not-a-percentage"));
            Rate::default()
        })
    };
    let (bond, points) = (rate("bond"), rate("points"));
    let number = |value: Option<&Value>| value.and_then(Value::as_i64).unwrap_or(0);
    let (mut cost, mut tax) = (0, 0);
    for (i, row) in a.0.get("costs").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let (amount, subsidy) = (number(row.get("amount")), number(row.get("subsidy")));
        if subsidy > amount {
            faults.push(Fault::at(format!("costs[{i}].subsidy"), "subsidy-above-cost"));
        }
        cost += amount - subsidy;
    }
    for row in a.0.get("taxes").and_then(Value::as_array).into_iter().flatten() {
        tax += number(row.get("amount"));
    }
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    if points > MOST_POINTS {
        return Err(Refusal::rule("profit-points", "PRI65-3(1)").with("points", points.percent()));
    }
    let years = number(a.0.get("years"));
    if years > MOST_YEARS {
        return Err(Refusal::rule("period-too-long", "PRI65-4").with("most", MOST_YEARS));
    }
    let periods = number(a.0.get("smooth")).max(1);
    Ok(Mar::of(cost, Rate(bond.0 + points.0), tax, carried_in, years, periods))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const YUAN: i64 = 100;

    fn example() -> Answers {
        Answers::of(json!({
            "bond": "1.75", "points": "6", "years": 3, "smooth": 2,
            "costs": [
                {"kind": "platform", "item": "平台建设和运维", "amount": 3_000_000 * YUAN, "subsidy": 500_000 * YUAN},
                {"kind": "data", "item": "传输、汇聚、存储、治理", "amount": 1_200_000 * YUAN},
                {"kind": "people", "item": "人员", "amount": 2_000_000 * YUAN},
                {"kind": "acquisition", "item": "获取数据", "amount": 300_000 * YUAN},
                {"kind": "period", "item": "期间费用", "amount": 400_000 * YUAN},
            ],
            "taxes": [{"name": "附加税费", "amount": 413_760 * YUAN}],
        }))
    }

    #[test]
    fn the_worked_example() {
        // Cost: 3 000 000 − 500 000 + 1 200 000 + 2 000 000 + 300 000 + 400 000 = 6 400 000 yuan.
        // Rate: 1.75 % + 6 % = 7.75 %. Profit: 6 400 000 × 0.0775 = 496 000. Taxes: 413 760.
        // Allowed: 6 400 000 + 496 000 + 413 760 = 7 309 760 yuan a year.
        let mar = compute(&example(), 0).unwrap();
        assert_eq!((mar.cost, mar.rate, mar.profit, mar.tax), (6_400_000 * YUAN, Rate(77_500), 496_000 * YUAN, 413_760 * YUAN));
        assert_eq!(mar.mar, 7_309_760 * YUAN);
        let by_kind = costs(&example());
        assert_eq!(by_kind[0], (CostKind::Platform, 3_000_000 * YUAN, 500_000 * YUAN));
        assert_eq!(by_kind.iter().map(|(_, amount, subsidy)| amount - subsidy).sum::<i64>(), mar.cost);
    }

    #[test]
    fn what_was_taken_too_much_is_deducted_smoothly() {
        // Three years allowed 7 309 760 each, 21 929 280 in all; taken 22 529 280: 600 000 yuan too much.
        let too_much = excess(22_529_280 * YUAN, 7_309_760 * YUAN, 3);
        assert_eq!(too_much, 600_000 * YUAN);
        // Over two periods of three years: 100 000 a year; 300 000 now, 300 000 carried on.
        let mar = compute(&example(), too_much).unwrap();
        assert_eq!((mar.mar, mar.deducted, mar.carried_on()), (7_209_760 * YUAN, 300_000 * YUAN, 300_000 * YUAN));
        // A revenue below the allowance is not made up for.
        assert_eq!(excess(20_000_000 * YUAN, 7_309_760 * YUAN, 3), 0);
        // 100 fen over 3 years in 1 period: 33 fen a year, 99 now, 1 fen carried on; nothing is lost.
        let odd = Mar::of(10_000, Rate(0), 0, 100, 3, 1);
        assert_eq!((odd.mar, odd.deducted, odd.carried_on()), (9_967, 99, 1));
        // An excess above everything allowed leaves nothing, not less.
        assert_eq!(Mar::of(100, Rate(0), 0, 10_000, 1, 1).mar, 0);
    }

    #[test]
    fn ten_per_cent_is_the_border_to_the_fen() {
        // 10 % of 7 309 760.00 yuan is 730 976.00 yuan.
        let mar = 730_976_000;
        for (actual, follows, said) in [
            (mar + 73_097_600, Follows::Fees, "10.00"),
            (mar + 73_097_601, Follows::Caps, "10.00"),
            (mar - 73_097_600, Follows::Fees, "10.00"),
            (mar - 73_097_601, Follows::Caps, "10.00"),
            (mar, Follows::Fees, "0.00"),
        ] {
            let (rate, rule) = deviation(actual, mar);
            assert_eq!((rate.map(Rate::percent).unwrap().as_str(), rule), (said, follows), "{actual}");
        }
        assert_eq!(deviation(1, 0), (None, Follows::Caps));
    }

    #[test]
    fn six_points_and_three_years_are_the_most() {
        let with = |name: &str, value: Value| {
            let mut a = example();
            a.set(name, value);
            compute(&a, 0)
        };
        assert!(with("points", "6.0000".into()).is_ok());
        for (name, value, code, article) in
            [("points", json!("6.0001"), "profit-points", "PRI65-3(1)"), ("years", json!(4), "period-too-long", "PRI65-4")]
        {
            let refused = with(name, value).unwrap_err();
            assert_eq!((refused.code(), refused.article()), (code, Some(article)));
        }
        let Refusal::Faulty(faults) = with("bond", "much".into()).unwrap_err() else { panic!() };
        assert_eq!((faults[0].field.as_str(), faults[0].code), ("bond", "not-a-percentage"));
        let mut a = example();
        a.0["costs"][1]["subsidy"] = json!(1_200_001 * YUAN);
        let Refusal::Faulty(faults) = compute(&a, 0).unwrap_err() else { panic!() };
        assert_eq!(faults[0].field, "costs[1].subsidy");
    }
}
