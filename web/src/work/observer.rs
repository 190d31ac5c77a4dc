//! Data observers and the opinions they gather; bought data and backflow, which are kept and answered in the same way.

use super::units::{UNITS, name_entry, next, party, said_at, sheet_of};
use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section};
use crate::view::list::ListView;
use platform::Role::{self, Registered};
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use resources::backflow::{self, BACKFLOW, Backflow};
use resources::observer::{self, OBSERVER, Observer};
use resources::opinion::{self, OPINION, Opinion};
use resources::purchase::{PURCHASE, Purchase};

impl Show for Observer {
    const DOOR: &'static [Role] = &[Registered];

    fn sheet() -> Option<&'static Sheet> {
        Some(&OBSERVER)
    }
    /// His name is the title already.
    fn content(&self) -> Answers {
        let mut content = self.answers();
        content.0.remove("person");
        content
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        ListView::cases::<Observer>(look, who, ask)
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Observer, view: &mut CaseView) -> Result<()> {
        view.lead_with(party(look, ask, "col-organisation", row.owner)?.into_iter().collect());
        if let (observer::State::Named, Some(unit), Some(_)) = (row.state, row.owner, who.person) {
            view.links.push((ask.t("opinion-new"), format!("/work/opinions/new?unit={unit}")));
        }
        Ok(())
    }
}

impl Show for Opinion {
    const DOOR: &'static [Role] = &[Registered];

    fn sheet() -> Option<&'static Sheet> {
        Some(&OPINION)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        ListView::cases::<Opinion>(look, who, ask)
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Opinion, view: &mut CaseView) -> Result<()> {
        view.lead_with(party(look, ask, "col-raised_by", row.owner)?.into_iter().collect());
        if let Some(observer) = observer::now(look, row.unit)? {
            view.lead_with(vec![Fact::link(ask.t("noun-observer"), observer.title.clone(), format!("/work/observers/{}", observer.id))]);
        }
        if let Some(sheet) = sheet_of::<Opinion>(opinion::Act::Answer) {
            view.sections.extend(said_at(look, who, ask, row, row.answers().given("answer"), "opinion-answer", sheet)?);
        }
        Ok(())
    }
}

impl Show for Purchase {
    const DOOR: &'static [Role] = UNITS;

    fn sheet() -> Option<&'static Sheet> {
        Some(&PURCHASE)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        ListView::cases::<Purchase>(look, who, ask)
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Purchase, view: &mut CaseView) -> Result<()> {
        view.lead_with(party(look, ask, "col-organisation", row.owner)?.into_iter().collect());
        let said = row.answers();
        if said.given("address").is_some() {
            let mut facts = vec![Fact::text(ask.t("purchase-serve-address"), said.text("address"))];
            if row.entry.is_some() {
                facts.push(Fact { name: "entry".into(), label: ask.t("purchase-serve-entry"), ..Fact::default() });
            }
            view.sections.push(Section { title: ask.t("purchase-interface"), facts, ..Section::default() });
        }
        if let Some(entry) = row.entry {
            name_entry(look, who, ask, view, entry)?;
        }
        next(ask, &format!("purchase-next-{}", row.state), view);
        Ok(())
    }
}

impl Show for Backflow {
    const DOOR: &'static [Role] = UNITS;

    fn sheet() -> Option<&'static Sheet> {
        Some(&BACKFLOW)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        ListView::cases::<Backflow>(look, who, ask)
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Backflow, view: &mut CaseView) -> Result<()> {
        use backflow::Act;
        view.lead_with(party(look, ask, "col-organisation", row.owner)?.into_iter().collect());
        let steps = [
            ("forward", "backflow-forwarded", Act::Forward),
            ("answer", "backflow-answered", Act::Grant),
            ("arrival", "backflow-arrived", Act::Arrive),
        ];
        for (under, title, act) in steps {
            if let Some(sheet) = sheet_of::<Backflow>(act) {
                view.sections.extend(said_at(look, who, ask, row, row.answers().given(under), title, sheet)?);
            }
        }
        next(ask, &format!("backflow-next-{}", row.state), view);
        Ok(())
    }
}
