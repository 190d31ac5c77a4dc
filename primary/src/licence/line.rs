//! The line of licences that follow one another, and the one of them that lives (ZJK-17).

use super::{Licence, State, row};
use crate::filing::Filing;
use crate::scenario::Scenario;
use diesel::prelude::*;
use platform::people::Org;
use platform::schema::licence;
use platform::{Id, Look, Result, diesel};

/// States in which a licence lives or comes to life.
const LIVE: [State; 4] = [State::Drafted, State::Signed, State::InForce, State::Suspended];

/// The live licence of a holder for a scenario: drafted, signed, in force or suspended. Of two, one of which follows the
/// other, the elder.
pub fn live(look: &mut Look, scenario: Id<Scenario>, holder: Id<Org>) -> Result<Option<Licence>> {
    Ok(licence::table
        .filter(licence::scenario.eq(scenario).and(licence::owner.eq(holder)))
        .filter(licence::state.eq_any(LIVE))
        .order((licence::created_at.asc(), licence::id.asc()))
        .select(Licence::as_select())
        .first(look.db())
        .optional()?)
}

/// The live licence that was drafted under a filing.
pub fn under(look: &mut Look, filing: Id<Filing>) -> Result<Option<Licence>> {
    Ok(licence::table.filter(licence::filing.eq(filing).and(licence::state.eq_any(LIVE))).select(Licence::as_select()).first(look.db()).optional()?)
}

/// The live licence that follows this one, drafted or countersigned.
pub fn successor(look: &mut Look, of: Id<Licence>) -> Result<Option<Licence>> {
    Ok(licence::table.filter(licence::follows.eq(of).and(licence::state.eq_any(LIVE))).select(Licence::as_select()).first(look.db()).optional()?)
}

/// Every licence of the line this one stands in, first to last: what it follows and what follows it, at most 50 each way.
pub fn line(look: &mut Look, of: &Licence) -> Result<Vec<Licence>> {
    let mut line = vec![of.clone()];
    while let (Some(before), true) = (line[0].follows, line.len() < 50) {
        line.insert(0, row(look, before)?);
    }
    for _ in 0..50 {
        let last = line[line.len() - 1].id;
        let next: Option<Licence> = licence::table
            .filter(licence::follows.eq(last).and(licence::state.ne(State::Dropped)))
            .order(licence::created_at.desc())
            .select(Licence::as_select())
            .first(look.db())
            .optional()?;
        match next {
            Some(next) => line.push(next),
            None => break,
        }
    }
    Ok(line)
}
