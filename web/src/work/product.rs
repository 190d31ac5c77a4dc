//! Products in the work area: the list, one product with its versions, reviews and prices, and the pages that write it.

pub mod said;
mod send;
pub mod versions;
mod wizard;

use crate::answer::{PageResult, see};
use crate::ask::Ask;
use crate::noun::{self, Show};
use crate::routes::{Door, Route, route};
use crate::view::case::{CaseView, Fact, Section, TableView};
use crate::view::list::{Cell, ListView, Row};
use platform::Role::{self, *};
use platform::flow::{self, Noun};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Refusal, Result, Word};
use primary::{ProductForm, licence, scenario};
use secondary::clearance::{self, Clearance};
use secondary::product::{self, Act, PRODUCT, Product, State, form, version};
use secondary::{catalogue, pricing, review};

const MAKER: &[Role] = &[DeveloperAdmin, DeveloperStaff];

impl Show for Product {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];
    const OWN: &'static [&'static str] = &["case", "save", "revise", "submit", "resubmit"];

    /// What was submitted is shown version by version.
    fn sheet() -> Option<&'static Sheet> {
        None
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    /// What waits for its price to be received waits for the primary operator, not for its developer.
    fn waiting(look: &mut Look, who: &Caller) -> Result<Vec<flow::Waiting>> {
        let mut waiting = flow::waiting::<Self>(look, who)?;
        if let Some(org) = who.org {
            let others = pricing::products_in_filing(look, org)?;
            waiting.iter_mut().filter(|w| w.state == State::Approved.as_str()).for_each(|w| w.count -= others);
            waiting.retain(|w| w.count > 0);
        }
        Ok(waiting)
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let own = !who.oversees();
        let columns: &[&'static str] = if own {
            &["title", "form", "version", "price", "state", "updated_at"]
        } else {
            &["title", "holder", "form", "version", "price", "state", "updated_at"]
        };
        let lead = ask.t(if own { "product-list-own" } else { "product-list-read" });
        let view = ListView::new(ask, ask.t("nouns-product"), "products", columns)
            .lead(lead)
            .words(ask)
            .filter::<ProductForm>(ask, "form")
            .filter::<State>(ask, "state");
        let view = view.turns::<Product>(look, who, ask)?;
        let wanted =
            product::Ask { words: ask.q("q").into(), state: ask.q_word("state"), form: ask.q_word("form"), licence: ask.q("licence").parse().ok() };
        let page = product::list(look, who, &wanted, ask.page())?;
        let names = org::names(look, page.rows.iter().filter_map(|p| p.owner).collect())?;
        let prices = pricing::currents(look, &page.rows.iter().map(|p| p.id).collect::<Vec<_>>())?;
        Ok(view.fill(ask, page, |p| {
            let price = prices.get(&p.id).map(|price| pricing::say(price, ask.lang.is_en()));
            let mut cells = vec![
                Cell::text(&p.title).below(p.serial.clone().unwrap_or_default()),
                Cell::word(ask.lang, p.form),
                version_cell(ask, p),
                Cell::maybe(price),
                Cell::state(ask.lang, p.state),
                Cell::at(Some(p.updated_at)),
            ];
            if !own {
                cells.insert(1, Cell::maybe(p.owner.and_then(|o| names.get(&o).cloned())));
            }
            Row { href: format!("/work/products/{}", p.id), cells }
        }))
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Product, view: &mut CaseView) -> Result<()> {
        let own = row.owner.is_some_and(|o| who.acts_for(o));
        view.notices.extend(notices(look, who, ask, row, own)?);
        view.sections.push(head(look, who, ask, row)?);
        if row.version > 0 {
            let made = version::find(look, row.id, row.version)?;
            let answered = said::answered(look, ask.lang, row, &made)?;
            if !answered.is_empty() {
                let table = answered.into_iter().map(|a| [a.name, a.remark, a.answer].map(Cell::text).to_vec()).collect();
                view.table(
                    ask.t("product-answered"),
                    labels(ask, &["product-answer-point", "review-raised-remark", "product-answer-answer"]),
                    table,
                    String::new(),
                );
            }
            let parts = said::version_parts(look, ask.lang, row, &made)?;
            view.sections.extend(said::sections(parts));
            let columns = labels(ask, &["product-version", "col-submitted_at", "product-changed", "nouns-review", "col-reason"]);
            let rows = versions::table(look, ask, row)?;
            view.table(ask.t("product-versions"), columns, rows, String::new());
        }
        view.sections.push(prices(look, who, ask, row)?);
        links(look, who, ask, row, own, view)
    }
}

fn labels(ask: &Ask, keys: &[&str]) -> Vec<String> {
    keys.iter().map(|k| ask.t(k)).collect()
}

fn version_cell(ask: &Ask, row: &Product) -> Cell {
    let shown = match row.version {
        0 => String::new(),
        n => ask.lang.tn("product-version-n", n),
    };
    match row.approved_version {
        Some(n) if n != row.version => Cell::text(shown).below(ask.lang.tn("product-approved-n", n)),
        _ => Cell::text(shown),
    }
}

/// Whose it is, under which licence, and which version stands.
fn head(look: &mut Look, who: &Caller, ask: &Ask, row: &Product) -> Result<Section> {
    let granted = licence::row(look, row.licence)?;
    let class = scenario::row(look, row.scenario)?;
    let holder = row.owner.map(|o| org::name(look, o)).transpose()?.unwrap_or_default();
    let number = format!("{} {}", granted.serial.unwrap_or_default(), granted.title);
    let href = super::scenario::address(who, &class);
    let mut facts = vec![
        Fact::text(ask.t("col-holder"), holder),
        Fact::link(ask.t("noun-licence"), number, format!("/work/licences/{}", row.licence)),
        match href {
            Some(href) => Fact::link(ask.t("noun-scenario"), class.title, href),
            None => Fact::text(ask.t("noun-scenario"), class.title),
        },
        Fact::text(ask.t("col-domain"), ask.lang.w(row.domain)),
    ];
    if let Some(n) = row.approved_version {
        facts.push(Fact::link(ask.t("product-approved"), ask.lang.tn("product-version-n", n), format!("/work/products/{}/versions/{n}", row.id)));
    }
    if let Some(at) = row.listed_at {
        facts.push(Fact::text(ask.t("product-listed-at"), platform::clock::shanghai_text(at)));
    }
    Ok(Section { title: ask.t("section-identity"), facts, ..Section::default() })
}

/// What the state means, what comes next, and why it cannot be listed yet.
fn notices(look: &mut Look, who: &Caller, ask: &Ask, row: &Product, own: bool) -> Result<Vec<String>> {
    let mut notices = Vec::new();
    let offered = catalogue::is_on_offer(look, row.id)?;
    match row.state {
        State::Listed if !offered => notices.push(ask.t("product-listed-unseen")),
        // Whether it can be listed is said below.
        State::Listed | State::Approved => {}
        state if own => notices.extend(ask.lang.maybe(&format!("product-next-{state}"))),
        _ => {}
    }
    let stands = row.approved_version.is_some();
    if let Some(live) = review::live(look, row.id)? {
        let due = live.due_on.map_or_else(|| ask.t("due-unknown"), |d| d.to_string());
        let key = if stands { "product-reviewed-again" } else { "product-reviewed" };
        notices.push(ask.lang.ta(key, &[("n", live.version.to_string()), ("due", due)]));
    } else if stands && own && !review::raised(look, row.id)?.is_empty() {
        notices.push(ask.lang.tn("product-returned-again", row.version));
    }
    if own && matches!(row.state, State::Approved | State::Delisted) {
        let waits = pricing::in_filing(look, row.id)?;
        match (waits, product::must_be_listable(look, who, row)) {
            (_, Err(Refusal::Broken(what))) => return Err(Refusal::Broken(what)),
            (_, Ok(())) => notices.push(ask.t("product-is-listable")),
            (Some(number), Err(_)) => notices.push(ask.lang.ta("product-price-waits", &[("number", number)])),
            (None, Err(refusal)) => {
                let (why, help) = send::sentences(ask, &refusal);
                notices.push(ask.lang.ta("product-not-listable", &[("why", why), ("help", help)]));
            }
        }
    }
    Ok(notices)
}

/// The price that applies, and those filed before and after it.
fn prices(look: &mut Look, who: &Caller, ask: &Ask, row: &Product) -> Result<Section> {
    let asked = pricing::Ask { product: Some(row.id), ..pricing::Ask::default() };
    let filed = pricing::list(look, who, &asked, platform::paging::Page::first(50))?;
    let current = pricing::current(look, row.id)?.map(|p| p.id);
    let line = |p: &pricing::Pricing| {
        let number = Cell::link(p.serial.clone().unwrap_or_default(), format!("/work/prices/{}", p.id));
        vec![
            if current == Some(p.id) { number.below(ask.t("pricing-current")) } else { number },
            Cell::text(pricing::say(p, ask.lang.is_en())),
            Cell::date(p.effective_on),
            Cell::state(ask.lang, p.state),
        ]
    };
    let rows = filed.rows.iter().map(line).collect();
    let columns = labels(ask, &["col-number", "col-price", "pricing-effective_on", "col-state"]);
    Ok(Section { title: ask.t("nouns-pricing"), table: Some(TableView { columns, rows, empty: ask.t("product-no-prices") }), ..Section::default() })
}

/// Where one goes from here: the draft, a price, the review, the public page.
fn links(look: &mut Look, who: &Caller, ask: &Ask, row: &Product, own: bool, view: &mut CaseView) -> Result<()> {
    if own && wizard::acts(row).is_ok() {
        view.links.push((ask.t("product-revise"), format!("/work/products/{}/tasks", row.id)));
    }
    if own && !matches!(row.state, State::Refused | State::Withdrawn) && pricing::in_filing(look, row.id)?.is_none() {
        view.links.push((ask.t("pricing-new"), format!("/work/prices/new?product={}", row.id)));
    }
    if own && !clearance::wanting(look, row.id, &row.answers())?.is_empty() {
        view.links.push((ask.t("clearance-new"), format!("/work/clearances/new?product={}", row.id)));
    }
    if who.is_any(<Clearance as Show>::DOOR) {
        for given in clearance::of(look, row.id)? {
            let name = ask.lang.ta("clearance-link", &[("form", ask.lang.w(given.form)), ("state", ask.lang.w(given.state))]);
            view.links.push((name, format!("/work/clearances/{}", given.id)));
        }
    }
    if who.is_any(<review::Review as Show>::DOOR)
        && let Some(live) = review::live(look, row.id)?
    {
        view.links.push((ask.t("product-to-review"), format!("/work/reviews/{}", live.id)));
    }
    if catalogue::is_on_offer(look, row.id)? {
        view.links.push((ask.t("product-public"), format!("/products/{}", row.id)));
    }
    Ok(())
}

/// `GET /work/products/{id}`: the task list of a draft, for those who write it; else the product.
async fn case(ask: Ask) -> PageResult {
    let id = ask.id::<Product>("id")?;
    let a = ask.clone();
    let draft = ask
        .look(move |look, who| {
            let row = Product::find(look, who, id)?;
            Ok(matches!(row.state, State::Drafted | State::Returned) && row.owner.is_some_and(|o| who.acts_for(o)))
        })
        .await?;
    if draft {
        return wizard::tasks(ask).await;
    }
    let view = ask
        .look(move |look, who| {
            let mut view = noun::build::<Product>(look, who, &a, id)?;
            // The task list carries these.
            let wizard = send::acts().map(|act| act.as_str().to_string());
            view.acts.retain(|f| !wizard.contains(&f.act));
            // Of saves in a row the last one stands for all.
            view.history.reverse();
            view.history.dedup_by(|later, first| later.act == first.act && matches!(later.act.as_str(), "save" | "revise"));
            view.history.reverse();
            Ok(view)
        })
        .await?;
    ask.show(&view)
}

/// `GET /work/products/{id}/save`: the draft is written in its task list.
async fn to_tasks(ask: Ask) -> PageResult {
    let id = ask.id::<Product>("id")?;
    ask.look(move |look, who| Product::find(look, who, id).map(drop)).await?;
    see(format!("/work/products/{}/tasks", ask.param("id")))
}

pub fn routes() -> Vec<Route> {
    let maker = || Door::Only(MAKER.to_vec());
    let readers = || Door::Only(Product::DOOR.to_vec());
    let mut routes = vec![
        route("GET", "/work/products/{id}", readers(), "route-case", case).of::<Product>(""),
        route("GET", "/work/products/{id}/tasks", maker(), "route-product-tasks", wizard::tasks).of::<Product>("save"),
        route("GET", "/work/products/{id}/task/{section}", maker(), "route-product-task", wizard::task).of::<Product>("save"),
        route("POST", "/work/products/{id}/task/{section}", maker(), "route-product-task", wizard::save).takes(&PRODUCT).of::<Product>("save"),
        route("GET", "/work/products/{id}/versions/{number}", readers(), "route-product-version", versions::page).of::<Product>(""),
    ];
    for act in [Act::Save, Act::Revise] {
        let (name, path) = (act.as_str(), format!("/work/products/{{id}}/{}", act.as_str()));
        routes.push(route("GET", &path, maker(), "route-form", to_tasks).of::<Product>(name));
        routes.push(route("POST", &path, maker(), "route-act", move |ask| noun::act::<Product>(ask, name)).takes(&PRODUCT).of::<Product>(name));
    }
    for act in send::acts() {
        let (name, path) = (act.as_str(), send::path(act));
        routes.push(route("GET", &path, Door::Only(flow::doers::<Product>(act)), "route-product-check", send::check).of::<Product>(name));
        routes.push(route("POST", &path, maker(), "route-act", move |ask| send::send(ask, act)).takes(&form::SUBMIT).of::<Product>(name));
    }
    routes
}
