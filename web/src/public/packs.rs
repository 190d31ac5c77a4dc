//! The yearly disclosure of seven categories, as everybody may read it (DISC26, ZJK-29); the price report is not part of it.

use super::log::{Logged, logged};
use super::{list, page, whole_files};
use crate::answer::{Answer, PageResult};
use crate::ask::Ask;
use crate::export::{self, Sheet as Table};
use crate::routes::{Door, Route, route};
use crate::view::case::TableView;
use crate::view::chrome::Chrome;
use crate::view::list::{Cell, Row, tone};
use crate::work::pack::{files, parts};
use askama::Template;
use platform::flow::Noun;
use platform::words::Word;
use platform::{Refusal, day};
use secondary::pack::{self, Category, Pack};
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/packs", Door::Public, "route-public-packs", all), route("GET", "/packs/{id}", Door::Public, "route-public-pack", one)]
}

fn published_on(row: &Pack) -> String {
    row.published_at.map(|t| day::shanghai_date(t).to_string()).unwrap_or_default()
}

/// `GET /packs`
async fn all(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            let mut view = list(&a, "pub-packs", "packs", &["title", "period", "edition", "state", "published_on", "serial"]);
            if let Some(due) = pack::owed(look)?.filter(|d| d.overdue) {
                view.notices.push(a.lang.ta("pack-overdue", &[("period", due.period), ("day", due.due_on.to_string())]));
            }
            let rows = pack::published(look, page(&a))?;
            Ok(whole_files(
                view.fill(&a, rows, |p| Row {
                    href: format!("/packs/{}", p.id),
                    cells: vec![
                        Cell::text(&p.title),
                        Cell::text(&p.period),
                        Cell::text(p.edition.to_string()),
                        Cell::state(a.lang, p.state),
                        Cell::text(published_on(p)),
                        Cell::maybe(p.serial.clone()),
                    ],
                }),
                &a,
            ))
        })
        .await?;
    view.answer(&ask)
}

/// A year's disclosure.
#[derive(Template, Serialize)]
#[template(path = "public/pack.html")]
struct PackPage {
    #[serde(skip)]
    c: Chrome,
    id: String,
    serial: String,
    title: String,
    period: String,
    from: String,
    to: String,
    edition: i32,
    state: String,
    state_name: String,
    tone: &'static str,
    published: String,
    as_of: String,
    logged: Option<Logged>,
    categories: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    name: &'static str,
    title: String,
    note: String,
    table: TableView,
}

/// `GET /packs/{id}`: the page; `?list=…&format=csv|xlsx` one category; `?format=zip` all of them.
async fn one(ask: Ask) -> PageResult {
    let id = ask.id::<Pack>("id")?;
    let row = ask.look(move |look, _| pack::published_one(look, id)).await?;
    match ask.q("format") {
        "zip" => {
            let name = format!("disclosure-{}-{}.zip", row.period, row.edition);
            return Ok(Answer::Bytes {
                media: "application/zip".into(),
                name: Some(name),
                bytes: export::archive(files(&ask, &row, false)?)?,
                cache: false,
            });
        }
        "csv" | "xlsx" => return category(&ask, &row),
        _ => {}
    }
    let content = row.read();
    let categories = parts(&ask, &content, false)
        .into_iter()
        .map(|p| Shown {
            name: p.name,
            title: p.title,
            note: p.note,
            table: TableView { columns: p.columns, rows: p.rows, empty: ask.t("disclosure-nothing") },
        })
        .collect();
    let logged = logged(&ask, Pack::NAME, &row.id.to_string()).await?;
    ask.show(&PackPage {
        logged,
        c: ask.chrome(row.title.clone()),
        id: row.id.to_string(),
        serial: row.serial.clone().unwrap_or_default(),
        title: row.title.clone(),
        period: row.period.clone(),
        from: row.from_on.to_string(),
        to: row.to_on.to_string(),
        edition: row.edition,
        state: row.state.as_str().into(),
        state_name: ask.lang.w(row.state),
        tone: tone(row.state.as_str()),
        published: published_on(&row),
        as_of: platform::clock::shanghai_text(content.as_of),
        categories,
    })
}

fn category(ask: &Ask, row: &Pack) -> PageResult {
    let wanted = Category::of(ask.q("list")).ok_or(Refusal::NotFound)?;
    let all = parts(ask, &row.read(), false);
    let part = all.iter().find(|p| p.name == wanted.as_str()).ok_or(Refusal::NotFound)?;
    let table: Table = part.table();
    let stem = format!("{}-{}", wanted, row.period);
    Ok(match ask.q("format") {
        "csv" => Answer::Bytes { media: export::CSV.into(), name: Some(format!("{stem}.csv")), bytes: table.csv(), cache: false },
        _ => Answer::Bytes { media: export::XLSX.into(), name: Some(format!("{stem}.xlsx")), bytes: table.xlsx()?, cache: false },
    })
}
