//! Figures and where they are from.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Deadline, EndGround, Evaluation, Grade, Indicator, Keep, Material, Purpose, Report, Requirement, Serials, Supply, Wording};
use crate::day;

/// Where a value is from when the policy's own text does not fix it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The article binds somebody else and is applied by likeness.
    Analogy,
    /// Other cities or platforms do so.
    Practice,
    /// Ours; to be settled by the coordination office.
    Proposal,
}

/// What a [`Figure`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    Years,
    Months,
    Days,
    Hours,
    People,
    Times,
}

/// One figure with its unit and origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    pub value: u32,
    pub unit: Measure,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// The days on which a policy is in force, first and last included; without a last day it holds until it is replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InForce {
    pub from: NaiveDate,
    pub until: Option<NaiveDate>,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// How "期限届满前3个月内" is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// In the last months of the term, until its last day.
    Within,
    /// No later than that many months before the last day.
    AtLeast,
    /// Not at all: after the last day the holder applies anew, as at first.
    Anew,
}

/// When renewal is asked for, and when the holder is reminded (months before the last day).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renewal {
    pub value: u32,
    pub unit: Measure,
    pub reading: Reading,
    pub remind_months: Vec<u32>,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// The experts who score bids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    pub least: u32,
    pub odd: bool,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// Where one value of a profile is from: its place in the file, and the article or source given there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground<'a> {
    pub at: String,
    pub article: Option<&'a str>,
    pub source: Option<Source>,
}

impl Figure {
    /// The date this figure's length after `from`: years and months by the calendar, days by count; hours, people and times not at all.
    pub fn after(&self, from: NaiveDate) -> NaiveDate {
        let n = i32::try_from(self.value).unwrap_or(i32::MAX);
        match self.unit {
            Measure::Years => day::add_years(from, n),
            Measure::Months => day::add_months(from, n),
            Measure::Days => from.checked_add_days(chrono::Days::new(u64::from(self.value))).unwrap_or(NaiveDate::MAX),
            Measure::Hours | Measure::People | Measure::Times => from,
        }
    }

    pub(super) fn is_long(&self) -> bool {
        matches!(self.unit, Measure::Years | Measure::Months)
    }
}

impl Panel {
    /// Whether so many experts may score.
    pub fn accepts(&self, experts: u32) -> bool {
        experts >= self.least && (!self.odd || experts % 2 == 1)
    }
}

/// What every value of a profile can say of itself.
pub(super) trait Grounded {
    fn article(&self) -> Option<&str>;
    fn source(&self) -> Option<Source>;
}

macro_rules! grounded {
    ($($kind:ty),+) => {
        $(impl Grounded for $kind {
            fn article(&self) -> Option<&str> {
                self.article.as_deref()
            }

            fn source(&self) -> Option<Source> {
                self.source
            }
        })+
    };
}

grounded!(
    Figure,
    InForce,
    Renewal,
    Panel,
    Serials,
    Deadline,
    Purpose,
    Supply,
    Requirement,
    Material,
    Wording,
    Report,
    Evaluation,
    EndGround,
    Grade,
    Indicator,
    Keep
);

pub(super) fn ground<'a>(at: &str, value: &'a impl Grounded) -> Ground<'a> {
    Ground { at: at.to_owned(), article: value.article(), source: value.source() }
}

pub(super) fn months_before(date: NaiveDate, months: u32) -> NaiveDate {
    day::add_months(date, i32::try_from(months).map_or(i32::MIN, |months| -months))
}
