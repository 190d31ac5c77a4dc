//! Proposals to end a licence, and holders' notices, in the work area.

use super::{about, next, part, sheet_of};
use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact};
use crate::view::list::ListView;
use platform::Role::{self, *};
use platform::flow::Noun;
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use primary::destruction;
use primary::rectification::Rectification;
use primary::termination::{Act, State, Termination};

impl Show for Termination {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        Self::OPENING.map(|o| o.sheet)
    }
    fn content(&self) -> Answers {
        let mut content = self.answers();
        content.0.remove("ground");
        content
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        ListView::cases::<Self>(look, who, ask)
    }
    fn extend(look: &mut Look, _: &Caller, ask: &Ask, row: &Termination, view: &mut CaseView) -> Result<()> {
        next(ask, view, &format!("termination-next-{}", row.state));
        let mut facts = vec![about(look, ask, row.licence)?];
        if let Some(holder) = row.owner {
            facts.push(Fact::text(ask.t("col-holder"), org::name(look, holder)?));
        }
        facts.push(Fact::text(ask.t("termination-ground"), ask.lang.w(row.kind)));
        if let Some(day) = row.heard_until.filter(|_| matches!(row.state, State::Proposed | State::Heard)) {
            facts.push(Fact::text(ask.t("termination-heard-until"), day.to_string()));
        }
        if let Some(day) = row.ends_on {
            facts.push(Fact::text(ask.t("licence-notice-ends_on"), day.to_string()));
        }
        if let Some(of) = row.rectification {
            let of = Rectification::row(look, of)?;
            facts.push(Fact::link(ask.t("noun-rectification"), of.serial.unwrap_or_default(), format!("/work/rectifications/{}", of.id)));
        }
        if let Some(of) = destruction::of_licence(look, row.licence)?.filter(|_| row.state == State::Ended) {
            facts.push(Fact::link(ask.t("noun-destruction"), of.serial.unwrap_or_default(), format!("/work/destructions/{}", of.id)));
        }
        view.lead_with(facts);
        view.sections.extend(part(look, ask, "termination-answer", sheet_of::<Self>(Act::Answer), &row.answers(), "answer")?);
        Ok(())
    }
}
