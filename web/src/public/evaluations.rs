//! Results of evaluations, for everybody (BJ-12, NJ-10, ZJK-33): by year, and one with its indicators.

use super::complaints::SectionsView;
use super::log::logged_links;
use super::{list, narrowed, page, whole_files};
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::view::case::{Fact, Section, TableView};
use crate::view::form::{FieldView, OptionView};
use crate::view::list::{Cell, Row};
use crate::work::bid::points;
use chrono::Datelike;
use platform::{day, flow::Noun, words::Word};
use primary::oversight::evaluation::{self, Evaluation, Grade};

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/evaluations", Door::Public, "route-public-evaluations", all),
        route("GET", "/evaluations/{id}", Door::Public, "route-public-evaluation", one),
    ]
}

/// A choice of the last ten years.
fn years(ask: &Ask, this: i32) -> FieldView {
    let chosen = ask.q("year");
    FieldView {
        name: "year".into(),
        id: "f-year".into(),
        kind: "choice",
        label: ask.t("pub-col-year"),
        options: (this - 9..=this)
            .rev()
            .map(|y| OptionView { value: y.to_string(), label: y.to_string(), chosen: chosen == y.to_string() })
            .collect(),
        value: chosen.into(),
        ..FieldView::default()
    }
}

fn graded(ask: &Ask, e: &Evaluation) -> Cell {
    e.grade.map_or_else(Cell::default, |g| crate::work::oversight::graded(ask, g))
}

/// `GET /evaluations`
async fn all(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            let columns = ["year", "holder", "total", "grade", "published_on", "serial"];
            let mut view = narrowed(list(&a, "pub-evaluations", "evaluations", &columns).words(&a), &a, "grade", Grade::ALL);
            view.filters.push(years(&a, look.today().year()));
            let wanted = evaluation::Wanted { words: a.q("q").into(), year: a.q("year").parse().ok(), grade: a.q_word("grade") };
            let rows = evaluation::published(look, &wanted, page(&a))?;
            let filled = view.fill(&a, rows, |(e, name)| Row {
                href: format!("/evaluations/{}", e.id),
                cells: vec![
                    Cell::text(e.year.to_string()),
                    Cell::text(name),
                    Cell::maybe(e.total.map(points)),
                    graded(&a, e),
                    Cell::date(e.published_at.map(day::shanghai_date)),
                    Cell::maybe(e.serial.clone()),
                ],
            });
            Ok(whole_files(filled, &a))
        })
        .await?;
    view.answer(&ask)
}

/// `GET /evaluations/{id}`: the result indicator by indicator; who gave which points is not shown.
async fn one(ask: Ask) -> PageResult {
    let id = ask.id::<Evaluation>("id")?;
    let (row, name, lines) = ask
        .look(move |look, _| {
            let (row, name) = evaluation::published_one(look, id)?;
            let lines = evaluation::table(look, &row)?;
            Ok((row, name, lines))
        })
        .await?;
    let grade = graded(&ask, &row);
    let facts = vec![
        Fact::text(ask.t("evaluation-holder"), &name),
        Fact::text(ask.t("pub-col-year"), row.year.to_string()),
        Fact::text(ask.t("pub-col-total"), row.total.map(points).unwrap_or_default()),
        Fact { label: ask.t("pub-col-grade"), badge: Some((grade.text, grade.tone)), ..Fact::default() },
        Fact::text(ask.t("pub-col-published_on"), row.published_at.map(|t| day::shanghai_date(t).to_string()).unwrap_or_default()),
        Fact::text(ask.t("pub-col-serial"), row.serial.clone().unwrap_or_default()),
    ];
    let table = TableView {
        columns: ["pub-col-indicator", "pub-col-weight", "pub-col-mean"].map(|k| ask.t(k)).to_vec(),
        rows: lines.iter().map(|l| vec![Cell::text(&l.name), Cell::text(l.weight.to_string()), Cell::maybe(l.mean.map(points))]).collect(),
        empty: String::new(),
    };
    let links = logged_links(&ask, Evaluation::NAME, &id.to_string()).await?;
    ask.show(&SectionsView {
        back: "/evaluations".into(),
        links,
        sections: vec![
            Section { title: ask.t("pub-evaluation"), facts, ..Section::default() },
            Section { title: ask.t("evaluation-table"), note: ask.t("pub-evaluation-how"), table: Some(table), ..Section::default() },
        ],
        ..SectionsView::new(ask.chrome(ask.lang.ta("pub-evaluation-of", &[("holder", name), ("year", row.year.to_string())])))
    })
}
