//! A bid read through once more, declared true, sent, and its receipt.

use super::said;
use super::wizard::LAST;
use crate::answer::{PageResult, see};
use crate::ask::{Ask, Face};
use crate::view::case::Fact;
use crate::view::chrome::Chrome;
use crate::view::form::{ErrorView, FieldView, Filling, draw, html_id};
use crate::view::wizard::or_case;
use askama::Template;
use platform::flow::{self, Noun};
use platform::sheet::Answers;
use platform::{Caller, Fault, Look, Refusal, Result};
use primary::announcement;
use primary::bid::{self, Act, BID, Bid, State, TaskState};
use serde::Serialize;

/// Everything a bid says, with a link to change each answer, and the declaration.
#[derive(Template, Serialize)]
#[template(path = "work/bid/check.html")]
struct CheckView {
    #[serde(skip)]
    c: Chrome,
    title: String,
    back: String,
    action: String,
    parts: Vec<PartView>,
    missing: Vec<ErrorView>,
    ready: bool,
    fields: Vec<FieldView>,
    errors: Vec<ErrorView>,
    deadline: String,
    opening: String,
}

#[derive(Serialize)]
struct PartView {
    title: String,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    fact: Fact,
    change: String,
}

/// The receipt.
#[derive(Template, Serialize)]
#[template(path = "work/bid/submitted.html")]
struct SubmittedView {
    #[serde(skip)]
    c: Chrome,
    title: String,
    number: String,
    submitted_at: String,
    digest: String,
    deadline: String,
    opening: String,
    href: String,
}

fn declarations() -> impl Iterator<Item = &'static str> {
    BID.fields.iter().filter(|f| f.section == Some(LAST)).map(|f| f.name)
}

fn check_view(look: &mut Look, who: &Caller, ask: &Ask, typed: Option<Answers>) -> Result<CheckView> {
    let row = Bid::find(look, who, ask.id::<Bid>("id")?)?;
    if row.state != State::Drafted {
        return Err(Refusal::Stale);
    }
    let call = announcement::row(look, row.announcement)?;
    let base = format!("/work/bids/{}", row.id);
    let tasks: Vec<bid::Task> = bid::tasks(look, who, &row)?.into_iter().filter(|t| t.section != LAST).collect();
    let mut missing = Vec::new();
    for task in &tasks {
        let faults = task.faults.clone();
        for error in draw(ask.lang, &BID, &Filling { faults, ..Filling::default() }).errors {
            missing.push(ErrorView { href: format!("{base}/task/{}?check=1{}", task.section, error.href), ..error });
        }
    }
    let faults: Vec<Fault> = match &typed {
        Some(a) => declarations().filter(|name| !a.ticked(name)).map(|name| Fault::at(name, "must-agree")).collect(),
        None => Vec::new(),
    };
    let mut form = draw(ask.lang, &BID, &Filling { answers: typed.unwrap_or_default(), faults, ..Filling::default() });
    form.fields.retain(|f| f.section.as_deref() == Some(LAST));
    let parts = said::parts(look, who, ask.lang, &row)?.into_iter().filter(|p| p.section != LAST);
    let change = |section: &str, name: &str| format!("{base}/task/{section}#{}", html_id(name));
    let parts: Vec<PartView> = parts
        .map(|p| PartView { title: p.title, lines: p.facts.into_iter().map(|f| Line { change: change(p.section, &f.name), fact: f }).collect() })
        .collect();
    let at = |at: Option<platform::At>| at.map(platform::clock::shanghai_text).unwrap_or_default();
    Ok(CheckView {
        c: ask
            .chrome(ask.t("bid-check"))
            .crumb(ask.t("nav-work"), "/work")
            .crumb(ask.t("nouns-bid"), "/work/bids")
            .crumb(row.title.clone(), base.clone()),
        title: row.title.clone(),
        action: format!("{base}/check"),
        back: base,
        parts,
        ready: tasks.iter().all(|t| t.state == TaskState::Done),
        missing,
        fields: form.fields,
        errors: form.errors,
        deadline: at(call.deadline),
        opening: at(call.opening),
    })
}

/// `GET /work/bids/{id}/check`.
pub async fn check(ask: Ask) -> PageResult {
    let a = ask.clone();
    match ask.look(move |look, who| check_view(look, who, &a, None)).await {
        Ok(view) => ask.show(&view),
        Err(refusal) => or_case(&ask, refusal),
    }
}

/// `POST /work/bids/{id}/check`: declares and submits in one act.
pub async fn send(ask: Ask) -> PageResult {
    let id = ask.id::<Bid>("id")?;
    let mut declared = Answers::default();
    for name in declarations() {
        declared.set(name, ask.answers.ticked(name));
    }
    let whole = declarations().all(|name| declared.ticked(name));
    let (saved, to) = (declared.clone(), format!("/work/bids/{id}/submitted"));
    let result = if whole || ask.face == Face::Json {
        ask.act_once(move |tx, who| {
            flow::perform::<Bid>(tx, who, id, Act::Save, saved)?;
            flow::perform::<Bid>(tx, who, id, Act::Submit, Answers::default()).map(|_| to)
        })
        .await
    } else {
        Err(Refusal::Faulty(Vec::new()))
    };
    match result {
        Err(Refusal::Faulty(_)) if ask.face == Face::Html => {
            let a = ask.clone();
            let view = ask.look(move |look, who| check_view(look, who, &a, Some(declared))).await?;
            ask.show_as(422, &view)
        }
        Ok(to) => see(to),
        Err(refusal) => Err(refusal),
    }
}

/// `GET /work/bids/{id}/submitted`: the number, and what happens next and when.
pub async fn submitted(ask: Ask) -> PageResult {
    let id = ask.id::<Bid>("id")?;
    let a = ask.clone();
    let view = ask
        .look(move |look, who| {
            let row = Bid::find(look, who, id)?;
            let (Some(number), Some(at), State::Submitted) = (row.serial.clone(), row.submitted_at, row.state) else { return Ok(None) };
            let deadline = announcement::row(look, row.announcement)?.deadline;
            Ok(Some(SubmittedView {
                c: a.chrome(a.t("bid-submitted")).crumb(a.t("nav-work"), "/work").crumb(a.t("nouns-bid"), "/work/bids"),
                title: row.title.clone(),
                number,
                submitted_at: platform::clock::shanghai_text(at),
                digest: row.digest(),
                deadline: deadline.map(platform::clock::shanghai_text).unwrap_or_default(),
                opening: platform::clock::shanghai_text(row.opening),
                href: format!("/work/bids/{id}"),
            }))
        })
        .await?;
    match view {
        Some(view) => ask.show(&view),
        None => see(format!("/work/bids/{id}")),
    }
}
