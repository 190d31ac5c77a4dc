//! Objections in the work area: everybody's own, the legal desk's whole list.

use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section};
use crate::view::list::{Cell, ListView, Row, due};
use platform::Role::{self, Registered};
use platform::case::{self, Case};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use primary::announcement;
use primary::objection::{OBJECTION, Objection, State};

impl Show for Objection {
    const DOOR: &'static [Role] = &[Registered];

    fn sheet() -> Option<&'static Sheet> {
        Some(&OBJECTION)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let columns = &["grounds", "announcement", "filed_by", "state", "due", "filed_at"];
        let view = ListView::new(ask, ask.t("nouns-objection"), "objections", columns)
            .words(ask)
            .filter::<State>(ask, "state")
            .turns::<Objection>(look, who, ask)?;
        let mut wanted = case::Ask { words: ask.q("q").into(), state: ask.q_word("state"), ..case::Ask::default() };
        if !ask.q("announcement").is_empty() {
            wanted.about.push(("subject", ask.q("announcement").into()));
        }
        let page = case::list::<Objection>(look, &Objection::sight(who), &wanted, ask.page())?;
        let about = announcement::by_ids(look, page.rows.iter().filter_map(|r| r.subject.parse().ok()).collect())?;
        let filers = org::names(look, page.rows.iter().filter_map(|r| r.owner).collect())?;
        let (today, calendar) = (look.today(), look.calendar());
        Ok(view.fill(ask, page, |row| Row {
            href: format!("/work/objections/{}", row.id),
            cells: vec![
                Cell::text(&row.title),
                Cell::maybe(about.iter().find(|a| a.id.to_string() == row.subject).map(|a| &a.title)),
                Cell::maybe(row.owner.and_then(|o| filers.get(&o).cloned())),
                Cell::state(ask.lang, row.state),
                Cell::due(due(ask.lang, &calendar, today, row.clock.as_deref(), row.due_on)),
                Cell::at(Some(row.created_at)),
            ],
        }))
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Objection, view: &mut CaseView) -> Result<()> {
        if let Ok(id) = row.subject.parse() {
            let about = announcement::row(look, id)?;
            view.name("announcement", vec![super::announcement::named(who, &about)]);
        }
        if let Some(filer) = row.owner {
            view.lead_with(vec![Fact::text(ask.t("col-filed_by"), org::name(look, filer)?)]);
        }
        let said = row.answers();
        if !said.text("answer").is_empty() {
            let facts = vec![Fact::text(ask.lang.w(row.state), said.text("answer"))];
            view.sections.push(Section { title: ask.t("objection-answer"), facts, ..Section::default() });
        }
        Ok(())
    }
}
