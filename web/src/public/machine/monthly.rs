//! 授权月报 — the register of licences as it stood at the end of each month, as an open file with a description of its columns (CSV on
//! the Web). A month that is over never changes, so the file can be cited and compared (ZJK-29).

use super::super::{list, whole_files};
use crate::answer::{Answer, PageResult};
use crate::ask::Ask;
use crate::export::Sheet;
use crate::public::licences::Standing;
use crate::routes::{Door, Route, route};
use crate::say::Lang;
use crate::view::list::{Cell, Row};
use actix_web::HttpResponse;
use actix_web::http::header;
use chrono::{Datelike, NaiveDate};
use platform::paging::Page;
use platform::{Refusal, Result, day};
use primary::licence::State;
use primary::licence::register::{self, Published};
use serde_json::json;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/licences/open", Door::Public, "route-public-months", months),
        route("GET", "/licences/open/{month}.csv", Door::Public, "route-public-month", month).gives("text/csv"),
        route("GET", "/licences/open/{month}.json", Door::Public, "route-public-month-columns", columns).gives("application/csvm+json"),
    ]
}

/// The columns: name in the description, type, and the message that heads it.
const COLUMNS: [(&str, &str, &str); 12] = [
    ("serial", "string", "pub-col-serial"),
    ("holder", "string", "pub-col-holder"),
    ("credit_code", "string", "pub-col-credit_code"),
    ("scenario", "string", "pub-col-scenario"),
    ("purpose", "string", "pub-col-purpose"),
    ("scope", "string", "pub-col-scope"),
    ("from", "date", "pub-col-from"),
    ("to", "date", "pub-col-to"),
    ("in_force_on", "date", "pub-col-in_force_at"),
    ("standing", "string", "pub-col-standing"),
    ("ended_on", "date", "pub-col-ended_on"),
    ("end_kind", "string", "pub-col-end_kind"),
];

/// Most months that are listed: twenty years.
const MOST: usize = 240;

/// The first day of the month after.
fn next(month: NaiveDate) -> NaiveDate {
    day::add_months(month, 1)
}

fn first_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The months that are over, from the one in which the first licence came into force, newest first.
fn over(first: Option<NaiveDate>, today: NaiveDate) -> Vec<NaiveDate> {
    let (Some(first), this) = (first.map(first_of), first_of(today)) else { return Vec::new() };
    let mut all: Vec<NaiveDate> = std::iter::successors(Some(first), |m| Some(next(*m))).take_while(|m| *m < this).collect();
    all.reverse();
    all.truncate(MOST);
    all
}

/// `GET /licences/open`: the months.
async fn months(ask: Ask) -> PageResult {
    let (first, today) = ask.look(|look, _| Ok((register::first_day(look)?, look.today()))).await?;
    let months = over(first, today);
    let view = list(&ask, "pub-licence-months", "months", &["month", "file", "columns"]);
    let count = months.len() as i64;
    let page = Page::first(count.max(1)).of(months, count);
    let line = |month: &NaiveDate| {
        let name = month.format("%Y-%m").to_string();
        let file = format!("/licences/open/{name}.csv");
        Row {
            href: String::new(),
            cells: vec![
                Cell::text(&name),
                Cell::link(format!("{name}.csv"), file),
                Cell::link(format!("{name}.json"), format!("/licences/open/{name}.json")),
            ],
        }
    };
    whole_files(view.fill(&ask, page, line), &ask).answer(&ask)
}

/// The month that the address names, when it is one of those that are over; and its last day.
async fn asked(ask: &Ask) -> Result<(NaiveDate, NaiveDate)> {
    let month: NaiveDate = format!("{}-01", ask.param("month")).parse().map_err(|_| Refusal::NotFound)?;
    let (first, today) = ask.look(|look, _| Ok((register::first_day(look)?, look.today()))).await?;
    if !over(first, today).contains(&month) || month.format("%Y-%m").to_string() != ask.param("month") {
        return Err(Refusal::NotFound);
    }
    Ok((month, next(month).pred_opt().unwrap_or(month)))
}

/// How a licence stood on that day.
fn stood(of: &Published, state: State, day: NaiveDate) -> Standing {
    match state {
        State::Suspended => Standing::Suspended,
        State::InForce if day < of.from_on => Standing::NotBegun,
        State::InForce => Standing::InForce,
        _ => Standing::Ended,
    }
}

fn cells(lang: Lang, of: &Published, state: State, last: NaiveDate) -> Vec<String> {
    let over = state == State::Ended;
    // What came after that month is no part of it.
    let last_day = of.ended_at.map(day::shanghai_date).filter(|d| *d <= last).unwrap_or(of.to_on);
    let ended = if over { last_day.to_string() } else { String::new() };
    let instant = |at: Option<platform::At>| at.map(|t| day::shanghai_date(t).to_string()).unwrap_or_default();
    vec![
        of.serial.clone(),
        of.holder.clone(),
        of.credit_code.clone(),
        of.scenario_title.clone(),
        lang.w(of.purpose),
        of.scope.clone(),
        of.from_on.to_string(),
        of.to_on.to_string(),
        instant(of.in_force_at),
        lang.w(stood(of, state, last)),
        ended,
        of.end_kind.filter(|_| over).map(|k| lang.w(k)).unwrap_or_default(),
    ]
}

/// `GET /licences/open/{month}.csv`
async fn month(ask: Ask) -> PageResult {
    let (_, last) = asked(&ask).await?;
    let rows = ask.look(move |look, _| register::as_of(look, last)).await?;
    let sheet = Sheet {
        labels: COLUMNS.iter().map(|(_, _, key)| ask.t(key)).collect(),
        rows: rows.iter().map(|(of, state)| cells(ask.lang, of, *state, last)).collect(),
    };
    let about = format!("<{}>; rel=\"describedby\"; type=\"application/csvm+json\"", address(&ask, "json"));
    let mut response = HttpResponse::Ok();
    response.insert_header((header::LINK, about)).insert_header((header::CACHE_CONTROL, "no-cache"));
    response.insert_header((header::VARY, "Accept-Language, Cookie"));
    response.insert_header((header::CONTENT_DISPOSITION, crate::answer::disposition(&format!("licences-{}.csv", ask.param("month")))));
    Ok(Answer::Raw(response.content_type("text/csv; charset=utf-8; header=present").body(sheet.csv())))
}

fn address(ask: &Ask, ending: &str) -> String {
    format!("{}/licences/open/{}.{ending}", ask.app.base_url, ask.param("month"))
}

/// `GET /licences/open/{month}.json`: what the columns are, in the words of CSV on the Web.
async fn columns(ask: Ask) -> PageResult {
    let (month, last) = asked(&ask).await?;
    let columns: Vec<serde_json::Value> = COLUMNS
        .iter()
        .map(|(name, kind, key)| json!({ "name": name, "titles": { "zh": Lang::Zh.t(key), "en": Lang::En.t(key) }, "datatype": kind }))
        .collect();
    let body = json!({
        "@context": ["http://www.w3.org/ns/csvw", { "@language": "zh" }],
        "url": address(&ask, "csv"),
        "dc:title": Lang::Zh.ta("pub-month-title", &[("month", month.format("%Y-%m").to_string())]),
        "dc:modified": last.to_string(),
        "dc:license": format!("{}/catalog#terms", ask.app.base_url),
        "dialect": { "encoding": "utf-8", "header": true, "delimiter": "," },
        "tableSchema": { "columns": columns, "primaryKey": "serial" },
    });
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-cache"));
    Ok(Answer::Raw(response.content_type("application/csvm+json").body(body.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_months_that_are_over_are_listed() {
        let d = |t: &str| t.parse::<NaiveDate>().unwrap();
        let listed = |first: &str, today: &str| over(Some(d(first)), d(today)).iter().map(|m| m.format("%Y-%m").to_string()).collect::<Vec<_>>();
        assert_eq!(listed("2026-09-17", "2026-11-30"), ["2026-10", "2026-09"]);
        assert!(listed("2026-11-01", "2026-11-30").is_empty() && over(None, d("2026-11-30")).is_empty());
        assert_eq!(over(Some(d("1990-01-01")), d("2026-11-30")).len(), MOST);
    }
}
