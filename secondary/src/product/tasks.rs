//! A draft as a list of tasks: what is done in each section, and what is missing.

use super::{PRODUCT, Product, form};
use crate::review;
use platform::Look;
use platform::refusal::{Fault, Result};
use platform::sheet::{self, Answers};
use primary::bid::TaskState;
use serde_json::Value;

/// The section in which points raised at a return are answered.
const ANSWERS: &str = "answers";

/// One section of a draft.
#[derive(Clone, Debug)]
pub struct Task {
    pub section: &'static str,
    pub state: TaskState,
    pub faults: Vec<Fault>,
}

/// The sections of a draft with what is missing in each. Points are answered only when some were raised.
pub fn tasks(look: &mut Look, row: &Product) -> Result<Vec<Task>> {
    let draft = row.answers();
    let raised = review::raised(look, row.id)?;
    let mut faults: Vec<Fault> = form::all_faults(&draft).into_iter().filter(|f| head(&f.field) != ANSWERS).collect();
    for (i, _) in raised.iter().enumerate().filter(|(_, p)| answer_to(&draft, &p.point).is_empty()) {
        faults.push(Fault::at(format!("{ANSWERS}[{i}].answer"), "required"));
    }
    let task = |section| {
        let fields = || PRODUCT.fields.iter().filter(|f| f.section == Some(section));
        let faults: Vec<Fault> = faults.iter().filter(|f| fields().any(|g| g.name == head(&f.field))).cloned().collect();
        let begun = match section {
            ANSWERS => raised.iter().any(|p| !answer_to(&draft, &p.point).is_empty()),
            _ => fields().any(|f| draft.given(f.name).is_some_and(|v| !sheet::blank(v) && *v != Value::Bool(false))),
        };
        let missing = |f: &Fault| matches!(f.code, "required" | "must-agree" | "file-required");
        let state = match (faults.is_empty(), begun) {
            (true, _) => TaskState::Done,
            (false, false) => TaskState::Todo,
            (false, true) if faults.iter().all(missing) => TaskState::Started,
            (false, true) => TaskState::Problem,
        };
        Task { section, state, faults }
    };
    Ok(PRODUCT.sections().into_iter().filter(|s| *s != ANSWERS || !raised.is_empty()).map(task).collect())
}

/// The field of a path: `fields` of `fields[2].name`.
fn head(path: &str) -> &str {
    path.split(['[', '.']).next().unwrap_or(path)
}

/// What a draft answers to a point; empty when nothing.
pub fn answer_to(draft: &Answers, point: &str) -> String {
    let rows = draft.0.get(ANSWERS).and_then(Value::as_array);
    let text = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).unwrap_or("").trim().to_string();
    rows.into_iter().flatten().filter(|row| text(row, "point") == point).map(|row| text(row, "answer")).next_back().unwrap_or_default()
}
