//! What everybody reads in an announcement and in its result, whole: the wordings that the public log has the digests of.

use super::Announcement;
use crate::{scenario, selection};
use platform::log::leaf;
use platform::{Caller, Look, Result, Word, file};
use resources::entry;
use serde_json::{Value, json};

/// The announcement as published: what its author settled, with names beside keys. Whom an invited tender invites stays out, as it
/// does on the page.
pub(super) fn published(look: &mut Look, of: &Announcement) -> Result<Value> {
    let (said, call, profile) = (of.answers(), of.call()?, look.profile());
    let class = scenario::row(look, of.scenario)?;
    let data: Vec<Value> = entry::by_ids(look, &call.entries)?.into_iter().map(|e| json!({ "id": e.id, "title": e.title })).collect();
    let files = file::rows(look, &said.list("attachments"))?.into_iter().filter(|f| f.public);
    let conditions = call.conditions.iter().map(|k| json!({ "key": k, "name": profile.condition(k).map(|c| &c.name.zh) }));
    let materials = call.materials.iter().map(|k| json!({ "key": k, "name": profile.material(k).map(|m| &m.name.zh) }));
    Ok(json!({
        "number": of.serial,
        "title": of.title,
        "scenario": class.title,
        "purpose": class.purpose.as_str(),
        "method": of.method.as_str(),
        "conditions": conditions.collect::<Vec<_>>(),
        "conditions_text": said.text("conditions_text"),
        "materials": materials.collect::<Vec<_>>(),
        "data": data,
        "term_years": call.term_years,
        "fee_fen": call.fee,
        "fee_basis": call.fee_basis,
        "deadline": of.deadline.map(leaf::instant),
        "opening": of.opening.map(leaf::instant),
        "criteria": call.criteria,
        "pass_mark": call.pass_mark,
        "contact": said.text("contact"),
        "attachments": files.map(|f| json!({ "name": f.name, "bytes": f.size, "sha256": f.sha256 })).collect::<Vec<_>>(),
    }))
}

/// Its result as noticed: every bid with its total, and who wins.
pub(super) fn result(look: &mut Look, of: &Announcement) -> Result<Value> {
    let table = selection::results(look, &Caller::public(), of)?;
    let rows = table.rows.iter().enumerate().map(|(at, row)| {
        let wins = at < table.winners && row.rank.is_some();
        json!({ "rank": row.rank, "bidder": row.bidder, "number": row.serial, "total_hundredths": row.total, "wins": wins })
    });
    Ok(json!({
        "number": of.serial,
        "title": of.title,
        "experts": table.experts,
        "pass_mark": table.pass_mark / 100,
        "objection_until": of.objection_until,
        "bids": rows.collect::<Vec<_>>(),
    }))
}
