//! A bid written section by section: a list of tasks, one page for each, saved as it stands.

use super::said;
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::noun;
use crate::view::chrome::Chrome;
use crate::view::form::{FieldView, Filling, FormView};
use crate::view::list::{Due, due};
use crate::view::wizard::{self, Step, TaskLine};
use askama::Template;
use platform::flow::{self, Noun};
use platform::sheet::Answers;
use platform::{Caller, Fault, Look, Refusal, Result, Word};
use primary::announcement;
use primary::bid::{self, Act, BID, Bid, State, TaskState};
use primary::dossier;
use serde::Serialize;

/// The section that is asked for with the submission itself.
pub const LAST: &str = "declaration";

/// The task list of a draft.
#[derive(Template, Serialize)]
#[template(path = "work/bid/tasks.html")]
struct TasksView {
    #[serde(skip)]
    c: Chrome,
    title: String,
    number: String,
    announcement: String,
    due: Option<Due>,
    deadline: String,
    opening: String,
    over: bool,
    done: usize,
    tasks: Vec<TaskLine>,
    ready: bool,
    check: String,
    withdraw: Option<FormView>,
}

/// One section's page.
#[derive(Template, Serialize)]
#[template(path = "work/bid/task.html")]
struct TaskView {
    #[serde(skip)]
    c: Chrome,
    #[serde(flatten)]
    at: Step,
    rows: Vec<RowView>,
    rows_label: String,
}

/// A row that stands for something of the announcement: a condition or a material.
#[derive(Serialize)]
pub struct RowView {
    pub title: String,
    pub article: String,
    /// What the bidder says of it, for those who check.
    pub claim: Vec<String>,
    pub hidden: FieldView,
    pub fields: Vec<FieldView>,
}

/// Sections with pages of their own, in order.
fn pages() -> Vec<&'static str> {
    BID.sections().into_iter().filter(|s| *s != LAST).collect()
}

/// Which page follows.
fn after(section: &str) -> Option<&'static str> {
    let pages = pages();
    pages.iter().position(|s| *s == section).and_then(|i| pages.get(i + 1).copied())
}

fn is_draft(row: &Bid) -> Result<()> {
    if row.state == State::Drafted { Ok(()) } else { Err(Refusal::Stale) }
}

fn tasks_view(look: &mut Look, who: &Caller, ask: &Ask) -> Result<TasksView> {
    let row = Bid::find(look, who, ask.id::<Bid>("id")?)?;
    let call = announcement::row(look, row.announcement)?;
    let tasks: Vec<bid::Task> = bid::tasks(look, who, &row)?.into_iter().filter(|t| t.section != LAST).collect();
    let (today, calendar, now) = (look.today(), look.calendar(), look.now());
    let withdraw = noun::deed_of::<Bid>(Act::Withdraw.as_str())?;
    let withdraw = match flow::may(look, who, &row, withdraw) {
        Ok(()) => Some(FormView { submit: ask.t("bid-drop"), ..noun::act_form(look, who, ask, &row, withdraw, None)? }),
        Err(_) => None,
    };
    let home = format!("/work/bids/{}", row.id);
    let at = |at: Option<platform::At>| at.map(platform::clock::shanghai_text).unwrap_or_default();
    Ok(TasksView {
        c: ask.chrome(row.title.clone()).crumb(ask.t("nav-work"), "/work").crumb(ask.t("nouns-bid"), "/work/bids"),
        title: row.title.clone(),
        number: call.serial.clone().unwrap_or_default(),
        announcement: format!("/announcements/{}", call.id),
        due: due(ask.lang, &calendar, today, None, call.deadline.map(platform::day::shanghai_date)).map(left),
        deadline: at(call.deadline),
        opening: at(call.opening),
        over: call.deadline.is_some_and(|d| d <= now),
        done: tasks.iter().filter(|t| t.state == TaskState::Done).count(),
        ready: tasks.iter().all(|t| t.state == TaskState::Done),
        tasks: tasks.into_iter().map(|t| TaskLine::new(ask, "bid", &home, t.section, t.state, t.faults.len())).collect(),
        check: format!("{home}/check"),
        withdraw,
    })
}

/// A due day without the day, which stands beside it with its hour.
fn left(due: Due) -> Due {
    Due { text: due.text.split_once(' ').map_or_else(String::new, |(_, left)| left.to_string()), ..due }
}

/// Chooses the dossier's current paper of the same kind for each material for which nothing was given yet.
fn choose_papers(look: &mut Look, who: &Caller, answers: &mut Answers) -> Result<bool> {
    let today = look.today();
    let kept = dossier::by_kind(look, who)?;
    let mut rows = said::rows(answers, "papers");
    let mut chosen = false;
    for row in &mut rows {
        let given = Answers(row.clone());
        if !given.text("paper").is_empty() || given.given("files").is_some() {
            continue;
        }
        let of_kind = kept.iter().find(|(kind, _)| kind.as_str() == given.text("material")).and_then(|(_, paper)| paper.as_ref());
        if let Some(paper) = of_kind.filter(|p| p.is_current(today)) {
            row.insert("paper".into(), paper.id.to_string().into());
            chosen = true;
        }
    }
    answers.set("papers", rows.into_iter().map(serde_json::Value::Object).collect::<Vec<_>>());
    Ok(chosen)
}

/// `GET /work/bids/{id}` of a draft: what is done and what is left.
pub async fn tasks(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask.look(move |look, who| tasks_view(look, who, &a)).await?;
    ask.show(&view)
}

/// The section in the address; `NotFound` when there is none of that name.
fn section_of(ask: &Ask) -> Result<&'static str> {
    pages().into_iter().find(|s| *s == ask.param("section")).ok_or(Refusal::NotFound)
}

/// The rows of a form as conditions or materials; rows without a key are room that nobody needs here.
pub fn named_rows(look: &Look, ask: &Ask, field: &FieldView, claims: &[Vec<String>]) -> Vec<RowView> {
    let mut views = Vec::new();
    for row in &field.rows {
        let Some((hidden, fields)) = row.split_first() else { continue };
        if hidden.value.is_empty() {
            continue;
        }
        let (title, article) =
            if field.name == "papers" { said::material(look, ask.lang, &hidden.value) } else { said::condition(look, ask.lang, &hidden.value) };
        let claim = claims.iter().find(|c| c.first() == Some(&title)).map(|c| c[1..].to_vec()).unwrap_or_default();
        views.push(RowView { title, article, claim, hidden: hidden.clone(), fields: fields.to_vec() });
    }
    views
}

fn task_view(look: &mut Look, who: &Caller, ask: &Ask, section: &'static str, more: Vec<Fault>) -> Result<TaskView> {
    let row = Bid::find(look, who, ask.id::<Bid>("id")?)?;
    is_draft(&row)?;
    let checked = ask.q("check") == "1" || !more.is_empty();
    let mut faults = more;
    if checked {
        faults.extend(bid::tasks(look, who, &row)?.into_iter().filter(|t| t.section == section).flat_map(|t| t.faults));
    }
    let mut answers = row.answers();
    let chosen = section == "papers" && !checked && choose_papers(look, who, &mut answers)?;
    let choices = noun::choices(look, who, Some(&row), &BID, &answers)?;
    let back = format!("/work/bids/{}", row.id);
    let mut form = wizard::form(ask, &BID, section, &back, &Filling { answers, faults, choices });
    let mut rows = Vec::new();
    let mut rows_label = String::new();
    if let Some(at) = form.fields.iter().position(|f| f.kind == "rows") {
        let field = form.fields.remove(at);
        rows = named_rows(look, ask, &field, &[]);
        rows_label = field.label;
    }
    if let Some(price) = form.fields.iter_mut().find(|f| f.name == "price") {
        let fee = ask.lang.yuan(announcement::row(look, row.announcement)?.call()?.fee);
        let call = ask.lang.ta("bid-price-call", &[("fee", fee)]);
        price.hint = Some(price.hint.take().map_or(call.clone(), |hint| format!("{call}{}{hint}", ask.lang.pick("", " "))));
    }
    let name = ask.t(&format!("bid-section-{section}"));
    let at = Step {
        section: name.clone(),
        hint: if chosen { ask.t("bid-paper-chosen") } else { ask.t(&format!("bid-section-{section}-hint")) },
        step: pages().iter().position(|s| *s == section).map_or(1, |i| i as i64 + 1),
        steps: pages().len() as i64,
        next: after(section).map_or_else(|| format!("{back}/check"), |s| format!("{back}/task/{s}")),
        back: back.clone(),
        form,
        checked,
    };
    let c = ask.chrome(name).crumb(ask.t("nav-work"), "/work").crumb(ask.t("nouns-bid"), "/work/bids").crumb(row.title.clone(), back);
    Ok(TaskView { c, at, rows, rows_label })
}

/// `GET /work/bids/{id}/task/{section}`.
pub async fn task(ask: Ask) -> PageResult {
    wizard::show(&ask, section_of(&ask)?, task_view).await
}

/// `POST /work/bids/{id}/task/{section}`: keeps what was typed, valid or not, then says what is missing or goes on.
pub async fn save(ask: Ask) -> PageResult {
    let (section, id) = (section_of(&ask)?, ask.id::<Bid>("id")?);
    let typed = wizard::typed(&BID, section, &ask.answers);
    // The same form is saved again and again while it is written, so its key is not used up.
    ask.act(move |tx, who| flow::perform::<Bid>(tx, who, id, Act::Save, typed).map(drop)).await?;
    wizard::saved(&ask, section, format!("/work/bids/{id}"), task_view, |view| &view.at).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_follow_each_other_up_to_the_declaration() {
        assert_eq!(after("basic"), Some("capability"));
        assert_eq!(after("papers"), None);
        assert!(!pages().contains(&LAST));
    }
}
