//! Entries of the resource catalogue in the work area.

use super::chain;
use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact};
use crate::view::list::{Cell, ListView, Row};
use platform::Role::{self, *};
use platform::flow;
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use resources::entry::{self, ENTRY, State};
use resources::{Domain, Entry, Level, Share, sharing};

/// Who may open entries: units, those who oversee, and developers, who see what is published.
const DOOR: &[Role] = &[Source, Bureau, ScenarioDesk, Reviewer, Legal, Finance, Office, Regulator, Auditor, DeveloperAdmin, DeveloperStaff];

impl Show for Entry {
    const DOOR: &'static [Role] = DOOR;

    fn sheet() -> Option<&'static Sheet> {
        Some(&ENTRY)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let mut view = ListView::new(ask, ask.t("nouns-entry"), "resources", &["title", "domain", "level", "source_unit", "state", "updated_at"])
            .words(ask)
            .filter::<Domain>(ask, "domain")
            .filter::<Level>(ask, "level")
            .filter::<State>(ask, "state")
            .turns::<Entry>(look, who, ask)?;
        if who.is(Source) {
            view = view.aside(ask.t("import-entries"), "/work/entries/import", "upload");
        }
        let overdue = ask.q("review") == "overdue";
        if overdue {
            view.notices.push(ask.t("entry-overdue-only"));
        } else if who.is_any(&[Source, Bureau]) {
            view = view.aside(ask.t("entry-overdue"), "/work/entries?review=overdue", "clock");
        }
        let wanted = entry::Ask {
            words: ask.q("q").into(),
            state: ask.q_word("state"),
            domain: ask.q_word("domain"),
            level: ask.q_word("level"),
            overdue,
            ..entry::Ask::default()
        };
        let page = entry::list(look, who, &wanted, ask.page())?;
        let units = org::names(look, page.rows.iter().filter_map(|r| r.owner).collect())?;
        Ok(view.fill(ask, page, |row| Row {
            href: format!("/work/entries/{}", row.id),
            cells: vec![
                Cell::titled(&row.title, row.code.clone()),
                Cell::word(ask.lang, row.domain),
                level(ask, row.level),
                Cell::maybe(row.owner.and_then(|o| units.get(&o).cloned())),
                Cell::state(ask.lang, row.state),
                Cell::at(Some(row.updated_at)),
            ],
        }))
    }
    /// Besides the table's own turns: attributes that must be looked at again within ten days, or should have been (XC-23).
    fn waiting(look: &mut Look, who: &Caller) -> Result<Vec<flow::Waiting>> {
        let mut waiting = flow::waiting::<Self>(look, who)?;
        waiting.extend(entry::review_waiting(look, who)?);
        Ok(waiting)
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Entry, view: &mut CaseView) -> Result<()> {
        let unit = match row.owner {
            Some(owner) => org::name(look, owner)?,
            None => String::new(),
        };
        if let Some(fact) = view.fact("level") {
            fact.texts.clear();
            fact.badge = Some((ask.lang.w(row.level), tone(row.level)));
        }
        if row.personal {
            view.notices.push(ask.t("entry-is-personal"));
        }
        view.lead_with(vec![Fact::text(ask.t("col-source_unit"), unit)]);
        notices(look, ask, row, view)?;
        view.section(ask.t("node-chain"), chain::of_entry(look, who, ask, row)?);
        used(look, who, ask, row, view)?;
        asks(who, ask, row, view);
        Ok(())
    }
}

/// What keeps the data out of authorised operation, and whose word is missing.
fn notices(look: &mut Look, ask: &Ask, row: &Entry, view: &mut CaseView) -> Result<()> {
    if let Some(ground) = row.excluded {
        let said = ask.lang.of_it(&ask.t("entry-is-excluded"), &ask.lang.w(ground));
        view.notices.push(format!("{said} · {}", row.excluded_basis.as_deref().unwrap_or_default()));
    }
    if let Some(provider) = row.shared_from {
        let args = [("unit", org::name(look, provider)?), ("day", row.consented_on.map_or_else(String::new, |d| d.to_string()))];
        view.notices.push(ask.lang.ta(if row.consented_on.is_some() { "entry-consented" } else { "entry-not-consented" }, &args));
    }
    Ok(())
}

/// The record of access: who was given the data by sharing, for its unit and those who oversee (XC-3).
fn used(look: &mut Look, who: &Caller, ask: &Ask, row: &Entry, view: &mut CaseView) -> Result<()> {
    if !(who.oversees() || row.owner.is_some_and(|o| who.acts_for(o))) || row.state == State::Drafted {
        return Ok(());
    }
    let uses = sharing::uses(look, row.id)?;
    let names = org::names(look, uses.iter().filter_map(|u| u.owner).collect())?;
    let line = |u: &sharing::Sharing| {
        let said = u.answers();
        vec![
            Cell::link(u.serial.clone().unwrap_or_default(), format!("/work/sharings/{}", u.id)),
            Cell::maybe(u.owner.and_then(|o| names.get(&o).cloned())),
            Cell::text(said.text("purpose")),
            Cell::date(Some(u.until)),
            Cell::state(ask.lang, u.state),
        ]
    };
    let columns = ["number", "requester", "purpose", "until", "state"].map(|c| ask.t(&format!("col-{c}"))).to_vec();
    view.table(ask.t("entry-uses"), columns, uses.iter().map(line).collect(), ask.t("entry-no-uses"));
    Ok(())
}

/// What may be asked about published data.
fn asks(who: &Caller, ask: &Ask, row: &Entry, view: &mut CaseView) {
    if row.state != State::Published {
        return;
    }
    let own = row.owner.is_some_and(|o| who.acts_for(o));
    if who.is(Source) && !own && row.share != Share::None {
        view.links.push((ask.t("sharing-new"), format!("/work/sharings/new?entry={}", row.id)));
    }
    if !own {
        view.links.push((ask.t("quality-new"), format!("/work/quality-issues/new?entry={}", row.id)));
        if !row.is_open() {
            view.links.push((ask.t("opening-new"), format!("/work/openings/new?entry={}", row.id)));
        }
    }
}

fn tone(level: Level) -> &'static str {
    match level {
        Level::L1 => "bg-green-lt",
        Level::L2 => "bg-blue-lt",
        Level::L3 => "bg-yellow-lt",
        Level::L4 => "bg-red-lt",
    }
}

/// A level as a badge.
pub fn level(ask: &Ask, level: Level) -> Cell {
    Cell { tone: tone(level), ..Cell::word(ask.lang, level) }
}

/// Names and addresses of some entries for a case's page; whoever may not open an entry gets its name only.
pub fn named(look: &mut Look, who: &Caller, ask: &Ask, ids: &[String]) -> Result<Vec<(String, String)>> {
    let rows = entry::by_ids(look, ids)?;
    let name = |row: &Entry| {
        let opens = who.is_any(DOOR) && (row.state == State::Published || who.oversees() || row.owner.is_some_and(|o| who.acts_for(o)));
        let href = if opens { format!("/work/entries/{}", row.id) } else { String::new() };
        (format!("{} · {}", row.title, ask.lang.w(row.level)), href)
    };
    Ok(ids.iter().filter_map(|id| rows.iter().find(|r| r.id.to_string() == *id)).map(name).collect())
}
