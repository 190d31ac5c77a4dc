//! The page of one case: its facts, what may be done now, and the two-sided timeline of who asked and who decided.

use crate::ask::Ask;
use crate::say::Lang;
use crate::view::chrome::Chrome;
use crate::view::form::FormView;
use crate::view::list::{Cell, Due, due, tone};
use askama::Template;
use platform::event::Event;
use platform::flow::{Choice, Noun};
use platform::sheet::{Answers, Kind, Sheet};
use platform::words::Word;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;

/// One fact: a label and what stands there.
#[derive(Clone, Debug, Serialize, Default)]
pub struct Fact {
    pub name: String,
    pub label: String,
    pub texts: Vec<String>,
    pub links: Vec<(String, String)>,
    pub badge: Option<(String, &'static str)>,
    pub table: Option<(Vec<String>, Vec<Vec<String>>)>,
    pub changed: bool,
    /// What is for machines: hashes, keys, commands.
    pub code: bool,
}

impl Fact {
    pub fn text(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self { label: label.into(), texts: vec![text.into()], ..Self::default() }
    }
    /// Lines that are for machines.
    pub fn code(label: impl Into<String>, texts: Vec<String>) -> Self {
        Self { label: label.into(), texts, code: true, ..Self::default() }
    }
    pub fn link(label: impl Into<String>, text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), links: vec![(text.into(), href.into())], ..Self::default() }
    }
}

#[derive(Clone, Debug, Serialize, Default)]
pub struct Section {
    pub title: String,
    pub facts: Vec<Fact>,
    pub table: Option<TableView>,
    pub note: String,
    pub bar: Option<crate::view::list::Bar>,
    /// Further pages: label and address.
    pub links: Vec<(String, String)>,
}

/// A table inside a case page.
#[derive(Clone, Debug, Default)]
pub struct TableView {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
    pub empty: String,
}

impl Serialize for TableView {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let rows: Vec<Vec<&str>> = self.rows.iter().map(|r| r.iter().map(|c| c.raw.as_str()).collect()).collect();
        serde_json::json!({ "columns": self.columns, "rows": rows }).serialize(s)
    }
}

/// One line of the timeline.
#[derive(Clone, Debug, Serialize)]
pub struct Moment {
    pub at: String,
    pub iso: String,
    pub act: String,
    pub act_name: String,
    pub who: String,
    pub org: String,
    pub role: String,
    pub to: String,
    pub to_name: String,
    pub tone: &'static str,
    pub reason: Option<String>,
    pub article: String,
    pub digest: String,
    /// The side of those who ask, not of those who decide.
    pub ours: bool,
    pub seq: i64,
}

/// A case's page.
#[derive(Template, Serialize)]
#[template(path = "page/case.html")]
pub struct CaseView {
    #[serde(skip)]
    pub c: Chrome,
    pub noun: &'static str,
    pub noun_name: String,
    pub id: String,
    pub serial: Option<String>,
    pub title: String,
    pub state: String,
    pub state_name: String,
    pub tone: &'static str,
    pub due: Option<Due>,
    pub notices: Vec<String>,
    pub sections: Vec<Section>,
    pub acts: Vec<FormView>,
    pub links: Vec<(String, String)>,
    pub history: Vec<Moment>,
}

impl CaseView {
    /// The head of a case; sections, acts and history are added by the page.
    pub fn new<N: Noun>(ask: &Ask, row: &N) -> Self {
        let heading = row.heading();
        let rules = ask.app.db.rules();
        let today = platform::day::shanghai_date(ask.app.db.clock().now());
        let mut due = due(ask.lang, &rules.calendar, today, heading.clock.as_deref(), heading.due_on);
        // Which of a case's many deadlines it is.
        if let (Some(due), Some(clock)) = (&mut due, heading.clock.as_deref().and_then(|c| ask.lang.maybe(&format!("clock-{c}")))) {
            due.text = ask.lang.of_it(&clock, &due.text);
        }
        let noun_name = ask.t(&format!("noun-{}", N::NAME));
        let chrome = ask
            .chrome(heading.title.clone())
            .crumb(ask.t("nav-work"), "/work")
            .crumb(ask.t(&format!("nouns-{}", N::NAME)), format!("/work/{}", N::PATH));
        Self {
            noun: N::NAME,
            id: heading.id,
            serial: heading.serial,
            title: heading.title,
            state: row.state().as_str().into(),
            state_name: ask.lang.w(row.state()),
            tone: tone(row.state().as_str()),
            due,
            notices: Vec::new(),
            sections: Vec::new(),
            acts: Vec::new(),
            links: Vec::new(),
            history: Vec::new(),
            noun_name,
            c: chrome,
        }
    }
}

impl CaseView {
    /// The fact of a field, wherever it stands.
    pub fn fact(&mut self, field: &str) -> Option<&mut Fact> {
        self.sections.iter_mut().flat_map(|s| &mut s.facts).find(|f| f.name == field)
    }
    /// Puts names with links where a field's fact has ids only; a link that is empty stays a name.
    pub fn name(&mut self, field: &str, named: Vec<(String, String)>) {
        let Some(fact) = self.fact(field) else { return };
        let (links, texts): (Vec<_>, Vec<_>) = named.into_iter().partition(|(_, href)| !href.is_empty());
        fact.links = links;
        fact.texts = texts.into_iter().map(|(text, _)| text).collect();
    }
    /// Puts a fact at the head of the first section.
    pub fn lead_with(&mut self, facts: Vec<Fact>) {
        match self.sections.first_mut() {
            Some(first) => first.facts.splice(0..0, facts).for_each(drop),
            None => self.sections.push(Section { facts, ..Section::default() }),
        }
    }
    /// Adds a section of facts, unless there are none.
    pub fn section(&mut self, title: String, facts: Vec<Fact>) {
        if !facts.is_empty() {
            self.sections.push(Section { title, facts, ..Section::default() });
        }
    }
    /// Adds a section that is a table.
    pub fn table(&mut self, title: String, columns: Vec<String>, rows: Vec<Vec<Cell>>, empty: String) {
        self.sections.push(Section { title, table: Some(TableView { columns, rows, empty }), ..Section::default() });
    }
}

/// The timeline in the page's language.
pub fn timeline(lang: Lang, events: &[Event]) -> Vec<Moment> {
    events
        .iter()
        .map(|e| Moment {
            at: platform::clock::shanghai_text(e.at),
            iso: e.at.and_utc().to_rfc3339(),
            act: e.act.clone(),
            act_name: lang.act(&e.noun, &e.act),
            who: if e.actor.is_some() { e.actor_name.clone() } else { lang.w(e.role) },
            org: e.org_name.clone(),
            role: lang.w(e.role),
            to: e.to_state.clone(),
            to_name: lang.maybe(&format!("{}-state-{}", e.noun, e.to_state)).unwrap_or_else(|| e.to_state.clone()),
            tone: tone(&e.to_state),
            reason: e.reason.clone(),
            article: crate::law::cite(&e.profile, &e.article),
            digest: e.digest.chars().take(12).collect(),
            ours: e.org.is_some() && e.org == e.owner,
            seq: e.seq,
        })
        .collect()
}

/// The kept answers of a sheet as facts; names of picked things and files come from `choices` by list name.
pub fn facts(lang: Lang, sheet: &Sheet, answers: &Answers, choices: &HashMap<String, Vec<Choice>>, changed: &[&str]) -> Vec<Fact> {
    let mut facts = Vec::new();
    for field in sheet.fields {
        let Some(value) = answers.0.get(field.name).filter(|v| !platform::sheet::blank(v)) else { continue };
        let mut fact = Fact {
            name: field.name.into(),
            label: lang.t(&format!("{}-{}", sheet.name, field.name)),
            changed: changed.contains(&field.name),
            ..Fact::default()
        };
        match field.kind {
            Kind::Files(_) => {
                fact.links = answers
                    .list(field.name)
                    .into_iter()
                    .map(|id| {
                        let name = choices.get("files").into_iter().flatten().find(|c| c.value == id).map_or_else(|| id.clone(), |c| lang.choice(c));
                        (name, format!("/files/{id}"))
                    })
                    .collect();
            }
            Kind::Rows(of) => {
                let columns = of.fields.iter().map(|f| lang.t(&format!("{}-{}", of.name, f.name))).collect();
                let rows = match value {
                    Value::Array(rows) => rows
                        .iter()
                        .filter(|row| !platform::sheet::blank(row))
                        .filter_map(Value::as_object)
                        .map(|row| of.fields.iter().map(|f| text(lang, &f.kind, row.get(f.name).unwrap_or(&Value::Null), choices)).collect())
                        .collect(),
                    _ => Vec::new(),
                };
                fact.table = Some((columns, rows));
            }
            Kind::Many(..) | Kind::Picks(_) => {
                fact.texts = answers.list(field.name).iter().map(|v| text(lang, &field.kind, &Value::String(v.clone()), choices)).collect()
            }
            _ => fact.texts = vec![text(lang, &field.kind, value, choices)],
        }
        facts.push(fact);
    }
    facts
}

fn text(lang: Lang, kind: &Kind, value: &Value, choices: &HashMap<String, Vec<Choice>>) -> String {
    match (kind, value) {
        (Kind::Money, Value::Number(fen)) => fen.as_i64().map(|f| lang.yuan(f)).unwrap_or_default(),
        (Kind::Time, Value::String(s)) => {
            chrono::NaiveDateTime::parse_from_str(s, "%Y-%m-%dT%H:%M:%S").map(platform::clock::shanghai_text).unwrap_or_else(|_| s.clone())
        }
        (Kind::Tick, v) => lang.t(if matches!(v, Value::Bool(true)) || v.as_str().is_some_and(|s| s == "on" || s == "true") { "yes" } else { "no" }),
        (Kind::Choice(set, words) | Kind::Many(set, words), Value::String(s)) if words.contains(&s.as_str()) => lang.t(&format!("{set}-{s}")),
        (Kind::Pick(list) | Kind::Picks(list), Value::String(s)) => {
            choices.get(*list).into_iter().flatten().find(|c| c.value == *s).map_or_else(|| s.clone(), |c| lang.choice(c))
        }
        (_, Value::String(s)) => s.clone(),
        (_, Value::Number(n)) => n.to_string(),
        _ => String::new(),
    }
}
