//! Submission: a draft that holds becomes the next version, and its review opens (ZJK-25).

use super::shelf::must_be_free;
use super::{Act, Product, form, show, version};
use crate::{clearance, pricing, review};
use diesel::prelude::*;
use platform::event::Record;
use platform::flow;
use platform::people::{org, person};
use platform::schema::product;
use platform::sheet::Answers;
use platform::{Caller, Look, Refusal, Result, Tx, diesel, serial};
use primary::licence;
use serde_json::json;

/// Submits the draft as the next version and opens its review. A review of an earlier version that is still open is void.
pub(super) fn submit(tx: &mut Tx, who: &Caller, row: &Product, act: Act, _: Answers) -> Result<()> {
    let (answers, content) = settled(tx, who, row)?;
    review::void(tx, who, row.id)?;
    let before = if row.version > 0 { Some(version::find(tx, row.id, row.version)?) } else { None };
    let made = version::make(tx, who, row, &answers)?;
    let mut named = row.clone();
    named.version = made.number;
    if named.serial.is_none() {
        named.serial = Some(serial::next(tx, "product")?);
    }
    diesel::update(product::table.find(row.id))
        .set((product::content.eq(answers.json()), product::version.eq(made.number), product::serial.eq(&named.serial)))
        .execute(tx.db())?;
    if !row.stands() {
        named.title = content.title.clone();
        named.form = content.form;
        named.purpose = content.purpose;
        show(tx, &named, &content.summary)?;
    }
    let changed = before.map(|b| made.changed_since(&b)).unwrap_or_default();
    review::begin_on(tx, who, &named, &content.title, &made, &changed)?;
    flow::take(tx, who, &named, act, Record::of(json!({"version": made.number, "digest": made.digest, "changed": changed}))).map(drop)
}

/// The draft settled, when everything holds that a submission needs.
fn settled(look: &mut Look, who: &Caller, row: &Product) -> Result<(Answers, form::Content)> {
    org::must_be_ready(look, who)?;
    person::must_be_ready(look, who)?;
    let licence = licence::may(look, row.licence, licence::Permission::Submit)?;
    let draft = row.answers();
    must_answer(look, row, &draft)?;
    let (answers, content) = form::settle(&draft)?;
    form::must_be_covered(look, &licence, &content)?;
    clearance::must_cover(look, row.id, &content)?;
    if let Some(price) = pricing::current(look, row.id)? {
        must_be_free(content.purpose, &price)?;
    }
    Ok((answers, content))
}

/// Refuses as a submission of the draft would now.
pub fn must_be_ready(look: &mut Look, who: &Caller, row: &Product) -> Result<()> {
    settled(look, who, row).map(drop)
}

/// Refuses while a point raised at the last return stands without an answer.
fn must_answer(look: &mut Look, row: &Product, draft: &Answers) -> Result<()> {
    let raised = review::raised(look, row.id)?;
    let answered = |point: &str| {
        let rows = draft.0.get("answers").and_then(|v| v.as_array());
        rows.is_some_and(|rows| {
            let text = |row: &serde_json::Value, name: &str| row.get(name).and_then(|v| v.as_str()).unwrap_or("").trim().to_string();
            rows.iter().any(|row| text(row, "point") == point && !text(row, "answer").is_empty())
        })
    };
    if raised.iter().all(|r| answered(&r.point)) { Ok(()) } else { Err(Refusal::rule("open-points", "ZJK-25")) }
}
