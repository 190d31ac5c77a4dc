//! Finding what is public: the product catalogue with its filters, and one box for everything. Both ask the index, never the database.

mod frame;
mod row;

use super::{list, whole_files};
use crate::answer::PageResult;
use crate::app::App;
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::shelf::Kept;
use crate::view::chrome::Chrome;
use crate::view::list::{Cell, Row};
use askama::Template;
use frame::{FILTERS, Frame, frame};
use platform::words::Word;
use platform::{Refusal, Result};
use row::{COLUMNS, Card, Hit, card, hit, line, offers};
use secondary::index::{self, Cursor, Facet, Found};
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
const PATIENCE: Duration = Duration::from_secs(3);

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
    answered(ask, asked(ask, products)).await
}

/// Asks the index; what does not tell of all that the shelf has heard is not kept.
async fn answered(ask: &Ask, asked: index::Ask) -> Result<Found> {
    let app = ask.app.clone();
    let before = app.shelf.seq();
    let (found, seq) = tokio::task::spawn_blocking(move || {
        current(&app)?;
        let seq = app.index.seq();
        app.index.ask(&asked).map(|found| (found, seq))
    })
    .await
    .map_err(Refusal::broken)??;
    if !found.complete || seq < before {
        ask.not_kept();
    }
    Ok(found)
}

/// How many products are on offer, by each facet; for pages that show no list. Asked before the database is: whoever waits for the
/// index holds no reader, because the index needs one to go on.
pub async fn on_offer(ask: &Ask) -> Result<Found> {
    let facets = vec![(Facet::Kind, index::Kind::Product.as_str().into())];
    answered(ask, index::Ask { facets, counted: true, ..index::Ask::default() }).await
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
