//! Indicator sheets, and the primary operator's own emergency plan: plain cases.

use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section};
use crate::view::list::{Cell, ListView, Row};
use platform::Role::{self, *};
use platform::case::{self, Case};
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use primary::oversight::operator_plan::{self, OperatorPlan};
use primary::oversight::scheme::{self, SCHEME, Scheme};

impl Show for Scheme {
    const DOOR: &'static [Role] =
        &[Office, Bureau, Regulator, Source, Expert, Legal, ScenarioDesk, Reviewer, Finance, Auditor, DeveloperAdmin, DeveloperStaff];

    fn sheet() -> Option<&'static Sheet> {
        Some(&SCHEME)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let view = ListView::new(ask, ask.t("nouns-scheme"), "evaluation-schemes", &["year", "title", "items", "state", "created_at"])
            .lead(ask.t("scheme-list-lead"))
            .filter::<scheme::State>(ask, "state");
        let wanted = case::Ask { state: ask.q_word("state"), ..case::Ask::default() };
        let page = case::list::<Scheme>(look, &Scheme::sight(who), &wanted, ask.page())?;
        Ok(view.fill(ask, page, |s| Row {
            href: format!("/work/evaluation-schemes/{}", s.id),
            cells: vec![
                Cell::text(s.year.to_string()),
                Cell::text(&s.title),
                Cell::text(s.items().len().to_string()),
                Cell::state(ask.lang, s.state),
                Cell::at(Some(s.created_at)),
            ],
        }))
    }
}

impl Show for OperatorPlan {
    const DOOR: &'static [Role] = &[Legal, ScenarioDesk, Reviewer, Finance, Office, Bureau, Regulator, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        Some(&operator_plan::SHEET)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        Ok(ListView::cases::<Self>(look, who, ask)?.lead(ask.t("operator_plan-list-lead")))
    }
    fn extend(_: &mut Look, who: &Caller, ask: &Ask, row: &OperatorPlan, view: &mut CaseView) -> Result<()> {
        if row.state == operator_plan::State::Replaced {
            view.notices.push(ask.t("plan-is-replaced"));
        } else if who.is(Legal) {
            view.links.push((ask.t("plan-renew"), "/work/operator-plans/new".into()));
        }
        view.sections.insert(
            0,
            Section {
                title: ask.t("section-identity"),
                facts: vec![Fact::text(ask.t("col-created_at"), platform::clock::shanghai_text(row.created_at))],
                ..Section::default()
            },
        );
        Ok(())
    }
}
