//! Pages for everybody: the catalogue, the registers, the verification of numbers, help.
//!
//! They ask as a visitor does, whoever is signed in: what is no visitor's business never stands on them.

pub mod announcements;
pub mod chart;
pub mod complaints;
pub mod demo;
pub mod disclosures;
pub mod evaluations;
pub mod fees;
pub mod find;
pub mod glossary;
pub mod help;
pub mod home;
pub mod law;
pub mod licences;
pub mod log;
pub mod machine;
pub mod open_data;
pub mod packs;
pub mod picture;
pub mod policy;
pub mod prices;
pub mod products;
pub mod resources;
pub mod scenarios;
pub mod statistics;
pub mod supply;
pub mod verify;

use crate::ask::Ask;
use crate::routes::Route;
use crate::say::Lang;
use crate::view::chrome::escape;
use crate::view::form::{FieldView, OptionView};
use crate::view::list::{Column, ListView, due};
use chrono::NaiveDate;
use platform::day::Calendar;
use platform::paging::Page;
use platform::words::Word;
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    let mut routes = home::routes();
    for more in [
        scenarios::routes(),
        announcements::routes(),
        resources::routes(),
        open_data::routes(),
        find::routes(),
        products::routes(),
        licences::routes(),
        prices::routes(),
        fees::routes(),
        packs::routes(),
        disclosures::routes(),
        evaluations::routes(),
        complaints::routes(),
        verify::routes(),
        help::routes(),
        glossary::routes(),
        policy::routes(),
        supply::routes(),
        machine::routes(),
        statistics::routes(),
        law::routes(),
        log::routes(),
        demo::routes(),
    ] {
        routes.extend(more);
    }
    routes
}

/// Most rows of a file that is taken away.
const MOST: i64 = 5000;

/// The page asked for; a file that is taken away holds all that was asked for, not one page of it.
fn page(ask: &Ask) -> Page {
    if ask.q("format").is_empty() || !ask.q("size").is_empty() { ask.page() } else { Page::first(MOST) }
}

/// A public list; its columns are spoken by `pub-col-NAME`.
fn list(ask: &Ask, title: &str, file: &'static str, columns: &[&'static str]) -> ListView {
    let mut view = ListView::new(ask, ask.t(title), file, &[]).public().lead(ask.t(&format!("{title}-lead")));
    view.columns = columns.iter().map(|&name| Column { name, label: ask.t(&format!("pub-col-{name}")) }).collect();
    view
}

/// Adds a filter by a word of a set.
fn narrowed<W: Word>(mut view: ListView, ask: &Ask, name: &'static str, words: &[W]) -> ListView {
    view.filters.push(FieldView {
        name: name.into(),
        id: format!("f-{name}"),
        kind: "choice",
        label: ask.t(&format!("pub-col-{name}")),
        options: words.iter().map(|w| OptionView { value: w.as_str().into(), label: ask.lang.w(*w), chosen: ask.q(name) == w.as_str() }).collect(),
        value: ask.q(name).into(),
        ..FieldView::default()
    });
    view
}

/// Files hold the whole of what is asked for, so their addresses carry no page.
fn whole_files(mut view: ListView, ask: &Ask) -> ListView {
    view.exports = ["csv", "xlsx", "json"].into_iter().map(|f| (f, address(ask, &[("format", f), ("page", "")]))).collect();
    view
}

/// This page's address with some of its query changed; what is empty is left out.
fn address(ask: &Ask, changes: &[(&str, &str)]) -> String {
    let kept = ask.query.iter().map(|(k, v)| (k.as_str(), v.as_str())).filter(|(k, _)| !changes.iter().any(|(name, _)| name == k) && *k != "lang");
    let all: Vec<String> =
        kept.chain(changes.iter().copied()).filter(|(_, v)| !v.is_empty()).map(|(k, v)| format!("{}={}", escape(k), escape(v))).collect();
    if all.is_empty() { ask.path.clone() } else { format!("{}?{}", ask.path, all.join("&")) }
}

/// How long something is still open, without its day.
#[derive(Clone, Debug, Serialize)]
pub struct Left {
    pub text: String,
    pub class: &'static str,
}

/// The working days left until a day.
fn left(lang: Lang, calendar: &Calendar, today: NaiveDate, day: Option<NaiveDate>) -> Option<Left> {
    let day = day?;
    let due = due(lang, calendar, today, None, Some(day))?;
    Some(Left { text: due.text.trim_start_matches(&format!("{day} ")).to_string(), class: due.class })
}

/// A name that may lead somewhere.
#[derive(Clone, Debug, Serialize)]
pub struct Named {
    pub name: String,
    pub href: String,
    pub sub: String,
}

/// The articles something rests on, or why it stands there without one.
fn ground(lang: Lang, article: Option<&str>, source: Option<platform::profile::Source>) -> String {
    use platform::profile::Source;
    let source = source.map(|s| {
        lang.t(match s {
            Source::Analogy => "pub-source-analogy",
            Source::Practice => "pub-source-practice",
            Source::Proposal => "pub-source-proposal",
        })
    });
    match (article, source) {
        (Some(article), Some(source)) => format!("{} · {source}", lang.cited(article)),
        (Some(article), None) => lang.cited(article),
        (None, Some(source)) => source,
        (None, None) => String::new(),
    }
}

/// A size in bytes as people read it.
fn size(bytes: i64) -> String {
    if bytes >= 1_048_576 {
        format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576)
    } else {
        format!("{} KB", (bytes + 1023) / 1024)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_are_short() {
        assert_eq!([0, 1, 1024, 1025, 1_572_864].map(super::size), ["0 KB", "1 KB", "1 KB", "2 KB", "1.5 MB"]);
    }
}
