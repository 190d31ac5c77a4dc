//! Partners of an operator in the work area.

use super::{part, said};
use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::CaseView;
use crate::view::list::ListView;
use platform::Role::{self, *};
use platform::flow::Noun;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use primary::oversight::partner::{Act, PROPOSE, Partner};

impl Show for Partner {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        Some(&PROPOSE)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        Ok(ListView::cases::<Self>(look, who, ask)?.lead(ask.t("partner-list-lead")))
    }
    fn extend(look: &mut Look, _: &Caller, ask: &Ask, row: &Partner, view: &mut CaseView) -> Result<()> {
        let content = row.answers();
        for (act, name, title) in [(Act::Assess, "assessed", "partner-assessed"), (Act::Exit, "exited", "partner-exited")] {
            if let Some(sheet) = Partner::DEEDS.iter().find(|d| d.act == act).map(|d| d.sheet) {
                view.sections.extend(said(look, ask, title, sheet, &part(&content, name))?);
            }
        }
        Ok(())
    }
}
