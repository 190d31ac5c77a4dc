//! The home page.

use super::announcements::{Call, calls};
use super::disclosures::{Overdue, overdue};
use super::find;
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::shelf::Kept;
use crate::view::chrome::Chrome;
use askama::Template;
use platform::Look;
use platform::paging::Page;
use platform::words::Word;
use primary::{Purpose, announcement, licence, scenario};
use secondary::disclosure;
use secondary::index::{Facet, Found};
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/", Door::Public, "route-home", home).kept(Kept::Whole)]
}

#[derive(Template, Serialize)]
#[template(path = "public/home.html")]
struct HomeView {
    #[serde(skip)]
    c: Chrome,
    numbers: Vec<Number>,
    calls: Vec<Call>,
    disclosures: Vec<Line>,
    overdue: Vec<Overdue>,
    #[serde(skip)]
    steps: Vec<Step>,
}

#[derive(Serialize)]
struct Number {
    name: &'static str,
    label: String,
    count: i64,
    href: &'static str,
}

#[derive(Serialize)]
struct Line {
    title: String,
    href: String,
    published: String,
    edition: i32,
}

struct Step {
    title: String,
    text: String,
    href: &'static str,
}

/// The way of a developer, from reading to offering.
const STEPS: [&str; 5] = ["/announcements", "/sign-up", "/help#developer", "/help#licence", "/help#product"];

fn numbers(look: &mut Look, ask: &Ask, found: &Found) -> platform::Result<Vec<Number>> {
    let scenarios = scenario::counts(look)?.iter().map(|(_, n)| n).sum();
    let licences = licence::register::count_in_force(look)?;
    let free = found.counted.of(Facet::Purpose).iter().find(|(word, _)| *word == Purpose::PublicGood.as_str()).map_or(0, |(_, n)| *n as i64);
    let products = found.total as i64;
    let line = |name: &'static str, count, href| Number { name, label: ask.t(&format!("pub-number-{name}")), count, href };
    Ok(vec![
        line("scenarios", scenarios, "/scenarios"),
        line("licences", licences, "/licences?standing=in_force"),
        line("products", products, "/products"),
        line("public-good", free, "/products?purpose=public_good"),
    ])
}

/// `GET /`
async fn home(ask: Ask) -> PageResult {
    let (a, found) = (ask.clone(), find::on_offer(&ask).await?);
    let view = ask
        .look(move |look, _| {
            let open = announcement::Ask { state: Some(announcement::State::Published), ..Default::default() };
            let mut rows = announcement::published(look, &open, Page::first(5))?.rows;
            if rows.is_empty() {
                rows = announcement::published(look, &Default::default(), Page::first(5))?.rows;
            }
            let disclosures = disclosure::published(look, &Default::default(), Page::first(5))?.rows;
            Ok(HomeView {
                c: a.chrome(a.t("nav-home")),
                numbers: numbers(look, &a, &found)?,
                calls: calls(look, &a, rows)?,
                disclosures: disclosures
                    .into_iter()
                    .map(|p| Line {
                        title: format!("{} · {}", p.owner_name, p.row.period),
                        href: format!("/disclosures/{}", p.row.id),
                        published: p.row.published_at.map(|t| platform::day::shanghai_date(t).to_string()).unwrap_or_default(),
                        edition: p.row.edition,
                    })
                    .collect(),
                overdue: overdue(look, &a)?,
                steps: STEPS
                    .iter()
                    .enumerate()
                    .map(|(i, href)| Step { title: a.t(&format!("pub-step-{}", i + 1)), text: a.t(&format!("pub-step-{}-text", i + 1)), href })
                    .collect(),
            })
        })
        .await?;
    ask.show(&view)
}
