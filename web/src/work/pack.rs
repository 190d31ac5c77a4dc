//! The end-of-March pack in the work area: figures with the rows they come from, words, sign-off, and one download of all.

use super::survey::{amount, follows, money};
use crate::answer::{Answer, PageResult};
use crate::ask::Ask;
use crate::export::{self, Sheet as Table};
use crate::noun::Show;
use crate::routes::{Door, Route, route};
use crate::view::case::{CaseView, Fact, Section, TableView};
use crate::view::list::{Cell, ListView};
use platform::Role::{self, *};
use platform::flow::Noun;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result, Word};
use primary::licence::State as LicenceState;
use primary::{ProductForm, Purpose};
use resources::Level;
use secondary::fee;
use secondary::pack::contents::{FeeLine, Pair};
use secondary::pack::{self, Category, Content, Pack, State};
use secondary::posting::Account;
use secondary::product::State as ProductState;

impl Show for Pack {
    const DOOR: &'static [Role] = &[Finance, Legal, ScenarioDesk, Reviewer, Office, Bureau, Regulator, Auditor];

    /// The figures are shown as tables.
    fn sheet() -> Option<&'static Sheet> {
        None
    }
    fn content(&self) -> Answers {
        Answers::default()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let mut view = ListView::cases::<Pack>(look, who, ask)?;
        if let Some(due) = pack::owed(look)?.filter(|d| !d.published) {
            let said = [("period", due.period), ("day", due.due_on.to_string())];
            view.notices.push(ask.lang.ta(if due.overdue { "pack-overdue" } else { "pack-due" }, &said));
        }
        Ok(view)
    }
    fn extend(_: &mut Look, _: &Caller, ask: &Ask, row: &Pack, view: &mut CaseView) -> Result<()> {
        let content = row.read();
        if !row.holds() {
            view.notices.push(ask.t("disclosure-is-broken"));
        }
        if let Some(text) = ask.lang.maybe(&format!("pack-next-{}", row.state)) {
            view.notices.push(text);
        }
        if matches!(row.state, State::Drafted | State::Returned) {
            for field in content.missing() {
                view.notices.push(ask.lang.of_it(&ask.t("pack-missing"), &ask.t(&format!("pack-texts-{field}"))));
            }
        }
        let mut facts = vec![
            Fact::text(ask.t("col-period"), format!("{}（{} – {}）", row.period, row.from_on, row.to_on)),
            Fact::text(ask.t("disclosure-as-of"), platform::clock::shanghai_text(content.as_of)),
            Fact::text(ask.t("bid-digest"), &row.digest),
        ];
        if row.edition > 0 {
            facts.push(Fact::text(ask.t("col-edition"), ask.lang.tn("disclosure-edition-n", row.edition)));
        }
        view.sections.push(Section { title: ask.t("section-identity"), facts, ..Section::default() });
        for part in parts(ask, &content, true) {
            let title = if part.disclosed { part.title } else { format!("{} · {}", ask.t("pack-report"), part.title) };
            let table = TableView { columns: part.columns, rows: part.rows, empty: ask.t("disclosure-nothing") };
            view.sections.push(Section { title, note: part.note, table: Some(table), ..Section::default() });
        }
        view.links.push((ask.t("pack-archive"), format!("/work/packs/{}/archive", row.id)));
        if row.is_public() {
            view.links.push((ask.t("public-page"), format!("/packs/{}", row.id)));
        }
        Ok(())
    }
}

/// A table of the pack.
pub struct Part {
    pub name: &'static str,
    pub title: String,
    /// Disclosed to everybody, or reported to the authorities.
    pub disclosed: bool,
    pub note: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

impl Part {
    /// As a file.
    pub fn table(&self) -> Table {
        Table { labels: self.columns.clone(), rows: self.rows.iter().map(|r| r.iter().map(|c| c.text.clone()).collect()).collect() }
    }
}

fn word<W: Word>(ask: &Ask, text: &str) -> Cell {
    W::of(text).map_or_else(|| Cell::text(text), |w| Cell::word(ask.lang, w))
}

fn pairs(ask: &Ask, pairs: &[Pair]) -> Vec<Vec<Cell>> {
    pairs.iter().map(|p| vec![Cell::text(ask.t(&format!("pack-pair-{}", p.label))), Cell::text(&p.value)]).collect()
}

/// A cell that leads to the rows it comes from, inside only.
fn to(inside: bool, text: impl Into<String>, href: String) -> Cell {
    if inside { Cell::link(text, href) } else { Cell::text(text) }
}

fn fee_rows(ask: &Ask, lines: &[&FeeLine], inside: bool, cap: bool) -> Vec<Vec<Cell>> {
    lines
        .iter()
        .map(|f| {
            let price = super::fee::per(ask, if cap { f.cap } else { f.actual }, &f.unit);
            let mut cells = vec![
                to(inside, &f.item, format!("/work/fees/{}", f.id)),
                Cell::text(&f.use_case),
                word::<Purpose>(ask, &f.purpose),
                word::<fee::Billing>(ask, &f.billing),
                Cell::text(price),
            ];
            if !cap {
                cells.push(Cell::date(f.since));
                cells.push(word::<fee::State>(ask, &f.state));
            }
            cells
        })
        .collect()
}

/// Every table of the pack, the seven categories first; links to rows and the price report only inside.
pub fn parts(ask: &Ask, content: &Content, inside: bool) -> Vec<Part> {
    let labels = |keys: &[&str]| keys.iter().map(|k| ask.t(k)).collect::<Vec<_>>();
    let part = |name: &'static str, title: String, disclosed: bool, columns: &[&str], rows: Vec<Vec<Cell>>| Part {
        name,
        title,
        disclosed,
        note: content.texts.text(name).to_string(),
        columns: labels(columns),
        rows,
    };
    let category = |of: Category, columns: &[&str], rows| part(of.as_str(), ask.lang.w(of), true, columns, rows);
    let licences = content
        .authorisations
        .iter()
        .enumerate()
        .map(|(i, l)| {
            vec![
                to(
                    inside && i < content.licences.len(),
                    &l.serial,
                    format!("/work/licences/{}", content.licences.get(i).cloned().unwrap_or_default()),
                ),
                Cell::text(&l.holder),
                Cell::text(&l.credit_code),
                Cell::text(&l.scenario),
                Cell::text(&l.scope),
                Cell::text(super::disclosure::term(ask, l)),
                word::<LicenceState>(ask, &l.state),
            ]
        })
        .collect();
    let resources = content
        .resources
        .iter()
        .map(|u| {
            vec![
                Cell::text(&u.title),
                Cell::text(&u.unit),
                word::<Level>(ask, &u.level),
                Cell::text(&u.licence),
                Cell::text(super::disclosure::used(u)),
            ]
        })
        .collect();
    let products = content
        .products
        .iter()
        .map(|p| {
            vec![
                Cell::text(&p.serial),
                Cell::text(&p.title),
                word::<ProductForm>(ask, &p.form),
                Cell::text(&p.scenario),
                Cell::text(ask.lang.pick(&p.price_zh, &p.price_en).clone()),
                Cell::date(p.listed_on),
                word::<ProductState>(ask, &p.status),
            ]
        })
        .collect();
    let mut all = vec![
        category(Category::Body, &["col-item", "col-value"], pairs(ask, &content.body)),
        category(
            Category::Authorisation,
            &["licence-number", "col-holder", "col-credit_code", "col-scenario", "filing-scope", "col-term", "col-state"],
            licences,
        ),
        category(
            Category::Caps,
            &["col-fee_item", "fee-use_case", "col-purpose", "fee-billing", "col-cap"],
            fee_rows(ask, &content.caps(), inside, true),
        ),
        category(Category::Operator, &["col-item", "col-value"], pairs(ask, &content.operator)),
        category(Category::Resources, &["noun-entry", "licence-unit", "entry-level", "noun-licence", "disclosure-since"], resources),
        category(Category::Products, &["col-number", "col-title", "col-form", "col-scenario", "col-price", "col-listed_on", "col-state"], products),
        category(
            Category::Fees,
            &["col-fee_item", "fee-use_case", "col-purpose", "fee-billing", "col-actual", "col-effective_on", "col-state"],
            fee_rows(ask, &content.actuals(), inside, false),
        ),
    ];
    if inside {
        let report = |name: &'static str, columns: &[&str], rows| part(name, ask.t(&format!("pack-texts-{name}")), false, columns, rows);
        all.push(report("overall", &["col-item", "posting-line-amount"], overall(ask, content)));
        all.push(report("cost", &["posting-line-account", "posting-line-amount"], costs(ask, content)));
        all.push(report("sales", &["col-sold", "col-quantity", "col-revenue"], sales(ask, content)));
        all.push(report("deviation", &["col-item", "col-value"], deviation(ask, content)));
        all.push(report("adjustments", &["col-at", "col-fee_item", "col-act", "col-cap", "col-actual", "col-reason"], adjustments(ask, content)));
    }
    all
}

/// The year as a whole; revenue, cost and profit lead to the books.
fn overall(ask: &Ask, content: &Content) -> Vec<Vec<Cell>> {
    let year = content.year;
    let lines = [
        ("pack-revenue", content.revenue),
        ("pack-subsidy", content.subsidy),
        ("pack-cost", content.cost),
        ("pack-tax", content.tax),
        ("pack-profit", content.profit),
    ];
    lines.into_iter().map(|(key, fen)| vec![Cell::link(ask.t(key), format!("/work/postings/sums?year={year}")), amount(ask, fen)]).collect()
}

fn costs(ask: &Ask, content: &Content) -> Vec<Vec<Cell>> {
    content.costs.iter().map(|c| vec![word::<Account>(ask, &c.account), amount(ask, c.amount)]).collect()
}

fn sales(ask: &Ask, content: &Content) -> Vec<Vec<Cell>> {
    let line = |s: &pack::contents::SaleLine| {
        let name = match &s.fee {
            Some(id) => Cell::link(&s.item, format!("/work/fees/{id}")),
            None => Cell::text(ask.t("posting-unnamed")),
        };
        vec![name, Cell::text(format!("{} {}", s.quantity, s.unit).trim().to_string()), amount(ask, s.revenue)]
    };
    content.sales.iter().map(line).collect()
}

fn deviation(ask: &Ask, content: &Content) -> Vec<Vec<Cell>> {
    let Some(d) = &content.deviation else { return Vec::new() };
    let line = |key: &str, text: String| vec![Cell::text(ask.t(key)), Cell::text(text)];
    vec![
        vec![Cell::text(ask.t("noun-survey")), Cell::link(&d.serial, super::survey::href(&d.survey))],
        line("survey-fact-mar", money(ask, d.mar)),
        line("survey-revenue", money(ask, d.actual)),
        line("survey-deviation", d.rate.map(|r| super::survey::deviation(ask, r, d.actual, d.mar)).unwrap_or_default()),
        line("survey-follows", follows(ask, d.follows())),
    ]
}

fn adjustments(ask: &Ask, content: &Content) -> Vec<Vec<Cell>> {
    let line = |a: &pack::contents::AdjustLine| {
        let sum = |fen: Option<i64>| fen.map_or_else(Cell::default, |f| amount(ask, f));
        vec![
            Cell::text(a.on.to_string()),
            Cell::link(&a.item, format!("/work/fees/{}", a.fee)),
            word::<fee::Act>(ask, &a.act),
            sum(a.cap),
            sum(a.actual),
            Cell::text(&a.reason),
        ]
    };
    content.adjustments.iter().map(line).collect()
}

/// The files of an archive: each part as CSV, all on the sheets of one XLSX, and the text that the digest is of.
pub fn files(ask: &Ask, row: &Pack, inside: bool) -> Result<Vec<(String, Vec<u8>)>> {
    let content = row.read();
    let parts = parts(ask, &content, inside);
    let mut files = Vec::new();
    let mut sheets = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        let folder = if part.disclosed { "disclosure" } else { "report" };
        let table = part.table();
        files.push((format!("{folder}/{:02}-{}.csv", i + 1, part.name), table.csv()));
        sheets.push((format!("{} {}", i + 1, part.title), table));
    }
    let sheets: Vec<(String, &Table)> = sheets.iter().map(|(name, table)| (name.clone(), table)).collect();
    files.push((format!("pack-{}.xlsx", row.period), export::book(&sheets)?));
    let words: String = parts.iter().filter(|p| !p.note.is_empty()).map(|p| format!("# {}\n\n{}\n\n", p.title, p.note)).collect();
    files.push(("texts.md".into(), words.into_bytes()));
    if inside {
        files.push((format!("pack-{}.json", row.period), row.content.clone().into_bytes()));
        files.push(("sha256.txt".into(), format!("{}  pack-{}.json\n", row.digest, row.period).into_bytes()));
    }
    Ok(files)
}

/// `GET /work/packs/{id}/archive`: everything in one ZIP.
async fn archive(ask: Ask) -> PageResult {
    let id = ask.id::<Pack>("id")?;
    let row = ask.look(move |look, who| Pack::find(look, who, id)).await?;
    let bytes = export::archive(files(&ask, &row, true)?)?;
    Ok(Answer::Bytes { media: "application/zip".into(), name: Some(format!("pack-{}-{}.zip", row.period, row.edition)), bytes, cache: false })
}

pub fn routes() -> Vec<Route> {
    let inside = Door::Only(Pack::DOOR.to_vec());
    vec![route("GET", "/work/packs/{id}/archive", inside, "route-pack-archive", archive).of::<Pack>("")]
}
