//! The scenario catalogue: what public data may be used for (ZJK-13(3)).

use super::announcements::{Call, calls};
use super::licences::{Held, held};
use super::{Named, list, narrowed, page, whole_files};
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::shelf::Kept;
use crate::view::chrome::Chrome;
use crate::view::list::{Action, Cell, Row};
use askama::Template;
use platform::flow::Noun;
use platform::paging::Page;
use platform::people::org;
use platform::words::Word;
use platform::{Caller, Look, Result};
use primary::scenario::{self, Scenario};
use primary::{Domain, ProductForm, Purpose, announcement, licence};
use resources::entry;
use secondary::catalogue;
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/scenarios", Door::Public, "route-public-scenarios", all).kept(Kept::Whole),
        route("GET", "/scenarios/{id}", Door::Public, "route-public-scenario", one).kept(Kept::Whole),
    ]
}

/// `GET /scenarios`
async fn all(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            let mut view =
                list(&a, "pub-scenarios", "scenarios", &["title", "serial", "domain", "purpose", "product_forms", "published_on"]).words(&a);
            view = narrowed(view, &a, "domain", Domain::ALL);
            view = narrowed(view, &a, "purpose", Purpose::ALL);
            view.actions.push(Action { label: a.t("pub-suggest"), href: "/work/demands/new".into(), icon: "plus", primary: true });
            view.actions.push(Action { label: a.t("pub-resources"), href: "/resources".into(), icon: "database", primary: false });
            let rows = scenario::published(look, a.q("q"), a.q("domain"), a.q("purpose"), page(&a))?;
            Ok(whole_files(view.fill(&a, rows, |row| line(&a, row)), &a))
        })
        .await?;
    view.answer(&ask)
}

fn line(ask: &Ask, row: &Scenario) -> Row {
    Row {
        href: format!("/scenarios/{}", row.id),
        cells: vec![
            Cell::text(&row.title),
            Cell::maybe(row.serial.clone()),
            Cell::word(ask.lang, row.domain),
            Cell::word(ask.lang, row.purpose),
            Cell::text(forms(ask, row)),
            Cell::date(row.published_on),
        ],
    }
}

fn forms(ask: &Ask, row: &Scenario) -> String {
    let names: Vec<String> = row.answers().list("product_forms").iter().filter_map(|f| ProductForm::of(f)).map(|f| ask.lang.w(f)).collect();
    names.join(ask.lang.pick("、", ", "))
}

/// A scenario's page.
#[derive(Template, Serialize)]
#[template(path = "public/scenario.html")]
struct ScenarioView {
    #[serde(skip)]
    c: Chrome,
    id: String,
    serial: String,
    title: String,
    withdrawn: bool,
    domain: String,
    purpose: String,
    free: bool,
    forms: String,
    published_on: String,
    description: String,
    data: String,
    personal: bool,
    safeguards: String,
    value: String,
    entries: Vec<Named>,
    licences: Vec<Held>,
    licences_total: i64,
    products: Vec<Named>,
    products_total: i64,
    calls: Vec<Call>,
}

/// Catalogue entries by id, with level and source unit; only published ones lead to a page.
pub(super) fn entries(look: &mut Look, ids: &[String]) -> Result<Vec<Named>> {
    let rows = entry::by_ids(look, ids)?;
    let units = org::names(look, rows.iter().filter_map(|r| r.owner).collect())?;
    let named = |row: &resources::Entry| Named {
        name: row.title.clone(),
        href: if row.state == entry::State::Published { format!("/resources/{}", row.id) } else { String::new() },
        sub: format!("L{} · {}", row.level.number(), row.owner.and_then(|o| units.get(&o)).map_or("", String::as_str)),
    };
    Ok(rows.iter().map(named).collect())
}

/// `GET /scenarios/{id}`
async fn one(ask: Ask) -> PageResult {
    let id = ask.id::<Scenario>("id")?;
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            let row = Scenario::find(look, &Caller::public(), id)?;
            view(look, &a, row)
        })
        .await?;
    ask.show(&view)
}

fn view(look: &mut Look, ask: &Ask, row: Scenario) -> Result<ScenarioView> {
    let said = row.answers();
    let granted = licence::register::search(look, &licence::register::Ask { scenario: Some(row.id), ..Default::default() }, Page::first(50))?;
    let grown = catalogue::list(look, catalogue::Of { scenario: Some(row.id), licence: None }, Page::first(50))?;
    let called = announcement::published(look, &announcement::Ask { scenario: Some(row.id), ..Default::default() }, Page::first(20))?.rows;
    let calls = calls(look, ask, called)?;
    let today = look.today();
    let text = |name: &str| said.text(name).to_string();
    Ok(ScenarioView {
        c: ask.chrome(row.title.clone()),
        id: row.id.to_string(),
        serial: row.serial.clone().unwrap_or_default(),
        title: row.title.clone(),
        withdrawn: row.state != scenario::State::Published,
        domain: ask.lang.w(row.domain),
        purpose: ask.lang.w(row.purpose),
        free: look.profile().purpose(row.purpose.as_str()).is_some_and(|p| p.free),
        forms: forms(ask, &row),
        published_on: row.published_on.map(|d| d.to_string()).unwrap_or_default(),
        description: text("description"),
        data: text("resources"),
        personal: said.ticked("personal"),
        safeguards: text("safeguards"),
        value: text("value"),
        entries: entries(look, &said.list("entries"))?,
        licences_total: granted.total,
        licences: granted.rows.into_iter().map(|p| held(ask, p, today)).collect(),
        products_total: grown.total,
        products: grown
            .rows
            .into_iter()
            .map(|o| Named {
                name: o.title,
                href: format!("/products/{}", o.id),
                sub: format!("{} · {} · {}", ask.lang.w(o.form), o.holder, ask.lang.pick(o.price_zh, o.price_en)),
            })
            .collect(),
        calls,
    })
}
