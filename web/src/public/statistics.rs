//! Statistics: a handful of pictures, each with its table, its definition and its day, and as SVG and CSV.

use super::chart::{Bar, bars};
use super::find;
use crate::answer::{Answer, PageResult};
use crate::ask::Ask;
use crate::export::Sheet;
use crate::routes::{Door, Route, route};
use crate::shelf::Kept;
use crate::view::chrome::Chrome;
use actix_web::HttpResponse;
use actix_web::http::header;
use askama::Template;
use platform::deadline;
use platform::paging::Page;
use platform::words::Word;
use platform::{Look, Refusal, Result, day};
use secondary::index::{Facet, Found};
use secondary::{fee, statistics};
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/statistics", Door::Public, "route-public-statistics", all).kept(Kept::Whole),
        route("GET", "/statistics/{name}.svg", Door::Public, "route-public-picture", picture).gives("image/svg+xml"),
        route("GET", "/statistics/{name}.csv", Door::Public, "route-public-picture-data", data).gives("text/csv"),
    ]
}

/// The pictures in their order; each has its title, its definition and the heads of its columns as messages.
const NAMES: [&str; 7] = ["licences", "products", "tariffs", "steps", "supply", "refusals", "fees"];
/// Most bars of a picture; the file has all.
const SHOWN: usize = 16;

/// A picture with its table.
#[derive(Serialize)]
struct Figure {
    name: &'static str,
    title: String,
    /// What is counted, how, and until when.
    definition: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    #[serde(skip)]
    svg: String,
}

/// Products on offer by the words of a facet.
fn on_offer<W: Word>(ask: &Ask, found: &Found, facet: Facet) -> Vec<Bar> {
    let bar = |(word, n): &(&str, u64)| Some(Bar { label: ask.lang.w(W::of(word)?), values: vec![*n as i64] });
    found.counted.of(facet).iter().filter_map(bar).collect()
}

/// A share in percent, rounded to the nearest.
fn percent(part: i64, whole: i64) -> i64 {
    (part * 200 + whole) / (whole * 2)
}

fn figure(look: &mut Look, ask: &Ask, found: &Found, name: &str) -> Result<Figure> {
    let lang = ask.lang;
    let name = NAMES.into_iter().find(|n| *n == name).ok_or(Refusal::NotFound)?;
    let today = look.today();
    let from = day::add_months(today, -12);
    fn counted<W: Word>(lang: crate::say::Lang, rows: Vec<(W, i64)>) -> Vec<Bar> {
        rows.into_iter().map(|(word, n)| Bar { label: lang.w(word), values: vec![n] }).collect()
    }
    let rows: Vec<Bar> = match name {
        "licences" => counted(lang, statistics::licences_by_domain(look)?),
        "products" => on_offer::<primary::ProductForm>(ask, found, Facet::Form),
        "tariffs" => on_offer::<secondary::pricing::Kind>(ask, found, Facet::Tariff),
        "steps" => {
            let taken = deadline::taken(look, from, today)?;
            taken.into_iter().map(|t| Bar { label: lang.t(&format!("clock-{}", t.clock)), values: vec![t.median, t.ninety] }).collect()
        }
        "supply" => {
            let label = |s: &deadline::Spent| format!("{} · {}", s.org_name, lang.t(&format!("clock-{}", s.clock)));
            deadline::spent(look, from, today)?.iter().map(|s| Bar { label: label(s), values: vec![s.median, s.ninety] }).collect()
        }
        "fees" => {
            let rows = fee::book(look, "", None, Page::first(100))?.rows.into_iter();
            let share = |f: fee::Fee| Some(Bar { values: vec![percent(f.actual.filter(|a| *a > 0)?, f.cap.filter(|c| *c > 0)?)], label: f.title });
            rows.filter_map(share).collect()
        }
        _ => {
            let profile = look.profile();
            let named = |key: &str| {
                profile.compliance.points.iter().find(|p| p.key == key).map_or_else(|| key.to_string(), |p| p.name.in_lang(lang.is_en()).to_string())
            };
            statistics::points_raised(look, from)?.into_iter().map(|(point, n)| Bar { label: named(&point), values: vec![n] }).collect()
        }
    };
    let title = lang.t(&format!("stat-{name}"));
    let mut definition = lang.ta(&format!("stat-{name}-text"), &[("from", from.to_string()), ("day", today.to_string())]);
    if rows.len() > SHOWN {
        definition.push_str(lang.pick("", " "));
        definition.push_str(&lang.tn("stat-more", SHOWN));
    }
    let heads: &[&str] = match name {
        "steps" | "supply" => &["stat-col-label", "stat-col-median", "stat-col-ninety"],
        "fees" => &["stat-col-label", "stat-col-share"],
        _ => &["stat-col-label", "stat-col-count"],
    };
    Ok(Figure {
        svg: bars(name, &title, &definition, &rows[..rows.len().min(SHOWN)]),
        name,
        title,
        definition,
        columns: heads.iter().map(|h| lang.t(h)).collect(),
        rows: rows.into_iter().map(|b| std::iter::once(b.label).chain(b.values.iter().map(i64::to_string)).collect()).collect(),
    })
}

#[derive(Template, Serialize)]
#[template(path = "public/statistics.html")]
struct StatisticsView {
    #[serde(skip)]
    c: Chrome,
    as_of: String,
    figures: Vec<Figure>,
}

/// `GET /statistics`
async fn all(ask: Ask) -> PageResult {
    let (a, found) = (ask.clone(), find::on_offer(&ask).await?);
    let (as_of, figures) = ask
        .look(move |look, _| {
            let figures = NAMES.into_iter().map(|name| figure(look, &a, &found, name)).collect::<Result<Vec<_>>>()?;
            Ok((look.today().to_string(), figures))
        })
        .await?;
    ask.show(&StatisticsView { c: ask.chrome(ask.t("stat-title")), as_of, figures })
}

async fn one(ask: &Ask) -> Result<Figure> {
    let (a, found, name) = (ask.clone(), find::on_offer(ask).await?, ask.param("name").to_string());
    ask.look(move |look, _| figure(look, &a, &found, &name)).await
}

fn answer(bytes: Vec<u8>, media: &str) -> PageResult {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "public, max-age=300")).insert_header((header::VARY, "Accept-Language, Cookie"));
    Ok(Answer::Raw(response.content_type(media).body(bytes)))
}

/// `GET /statistics/{name}.svg`
async fn picture(ask: Ask) -> PageResult {
    answer(one(&ask).await?.svg.into_bytes(), "image/svg+xml")
}

/// `GET /statistics/{name}.csv`: everything that the table shows.
async fn data(ask: Ask) -> PageResult {
    let found = one(&ask).await?;
    let name = format!("{}.csv", found.name);
    let bytes = Sheet { labels: found.columns, rows: found.rows }.csv();
    Ok(Answer::Bytes { media: "text/csv; charset=utf-8".into(), name: Some(name), bytes, cache: false })
}
