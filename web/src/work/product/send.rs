//! A draft read through once more, vouched for, and submitted for review.

use super::said::{self, Answered, Piece};
use super::wizard;
use crate::answer::{PageResult, see_saying};
use crate::ask::{Ask, Face};
use crate::view::case::Fact;
use crate::view::chrome::Chrome;
use crate::view::form::{ErrorView, FieldView, Filling, draw, html_id};
use crate::view::wizard::or_case;
use askama::Template;
use platform::flow;
use platform::sheet::Answers;
use platform::{Caller, Fault, Look, Refusal, Result, Word};
use primary::bid::TaskState;
use secondary::product::{self, PRODUCT, Product, form, version};
use secondary::{clearance, review};
use serde::Serialize;

#[derive(Template, Serialize)]
#[template(path = "work/product/check.html")]
struct CheckView {
    #[serde(skip)]
    c: Chrome,
    title: String,
    number: String,
    back: String,
    action: String,
    parts: Vec<PartView>,
    answered: Vec<Answered>,
    missing: Vec<ErrorView>,
    /// Why it cannot be submitted although all is filled in: the reason, and what helps.
    blocked: Option<(String, String)>,
    /// Where the approval for the single case is applied for, when one is needed.
    clearance: Option<(String, String)>,
    ready: bool,
    fields: Vec<FieldView>,
    errors: Vec<ErrorView>,
}

#[derive(Serialize)]
struct PartView {
    title: String,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    fact: Fact,
    pieces: Vec<Piece>,
    change: String,
}

/// A rule's sentences in the page's language.
pub fn sentences(ask: &Ask, refusal: &Refusal) -> (String, String) {
    let ((why_zh, why_en), (help_zh, help_en)) = (refusal.why(), refusal.remedy());
    (ask.lang.pick(why_zh, why_en), ask.lang.pick(help_zh, help_en))
}

fn check_view(look: &mut Look, who: &Caller, ask: &Ask, typed: Option<(Answers, Vec<Fault>)>) -> Result<CheckView> {
    let row = wizard::own(look, who, ask)?;
    let base = format!("/work/products/{}", row.id);
    let action = wizard::check_at(&row)?;
    let tasks = product::tasks(look, &row)?;
    let mut missing = Vec::new();
    for task in &tasks {
        for error in draw(ask.lang, &PRODUCT, &Filling { faults: task.faults.clone(), ..Filling::default() }).errors {
            missing.push(ErrorView { href: format!("{base}/task/{}?check=1{}", task.section, error.href), ..error });
        }
    }
    let whole = tasks.iter().all(|t| t.state == TaskState::Done);
    let blocked = match product::must_be_ready(look, who, &row) {
        Err(Refusal::Broken(what)) => return Err(Refusal::Broken(what)),
        Err(refusal) if whole => Some(sentences(ask, &refusal)),
        _ => None,
    };
    let draft = row.answers();
    // Amounts and ticks compare with what was submitted only once they are settled.
    let now = PRODUCT.settle(&draft).unwrap_or(draft.clone());
    let before = if row.version > 0 { Some(version::find(look, row.id, row.version)?.answers()) } else { None };
    let parts = said::parts(look, ask.lang, &now, before.as_ref())?;
    let change = |section: &str, name: &str| format!("{base}/task/{section}#{}", html_id(name));
    let (answers, faults) = typed.unwrap_or_default();
    let faults = faults.into_iter().filter(|f| form::SUBMIT.field(&f.field).is_some()).collect();
    let sheet = draw(ask.lang, &form::SUBMIT, &Filling { answers, faults, ..Filling::default() });
    let raised = review::raised(look, row.id)?;
    Ok(CheckView {
        c: ask
            .chrome(ask.t("bid-check"))
            .crumb(ask.t("nav-work"), "/work")
            .crumb(ask.t("nouns-product"), "/work/products")
            .crumb(row.title.clone(), base.clone()),
        title: row.title.clone(),
        number: ask.lang.tn("product-next-version", row.version + 1),
        back: format!("{base}/tasks"),
        action,
        parts: parts
            .into_iter()
            .map(|p| PartView {
                title: p.title,
                lines: p.items.into_iter().map(|i| Line { change: change(p.section, &i.fact.name), fact: i.fact, pieces: i.pieces }).collect(),
            })
            .collect(),
        answered: raised
            .into_iter()
            .map(|p| Answered { name: said::point(look, ask.lang, &p.point), answer: product::answer_to(&draft, &p.point), remark: p.remark })
            .collect(),
        clearance: match clearance::wanting(look, row.id, &draft)?.is_empty() {
            true => None,
            false => Some((ask.t("clearance-new"), format!("/work/clearances/new?product={}", row.id))),
        },
        ready: whole && blocked.is_none(),
        missing,
        blocked,
        fields: sheet.fields,
        errors: sheet.errors,
    })
}

/// `GET /work/products/{id}/submit` and `…/resubmit`.
pub async fn check(ask: Ask) -> PageResult {
    let a = ask.clone();
    match ask.look(move |look, who| check_view(look, who, &a, None)).await {
        Ok(view) => ask.show(&view),
        Err(refusal) => or_case(&ask, refusal),
    }
}

/// `POST /work/products/{id}/submit` and `…/resubmit`; on faults the page comes back with them.
pub async fn send(ask: Ask, act: product::Act) -> PageResult {
    let id = ask.id::<Product>("id")?;
    let (typed, to) = (ask.answers.clone(), format!("/work/products/{id}"));
    let result = ask.act_once(move |tx, who| flow::perform::<Product>(tx, who, id, act, typed).map(|_| to)).await;
    match result {
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => {
            let a = ask.clone();
            let view = ask.look(move |look, who| check_view(look, who, &a, Some((a.answers.clone(), faults)))).await?;
            ask.show_as(422, &view)
        }
        Ok(to) => see_saying(to, "submitted"),
        Err(refusal) => Err(refusal),
    }
}

/// The name of an act in an address.
pub const fn acts() -> [product::Act; 2] {
    [product::Act::Submit, product::Act::Resubmit]
}

/// The page that an act's address stands for.
pub fn path(act: product::Act) -> String {
    format!("/work/products/{{id}}/{}", act.as_str())
}
