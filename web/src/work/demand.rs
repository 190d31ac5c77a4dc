//! Demands for scenarios in the work area: everybody's own, the desk's whole list.

use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact};
use crate::view::list::{Cell, ListView, Row};
use platform::Role::{self, *};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use primary::demand::{self, DEMAND, Demand, State};
use primary::{Domain, Purpose, scenario};

impl Show for Demand {
    const DOOR: &'static [Role] = &[Registered];

    fn sheet() -> Option<&'static Sheet> {
        Some(&DEMAND)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let columns = &["title", "domain", "purpose", "demand_unit", "filed_by", "state", "created_at"];
        let mut view = ListView::new(ask, ask.t("nouns-demand"), "demands", columns)
            .words(ask)
            .filter::<Domain>(ask, "domain")
            .filter::<Purpose>(ask, "purpose")
            .filter::<State>(ask, "state")
            .turns::<Demand>(look, who, ask)?;
        if who.is(ScenarioDesk) {
            view = view.aside(ask.t("import-demands"), "/work/demands/import", "upload");
        }
        let wanted =
            demand::Ask { words: ask.q("q").into(), state: ask.q_word("state"), domain: ask.q_word("domain"), purpose: ask.q_word("purpose") };
        let page = demand::list(look, who, &wanted, ask.page())?;
        let filers = org::names(look, page.rows.iter().filter_map(|r| r.owner).collect())?;
        Ok(view.fill(ask, page, |row| Row {
            href: format!("/work/demands/{}", row.id),
            cells: vec![
                Cell::titled(&row.title, row.serial.clone()),
                Cell::word(ask.lang, row.domain),
                Cell::word(ask.lang, row.purpose),
                Cell::text(row.answers().text("unit")),
                Cell::maybe(row.owner.and_then(|o| filers.get(&o).cloned())),
                Cell::state(ask.lang, row.state),
                Cell::at(Some(row.created_at)),
            ],
        }))
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Demand, view: &mut CaseView) -> Result<()> {
        let mut facts = Vec::new();
        if let Some(owner) = row.owner {
            facts.push(Fact::text(ask.t("col-filed_by"), org::name(look, owner)?));
        }
        if let Some(class) = row.scenario {
            let class = scenario::row(look, class)?;
            let label = ask.t("noun-scenario");
            facts.push(match super::scenario::address(who, &class) {
                Some(href) => Fact::link(label, &class.title, href),
                None => Fact::text(label, &class.title),
            });
        }
        view.lead_with(facts);
        Ok(())
    }
}
