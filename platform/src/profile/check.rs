//! What is wrong with a profile's file: every fault with its place, so that whoever writes one mends it in one go.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use super::values::Grounded;
use super::*;

/// One fault of a profile's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProfileFault {
    /// Place in the file, such as `deadlines.correction`; empty when the file as a whole cannot be read.
    pub at: String,
    pub why: String,
    /// Line of that place, counted from 1.
    pub line: Option<usize>,
}

impl fmt::Display for ProfileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at.is_empty() { write!(f, "{}", self.why) } else { write!(f, "{}: {}", self.at, self.why) }
    }
}

impl Profile {
    /// Every fault of a profile's text, in the order of their lines; none when it can be used.
    pub fn faults(text: &str) -> Vec<ProfileFault> {
        let table: Table = match toml::from_str(text) {
            Ok(table) => table,
            Err(fault) => {
                let line = fault.span().map(|span| line_at(text, span.start));
                return vec![ProfileFault { at: String::new(), why: fault.message().to_owned(), line }];
            }
        };
        let mut check = Check { faults: Vec::new(), prefixes: BTreeSet::new() };
        check.form(&table);
        // What single values cannot show is looked at once every value can be read.
        if !check.faults.iter().any(|(_, why)| !why.starts_with(NO_ORIGIN))
            && let Ok(profile) = toml::from_str::<Profile>(text)
        {
            check.sense(&profile);
        }
        let spans = DeTable::parse(text).ok();
        let line = |at: &str| spans.as_ref().map(|root| line_at(text, start_of(root.get_ref(), at)));
        let mut faults: Vec<ProfileFault> = check.faults.into_iter().map(|(at, why)| ProfileFault { line: line(&at), at, why }).collect();
        faults.sort_by_key(|fault| fault.line);
        faults
    }
}

const NO_ORIGIN: &str = "neither article nor source";

/// Top-level figures.
const FIGURES: [&str; 8] =
    ["warn_before_end", "term_cap", "log_retention", "record_retention", "correction_rounds", "bar", "incident_report", "incident_notice"];
/// Lists of values, and whether each must hold something.
const LISTS: [&str; 13] = [
    "purpose",
    "supply",
    "condition",
    "material",
    "clause",
    "compliance",
    "report",
    "personal",
    "personnel",
    "evaluation",
    "exit_kind",
    "termination_ground",
    "archive",
];
const OTHERS: [&str; 12] = ["id", "version", "number", "name", "issuer", "city", "in_force", "renewal", "panel", "serials", "deadlines", "text"];

/// Faults found so far.
struct Check {
    faults: Vec<(String, String)>,
    prefixes: BTreeSet<String>,
}

impl Check {
    fn add(&mut self, at: impl Into<String>, why: impl Into<String>) {
        self.faults.push((at.into(), why.into()));
    }

    /// Reads every value by itself: what is missing, unknown, of the wrong form or without an origin.
    fn form(&mut self, table: &Table) {
        for text in list(table, "text") {
            if let Some(prefix) = text.get("prefix").and_then(Value::as_str) {
                self.prefixes.insert(prefix.to_owned());
            }
        }
        for key in table.keys().filter(|key| ![&FIGURES[..], &LISTS[..], &OTHERS[..]].concat().contains(&key.as_str())) {
            self.add(key, "unknown field");
        }
        self.read::<String>(table, "", "id");
        self.read::<u32>(table, "", "version");
        self.read::<String>(table, "", "number");
        for key in ["name", "issuer", "city"] {
            self.read::<Say2>(table, "", key);
        }
        self.grounded::<InForce>(table, "", "in_force");
        for key in FIGURES {
            // Notice of an incident is counted only where text or practice does.
            if key != "incident_notice" || table.contains_key(key) {
                self.grounded::<Figure>(table, "", key);
            }
        }
        self.grounded::<Renewal>(table, "", "renewal");
        self.grounded::<Panel>(table, "", "panel");
        if let Some(serials) = self.grounded::<Serials>(table, "", "serials") {
            self.misnamed("serials", serials.misnamed());
        }
        self.deadlines(table);
        self.many::<Purpose>(table, "", "purpose", "key");
        self.many::<Supply>(table, "", "supply", "level");
        self.many::<Requirement>(table, "", "condition", "key");
        self.many::<Material>(table, "", "material", "key");
        self.many::<Wording>(table, "", "clause", "key");
        self.many::<Report>(table, "", "report", "key");
        self.many::<Requirement>(table, "", "personal", "key");
        self.many::<Requirement>(table, "", "personnel", "key");
        self.many::<Requirement>(table, "", "exit_kind", "key");
        self.many::<EndGround>(table, "", "termination_ground", "key");
        self.many::<Keep>(table, "", "archive", "key");
        if let Some(compliance) = self.part(table, "compliance", &["reviewers", "hard_stop", "point"]) {
            self.grounded::<Figure>(compliance, "compliance.", "reviewers");
            self.grounded::<Wording>(compliance, "compliance.", "hard_stop");
            self.many::<Wording>(compliance, "compliance.", "point", "key");
        }
        if let Some(evaluation) =
            self.part(table, "evaluation", &["months", "poor_running", "weighs_in_renewal", "article", "source", "grade", "indicator"])
        {
            self.many::<Grade>(evaluation, "evaluation.", "grade", "key");
            self.many::<Indicator>(evaluation, "evaluation.", "indicator", "key");
            if evaluation.contains_key("grade") && evaluation.contains_key("indicator") {
                let mut alone = evaluation.clone();
                alone.insert("grade".into(), Value::Array(Vec::new()));
                alone.insert("indicator".into(), Value::Array(Vec::new()));
                self.value::<Evaluation>("evaluation", &Value::Table(alone)).iter().for_each(|value| self.origin("evaluation", value));
            }
        }
        for (number, text) in list(table, "text").iter().enumerate() {
            let prefix = text.get("prefix").and_then(Value::as_str).map_or(number.to_string(), str::to_owned);
            self.value::<Text>(&format!("text.{prefix}"), text);
        }
    }

    fn deadlines(&mut self, table: &Table) {
        let Some(Value::Table(deadlines)) = table.get("deadlines") else { return self.add("deadlines", "missing") };
        for name in DEADLINES.iter().filter(|name| !deadlines.contains_key(**name)) {
            self.add("deadlines", format!("{name} is missing"));
        }
        for (name, value) in deadlines {
            let at = format!("deadlines.{name}");
            if !DEADLINES.contains(&name.as_str()) {
                self.add("deadlines", format!("{name} is known to nobody"));
            } else if let Some(deadline) = self.value::<Deadline>(&at, value) {
                self.origin(&at, &deadline);
            }
        }
    }

    fn misnamed(&mut self, at: &str, (missing, unknown): (Vec<&'static str>, Vec<&str>)) {
        missing.into_iter().for_each(|name| self.add(at, format!("{name} is missing")));
        unknown.into_iter().for_each(|name| self.add(at, format!("{name} is known to nobody")));
    }

    /// A table with parts of its own.
    fn part<'t>(&mut self, table: &'t Table, key: &str, known: &[&str]) -> Option<&'t Table> {
        let Some(Value::Table(part)) = table.get(key) else {
            self.add(key, "missing");
            return None;
        };
        for unknown in part.keys().filter(|name| !known.contains(&name.as_str())) {
            self.add(format!("{key}.{unknown}"), "unknown field");
        }
        Some(part)
    }

    fn value<T: DeserializeOwned>(&mut self, at: &str, value: &Value) -> Option<T> {
        match value.clone().try_into() {
            Ok(read) => Some(read),
            Err(fault) => {
                self.add(at, toml::de::Error::message(&fault).to_owned());
                None
            }
        }
    }

    fn read<T: DeserializeOwned>(&mut self, table: &Table, before: &str, key: &str) -> Option<T> {
        let at = format!("{before}{key}");
        match table.get(key) {
            Some(value) => self.value(&at, value),
            None => {
                self.add(at, "missing");
                None
            }
        }
    }

    fn grounded<T: DeserializeOwned + Grounded>(&mut self, table: &Table, before: &str, key: &str) -> Option<T> {
        let read = self.read::<T>(table, before, key)?;
        self.origin(&format!("{before}{key}"), &read);
        Some(read)
    }

    fn many<T: DeserializeOwned + Grounded>(&mut self, table: &Table, before: &str, key: &str, by: &str) {
        let at = format!("{before}{key}");
        if list(table, key).is_empty() {
            self.add(&at, "nothing is listed");
        }
        let mut seen = BTreeSet::new();
        for (number, value) in list(table, key).iter().enumerate() {
            let own = match value.get(by) {
                Some(Value::String(own)) => own.clone(),
                Some(Value::Integer(own)) => own.to_string(),
                _ => number.to_string(),
            };
            if own.is_empty() {
                self.add(&at, "a key is empty");
            } else if !seen.insert(own.clone()) {
                self.add(&at, format!("{own} is given twice"));
            }
            let at = format!("{at}.{own}");
            if let Some(read) = self.value::<T>(&at, value) {
                self.origin(&at, &read);
            }
        }
    }

    /// Every value names the article that fixes it, of a text that is listed, or says that none does.
    fn origin(&mut self, at: &str, value: &impl Grounded) {
        match (value.article(), value.source()) {
            (None, None) => self.add(at, NO_ORIGIN),
            (Some(articles), _) if articles.trim().is_empty() => self.add(at, "the article is empty"),
            (Some(articles), _) => {
                let unknown = |article: &&str| !self.prefixes.contains(article.split_once('-').map_or(*article, |(prefix, _)| prefix));
                if let Some(unknown) = articles.split(' ').find(unknown) {
                    self.add(at, format!("no [[text]] for article {unknown}"));
                }
            }
            (None, Some(_)) => {}
        }
    }

    /// What the forms cannot refuse: units that make no sense, dates that run backwards, weights that do not add up.
    fn sense(&mut self, p: &Profile) {
        let wrong: [(bool, &str, &str); 17] = [
            (p.id.is_empty() || p.id.contains(|c: char| !c.is_ascii_lowercase() && c != '-'), "id", "lower-case letters, at least one"),
            (p.number.is_empty(), "number", "is empty"),
            (p.version == 0, "version", "counted from 1"),
            (p.in_force.until.is_some_and(|until| until < p.in_force.from), "in_force", "until is before from"),
            (p.term_cap.value == 0 || !p.term_cap.is_long(), "term_cap", "years or months, at least one"),
            (!p.log_retention.is_long(), "log_retention", "in years or months"),
            (!p.record_retention.is_long(), "record_retention", "in years or months"),
            (p.warn_before_end.unit != Measure::Days, "warn_before_end", "in days"),
            (p.correction_rounds.unit != Measure::Times, "correction_rounds", "in times"),
            (!p.bar.is_long(), "bar", "in years or months"),
            (p.incident_report.unit != Measure::Hours, "incident_report", "in hours"),
            (p.incident_notice.as_ref().is_some_and(|notice| notice.unit != Measure::Hours), "incident_notice", "in hours"),
            (!matches!(p.renewal.unit, Measure::Years | Measure::Months), "renewal", "in years or months"),
            (p.panel.least == 0, "panel", "at least one expert"),
            (p.compliance.reviewers.value == 0, "compliance.reviewers", "at least one"),
            (p.compliance.reviewers.unit != Measure::People, "compliance.reviewers", "in people"),
            (p.supplies.iter().map(|supply| supply.level).ne(1..=4), "supply", "levels 1 to 4, each once and in order"),
        ];
        wrong.into_iter().filter(|(bad, ..)| *bad).for_each(|(_, at, why)| self.add(at, why));
        self.evaluation(&p.evaluation);
        let mut seen = BTreeSet::new();
        for (_, prefix) in p.serials.all() {
            if !seen.insert(prefix) {
                self.add("serials", format!("{prefix} is given twice"));
            }
        }
        for clause in &p.clauses {
            if let Err(why) = clause.check_places() {
                self.add(format!("clause.{}", clause.key), why);
            }
        }
    }

    fn evaluation(&mut self, e: &Evaluation) {
        let sum: u32 = e.indicators.iter().map(|indicator| indicator.weight).sum();
        if sum != 100 {
            self.add("evaluation.indicator", format!("the weights add up to {sum}, not 100"));
        }
        if !e.grades.is_sorted_by(|higher, lower| higher.from_score > lower.from_score)
            || e.grades.last().is_none_or(|lowest| lowest.from_score != 0)
            || e.grades.iter().any(|grade| grade.from_score > 100)
        {
            self.add("evaluation.grade", "grades fall from at most 100 to 0");
        }
        if e.months == 0 || e.poor_running == 0 {
            self.add("evaluation", "months and poor_running: at least one");
        }
    }
}

fn list<'t>(table: &'t Table, key: &str) -> &'t [Value] {
    table.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The line of a byte, counted from 1.
fn line_at(text: &str, start: usize) -> usize {
    text.get(..start).map_or(1, |before| before.matches('\n').count() + 1)
}

/// Where a place such as `deadlines.correction` or `clause.term` begins; as far in as the file has it.
fn start_of(root: &DeTable<'_>, at: &str) -> usize {
    let mut start = 0;
    let mut here: Option<&DeValue<'_>> = None;
    for part in at.split('.').filter(|part| !part.is_empty()) {
        let found = match here {
            None => root.iter().find(|(key, _)| key.get_ref() == part),
            Some(DeValue::Table(table)) => table.iter().find(|(key, _)| key.get_ref() == part),
            Some(DeValue::Array(array)) => {
                let named = |value: &DeValue<'_>| {
                    ["key", "level", "prefix"].iter().any(|by| match value.get(*by).map(|own| own.get_ref()) {
                        Some(DeValue::String(own)) => own == part,
                        Some(DeValue::Integer(own)) => own.as_str() == part,
                        _ => false,
                    })
                };
                let Some(value) = array.iter().find(|value| named(value.get_ref())) else { return start };
                start = value.span().start;
                here = Some(value.get_ref());
                continue;
            }
            Some(_) => None,
        };
        let Some((key, value)) = found else { return start };
        start = key.span().start;
        here = Some(value.get_ref());
    }
    start
}
