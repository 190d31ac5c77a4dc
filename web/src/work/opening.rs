//! Demand for opening, and the yearly plans of the institutions.

use super::units::{UNITS, name_entry, next, party, said_at, sheet_of};
use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::CaseView;
use crate::view::list::ListView;
use platform::Role::{self, Registered};
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use resources::opening::{self, OPENING, Opening};
use resources::opening_plan::{self, OpeningPlan, PLAN};

impl Show for Opening {
    const DOOR: &'static [Role] = &[Registered];

    fn sheet() -> Option<&'static Sheet> {
        Some(&OPENING)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        ListView::cases::<Opening>(look, who, ask)
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Opening, view: &mut CaseView) -> Result<()> {
        name_entry(look, who, ask, view, row.entry)?;
        let head = [party(look, ask, "col-raised_by", row.owner)?, party(look, ask, "col-answering", Some(row.unit))?];
        view.lead_with(head.into_iter().flatten().collect());
        let act = if row.state == opening::State::Refused { opening::Act::Refuse } else { opening::Act::Accept };
        if let Some(sheet) = sheet_of::<Opening>(act) {
            view.sections.extend(said_at(look, who, ask, row, row.answers().given("answer"), "opening-answer", sheet)?);
        }
        next(ask, &format!("opening-next-{}", row.state), view);
        Ok(())
    }
}

impl Show for OpeningPlan {
    const DOOR: &'static [Role] = UNITS;

    fn sheet() -> Option<&'static Sheet> {
        Some(&PLAN)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        ListView::cases::<OpeningPlan>(look, who, ask)
    }
    fn extend(look: &mut Look, _: &Caller, ask: &Ask, row: &OpeningPlan, view: &mut CaseView) -> Result<()> {
        view.lead_with(party(look, ask, "col-organisation", row.owner)?.into_iter().collect());
        if row.state == opening_plan::State::Published {
            view.links.push((ask.t("opening_plan-public"), format!("/open-data/plans/{}", row.id)));
        }
        Ok(())
    }
}
