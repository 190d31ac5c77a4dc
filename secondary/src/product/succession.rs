//! 接续 — when a licence has been followed by another, its products go over to the new one; what the new one no longer covers
//! leaves the shelf (ZJK-17, ZJK-21). Until that is done nothing of the old licence is on offer, for it has ended.

use super::{Act, Product, State, version};
use diesel::prelude::*;
use platform::event::Record;
use platform::flow;
use platform::schema::{licence as licences, product};
use platform::{Caller, Look, Result, Tx, diesel};
use primary::licence::{self, EndKind, Licence};
use serde_json::json;

/// States of products that have nothing more before them.
const SETTLED: [State; 2] = [State::Refused, State::Withdrawn];

/// Takes over the products of every licence that was followed, at most 500 at a time; the daily job calls it.
pub fn carry_over(tx: &mut Tx) -> Result<usize> {
    let left: Vec<Product> = product::table
        .inner_join(licences::table.on(licences::id.eq(product::licence)))
        .filter(licences::state.eq(licence::State::Ended).and(licences::end_kind.eq(Some(EndKind::Superseded))))
        .filter(product::state.ne_all(SETTLED))
        .order((product::created_at.asc(), product::id.asc()))
        .limit(500)
        .select(Product::as_select())
        .load(tx.db())?;
    let mut carried = 0;
    for row in &left {
        let next = licence::row(tx, row.licence).and_then(|of| licence::line(tx, &of))?.pop();
        if let Some(next) = next.filter(|n| n.id != row.licence) {
            carry(tx, row, &next)?;
            carried += 1;
        }
    }
    Ok(carried)
}

fn carry(tx: &mut Tx, row: &Product, next: &Licence) -> Result<()> {
    let calendar = Caller::calendar();
    let mut moved = Product { licence: next.id, ..row.clone() };
    diesel::update(product::table.find(row.id)).set(product::licence.eq(next.id)).execute(tx.db())?;
    let record = Record::of(json!({ "from": row.licence, "to": next.id, "licence": next.serial }));
    moved.state = flow::take(tx, &calendar, &moved, Act::Carry, record)?;
    if moved.state == State::Listed && !is_covered(tx, &moved, next)? {
        flow::take(tx, &calendar, &moved, Act::Delist, Record::of(json!({ "licence": next.serial })))?;
    }
    Ok(())
}

/// Whether a licence grants every source of the approved version.
pub(super) fn is_covered(look: &mut Look, row: &Product, by: &Licence) -> Result<bool> {
    let Some(number) = row.approved_version else { return Ok(false) };
    let granted = by.terms().resources;
    Ok(version::find(look, row.id, number)?.read()?.sources.iter().all(|s| granted.contains(s)))
}
