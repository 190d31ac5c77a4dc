//! What a review's decision does to a product, and what puts it on the shelf.

use super::{Act, Product, row, show, version};
use crate::{clearance, pricing, review};
use diesel::prelude::*;
use platform::Role::Reviewer;
use platform::event::Record;
use platform::flow::{self, Noun};
use platform::schema::{event, file as file_table, product};
use platform::sheet::Answers;
use platform::{Caller, Id, Look, Refusal, Result, Role, Tx, Word, diesel, file};
use primary::{Purpose, licence};
use serde_json::json;

/// What a review comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Approve,
    Return,
    Refuse,
}

/// Follows from the consolidation of a review: approval binds the digest that was reviewed; what was on offer before
/// stays on offer when a new version is returned or refused.
pub(crate) fn decided(tx: &mut Tx, who: &Caller, of: &review::Review, decision: Decision, points: &[review::Raised], reason: &str) -> Result<()> {
    let row = row(tx, of.product)?;
    let made = version::find(tx, row.id, of.version)?;
    if row.version != of.version || made.digest != of.about().digest {
        return Err(Refusal::Stale);
    }
    let first = !row.stands();
    let mut named = row.clone();
    let act = match decision {
        Decision::Approve => {
            let content = made.read()?;
            clearance::must_cover(tx, row.id, &content)?;
            named.title = content.title.clone();
            named.form = content.form;
            named.purpose = content.purpose;
            show(tx, &named, &content.summary)?;
            diesel::update(product::table.find(row.id)).set(product::approved_version.eq(Some(made.number))).execute(tx.db())?;
            let samples: Vec<Id<file::File>> = content.sample_file.iter().filter_map(|i| i.parse().ok()).collect();
            diesel::update(file_table::table.filter(file_table::id.eq_any(samples))).set(file_table::public.eq(true)).execute(tx.db())?;
            if first { Act::Approve } else { Act::ApproveVersion }
        }
        Decision::Return => {
            // Each point raised waits in the draft for its answer.
            let mut draft = row.answers();
            draft.set("answers", points.iter().map(|p| json!({"point": p.point, "answer": ""})).collect::<Vec<_>>());
            diesel::update(product::table.find(row.id)).set(product::content.eq(draft.json())).execute(tx.db())?;
            if first { Act::Return } else { Act::ReturnVersion }
        }
        Decision::Refuse if first => Act::Refuse,
        Decision::Refuse => Act::RefuseVersion,
    };
    let detail = json!({"version": made.number, "digest": made.digest, "review": of.serial, "points": points});
    flow::take(tx, who, &named, act, Record::of(detail).because(reason)).map(drop)
}

/// Refuses unless the product may be put on the shelf: an approved version within a licence that permits it, a price received and
/// effective, and not taken off by the operator since.
pub fn must_be_listable(look: &mut Look, _: &Caller, row: &Product) -> Result<()> {
    let licence = licence::may(look, row.licence, licence::Permission::List)?;
    if row.approved_version.is_some() && !super::succession::is_covered(look, row, &licence)? {
        return Err(Refusal::rule("outside-scope", "ZJK-21"));
    }
    // An approval for the single case may have been revoked since.
    if let Some(number) = row.approved_version {
        let content = version::find(look, row.id, number)?.read()?;
        clearance::must_cover(look, row.id, &content)?;
    }
    let Some(price) = pricing::current(look, row.id)? else {
        return Err(match pricing::coming(look, row.id)? {
            Some(from) => Refusal::rule("not-effective", "BJ-17").with("from", from),
            None => Refusal::rule("price-not-filed", "BJ-17"),
        });
    };
    must_be_free(row.purpose, &price)?;
    let last: Option<(String, Role)> = event::table
        .filter(event::noun.eq(Product::NAME).and(event::subject.eq(row.id.to_string())))
        .filter(event::act.eq_any([Act::Delist.as_str(), Act::ApproveVersion.as_str(), Act::List.as_str()]))
        .order(event::seq.desc())
        .select((event::act, event::role))
        .first(look.db())
        .optional()?;
    match last {
        Some((act, Reviewer)) if act == Act::Delist.as_str() => Err(Refusal::rule("taken-off", "ZJK-28")),
        _ => Ok(()),
    }
}

/// What serves the public good costs nothing (ZJK-6).
pub(super) fn must_be_free(purpose: Purpose, price: &pricing::Pricing) -> Result<()> {
    if purpose == Purpose::PublicGood && price.tariff != pricing::Kind::Free { Err(Refusal::rule("public-good-free", "ZJK-6 PRI65")) } else { Ok(()) }
}

pub(super) fn list(tx: &mut Tx, who: &Caller, row: &Product, _: Answers) -> Result<()> {
    let now = tx.now();
    diesel::update(product::table.find(row.id)).set(product::listed_at.eq(Some(now))).execute(tx.db())?;
    flow::take(tx, who, row, Act::List, Record::of(json!({"version": row.approved_version}))).map(drop)
}
