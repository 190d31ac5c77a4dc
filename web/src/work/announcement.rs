//! Announcements in the work area: drafted by the desk, carried to the award by the legal desk.

use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section};
use crate::view::list::{Cell, ListView, Row, due};
use platform::Role::{self, *};
use platform::case::{self, Case};
use platform::paging::Page;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use primary::announcement::{self, ANNOUNCEMENT, Announcement, State};
use primary::{Domain, Purpose, SelectionMethod, objection, question, scenario};

/// Who reads the opened bids of a call.
const READERS: &[Role] = &[ScenarioDesk, Legal, Office, Auditor];

impl Show for Announcement {
    const DOOR: &'static [Role] =
        &[ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor, Expert, DeveloperAdmin, DeveloperStaff];

    fn sheet() -> Option<&'static Sheet> {
        Some(&ANNOUNCEMENT)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let columns = &["title", "scenario", "method", "state", "deadline", "due", "updated_at"];
        let view = ListView::new(ask, ask.t("nouns-announcement"), "announcements", columns)
            .words(ask)
            .filter::<Domain>(ask, "domain")
            .filter::<Purpose>(ask, "purpose")
            .filter::<SelectionMethod>(ask, "method")
            .filter::<State>(ask, "state")
            .turns::<Announcement>(look, who, ask)?;
        let wanted = announcement::Ask {
            words: ask.q("q").into(),
            state: ask.q_word("state"),
            method: ask.q_word("method"),
            scenario: ask.q("scenario").parse().ok(),
            domain: ask.q_word("domain"),
            purpose: ask.q_word("purpose"),
        };
        let page = announcement::list(look, who, &wanted, ask.page())?;
        let classes = scenario::by_ids(look, page.rows.iter().map(|r| r.scenario).collect())?;
        let (today, calendar) = (look.today(), look.calendar());
        Ok(view.fill(ask, page, |row| Row {
            href: format!("/work/announcements/{}", row.id),
            cells: vec![
                Cell::titled(&row.title, row.serial.clone()),
                Cell::maybe(classes.iter().find(|c| c.id == row.scenario).map(|c| &c.title)),
                Cell::word(ask.lang, row.method),
                Cell::state(ask.lang, row.state),
                Cell::at(row.deadline),
                Cell::due(due(ask.lang, &calendar, today, row.clock.as_deref(), row.due_on)),
                Cell::at(Some(row.updated_at)),
            ],
        }))
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Announcement, view: &mut CaseView) -> Result<()> {
        let class = scenario::row(look, row.scenario)?;
        let href = super::scenario::address(who, &class).unwrap_or_default();
        view.name("scenario", vec![(class.title.clone(), href)]);
        let entries = super::entry::named(look, who, ask, &row.answers().list("entries"))?;
        view.name("entries", entries);
        // Nobody is told who may bid, nor how many (Law on tendering, art. 22).
        if !who.oversees() {
            view.sections.iter_mut().for_each(|s| s.facts.retain(|f| f.name != "invited"));
        }
        links(look, who, ask, row, view);
        if row.published_at.is_some() {
            timetable(ask, row, view);
            questions(look, who, ask, row, view)?;
        }
        if row.objection_until.is_some() {
            objections(look, who, ask, row, view)?;
        }
        Ok(())
    }
}

/// Where one goes from here: the public page, the bids, a question, an objection.
fn links(look: &mut Look, who: &Caller, ask: &Ask, row: &Announcement, view: &mut CaseView) {
    let open = row.takes_bids(look.now());
    if open && who.is_developer() {
        view.links.push((ask.t("announcement-bid"), format!("/work/bids/new?announcement={}", row.id)));
    }
    if open && !who.oversees() {
        view.links.push((ask.t("question-new"), format!("/work/questions/new?announcement={}", row.id)));
    }
    if row.state == State::Noticed && row.objection_until.is_some_and(|until| look.today() <= until) && !who.oversees() {
        view.links.push((ask.t("objection-new"), format!("/work/objections/new?announcement={}", row.id)));
    }
    let opened = matches!(row.state, State::Opened | State::Ranked | State::Noticed | State::Awarded | State::Failed);
    if opened && who.is_any(READERS) {
        view.links.push((ask.t("announcement-bids"), format!("/work/bids?announcement={}", row.id)));
    }
    if row.published_at.is_some() && row.state != State::Published && who.is_any(READERS) {
        view.links.push((ask.t("selection"), format!("/work/announcements/{}/selection", row.id)));
    }
    if row.published_at.is_some() {
        view.links.push((ask.t("public-page"), format!("/announcements/{}", row.id)));
    }
}

/// The days of the call in their order.
fn timetable(ask: &Ask, row: &Announcement, view: &mut CaseView) {
    let at = |name: &str, time: Option<platform::At>| time.map(|t| Fact::text(ask.t(name), platform::clock::shanghai_text(t)));
    let until = row.objection_until.map(|d| Fact::text(ask.t("announcement-objection_until"), d.to_string()));
    let facts = [
        at("announcement-published_at", row.published_at),
        at("announcement-deadline", row.deadline),
        at("announcement-opening", row.opening),
        until,
    ];
    // What stands here need not stand among the content again.
    view.sections.iter_mut().for_each(|s| s.facts.retain(|f| f.name != "deadline" && f.name != "opening"));
    view.sections.retain(|s| !s.facts.is_empty() || s.table.is_some());
    let timetable = Section { title: ask.t("announcement-timetable"), facts: facts.into_iter().flatten().collect(), ..Section::default() };
    view.sections.insert(0, timetable);
}

/// The questions in the caller's sight with their answers, at most 50.
fn questions(look: &mut Look, who: &Caller, ask: &Ask, row: &Announcement, view: &mut CaseView) -> Result<()> {
    let page = question::of(look, who, row.id, Page::first(50))?;
    let (today, calendar) = (look.today(), look.calendar());
    let rows = page.rows.iter().map(|q| {
        let said = q.answers();
        vec![
            Cell::link(&q.title, format!("/work/questions/{}", q.id)),
            Cell::text(said.text("answer")),
            Cell::state(ask.lang, q.state),
            Cell::due(due(ask.lang, &calendar, today, q.clock.as_deref(), q.due_on)),
        ]
    });
    let columns = ["question", "answer", "state", "due"].iter().map(|c| ask.t(&format!("col-{c}"))).collect();
    view.table(ask.t("nouns-question"), columns, rows.collect(), ask.t("announcement-no-questions"));
    Ok(())
}

/// The objections to its result: the cases in the caller's sight, and how many there are in each state for everybody.
fn objections(look: &mut Look, who: &Caller, ask: &Ask, row: &Announcement, view: &mut CaseView) -> Result<()> {
    let subject = row.id.to_string();
    let outcome = objection::outcome(look, "announcement", &subject)?;
    let counted: Vec<String> = outcome.iter().map(|(state, n)| format!("{} {n}", ask.lang.w(*state))).collect();
    let page = case::list::<objection::Objection>(look, &objection::Objection::sight(who), &case::Ask::about("subject", subject), Page::first(50))?;
    let (today, calendar) = (look.today(), look.calendar());
    let rows = page.rows.iter().map(|o| {
        vec![
            Cell::link(&o.title, format!("/work/objections/{}", o.id)),
            Cell::state(ask.lang, o.state),
            Cell::at(Some(o.created_at)),
            Cell::due(due(ask.lang, &calendar, today, o.clock.as_deref(), o.due_on)),
        ]
    });
    let columns = ["grounds", "state", "filed_at", "due"].iter().map(|c| ask.t(&format!("col-{c}"))).collect();
    view.table(ask.t("nouns-objection"), columns, rows.collect(), ask.t("announcement-no-objections"));
    if let (Some(last), false) = (view.sections.last_mut(), counted.is_empty()) {
        last.note = counted.join(" · ");
    }
    Ok(())
}

/// Title and address of an announcement for a case that is about it.
pub fn named(who: &Caller, row: &Announcement) -> (String, String) {
    let title = row.serial.as_ref().map_or_else(|| row.title.clone(), |serial| format!("{} · {serial}", row.title));
    let area = if who.is_any(<Announcement as Show>::DOOR) { "/work" } else { "" };
    (title, format!("{area}/announcements/{}", row.id))
}
