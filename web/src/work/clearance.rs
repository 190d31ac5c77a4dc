//! Approvals for the single case in the work area.

use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section};
use crate::view::list::ListView;
use platform::Role::{self, *};
use platform::flow::Noun;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use resources::entry;
use secondary::clearance::Clearance;
use secondary::product;

impl Show for Clearance {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff, Reviewer, Legal, Office, Bureau, Regulator, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        Self::OPENING.map(|o| o.sheet)
    }
    /// The product is linked, not named by its id.
    fn content(&self) -> Answers {
        let mut content = self.answers();
        content.0.remove("product");
        content
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        ListView::cases::<Self>(look, who, ask)
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Clearance, view: &mut CaseView) -> Result<()> {
        let of = product::row(look, row.product)?;
        let name = of.serial.map_or(of.title.clone(), |n| format!("{n} {}", of.title));
        let own = row.owner.is_some_and(|o| who.acts_for(o));
        // Before the first submission a draft is its maker's only.
        let named = if own || of.version > 0 {
            Fact::link(ask.t("noun-product"), name, format!("/work/products/{}", row.product))
        } else {
            Fact::text(ask.t("noun-product"), name)
        };
        let sources = entry::by_ids(look, &row.answers().list("sources"))?;
        let resources = Fact {
            label: ask.t("nouns-entry"),
            texts: sources.iter().map(|e| format!("{} · {}", e.title, ask.lang.w(e.level))).collect(),
            ..Fact::default()
        };
        let facts = vec![named, Fact::text(ask.t("clearance-form"), ask.lang.w(row.form)), resources];
        view.sections.insert(0, Section { title: ask.t("section-identity"), facts, ..Section::default() });
        Ok(())
    }
}
