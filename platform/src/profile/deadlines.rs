//! The clocks of the procedure: how long somebody has, and what follows from silence.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Source;
use crate::day::{self, Calendar, Pause, Unit, UnknownYear};

/// Every clock by its name, in the order of the procedure. A profile has each of them and no other.
pub const DEADLINES: &[&str] = &[
    // Entry, scenarios, the call.
    "org_approval",
    "class_decision",
    "question_answer",
    "bid_minimum",
    "bid_objection",
    "agreement_signing",
    "filing_answer",
    "correction",
    // Data for a licence.
    "request_assessment",
    "request_consent",
    "request_supply",
    "import_approval",
    // Products.
    "compliance_review",
    "price_receipt",
    "price_approval",
    // Resources: sharing, opening, quality.
    "share_answer",
    "share_supply",
    "share_dispute",
    "opening_answer",
    "attribute_review",
    "quality_answer",
    "backflow_answer",
    "purchase_filing",
    "observer_answer",
    "complaint_answer",
    // The life of a licence.
    "amendment_answer",
    "renewal_answer",
    "rectification",
    "rectification_check",
    "termination_decision",
    "access_closing",
    "destruction",
    "destruction_check",
    "archive_handover",
    // Supervision.
    "drill_yearly",
    "closing_report",
    "inspection_answer",
    "evaluation_self",
    "evaluation_score",
    "evaluation_talk",
    "report_signoff",
    // Registration.
    "registration_apply",
    "registration_accept",
    "registration_review",
    "registration_notice",
    "registration_cancel",
];

/// What follows when a deadline passes without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Silence {
    /// Nothing: the deadline is a least or a most, not a wait for somebody.
    None,
    /// The coordination office is told.
    Escalate,
    /// The step ends unfinished.
    Lapse,
    /// Taken as agreed.
    Consent,
}

/// How long somebody has, and what follows from silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    pub value: u32,
    pub unit: Unit,
    pub silence: Silence,
    pub article: Option<String>,
    pub source: Option<Source>,
}

impl Deadline {
    /// The last day to act, counted from `start` as [`day::due`] counts.
    pub fn due(&self, start: NaiveDate, cal: &Calendar, pauses: &[Pause]) -> Result<NaiveDate, UnknownYear> {
        day::due(start, self.value, self.unit, cal, pauses)
    }
}

/// The clocks of the procedure by name; [`DEADLINES`] are the names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Deadlines(BTreeMap<String, Deadline>);

impl Deadlines {
    /// The deadline of that name.
    pub fn get(&self, name: &str) -> Option<&Deadline> {
        self.0.get(name)
    }

    /// Every deadline with its name, in the order of the procedure.
    pub fn all(&self) -> Vec<(&'static str, &Deadline)> {
        DEADLINES.iter().filter_map(|name| Some((*name, self.0.get(*name)?))).collect()
    }

    /// Names that are missing, and names that nobody reads.
    pub(super) fn misnamed(&self) -> (Vec<&'static str>, Vec<&str>) {
        let missing = DEADLINES.iter().filter(|name| !self.0.contains_key(**name)).copied().collect();
        let unknown = self.0.keys().map(String::as_str).filter(|name| !DEADLINES.contains(name)).collect();
        (missing, unknown)
    }
}
