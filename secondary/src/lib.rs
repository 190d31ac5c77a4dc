//! What a licence holder makes and answers for: products and their review, prices, disclosures, and what is on offer.
//! Licences themselves live in `primary`; pages live in `web`.

pub mod catalogue;
pub mod clearance;
pub mod disclosure;

pub mod pricing;
pub mod product;
pub mod register;

pub mod review;

pub use clearance::Clearance;
pub use disclosure::Disclosure;
pub use pricing::{Pricing, Tariff};
pub use product::Product;
pub use review::Review;

use serde_json::Value;

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
    fn canonical_json_does_not_depend_on_order() {
        let a = json!({"b": [1, {"d": "甲\"", "c": null}], "a": true});
        let b = json!({"a": true, "b": [1, {"c": null, "d": "甲\""}]});
        assert_eq!(canonical(&a), canonical(&b));
        assert_eq!(canonical(&a), r#"{"a":true,"b":[1,{"c":null,"d":"甲\""}]}"#);
        assert_ne!(canonical(&a), canonical(&json!({"a": true, "b": [{"d": "甲\"", "c": null}, 1]})));
    }
}
