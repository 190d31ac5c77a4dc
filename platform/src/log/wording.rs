//! What was published with an act, word for word: kept beside its leaf, which holds the digest. Pages show how a case stands today;
//! this shows what was said that day, and whoever has it can compare with nothing but SHA-256.

use super::leaf;
use crate::db::{Look, Tx};
use crate::schema::{leaf as leaves, leaf_wording};
use crate::{Result, diesel};
use diesel::prelude::*;

/// The field of an entry that holds the digest of its wording.
pub const FIELD: &str = "wording_digest";

/// Keeps the wording of a leaf.
pub(super) fn keep(tx: &mut Tx, idx: i64, wording: &str) -> Result<()> {
    diesel::insert_into(leaf_wording::table).values((leaf_wording::idx.eq(idx), leaf_wording::wording.eq(wording))).execute(tx.db())?;
    Ok(())
}

/// The wording of a leaf; nothing where there was none, or where it was erased.
pub fn of(look: &mut Look, idx: i64) -> Result<Option<String>> {
    Ok(leaf_wording::table.find(idx).select(leaf_wording::wording).first(look.db()).optional()?)
}

/// Whether a wording is what an entry has the digest of.
pub fn holds(entry: &serde_json::Value, wording: &str) -> bool {
    entry["body"][FIELD].as_str() == Some(leaf::digest(wording).as_str())
}

/// The first leaf whose wording is not what it has the digest of.
pub fn broken(look: &mut Look) -> Result<Option<i64>> {
    let mut after = -1;
    loop {
        let some: Vec<(i64, String, String)> = leaf_wording::table
            .inner_join(leaves::table.on(leaves::idx.eq(leaf_wording::idx)))
            .filter(leaf_wording::idx.gt(after))
            .order(leaf_wording::idx.asc())
            .limit(20)
            .select((leaf_wording::idx, leaf_wording::wording, leaves::entry))
            .load(look.db())?;
        let Some((last, ..)) = some.last() else { return Ok(None) };
        after = *last;
        for (idx, wording, entry) in &some {
            if !holds(&serde_json::from_str(entry)?, wording) {
                return Ok(Some(*idx));
            }
        }
    }
}
