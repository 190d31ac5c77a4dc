//! Complaints from the public, at the desks that answer them.

use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section};
use crate::view::list::{Cell, ListView, Row, due};
use platform::Role::{self, *};
use platform::case::{self, Case};
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result, Word, flow};
use primary::oversight::complaint::{self, Complaint, Desk, FILE, Kind, State};

impl Show for Complaint {
    const DOOR: &'static [Role] = &[Legal, Office, Bureau, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        Some(&FILE)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let columns = &["number", "title", "complaint_kind", "matter", "desk", "state", "due", "created_at"];
        let view = ListView::new(ask, ask.t("nouns-complaint"), "complaints", columns)
            .lead(ask.t("complaint-list-lead"))
            .words(ask)
            .filter::<State>(ask, "state")
            .filter::<Kind>(ask, "complaint_kind")
            .filter::<Desk>(ask, "desk");
        let mut wanted = case::Ask { words: ask.q("q").into(), state: ask.q_word("state"), ..case::Ask::default() };
        wanted.about.extend(ask.q_word::<Kind>("complaint_kind").map(|k| ("kind", k.to_string())));
        wanted.about.extend(ask.q_word::<Desk>("desk").map(|d| ("desk", d.to_string())));
        let page = case::list::<Complaint>(look, &Complaint::sight(who), &wanted, ask.page())?;
        let (today, calendar) = (look.today(), look.calendar());
        Ok(view.fill(ask, page, |c| Row {
            href: format!("/work/complaints/{}", c.id),
            cells: vec![
                Cell::maybe(c.serial.clone()),
                Cell::text(&c.title),
                Cell::word(ask.lang, c.kind),
                Cell::word(ask.lang, c.matter),
                Cell::word(ask.lang, c.desk),
                Cell::state(ask.lang, c.state),
                Cell::due(due(ask.lang, &calendar, today, c.clock.as_deref(), c.due_on)),
                Cell::at(Some(c.created_at)),
            ],
        }))
    }
    fn mine(who: &Caller) -> String {
        Desk::ALL.iter().find(|d| who.is_any(d.roles())).map_or_else(String::new, |d| format!("&desk={d}"))
    }
    /// What waits for the caller's own desk.
    fn waiting(look: &mut Look, who: &Caller) -> Result<Vec<flow::Waiting>> {
        complaint::waiting(look, who)
    }
    fn extend(_: &mut Look, _: &Caller, ask: &Ask, row: &Complaint, view: &mut CaseView) -> Result<()> {
        view.lead_with(vec![Fact::text(ask.t("col-desk"), ask.lang.w(row.desk))]);
        let said = row.answers();
        if !said.text("answer").is_empty() {
            let mut facts = vec![
                Fact::text(ask.lang.w(row.state), said.text("answer")),
                Fact::text(ask.t("complaint-answer-open"), ask.t(if row.open_answer { "yes" } else { "no" })),
            ];
            if !said.text("summary").is_empty() {
                facts.push(Fact::text(ask.t("complaint-answer-summary"), said.text("summary")));
            }
            view.sections.push(Section { title: ask.t("complaint-answered"), facts, ..Section::default() });
        }
        if row.state == State::Escalated {
            view.notices.push(ask.t("complaint-is-late"));
        }
        if row.open_answer && row.state.as_str() == "answered" {
            view.links.push((ask.t("public-page"), "/complaints".into()));
        }
        Ok(())
    }
}
