//! What a pack says: the seven categories that are disclosed to everybody, and the price report that goes to the authorities.

use crate::disclosure::{LicenceLine, ProductLine, UseLine};
use crate::ratio::Rate;
use crate::survey::Follows;
use chrono::NaiveDate;
use platform::At;
use platform::log::leaf;
use platform::sheet::{self, Answers, Sheet};
use platform::{Word, words};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

words! {
    /// The categories of DISC26 in their order; the first three are the implementing body's, the others the operator's.
    pub enum Category: "pack-category" {
        Body = "body", Authorisation = "authorisation", Caps = "caps", Operator = "operator", Resources = "resources", Products = "products",
        Fees = "fees",
    }
}

/// The words beside the figures.
pub const TEXTS: Sheet = Sheet {
    name: "pack-texts",
    fields: &[
        sheet::text("body", 2000).optional().under("disclosed"),
        sheet::text("authorisation", 2000).optional().under("disclosed"),
        sheet::text("caps", 2000).optional().under("disclosed"),
        sheet::text("operator", 2000).optional().under("disclosed"),
        sheet::text("resources", 2000).optional().under("disclosed"),
        sheet::text("products", 2000).optional().under("disclosed"),
        sheet::text("fees", 2000).optional().under("disclosed"),
        sheet::text("overall", 5000).under("reported"),
        sheet::text("cost", 3000).optional().under("reported"),
        sheet::text("sales", 3000).optional().under("reported"),
        sheet::text("deviation", 3000).optional().under("reported"),
        sheet::text("adjustments", 3000).optional().under("reported"),
    ],
};

/// A name and what stands there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Last part of the label's message key: `pack-pair-NAME`.
    pub label: String,
    pub value: String,
}

/// A line of the price book. Amounts are fen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FeeLine {
    pub id: String,
    pub item: String,
    pub use_case: String,
    /// A word of the set `purpose`.
    pub purpose: String,
    /// A word of the set `fee-billing`.
    pub billing: String,
    pub unit: String,
    pub cap: Option<i64>,
    pub actual: Option<i64>,
    pub since: Option<NaiveDate>,
    /// A word of the set `fee-state`.
    pub state: String,
}

/// A sum of the books. Fen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SumLine {
    /// A word of the set `account`.
    pub account: String,
    pub amount: i64,
}

/// Sales of one line of the price book. Revenue in fen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SaleLine {
    pub fee: Option<String>,
    pub item: String,
    pub unit: String,
    pub quantity: i64,
    pub revenue: i64,
}

/// How far the revenue lies from the allowance. Fen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Deviation {
    pub survey: String,
    pub serial: String,
    pub mar: i64,
    pub actual: i64,
    pub rate: Option<Rate>,
    /// Whether the caps have to be adjusted, not only the fees.
    pub caps: bool,
}

impl Deviation {
    pub fn follows(&self) -> Follows {
        if self.caps { Follows::Caps } else { Follows::Fees }
    }
}

/// A change of the price book.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AdjustLine {
    pub fee: String,
    pub item: String,
    pub on: NaiveDate,
    /// A word of the set `fee-act`.
    pub act: String,
    /// Fen.
    pub cap: Option<i64>,
    pub actual: Option<i64>,
    pub reason: String,
}

/// The whole pack.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Content {
    pub year: i32,
    pub body: Vec<Pair>,
    pub authorisations: Vec<LicenceLine>,
    /// Ids of the licences, in the order of `authorisations`.
    pub licences: Vec<String>,
    pub fees: Vec<FeeLine>,
    pub operator: Vec<Pair>,
    pub resources: Vec<UseLine>,
    pub products: Vec<ProductLine>,
    pub costs: Vec<SumLine>,
    pub incomes: Vec<SumLine>,
    /// Fen.
    pub cost: i64,
    pub subsidy: i64,
    pub revenue: i64,
    pub tax: i64,
    pub profit: i64,
    pub sales: Vec<SaleLine>,
    pub deviation: Option<Deviation>,
    pub adjustments: Vec<AdjustLine>,
    pub texts: Answers,
    /// The instant of the record that the figures show.
    pub as_of: At,
}

impl Content {
    /// The caps set, free ones too.
    pub fn caps(&self) -> Vec<&FeeLine> {
        self.fees.iter().filter(|f| f.cap.is_some()).collect()
    }
    /// The fees that were asked.
    pub fn actuals(&self) -> Vec<&FeeLine> {
        self.fees.iter().filter(|f| f.actual.is_some()).collect()
    }
    /// What everybody may read of it: the seven categories with their words, without the price report.
    pub fn disclosed(&self) -> serde_json::Value {
        let caps = self
            .caps()
            .into_iter()
            .map(|f| json!({ "item": f.item, "use_case": f.use_case, "purpose": f.purpose, "billing": f.billing, "unit": f.unit, "cap_fen": f.cap }));
        let fees = self.actuals().into_iter().map(|f| {
            json!({ "item": f.item, "use_case": f.use_case, "purpose": f.purpose, "billing": f.billing, "unit": f.unit, "actual_fen": f.actual, "since": f.since, "state": f.state })
        });
        let texts: Map<String, Value> = Category::ALL.iter().map(|c| (c.as_str().into(), self.texts.text(c.as_str()).into())).collect();
        json!({
            "year": self.year,
            "as_of": leaf::instant(self.as_of),
            "body": self.body,
            "authorisation": self.authorisations,
            "caps": caps.collect::<Vec<_>>(),
            "operator": self.operator,
            "resources": self.resources,
            "products": self.products,
            "fees": fees.collect::<Vec<_>>(),
            "texts": texts,
        })
    }
    /// The words that are still missing, by field.
    pub fn missing(&self) -> Vec<&'static str> {
        let must_explain = self.deviation.as_ref().is_some_and(|d| d.caps);
        let mut missing = Vec::new();
        if self.texts.given("overall").is_none() {
            missing.push("overall");
        }
        if must_explain && self.texts.given("deviation").is_none() {
            missing.push("deviation");
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_categories_have_their_words() {
        assert_eq!(Category::ALL.len(), 7);
        for category in Category::ALL {
            assert!(TEXTS.field(category.as_str()).is_some_and(|f| f.section == Some("disclosed")), "{category}");
        }
    }

    #[test]
    fn what_is_reported_is_not_disclosed() {
        let secret = 987_654_321;
        let texts = json!({ "overall": "秘", "cost": "秘", "sales": "秘", "deviation": "秘", "adjustments": "秘", "fees": "公开的话" });
        let content = Content {
            cost: secret,
            subsidy: secret,
            revenue: secret,
            tax: secret,
            profit: secret,
            costs: vec![SumLine { account: "labour".into(), amount: secret }],
            incomes: vec![SumLine { account: "sales".into(), amount: secret }],
            sales: vec![SaleLine { revenue: secret, ..SaleLine::default() }],
            deviation: Some(Deviation { mar: secret, ..Deviation::default() }),
            adjustments: vec![AdjustLine { reason: "秘".into(), ..AdjustLine::default() }],
            texts: Answers::of(texts),
            ..Content::default()
        };
        let said = content.disclosed().to_string();
        assert!(said.contains("公开的话") && !said.contains("987654321") && !said.contains('秘'), "{said}");
    }

    #[test]
    fn a_large_deviation_must_be_explained() {
        let mut content = Content { texts: Answers::of(json!({"overall": "平稳"})), ..Content::default() };
        assert!(content.missing().is_empty());
        content.deviation = Some(Deviation { caps: true, ..Deviation::default() });
        assert_eq!(content.missing(), ["deviation"]);
        content.texts = Answers::default();
        assert_eq!(content.missing(), ["overall", "deviation"]);
    }
}
