//! The register of licences: holder, content, scope, term (ZJK-29), and the printable face of each.

use super::log::{Logged, logged};
use super::picture::{Code, Term, qr, term};
use super::{list, machine, page, whole_files};
use crate::answer::PageResult;
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::shelf::Kept;
use crate::view::chrome::{Chrome, escape};
use crate::view::form::{FieldView, OptionView};
use crate::view::list::{Bar, Cell, Row};
use askama::Template;
use chrono::NaiveDate;
use platform::flow::Noun;
use platform::paging::Page;
use platform::people::org;
use platform::words::Word;
use platform::{Id, Look, Result};
use primary::licence::register::{self, Published};
use primary::licence::{Licence, State};
use secondary::catalogue;
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/licences", Door::Public, "route-public-licences", all).kept(Kept::Whole),
        route("GET", "/licences/{id}", Door::Public, "route-public-licence", one).kept(Kept::Whole),
    ]
}

/// How a licence stands today, for everybody: its state and its days taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    InForce,
    NotBegun,
    Suspended,
    Ended,
}

impl Word for Standing {
    const SET: &'static str = "pub-standing";
    const ALL: &'static [Self] = &[Self::InForce, Self::NotBegun, Self::Suspended, Self::Ended];
    const TEXTS: &'static [&'static str] = &["in_force", "not_begun", "suspended", "ended"];
    fn as_str(self) -> &'static str {
        match self {
            Self::InForce => "in_force",
            Self::NotBegun => "not_begun",
            Self::Suspended => "suspended",
            Self::Ended => "ended",
        }
    }
    fn key(self) -> String {
        format!("pub-standing-{}", self.as_str())
    }
}

/// How a licence of the register stands today.
pub fn standing(of: &Published, today: NaiveDate) -> Standing {
    match of.state {
        State::Suspended if today <= of.to_on => Standing::Suspended,
        State::InForce if of.in_force => Standing::InForce,
        State::InForce if today < of.from_on => Standing::NotBegun,
        _ => Standing::Ended,
    }
}

/// The badge of a standing.
pub fn standing_tone(standing: Standing) -> &'static str {
    match standing {
        Standing::InForce => "bg-green-lt",
        Standing::NotBegun => "bg-blue-lt",
        Standing::Suspended => "bg-orange-lt",
        Standing::Ended => "bg-secondary-lt",
    }
}

/// A licence as others' pages show it.
#[derive(Clone, Debug, Serialize)]
pub struct Held {
    pub serial: String,
    pub href: String,
    pub holder: String,
    pub standing: Standing,
    pub standing_name: String,
    pub tone: &'static str,
    pub term: Term,
}

/// A line of the register for a page.
pub fn held(ask: &Ask, of: Published, today: NaiveDate) -> Held {
    let standing = standing(&of, today);
    Held {
        href: format!("/licences/{}", of.id),
        standing_name: ask.lang.w(standing),
        tone: standing_tone(standing),
        term: term(of.from_on, of.to_on, today),
        serial: of.serial,
        holder: of.holder,
        standing,
    }
}

const COLUMNS: [&str; 11] = ["serial", "holder", "credit_code", "scenario", "scope", "purpose", "resources", "from", "to", "standing", "ended_on"];
const SHOWN: [&str; 6] = ["serial", "holder", "scenario", "scope", "term", "standing"];

/// `GET /licences`
async fn all(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            // A page shows what belongs together in one cell; files and programs get each by itself.
            let shown = a.face == Face::Html && a.q("format").is_empty();
            let columns: &[&str] = if shown { &SHOWN } else { &COLUMNS };
            let mut view = list(&a, "pub-licences", "licences", columns).words(&a);
            view.filters.push(filter(&a));
            let (state, in_force) = match a.q("standing") {
                "in_force" => (None, true),
                "suspended" => (Some(State::Suspended), false),
                "ended" => (Some(State::Ended), false),
                _ => (None, false),
            };
            let asked = register::Ask { words: a.q("q").into(), state, scenario: a.q("scenario").parse().ok(), in_force };
            let rows = register::search(look, &asked, page(&a))?;
            let today = look.today();
            Ok(whole_files(view.fill(&a, rows, |p| if shown { row(&a, p, today) } else { line(&a, p, today) }), &a))
        })
        .await?;
    view.answer(&ask)
}

fn filter(ask: &Ask) -> FieldView {
    let options = [Standing::InForce, Standing::Suspended, Standing::Ended];
    FieldView {
        name: "standing".into(),
        id: "f-standing".into(),
        kind: "choice",
        label: ask.t("pub-col-standing"),
        options: options
            .iter()
            .map(|s| OptionView { value: s.as_str().into(), label: ask.lang.w(*s), chosen: ask.q("standing") == s.as_str() })
            .collect(),
        ..FieldView::default()
    }
}

/// The day on which a licence was over, when that day has come: its last, or an earlier one on which it was ended.
fn ended_on(of: &Published, standing: Standing) -> Option<NaiveDate> {
    let ended = of.ended_at.map_or(of.to_on, |at| platform::day::shanghai_date(at).min(of.to_on));
    (standing == Standing::Ended).then_some(ended)
}

/// The term of a licence as a bar: how much of it has passed, or had when it ended.
fn bar(ask: &Ask, of: &Published, standing: Standing, today: NaiveDate) -> Bar {
    let ended = ended_on(of, standing);
    let term = term(of.from_on, of.to_on, ended.unwrap_or(today));
    let class = match standing {
        Standing::Ended => "over",
        _ if term.late => "warn",
        _ => "used",
    };
    let label = match ended {
        Some(day) => ask.lang.ta("pub-term-ended", &[("day", day.to_string())]),
        None => ask.lang.tn("pub-term-passed", term.passed),
    };
    Bar { percent: term.passed, label, from: of.from_on.to_string(), to: of.to_on.to_string(), class, marks: Vec::new() }
}

/// A line of the register on its page.
fn row(ask: &Ask, of: &Published, today: NaiveDate) -> Row {
    let standing = standing(of, today);
    let resources = of.resources.join(ask.lang.pick("、", "; "));
    let term = format!("{} — {}", of.from_on, of.to_on);
    Row {
        href: format!("/licences/{}", of.id),
        cells: vec![
            Cell::text(&of.serial),
            Cell::titled(&of.holder, Some(of.credit_code.clone())),
            Cell::link(&of.scenario_title, format!("/scenarios/{}", of.scenario)).below(ask.lang.w(of.purpose)),
            Cell::titled(&of.scope, Some(resources)),
            Cell { bar: Some(bar(ask, of, standing, today)), ..Cell::text(term) },
            Cell { tone: standing_tone(standing), ..Cell::word(ask.lang, standing) },
        ],
    }
}

fn line(ask: &Ask, of: &Published, today: NaiveDate) -> Row {
    let standing = standing(of, today);
    Row {
        href: format!("/licences/{}", of.id),
        cells: vec![
            Cell { whole: true, ..Cell::text(&of.serial) },
            Cell::text(&of.holder),
            Cell::text(&of.credit_code),
            Cell::link(&of.scenario_title, format!("/scenarios/{}", of.scenario)),
            Cell::text(&of.scope),
            Cell::word(ask.lang, of.purpose),
            Cell::text(of.resources.join(ask.lang.pick("、", "; "))),
            Cell::date(Some(of.from_on)),
            Cell::date(Some(of.to_on)),
            Cell::word(ask.lang, standing),
            Cell::date(ended_on(of, standing)),
        ],
    }
}

/// A licence's public face.
#[derive(Template, Serialize)]
#[template(path = "public/licence.html")]
struct LicenceView {
    #[serde(skip)]
    c: Chrome,
    id: String,
    held: Held,
    credit_code: String,
    operator: String,
    scenario: String,
    scenario_href: String,
    purpose: String,
    scope: String,
    resources: Vec<String>,
    in_force_at: String,
    /// The day from which it is in force, when that is after its first.
    effective: String,
    ended_at: String,
    end_kind: String,
    products: i64,
    products_href: String,
    /// The address at which the number is verified; the code holds it, too.
    verify: String,
    logged: Option<Logged>,
    #[serde(skip)]
    code: Option<Code>,
    shown_on: String,
    #[serde(skip)]
    suspended: bool,
    #[serde(skip)]
    ended: bool,
}

/// `GET /licences/{id}`
async fn one(ask: Ask) -> PageResult {
    if let Some(format) = machine::asked(&ask) {
        return machine::licence_as(ask, format).await;
    }
    let id = ask.id::<Licence>("id")?;
    let a = ask.clone();
    let mut view = ask.look(move |look, _| view(look, &a, id)).await?;
    view.logged = logged(&ask, Licence::NAME, &view.id).await?;
    ask.show(&view)
}

fn view(look: &mut Look, ask: &Ask, id: Id<Licence>) -> Result<LicenceView> {
    let of = register::public_one(look, id)?;
    let today = look.today();
    let products = catalogue::list(look, catalogue::Of { scenario: None, licence: Some(of.id) }, Page::first(1))?;
    let address = |number: &str| format!("{}/verify?number={number}", ask.app.base_url);
    let instant = |at: Option<platform::At>| at.map(|t| platform::day::shanghai_date(t).to_string()).unwrap_or_default();
    Ok(LicenceView {
        c: ask.chrome(of.serial.clone()),
        id: of.id.to_string(),
        credit_code: of.credit_code.clone(),
        operator: org::primary(look)?.map(|o| o.title).unwrap_or_default(),
        scenario: of.scenario_title.clone(),
        scenario_href: format!("/scenarios/{}", of.scenario),
        purpose: ask.lang.w(of.purpose),
        scope: of.scope.clone(),
        resources: of.resources.clone(),
        in_force_at: instant(of.in_force_at),
        effective: of.in_force_at.map(platform::day::shanghai_date).filter(|d| *d > of.from_on).map(|d| d.to_string()).unwrap_or_default(),
        ended_at: ended_on(&of, standing(&of, today)).map(|d| d.to_string()).unwrap_or_default(),
        end_kind: of.end_kind.map(|k| ask.lang.w(k)).unwrap_or_default(),
        products: products.total,
        products_href: match products.rows.first().and_then(|o| o.owner) {
            Some(holder) => format!("/products?scenario={}&developer={holder}", of.scenario),
            None => format!("/products?scenario={}&q={}", of.scenario, escape(&of.holder)),
        },
        logged: None,
        code: qr(&address(&escape(&of.serial))),
        verify: address(&of.serial),
        shown_on: today.to_string(),
        suspended: standing(&of, today) == Standing::Suspended,
        ended: standing(&of, today) == Standing::Ended,
        held: held(ask, of, today),
    })
}
