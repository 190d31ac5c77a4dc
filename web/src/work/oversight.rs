//! Supervision in the work area: complaints, incidents, evaluations, inspections, drills, and the yearly reports.

mod complaint;
mod drill;
mod evaluation;
mod incident;
mod inspection;
mod partner;
mod report;
mod scheme;

use crate::ask::Ask;
use crate::noun;
use crate::routes::Route;
use crate::view::case::{Section, TableView, facts};
use crate::view::list::Cell;
use platform::people::Org;
use platform::sheet::{Answers, Sheet};
use platform::{Id, Look, Result};
use primary::oversight::mark;
use std::collections::HashMap;

pub use evaluation::graded;

/// What a further form of a case was answered with, as a section; none while it was not.
fn said(look: &mut Look, ask: &Ask, title: &str, sheet: &Sheet, content: &Answers) -> Result<Option<Section>> {
    let names = HashMap::from([("files".to_string(), noun::file_names(look, sheet, content)?)]);
    let facts = facts(ask.lang, sheet, content, &names, &[]);
    Ok((!facts.is_empty()).then(|| Section { title: ask.t(title), facts, ..Section::default() }))
}

/// A part of the content that is an object of its own.
fn part(content: &Answers, name: &str) -> Answers {
    content.0.get(name).cloned().map(Answers::of).unwrap_or_default()
}

/// Minutes as hours and minutes.
fn span(ask: &Ask, minutes: i64) -> String {
    ask.lang.ta("oversight-span", &[("h", (minutes / 60).to_string()), ("m", (minutes % 60).to_string())])
}

/// What supervision has put on record about an organisation, for whoever decides on its next bid.
pub fn marks(look: &mut Look, ask: &Ask, of: Id<Org>) -> Result<Section> {
    let rows = mark::of(look, of)?
        .into_iter()
        .map(|m| vec![Cell::word(ask.lang, m.kind), Cell::link(m.title, m.href).below(m.serial), Cell::text(m.on.to_string())])
        .collect();
    let columns = ["col-kind", "col-title", "col-recorded_on"].map(|k| ask.t(k)).to_vec();
    Ok(Section {
        title: ask.t("marks"),
        note: ask.t("marks-note"),
        table: Some(TableView { columns, rows, empty: ask.t("marks-none") }),
        ..Section::default()
    })
}

/// An organisation's last results, for whoever decides on its renewal (ZJK-33).
pub fn results(look: &mut Look, ask: &Ask, of: Id<Org>) -> Result<Section> {
    let rows = primary::oversight::evaluation::all_of(look, of, 5)?
        .into_iter()
        .map(|e| {
            let grade = e.grade.map_or_else(Cell::default, |g| graded(ask, g));
            vec![
                Cell::link(e.year.to_string(), format!("/work/evaluations/{}", e.id)).below(e.serial.unwrap_or_default()),
                Cell::maybe(e.total.map(crate::work::bid::points)),
                grade,
            ]
        })
        .collect();
    let columns = ["col-year", "col-total", "col-grade"].map(|k| ask.t(k)).to_vec();
    Ok(Section { title: ask.t("evaluation-results"), table: Some(TableView { columns, rows, empty: ask.t("marks-none") }), ..Section::default() })
}

pub fn routes() -> Vec<Route> {
    [drill::routes(), report::routes()].concat()
}
