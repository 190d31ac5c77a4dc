//! 计价方式 — what is paid for a product, typed, and said in words.

use platform::money::yuan;
use platform::refusal::{Fault, Refusal, Result};
use platform::sheet::{self, Answers, Field, Sheet};
use platform::{Word, words};
use serde::{Deserialize, Serialize};

words! {
    /// Kinds of tariff.
    pub enum Kind: "tariff" {
        Free = "free",
        OnRequest = "on_request",
        PerCall = "per_call",
        PerThousandCalls = "per_thousand_calls",
        PerRecord = "per_record",
        PerCopy = "per_copy",
        PerMonth = "per_month",
        PerYear = "per_year",
        Tiered = "tiered",
        BasePlusUse = "base_plus_use",
    }
}
words! {
    /// What is counted.
    pub enum Unit: "price-unit" {
        Call = "call", ThousandCalls = "thousand_calls", Record = "record", Copy = "copy", Month = "month", Year = "year",
    }
}

impl Unit {
    /// Its name: (中文, English).
    pub const fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Call => ("次", "call"),
            Self::ThousandCalls => ("千次", "1,000 calls"),
            Self::Record => ("条", "record"),
            Self::Copy => ("份", "copy"),
            Self::Month => ("月", "month"),
            Self::Year => ("年", "year"),
        }
    }
}

/// One step of a tiered tariff: units `from` to `up_to`, both included, cost `amount` fen each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    pub from: i64,
    /// None on the last tier: and above.
    pub up_to: Option<i64>,
    pub amount: i64,
}

/// What is paid. Amounts are fen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Tariff {
    Free,
    OnRequest,
    Per { unit: Unit, amount: i64 },
    Tiered { unit: Unit, tiers: Vec<Tier> },
    BasePlusUse { base: i64, base_unit: Unit, unit: Unit, amount: i64 },
}

/// One tier as typed.
pub const TIER: Sheet = Sheet {
    name: "pricing-tier",
    fields: &[sheet::number("from", 1, 1_000_000_000_000), sheet::number("up_to", 1, 1_000_000_000_000).optional(), sheet::money("amount")],
};

pub(super) const KIND: Field = sheet::choice::<Kind>("tariff");
pub(super) const AMOUNT: Field = sheet::money("amount").optional();
pub(super) const UNIT: Field = sheet::choice::<Unit>("unit").optional();
pub(super) const TIERS: Field = sheet::rows("tiers", &TIER).optional();
pub(super) const BASE: Field = sheet::money("base").optional();
pub(super) const BASE_UNIT: Field = sheet::choice::<Unit>("base_unit").optional();

impl Tariff {
    /// Reads settled answers. Faults: an amount that the kind needs is missing or nought, tiers that leave a gap.
    pub fn read(a: &Answers) -> Result<Self> {
        let kind = Kind::of(a.text("tariff")).ok_or_else(|| Refusal::fault("tariff", "not-a-choice"))?;
        let mut faults = Vec::new();
        let tariff = match kind {
            Kind::Free => Self::Free,
            Kind::OnRequest => Self::OnRequest,
            Kind::PerCall => Self::Per { unit: Unit::Call, amount: amount(a, "amount", &mut faults) },
            Kind::PerThousandCalls => Self::Per { unit: Unit::ThousandCalls, amount: amount(a, "amount", &mut faults) },
            Kind::PerRecord => Self::Per { unit: Unit::Record, amount: amount(a, "amount", &mut faults) },
            Kind::PerCopy => Self::Per { unit: Unit::Copy, amount: amount(a, "amount", &mut faults) },
            Kind::PerMonth => Self::Per { unit: Unit::Month, amount: amount(a, "amount", &mut faults) },
            Kind::PerYear => Self::Per { unit: Unit::Year, amount: amount(a, "amount", &mut faults) },
            Kind::Tiered => Self::Tiered { unit: unit(a, "unit", &mut faults), tiers: tiers(a, &mut faults)? },
            Kind::BasePlusUse => {
                let base_unit = unit(a, "base_unit", &mut faults);
                if a.given("base_unit").is_some() && !matches!(base_unit, Unit::Month | Unit::Year) {
                    faults.push(Fault::at("base_unit", "not-a-choice"));
                }
                Self::BasePlusUse {
                    base: amount(a, "base", &mut faults),
                    base_unit,
                    unit: unit(a, "unit", &mut faults),
                    amount: amount(a, "amount", &mut faults),
                }
            }
        };
        if faults.is_empty() { Ok(tariff) } else { Err(Refusal::Faulty(faults)) }
    }

    /// In words, such as `0.35 元/次`.
    pub fn say(&self, en: bool) -> String {
        let name = |unit: &Unit| if en { unit.name().1 } else { unit.name().0 };
        let per = |amount: i64, unit: &Unit| {
            if en { format!("{} yuan per {}", yuan(amount), name(unit)) } else { format!("{} 元/{}", yuan(amount), name(unit)) }
        };
        match self {
            Self::Free => if en { "free" } else { "免费" }.to_string(),
            Self::OnRequest => if en { "on request" } else { "面议" }.to_string(),
            Self::Per { unit, amount } => per(*amount, unit),
            Self::Tiered { unit, tiers } => {
                let part = |tier: &Tier| {
                    let price = per(tier.amount, unit);
                    match (tier.up_to, en) {
                        (Some(up_to), false) => format!("第{}至{}{}：{price}", tier.from, up_to, name(unit)),
                        (None, false) => format!("第{}{}起：{price}", tier.from, name(unit)),
                        (Some(up_to), true) => format!("{}–{up_to}: {price}", tier.from),
                        (None, true) => format!("from {}: {price}", tier.from),
                    }
                };
                tiers.iter().map(part).collect::<Vec<_>>().join(if en { "; " } else { "；" })
            }
            Self::BasePlusUse { base, base_unit, unit, amount } => {
                format!("{}{}{}", per(*base, base_unit), if en { " plus " } else { "，另加 " }, per(*amount, unit))
            }
        }
    }
}

fn amount(a: &Answers, field: &str, faults: &mut Vec<Fault>) -> i64 {
    match a.0.get(field).and_then(serde_json::Value::as_i64) {
        Some(fen) if fen > 0 => fen,
        found => {
            faults.push(Fault::at(field, if found.is_some() { "not-positive" } else { "required" }));
            0
        }
    }
}

fn unit(a: &Answers, field: &str, faults: &mut Vec<Fault>) -> Unit {
    Unit::of(a.text(field)).unwrap_or_else(|| {
        faults.push(Fault::at(field, "required"));
        Unit::Call
    })
}

/// Tiers begin at 1, follow each other without gap or overlap, and only the last may be open.
fn tiers(a: &Answers, faults: &mut Vec<Fault>) -> Result<Vec<Tier>> {
    let tiers: Vec<Tier> = a.given("tiers").map(|v| serde_json::from_value(v.clone())).transpose()?.unwrap_or_default();
    if tiers.is_empty() {
        faults.push(Fault::at("tiers", "required"));
    }
    let mut next = Some(1);
    for (i, tier) in tiers.iter().enumerate() {
        match next {
            Some(from) if tier.from == from => {}
            Some(from) => faults.push(Fault::at(format!("tiers[{i}].from"), "tier-gap").with("from", from)),
            // A tier after one without an end.
            None => faults.push(Fault::at(format!("tiers[{}].up_to", i.saturating_sub(1)), "required")),
        }
        if tier.up_to.is_some_and(|up_to| up_to < tier.from) {
            faults.push(Fault::at(format!("tiers[{i}].up_to"), "tier-gap").with("from", tier.from));
        }
        next = tier.up_to.map(|up_to| up_to + 1);
    }
    Ok(tiers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(answers: serde_json::Value) -> std::result::Result<Tariff, Vec<(String, &'static str)>> {
        Tariff::read(&Answers::of(answers)).map_err(|r| match r {
            Refusal::Faulty(faults) => faults.into_iter().map(|f| (f.field, f.code)).collect(),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn every_kind_reads_and_speaks() {
        for (answers, zh, en) in [
            (json!({"tariff": "free"}), "免费", "free"),
            (json!({"tariff": "on_request"}), "面议", "on request"),
            (json!({"tariff": "per_call", "amount": 35}), "0.35 元/次", "0.35 yuan per call"),
            (json!({"tariff": "per_thousand_calls", "amount": 8000}), "80.00 元/千次", "80.00 yuan per 1,000 calls"),
            (json!({"tariff": "per_record", "amount": 1}), "0.01 元/条", "0.01 yuan per record"),
            (json!({"tariff": "per_copy", "amount": 50000}), "500.00 元/份", "500.00 yuan per copy"),
            (json!({"tariff": "per_month", "amount": 100000}), "1000.00 元/月", "1000.00 yuan per month"),
            (json!({"tariff": "per_year", "amount": 1000000}), "10000.00 元/年", "10000.00 yuan per year"),
            (
                json!({"tariff": "tiered", "unit": "call", "tiers": [{"from": 1, "up_to": 1000, "amount": 50}, {"from": 1001, "amount": 30}]}),
                "第1至1000次：0.50 元/次；第1001次起：0.30 元/次",
                "1–1000: 0.50 yuan per call; from 1001: 0.30 yuan per call",
            ),
            (
                json!({"tariff": "base_plus_use", "base": 200000, "base_unit": "month", "unit": "call", "amount": 10}),
                "2000.00 元/月，另加 0.10 元/次",
                "2000.00 yuan per month plus 0.10 yuan per call",
            ),
        ] {
            let tariff = read(answers).unwrap();
            assert_eq!((tariff.say(false).as_str(), tariff.say(true).as_str()), (zh, en));
            let kept = serde_json::to_string(&tariff).unwrap();
            assert_eq!(serde_json::from_str::<Tariff>(&kept).unwrap(), tariff);
        }
    }

    #[test]
    fn what_a_kind_needs_is_asked_for() {
        let fault = |field: &str, code: &'static str| (field.to_string(), code);
        assert_eq!(read(json!({"tariff": "per_call"})), Err(vec![fault("amount", "required")]));
        assert_eq!(read(json!({"tariff": "per_call", "amount": 0})), Err(vec![fault("amount", "not-positive")]));
        assert_eq!(read(json!({"tariff": "tiered"})), Err(vec![fault("unit", "required"), fault("tiers", "required")]));
        assert_eq!(
            read(json!({"tariff": "base_plus_use", "base": 1, "base_unit": "call", "unit": "call", "amount": 1})),
            Err(vec![fault("base_unit", "not-a-choice")])
        );
    }

    #[test]
    fn tiers_leave_no_gap() {
        let tiered = |tiers: serde_json::Value| read(json!({"tariff": "tiered", "unit": "call", "tiers": tiers}));
        let fault = |field: &str, code: &'static str| Err(vec![(field.to_string(), code)]);
        assert_eq!(tiered(json!([{"from": 2, "amount": 1}])), fault("tiers[0].from", "tier-gap"));
        assert_eq!(tiered(json!([{"from": 1, "up_to": 9, "amount": 1}, {"from": 11, "amount": 1}])), fault("tiers[1].from", "tier-gap"));
        assert_eq!(tiered(json!([{"from": 1, "up_to": 9, "amount": 1}, {"from": 9, "amount": 1}])), fault("tiers[1].from", "tier-gap"));
        assert_eq!(tiered(json!([{"from": 1, "amount": 1}, {"from": 11, "amount": 1}])), fault("tiers[0].up_to", "required"));
    }
}
