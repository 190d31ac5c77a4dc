//! Disclosures: what the primary operator and the developers have made public, every edition of it, and what is overdue
//! (ZJK-29).

use super::log::{Logged, logged};
use super::{list, narrowed, page, whole_files};
use crate::answer::{Answer, PageResult};
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::shelf::Kept;
use crate::view::case::TableView;
use crate::view::chrome::Chrome;
use crate::view::list::{Cell, ListView, Row, tone};
use askama::Template;
use platform::flow::Noun;
use platform::paging::Page;
use platform::words::Word;
use platform::{Look, Refusal, Result, day};
use primary::ProductForm;
use primary::licence::State as LicenceState;
use resources::Level;
use secondary::disclosure::{self, Content, Disclosure, Kind, Published, State};
use secondary::product::State as ProductState;
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/disclosures", Door::Public, "route-public-disclosures", all).kept(Kept::Whole),
        route("GET", "/disclosures/{id}", Door::Public, "route-public-disclosure", one).kept(Kept::Whole),
    ]
}

/// A disclosure that is late.
#[derive(Clone, Debug, Serialize)]
pub struct Overdue {
    pub name: String,
    pub kind: String,
    pub period: String,
    pub due_on: String,
}

/// The disclosures that are late today.
pub fn overdue(look: &mut Look, ask: &Ask) -> Result<Vec<Overdue>> {
    let late = disclosure::due_list(look)?.into_iter().filter(|d| d.overdue);
    Ok(late.map(|d| Overdue { name: d.name, kind: ask.lang.w(d.kind), period: d.period, due_on: d.due_on.to_string() }).collect())
}

/// `GET /disclosures`
async fn all(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            let columns = ["discloser", "period", "kind", "edition", "state", "published_on", "serial", "digest"];
            let mut view = narrowed(
                list(&a, "pub-disclosures", "disclosures", &columns).words(&a).aside(a.t("pub-packs"), "/packs", "report"),
                &a,
                "kind",
                Kind::ALL,
            );
            let late = overdue(look, &a)?;
            if !late.is_empty() {
                let names: Vec<String> = late.iter().take(20).map(|o| format!("{} {} ({})", o.name, o.period, o.due_on)).collect();
                let said = [("n", late.len().to_string()), ("names", names.join(a.lang.pick("；", "; ")))];
                view.lead = format!("{} {}", view.lead, a.lang.ta("pub-overdue-line", &said));
            }
            let asked = disclosure::Ask { kind: a.q_word("kind"), words: a.q("q").into(), all_editions: true };
            let rows = disclosure::published(look, &asked, page(&a))?;
            Ok(whole_files(view.fill(&a, rows, |p| line(&a, p)), &a))
        })
        .await?;
    view.answer(&ask)
}

fn published_on(row: &Disclosure) -> String {
    row.published_at.map(|t| day::shanghai_date(t).to_string()).unwrap_or_default()
}

fn line(ask: &Ask, of: &Published) -> Row {
    Row {
        href: format!("/disclosures/{}", of.row.id),
        cells: vec![
            Cell::text(&of.owner_name),
            Cell::text(&of.row.period),
            Cell::word(ask.lang, of.row.kind),
            Cell::text(of.row.edition.to_string()),
            Cell::state(ask.lang, of.row.state),
            Cell::text(published_on(&of.row)),
            Cell::maybe(of.row.serial.clone()),
            Cell::text(&of.row.digest),
        ],
    }
}

/// A disclosure's page.
#[derive(Template, Serialize)]
#[template(path = "public/disclosure.html")]
struct DisclosureView {
    #[serde(skip)]
    c: Chrome,
    id: String,
    logged: Option<Logged>,
    serial: String,
    title: String,
    owner: String,
    kind: String,
    period: String,
    from: String,
    to: String,
    edition: i32,
    state: String,
    state_name: String,
    tone: &'static str,
    published: String,
    as_of: String,
    /// Published before its period was over.
    interim: bool,
    digest: String,
    /// Whether what is shown is still what the digest was taken of.
    holds: bool,
    lists: Vec<Listed>,
    remark: String,
    editions: Vec<Edition>,
    /// The edition that replaced this one.
    current: Option<String>,
}

#[derive(Serialize)]
struct Listed {
    name: &'static str,
    title: String,
    table: TableView,
    total: usize,
    more: bool,
    note: String,
}

#[derive(Serialize)]
struct Edition {
    number: i32,
    href: String,
    state: String,
    tone: &'static str,
    published: String,
    digest: String,
    here: bool,
}

/// Most rows of a list on the page; the files hold all.
const SHOWN: usize = 200;

const LICENCES: &[&str] = &["serial", "holder", "credit_code", "scenario", "scope", "from", "to", "ended_on", "state"];
const PRODUCTS: &[&str] = &["serial", "title", "form", "scenario", "price", "version", "listed_on", "state", "on_offer"];
const RESOURCES: &[&str] = &["title", "unit", "level", "licence", "since", "until"];

/// A list of a disclosure as columns and cells.
fn cells(ask: &Ask, content: &Content, name: &str) -> Option<(&'static [&'static str], Vec<Vec<Cell>>)> {
    let lang = ask.lang;
    fn word<W: Word>(lang: crate::say::Lang, text: &str) -> Cell {
        W::of(text).map_or_else(|| Cell::text(text), |w| Cell::word(lang, w))
    }
    let lists = &content.lists;
    Some(match name {
        "licences" => (
            LICENCES,
            lists
                .licences
                .iter()
                .map(|l| {
                    let plain = [&l.serial, &l.holder, &l.credit_code, &l.scenario, &l.scope].map(Cell::text);
                    let mut row = Vec::from(plain);
                    row.extend([Cell::date(Some(l.from)), Cell::date(Some(l.to)), Cell::date(l.ended_on), word::<LicenceState>(lang, &l.state)]);
                    row
                })
                .collect(),
        ),
        "products" => (
            PRODUCTS,
            lists
                .products
                .iter()
                .map(|l| {
                    vec![
                        Cell::text(&l.serial),
                        Cell::text(&l.title),
                        word::<ProductForm>(lang, &l.form),
                        Cell::text(&l.scenario),
                        Cell::text(lang.pick(&l.price_zh, &l.price_en).as_str()),
                        Cell::text(l.version.to_string()),
                        Cell::date(l.listed_on),
                        word::<ProductState>(lang, &l.status),
                        Cell::text(ask.t(if l.on_offer { "yes" } else { "no" })),
                    ]
                })
                .collect(),
        ),
        "resources" => (
            RESOURCES,
            lists
                .resources
                .iter()
                .map(|l| {
                    vec![
                        Cell::text(&l.title),
                        Cell::text(&l.unit),
                        word::<Level>(lang, &l.level),
                        Cell::text(&l.licence),
                        Cell::date(Some(l.since)),
                        Cell::date(l.until),
                    ]
                })
                .collect(),
        ),
        _ => return None,
    })
}

/// `GET /disclosures/{id}`: the page; `?format=json` the very text that the digest is of; `?list=…&format=csv|xlsx` one list.
async fn one(ask: Ask) -> PageResult {
    let id = ask.id::<Disclosure>("id")?;
    let (of, editions) = ask.look(move |look, _| disclosure::published_one(look, id)).await?;
    if of.row.state == State::Drafted {
        return Err(Refusal::NotFound);
    }
    match ask.q("format") {
        "" => {
            let mut view = view(&ask, of, editions);
            view.logged = logged(&ask, Disclosure::NAME, &view.id).await?;
            ask.show(&view)
        }
        "json" => Ok(Answer::Bytes {
            media: "application/json".into(),
            name: Some(format!("disclosure-{}-{}.json", of.row.period, of.row.edition)),
            bytes: of.row.content.into_bytes(),
            cache: false,
        }),
        _ => file(&ask, &of),
    }
}

/// One list of a disclosure as a file.
fn file(ask: &Ask, of: &Published) -> PageResult {
    let (columns, rows) = cells(ask, &of.row.read(), ask.q("list")).ok_or(Refusal::NotFound)?;
    let view: ListView = list(ask, "pub-disclosures", "disclosure", columns);
    let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let all = Page::first(total.max(1)).of(rows, total);
    view.fill(ask, all, |cells| Row { href: String::new(), cells: cells.clone() }).answer(ask)
}

fn listed(ask: &Ask, content: &Content, name: &'static str) -> Option<Listed> {
    let (columns, mut rows) = cells(ask, content, name)?;
    let note = content.notes.text(name).to_string();
    if rows.is_empty() && note.is_empty() {
        return None;
    }
    let total = rows.len();
    rows.truncate(SHOWN);
    Some(Listed {
        name,
        title: ask.t(&format!("pub-disclosed-{name}")),
        table: TableView { columns: columns.iter().map(|c| ask.t(&format!("pub-col-{c}"))).collect(), rows, empty: ask.t("list-empty") },
        total,
        more: total > SHOWN,
        note,
    })
}

fn view(ask: &Ask, of: Published, editions: Vec<Disclosure>) -> DisclosureView {
    let Published { row, owner_name } = of;
    let content = row.read();
    let edition = |e: &Disclosure| Edition {
        number: e.edition,
        href: format!("/disclosures/{}", e.id),
        state: ask.lang.w(e.state),
        tone: tone(e.state.as_str()),
        published: published_on(e),
        digest: e.digest.clone(),
        here: e.id == row.id,
    };
    DisclosureView {
        c: ask.chrome(format!("{owner_name} · {}", row.period)),
        id: row.id.to_string(),
        logged: None,
        serial: row.serial.clone().unwrap_or_default(),
        title: row.title.clone(),
        owner: owner_name,
        kind: ask.lang.w(row.kind),
        period: row.period.clone(),
        from: row.from_on.to_string(),
        to: row.to_on.to_string(),
        edition: row.edition,
        state: row.state.as_str().into(),
        state_name: ask.lang.w(row.state),
        tone: tone(row.state.as_str()),
        published: published_on(&row),
        as_of: platform::clock::shanghai_text(content.as_of),
        interim: row.published_at.is_some_and(|at| day::shanghai_date(at) <= row.to_on),
        digest: row.digest.clone(),
        holds: row.holds(),
        lists: ["licences", "products", "resources"].into_iter().filter_map(|name| listed(ask, &content, name)).collect(),
        remark: content.notes.text("remark").into(),
        current: editions.iter().find(|e| e.state == State::Published && e.id != row.id).map(|e| format!("/disclosures/{}", e.id)),
        editions: editions.iter().map(edition).collect(),
    }
}
