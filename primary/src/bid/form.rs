//! 申请表 — what a bid says, section by section, and what is still missing (NJ-9, ZJ-4.1, ZJK-12).

use super::{Bid, State};
use crate::ProductForm;
use crate::announcement::{self, Call};
use crate::dossier;
use crate::scenario;
use platform::people::org;
use platform::profile::{Profile, Say2};
use platform::sheet::{self, Answers, Field, Sheet};
use platform::{Caller, Fault, Look, Refusal, Result, Word, money, words};
use serde::Serialize;
use serde_json::{Map, Value, json};

const CONDITION: Sheet =
    Sheet { name: "bid-condition", fields: &[sheet::line("key", 200), sheet::tick("meets").required(), sheet::text("evidence", 2000)] };
const PAPER: Sheet =
    Sheet { name: "bid-paper", fields: &[sheet::line("material", 200), sheet::pick("paper", "paper").optional(), sheet::files("files").optional()] };

/// The application in six sections.
pub const BID: Sheet = Sheet {
    name: "bid",
    fields: &[
        sheet::line("contact", 50).under("basic"),
        sheet::line("phone", 30).under("basic"),
        sheet::line("email", 100).optional().under("basic"),
        sheet::line("security_officer", 50).under("basic"),
        sheet::line("security_phone", 30).under("basic"),
        sheet::rows("conditions", &CONDITION).optional().under("capability"),
        sheet::text("experience", 10_000).optional().under("capability"),
        sheet::text("technical_plan", 20_000).under("plan"),
        sheet::text("data_use_plan", 20_000).under("plan"),
        sheet::many::<ProductForm>("forms").under("plan"),
        sheet::text("products", 10_000).under("plan"),
        sheet::text("social_value", 10_000).under("plan"),
        sheet::money("price").under("plan"),
        sheet::text("security_plan", 20_000).under("security"),
        sheet::tick("security_commitment").required().under("security"),
        sheet::rows("papers", &PAPER).optional().under("papers"),
        sheet::files("attachments").optional().under("papers"),
        sheet::tick("independent").required().under("declaration"),
        sheet::tick("truthful").required().under("declaration"),
    ],
};

/// Materials that the form itself is or says; a paper may be added, none is needed.
const SAID: [&str; 5] = ["application_form", "operation_plan", "security_commitment", "affiliation_statement", "truth_statement"];

words! {
    /// How far a task is.
    pub enum TaskState: "task-state" { Todo = "todo", Started = "started", Problem = "problem", Done = "done" }
}

/// One task of the list: a section of the form, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Task {
    pub section: &'static str,
    pub state: TaskState,
    pub faults: Vec<Fault>,
}

/// The task list of a bid, for the bidder's own people.
pub fn tasks(look: &mut Look, who: &Caller, bid: &Bid) -> Result<Vec<Task>> {
    if who.org.is_none() || who.org != bid.owner {
        return Err(Refusal::NotFound);
    }
    let faults = faults(look, who, bid)?;
    let content = bid.answers();
    let task = |section| {
        let fields = || BID.fields.iter().filter(|f| f.section == Some(section));
        let faults: Vec<Fault> = faults.iter().filter(|f| fields().any(|g| g.name == head(&f.field))).cloned().collect();
        let begun = fields().any(|f| is_begun(&content, f));
        let missing = |f: &Fault| matches!(f.code, "required" | "must-agree" | "file-required" | "paper-missing" | "condition-missing");
        let state = match (faults.is_empty(), begun) {
            (true, _) => TaskState::Done,
            (false, false) => TaskState::Todo,
            (false, true) if faults.iter().all(missing) => TaskState::Started,
            (false, true) => TaskState::Problem,
        };
        Task { section, state, faults }
    };
    Ok(BID.sections().into_iter().map(task).collect())
}

/// The field of a path: `papers` of `papers[2].paper`.
fn head(path: &str) -> &str {
    path.split(['[', '.']).next().unwrap_or(path)
}

/// Whether anything was answered in a field; keys that were filled in for the bidder do not count.
fn is_begun(content: &Answers, field: &Field) -> bool {
    match content.given(field.name) {
        Some(Value::Array(rows)) => rows.iter().any(|row| match row {
            Value::Object(row) => row.iter().any(|(k, v)| !matches!(k.as_str(), "key" | "material") && !sheet::blank(v) && *v != Value::Bool(false)),
            other => !sheet::blank(other),
        }),
        Some(Value::Bool(ticked)) => *ticked,
        Some(_) => true,
        None => false,
    }
}

/// Everything that keeps the bid from being submitted.
pub(super) fn faults(look: &mut Look, who: &Caller, bid: &Bid) -> Result<Vec<Fault>> {
    let announced = announcement::row(look, bid.announcement)?;
    let (call, profile) = (announced.call()?, look.pinned(&announced.profile));
    let content = bid.answers();
    let mut faults = BID.faults(&content);
    let free = profile.purpose(scenario::row(look, bid.scenario)?.purpose.as_str()).is_some_and(|p| p.free);
    if free && money::parse_yuan(content.text("price")).is_some_and(|fen| fen > 0) {
        faults.push(Fault::at("price", "fee-must-be-free"));
    }
    let rows = rows(&content, "conditions");
    for key in &call.conditions {
        if !rows.iter().any(|r| text(r, "key") == key) {
            faults.push(named(Fault::at("conditions", "condition-missing"), "condition", key, profile.condition(key).map(|c| &c.name)));
        }
    }
    paper_faults(look, who, &call, &profile, &content, &mut faults)?;
    Ok(faults)
}

/// Papers must be the bidder's own and current; every material called for must be there.
fn paper_faults(look: &mut Look, who: &Caller, call: &Call, profile: &Profile, content: &Answers, faults: &mut Vec<Fault>) -> Result<()> {
    let rows = rows(content, "papers");
    for (i, row) in rows.iter().enumerate() {
        let chosen = text(row, "paper");
        if chosen.is_empty() {
            continue;
        }
        let at = format!("papers[{i}].paper");
        match chosen.parse().and_then(|id| dossier::usable(look, who, id)) {
            Ok(_) => {}
            Err(Refusal::Rule { args, .. }) => {
                let title = args.into_iter().next().map(|(_, title)| title).unwrap_or_default();
                faults.push(Fault::at(at, "paper-expired").with("paper", title));
            }
            Err(Refusal::NotFound) => faults.push(Fault::at(at, "not-a-choice")),
            Err(other) => return Err(other),
        }
    }
    for key in call.materials.iter().filter(|key| !SAID.contains(&key.as_str())) {
        let given = |row: &Map<String, Value>| {
            text(row, "material") == key && ["paper", "files"].iter().any(|f| row.get(*f).is_some_and(|v| !sheet::blank(v)))
        };
        if !rows.iter().any(given) {
            faults.push(named(Fault::at("papers", "paper-missing"), "paper", key, profile.material(key).map(|m| &m.name)));
        }
    }
    Ok(())
}

/// A fault that names something of the profile in both languages: `{name}` and `{name}_en`; what the profile does not know
/// is named as the announcement names it.
fn named(fault: Fault, name: &'static str, key: &str, said: Option<&Say2>) -> Fault {
    let english = if name == "paper" { "paper_en" } else { "condition_en" };
    fault.with(name, said.map_or(key, |s| &s.zh)).with(english, said.map_or(key, |s| &s.en))
}

pub(super) fn rows(content: &Answers, field: &str) -> Vec<Map<String, Value>> {
    match content.0.get(field) {
        Some(Value::Array(rows)) => rows.iter().filter_map(|r| r.as_object().cloned()).collect(),
        _ => Vec::new(),
    }
}

pub(super) fn text<'a>(row: &'a Map<String, Value>, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// What stands in a new form: the last withdrawn bid in the same call, or what the organisation says of itself; a row for
/// each condition and each material called for.
pub(super) fn begun(look: &mut Look, who: &Caller, call: &Call, last: Option<Answers>) -> Result<Answers> {
    let mut content = match last {
        Some(last) => last,
        None => {
            let own = org::row(look, who.org()?)?.answers();
            let mut content = Answers::default();
            for field in ["contact", "phone", "security_officer", "security_phone"] {
                content.set(field, own.text(field));
            }
            content
        }
    };
    // Declarations are made anew with every bid.
    for field in ["security_commitment", "independent", "truthful"] {
        content.set(field, false);
    }
    let mut conditions = rows(&content, "conditions");
    for key in call.conditions.iter().filter(|k| !conditions.iter().any(|r| text(r, "key") == *k)).collect::<Vec<_>>() {
        conditions.extend(json!({"key": key, "meets": false, "evidence": ""}).as_object().cloned());
    }
    let mut papers = rows(&content, "papers");
    for key in call.materials.iter().filter(|k| !SAID.contains(&k.as_str()) && !papers.iter().any(|r| text(r, "material") == *k)).collect::<Vec<_>>()
    {
        papers.extend(json!({"material": key, "paper": "", "files": []}).as_object().cloned());
    }
    content.set("conditions", conditions.into_iter().map(Value::Object).collect::<Vec<_>>());
    content.set("papers", papers.into_iter().map(Value::Object).collect::<Vec<_>>());
    Ok(content)
}

/// A draft with what was typed on top: only fields of the form; a tick that was not sent with its section is not set.
pub(super) fn typed_over(mut content: Answers, typed: &Answers) -> Answers {
    let sent: Vec<&str> = BID.fields.iter().filter(|f| typed.0.contains_key(f.name)).filter_map(|f| f.section).collect();
    for field in BID.fields {
        match typed.0.get(field.name) {
            Some(value) => content.set(field.name, value.clone()),
            None if matches!(field.kind, sheet::Kind::Tick) && field.section.is_some_and(|s| sent.contains(&s)) => content.set(field.name, false),
            None => {}
        }
    }
    content
}

/// Refuses unless the bid is still a draft.
pub(super) fn must_be_draft(bid: &Bid) -> Result<()> {
    if bid.state == State::Drafted { Ok(()) } else { Err(Refusal::Stale) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_stands_in_a_section() {
        assert_eq!(BID.sections(), ["basic", "capability", "plan", "security", "papers", "declaration"]);
        assert!(BID.fields.iter().all(|f| f.section.is_some()));
    }

    #[test]
    fn a_section_is_typed_over_and_nothing_else() {
        let before = Answers::of(json!({"contact": "甲", "truthful": true, "security_commitment": true}));
        let typed = Answers::of(json!({"security_plan": "加密", "state": "won"}));
        let after = typed_over(before, &typed);
        assert_eq!(after, Answers::of(json!({"contact": "甲", "truthful": true, "security_commitment": false, "security_plan": "加密"})));
    }

    #[test]
    fn keys_filled_in_do_not_begin_a_task() {
        let field = BID.field("papers").unwrap();
        assert!(!is_begun(&Answers::of(json!({"papers": [{"material": "audit_report", "paper": "", "files": []}]})), field));
        assert!(is_begun(&Answers::of(json!({"papers": [{"material": "audit_report", "paper": "x"}]})), field));
    }
}
