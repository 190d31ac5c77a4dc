//! Inspections in the work area.

use super::said;
use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact};
use crate::view::list::ListView;
use platform::Role::{self, *};
use platform::flow::{self, Noun};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result, Word};
use primary::licence;
use primary::oversight::inspection::{Act, HOLD, Inspection, PLAN, State};

impl Show for Inspection {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        Some(&PLAN)
    }
    /// Whom and what it concerns is linked, not named by id.
    fn content(&self) -> Answers {
        let mut content = self.answers();
        content.0.remove("holder");
        content.0.remove("licence");
        content
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let mut view = ListView::cases::<Self>(look, who, ask)?.lead(ask.t("inspection-list-lead"));
        // What is not announced does not stand in the list of whom it concerns either.
        let hidden: Vec<String> = unannounced(look, who)?;
        let before = view.rows.len();
        view.rows.retain(|r| !hidden.contains(&r.href));
        view.total -= i64::try_from(before - view.rows.len()).unwrap_or(0);
        Ok(view)
    }
    /// The primary operator's legal desk plans what it plans; of what others plan, it is not told.
    fn waiting(look: &mut Look, who: &Caller) -> Result<Vec<flow::Waiting>> {
        let all = flow::waiting::<Self>(look, who)?;
        Ok(all.into_iter().filter(|w| !who.is(Legal) || w.state != State::Planned.as_str()).collect())
    }
    fn extend(look: &mut Look, _: &Caller, ask: &Ask, row: &Inspection, view: &mut CaseView) -> Result<()> {
        let mut facts = Vec::new();
        if let Some(owner) = row.owner {
            facts.push(Fact::text(ask.t("inspection-holder"), org::name(look, owner)?));
        }
        if let Some(id) = row.licence {
            let of = licence::row(look, id)?;
            facts.push(Fact::link(ask.t("noun-licence"), format!("{} {}", of.serial.unwrap_or_default(), of.title), format!("/work/licences/{id}")));
        }
        view.lead_with(facts);
        let content = row.answers();
        view.sections.extend(said(look, ask, "inspection-record-said", &HOLD, &content)?);
        if let Some(sheet) = Inspection::DEEDS.iter().find(|d| d.act == Act::Answer).map(|d| d.sheet) {
            view.sections.extend(said(look, ask, "inspection-answer-said", sheet, &content)?);
        }
        if !content.text("outcome").is_empty() {
            let mut facts = vec![Fact::text(ask.lang.w(row.state), content.text("outcome"))];
            if !content.text("proof").is_empty() {
                facts.push(Fact::text(ask.t("inspection-conceal-proof"), content.text("proof")));
            }
            let path = crate::work::path_of("rectification");
            if !content.text("rectification").is_empty() && !path.is_empty() {
                facts.push(Fact::link(
                    ask.t("inspection-rectification"),
                    ask.t("open-link"),
                    format!("/work/{path}/{}", content.text("rectification")),
                ));
            }
            view.sections.push(crate::view::case::Section { title: ask.t("inspection-outcome"), facts, ..Default::default() });
        }
        if row.state == State::Concealed {
            view.notices.push(ask.t("inspection-is-concealed"));
        }
        Ok(())
    }
}

/// Addresses of the cases that the caller's own organisation is not to know of yet.
fn unannounced(look: &mut Look, who: &Caller) -> Result<Vec<String>> {
    Ok(primary::oversight::inspection::hidden_from(look, who)?.into_iter().map(|id| format!("/work/inspections/{id}")).collect())
}
