//! Classes of scenario in the work area: made by the desk, decided by the office.

use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::CaseView;
use crate::view::list::{Cell, ListView, Row, due};
use platform::Role::{self, *};
use platform::paging::Page;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use primary::scenario::{self, SCENARIO, Scenario, State};
use primary::{Domain, Purpose, announcement, demand};

/// Who works with classes; everybody else reads the public catalogue.
const DOOR: &[Role] = &[ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];

impl Show for Scenario {
    const DOOR: &'static [Role] = DOOR;

    fn sheet() -> Option<&'static Sheet> {
        Some(&SCENARIO)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let mut view = ListView::new(ask, ask.t("nouns-scenario"), "scenarios", &["title", "domain", "purpose", "state", "due", "updated_at"])
            .words(ask)
            .filter::<Domain>(ask, "domain")
            .filter::<Purpose>(ask, "purpose")
            .filter::<State>(ask, "state")
            .turns::<Scenario>(look, who, ask)?;
        if who.is(ScenarioDesk) {
            view = view.aside(ask.t("import-scenarios"), "/work/scenarios/import", "upload");
        }
        let wanted =
            scenario::Ask { words: ask.q("q").into(), state: ask.q_word("state"), domain: ask.q_word("domain"), purpose: ask.q_word("purpose") };
        let page = scenario::list(look, who, &wanted, ask.page())?;
        let (today, calendar) = (look.today(), look.calendar());
        Ok(view.fill(ask, page, |row| Row {
            href: format!("/work/scenarios/{}", row.id),
            cells: vec![
                Cell::titled(&row.title, row.serial.clone()),
                Cell::word(ask.lang, row.domain),
                Cell::word(ask.lang, row.purpose),
                Cell::state(ask.lang, row.state),
                Cell::due(due(ask.lang, &calendar, today, row.clock.as_deref(), row.due_on)),
                Cell::at(Some(row.updated_at)),
            ],
        }))
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Scenario, view: &mut CaseView) -> Result<()> {
        let entries = super::entry::named(look, who, ask, &row.answers().list("entries"))?;
        view.name("entries", entries);
        if who.oversees() {
            members(look, ask, row, view)?;
        }
        calls(look, who, ask, row, view)?;
        if row.state == State::Published {
            if who.is(ScenarioDesk) {
                view.links.push((ask.t("announcement-new"), format!("/work/announcements/new?scenario={}", row.id)));
            }
            view.links.push((ask.t("public-page"), format!("/scenarios/{}", row.id)));
        }
        Ok(())
    }
}

/// The demands that were merged into it, at most the first 200.
fn members(look: &mut Look, ask: &Ask, row: &Scenario, view: &mut CaseView) -> Result<()> {
    let demands = demand::of_class(look, row.id)?;
    let rows = demands.iter().take(200).map(|d| {
        vec![
            Cell::link(&d.title, format!("/work/demands/{}", d.id)).below(d.serial.clone().unwrap_or_default()),
            Cell::text(d.answers().text("unit")),
            Cell::state(ask.lang, d.state),
            Cell::at(Some(d.created_at)),
        ]
    });
    let columns = ["title", "demand_unit", "state", "created_at"].iter().map(|c| ask.t(&format!("col-{c}"))).collect();
    view.table(ask.lang.tn("scenario-demands-title", demands.len()), columns, rows.collect(), ask.t("scenario-no-demands"));
    Ok(())
}

/// Its announcements, last changed first.
fn calls(look: &mut Look, who: &Caller, ask: &Ask, row: &Scenario, view: &mut CaseView) -> Result<()> {
    let wanted = announcement::Ask { scenario: Some(row.id), ..announcement::Ask::default() };
    let page = announcement::list(look, who, &wanted, Page::first(50))?;
    let rows = page.rows.iter().map(|a| {
        vec![
            Cell::link(&a.title, format!("/work/announcements/{}", a.id)).below(a.serial.clone().unwrap_or_default()),
            Cell::word(ask.lang, a.method),
            Cell::state(ask.lang, a.state),
            Cell::at(a.deadline),
        ]
    });
    let columns = ["title", "method", "state", "deadline"].iter().map(|c| ask.t(&format!("col-{c}"))).collect();
    view.table(ask.t("nouns-announcement"), columns, rows.collect(), ask.t("scenario-no-announcements"));
    Ok(())
}

/// Where this caller reads a class: in the work area, in the public catalogue, or nowhere yet.
pub fn address(who: &Caller, row: &Scenario) -> Option<String> {
    if who.is_any(DOOR) {
        return Some(format!("/work/scenarios/{}", row.id));
    }
    (row.state == State::Published).then(|| format!("/scenarios/{}", row.id))
}
