//! The ledger in the work area: postings, and the sums by account.

use super::survey::{amount, money};
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::noun::Show;
use crate::routes::{Door, Route, route};
use crate::view::case::{CaseView, Fact, Section, TableView};
use crate::view::list::{Cell, ListView, Row};
use crate::view::panels::{Line, Panel, PanelsView, Rows};
use chrono::Datelike;
use platform::Role::{self, *};
use platform::case::{self, Case};
use platform::paging::Page;
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use primary::licence;
use secondary::posting::book::{self, Span};
use secondary::posting::{self, Kind, POSTING, Posting, State};
use secondary::{Fee, product};

impl Show for Posting {
    const DOOR: &'static [Role] = &[Finance, DeveloperAdmin, DeveloperStaff, ScenarioDesk, Reviewer, Legal, Office, Bureau, Regulator, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        Some(&POSTING)
    }
    /// What it is about is linked, and the lines are a table.
    fn content(&self) -> Answers {
        let mut content = self.answers();
        for field in ["product", "licence", "fee", "lines", "kind", "on_day", "quantity"] {
            content.0.remove(field);
        }
        content
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let columns = &["on_day", "memo", "posting_kind", "posting_amount", "organisation", "state"];
        let mut view = ListView::new(ask, ask.t("nouns-posting"), "postings", columns)
            .lead(ask.t("posting-list-lead"))
            .words(ask)
            .filter::<Kind>(ask, "kind")
            .filter::<State>(ask, "state")
            .aside(ask.t("posting-sums"), "/work/postings/sums", "table");
        view.filters.iter_mut().filter(|f| f.name == "kind").for_each(|f| f.label = ask.t("col-posting_kind"));
        let mut wanted = case::Ask { words: ask.q("q").into(), state: ask.q_word("state"), ..case::Ask::default() };
        if let Some(kind) = ask.q_word::<Kind>("kind") {
            wanted.about.push(("kind", kind.to_string()));
        }
        // A file that is taken away holds all that was asked for.
        let page = if ask.q("format").is_empty() { ask.page() } else { Page::first(5000) };
        let page = case::list::<Posting>(look, &Posting::sight(who), &wanted, page)?;
        let names = org::names(look, page.rows.iter().filter_map(|p| p.owner).collect())?;
        Ok(view.fill(ask, page, |p| Row {
            href: format!("/work/postings/{}", p.id),
            cells: vec![
                Cell::date(Some(p.on_day)),
                Cell::text(&p.title),
                Cell::word(ask.lang, p.kind),
                amount(ask, p.amount),
                Cell::maybe(p.owner.and_then(|o| names.get(&o).cloned())),
                Cell::state(ask.lang, p.state),
            ],
        }))
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Posting, view: &mut CaseView) -> Result<()> {
        let mut facts = vec![
            Fact::text(ask.t("col-on_day"), row.on_day.to_string()),
            Fact::text(ask.t("col-posting_kind"), ask.lang.w(row.kind)),
            Fact::text(ask.t("col-posting_amount"), money(ask, row.amount)),
        ];
        if let Some(id) = row.product {
            let of = product::row(look, id)?;
            facts.push(Fact::link(ask.t("noun-product"), format!("{} {}", of.title, of.serial.unwrap_or_default()), format!("/work/products/{id}")));
        }
        if let Some(id) = row.licence {
            let of = licence::row(look, id)?;
            facts.push(Fact::link(ask.t("noun-licence"), format!("{} {}", of.serial.unwrap_or_default(), of.title), format!("/work/licences/{id}")));
        }
        if let Some(number) = row.agreement {
            facts.push(Fact::text(ask.t("posting-agreement"), number.to_string()));
        }
        if let Some(id) = row.fee {
            let title = Fee::row(look, id)?.title;
            facts.push(if who.oversees() {
                Fact::link(ask.t("noun-fee"), title, format!("/work/fees/{id}"))
            } else {
                Fact::text(ask.t("noun-fee"), title)
            });
        }
        if let Some(n) = row.quantity {
            facts.push(Fact::text(ask.t("posting-quantity"), n.to_string()));
        }
        if let Some(id) = row.reverses {
            facts.push(Fact::link(ask.t("posting-reverses"), &row.title, format!("/work/postings/{id}")));
        }
        view.sections.insert(0, Section { title: ask.t("section-identity"), facts, ..Section::default() });
        let side = |fen: i64| if fen == 0 { Cell::default() } else { amount(ask, fen) };
        let rows = book::lines_of(look, row.id)?
            .into_iter()
            .map(|l| vec![Cell::word(ask.lang, l.account), side(l.debit), side(l.credit), Cell::text(l.note)])
            .collect();
        let columns = ["posting-line-account", "posting-debit", "posting-credit", "posting-line-note"].map(|k| ask.t(k)).to_vec();
        view.sections.insert(
            1,
            Section { title: ask.t("posting-lines"), table: Some(TableView { columns, rows, empty: String::new() }), ..Section::default() },
        );
        if row.state == State::Reversed {
            view.notices.push(ask.t("posting-is-reversed"));
            for by in case::all_of::<Posting>(look, "reverses", row.id, &[])? {
                view.links.push((ask.t("posting-reversed-by"), format!("/work/postings/{}", by.id)));
            }
        }
        Ok(())
    }
}

/// `GET /work/postings/sums`: one year of the books by account, and what was sold.
async fn sums(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, who| {
            let year = a.q("year").parse::<i32>().ok().filter(|y| (2020..2100).contains(y)).unwrap_or(look.today().year());
            // Whose books: the authorities and the audit choose, others have their own.
            let whose = match a.q("organisation").parse() {
                Ok(id) if posting::reads_all(who) => id,
                _ if posting::reads_all(who) => org::primary(look)?.map_or(who.org()?, |o| o.id),
                _ => who.org()?,
            };
            let title = format!("{} · {} · {year}", a.t("posting-sums"), org::name(look, whose)?);
            let c = a.chrome(title).crumb(a.t("nav-work"), "/work").crumb(a.t("nouns-posting"), "/work/postings");
            let sums = book::sums(look, whose, Span::year(year))?;
            let (debit, credit) = (sums.iter().map(|s| s.debit).sum(), sums.iter().map(|s| s.credit).sum());
            let mut lines: Vec<Line> = sums
                .iter()
                .map(|s| Line { cells: vec![Cell::word(a.lang, s.account), amount(&a, s.debit), amount(&a, s.credit)], ..Line::default() })
                .collect();
            if !lines.is_empty() {
                lines.push(Line { cells: vec![Cell::text(a.t("posting-all")), amount(&a, debit), amount(&a, credit)], ..Line::default() });
            }
            let table = Rows::new(&a, &["account", "debit", "credit"], lines);
            let mut view = PanelsView::new(c).back("/work/postings").lead(a.t("posting-sums-lead"));
            let this = look.today().year();
            for near in [year - 1, year + 1].into_iter().filter(|near| *near <= this) {
                view = view.action(a.lang.tn("posting-sums-year", near), format!("/work/postings/sums?year={near}&organisation={whose}"));
            }
            let mut sold = Vec::new();
            for sale in book::sales(look, whose, Span::year(year))? {
                let item = match (sale.fee, sale.product) {
                    (Some(fee), _) => Fee::row(look, fee)?.title,
                    (None, Some(of)) => product::row(look, of)?.title,
                    (None, None) => a.t("posting-unnamed"),
                };
                sold.push(Line { cells: vec![Cell::text(item), Cell::text(sale.quantity.to_string()), amount(&a, sale.revenue)], ..Line::default() });
            }
            let sold = Rows::new(&a, &["sold", "quantity", "revenue"], sold);
            Ok(view.panel(Panel { title: a.t("posting-by-account"), table: Some(table), ..Panel::default() }).panel(Panel {
                title: a.t("posting-sales"),
                table: Some(sold),
                ..Panel::default()
            }))
        })
        .await?;
    ask.show(&view)
}

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/work/postings/sums", Door::Only(Posting::DOOR.to_vec()), "route-posting-sums", sums)]
}
