//! What a licence holder makes and answers for: products and their review, prices, disclosures, and what is on offer.
//! Licences themselves live in `primary`; pages live in `web`.

pub mod catalogue;
pub mod clearance;
pub mod disclosure;
pub mod fee;
pub mod index;
pub mod pack;
pub mod posting;
pub mod pricing;
pub mod product;
pub mod ratio;
pub mod registration;
pub mod report;

pub mod review;
pub mod split;
pub mod statistics;
pub mod survey;

pub use clearance::Clearance;
pub use disclosure::Disclosure;
pub use fee::Fee;
pub use pack::Pack;
pub use posting::Posting;
pub use pricing::{Pricing, Tariff};
pub use product::Product;
pub use ratio::Rate;
pub use registration::Registration;
pub use report::Report;
pub use review::Review;
pub use split::Split;
pub use survey::Survey;

use platform::sheet::{Answers, Kind, Sheet};
use serde_json::Value;

/// Kept answers as a form takes them: amounts in yuan, those in rows too.
pub(crate) fn spoken(mut kept: Answers, sheet: &Sheet) -> Answers {
    for field in sheet.fields {
        let Some(value) = kept.0.get_mut(field.name) else { continue };
        match field.kind {
            Kind::Money => {
                if let Some(fen) = value.as_i64() {
                    *value = platform::money::yuan(fen).into();
                }
            }
            Kind::Rows(of) => {
                for row in value.as_array_mut().into_iter().flatten() {
                    *row = Value::Object(spoken(Answers::of(row.take()), of).0);
                }
            }
            _ => {}
        }
    }
    kept
}

/// JSON in the one form that digests are taken of: keys in order, no spaces.
pub(crate) fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            let parts: Vec<String> = keys.into_iter().map(|k| format!("{}:{}", Value::from(k.as_str()), canonical(&map[k]))).collect();
            format!("{{{}}}", parts.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_form_speaks_yuan() {
        use platform::sheet::{line, money, rows};
        const ROW: Sheet = Sheet { name: "row", fields: &[line("item", 9), money("amount")] };
        const FORM: Sheet = Sheet { name: "form", fields: &[money("fee"), rows("items", &ROW)] };
        let kept = Answers::of(json!({"fee": 35, "items": [{"item": "甲", "amount": 120_000}], "other": 7}));
        let back = spoken(kept, &FORM);
        assert_eq!(Value::Object(back.0), json!({"fee": "0.35", "items": [{"item": "甲", "amount": "1200.00"}], "other": 7}));
    }

    #[test]
    fn canonical_json_does_not_depend_on_order() {
        let a = json!({"b": [1, {"d": "甲\"", "c": null}], "a": true});
        let b = json!({"a": true, "b": [1, {"c": null, "d": "甲\""}]});
        assert_eq!(canonical(&a), canonical(&b));
        assert_eq!(canonical(&a), r#"{"a":true,"b":[1,{"c":null,"d":"甲\""}]}"#);
        assert_ne!(canonical(&a), canonical(&json!({"a": true, "b": [{"d": "甲\"", "c": null}, 1]})));
    }
}
