//! Complaints, objections and tips without an account: the form, its receipt, the state by number and code, and the answers
//! that may be public (NDSR-20, ZJK-29).

use super::{list, narrowed, page, whole_files};
use crate::answer::PageResult;
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::view::case::{Fact, Section};
use crate::view::chrome::Chrome;
use crate::view::form::{Filling, FormView, draw};
use crate::view::list::{Action, Cell, Row, due};
use askama::Template;
use platform::account::brake::neighbourhood;
use platform::refusal::Fault;
use platform::sheet::{Answers, Sheet};
use platform::words::Word;
use platform::{Refusal, Result, day};
use primary::oversight::complaint::{self, Complaint, FILE, Kind, LOOKUP, State};
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/complaints", Door::Public, "route-public-complaints", all),
        route("GET", "/complaints/new", Door::Public, "route-public-complaint-new", new),
        route("POST", "/complaints", Door::Public, "route-public-complaint", file).takes(&FILE),
        route("GET", "/complaints/lookup", Door::Public, "route-public-complaint-lookup-page", lookup_page),
        route("POST", "/complaints/lookup", Door::Public, "route-public-complaint-lookup", lookup).takes(&LOOKUP),
        route("POST", "/complaints/withdraw", Door::Public, "route-public-complaint-withdraw", withdraw).takes(&LOOKUP),
    ]
}

/// A public page of sections, with a form when one is asked.
#[derive(Template, Serialize)]
#[template(path = "public/sections.html")]
pub struct SectionsView {
    #[serde(skip)]
    pub c: Chrome,
    pub back: String,
    pub lead: String,
    pub notices: Vec<String>,
    pub sections: Vec<Section>,
    pub form: Option<FormView>,
    /// A further form below, with a title of its own.
    pub then: Option<FormView>,
    pub links: Vec<(String, String)>,
}

impl SectionsView {
    pub fn new(c: Chrome) -> Self {
        Self { c, back: String::new(), lead: String::new(), notices: Vec::new(), sections: Vec::new(), form: None, then: None, links: Vec::new() }
    }
}

/// `GET /complaints`: what was answered for everybody.
async fn all(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            let columns = ["serial", "kind", "complaint", "answer", "answered_on"];
            let mut view = narrowed(list(&a, "pub-complaints", "complaints", &columns).words(&a), &a, "kind", Kind::ALL);
            view.columns.iter_mut().filter(|c| c.name == "kind").for_each(|c| c.label = a.t("complaint-kind"));
            view.filters.iter_mut().filter(|f| f.name == "kind").for_each(|f| f.label = a.t("complaint-kind"));
            for (label, href, icon, primary) in
                [("complaint-new", "/complaints/new", "plus", true), ("complaint-lookup", "/complaints/lookup", "search", false)]
            {
                view.actions.push(Action { label: a.t(label), href: href.into(), icon, primary });
            }
            let rows = complaint::published(look, a.q("q"), a.q_word("kind"), page(&a))?;
            Ok(whole_files(view.fill(&a, rows, |c| line(&a, c)), &a))
        })
        .await?;
    view.answer(&ask)
}

/// Nothing of the person stands here: the desk's summary and its answer.
fn line(ask: &Ask, c: &Complaint) -> Row {
    let said = c.answers();
    Row {
        href: String::new(),
        cells: vec![
            Cell::maybe(c.serial.clone()),
            Cell::word(ask.lang, c.kind),
            Cell::text(said.text("summary")),
            Cell::text(said.text("answer")),
            Cell::date(Some(day::shanghai_date(c.updated_at))),
        ],
    }
}

fn form(ask: &Ask, sheet: &'static Sheet, answers: Answers, faults: Vec<Fault>) -> FormView {
    draw(ask.lang, sheet, &Filling { answers, faults, ..Filling::default() })
}

fn new_view(ask: &Ask, faults: Vec<Fault>) -> SectionsView {
    let mut form = form(ask, &FILE, ask.answers.clone(), faults);
    form.action = "/complaints".into();
    form.submit = ask.t("complaint-submit");
    form.article = ask.cite("NDSR-20");
    let days = ask.app.db.rules().profile.deadline("complaint_answer").map_or(0, |d| d.value);
    SectionsView {
        back: "/complaints".into(),
        lead: ask.lang.tn("complaint-new-lead", days),
        form: Some(form),
        ..SectionsView::new(ask.chrome(ask.t("complaint-new")))
    }
}

/// `GET /complaints/new`
async fn new(ask: Ask) -> PageResult {
    let mut asked = ask.clone();
    // A page about something may name it.
    asked.answers = ask.query_answers();
    ask.show(&new_view(&asked, Vec::new()))
}

/// A code that can be read out: 16 letters and figures, none of which is taken for another.
fn code() -> String {
    const LETTERS: &[u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let bytes: [u8; 16] = rand::random();
    let text: String = bytes.iter().map(|b| char::from(LETTERS[usize::from(*b) % LETTERS.len()])).collect();
    format!("{}-{}-{}-{}", &text[..4], &text[4..8], &text[8..12], &text[12..])
}

/// `POST /complaints`: files it as a visitor, whoever is signed in, and shows the receipt, once.
async fn file(ask: Ask) -> PageResult {
    let faults = FILE.faults(&ask.answers);
    if !faults.is_empty() {
        return if ask.face == Face::Html { ask.show_as(422, &new_view(&ask, faults)) } else { Err(Refusal::Faulty(faults)) };
    }
    let now = ask.app.db.clock().now();
    ask.app.door.complain(&neighbourhood(&ask.address), now)?;
    let (typed, code, fresh) = (ask.answers.clone(), code(), Arc::new(AtomicBool::new(false)));
    let (kept, first) = (code.clone(), fresh.clone());
    let serial = Ask { who: platform::Caller::public(), ..ask.clone() }
        .act_once(move |tx, _| {
            first.store(true, Ordering::SeqCst);
            complaint::file(tx, &typed, &kept).map(|receipt| receipt.serial)
        })
        .await?;
    let fresh = fresh.load(Ordering::SeqCst);
    let mut facts = vec![Fact::text(ask.t("complaint-lookup-number"), &serial)];
    // Sent again, it was filed once; its code is nobody's to show a second time.
    facts.push(Fact::text(ask.t("complaint-lookup-code"), if fresh { code.clone() } else { ask.t("complaint-code-shown") }));
    let by = ask
        .look(|look, _| {
            let (today, calendar) = (look.today(), look.calendar());
            Ok(look.profile().deadline("complaint_answer").and_then(|d| d.due(today, &calendar, &[]).ok()))
        })
        .await?;
    facts.push(Fact::text(ask.t("complaint-answer-by"), by.map_or_else(|| ask.t("due-unknown"), |d| d.to_string())));
    let section = Section { title: ask.t("complaint-receipt"), facts, note: ask.t("complaint-receipt-note"), ..Section::default() };
    ask.show(&SectionsView {
        sections: vec![section],
        links: vec![(ask.t("complaint-lookup"), "/complaints/lookup".into()), (ask.t("nav-home"), "/".into())],
        ..SectionsView::new(ask.chrome(ask.t("complaint-filed")))
    })
}

fn lookup_view(ask: &Ask, faults: Vec<Fault>) -> SectionsView {
    let mut form = form(ask, &LOOKUP, ask.answers.clone(), faults);
    form.action = "/complaints/lookup".into();
    form.submit = ask.t("complaint-lookup");
    form.mark("code", "", "off");
    SectionsView {
        back: "/complaints".into(),
        lead: ask.t("complaint-lookup-lead"),
        form: Some(form),
        ..SectionsView::new(ask.chrome(ask.t("complaint-lookup")))
    }
}

/// `GET /complaints/lookup`; number and code are typed, never part of an address.
async fn lookup_page(ask: Ask) -> PageResult {
    ask.show(&lookup_view(&ask, Vec::new()))
}

/// The complaint of what was typed; the same refusal for an unknown number and a wrong code, and ever slower.
async fn found(ask: &Ask) -> Result<Complaint> {
    let faults = LOOKUP.faults(&ask.answers);
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    let (now, address) = (ask.app.db.clock().now(), neighbourhood(&ask.address));
    ask.app.door.look_up(&address, now)?;
    let said = LOOKUP.settle(&ask.answers)?;
    let found = ask.look(move |look, _| complaint::lookup(look, said.text("number"), said.text("code"))).await?;
    match found {
        Some(row) => {
            ask.app.door.looked_up(&address);
            Ok(row)
        }
        None => Err(Refusal::fault("number", "no-such-receipt")),
    }
}

/// `POST /complaints/lookup`: how it stands.
async fn lookup(ask: Ask) -> PageResult {
    let row = match found(&ask).await {
        Ok(row) => row,
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => return ask.show_as(422, &lookup_view(&ask, faults)),
        Err(refusal) => return Err(refusal),
    };
    let (rules, today) = (ask.app.db.rules(), day::shanghai_date(ask.app.db.clock().now()));
    let said = row.answers();
    let mut facts = vec![
        Fact::text(ask.t("complaint-lookup-number"), row.serial.clone().unwrap_or_default()),
        Fact { badge: Some((ask.lang.w(row.state), crate::view::list::tone(row.state.as_str()))), ..Fact::text(ask.t("pub-col-state"), "") },
        Fact::text(ask.t("complaint-kind"), ask.lang.w(row.kind)),
        Fact::text(ask.t("complaint-title"), &row.title),
        Fact::text(ask.t("complaint-filed-on"), day::shanghai_date(row.created_at).to_string()),
        Fact::text(ask.t("complaint-desk"), ask.lang.w(row.desk)),
    ];
    if let Some(due) = due(ask.lang, &rules.calendar, today, row.clock.as_deref(), row.due_on) {
        facts.push(Fact::text(ask.t("complaint-answer-by"), due.text));
    }
    if !said.text("answer").is_empty() {
        facts.push(Fact::text(ask.t("complaint-answer-answer"), said.text("answer")));
    }
    let mut view = SectionsView {
        back: "/complaints".into(),
        sections: vec![Section { title: ask.t("complaint-standing"), facts, ..Section::default() }],
        ..SectionsView::new(ask.chrome(ask.t("complaint-lookup")))
    };
    if matches!(row.state, State::Filed | State::Escalated) {
        let mut form = form(&ask, &LOOKUP, ask.answers.clone(), Vec::new());
        form.title = ask.t("complaint-withdraw");
        form.submit = ask.t("complaint-withdraw");
        form.action = "/complaints/withdraw".into();
        form.grave = true;
        form.prefix("withdraw");
        view.then = Some(form);
    }
    ask.show(&view)
}

/// `POST /complaints/withdraw`
async fn withdraw(ask: Ask) -> PageResult {
    match found(&ask).await {
        Ok(_) => {}
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => return ask.show_as(422, &lookup_view(&ask, faults)),
        Err(refusal) => return Err(refusal),
    }
    let said = LOOKUP.settle(&ask.answers)?;
    Ask { who: platform::Caller::public(), ..ask.clone() }.act(move |tx, _| complaint::withdraw(tx, said.text("number"), said.text("code"))).await?;
    ask.show(&SectionsView {
        notices: vec![ask.t("complaint-withdrawn")],
        links: vec![(ask.t("nav-home"), "/".into())],
        ..SectionsView::new(ask.chrome(ask.t("complaint-withdraw")))
    })
}
