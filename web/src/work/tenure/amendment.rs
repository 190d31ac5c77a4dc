//! Applications for an amendment or a renewal in the work area: what is asked beside what holds now.

use super::{about, next, part, sheet_of};
use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section, TableView};
use crate::view::list::{Cell, ListView};
use platform::Role::{self, *};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use primary::amendment::{self, AMENDMENT, Act, Amendment, Kind};
use primary::licence;
use serde_json::Value;

impl Show for Amendment {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        Some(&AMENDMENT)
    }
    /// What is asked stands beside what holds now, in a table of its own.
    fn content(&self) -> Answers {
        let mut content = self.answers();
        for shown in ["to_on", "scope", "resources", "fee"] {
            content.0.remove(shown);
        }
        content
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        ListView::cases::<Self>(look, who, ask)
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Amendment, view: &mut CaseView) -> Result<()> {
        next(ask, view, &format!("amendment-next-{}", row.state));
        let mut facts = vec![about(look, ask, row.licence)?, Fact::text(ask.t("amendment-kind"), ask.lang.w(row.kind))];
        if let Some(holder) = row.owner {
            facts.insert(1, Fact::text(ask.t("col-holder"), org::name(look, holder)?));
        }
        view.lead_with(facts);
        view.sections.insert(0, changes(look, ask, row)?);
        view.sections.extend(part(look, ask, "amendment-assessment", sheet_of::<Self>(Act::Assess), &row.answers(), "assessment")?);
        if let Some(holder) = row.owner.filter(|_| who.oversees()) {
            view.sections.push(crate::work::oversight::results(look, ask, holder)?);
            view.sections.push(crate::work::oversight::marks(look, ask, holder)?);
        }
        if let Some(filing) = amendment::filing_of(look, row.id)? {
            let name = filing.serial.clone().unwrap_or_default();
            let facts = vec![
                if who.oversees() {
                    Fact::link(ask.t("noun-filing"), name, format!("/work/filings/{}", filing.id))
                } else {
                    Fact::text(ask.t("noun-filing"), name)
                },
                Fact::text(ask.t("col-state"), ask.lang.w(filing.state)),
            ];
            view.sections.push(Section { title: ask.t("amendment-follows"), facts, ..Section::default() });
            if let Some(next) = licence::under(look, filing.id)? {
                view.links.push((ask.t("amendment-see-licence"), format!("/work/licences/{}", next.id)));
            }
        }
        Ok(())
    }
}

/// What holds now and what is asked, line by line; only what differs.
fn changes(look: &mut Look, ask: &Ask, row: &Amendment) -> Result<Section> {
    let of = licence::row(look, row.licence)?;
    let (now, said) = (of.terms(), row.answers());
    let titles = |look: &mut Look, ids: &[String]| -> Result<String> {
        let entries = resources::entry::by_ids(look, ids)?;
        Ok(entries.into_iter().map(|e| e.title).collect::<Vec<_>>().join(if ask.lang.is_en() { "; " } else { "、" }))
    };
    let yuan = |fen: i64| ask.lang.yuan(fen);
    let mut lines = Vec::new();
    if !said.text("to_on").is_empty() {
        let from = if row.kind == Kind::Renew { of.to_on.succ_opt().unwrap_or(of.to_on) } else { of.from_on };
        lines.push(("licence-term", format!("{} – {}", of.from_on, of.to_on), format!("{from} – {}", said.text("to_on"))));
    }
    if !said.text("scope").is_empty() {
        lines.push(("filing-scope", now.scope.clone(), said.text("scope").to_string()));
    }
    let chosen = said.list("resources");
    if !chosen.is_empty() {
        lines.push(("filing-resources", titles(look, &now.resources)?, titles(look, &chosen)?));
    }
    if let Some(fee) = said.0.get("fee").and_then(Value::as_i64) {
        lines.push(("filing-fee", yuan(now.fee), yuan(fee)));
    }
    let rows = lines.into_iter().map(|(key, old, new)| vec![Cell::text(ask.t(key)), Cell::text(old), Cell::text(new)]).collect();
    let columns = ["amendment-term", "amendment-now", "amendment-asked"].map(|k| ask.t(k)).to_vec();
    Ok(Section {
        title: ask.t("amendment-changes"),
        table: Some(TableView { columns, rows, empty: ask.t("amendment-no-changes") }),
        ..Section::default()
    })
}
