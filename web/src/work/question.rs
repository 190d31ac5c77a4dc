//! Questions about announcements in the work area. What is answered is for everybody; who asked is not.

use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section};
use crate::view::list::{Cell, ListView, Row, due};
use platform::Role::{self, Registered};
use platform::event::Event;
use platform::people::{Org, org};
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Id, Look, Result};
use primary::announcement;
use primary::question::{self, QUESTION, Question, State};

/// Those who oversee, and whoever asked, read who asked.
fn knows(who: &Caller, row: &Question) -> bool {
    who.oversees() || row.is_of(who)
}

/// Who asked, for those who may know.
fn asker(who: &Caller, row: &Question) -> Option<Id<Org>> {
    row.owner.filter(|_| knows(who, row))
}

impl Show for Question {
    const DOOR: &'static [Role] = &[Registered];

    fn sheet() -> Option<&'static Sheet> {
        Some(&QUESTION)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let columns = &["question", "announcement", "filed_by", "state", "due", "created_at"];
        let view = ListView::new(ask, ask.t("nouns-question"), "questions", columns)
            .words(ask)
            .filter::<State>(ask, "state")
            .turns::<Question>(look, who, ask)?;
        let wanted = question::Wanted { words: ask.q("q").into(), state: ask.q_word("state"), announcement: ask.q("announcement").parse().ok() };
        let page = question::list(look, who, &wanted, ask.page())?;
        let about = announcement::by_ids(look, page.rows.iter().map(|r| r.announcement).collect())?;
        let askers = org::names(look, page.rows.iter().filter_map(|r| r.owner).collect())?;
        let (today, calendar) = (look.today(), look.calendar());
        Ok(view.fill(ask, page, |row| Row {
            href: format!("/work/questions/{}", row.id),
            cells: vec![
                Cell::text(&row.title),
                Cell::maybe(about.iter().find(|a| a.id == row.announcement).map(|a| &a.title)),
                Cell::maybe(asker(who, row).and_then(|o| askers.get(&o).cloned())),
                Cell::state(ask.lang, row.state),
                Cell::due(due(ask.lang, &calendar, today, row.clock.as_deref(), row.due_on)),
                Cell::at(Some(row.created_at)),
            ],
        }))
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Question, view: &mut CaseView) -> Result<()> {
        let about = announcement::row(look, row.announcement)?;
        view.name("announcement", vec![super::announcement::named(who, &about)]);
        if let Some(asker) = asker(who, row) {
            view.lead_with(vec![Fact::text(ask.t("col-filed_by"), org::name(look, asker)?)]);
        }
        let said = row.answers();
        if !said.text("answer").is_empty() {
            let facts = vec![Fact::text(ask.t("question-answer-answer"), said.text("answer"))];
            view.sections.push(Section { title: ask.t("col-answer"), facts, ..Section::default() });
        }
        Ok(())
    }
    fn owner(who: &Caller, row: &Question) -> Option<Id<Org>> {
        asker(who, row)
    }
    fn history(who: &Caller, row: &Question, events: &mut Vec<Event>) {
        if !knows(who, row) {
            events.retain(|e| e.act != question::Act::Ask.to_string());
        }
    }
}
