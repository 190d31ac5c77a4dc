//! Price filings in the work area: filed by developers, received or returned by the finance desk.

use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section, TableView};
use crate::view::list::{Cell, ListView, Row, due};
use platform::Role::{self, *};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use primary::Purpose;
use secondary::pricing::{self, PRICING, Pricing, State};
use secondary::product;
use serde_json::Value;

impl Show for Pricing {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        Some(&PRICING)
    }
    /// The product is linked, not named by its id.
    fn content(&self) -> Answers {
        let mut content = self.answers();
        content.0.remove("product");
        content
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let own = !who.oversees();
        let columns: &[&'static str] = if own {
            &["number", "product", "price", "effective_on", "state", "due"]
        } else {
            &["number", "product", "holder", "price", "effective_on", "state", "due"]
        };
        let lead = ask.t(if own { "pricing-list-own" } else { "pricing-list-read" });
        let view = ListView::new(ask, ask.t("nouns-pricing"), "prices", columns).lead(lead).words(ask).filter::<State>(ask, "state");
        let view = view.turns::<Pricing>(look, who, ask)?;
        let wanted = pricing::Ask { words: ask.q("q").into(), state: ask.q_word("state"), product: ask.q("product").parse().ok() };
        let page = pricing::list(look, who, &wanted, ask.page())?;
        let names = org::names(look, page.rows.iter().filter_map(|p| p.owner).collect())?;
        let (today, calendar) = (look.today(), look.calendar());
        Ok(view.fill(ask, page, |p| {
            let mut cells = vec![
                Cell::text(p.serial.clone().unwrap_or_default()),
                Cell::text(&p.title),
                Cell::text(pricing::say(p, ask.lang.is_en())),
                Cell::date(p.effective_on),
                Cell::state(ask.lang, p.state),
                Cell::due(due(ask.lang, &calendar, today, p.clock.as_deref(), p.due_on)),
            ];
            if !own {
                cells.insert(2, Cell::maybe(p.owner.and_then(|o| names.get(&o).cloned())));
            }
            Row { href: format!("/work/prices/{}", p.id), cells }
        }))
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Pricing, view: &mut CaseView) -> Result<()> {
        let of = product::row(look, row.product)?;
        let current = pricing::current(look, row.product)?;
        let is_current = current.as_ref().is_some_and(|p| p.id == row.id);
        if of.purpose == Purpose::PublicGood && !who.is_developer() {
            view.notices.push(ask.t("pricing-must-be-free"));
        }
        if is_current {
            view.notices.push(ask.t("pricing-is-current"));
        }
        let holder = row.owner.map(|o| org::name(look, o)).transpose()?.unwrap_or_default();
        let mut facts = vec![
            Fact { label: ask.t("col-price"), texts: vec![pricing::say(row, ask.lang.is_en())], ..Fact::default() },
            Fact::link(ask.t("noun-product"), format!("{} {}", of.title, of.serial.unwrap_or_default()), format!("/work/products/{}", of.id)),
            Fact::text(ask.t("col-holder"), holder),
            Fact::text(ask.t("col-purpose"), ask.lang.w(of.purpose)),
            Fact::text(ask.t("pricing-effective_on"), row.effective_on.map(|d| d.to_string()).unwrap_or_default()),
        ];
        if let Some(total) = total(&row.answers()) {
            facts.push(Fact::text(ask.t("pricing-total"), ask.lang.yuan(total)));
        }
        // The day stands at the head: receiving a filing may move it.
        view.sections.iter_mut().for_each(|s| s.facts.retain(|f| f.name != "effective_on"));
        view.sections.insert(0, Section { title: ask.t("pricing-head"), facts, ..Section::default() });
        view.sections.push(history(look, ask, row, current)?);
        Ok(())
    }
}

/// Sum of the cost items in fen.
fn total(of: &Answers) -> Option<i64> {
    let rows = of.0.get("costs").and_then(Value::as_array)?;
    Some(rows.iter().filter_map(|r| r.get("amount").and_then(Value::as_i64)).sum())
}

/// The prices of the same product that were received, newest first.
fn history(look: &mut Look, ask: &Ask, row: &Pricing, current: Option<Pricing>) -> Result<Section> {
    let rows = pricing::history(look, row.product)?
        .iter()
        .map(|p| {
            let number = p.serial.clone().unwrap_or_default();
            let number =
                if p.id == row.id { Cell::text(number).below(ask.t("pricing-this")) } else { Cell::link(number, format!("/work/prices/{}", p.id)) };
            let standing = match &current {
                Some(now) if now.id == p.id => "pricing-current",
                Some(now) if p.effective_on <= now.effective_on => "pricing-replaced",
                _ => "pricing-coming",
            };
            vec![number, Cell::text(pricing::say(p, ask.lang.is_en())), Cell::date(p.effective_on), Cell::text(ask.t(standing))]
        })
        .collect();
    let columns = ["col-number", "col-price", "pricing-effective_on", "col-state"].map(|k| ask.t(k)).to_vec();
    Ok(Section {
        title: ask.t("pricing-history"),
        table: Some(TableView { columns, rows, empty: ask.t("pricing-no-history") }),
        ..Section::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn costs_are_summed() {
        assert_eq!(total(&Answers::of(json!({"costs": [{"amount": 100}, {"amount": 35}]}))), Some(135));
        assert_eq!(total(&Answers::default()), None);
    }
}
