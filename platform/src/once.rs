//! One effect for one request: a repeated key gets the first answer again instead of a second act.

use crate::caller::Caller;
use crate::db::Tx;
use crate::schema::once;
use crate::{Refusal, Result, diesel};
use chrono::Duration;
use diesel::prelude::*;

/// Runs the act unless this key was used before; then returns its first answer. The key is the person's own. A key that
/// comes with another route or body is refused with `KeyReused`. Kept for 24 hours.
pub fn once(tx: &mut Tx, who: &Caller, key: &str, route: &str, digest: &str, act: impl FnOnce(&mut Tx) -> Result<String>) -> Result<String> {
    let key = crate::event::sha256(format!("{}|{key}", who.person.map_or(String::new(), |p| p.to_string())));
    let old: Option<(String, String, String)> = once::table.find(&key).select((once::route, once::digest, once::answer)).first(tx.db()).optional()?;
    if let Some((old_route, old_digest, answer)) = old {
        return if old_route == route && old_digest == digest { Ok(answer) } else { Err(Refusal::KeyReused) };
    }
    let answer = act(tx)?;
    diesel::insert_into(once::table)
        .values((
            once::key.eq(&key),
            once::person.eq(who.person),
            once::route.eq(route),
            once::digest.eq(digest),
            once::answer.eq(&answer),
            once::at.eq(tx.now()),
        ))
        .execute(tx.db())?;
    Ok(answer)
}

/// Forgets keys older than 24 hours.
pub fn forget_old(tx: &mut Tx) -> Result<usize> {
    let before = tx.now() - Duration::hours(24);
    Ok(diesel::delete(once::table.filter(once::at.lt(before))).execute(tx.db())?)
}
