//! A licence before it is signed: what is granted is what was filed, within the term that the policy allows.

use super::{Act, Licence, State, Term, live, must_be_eligible};
use crate::filing::{self, Filing};
use crate::{agreement, amendment, bid};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::event::Record;
use platform::flow::{self, Noun};
use platform::people::interest;
use platform::profile::Profile;
use platform::schema::licence;
use platform::sheet::{self, Answers, Sheet};
use platform::{Caller, Fault, Id, Look, Refusal, Result, Tx, diesel, serial};
use serde_json::json;

/// What is asked for a draft; scope, resources and fee are those filed, for a contract may not depart from what was called
/// for and filed (BID-46, ZJK-17). Days left open are those filed, from today when they have begun.
pub(super) const DRAFT: Sheet = Sheet {
    name: "licence",
    fields: &[
        sheet::pick("filing", "filing"),
        sheet::date("from_on").optional(),
        sheet::date("to_on").optional(),
        sheet::text("supplement", 5000).optional(),
    ],
};

pub(super) const REDRAFT: Sheet =
    Sheet { name: "licence", fields: &[sheet::date("from_on"), sheet::date("to_on"), sheet::text("supplement", 5000).optional()] };

/// Drafts the licence of a winner whose filing the office has received, with the first version of the agreement.
pub(super) fn draft(tx: &mut Tx, who: &Caller, a: Answers) -> Result<Id<Licence>> {
    let Ok(filing) = a.text("filing").parse() else { return Err(Refusal::fault("filing", "not-a-choice")) };
    let filing = Filing::find(tx, who, filing)?;
    filing.must_be_received()?;
    bid::must_have_won(tx, filing.bid)?;
    interest::must_be_free(tx, who, filing.holder)?;
    must_be_eligible(tx, filing.holder)?;
    let follows = amendment::predecessor(tx, filing.amendment)?;
    if live(tx, filing.scenario, filing.holder)?.is_some_and(|l| Some(l.id) != follows) {
        return Err(Refusal::rule("second-live-licence", "ZJK-13(5)"));
    }
    if is_used(tx, filing.id)? {
        return Err(Refusal::rule("not-filed", "ZJK-17"));
    }
    let grant = filing.grant()?;
    let from = asked_day(&a, "from_on").unwrap_or(grant.from_on.max(tx.today()));
    let to = asked_day(&a, "to_on").unwrap_or(grant.to_on);
    let term = drafted_term(tx, &tx.profile(), &grant, from, to)?;
    let content = json!({
        "resources": grant.resources, "scope": grant.scope, "fee": grant.fee, "purpose": grant.purpose, "supplement": a.text("supplement"),
    });
    let row = Licence {
        id: tx.id(),
        serial: Some(serial::next(tx, "licence")?),
        title: crate::scenario::row(tx, filing.scenario)?.title,
        state: flow::first::<Licence>(Act::Draft)?,
        owner: Some(filing.holder),
        clock: None,
        due_on: None,
        profile: tx.profile().version_tag(),
        content: content.to_string(),
        created_by: who.person,
        created_at: tx.now(),
        updated_at: tx.now(),
        scenario: filing.scenario,
        filing: filing.id,
        from_on: term.from(),
        to_on: term.to(),
        in_force_at: None,
        ended_at: None,
        end_kind: None,
        follows,
        reminded: None,
    };
    diesel::insert_into(licence::table).values(&row).execute(tx.db()).map_err(|e| match Refusal::from(e) {
        // The partial unique index says the rule again.
        Refusal::Taken => Refusal::rule("second-live-licence", "ZJK-13(5)"),
        other => other,
    })?;
    let agreement = agreement::make(tx, who, &row)?;
    flow::begin_case(tx, who, &row, Act::Draft, Record::of(agreement.seal()))?;
    Ok(row.id)
}

/// A filing serves one grant: when its licence has ended, the next grant is filed anew.
fn is_used(look: &mut Look, of: Id<Filing>) -> Result<bool> {
    let used: i64 = licence::table.filter(licence::filing.eq(of).and(licence::state.ne(State::Dropped))).count().get_result(look.db())?;
    Ok(used > 0)
}

/// Changes the draft; the agreement gets a new version, the old ones stay.
pub(super) fn redraft(tx: &mut Tx, who: &Caller, row: &Licence, a: Answers) -> Result<()> {
    let grant = filing::row(tx, row.filing)?.grant()?;
    let from = asked_day(&a, "from_on").unwrap_or(row.from_on);
    let term = drafted_term(tx, &tx.pinned(&row.profile), &grant, from, asked_day(&a, "to_on").unwrap_or(row.to_on))?;
    let mut content = Answers::parse(&row.content);
    content.set("supplement", a.text("supplement"));
    let mut changed = row.clone();
    (changed.content, changed.from_on, changed.to_on) = (content.json(), term.from(), term.to());
    diesel::update(licence::table.find(row.id))
        .set((licence::content.eq(&changed.content), licence::from_on.eq(changed.from_on), licence::to_on.eq(changed.to_on)))
        .execute(tx.db())?;
    let agreement = agreement::make(tx, who, &changed)?;
    flow::take(tx, who, row, Act::Redraft, Record::of(agreement.seal())).map(drop)
}

/// The term that a draft may have: within the cap, not longer than filed, and not begun before today or before the filed day.
fn drafted_term(look: &Look, profile: &Profile, grant: &filing::Grant, from: NaiveDate, to: NaiveDate) -> Result<Term> {
    let term = Term::new(profile, from, to)?;
    let earliest = grant.from_on.max(look.today());
    if from < earliest {
        return Err(Refusal::Faulty(vec![Fault::at("from_on", "too-early").with("day", earliest)]));
    }
    let filed = (grant.to_on - grant.from_on).num_days() + 1;
    if term.days() > filed {
        return Err(Refusal::Faulty(vec![Fault::at("to_on", "longer-than-filed").with("days", filed)]));
    }
    Ok(term)
}

fn asked_day(a: &Answers, field: &str) -> Option<NaiveDate> {
    a.text(field).parse().ok()
}
