//! Forms drawn from sheets: labels, hints, what was typed, and the fault at its field.

use crate::say::Lang;
use platform::flow::Choice;
use platform::refusal::Fault;
use platform::sheet::{Answers, Field, Kind, Sheet};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;

/// A form ready to show.
#[derive(Clone, Debug, Serialize, Default)]
pub struct FormView {
    pub title: String,
    pub action: String,
    pub act: String,
    pub fields: Vec<FieldView>,
    pub submit: String,
    /// Asks for the password again.
    pub careful: bool,
    /// What was typed is saved even when invalid.
    pub draft: bool,
    pub files: bool,
    pub errors: Vec<ErrorView>,
    /// Red button: it ends or refuses something.
    pub grave: bool,
    pub article: String,
    /// What cannot be taken back, said before the button; empty for other acts.
    pub for_good: String,
    pub autosave: String,
    #[serde(skip)]
    pub lang: Lang,
}

/// One line of the error summary.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorView {
    pub field: String,
    pub href: String,
    pub text: String,
}

/// One question as shown.
#[derive(Clone, Debug, Serialize, Default)]
pub struct FieldView {
    pub name: String,
    pub id: String,
    /// line text number money date time tick choice many pick picks files rows
    pub kind: &'static str,
    pub label: String,
    pub hint: Option<String>,
    pub required: bool,
    pub value: String,
    pub options: Vec<OptionView>,
    pub rows: Vec<Vec<FieldView>>,
    /// Whether there is a row for everything on offer, so that none is added or taken away.
    pub whole: bool,
    pub max: String,
    pub min: String,
    pub several: bool,
    pub error: Option<String>,
    pub section: Option<String>,
    /// Title of the section that begins with it.
    pub heading: Option<String>,
    /// Type of the input when it is not plain text: `email`, `password`.
    pub input: &'static str,
    /// What a browser may fill in (`autocomplete`).
    pub auto: &'static str,
    /// A text that may be taken from a file on the reader's own computer: what the field for it says, and what is
    /// said of one that is larger than 64 KiB.
    pub from_file: Option<(String, String)>,
}

#[derive(Clone, Debug, Serialize)]
pub struct OptionView {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// What a form needs besides its sheet.
#[derive(Default)]
pub struct Filling {
    pub answers: Answers,
    pub faults: Vec<Fault>,
    /// Offers of `Pick` and `Picks` fields by list name.
    pub choices: HashMap<String, Vec<Choice>>,
}

/// Names of the lists that a sheet's `Pick` and `Picks` fields need.
pub fn lists(sheet: &Sheet) -> Vec<&'static str> {
    let mut names = Vec::new();
    for field in sheet.fields {
        match field.kind {
            Kind::Pick(list) | Kind::Picks(list) => names.push(list),
            Kind::Rows(of) => names.extend(lists(of)),
            _ => {}
        }
    }
    names.dedup();
    names
}

/// Draws a sheet.
pub fn draw(lang: Lang, sheet: &Sheet, filling: &Filling) -> FormView {
    let mut fields: Vec<FieldView> = sheet.fields.iter().map(|f| field(lang, sheet, f, &filling.answers.0, "", filling)).collect();
    let mut before: Option<&str> = None;
    for (field, view) in sheet.fields.iter().zip(&mut fields).filter(|(f, _)| f.section.is_some()) {
        if field.section != before {
            view.heading = field.section.map(|s| lang.t(&format!("{}-section-{s}", sheet.name)));
        }
        before = field.section;
    }
    let files = sheet.fields.iter().any(|f| matches!(f.kind, Kind::Files(_)));
    let errors = filling
        .faults
        .iter()
        .map(|fault| ErrorView {
            field: fault.field.clone(),
            href: format!("#{}", html_id(&fault.field)),
            text: lang.of_it(&label_of(lang, sheet, &fault.field), &lang.fault(fault)),
        })
        .collect();
    FormView { fields, files, errors, submit: lang.t("save"), lang, ..FormView::default() }
}

impl FormView {
    /// Adds a question that stands beside the sheet, with its fault.
    pub fn ask(&mut self, field: FieldView) {
        if let Some(error) = &field.error {
            self.errors.push(ErrorView { field: field.name.clone(), href: format!("#{}", field.id), text: self.lang.of_it(&field.label, error) });
        }
        self.fields.push(field);
    }
    /// Says of what type a question's input is and what a browser may fill in.
    pub fn mark(&mut self, name: &str, input: &'static str, auto: &'static str) {
        for field in self.fields.iter_mut().filter(|f| f.name == name) {
            (field.input, field.auto) = (input, auto);
        }
    }
    /// Lets several forms stand on one page: their ids begin with this.
    pub fn prefix(&mut self, with: &str) {
        for field in &mut self.fields {
            field.id = format!("{with}-{}", field.id);
        }
        for error in &mut self.errors {
            error.href = format!("#{with}-{}", error.href.trim_start_matches('#'));
        }
    }
}

/// Turns a path such as `criteria[2].weight` into an id for HTML.
pub fn html_id(path: &str) -> String {
    path.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

/// The label of a fault's field; rows are numbered from 1.
pub fn label_of(lang: Lang, sheet: &Sheet, path: &str) -> String {
    let (head, rest) = path.split_once('[').unwrap_or((path, ""));
    let Some(field) = sheet.field(head) else { return lang.maybe(&format!("{}-{head}", sheet.name)).unwrap_or_else(|| path.to_string()) };
    let label = lang.t(&format!("{}-{head}", sheet.name));
    match (field.kind, rest.split_once("].")) {
        (Kind::Rows(of), Some((index, inner))) => {
            let number = index.parse::<usize>().map_or(0, |i| i + 1);
            format!("{label} {number} · {}", label_of(lang, of, inner))
        }
        _ => label,
    }
}

/// The text that stands in an input for an answer, typed or settled.
fn shown(kind: &Kind, value: &Value) -> String {
    match (kind, value) {
        (Kind::Money, Value::Number(fen)) => fen.as_i64().map(platform::money::yuan).unwrap_or_default(),
        // A settled time is UTC with seconds; what was typed has none.
        (Kind::Time, Value::String(s)) if s.len() == 19 => chrono::NaiveDateTime::parse_from_str(s, "%Y-%m-%dT%H:%M:%S")
            .map(|t| (t + chrono::Duration::hours(8)).format("%Y-%m-%dT%H:%M").to_string())
            .unwrap_or_else(|_| s.clone()),
        (_, Value::String(s)) => s.clone(),
        (_, Value::Number(n)) => n.to_string(),
        (Kind::Tick, Value::Bool(b)) => if *b { "on" } else { "" }.into(),
        _ => String::new(),
    }
}

fn field(lang: Lang, sheet: &Sheet, field: &Field, answers: &serde_json::Map<String, Value>, path: &str, filling: &Filling) -> FieldView {
    let name = format!("{path}{}", field.name);
    let key = format!("{}-{}", sheet.name, field.name);
    let null = Value::Null;
    let value = answers.get(field.name).unwrap_or(&null);
    let chosen: Vec<&str> = match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::String(s) => vec![s.as_str()],
        _ => Vec::new(),
    };
    let words = |set: &str, words: &[&str]| -> Vec<OptionView> {
        words.iter().map(|w| OptionView { value: w.to_string(), label: lang.t(&format!("{set}-{w}")), chosen: chosen.contains(w) }).collect()
    };
    let offers = |list: &str| -> Vec<OptionView> {
        filling
            .choices
            .get(list)
            .into_iter()
            .flatten()
            .map(|c| OptionView { value: c.value.clone(), label: lang.choice(c), chosen: chosen.contains(&c.value.as_str()) })
            .collect()
    };
    let mut view = FieldView {
        id: html_id(&name),
        label: lang.t(&key),
        hint: lang.maybe(&format!("{key}-hint")),
        required: field.required,
        value: shown(&field.kind, value),
        error: filling.faults.iter().find(|f| f.field == name).map(|f| lang.fault(f)),
        section: field.section.map(str::to_string),
        ..FieldView::default()
    };
    view.kind = match field.kind {
        Kind::Line(max) => {
            view.max = max.to_string();
            "line"
        }
        Kind::Text(max) => {
            view.max = max.to_string();
            "text"
        }
        Kind::Number(min, max) => {
            view.min = min.to_string();
            view.max = max.to_string();
            "number"
        }
        Kind::Money => "money",
        Kind::Date => "date",
        Kind::Time => "time",
        Kind::Tick => "tick",
        Kind::Choice(set, list) => {
            view.options = words(set, list);
            "choice"
        }
        Kind::Many(set, list) => {
            view.options = words(set, list);
            "many"
        }
        Kind::Pick(list) => {
            view.options = offers(list);
            "pick"
        }
        Kind::Picks(list) => {
            view.options = offers(list);
            "picks"
        }
        Kind::Files(several) => {
            view.several = several;
            view.options = chosen
                .iter()
                .map(|id| {
                    let label = filling
                        .choices
                        .get("files")
                        .into_iter()
                        .flatten()
                        .find(|c| c.value == *id)
                        .map_or_else(|| lang.t("file-kept"), |c| lang.choice(c));
                    OptionView { value: id.to_string(), label, chosen: true }
                })
                .collect();
            "files"
        }
        Kind::Rows(of) => {
            let empty = serde_json::Map::new();
            let mut given: Vec<&serde_json::Map<String, Value>> = match value {
                Value::Array(items) => items.iter().filter_map(Value::as_object).collect(),
                _ => Vec::new(),
            };
            view.whole = is_whole(of, &given, filling);
            // Room for more without a script.
            let room = if given.is_empty() { 3 } else { usize::from(!view.whole) };
            given.extend(std::iter::repeat_n(&empty, room));
            view.rows = given
                .into_iter()
                .enumerate()
                .map(|(i, row)| of.fields.iter().map(|f| self::field(lang, of, f, row, &format!("{name}[{i}]."), filling)).collect())
                .collect();
            "rows"
        }
    };
    view.name = name;
    view
}

/// Whether rows that must each pick something have one for everything on offer, as a score has for every indicator.
fn is_whole(of: &Sheet, given: &[&serde_json::Map<String, Value>], filling: &Filling) -> bool {
    of.fields.iter().filter(|f| f.required).any(|f| match f.kind {
        Kind::Pick(list) => filling.choices.get(list).is_some_and(|offers| {
            let picked = |value: &str| given.iter().filter(|row| row.get(f.name).and_then(Value::as_str) == Some(value)).count();
            !offers.is_empty() && given.len() == offers.len() && offers.iter().all(|c| picked(&c.value) == 1)
        }),
        _ => false,
    })
}

/// Most rows of one field.
const MOST_ROWS: usize = 300;

/// Nests flat form names (`criteria[0].weight`, repeated names) into answers.
pub fn nest(pairs: Vec<(String, String)>) -> Answers {
    let mut answers = Answers::default();
    // Rows are made up to the index that is named; names alone must not fill the memory.
    let mut room = 20 * MOST_ROWS;
    for (name, value) in pairs {
        let Some((head, rest)) = name.split_once('[') else {
            put(&mut answers.0, &name, value);
            continue;
        };
        let Some((index, inner)) = rest.split_once("].") else { continue };
        let Ok(index) = index.parse::<usize>() else { continue };
        // One row more than a sheet takes, so that the sheet says that there are too many.
        let index = index.min(MOST_ROWS);
        let rows = answers.0.entry(head.to_string()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(rows) = rows {
            while rows.len() <= index && room > 0 {
                room -= 1;
                rows.push(Value::Object(serde_json::Map::new()));
            }
            if let Some(Value::Object(row)) = rows.get_mut(index) {
                put(row, inner, value);
            }
        }
    }
    answers
}

/// A name given once is a text, given again a list.
fn put(map: &mut serde_json::Map<String, Value>, name: &str, value: String) {
    match map.get_mut(name) {
        None => {
            map.insert(name.into(), value.into());
        }
        Some(Value::Array(items)) => items.push(value.into()),
        Some(old) => {
            let first = old.take();
            *old = Value::Array(vec![first, value.into()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_names_nest() {
        let pairs =
            [("title", "甲"), ("tags", "a"), ("tags", "b"), ("criteria[1].weight", "40"), ("criteria[0].name", "价"), ("criteria[x].name", "?")];
        let answers = nest(pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect());
        assert_eq!(Value::Object(answers.0), serde_json::json!({"title": "甲", "tags": ["a", "b"], "criteria": [{"name": "价"}, {"weight": "40"}]}));
    }

    #[test]
    fn rows_beyond_the_last_are_not_lost_unseen() {
        const ROW: Sheet = Sheet { name: "row", fields: &[platform::sheet::line("name", 9)] };
        const FORM: Sheet = Sheet { name: "form", fields: &[platform::sheet::rows("criteria", &ROW)] };
        let rows = |n: usize| nest((0..n).map(|i| (format!("criteria[{i}].name"), "价".to_string())).collect());
        assert_eq!(FORM.faults(&rows(300)), []);
        for n in [301, 1000] {
            assert_eq!(FORM.faults(&rows(n)).iter().map(|f| f.code).collect::<Vec<_>>(), ["too-many-rows"], "{n}");
        }
        let wide = nest((0..5000).map(|i| (format!("f{i}[299].x"), "?".to_string())).collect());
        assert!(wide.0.values().map(|v| v.as_array().map_or(0, Vec::len)).sum::<usize>() <= 6000);
    }
}
