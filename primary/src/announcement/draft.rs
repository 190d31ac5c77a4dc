//! An announcement before it is published: what its form begins with, and what even a draft must have.

use super::call::longest_term;
use super::{Act, Announcement};
use crate::SelectionMethod;
use crate::scenario::{self, Scenario};
use diesel::prelude::*;
use platform::event::Record;
use platform::flow::{self, Noun};
use platform::schema::announcement;
use platform::sheet::Answers;
use platform::{Caller, Fault, Id, Look, Refusal, Result, Tx, Word, diesel};
use serde_json::json;

/// What a new announcement's form begins with: every condition and material of the profile, its longest term.
pub fn first_answers(look: &mut Look) -> Answers {
    let profile = look.profile();
    Answers::of(json!({
        "method": SelectionMethod::OpenTender,
        "conditions": profile.conditions.iter().map(|c| &c.key).collect::<Vec<_>>(),
        "materials": profile.materials.iter().map(|m| &m.key).collect::<Vec<_>>(),
        "term_years": longest_term(look).to_string(),
    }))
}

/// What even a draft must have: a title and a scenario of the catalogue.
pub(super) fn head(tx: &mut Tx, a: &Answers) -> Result<(String, Scenario, SelectionMethod)> {
    let mut faults = Vec::new();
    let title = a.text("title").trim().replace(['\n', '\r'], " ");
    if title.is_empty() {
        faults.push(Fault::at("title", "required"));
    } else if title.chars().count() > 200 {
        faults.push(Fault::at("title", "too-long").with("max", 200).with("length", title.chars().count()));
    }
    let class = match a.text("scenario") {
        "" => Err("required"),
        id => match id.parse().and_then(|id| scenario::row(tx, id)) {
            Ok(class) if class.state == scenario::State::Published => Ok(class),
            Ok(_) | Err(Refusal::NotFound) => Err("not-a-choice"),
            Err(other) => return Err(other),
        },
    };
    match class {
        Ok(class) if faults.is_empty() => Ok((title, class, SelectionMethod::of(a.text("method")).unwrap_or(SelectionMethod::OpenTender))),
        Ok(_) => Err(Refusal::Faulty(faults)),
        Err(code) => {
            faults.push(Fault::at("scenario", code));
            Err(Refusal::Faulty(faults))
        }
    }
}

/// Attaches the draft's files; they are shown to the public from publication on.
pub(super) fn keep_files(tx: &mut Tx, who: &Caller, id: Id<Announcement>, a: &mut Answers, public: bool) -> Result<()> {
    let files = a.list("attachments");
    if !files.is_empty() {
        let kept = platform::file::attach(tx, who, &files, Announcement::NAME, &id.to_string(), public)?;
        a.set("attachments", kept);
    }
    Ok(())
}

pub(super) fn draft(tx: &mut Tx, who: &Caller, mut a: Answers) -> Result<Id<Announcement>> {
    let (title, class, method) = head(tx, &a)?;
    let id = tx.id();
    keep_files(tx, who, id, &mut a, false)?;
    let row = Announcement {
        id,
        serial: None,
        title,
        state: flow::first::<Announcement>(Act::Draft)?,
        owner: who.org,
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: a.json(),
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        scenario: class.id,
        method,
        published_at: None,
        deadline: None,
        opening: None,
        objection_until: None,
    };
    diesel::insert_into(announcement::table).values(&row).execute(tx.db())?;
    flow::begin_case(tx, who, &row, Act::Draft, Record::of(&a))?;
    Ok(id)
}

pub(super) fn edit(tx: &mut Tx, who: &Caller, row: &Announcement, mut a: Answers) -> Result<()> {
    let (title, class, method) = head(tx, &a)?;
    keep_files(tx, who, row.id, &mut a, false)?;
    diesel::update(announcement::table.find(row.id))
        .set((
            announcement::title.eq(&title),
            announcement::content.eq(a.json()),
            announcement::scenario.eq(class.id),
            announcement::method.eq(method),
        ))
        .execute(tx.db())?;
    let named = Announcement { title, ..row.clone() };
    flow::take(tx, who, &named, Act::Edit, Record::of(&a)).map(drop)
}
