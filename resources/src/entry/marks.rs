//! What is decided about an entry besides its content: its sharing and opening attributes, whether it stays out of authorised
//! operation, and the word of the unit that shared the data.

use super::{Act, Entry, Ground, Open, Share, basis_faults};
use diesel::prelude::*;
use platform::caller::Caller;
use platform::db::Tx;
use platform::event::Record;
use platform::refusal::{Refusal, Result};
use platform::schema::entry;
use platform::sheet::{self, Answers, Sheet};
use platform::{Word, diesel, flow};
use serde_json::json;

/// The two attributes after a change, why, and on which legal basis.
pub const ADJUST: Sheet = Sheet {
    name: "entry-adjust",
    fields: &[
        sheet::choice::<Share>("share"),
        sheet::text("share_basis", 1000).optional(),
        sheet::choice::<Open>("open"),
        sheet::text("open_basis", 1000).optional(),
        sheet::text("reason", 2000),
    ],
};
pub(super) const EXCLUDE: Sheet = Sheet { name: "entry-exclude", fields: &[sheet::choice::<Ground>("ground"), sheet::text("basis", 1000)] };
pub(super) const REVIEW: Sheet = Sheet { name: "entry-review", fields: &[sheet::text("reason", 2000)] };

/// Only the unit from which the data came says yes, and takes it back.
pub(super) fn provider(who: &Caller, row: &Entry, given: bool) -> Result<()> {
    let theirs = row.shared_from.is_some_and(|o| who.acts_for(o));
    if theirs && row.consented_on.is_some() == given { Ok(()) } else { Err(Refusal::NotFound) }
}

/// Changes the sharing and opening attributes of a published entry, with reason and legal basis (XC-19, XC-23, XC-26).
pub fn adjust(tx: &mut Tx, who: &Caller, row: &Entry, a: &Answers) -> Result<()> {
    let faults = basis_faults(a);
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    let (Some(share), Some(open)) = (Share::of(a.text("share")), Open::of(a.text("open"))) else {
        return Err(Refusal::fault("open", "not-a-choice"));
    };
    row.may_open(open)?;
    let mut said = row.answers();
    for name in ["share", "share_basis", "open", "open_basis"] {
        said.set(name, a.text(name));
    }
    diesel::update(entry::table.find(row.id)).set((entry::share.eq(share), entry::open.eq(open), entry::content.eq(said.json()))).execute(tx.db())?;
    let change = json!({"from": {"share": row.share, "open": row.open}, "to": {"share": share, "open": open}, "basis": a.text("open_basis")});
    flow::take(tx, who, row, Act::Adjust, Record::of(change).because(a.text("reason"))).map(drop)
}

/// Marks an entry as one that never enters authorised operation (ZJK-15).
pub(super) fn exclude(tx: &mut Tx, who: &Caller, row: &Entry, a: Answers) -> Result<()> {
    let ground = Ground::of(a.text("ground")).ok_or_else(|| Refusal::fault("ground", "not-a-choice"))?;
    diesel::update(entry::table.find(row.id))
        .set((entry::excluded.eq(Some(ground)), entry::excluded_basis.eq(Some(a.text("basis")))))
        .execute(tx.db())?;
    flow::take(tx, who, row, Act::Exclude, Record::of(&a).because(a.text("basis"))).map(drop)
}

pub(super) fn readmit(tx: &mut Tx, who: &Caller, row: &Entry, a: Answers) -> Result<()> {
    diesel::update(entry::table.find(row.id)).set((entry::excluded.eq(None::<Ground>), entry::excluded_basis.eq(None::<String>))).execute(tx.db())?;
    flow::take(tx, who, row, Act::Readmit, Record::of(json!({"was": row.excluded})).because(a.text("reason"))).map(drop)
}

pub(super) fn consent(tx: &mut Tx, who: &Caller, row: &Entry, act: Act, a: &Answers) -> Result<()> {
    let day = (act == Act::Consent).then(|| tx.today());
    diesel::update(entry::table.find(row.id)).set(entry::consented_on.eq(day)).execute(tx.db())?;
    flow::take(tx, who, row, act, Record::of(json!({"consented_on": day})).because(a.text("reason"))).map(drop)
}
