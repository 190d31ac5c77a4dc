//! A product written section by section: a list of tasks, one page for each, saved as it stands. A product on the shelf
//! is revised in the same pages; what is on offer stays as it was approved.

use super::said;
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::noun;
use crate::view::chrome::Chrome;
use crate::view::form::{FieldView, Filling, FormView};
use crate::view::wizard::{self, Step, TaskLine};
use askama::Template;
use platform::flow::{self, Noun};
use platform::{Caller, Fault, Look, Refusal, Result, Word};
use primary::bid::TaskState;
use primary::licence;
use secondary::product::{self, Act, PRODUCT, Product, State};
use secondary::review;
use serde::Serialize;
use serde_json::json;

/// The task list.
#[derive(Template, Serialize)]
#[template(path = "work/product/tasks.html")]
struct TasksView {
    #[serde(skip)]
    c: Chrome,
    title: String,
    number: String,
    licence: (String, String),
    lead: String,
    /// What was returned, point by point, with the answers so far.
    raised: Vec<said::Answered>,
    reason: String,
    done: usize,
    tasks: Vec<TaskLine>,
    ready: bool,
    check: String,
    /// What was submitted before: where, and what it is called; empty before the first submission.
    former: Option<(String, String)>,
    withdraw: Option<FormView>,
}

/// One section's page.
#[derive(Template, Serialize)]
#[template(path = "work/product/task.html")]
struct TaskView {
    #[serde(skip)]
    c: Chrome,
    #[serde(flatten)]
    at: Step,
    points: Vec<PointView>,
}

/// A point raised, and room for its answer.
#[derive(Serialize)]
struct PointView {
    name: String,
    remark: String,
    hidden: FieldView,
    answer: FieldView,
}

/// The act that saves, and the one that submits, in this state; `Stale` when nothing may be written now.
pub fn acts(row: &Product) -> Result<(Act, Act)> {
    match row.state {
        State::Drafted | State::Returned => Ok((Act::Save, Act::Submit)),
        State::Approved | State::Listed | State::Delisted => Ok((Act::Revise, Act::Resubmit)),
        _ => Err(Refusal::Stale),
    }
}

/// Where the draft is read through and submitted.
pub fn check_at(row: &Product) -> Result<String> {
    Ok(format!("/work/products/{}/{}", row.id, acts(row)?.1.as_str()))
}

/// The product, when the caller writes it.
pub fn own(look: &mut Look, who: &Caller, ask: &Ask) -> Result<Product> {
    let row = Product::find(look, who, ask.id::<Product>("id")?)?;
    if row.owner.is_some_and(|o| who.acts_for(o)) { Ok(row) } else { Err(Refusal::NotFound) }
}

fn tasks_view(look: &mut Look, who: &Caller, ask: &Ask) -> Result<TasksView> {
    let row = own(look, who, ask)?;
    let check = check_at(&row)?;
    let tasks = product::tasks(look, &row)?;
    let granted = licence::row(look, row.licence)?;
    let draft = row.answers();
    let raised = review::raised(look, row.id)?;
    let last = review::of_product(look, row.id)?.into_iter().find(|r| r.state == review::State::Returned);
    let begun = matches!(row.state, State::Drafted | State::Returned);
    let withdraw = noun::deed_of::<Product>(Act::Withdraw.as_str())?;
    let withdraw = match flow::may(look, who, &row, withdraw) {
        Ok(()) if begun => Some(noun::act_form(look, who, ask, &row, withdraw, None)?),
        _ => None,
    };
    let home = format!("/work/products/{}", row.id);
    let line = |t: product::Task| TaskLine::new(ask, "product", &home, t.section, t.state, t.faults.len());
    let number = if row.version == 0 { String::new() } else { ask.lang.tn("product-next-version", row.version + 1) };
    Ok(TasksView {
        c: ask.chrome(row.title.clone()).crumb(ask.t("nav-work"), "/work").crumb(ask.t("nouns-product"), "/work/products"),
        title: row.title.clone(),
        number,
        licence: (format!("{} {}", granted.serial.unwrap_or_default(), granted.title), format!("/work/licences/{}", row.licence)),
        lead: ask.t(if begun { "product-tasks-lead" } else { "product-revise-lead" }),
        reason: if raised.is_empty() { String::new() } else { last.map(|r| r.about().reason).unwrap_or_default() },
        raised: raised
            .into_iter()
            .map(|p| said::Answered { name: said::point(look, ask.lang, &p.point), answer: product::answer_to(&draft, &p.point), remark: p.remark })
            .collect(),
        done: tasks.iter().filter(|t| t.state == TaskState::Done).count(),
        ready: tasks.iter().all(|t| t.state == TaskState::Done),
        tasks: tasks.into_iter().map(line).collect(),
        check,
        former: match row.version {
            0 => None,
            n if begun => Some((format!("/work/products/{}/versions/{n}", row.id), ask.lang.tn("product-see-version", n))),
            _ => Some((format!("/work/products/{}", row.id), ask.t("product-to-case"))),
        },
        withdraw,
    })
}

/// `GET /work/products/{id}/tasks`: what is done and what is left.
pub async fn tasks(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask.look(move |look, who| tasks_view(look, who, &a)).await?;
    ask.show(&view)
}

/// The section in the address; `NotFound` when there is none of that name.
fn section_of(ask: &Ask) -> Result<&'static str> {
    PRODUCT.sections().into_iter().find(|s| *s == ask.param("section")).ok_or(Refusal::NotFound)
}

/// The points raised, each with room for its answer; the form's rows stand in their order.
fn points(look: &Look, ask: &Ask, raised: &[review::Raised], field: FieldView) -> Vec<PointView> {
    let view = |(raised, row): (&review::Raised, Vec<FieldView>)| {
        let mut row = row.into_iter();
        let (hidden, answer) = (row.next()?, row.next()?);
        Some(PointView { name: said::point(look, ask.lang, &raised.point), remark: raised.remark.clone(), hidden, answer })
    };
    raised.iter().zip(field.rows).filter_map(view).collect()
}

fn task_view(look: &mut Look, who: &Caller, ask: &Ask, section: &'static str, more: Vec<Fault>) -> Result<TaskView> {
    let row = own(look, who, ask)?;
    let check = check_at(&row)?;
    let tasks = product::tasks(look, &row)?;
    let Some(number) = tasks.iter().position(|t| t.section == section) else { return Err(Refusal::NotFound) };
    let checked = ask.q("check") == "1" || !more.is_empty();
    let mut faults = more;
    if checked {
        faults.extend(tasks[number].faults.clone());
    }
    let raised = review::raised(look, row.id)?;
    let mut answers = row.answers();
    let rows: Vec<_> = raised.iter().map(|p| json!({"point": p.point, "answer": product::answer_to(&answers, &p.point)})).collect();
    answers.set("answers", rows);
    let choices = noun::choices(look, who, Some(&row), &PRODUCT, &answers)?;
    let home = format!("/work/products/{}", row.id);
    let mut form = wizard::form(ask, &PRODUCT, section, &home, &Filling { answers, faults, choices });
    let points = match form.fields.iter().position(|f| f.name == "answers") {
        Some(at) => points(look, ask, &raised, form.fields.remove(at)),
        None => Vec::new(),
    };
    let name = ask.t(&format!("product-section-{section}"));
    let next = tasks.get(number + 1).map_or(check, |t| format!("{home}/task/{}", t.section));
    let at = Step {
        section: name.clone(),
        hint: ask.t(&format!("product-section-{section}-hint")),
        step: number as i64 + 1,
        steps: tasks.len() as i64,
        next,
        back: format!("{home}/tasks"),
        form,
        checked,
    };
    let c = ask.chrome(name).crumb(ask.t("nav-work"), "/work").crumb(ask.t("nouns-product"), "/work/products").crumb(row.title.clone(), home);
    Ok(TaskView { c, at, points })
}

/// `GET /work/products/{id}/task/{section}`
pub async fn task(ask: Ask) -> PageResult {
    wizard::show(&ask, section_of(&ask)?, task_view).await
}

/// `POST /work/products/{id}/task/{section}`: keeps what was typed, valid or not, then says what is missing or goes on.
pub async fn save(ask: Ask) -> PageResult {
    let (section, id) = (section_of(&ask)?, ask.id::<Product>("id")?);
    let typed = wizard::typed(&PRODUCT, section, &ask.answers);
    // The same form is saved again and again while it is written, so its key is not used up.
    let a = ask.clone();
    ask.act(move |tx, who| {
        let row = own(tx, who, &a)?;
        let mut draft = row.answers();
        draft.merge(typed);
        flow::perform::<Product>(tx, who, id, acts(&row)?.0, draft).map(drop)
    })
    .await?;
    wizard::saved(&ask, section, format!("/work/products/{id}/tasks"), task_view, |view| &view.at).await
}
