//! 监督 — what those who oversee do while licences run: complaints answered, incidents reported, holders evaluated and
//! inspected, emergency plans drilled (ZJK-13(1), ZJK-30, ZJK-33). What follows for a licence is done by the licence's own verbs.

pub mod complaint;
pub mod drill;
pub mod evaluation;
pub mod incident;
pub mod inspection;
pub mod mark;
pub mod operator_plan;
pub mod partner;
pub mod scheme;

use chrono::NaiveDate;
use diesel::prelude::*;
use platform::flow::Noun;
use platform::schema::event;
use platform::{Id, Result, Tx, diesel};

/// The line that this act has just written; for letters to those whom no step table can name.
pub(crate) fn last_event(tx: &mut Tx) -> Result<i64> {
    Ok(event::table.order(event::seq.desc()).select(event::seq).first(tx.db())?)
}

/// Sets the day on which something is due where a step's own clock would not: kept over a step, or not a deadline in days.
pub fn due<N: Noun>(tx: &mut Tx, id: Id<N>, clock: Option<&str>, on: Option<NaiveDate>) -> Result<()> {
    platform::deadline::set(tx, id, clock, on)
}
