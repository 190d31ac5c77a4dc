//! Orders of rectification in the work area.

use super::{about, next, part, sheet_of};
use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section};
use crate::view::list::ListView;
use platform::Role::{self, *};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use primary::rectification::{Act, OPEN, ORDER, Rectification};

impl Show for Rectification {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        Some(&ORDER)
    }
    /// The licence is linked, and what is closed is named in full.
    fn content(&self) -> Answers {
        let mut content = self.answers();
        for shown in ["licence", "closes", "due_on"] {
            content.0.remove(shown);
        }
        content
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        ListView::cases::<Self>(look, who, ask)
    }
    fn extend(look: &mut Look, _: &Caller, ask: &Ask, row: &Rectification, view: &mut CaseView) -> Result<()> {
        next(ask, view, &format!("rectification-next-{}", row.state));
        let mut facts = vec![about(look, ask, row.licence)?];
        if let Some(holder) = row.owner {
            facts.push(Fact::text(ask.t("col-holder"), org::name(look, holder)?));
        }
        facts.push(Fact::text(ask.t("rectification-ordered_as"), ask.lang.w(row.ordered_as)));
        let label = if OPEN.contains(&row.state) { "rectification-closed-now" } else { "rectification-closed-then" };
        facts.push(Fact { label: ask.t(label), texts: row.closed().into_iter().map(|p| ask.lang.w(p)).collect(), ..Fact::default() });
        view.lead_with(facts);
        let content = row.answers();
        view.sections.extend(part(look, ask, "rectification-proof", sheet_of::<Self>(Act::Prove), &content, "proof")?);
        if !content.text("check").is_empty() {
            let facts = vec![Fact::text(ask.t("rectification-check-check"), content.text("check"))];
            view.sections.push(Section { title: ask.t("rectification-check"), facts, ..Section::default() });
        }
        Ok(())
    }
}
