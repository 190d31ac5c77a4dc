//! The price book in the work area: proposed by the operator, capped by the authorising body, set by the operator.

use super::survey::money;
use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section};
use crate::view::list::{Cell, ListView, Row};
use platform::Role::{self, *};
use platform::case::{self, Case};
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use secondary::Survey;
use secondary::fee::{FEE, Fee, State};

/// An amount for one unit, in words.
pub fn per(ask: &Ask, fen: Option<i64>, unit: &str) -> String {
    fen.map_or_else(String::new, |fen| if fen == 0 { ask.t("fee-free") } else { format!("{}/{unit}", money(ask, fen)) })
}

impl Show for Fee {
    const DOOR: &'static [Role] = &[Finance, Legal, ScenarioDesk, Reviewer, Office, Bureau, Regulator, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        Some(&FEE)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let columns = &["fee_item", "purpose", "cap", "actual", "effective_on", "state"];
        let view = ListView::new(ask, ask.t("nouns-fee"), "fees", columns)
            .lead(ask.t("fee-list-lead"))
            .words(ask)
            .filter::<State>(ask, "state")
            .aside(ask.t("fee-public"), "/fees", "coin")
            .turns::<Fee>(look, who, ask)?;
        let wanted = case::Ask { words: ask.q("q").into(), state: ask.q_word("state"), ..case::Ask::default() };
        let page = case::list::<Fee>(look, &Fee::sight(who), &wanted, ask.page())?;
        Ok(view.fill(ask, page, |f| Row {
            href: format!("/work/fees/{}", f.id),
            cells: vec![
                Cell::text(&f.title).below(f.answers().text("use_case")),
                Cell::word(ask.lang, f.purpose),
                Cell { whole: true, ..Cell::text(per(ask, f.cap, &f.unit())) },
                Cell { whole: true, ..Cell::text(per(ask, f.actual, &f.unit())) },
                Cell::date(f.effective_on),
                Cell::state(ask.lang, f.state),
            ],
        }))
    }
    fn extend(look: &mut Look, _: &Caller, ask: &Ask, row: &Fee, view: &mut CaseView) -> Result<()> {
        let unit = row.unit();
        let mut facts = Vec::new();
        if row.cap.is_some() {
            facts.push(Fact::text(ask.t("col-cap"), per(ask, row.cap, &unit)));
        }
        if row.actual.is_some() {
            let label = if row.state == State::Trial { "fee-trial-fee" } else { "col-actual" };
            facts.push(Fact::text(ask.t(label), per(ask, row.actual, &unit)));
            facts.push(Fact::text(ask.t("col-effective_on"), row.effective_on.map(|d| d.to_string()).unwrap_or_default()));
        }
        if let Some(id) = row.survey {
            let within = Survey::row(look, id)?;
            facts.push(Fact::link(
                ask.t("noun-survey"),
                format!("{} {}", within.serial.unwrap_or_default(), within.title),
                super::survey::href(&id.to_string()),
            ));
        }
        if !facts.is_empty() {
            view.sections.insert(0, Section { title: ask.t("fee-standing"), facts, ..Section::default() });
        }
        if let Some(text) = ask.lang.maybe(&format!("fee-next-{}", row.state)) {
            view.notices.push(text);
        }
        Ok(())
    }
}
