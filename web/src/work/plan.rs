//! Emergency plans in the work area.

use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section};
use crate::view::list::{Cell, ListView, Row};
use platform::Role::{self, *};
use platform::flow::Noun;
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use primary::licence;
use primary::plan::{self, Plan, State};

impl Show for Plan {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        Self::OPENING.map(|o| o.sheet)
    }
    /// The licence is linked, not named by its id.
    fn content(&self) -> Answers {
        let mut content = self.answers();
        content.0.remove("licence");
        content
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let view = ListView::new(ask, ask.t("nouns-plan"), "plans", &["title", "holder", "lead", "drilled_on", "state", "created_at"])
            .lead(ask.t("plan-list-lead"));
        let page = plan::list(look, who, ask.q("licence").parse().ok(), ask.page())?;
        let names = org::names(look, page.rows.iter().filter_map(|p| p.owner).collect())?;
        Ok(view.fill(ask, page, |p| {
            let said = p.answers();
            Row {
                href: format!("/work/plans/{}", p.id),
                cells: vec![
                    Cell::text(&p.title),
                    Cell::maybe(p.owner.and_then(|o| names.get(&o).cloned())),
                    Cell::text(said.text("lead")),
                    Cell::text(said.text("drilled_on")),
                    Cell::state(ask.lang, p.state),
                    Cell::at(Some(p.created_at)),
                ],
            }
        }))
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Plan, view: &mut CaseView) -> Result<()> {
        let licence = licence::row(look, row.licence)?;
        let name = format!("{} {}", licence.serial.unwrap_or_default(), licence.title);
        let facts = vec![Fact::link(ask.t("noun-licence"), name, format!("/work/licences/{}", licence.id))];
        view.sections.insert(0, Section { title: ask.t("section-identity"), facts, ..Section::default() });
        if row.state == State::Replaced {
            view.notices.push(ask.t("plan-is-replaced"));
        } else if who.is_developer() && row.state == State::Filed {
            view.links.push((ask.t("plan-renew"), format!("/work/plans/new?licence={}", licence.id)));
        }
        Ok(())
    }
}
