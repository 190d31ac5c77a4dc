//! Open data: what everybody may have without asking (XC-26, XC-31), the plans for opening more (XC-28), and how anybody says that
//! something in it is wrong or should not be open (XC-32).

use super::{address, list, narrowed, page, whole_files};
use crate::answer::{PageResult, see};
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::view::chrome::Chrome;
use crate::view::form::{FieldView, Filling, FormView, OptionView, draw};
use crate::view::list::{Cell, Row, due};
use askama::Template;
use platform::case::{self, Case};
use platform::flow::Noun;
use platform::people::org;
use platform::words::Word;
use platform::{Caller, Fault, Id, Look, Refusal, Result};
use resources::opening_plan::OpeningPlan;
use resources::quality::{self, OBJECTION, Quality};
use resources::{Cycle, Domain, Entry, entry, observer};
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/open-data", Door::Public, "route-open-data", all),
        route("GET", "/open-data/{id}", Door::Public, "route-open-data-one", one),
        route("GET", "/open-data/plans", Door::Public, "route-opening-plans", plans),
        route("GET", "/open-data/plans/{id}", Door::Public, "route-opening-plan", plan),
        route("GET", "/resources/{id}/objection", Door::Public, "route-objection-page", objection),
        route("POST", "/resources/{id}/objection", Door::Public, "route-objection", object).takes(&OBJECTION),
        route("GET", "/issues/{id}", Door::Public, "route-issue-receipt", receipt),
    ]
}

/// `GET /open-data`
async fn all(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            let columns = ["title", "unit", "domain", "cycle", "format", "updated"];
            let view = list(&a, "pub-open-data", "open-data", &columns).words(&a);
            let mut view = narrowed(narrowed(view, &a, "domain", Domain::ALL), &a, "cycle", Cycle::ALL);
            view.filters.push(of_units(look, &a)?);
            view = view.aside(a.t("pub-opening-plans"), "/open-data/plans", "calendar-event");
            let wanted = entry::Ask {
                words: a.q("q").into(),
                domain: a.q_word("domain"),
                cycle: a.q_word("cycle"),
                owner: a.q("unit").parse().ok(),
                ..entry::Ask::default()
            };
            let rows = entry::open_data(look, &wanted, page(&a))?;
            let units = org::names(look, rows.rows.iter().filter_map(|r| r.owner).collect())?;
            let line = |row: &Entry| Row {
                href: format!("/open-data/{}", row.id),
                cells: vec![
                    Cell::titled(&row.title, row.code.clone()),
                    Cell::maybe(row.owner.and_then(|o| units.get(&o).cloned())),
                    Cell::word(a.lang, row.domain),
                    Cell::word(a.lang, row.cycle),
                    Cell::text(row.answers().text("format")),
                    Cell::text(platform::day::shanghai_date(row.updated_at).to_string()),
                ],
            };
            Ok(whole_files(view.fill(&a, rows, line), &a))
        })
        .await?;
    view.answer(&ask)
}

/// A filter by the units that have open data.
fn of_units(look: &mut Look, ask: &Ask) -> Result<FieldView> {
    let units = entry::open_units(look)?;
    Ok(FieldView {
        name: "unit".into(),
        id: "f-unit".into(),
        kind: "choice",
        label: ask.t("pub-col-unit"),
        options: units
            .into_iter()
            .map(|u| OptionView { chosen: ask.q("unit") == u.value, label: u.label(ask.lang.is_en()).into(), value: u.value })
            .collect(),
        value: ask.q("unit").into(),
        ..FieldView::default()
    })
}

/// Open data's page: what it is, how often it is renewed, from whom, under which terms.
#[derive(Template, Serialize)]
#[template(path = "public/open_data.html")]
struct OpenView {
    #[serde(skip)]
    c: Chrome,
    id: String,
    title: String,
    code: String,
    unit: String,
    domain: String,
    cycle: String,
    format: String,
    summary: String,
    /// Where it is had; empty when the unit has named no address.
    access: String,
    updated: String,
    fields: Vec<[String; 3]>,
    /// Who the unit's data observer is, and how he is reached (XC-8).
    observer: Option<(String, String)>,
    terms: Vec<Term>,
    json: String,
}

/// One of the terms under which open data is used, with its article.
#[derive(Serialize)]
struct Term {
    text: String,
    article: &'static str,
}

/// What binds whoever uses open data.
const TERMS: [(&str, &str); 5] = [
    ("pub-term-free", "XC-31"),
    ("pub-term-source", "XC-36"),
    ("pub-term-harm", "XC-36"),
    ("pub-term-safety", "XC-39 XC-42"),
    ("pub-term-wrong", "XC-32"),
];

/// `GET /open-data/{id}`; what is not open is not here.
async fn one(ask: Ask) -> PageResult {
    let id = ask.id::<Entry>("id")?;
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            let row = Entry::find(look, &Caller::public(), id)?;
            if row.is_open() { view(look, &a, row) } else { Err(Refusal::NotFound) }
        })
        .await?;
    let face = if ask.q("format") == "json" { Face::Json } else { ask.face };
    Ask { face, ..ask }.show(&view)
}

fn view(look: &mut Look, ask: &Ask, row: Entry) -> Result<OpenView> {
    let said = row.answers();
    let text = |v: &serde_json::Value, name: &str| v.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_string();
    let fields = said.0.get("fields").and_then(|v| v.as_array()).into_iter().flatten();
    let named = match row.owner {
        Some(unit) => observer::now(look, unit)?,
        None => None,
    };
    Ok(OpenView {
        c: ask.chrome(row.title.clone()).crumb(ask.t("nav-open-data"), "/open-data"),
        id: row.id.to_string(),
        title: row.title.clone(),
        code: row.code.clone().unwrap_or_default(),
        unit: row.owner.map(|o| org::name(look, o)).transpose()?.unwrap_or_default(),
        domain: ask.lang.w(row.domain),
        cycle: ask.lang.w(row.cycle),
        format: said.text("format").to_string(),
        summary: said.text("summary").to_string(),
        access: said.text("access_url").to_string(),
        updated: platform::day::shanghai_date(row.updated_at).to_string(),
        fields: fields.map(|f| [text(f, "name"), text(f, "type"), text(f, "meaning")]).collect(),
        observer: named.map(|o| (o.title.clone(), o.answers().text("phone").to_string())),
        terms: TERMS.iter().map(|(key, article)| Term { text: ask.t(key), article }).collect(),
        json: address(ask, &[("format", "json")]),
    })
}

/// `GET /open-data/plans`: the plans that are published.
async fn plans(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            let view = list(&a, "pub-opening-plans", "opening-plans", &["title", "unit", "year", "updated"]).words(&a);
            let wanted = case::Ask { words: a.q("q").into(), ..case::Ask::default() };
            let rows = case::list(look, &OpeningPlan::sight(&Caller::public()), &wanted, page(&a))?;
            let units = org::names(look, rows.rows.iter().filter_map(|r: &OpeningPlan| r.owner).collect())?;
            let line = |row: &OpeningPlan| Row {
                href: format!("/open-data/plans/{}", row.id),
                cells: vec![
                    Cell::text(&row.title),
                    Cell::maybe(row.owner.and_then(|o| units.get(&o).cloned())),
                    Cell::text(row.year.to_string()),
                    Cell::text(platform::day::shanghai_date(row.updated_at).to_string()),
                ],
            };
            Ok(whole_files(view.fill(&a, rows, line), &a))
        })
        .await?;
    view.answer(&ask)
}

/// A plan's page.
#[derive(Template, Serialize)]
#[template(path = "public/opening_plan.html")]
struct PlanView {
    #[serde(skip)]
    c: Chrome,
    title: String,
    unit: String,
    year: i32,
    goal: String,
    demands: String,
    measures: String,
    lines: Vec<PlanLine>,
}

#[derive(Serialize)]
struct PlanLine {
    title: String,
    href: String,
    open: String,
    by: String,
    note: String,
    /// Whether it is open as planned already.
    done: bool,
}

/// `GET /open-data/plans/{id}`
async fn plan(ask: Ask) -> PageResult {
    let id = ask.id::<OpeningPlan>("id")?;
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            let row = OpeningPlan::find(look, &Caller::public(), id)?;
            let entries = entry::by_ids(look, &row.entries())?;
            let said = row.answers();
            let line = |(id, open, by, note): (String, String, String, String)| {
                let of = entries.iter().find(|e| e.id.to_string() == id);
                PlanLine {
                    title: of.map_or_else(String::new, |e| e.title.clone()),
                    href: of.filter(|e| e.state == entry::State::Published).map_or_else(String::new, |e| format!("/resources/{}", e.id)),
                    done: of.is_some_and(|e| e.open.as_str() == open),
                    open: resources::Open::of(&open).map_or_else(String::new, |o| a.lang.w(o)),
                    by,
                    note,
                }
            };
            Ok(PlanView {
                c: a.chrome(row.title.clone()).crumb(a.t("nav-open-data"), "/open-data").crumb(a.t("pub-opening-plans"), "/open-data/plans"),
                title: row.title.clone(),
                unit: row.owner.map(|o| org::name(look, o)).transpose()?.unwrap_or_default(),
                year: row.year,
                goal: said.text("goal").into(),
                demands: said.text("demands").into(),
                measures: said.text("measures").into(),
                lines: row.lines().into_iter().map(line).collect(),
            })
        })
        .await?;
    ask.show(&view)
}

/// The form in which anybody objects to an entry.
#[derive(Template, Serialize)]
#[template(path = "public/objection.html")]
struct ObjectionView {
    #[serde(skip)]
    c: Chrome,
    title: String,
    back: String,
    form: FormView,
}

fn objection_view(look: &mut Look, ask: &Ask, id: Id<Entry>, faults: Vec<Fault>) -> Result<ObjectionView> {
    let row = Entry::find(look, &Caller::public(), id)?;
    let mut form = draw(ask.lang, &OBJECTION, &Filling { answers: ask.answers.clone(), faults, ..Filling::default() });
    form.action = format!("/resources/{id}/objection");
    form.submit = ask.t("pub-objection-send");
    form.article = ask.cite("XC-32");
    Ok(ObjectionView {
        c: ask.chrome(ask.t("pub-objection")).crumb(row.title.clone(), format!("/resources/{id}")),
        title: row.title,
        back: format!("/resources/{id}"),
        form,
    })
}

/// `GET /resources/{id}/objection`
async fn objection(ask: Ask) -> PageResult {
    let id = ask.id::<Entry>("id")?;
    let a = ask.clone();
    let view = ask.look(move |look, _| objection_view(look, &a, id, Vec::new())).await?;
    ask.show(&view)
}

/// `POST /resources/{id}/objection`: gives the address of the receipt.
async fn object(ask: Ask) -> PageResult {
    let id = ask.id::<Entry>("id")?;
    let faults = OBJECTION.faults(&ask.answers);
    if faults.is_empty() {
        let (app, address) = (ask.app.clone(), ask.address.clone());
        crate::account::blocking(move || app.door.ask(&app.db, &address)).await?;
        let answers = ask.answers.clone();
        return see(ask.act_once(move |tx, who| quality::object(tx, who, id, &answers).map(|row| format!("/issues/{}", row.id))).await?);
    }
    if ask.face != Face::Html {
        return Err(Refusal::Faulty(faults));
    }
    let a = ask.clone();
    let view = ask.look(move |look, _| objection_view(look, &a, id, faults)).await?;
    ask.show_as(422, &view)
}

/// How an issue stands, for whoever holds its receipt: no more than its state, its day and its answer.
#[derive(Template, Serialize)]
#[template(path = "public/issue.html")]
struct IssueView {
    #[serde(skip)]
    c: Chrome,
    number: String,
    title: String,
    unit: String,
    state: String,
    filed: String,
    due: String,
    answer: String,
}

/// `GET /issues/{id}`
async fn receipt(ask: Ask) -> PageResult {
    let id = ask.id::<Quality>("id")?;
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            let row = Quality::row(look, id)?;
            let (today, calendar) = (look.today(), look.calendar());
            let said = row.answers().given("answer").cloned().unwrap_or_default();
            let text = |name: &str| said.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_string();
            let answered = !matches!(row.state, quality::State::Filed | quality::State::Traced);
            Ok(IssueView {
                c: a.chrome(a.t("pub-issue")),
                number: row.serial.clone().unwrap_or_default(),
                title: row.title.clone(),
                unit: org::name(look, row.unit)?,
                state: a.lang.w(row.state),
                filed: platform::clock::shanghai_text(row.created_at),
                due: due(a.lang, &calendar, today, row.clock.as_deref(), row.due_on).map(|d| d.text).unwrap_or_default(),
                answer: if answered { [text("done"), text("reason")].into_iter().find(|t| !t.is_empty()).unwrap_or_default() } else { String::new() },
            })
        })
        .await?;
    ask.show(&view)
}
