//! Archived files of licences in the work area.

use super::{about, next, sheet_of};
use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section};
use crate::view::list::ListView;
use platform::Role::{self, *};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use primary::archive::{Act, Archive};
use primary::destruction;

impl Show for Archive {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        sheet_of::<Self>(Act::HandOver)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        ListView::cases::<Self>(look, who, ask)
    }
    fn extend(look: &mut Look, _: &Caller, ask: &Ask, row: &Archive, view: &mut CaseView) -> Result<()> {
        next(ask, view, &format!("archive-next-{}", row.state));
        let mut facts = vec![about(look, ask, row.licence)?];
        if let Some(holder) = row.owner {
            facts.push(Fact::text(ask.t("col-holder"), org::name(look, holder)?));
        }
        facts.push(Fact::text(ask.t("archive-class-class"), ask.lang.w(row.class)));
        let until = row.keep_until.map_or_else(|| ask.t("archive-for-ever"), |d| d.to_string());
        facts.push(Fact::text(ask.t("archive-keep-until"), until));
        if let Some(of) = destruction::of_licence(look, row.licence)? {
            facts.push(Fact::link(ask.t("noun-destruction"), of.serial.unwrap_or_default(), format!("/work/destructions/{}", of.id)));
        }
        view.sections.retain(|s| !s.facts.is_empty());
        view.sections.insert(0, Section { title: ask.t("section-identity"), facts, note: ask.t("archive-note"), ..Section::default() });
        Ok(())
    }
}
