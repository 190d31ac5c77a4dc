//! The bar list in the work area.

use super::{about, next};
use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section};
use crate::view::list::ListView;
use platform::Role::{self, *};
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use primary::bar::Bar;

impl Show for Bar {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Legal, Office, Bureau, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        None
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        ListView::cases::<Self>(look, who, ask)
    }
    fn extend(look: &mut Look, _: &Caller, ask: &Ask, row: &Bar, view: &mut CaseView) -> Result<()> {
        next(ask, view, &format!("bar-next-{}", row.state));
        let mut facts = vec![
            Fact::text(ask.t("termination-ground"), ask.lang.w(row.kind)),
            Fact::text(ask.t("bar-until"), row.until_on.to_string()),
            Fact::text(ask.t("reason-reason"), row.answers().text("reason")),
        ];
        if let Some(of) = row.licence {
            facts.push(about(look, ask, of)?);
        }
        view.sections.push(Section { title: ask.t("section-identity"), facts, ..Section::default() });
        Ok(())
    }
}
