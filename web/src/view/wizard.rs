//! Long applications written section by section: the list of tasks, one page for each, saved as it stands and checked only
//! afterwards. What is particular to a bid or a product stands with it.

use crate::answer::{Answer, PageResult, View, see_saying};
use crate::ask::{Ask, Face};
use crate::view::form::{Filling, FormView, draw};
use platform::sheet::{Answers, Kind, Sheet};
use platform::{Caller, Fault, Look, Refusal, Result, Word};
use primary::bid::TaskState;
use serde::Serialize;

/// A line of the task list.
#[derive(Serialize)]
pub struct TaskLine {
    pub name: String,
    pub hint: String,
    pub href: String,
    pub state: &'static str,
    pub label: String,
    pub missing: usize,
}

impl TaskLine {
    /// The line of a section of `noun`'s sheet; `home` is the address of the case.
    pub fn new(ask: &Ask, noun: &str, home: &str, section: &str, state: TaskState, missing: usize) -> Self {
        Self {
            name: ask.t(&format!("{noun}-section-{section}")),
            hint: ask.t(&format!("{noun}-section-{section}-hint")),
            href: format!("{home}/task/{section}"),
            state: state.as_str(),
            label: ask.lang.w(state),
            missing,
        }
    }
}

/// What every section's page shows.
#[derive(Serialize)]
pub struct Step {
    pub section: String,
    pub hint: String,
    pub step: i64,
    pub steps: i64,
    pub back: String,
    pub next: String,
    pub form: FormView,
    /// What is still missing is said only after saving.
    pub checked: bool,
}

/// The form of one section, saved at its own address.
pub fn form(ask: &Ask, sheet: &Sheet, section: &str, home: &str, filling: &Filling) -> FormView {
    let mut form = draw(ask.lang, sheet, filling);
    form.fields.retain(|f| f.section.as_deref() == Some(section));
    let has_files = |kind: Kind| match kind {
        Kind::Files(_) => true,
        Kind::Rows(of) => of.fields.iter().any(|f| matches!(f.kind, Kind::Files(_))),
        _ => false,
    };
    form.files = sheet.fields.iter().any(|f| f.section == Some(section) && has_files(f.kind));
    form.action = format!("{home}/task/{section}");
    form.autosave = form.action.clone();
    form
}

/// What a section's form sent: of its own fields only, and what a browser does not send when it is empty, as empty.
pub fn typed(sheet: &Sheet, section: &str, answers: &Answers) -> Answers {
    let mut typed = Answers::default();
    for field in sheet.fields.iter().filter(|f| f.section == Some(section)) {
        match (answers.0.get(field.name), field.kind) {
            (Some(value), _) => typed.set(field.name, value.clone()),
            (None, Kind::Tick) => typed.set(field.name, false),
            (None, Kind::Many(..) | Kind::Picks(_) | Kind::Files(_) | Kind::Rows(_)) => typed.set(field.name, Vec::<String>::new()),
            (None, _) => {}
        }
    }
    typed
}

/// Builds a section's page; faults of uploads come with it.
pub type Page<V> = fn(&mut Look, &Caller, &Ask, &'static str, Vec<Fault>) -> Result<V>;

/// A section's page as it is asked for.
pub async fn show<V: View + Send + 'static>(ask: &Ask, section: &'static str, page: Page<V>) -> PageResult {
    let a = ask.clone();
    match ask.look(move |look, who| page(look, who, &a, section, Vec::new())).await {
        Ok(view) => ask.show(&view),
        Err(refusal) => or_case(ask, refusal),
    }
}

/// What may no longer be written, because it was sent meanwhile, is shown as it stands: somebody came back to its form.
pub fn or_case(ask: &Ask, refusal: Refusal) -> PageResult {
    if refusal != Refusal::Stale || ask.face != Face::Html {
        return Err(refusal);
    }
    // `/work/bids/{id}/task/plan`: the case has the first three parts.
    see_saying(ask.path.split('/').take(4).collect::<Vec<_>>().join("/"), "sent-already")
}

/// After a section was saved: the time for a script, the same page for faulty uploads, the list for whoever goes on later;
/// else the next section, or this one again when something is missing.
pub async fn saved<V: View + Send + 'static>(ask: &Ask, section: &'static str, list: String, page: Page<V>, step: fn(&V) -> &Step) -> PageResult {
    if ask.face == Face::Json {
        let saved_at = (ask.app.db.clock().now() + chrono::Duration::hours(8)).format("%H:%M").to_string();
        return Ok(Answer::Page { status: 200, html: None, json: Some(serde_json::json!({ "saved_at": saved_at })), headers: Vec::new() });
    }
    let a = ask.clone();
    if !ask.faults.is_empty() {
        let view = ask.look(move |look, who| page(look, who, &a, section, a.faults.clone())).await?;
        return ask.show_as(422, &view);
    }
    if ask.answers.text("go") == "later" {
        return see_saying(list, "saved");
    }
    let checked = Ask { query: vec![("check".into(), "1".into())], ..a };
    let view = ask.look(move |look, who| page(look, who, &checked, section, Vec::new())).await?;
    let at = step(&view);
    see_saying(if at.form.errors.is_empty() { at.next.clone() } else { format!("{}?check=1", at.form.action) }, "saved")
}

#[cfg(test)]
mod tests {
    use super::*;
    use primary::bid::BID;
    use secondary::product::PRODUCT;
    use serde_json::json;

    #[test]
    fn a_section_sends_its_own_fields_and_empty_boxes() {
        let sent = Answers::of(json!({"technical_plan": "甲", "contact": "乙", "go": "later"}));
        assert_eq!(typed(&BID, "plan", &sent), Answers::of(json!({"technical_plan": "甲", "forms": []})));
        assert_eq!(typed(&BID, "security", &Answers::default()), Answers::of(json!({"security_commitment": false})));
        let sent = Answers::of(json!({"external_sources": "甲", "title": "乙", "go": "later"}));
        assert_eq!(typed(&PRODUCT, "sources", &sent), Answers::of(json!({"external_sources": "甲", "sources": []})));
        assert_eq!(typed(&PRODUCT, "answers", &Answers::default()), Answers::of(json!({"answers": []})));
    }
}
