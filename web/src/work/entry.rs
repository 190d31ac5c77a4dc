//! Entries of the resource catalogue in the work area.

use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact};
use crate::view::list::{Cell, ListView, Row};
use platform::Role::{self, *};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use resources::entry::{self, ENTRY, State};
use resources::{Domain, Entry, Level};

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
        let wanted = entry::Ask { words: ask.q("q").into(), state: ask.q_word("state"), domain: ask.q_word("domain"), level: ask.q_word("level") };
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
    fn extend(look: &mut Look, _: &Caller, ask: &Ask, row: &Entry, view: &mut CaseView) -> Result<()> {
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
        Ok(())
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
