//! The lists of a profile: purposes, supply by level, conditions, materials, the review's points, regular reports, texts.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::values::months_before;
use super::{Figure, Say2, Source, Wording};
use crate::day;

/// What a use is for; data for a free purpose may not be charged for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    pub key: String,
    pub name: Say2,
    pub free: bool,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// Forms of data products (ZJK-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    Dataset,
    Interface,
    Model,
    Indicator,
    Report,
    Application,
}

/// In which forms data of one level may be supplied: `forms` as a rule, `on_approval` by way of exception.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Supply {
    pub level: u8,
    pub forms: Vec<Form>,
    pub on_approval: Vec<Form>,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// A condition or requirement that is met or not met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    pub key: String,
    pub name: Say2,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// A paper that a bid must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Material {
    pub key: String,
    pub name: Say2,
    /// Must carry an expiry date.
    pub expires: bool,
    /// Taken from the developer's dossier rather than uploaded for the bid.
    pub from_dossier: bool,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// The review before a product leaves: how many reviewers, on which points, and what is never exported whatever they say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compliance {
    pub reviewers: Figure,
    pub hard_stop: Wording,
    #[serde(rename = "point")]
    pub points: Vec<Wording>,
}

/// Who owes a regular report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reporter {
    Primary,
    Developer,
}

/// Who reads a regular report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    Public,
    Authority,
}

/// What a regular report covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    Year,
    Quarter,
}

/// A regular disclosure or report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    pub key: String,
    pub name: Say2,
    pub who: Reporter,
    pub to: Reader,
    pub period: Period,
    /// Due on the last day of the month this many months after the period's last month.
    pub months_after: u32,
    /// Owed only where the operator has chosen it.
    pub optional: bool,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// A text that articles cite, by the letters before the dash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub prefix: String,
    pub name: Say2,
}

impl Form {
    /// The form's name in the profile and the database.
    pub fn key(self) -> &'static str {
        match self {
            Form::Dataset => "dataset",
            Form::Interface => "interface",
            Form::Model => "model",
            Form::Indicator => "indicator",
            Form::Report => "report",
            Form::Application => "application",
        }
    }
}

impl Report {
    /// The last day to publish or send the report on the period ending on `period_end`. A fixed date of the year: days off do not move it.
    pub fn due(&self, period_end: NaiveDate) -> NaiveDate {
        let first = period_end.with_day(1).unwrap_or(period_end);
        let months = i32::try_from(self.months_after).unwrap_or(i32::MAX).saturating_add(1);
        let next = day::add_months(first, months);
        next.pred_opt().unwrap_or(next)
    }
}

impl Period {
    /// The last day of the latest period that was over before `today` began.
    pub fn ended_before(self, today: NaiveDate) -> NaiveDate {
        let months_in = match self {
            Period::Year => today.month0(),
            Period::Quarter => today.month0() % 3,
        };
        let first = months_before(today.with_day(1).unwrap_or(today), months_in);
        first.pred_opt().unwrap_or(first)
    }
}
