//! Orders to destroy, their records and certificates in the work area.

use super::{about, next, part, sheet_of};
use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section};
use crate::view::list::ListView;
use platform::Role::{self, *};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use primary::archive;
use primary::destruction::{Act, Destruction, State};

impl Show for Destruction {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        None
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        ListView::cases::<Self>(look, who, ask)
    }
    fn extend(look: &mut Look, _: &Caller, ask: &Ask, row: &Destruction, view: &mut CaseView) -> Result<()> {
        next(ask, view, &format!("destruction-next-{}", row.state));
        let content = row.answers();
        let entries = resources::entry::by_ids(look, &content.list("resources"))?;
        let mut facts = vec![about(look, ask, row.licence)?];
        if let Some(holder) = row.owner {
            facts.push(Fact::text(ask.t("col-holder"), org::name(look, holder)?));
        }
        facts.push(Fact { label: ask.t("filing-resources"), texts: entries.into_iter().map(|e| e.title).collect(), ..Fact::default() });
        let held = row.holds_logs(look.today());
        facts.push(Fact {
            label: ask.t("destruction-logs"),
            texts: vec![ask.lang.ta("destruction-logs-until", &[("day", row.hold_until.to_string())])],
            badge: Some(if held { (ask.t("destruction-logs-held"), "bg-blue-lt") } else { (ask.t("destruction-logs-free"), "bg-secondary-lt") }),
            ..Fact::default()
        });
        view.sections.push(Section { title: ask.t("destruction-order"), facts, note: ask.t("destruction-order-note"), ..Section::default() });
        if let Some(mut section) = part(look, ask, "destruction-record", sheet_of::<Self>(Act::Record), &content, "record")? {
            section.facts.push(Fact::text(ask.t("destruction-manifest-digest"), content.text("manifest_digest")));
            view.sections.push(section);
        }
        if row.state == State::Certified {
            let facts = vec![
                Fact::link(
                    ask.t("destruction-certificate"),
                    row.serial.clone().unwrap_or_default(),
                    format!("/work/destructions/{}/certificate", row.id),
                ),
                Fact::text(ask.t("destruction-digest"), row.digest.clone().unwrap_or_default()),
            ];
            view.sections.push(Section { title: ask.t("destruction-certificate"), facts, ..Section::default() });
            if let Some(kept) = archive::of_licence(look, row.licence)? {
                view.links.push((ask.t("noun-archive"), format!("/work/archives/{}", kept.id)));
            }
        }
        Ok(())
    }
}
