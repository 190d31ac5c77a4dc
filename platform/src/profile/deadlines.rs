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
    "clearance_answer",
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
    "hearing",
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// Whether it may be lengthened, with a reason and notice to those concerned.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub extendable: bool,
    pub article: Option<String>,
    pub source: Option<Source>,
}

impl Silence {
    /// The word as it stands in a profile.
    pub fn as_str(self) -> &'static str {
        match self {
            Silence::None => "none",
            Silence::Escalate => "escalate",
            Silence::Lapse => "lapse",
            Silence::Consent => "consent",
        }
    }
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
}
