//! Announcements: the calls, what is asked and answered about them, and their results (ZJK-13(5), BJ-12).

use super::log::{Logged, logged};
use super::scenarios::entries;
use super::{Left, Named, ground, left, list, narrowed, page, size, whole_files};
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::shelf::Kept;
use crate::view::chrome::Chrome;
use crate::view::list::{Cell, Row, tone};
use askama::Template;
use platform::clock::shanghai_text;
use platform::flow::Noun;
use platform::paging::Page;
use platform::words::Word;
use platform::{At, Caller, Id, Look, Refusal, Result, Role, day, event, file};
use primary::announcement::{self, Announcement, State};
use primary::{Domain, Purpose, SelectionMethod, objection, question, scenario, selection};
use serde::Serialize;
use std::collections::HashMap;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/announcements", Door::Public, "route-public-announcements", all).kept(Kept::Whole),
        route("GET", "/announcements/{id}", Door::Public, "route-public-announcement", one).kept(Kept::Whole),
    ]
}

/// A call as a line of a list.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    pub title: String,
    pub href: String,
    pub serial: String,
    pub state: String,
    pub state_name: String,
    pub tone: &'static str,
    pub method: String,
    pub scenario: String,
    pub published: String,
    pub deadline: String,
    pub left: Option<Left>,
}

fn minute(at: Option<At>) -> String {
    at.map(shanghai_text).unwrap_or_default()
}

/// Announcements as lines, with the names of their scenarios.
pub fn calls(look: &mut Look, ask: &Ask, rows: Vec<Announcement>) -> Result<Vec<Call>> {
    let classes = scenario::by_ids(look, rows.iter().map(|r| r.scenario).collect())?;
    let titles: HashMap<Id<scenario::Scenario>, String> = classes.into_iter().map(|s| (s.id, s.title)).collect();
    let (today, calendar, now) = (look.today(), look.calendar(), look.now());
    Ok(rows
        .into_iter()
        .map(|row| Call {
            href: format!("/announcements/{}", row.id),
            serial: row.serial.clone().unwrap_or_default(),
            state: row.state.as_str().into(),
            state_name: ask.lang.w(row.state),
            tone: tone(row.state.as_str()),
            method: ask.lang.w(row.method),
            scenario: titles.get(&row.scenario).cloned().unwrap_or_default(),
            published: row.published_at.map(|t| day::shanghai_date(t).to_string()).unwrap_or_default(),
            deadline: minute(row.deadline),
            left: row.deadline.filter(|_| row.takes_bids(now)).and_then(|d| left(ask.lang, &calendar, today, Some(day::shanghai_date(d)))),
            title: row.title,
        })
        .collect())
}

/// The states in which an announcement is public.
const PUBLIC: &[State] =
    &[State::Published, State::Closed, State::Opened, State::Ranked, State::Noticed, State::Awarded, State::Failed, State::Cancelled];

/// `GET /announcements`
async fn all(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            let columns = ["title", "serial", "state", "deadline", "method", "scenario", "published_on"];
            let mut view = list(&a, "pub-announcements", "announcements", &columns).words(&a);
            view = narrowed(view, &a, "state", PUBLIC);
            view = narrowed(view, &a, "domain", Domain::ALL);
            view = narrowed(view, &a, "purpose", Purpose::ALL);
            view = narrowed(view, &a, "method", SelectionMethod::ALL);
            let asked = announcement::Ask {
                words: a.q("q").into(),
                state: a.q_word("state"),
                method: a.q_word("method"),
                scenario: None,
                domain: a.q_word("domain"),
                purpose: a.q_word("purpose"),
            };
            let rows = announcement::published(look, &asked, page(&a))?;
            let (number, size, total) = (rows.number, rows.size, rows.total);
            let calls = calls(look, &a, rows.rows)?;
            let rows = platform::paging::Paged { rows: calls, total, number, size };
            Ok(whole_files(view.fill(&a, rows, line), &a))
        })
        .await?;
    view.answer(&ask)
}

fn line(call: &Call) -> Row {
    let deadline = Cell::text(&call.deadline);
    Row {
        href: call.href.clone(),
        cells: vec![
            Cell::text(&call.title),
            Cell::text(&call.serial),
            Cell { text: call.state_name.clone(), raw: call.state.clone(), tone: call.tone, ..Cell::default() },
            match &call.left {
                Some(left) => deadline.below(&left.text),
                None => deadline,
            },
            Cell::text(&call.method),
            Cell::text(&call.scenario),
            Cell::text(&call.published),
        ],
    }
}

/// An announcement's page.
#[derive(Template, Serialize)]
#[template(path = "public/announcement.html")]
struct AnnouncementView {
    #[serde(skip)]
    c: Chrome,
    id: String,
    logged: Option<Logged>,
    call: Call,
    scenario: Named,
    opening: String,
    conditions: Vec<Named>,
    conditions_text: String,
    materials: Vec<Named>,
    criteria: Vec<(String, i64)>,
    pass_mark: i64,
    term_years: u32,
    fee: String,
    fee_basis: String,
    entries: Vec<Named>,
    contact: String,
    attachments: Vec<Attached>,
    questions: Vec<Asked>,
    questions_total: i64,
    result: Option<Outcome>,
    objection_until: String,
    objection_left: Option<Left>,
    objections: Vec<(String, i64)>,
    /// Why it was cancelled or failed.
    reason: String,
    invited: bool,
    #[serde(skip)]
    open: bool,
    #[serde(skip)]
    may_bid: bool,
    #[serde(skip)]
    may_object: bool,
}

#[derive(Serialize)]
struct Attached {
    name: String,
    href: String,
    size: String,
    sha256: String,
}

/// A question with its answer; never who asked.
#[derive(Serialize)]
struct Asked {
    question: String,
    answer: String,
    asked_on: String,
    answered_on: String,
}

/// The result as noticed.
#[derive(Serialize)]
struct Outcome {
    experts: usize,
    winners: usize,
    awarded: bool,
    rows: Vec<Place>,
}

#[derive(Serialize)]
struct Place {
    rank: Option<i32>,
    bidder: String,
    serial: String,
    total: String,
    wins: bool,
}

/// `GET /announcements/{id}`
async fn one(ask: Ask) -> PageResult {
    let id = ask.id::<Announcement>("id")?;
    let a = ask.clone();
    let mut view = ask
        .look(move |look, who| {
            let row = Announcement::find(look, &Caller::public(), id)?;
            view(look, who, &a, row)
        })
        .await?;
    view.logged = logged(&ask, Announcement::NAME, &view.id).await?;
    ask.show(&view)
}

/// Hundredths of a point as people read them.
fn points(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths.abs() % 100)
}

fn outcome(look: &mut Look, row: &Announcement) -> Result<Option<Outcome>> {
    let table = match selection::results(look, &Caller::public(), row) {
        Ok(table) => table,
        Err(Refusal::NotFound) => return Ok(None),
        Err(other) => return Err(other),
    };
    let rows = table.rows.iter().enumerate().map(|(at, l)| Place {
        rank: l.rank,
        bidder: l.bidder.clone(),
        serial: l.serial.clone(),
        total: points(l.total),
        wins: at < table.winners && l.rank.is_some(),
    });
    Ok(Some(Outcome { experts: table.experts, winners: table.winners, awarded: row.state == State::Awarded, rows: rows.collect() }))
}

/// Why a call ended without a result.
fn reason(look: &mut Look, row: &Announcement) -> Result<String> {
    if !matches!(row.state, State::Failed | State::Cancelled) {
        return Ok(String::new());
    }
    let events = event::history(look, &Caller::public(), Announcement::NAME, &row.id.to_string())?;
    Ok(events.into_iter().rev().find(|e| e.to_state == row.state.as_str()).and_then(|e| e.reason).unwrap_or_default())
}

fn asked(look: &mut Look, id: Id<Announcement>) -> Result<(Vec<Asked>, i64)> {
    let found = question::of(look, &Caller::public(), id, Page::first(200))?;
    let day = |at| day::shanghai_date(at).to_string();
    let rows = found.rows.iter().map(|q| {
        let said = q.answers();
        Asked {
            question: said.text("question").into(),
            answer: said.text("answer").into(),
            asked_on: day(q.created_at),
            answered_on: day(q.updated_at),
        }
    });
    Ok((rows.collect(), found.total))
}

/// Words of the profile by their keys, with the articles they rest on; a key that the profile has lost stands for itself.
fn worded(keys: &[String], found: impl Fn(&str) -> Option<(String, String)>) -> Vec<Named> {
    keys.iter()
        .map(|key| {
            let (name, sub) = found(key).unwrap_or_else(|| (key.clone(), String::new()));
            Named { name, href: String::new(), sub }
        })
        .collect()
}

fn view(look: &mut Look, who: &Caller, ask: &Ask, row: Announcement) -> Result<AnnouncementView> {
    let (said, call, profile, lang) = (row.answers(), row.call()?, look.profile(), ask.lang);
    let class = scenario::row(look, row.scenario)?;
    let (questions, questions_total) = asked(look, row.id)?;
    let attachments = file::rows(look, &said.list("attachments"))?.into_iter().filter(|f| f.public).map(|f| Attached {
        href: format!("/files/{}", f.id),
        size: size(f.size),
        name: f.name,
        sha256: f.sha256,
    });
    let objects = row.state == State::Noticed && row.objection_until.is_some_and(|d| look.today() <= d);
    let open = row.takes_bids(look.now());
    let condition =
        |key: &str| profile.condition(key).map(|c| (c.name.in_lang(lang.is_en()).to_string(), ground(lang, c.article.as_deref(), c.source)));
    let material =
        |key: &str| profile.material(key).map(|m| (m.name.in_lang(lang.is_en()).to_string(), ground(lang, m.article.as_deref(), m.source)));
    Ok(AnnouncementView {
        c: ask.chrome(row.title.clone()),
        id: row.id.to_string(),
        logged: None,
        scenario: Named { name: class.title, href: format!("/scenarios/{}", class.id), sub: lang.w(class.purpose) },
        opening: minute(row.opening),
        conditions: worded(&call.conditions, condition),
        conditions_text: said.text("conditions_text").into(),
        materials: worded(&call.materials, material),
        criteria: call.criteria.iter().map(|c| (c.name.clone(), c.weight)).collect(),
        pass_mark: call.pass_mark,
        term_years: call.term_years,
        fee: if call.fee == 0 { ask.t("pub-free") } else { lang.yuan(call.fee) },
        fee_basis: call.fee_basis.clone(),
        entries: entries(look, &call.entries)?,
        contact: said.text("contact").into(),
        attachments: attachments.collect(),
        questions,
        questions_total,
        result: outcome(look, &row)?,
        objection_until: row.objection_until.map(|d| d.to_string()).unwrap_or_default(),
        objection_left: left(lang, &look.calendar(), look.today(), row.objection_until.filter(|_| objects)),
        objections: objection::outcome(look, Announcement::NAME, &row.id.to_string())?.into_iter().map(|(s, n)| (lang.w(s), n)).collect(),
        reason: reason(look, &row)?,
        invited: row.method == SelectionMethod::InvitedTender,
        open,
        may_bid: open && (who.person.is_none() || who.is_any(&[Role::DeveloperAdmin, Role::DeveloperStaff])),
        may_object: objects,
        call: calls(look, ask, vec![row])?.pop().ok_or(Refusal::NotFound)?,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn points_have_two_places() {
        assert_eq!([0, 5, 8850, 10000].map(super::points), ["0.00", "0.05", "88.50", "100.00"]);
    }
}
