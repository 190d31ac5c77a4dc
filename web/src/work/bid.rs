//! Bids in the work area: the list, one bid, and the pages of those who write and those who check it.

mod admission;
pub mod said;
mod send;
mod wizard;

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::noun::{self, Show};
use crate::routes::{Door, Route, route};
use crate::view::case::{CaseView, Fact, Section};
use crate::view::list::{Cell, ListView, Row};
use platform::Role::{self, *};
use platform::flow::{self, Noun};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Id, Look, Result};
use primary::announcement::{self, Announcement};
use primary::bid::{self, Act, Bid, State};
use primary::filing;
use std::collections::HashMap;

const BIDDER: &[Role] = &[DeveloperAdmin, DeveloperStaff];

impl Show for Bid {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Reviewer, Legal, Finance, Office, Auditor, Expert];
    const OWN: &'static [&'static str] = &["case", "admit", "refuse_admission"];

    /// What a bid says has keys of the announcement in it; `said` shows it in words.
    fn sheet() -> Option<&'static Sheet> {
        None
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let own = who.is_any(BIDDER);
        let columns: &[&'static str] = if own {
            &["announcement", "number", "state", "deadline", "submitted_at"]
        } else {
            &["number", "announcement", "bidder", "state", "submitted_at", "total", "rank"]
        };
        let lead = ask.t(if own { "bid-list-own" } else { "bid-list-read" });
        let view = ListView::new(ask, ask.t("nouns-bid"), "bids", columns).lead(lead).filter::<State>(ask, "state");
        let asked = bid::Ask { announcement: ask.q("announcement").parse().ok(), state: ask.q_word("state") };
        let page = bid::list(look, who, &asked, ask.page())?;
        let names = org::names(look, page.rows.iter().filter_map(|b| b.owner).collect())?;
        let calls: HashMap<Id<Announcement>, Announcement> =
            announcement::by_ids(look, page.rows.iter().map(|b| b.announcement).collect())?.into_iter().map(|a| (a.id, a)).collect();
        Ok(view.fill(ask, page, |b| {
            let call = calls.get(&b.announcement);
            let number = Cell::text(b.serial.clone().unwrap_or_else(|| ask.t("bid-no-number")));
            let title = Cell::text(&b.title).below(call.and_then(|c| c.serial.clone()).unwrap_or_default());
            let (state, submitted) = (Cell::state(ask.lang, b.state), Cell::at(b.submitted_at));
            let cells = if own {
                vec![title, number, state, Cell::at(call.and_then(|c| c.deadline)), submitted]
            } else {
                let bidder = Cell::maybe(b.owner.and_then(|o| names.get(&o).cloned()));
                vec![number, title, bidder, state, submitted, Cell::maybe(b.total.map(points)), Cell::maybe(b.rank.map(|r| r.to_string()))]
            };
            Row { href: format!("/work/bids/{}", b.id), cells }
        }))
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Bid, view: &mut CaseView) -> Result<()> {
        let call = announcement::row(look, row.announcement)?;
        view.sections.push(Section { title: ask.t("bid-section-head"), facts: head(look, who, ask, row, &call)?, ..Section::default() });
        view.notices.extend(notice(ask, row, &call, who.is_any(BIDDER)));
        view.sections.extend(said::sections(look, who, ask.lang, row)?);
        if let Some(check) = bid::admission_of(look, who, row)? {
            view.sections.push(admission::section(look, ask.lang, &check));
        }
        if who.oversees() && row.state != State::Drafted {
            view.sections.push(super::oversight::marks(look, ask, row.bidder()?)?);
        }
        if who.is(Legal) && row.state == State::Won {
            view.links.push(match filing::live(look, row.id)? {
                Some(filing) => (ask.t("bid-see-filing"), format!("/work/filings/{}", filing.id)),
                None => (ask.t("bid-to-filing"), format!("/work/filings/new?bid={}", row.id)),
            });
        }
        Ok(())
    }
}

/// Hundredths of a point as points.
pub fn points(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Whose it is, in which call, and how it stands.
fn head(look: &mut Look, who: &Caller, ask: &Ask, row: &Bid, call: &Announcement) -> Result<Vec<Fact>> {
    let number = call.serial.clone().unwrap_or_default();
    let page = if who.oversees() { "/work/announcements" } else { "/announcements" };
    let mut facts = vec![
        Fact::link(ask.t("col-announcement"), format!("{} {number}", call.title), format!("{page}/{}", call.id)),
        Fact::text(ask.t("col-bidder"), org::name(look, row.bidder()?)?),
    ];
    if let Some(at) = row.submitted_at {
        facts.push(Fact::text(ask.t("col-submitted_at"), platform::clock::shanghai_text(at)));
        facts.push(Fact::text(ask.t("bid-digest"), row.digest()));
    }
    facts.push(Fact::text(ask.t("bid-opens"), platform::clock::shanghai_text(row.opening)));
    if let Some(total) = row.total {
        facts.push(Fact::text(ask.t("col-total"), points(total)));
        facts.push(Fact::text(ask.t("col-rank"), row.rank.map_or_else(|| ask.t("below-pass-mark"), |r| r.to_string())));
    }
    Ok(facts)
}

/// What the state means and what comes next, for the bidder; for readers only that scoring is theirs to follow.
fn notice(ask: &Ask, row: &Bid, call: &Announcement, own: bool) -> Option<String> {
    if !own {
        return None;
    }
    let at = |at: Option<platform::At>| at.map(platform::clock::shanghai_text).unwrap_or_default();
    let until = call.objection_until.map(|d| d.to_string()).unwrap_or_default();
    let args = [("deadline", at(call.deadline)), ("opening", at(Some(row.opening))), ("until", until)];
    // Between the notice of the result and the award every bid knows its place.
    let noticed = (row.state, call.state) == (State::Admitted, announcement::State::Noticed);
    let key = if noticed { "bid-next-noticed".to_string() } else { format!("bid-next-{}", row.state) };
    ask.lang.maybe(&key).map(|_| ask.lang.ta(&key, &args))
}

/// `GET /work/bids/{id}`: the task list of a draft, else the bid.
async fn case(ask: Ask) -> PageResult {
    let id = ask.id::<Bid>("id")?;
    let a = ask.clone();
    let draft = ask.look(move |look, who| Ok(Bid::find(look, who, id)?.state == State::Drafted)).await?;
    if draft {
        return wizard::tasks(ask).await;
    }
    let view = ask
        .look(move |look, who| {
            let mut view = noun::build::<Bid>(look, who, &a, id)?;
            // One page carries both outcomes of the check.
            let before = view.links.len();
            view.links.retain(|(_, to)| !to.ends_with("/admit") && !to.ends_with("/refuse_admission"));
            if view.links.len() < before {
                view.links.push((a.t("bid-admission"), format!("/work/bids/{id}/admit")));
            }
            // Of saves in a row the last one stands for all.
            view.history.reverse();
            view.history.dedup_by(|later, first| later.act == "save" && first.act == "save");
            view.history.reverse();
            Ok(view)
        })
        .await?;
    ask.show(&view)
}

pub fn routes() -> Vec<Route> {
    let bidder = || Door::Only(BIDDER.to_vec());
    let legal = || Door::Only(flow::doers::<Bid>(Act::Admit));
    let (admit, refuse) = (Act::Admit, Act::RefuseAdmission);
    let mut routes = vec![
        route("GET", "/work/bids/{id}", Door::Only(Bid::DOOR.to_vec()), "route-case", case).of::<Bid>(""),
        route("GET", "/work/bids/{id}/task/{section}", bidder(), "route-bid-task", wizard::task).of::<Bid>("save"),
        route("POST", "/work/bids/{id}/task/{section}", bidder(), "route-bid-task", wizard::save).takes(&bid::BID).of::<Bid>("save"),
        route("GET", "/work/bids/{id}/check", bidder(), "route-bid-check", send::check).of::<Bid>("submit"),
        route("POST", "/work/bids/{id}/check", bidder(), "route-bid-send", send::send).of::<Bid>("submit"),
        route("GET", "/work/bids/{id}/submitted", bidder(), "route-bid-submitted", send::submitted).of::<Bid>(""),
    ];
    for act in [admit, refuse] {
        let (name, path) = (platform::Word::as_str(act), format!("/work/bids/{{id}}/{}", platform::Word::as_str(act)));
        routes.push(route("GET", &path, legal(), "route-form", move |ask| admission::page(ask, name)).of::<Bid>(name));
        let sheet = Bid::DEEDS.iter().find(|d| d.act == act).map_or(&platform::sheet::NOTHING, |d| d.sheet);
        routes.push(route("POST", &path, legal(), "route-act", move |ask| admission::act(ask, name)).takes(sheet).of::<Bid>(name));
    }
    routes
}
