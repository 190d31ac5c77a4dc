//! Shares in the income of a licence in the work area, with what they would mean before anybody signs.

use super::survey::amount;
use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section, TableView};
use crate::view::list::{Cell, ListView, Row};
use platform::Role::{self, *};
use platform::case::{self, Case};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use primary::licence;
use secondary::split::{self, SPLIT, Split, State};
use std::collections::HashMap;

impl Show for Split {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff, Legal, Finance, Office, Bureau, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        Some(&SPLIT)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let columns = &["licence", "agreement", "owner", "state", "created_at"];
        let view = ListView::new(ask, ask.t("nouns-split"), "splits", columns)
            .lead(ask.t("split-list-lead"))
            .words(ask)
            .filter::<State>(ask, "state")
            .turns::<Split>(look, who, ask)?;
        let wanted = case::Ask { words: ask.q("q").into(), state: ask.q_word("state"), ..case::Ask::default() };
        let page = case::list::<Split>(look, &Split::sight(who), &wanted, ask.page())?;
        let owners = org::names(look, page.rows.iter().filter_map(|s| s.owner).collect())?;
        let mut serials = HashMap::new();
        for row in &page.rows {
            serials.insert(row.licence, licence::row(look, row.licence)?.serial);
        }
        Ok(view.fill(ask, page, |s| Row {
            href: format!("/work/splits/{}", s.id),
            cells: vec![
                Cell::titled(&s.title, serials.get(&s.licence).cloned().flatten()),
                Cell::text(ask.lang.tn("agreement-version", s.agreement)),
                Cell::maybe(s.owner.and_then(|owner| owners.get(&owner).cloned())),
                Cell::state(ask.lang, s.state),
                Cell::at(Some(s.created_at)),
            ],
        }))
    }
    fn extend(look: &mut Look, _: &Caller, ask: &Ask, row: &Split, view: &mut CaseView) -> Result<()> {
        let of = licence::row(look, row.licence)?;
        let facts = vec![
            Fact::link(ask.t("noun-licence"), format!("{} {}", of.serial.unwrap_or_default(), of.title), format!("/work/licences/{}", of.id)),
            Fact::text(ask.t("posting-agreement"), row.agreement.to_string()),
        ];
        view.sections.insert(0, Section { title: ask.t("section-identity"), facts, ..Section::default() });
        for (i, seen) in split::simulate(look, row)?.into_iter().enumerate() {
            let rows = seen
                .parts
                .iter()
                .map(|(share, fen)| {
                    vec![
                        Cell::text(&share.name).below(ask.lang.w(share.contributor)),
                        Cell::text(format!("{}%", share.rate.percent())),
                        amount(ask, *fen),
                    ]
                })
                .collect();
            let columns = ["split-share-name", "split-share-percent", "split-part"].map(|k| ask.t(k)).to_vec();
            let said = [("year", seen.year.to_string()), ("income", crate::say::grouped(seen.income))];
            view.sections.insert(
                1 + i,
                Section {
                    title: ask.lang.ta(if i == 0 { "split-simulated-last" } else { "split-simulated-this" }, &said),
                    note: ask.lang.ta("split-simulated-note", &said),
                    table: Some(TableView { columns, rows, empty: String::new() }),
                    ..Section::default()
                },
            );
        }
        if row.state == State::Drafted {
            view.notices.push(ask.t("split-is-draft"));
        }
        Ok(())
    }
}
