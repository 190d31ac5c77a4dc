//! Sheets: what a form asks, as data. One sheet draws the form, reads the answer, checks it, shows it back, describes it
//! to programs and marks what changed between two versions.

use crate::money;
use crate::refusal::{Fault, Refusal, Result};
use crate::words::Word;
use chrono::{NaiveDate, NaiveDateTime};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A form: its name (first part of each message key) and its fields in order.
pub struct Sheet {
    pub name: &'static str,
    pub fields: &'static [Field],
}

/// One question.
#[derive(Clone, Copy)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    /// Section of a long form, shown as one task; message key `SHEET-section-NAME`.
    pub section: Option<&'static str>,
}

/// What a question takes.
#[derive(Clone, Copy)]
pub enum Kind {
    /// One line of at most so many characters.
    Line(usize),
    /// A text of at most so many characters.
    Text(usize),
    /// A whole number between two bounds.
    Number(i64, i64),
    /// An amount in yuan with at most two decimals; kept in fen.
    Money,
    /// A day, `2026-11-21`.
    Date,
    /// A day and time in Asia/Shanghai, `2026-11-21T17:00`; kept in UTC.
    Time,
    /// Yes or no.
    Tick,
    /// One word of a set: (set name, words).
    Choice(&'static str, &'static [&'static str]),
    /// Several words of a set.
    Many(&'static str, &'static [&'static str]),
    /// One of what the noun offers under this name.
    Pick(&'static str),
    /// Several of what the noun offers under this name.
    Picks(&'static str),
    /// Files; whether several; kept as a list of file ids.
    Files(bool),
    /// A list of rows, each a sheet of its own.
    Rows(&'static Sheet),
}

macro_rules! fields {
    ($($(#[$m:meta])* $name:ident($($arg:ident: $ty:ty),*) = $kind:expr;)*) => {
        $($(#[$m])* pub const fn $name(name: &'static str, $($arg: $ty),*) -> Field {
            Field { name, kind: $kind, required: true, section: None }
        })*
    };
}

fields! {
    /// One line of at most `max` characters.
    line(max: usize) = Kind::Line(max);
    /// A text of at most `max` characters.
    text(max: usize) = Kind::Text(max);
    /// A whole number from `min` to `max`.
    number(min: i64, max: i64) = Kind::Number(min, max);
    /// An amount in yuan, kept in fen.
    money() = Kind::Money;
    /// A day.
    date() = Kind::Date;
    /// A day and time in Asia/Shanghai.
    time() = Kind::Time;
    /// One of what the noun offers under `list`.
    pick(list: &'static str) = Kind::Pick(list);
    /// Several of what the noun offers under `list`.
    picks(list: &'static str) = Kind::Picks(list);
    /// A list of rows.
    rows(of: &'static Sheet) = Kind::Rows(of);
}

/// Yes or no; required means it must be yes.
pub const fn tick(name: &'static str) -> Field {
    Field { name, kind: Kind::Tick, required: false, section: None }
}
/// One word of a set.
pub const fn choice<W: Word>(name: &'static str) -> Field {
    Field { name, kind: Kind::Choice(W::SET, W::TEXTS), required: true, section: None }
}
/// Several words of a set.
pub const fn many<W: Word>(name: &'static str) -> Field {
    Field { name, kind: Kind::Many(W::SET, W::TEXTS), required: true, section: None }
}
/// One file.
pub const fn file(name: &'static str) -> Field {
    Field { name, kind: Kind::Files(false), required: true, section: None }
}
/// Several files.
pub const fn files(name: &'static str) -> Field {
    Field { name, kind: Kind::Files(true), required: true, section: None }
}

impl Field {
    /// May be left out.
    pub const fn optional(mut self) -> Self {
        self.required = false;
        self
    }
    /// Must be given; for ticks: must be yes.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }
    /// Puts it under a section.
    pub const fn under(mut self, section: &'static str) -> Self {
        self.section = Some(section);
        self
    }
}

/// A form that asks nothing.
pub const NOTHING: Sheet = Sheet { name: "nothing", fields: &[] };
/// A form that asks for a reason.
pub const REASON: Sheet = Sheet { name: "reason", fields: &[text("reason", 2000)] };
/// A form that may be given a remark.
pub const REMARK: Sheet = Sheet { name: "remark", fields: &[text("reason", 2000).optional()] };

/// What was typed (before settling) or what is kept (after): a JSON object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(pub Map<String, Value>);

impl Answers {
    /// Reads stored JSON; anything else than an object is empty.
    pub fn parse(json: &str) -> Self {
        match serde_json::from_str(json) {
            Ok(Value::Object(map)) => Self(map),
            _ => Self::default(),
        }
    }
    /// From a JSON literal: `Answers::of(json!({…}))`.
    pub fn of(value: Value) -> Self {
        match value {
            Value::Object(map) => Self(map),
            _ => Self::default(),
        }
    }
    /// The text of an answer; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or("")
    }
    /// The answer, when it is neither missing nor blank.
    pub fn given(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|v| !blank(v))
    }
    /// A list answer as texts.
    pub fn list(&self, name: &str) -> Vec<String> {
        match self.0.get(name) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_string).collect(),
            Some(Value::String(one)) if !one.is_empty() => vec![one.clone()],
            _ => Vec::new(),
        }
    }
    /// Whether a tick is set.
    pub fn ticked(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(yes)
    }
    /// Puts an answer.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_string(), value.into());
    }
    /// Takes over every answer of the other.
    pub fn merge(&mut self, other: Answers) {
        self.0.extend(other.0);
    }
    /// Reads settled answers as a struct.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        Ok(serde_json::from_value(Value::Object(self.0.clone()))?)
    }
    /// As stored.
    pub fn json(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }
}

fn yes(value: &Value) -> bool {
    match value {
        Value::Bool(b) => *b,
        Value::String(s) => matches!(s.as_str(), "on" | "true" | "1" | "yes"),
        _ => false,
    }
}

/// Whether nothing was answered.
pub fn blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(s) => s.trim().is_empty(),
        Value::Array(items) => items.iter().all(blank),
        Value::Object(map) => map.values().all(|v| blank(v) || matches!(v, Value::Bool(false))),
        _ => false,
    }
}

impl Sheet {
    /// Turns what was typed into what is kept, or names every fault at once. Unknown fields are dropped.
    pub fn settle(&self, typed: &Answers) -> Result<Answers> {
        let mut faults = Vec::new();
        let kept = self.settle_at(&typed.0, "", &mut faults);
        if faults.is_empty() { Ok(Answers(kept)) } else { Err(Refusal::Faulty(faults)) }
    }

    /// The faults in what was typed; empty when it holds.
    pub fn faults(&self, typed: &Answers) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.settle_at(&typed.0, "", &mut faults);
        faults
    }

    fn settle_at(&self, typed: &Map<String, Value>, path: &str, faults: &mut Vec<Fault>) -> Map<String, Value> {
        let mut kept = Map::new();
        for field in self.fields {
            let at = format!("{path}{}", field.name);
            let value = typed.get(field.name).unwrap_or(&Value::Null);
            if let Kind::Tick = field.kind {
                if field.required && !yes(value) {
                    faults.push(Fault::at(at, "must-agree"));
                }
                kept.insert(field.name.into(), Value::Bool(yes(value)));
                continue;
            }
            if blank(value) {
                if field.required {
                    faults.push(Fault::at(at, if matches!(field.kind, Kind::Files(_)) { "file-required" } else { "required" }));
                }
                continue;
            }
            if let Some(value) = field.kind.settle(value, &at, faults) {
                kept.insert(field.name.into(), value);
            }
        }
        kept
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// The names of the sections in order.
    pub fn sections(&self) -> Vec<&'static str> {
        let mut sections: Vec<&'static str> = Vec::new();
        for field in self.fields {
            if let Some(section) = field.section
                && !sections.contains(&section)
            {
                sections.push(section);
            }
        }
        sections
    }

    /// Names of the fields that differ between two kept answers.
    pub fn changed(&self, before: &Answers, after: &Answers) -> Vec<&'static str> {
        let get = |a: &Answers, f: &Field| a.0.get(f.name).filter(|v| !blank(v)).cloned();
        self.fields.iter().filter(|f| get(before, f) != get(after, f)).map(|f| f.name).collect()
    }
}

/// Control characters other than line breaks and tabs have no place in a text.
fn unclean(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
}

impl Kind {
    fn settle(&self, value: &Value, at: &str, faults: &mut Vec<Fault>) -> Option<Value> {
        let as_text = match value {
            // A lone carriage return is a line break too; it must not slip into one line.
            Value::String(s) => s.trim().replace("\r\n", "\n").replace('\r', "\n"),
            Value::Number(n) => n.to_string(),
            _ => String::new(),
        };
        let mut fault = |f: Fault| {
            faults.push(f);
            None
        };
        match self {
            Self::Line(max) | Self::Text(max) => {
                if as_text.is_empty() {
                    return fault(Fault::at(at, "not-text"));
                }
                if unclean(&as_text) || (matches!(self, Self::Line(_)) && as_text.contains('\n')) {
                    return fault(Fault::at(at, "control-characters"));
                }
                let length = as_text.chars().count();
                if length > *max {
                    return fault(Fault::at(at, "too-long").with("max", max).with("length", length));
                }
                Some(as_text.into())
            }
            Self::Number(min, max) => match as_text.parse::<i64>() {
                Ok(n) if n < *min || n > *max => fault(Fault::at(at, "out-of-range").with("min", min).with("max", max)),
                Ok(n) => Some(n.into()),
                Err(_) => fault(Fault::at(at, "not-a-number")),
            },
            Self::Money => match money::parse_yuan(&as_text) {
                Some(fen) => Some(fen.into()),
                None => fault(Fault::at(at, "not-money")),
            },
            Self::Date => match NaiveDate::parse_from_str(&as_text, "%Y-%m-%d") {
                Ok(day) if (2000..2100).contains(&chrono::Datelike::year(&day)) => Some(day.to_string().into()),
                _ => fault(Fault::at(at, "not-a-date")),
            },
            Self::Time => {
                let parsed = NaiveDateTime::parse_from_str(&as_text, "%Y-%m-%dT%H:%M")
                    .or_else(|_| NaiveDateTime::parse_from_str(&as_text, "%Y-%m-%dT%H:%M:%S"));
                match parsed {
                    Ok(local) if (2000..2100).contains(&chrono::Datelike::year(&local)) => {
                        Some((local - chrono::Duration::hours(8)).format("%Y-%m-%dT%H:%M:%S").to_string().into())
                    }
                    _ => fault(Fault::at(at, "not-a-time")),
                }
            }
            Self::Tick => Some(Value::Bool(yes(value))),
            Self::Choice(_, words) => match words.iter().find(|w| **w == as_text) {
                Some(word) => Some((*word).into()),
                None => fault(Fault::at(at, "not-a-choice")),
            },
            Self::Pick(_) => {
                if as_text.is_empty() || as_text.len() > 200 {
                    return fault(Fault::at(at, "not-a-choice"));
                }
                Some(as_text.into())
            }
            Self::Many(_, words) => {
                let list = texts(value);
                if list.is_empty() || list.iter().any(|t| !words.contains(&t.as_str())) {
                    return fault(Fault::at(at, "not-a-choice"));
                }
                Some(list.into())
            }
            Self::Picks(_) => {
                let list = texts(value);
                if list.is_empty() || list.len() > 500 || list.iter().any(|t| t.len() > 200) {
                    return fault(Fault::at(at, "not-a-choice"));
                }
                Some(list.into())
            }
            Self::Files(several) => {
                let list = texts(value);
                if list.is_empty()
                    || (!several && list.len() > 1)
                    || list.len() > 50
                    || list.iter().any(|t| t.parse::<crate::id::Id<crate::file::File>>().is_err())
                {
                    return fault(Fault::at(at, "not-a-file"));
                }
                Some(list.into())
            }
            Self::Rows(sheet) => {
                let Value::Array(rows) = value else { return fault(Fault::at(at, "not-rows")) };
                if rows.len() > 300 {
                    return fault(Fault::at(at, "too-many-rows").with("max", 300));
                }
                let mut kept = Vec::new();
                for (i, row) in rows.iter().enumerate() {
                    // Blank rows are room that was not used.
                    if blank(row) {
                        continue;
                    }
                    match row {
                        Value::Object(map) => kept.push(Value::Object(sheet.settle_at(map, &format!("{at}[{i}]."), faults))),
                        _ => faults.push(Fault::at(format!("{at}[{i}]"), "not-rows")),
                    }
                }
                Some(kept.into())
            }
        }
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).filter(|s| !s.is_empty()).map(str::to_string).collect(),
        Value::String(one) if !one.is_empty() => vec![one.clone()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ROW: Sheet = Sheet { name: "row", fields: &[line("name", 4), number("weight", 1, 100)] };
    const FORM: Sheet = Sheet {
        name: "form",
        fields: &[line("title", 5), date("day").optional(), money("fee").optional(), rows("items", &ROW).optional(), tick("agree").required()],
    };

    #[test]
    fn settles_and_drops_what_was_not_asked() {
        let typed = Answers::of(
            json!({"title": " 𠮷场景 ", "day": "2024-02-29", "fee": "12.5", "items": [{"name": "价", "weight": "40"}, {"name": "", "weight": ""}], "agree": "on", "state": "approved"}),
        );
        let kept = FORM.settle(&typed).unwrap();
        assert_eq!(
            Value::Object(kept.0),
            json!({"title": "𠮷场景", "day": "2024-02-29", "fee": 1250, "items": [{"name": "价", "weight": 40}], "agree": true})
        );
    }

    #[test]
    fn names_every_fault_with_its_path() {
        let typed = Answers::of(json!({"title": "六个字太长了", "day": "2025-02-29", "fee": "1.234", "items": [{"name": "价", "weight": "101"}]}));
        let faults = FORM.faults(&typed);
        let found: Vec<(&str, &str)> = faults.iter().map(|f| (f.field.as_str(), f.code)).collect();
        assert_eq!(
            found,
            [("title", "too-long"), ("day", "not-a-date"), ("fee", "not-money"), ("items[0].weight", "out-of-range"), ("agree", "must-agree")]
        );
    }

    #[test]
    fn changed_fields_are_named() {
        let a = Answers::of(json!({"title": "甲", "fee": 1}));
        let b = Answers::of(json!({"title": "乙", "fee": 1, "day": ""}));
        assert_eq!(FORM.changed(&a, &b), ["title"]);
    }
}
