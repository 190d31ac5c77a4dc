//! How a licence is judged and how it ends: evaluation, exit, what is kept.

use serde::{Deserialize, Serialize};

use super::{Say2, Source};

/// What follows from a grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consequence {
    /// Preferred in pilots, data requests and support.
    Favour,
    None,
    /// A reminder or a talk.
    Warn,
    /// A reminder or a talk; termination is proposed once it comes [`Evaluation::poor_running`] times running.
    TerminateAfter,
}

/// A grade of evaluation: it is given from that score on, of a hundred.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    pub key: String,
    pub name: Say2,
    pub from_score: u32,
    pub consequence: Consequence,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// What an evaluation scores, with its share of a hundred.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    pub key: String,
    pub name: Say2,
    pub weight: u32,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// How often holders are evaluated, and what follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    /// Months from one evaluation to the next.
    pub months: u32,
    /// So many poor results one after the other end a licence.
    pub poor_running: u32,
    /// The result counts when the holder applies again.
    pub weighs_in_renewal: bool,
    pub article: Option<String>,
    pub source: Option<Source>,
    #[serde(rename = "grade")]
    pub grades: Vec<Grade>,
    #[serde(rename = "indicator")]
    pub indicators: Vec<Indicator>,
}

impl Evaluation {
    /// The grade of a score of a hundred: the first whose threshold it reaches.
    pub fn grade(&self, score: u32) -> Option<&Grade> {
        self.grades.iter().find(|grade| score >= grade.from_score)
    }

    /// The grade of that key.
    pub fn grade_of(&self, key: &str) -> Option<&Grade> {
        self.grades.iter().find(|grade| grade.key == key)
    }
}

/// A ground on which one side ends a licence before its last day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndGround {
    pub key: String,
    pub name: Say2,
    /// Whose licence ends on it is barred from new ones for [`super::Profile::bar`].
    #[serde(default)]
    pub bars: bool,
    pub article: Option<String>,
    pub source: Option<Source>,
}

/// How long a kind of record is kept in the archive; without years, for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keep {
    pub key: String,
    pub name: Say2,
    pub years: Option<u32>,
    pub article: Option<String>,
    pub source: Option<Source>,
}
