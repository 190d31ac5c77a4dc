//! The prefixes of the numbers that people read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Source;

/// Every series, in the order of the procedure. A profile has a prefix for each and no other.
pub const SERIES: &[&str] = &[
    "demand",
    "scenario",
    "announcement",
    "bid",
    "filing",
    "agreement",
    "licence",
    "data_request",
    "product",
    "review",
    "price_filing",
    "disclosure",
    "sharing",
    "opening",
    "quality",
    "backflow",
    "purchase",
    "amendment",
    "evaluation",
    "inspection",
    "rectification",
    "incident",
    "drill",
    "destruction",
    "complaint",
    "report",
    "registration",
    "survey",
];

/// What stands before year and number in the serials people see; no two kinds share one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serials {
    pub article: Option<String>,
    pub source: Option<Source>,
    #[serde(flatten)]
    prefixes: BTreeMap<String, String>,
}

impl Serials {
    /// The prefix of a series.
    pub fn get(&self, series: &str) -> Option<&str> {
        self.prefixes.get(series).map(String::as_str)
    }

    /// Every series with its prefix, in the order of the procedure.
    pub fn all(&self) -> Vec<(&'static str, &str)> {
        SERIES.iter().filter_map(|series| Some((*series, self.get(series)?))).collect()
    }

    /// Series that are missing, and series that nobody reads.
    pub(super) fn misnamed(&self) -> (Vec<&'static str>, Vec<&str>) {
        let missing = SERIES.iter().filter(|series| !self.prefixes.contains_key(**series)).copied().collect();
        let unknown = self.prefixes.keys().map(String::as_str).filter(|series| !SERIES.contains(series)).collect();
        (missing, unknown)
    }
}
