//! Consolidation: what the opinions come to on each point, and the decision that two reviewers take on them together.

use super::{Act, Matter, Raised, Resolved, Review, seat, votes};
use crate::product::{self, Decision};
use diesel::prelude::*;
use platform::event::Record;
use platform::flow;
use platform::people::interest;
use platform::profile::Profile;
use platform::refusal::{Fault, Refusal, Result};
use platform::schema::review;
use platform::sheet::Answers;
use platform::{Caller, Look, Tx, diesel};
use primary::assessment::{Finding, Outcome, Verdict, decide};
use serde::{Deserialize, Serialize};

/// What the reviewers came to on one point.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    pub point: String,
    pub outcome: Outcome,
    pub verdicts: Vec<Verdict>,
    /// Reasons of those who do not find it met.
    pub reasons: Vec<String>,
}

/// What the reviewers came to on each point, in the profile's order; once all opinions are in.
pub fn found(look: &mut Look, who: &Caller, row: &Review) -> Result<Vec<Found>> {
    let opinions = votes(look, who, row)?;
    let profile = look.pinned(&row.profile);
    Ok(profile
        .compliance
        .points
        .iter()
        .map(|point| {
            let on: Vec<&Finding> = opinions.iter().flat_map(|o| &o.findings).filter(|f| f.point == point.key).collect();
            let verdicts: Vec<Verdict> = on.iter().map(|f| f.verdict).collect();
            let reasons = on.iter().filter(|f| f.verdict != Verdict::Meets).map(|f| f.reason.clone()).collect();
            Found { point: point.key.clone(), outcome: decide(&verdicts), verdicts, reasons }
        })
        .collect())
}

/// Only who gave an opinion decides.
pub(super) fn must_be_seated(look: &mut Look, who: &Caller, row: &Review) -> Result<()> {
    match seat::of(look, who, row)? {
        Some(_) => row.owner.map_or(Ok(()), |owner| interest::must_be_free(look, who, owner)),
        None => Err(Refusal::rule("not-claimed", "ZJK-25")),
    }
}

/// Approves: every point is met in the eyes of all, or the reviewers say why it is after all. A point that all find
/// unmet cannot be talked away.
pub(super) fn approve(tx: &mut Tx, who: &Caller, row: &Review, a: Answers) -> Result<()> {
    #[derive(Deserialize)]
    struct Typed {
        #[serde(default)]
        resolved: Vec<Resolved>,
    }
    let Typed { resolved } = a.read()?;
    must_stand_once("resolved", &resolved.iter().map(|r| r.point.as_str()).collect::<Vec<_>>(), &tx.pinned(&row.profile))?;
    for found in found(tx, who, row)? {
        let settled = match found.outcome {
            Outcome::Approved => true,
            Outcome::Conflict => resolved.iter().any(|r| r.point == found.point),
            Outcome::Return | Outcome::Refuse => false,
        };
        if !settled {
            let profile = tx.pinned(&row.profile);
            let (zh, en) = profile.point(&found.point).map_or((&found.point, &found.point), |p| (&p.name.zh, &p.name.en));
            return Err(Refusal::rule("points-not-met", "ZJK-25").with("point", zh).with("point_en", en));
        }
    }
    decide_on(tx, who, row, Act::Approve, Matter { resolved, reason: a.text("reason").into(), ..row.about() })
}

pub(super) fn return_for_changes(tx: &mut Tx, who: &Caller, row: &Review, a: Answers) -> Result<()> {
    #[derive(Deserialize)]
    struct Typed {
        points: Vec<Raised>,
    }
    let Typed { points } = a.read()?;
    must_stand_once("points", &points.iter().map(|r| r.point.as_str()).collect::<Vec<_>>(), &tx.pinned(&row.profile))?;
    decide_on(tx, who, row, Act::Return, Matter { points, reason: a.text("reason").into(), ..row.about() })
}

pub(super) fn refuse(tx: &mut Tx, who: &Caller, row: &Review, a: Answers) -> Result<()> {
    decide_on(tx, who, row, Act::Refuse, Matter { reason: a.text("reason").into(), ..row.about() })
}

/// Each point named is one of the profile's and stands once, so that one answer meets it.
fn must_stand_once(field: &str, points: &[&str], profile: &Profile) -> Result<()> {
    let mut faults = Vec::new();
    for (i, point) in points.iter().enumerate() {
        if profile.point(point).is_none() {
            faults.push(Fault::at(format!("{field}[{i}].point"), "not-a-choice"));
        }
        if points[..i].contains(point) {
            faults.push(Fault::at(format!("{field}[{i}].point"), "point-twice"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Faulty(faults)) }
}

/// Writes what the review came to and moves the product accordingly, in one act.
fn decide_on(tx: &mut Tx, who: &Caller, row: &Review, act: Act, matter: Matter) -> Result<()> {
    let decision = match act {
        Act::Approve => Decision::Approve,
        Act::Return => Decision::Return,
        _ => Decision::Refuse,
    };
    diesel::update(review::table.find(row.id)).set(review::content.eq(serde_json::to_string(&matter)?)).execute(tx.db())?;
    flow::take(tx, who, row, act, Record::of(&matter).because(&matter.reason))?;
    product::decided(tx, who, row, decision, &matter.points, &matter.reason)
}
