//! Finding what is public: the product catalogue with its filters, and one box for everything. Both ask the index, never the database.

use super::{Named, address, list, whole_files};
use crate::answer::PageResult;
use crate::app::App;
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::shelf::Kept;
use crate::view::chrome::Chrome;
use crate::view::list::{Cell, ListView, Row, tone};
use askama::Template;
use platform::words::Word;
use platform::{Refusal, Result};
use secondary::catalogue::Offer;
use secondary::index::{self, Counted, Cursor, Delivery, Facet, Found, Line, Shown, Sort};
use serde::Serialize;
use std::time::Duration;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/products", Door::Public, "route-public-products", products).kept(Kept::Whole),
        route("GET", "/search", Door::Public, "route-search", everything).kept(Kept::Whole),
    ]
}

/// Most rows of a file that is taken away.
const MOST: usize = 5000;
/// How long a question waits for what was committed a moment ago.
const PATIENCE: Duration = Duration::from_secs(1);

/// Filters by their names in addresses, in the order in which they stand beside the list.
const FILTERS: [(&str, Facet); 8] = [
    ("kind", Facet::Kind),
    ("purpose", Facet::Purpose),
    ("form", Facet::Form),
    ("domain", Facet::Domain),
    ("tariff", Facet::Tariff),
    ("level", Facet::Level),
    ("cycle", Facet::Cycle),
    ("delivery", Facet::Delivery),
];
/// Filters by the name of somebody or something.
const NAMED: [&str; 2] = ["scenario", "developer"];

fn asked(ask: &Ask, products: bool) -> index::Ask {
    let mut facets: Vec<(Facet, String)> =
        FILTERS.iter().filter(|(name, _)| !ask.q(name).is_empty()).map(|(name, facet)| (*facet, ask.q(name).to_string())).collect();
    if products {
        facets.retain(|(facet, _)| *facet != Facet::Kind);
        facets.push((Facet::Kind, index::Kind::Product.as_str().into()));
    }
    let (page, file) = (ask.page(), !ask.q("format").is_empty() && ask.q("size").is_empty());
    let size = if file { MOST } else { page.size as usize };
    // An id is hexadecimal digits and dashes; anything else is nobody's.
    let id = |name: &str| ask.q(name).chars().take(36).collect::<String>();
    index::Ask {
        words: ask.q("q").chars().take(200).collect(),
        sort: ask.q_word("sort"),
        facets,
        holder: id("developer"),
        scenario: id("scenario"),
        after: Cursor::parse(ask.q("after")),
        before: Cursor::parse(ask.q("before")),
        size,
        skip: if file || !ask.q("after").is_empty() || !ask.q("before").is_empty() { 0 } else { page.offset().clamp(0, 1_000_000) as usize },
        counted: ask.q("format").is_empty(),
    }
}

/// Waits until the index tells of all that is known here; refuses when it cannot, or when the database, and with it what others did,
/// is out of reach: what was taken from public view is found no more.
fn current(app: &App) -> Result<()> {
    if !app.shelf.is_in_touch() {
        app.db.look(platform::event::last)?;
    }
    if app.index.wait(&app.db, app.shelf.seq(), PATIENCE) { Ok(()) } else { Err(Refusal::Unavailable) }
}

async fn found(ask: &Ask, products: bool) -> Result<Found> {
    let (app, asked) = (ask.app.clone(), asked(ask, products));
    let before = ask.app.shelf.seq();
    let (found, seq) = tokio::task::spawn_blocking(move || {
        current(&app)?;
        let seq = app.index.seq();
        app.index.ask(&asked).map(|found| (found, seq))
    })
    .await
    .map_err(Refusal::broken)??;
    // What does not tell of all that the shelf has heard is not kept.
    if !found.complete || seq < before {
        ask.not_kept();
    }
    Ok(found)
}

/// How many products are on offer, by each facet; for pages that show no list. Called where blocking does no harm.
pub fn on_offer(ask: &Ask) -> Result<Found> {
    let app = &ask.app;
    current(app)?;
    if !app.index.is_whole() || app.index.seq() < app.shelf.seq() {
        ask.not_kept();
    }
    app.index.ask(&index::Ask { facets: vec![(Facet::Kind, index::Kind::Product.as_str().into())], counted: true, ..index::Ask::default() })
}

/// A filter with its words and how many each would leave.
#[derive(Serialize)]
pub struct FacetView {
    name: &'static str,
    title: String,
    words: Vec<FacetWord>,
    #[serde(skip)]
    open: bool,
}

#[derive(Serialize)]
struct FacetWord {
    value: String,
    label: String,
    count: u64,
    chosen: bool,
    /// With this word chosen, or without it when it is.
    href: String,
}

/// Where a list of this kind begins anew.
const PLACE: [(&str, &str); 4] = [("page", ""), ("after", ""), ("before", ""), ("format", "")];

fn anew(ask: &Ask, changes: &[(&str, &str)]) -> String {
    address(ask, &[&PLACE, changes].concat())
}

fn facet(ask: &Ask, name: &'static str, open: bool, words: Vec<(String, String, u64)>) -> FacetView {
    let words = words.into_iter().map(|(value, label, count)| {
        let chosen = ask.q(name) == value;
        let href = anew(ask, &[(name, if chosen { "" } else { &value })]);
        FacetWord { value, label, count, chosen, href }
    });
    let title = if name == "kind" { ask.t("found-kind") } else { ask.t(&format!("pub-col-{name}")) };
    FacetView { name, title, words: words.collect(), open: open || !ask.q(name).is_empty() }
}

fn spoken(ask: &Ask, facet: Facet, word: &str) -> String {
    fn say<W: Word>(ask: &Ask, word: &str) -> String {
        W::of(word).map(|w| ask.lang.w(w)).unwrap_or_default()
    }
    match facet {
        Facet::Kind => say::<index::Kind>(ask, word),
        Facet::Domain => say::<resources::Domain>(ask, word),
        Facet::Form => say::<primary::ProductForm>(ask, word),
        Facet::Purpose => say::<primary::Purpose>(ask, word),
        Facet::Delivery => say::<Delivery>(ask, word),
        Facet::Tariff => say::<secondary::pricing::Kind>(ask, word),
        Facet::Level => say::<resources::Level>(ask, word),
        Facet::Cycle => say::<resources::Cycle>(ask, word),
    }
}

fn facets(ask: &Ask, counted: Counted, products: bool) -> Vec<FacetView> {
    let mut all = Vec::new();
    for (at, (name, of)) in FILTERS.iter().enumerate() {
        if products && *of == Facet::Kind {
            continue;
        }
        let words = counted.of(*of).iter().map(|(w, n)| (w.to_string(), spoken(ask, *of, w), *n));
        all.push(facet(ask, name, at < 5, words.collect()));
    }
    let [scenario, developer] = NAMED;
    all.push(facet(ask, scenario, false, counted.scenarios));
    all.push(facet(ask, developer, false, counted.holders));
    all.into_iter().filter(|f| !f.words.is_empty()).collect()
}

/// Where else there is something, when nothing was found.
#[derive(Serialize)]
struct HintView {
    label: String,
    href: String,
    total: u64,
}

fn hints(ask: &Ask, found: &Found) -> Vec<HintView> {
    let bare: Vec<(&str, &str)> = FILTERS.iter().map(|(name, _)| (*name, "")).chain(NAMED.map(|name| (name, ""))).collect();
    found
        .hints
        .iter()
        .map(|hint| {
            let mut changes = if hint.bare { bare.clone() } else { Vec::new() };
            changes.push(("q", &hint.words));
            HintView { label: hint.words.clone(), href: anew(ask, &changes), total: hint.total }
        })
        .collect()
}

/// What both pages have around their results.
#[derive(Serialize)]
struct Frame {
    #[serde(flatten)]
    list: ListView,
    facets: Vec<FacetView>,
    hints: Vec<HintView>,
    /// False while the index is made anew: then there may be more.
    complete: bool,
    #[serde(skip)]
    range: String,
    #[serde(skip)]
    sorts: Vec<(String, String, bool)>,
    #[serde(skip)]
    words: String,
    /// The other conditions, which the search form keeps.
    #[serde(skip)]
    kept: Vec<(&'static str, String)>,
    #[serde(skip)]
    clear: Option<String>,
}

fn frame(ask: &Ask, mut list: ListView, found: &Found, products: bool) -> Frame {
    let size = ask.page().size.max(1);
    list.total = found.total as i64;
    list.number = found.skipped as i64 / size + 1;
    list.last = ((list.total + size - 1) / size).max(1);
    let turned = |name: &str, cursor: Option<Cursor>| cursor.map(|c| anew(ask, &[(name, &c.to_string())]));
    list.prev = turned("before", found.previous);
    list.next = turned("after", found.next);
    let names = FILTERS.iter().map(|(name, _)| *name).chain(NAMED);
    let kept: Vec<(&str, String)> = names.chain(["sort"]).filter(|f| !ask.q(f).is_empty()).map(|f| (f, ask.q(f).to_string())).collect();
    let narrowed = kept.iter().any(|(name, _)| *name != "sort") || !ask.q("q").is_empty();
    let sort = ask.q_word::<Sort>("sort").unwrap_or(Sort::Relevance);
    let (first, last) = (found.skipped + 1, found.skipped + found.rows.len() as u64);
    Frame {
        facets: facets(ask, found.counted.clone(), products),
        hints: hints(ask, found),
        range: if found.rows.is_empty() { String::new() } else { format!("{first}–{last}") },
        // Without words there is nothing that a title could have.
        sorts: if ask.q("q").is_empty() {
            Vec::new()
        } else {
            Sort::ALL.iter().map(|s| (ask.lang.w(*s), anew(ask, &[("sort", s.as_str())]), *s == sort)).collect()
        },
        words: ask.q("q").into(),
        clear: narrowed.then(|| ask.path.clone()),
        complete: found.complete,
        kept,
        list,
    }
}

/// The catalogue with its facets.
#[derive(Template, Serialize)]
#[template(path = "public/products.html")]
struct ProductsView {
    #[serde(skip)]
    c: Chrome,
    #[serde(flatten)]
    f: Frame,
    #[serde(skip)]
    cards: Vec<Card>,
}

struct Card {
    title: String,
    href: String,
    summary: String,
    serial: String,
    form: String,
    domain: String,
    purpose: String,
    holder: String,
    price: String,
    scenario: Named,
    cycle: String,
}

fn offers(found: &Found) -> impl Iterator<Item = &Offer> {
    found.rows.iter().filter_map(|row| match row {
        Shown::Product(offer) => Some(&**offer),
        _ => None,
    })
}

fn price(ask: &Ask, o: &Offer) -> String {
    ask.lang.pick(&o.price_zh, &o.price_en).to_string()
}

fn line(ask: &Ask, o: &Offer) -> Row {
    Row {
        href: format!("/products/{}", o.id),
        cells: vec![
            Cell::text(&o.title),
            Cell::text(&o.serial),
            Cell::text(&o.summary),
            Cell::word(ask.lang, o.form),
            Cell::word(ask.lang, o.domain),
            Cell::word(ask.lang, o.purpose),
            Cell::text(&o.holder),
            Cell::text(&o.scenario_title),
            Cell::text(price(ask, o)),
            o.update_cycle.map_or_else(Cell::default, |c| Cell::word(ask.lang, c)),
            Cell::text(&o.coverage),
            Cell::text(&o.licence_serial),
            Cell::text(o.version.to_string()),
            Cell::at(o.listed_at),
            o.level.map_or_else(Cell::default, |l| Cell::word(ask.lang, l)),
        ],
    }
}

fn card(ask: &Ask, o: &Offer) -> Card {
    Card {
        title: o.title.clone(),
        href: format!("/products/{}", o.id),
        summary: o.summary.clone(),
        serial: o.serial.clone(),
        form: ask.lang.w(o.form),
        domain: ask.lang.w(o.domain),
        purpose: ask.lang.w(o.purpose),
        holder: o.holder.clone(),
        price: price(ask, o),
        scenario: Named { name: o.scenario_title.clone(), href: format!("/scenarios/{}", o.scenario), sub: String::new() },
        cycle: o.update_cycle.map(|c| ask.lang.w(c)).unwrap_or_default(),
    }
}

/// Columns of the catalogue as a table.
const COLUMNS: [&str; 15] = [
    "title",
    "serial",
    "summary",
    "form",
    "domain",
    "purpose",
    "holder",
    "scenario",
    "price",
    "cycle",
    "coverage",
    "licence",
    "version",
    "listed_on",
    "level",
];

/// `GET /products`
async fn products(ask: Ask) -> PageResult {
    let found = found(&ask, true).await?;
    let mut list = whole_files(list(&ask, "pub-products", "products", &COLUMNS), &ask);
    // Cards stand on the page, rows in files and for programs.
    if ask.face == Face::Json || !ask.q("format").is_empty() {
        list.rows = offers(&found).map(|o| line(&ask, o)).collect();
    }
    let cards = if ask.face == Face::Html { offers(&found).map(|o| card(&ask, o)).collect() } else { Vec::new() };
    let f = frame(&ask, list, &found, true);
    if ask.face == Face::Html && !ask.q("format").is_empty() {
        return f.list.answer(&ask);
    }
    let links = f.list.links(&ask);
    let shown = ask.show(&ProductsView { c: ask.chrome(f.list.c.title.clone()), f, cards })?;
    Ok(links.on(&ask, shown))
}

/// One box for everything.
#[derive(Template, Serialize)]
#[template(path = "public/search.html")]
struct SearchView {
    #[serde(skip)]
    c: Chrome,
    #[serde(flatten)]
    f: Frame,
    #[serde(skip)]
    hits: Vec<Hit>,
}

struct Hit {
    title: String,
    href: String,
    kind: String,
    state: String,
    tone: &'static str,
    summary: String,
    about: String,
}

/// The beginning of a text.
fn beginning(text: &str) -> String {
    let short: String = text.chars().take(120).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

fn hit(ask: &Ask, shown: &Shown) -> Hit {
    let (kind, folder) = match shown {
        Shown::Product(_) => (index::Kind::Product, "products"),
        Shown::Scenario(_) => (index::Kind::Scenario, "scenarios"),
        Shown::Announcement(_) => (index::Kind::Announcement, "announcements"),
        Shown::Licence(_) => (index::Kind::Licence, "licences"),
        Shown::Disclosure(_) => (index::Kind::Disclosure, "disclosures"),
    };
    let about = |parts: &[&str]| parts.iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join(" · ");
    let state = |line: &Line, set: &str| if line.state.is_empty() { String::new() } else { ask.t(&format!("{set}-{}", line.state)) };
    match shown {
        Shown::Product(o) => Hit {
            title: o.title.clone(),
            href: format!("/{folder}/{}", o.id),
            kind: ask.lang.w(kind),
            state: ask.lang.w(o.form),
            tone: "bg-blue-lt",
            summary: beginning(&o.summary),
            about: about(&[&o.serial, &o.holder, &price(ask, o)]),
        },
        Shown::Scenario(l) | Shown::Announcement(l) | Shown::Licence(l) | Shown::Disclosure(l) => Hit {
            title: l.title.clone(),
            href: format!("/{folder}/{}", l.id),
            kind: ask.lang.w(kind),
            state: match shown {
                Shown::Announcement(_) => state(l, "announcement-state"),
                Shown::Licence(_) => state(l, "licence-state"),
                Shown::Disclosure(_) => state(l, "disclosure-kind"),
                _ => String::new(),
            },
            tone: tone(&l.state),
            summary: beginning(&l.summary),
            about: about(&[&l.serial, &l.holder]),
        },
    }
}

/// `GET /search`
async fn everything(ask: Ask) -> PageResult {
    let found = found(&ask, false).await?;
    let mut list = list(&ask, "pub-search", "search", &["title", "found", "summary"]);
    let hits: Vec<Hit> = found.rows.iter().map(|shown| hit(&ask, shown)).collect();
    if ask.face == Face::Json {
        let row = |h: &Hit| Row { href: h.href.clone(), cells: vec![Cell::text(&h.title), Cell::text(&h.kind), Cell::text(&h.summary)] };
        list.rows = hits.iter().map(row).collect();
    }
    let f = frame(&ask, list, &found, false);
    let links = f.list.links(&ask);
    let shown = ask.show(&SearchView { c: ask.chrome(f.list.c.title.clone()), f, hits })?;
    Ok(links.on(&ask, shown))
}
