//! The points of the profile, and what was found on each once it may be read.

use crate::ask::Ask;
use crate::say::Lang;
use crate::work::product::said::verdict_tone;
use platform::{Caller, Look, Result};
use primary::assessment::{Finding, Outcome};
use secondary::product::{PRODUCT, Version};
use secondary::review::{self, Opinion, Review, State, found, own_opinion, votes};
use serde::Serialize;

/// One point: what the rules ask, and what was found.
#[derive(Serialize)]
pub struct PointView {
    pub key: String,
    pub name: String,
    pub text: String,
    pub article: String,
    /// What the opinions come to, and the colour.
    pub outcome: Option<(String, &'static str)>,
    pub findings: Vec<FindingView>,
    /// How the reviewers agreed where they first did not.
    pub agreed: String,
    /// What the developer must answer.
    pub asked: String,
}

/// What one reviewer found on one point.
#[derive(Serialize)]
pub struct FindingView {
    pub reviewer: String,
    pub verdict: String,
    pub tone: &'static str,
    pub reason: String,
    pub evidence: String,
    /// Where the evidence stands on this page or as a file.
    pub href: String,
}

fn outcome_tone(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Approved => "bg-green-lt",
        Outcome::Conflict => "bg-purple-lt",
        Outcome::Return => "bg-orange-lt",
        Outcome::Refuse => "bg-red-lt",
    }
}

/// Evidence such as `field:method#第3行` in words, and where it is.
fn evidence(lang: Lang, made: &Version, text: &str) -> (String, String) {
    let (at, place) = text.split_once('#').unwrap_or((text, ""));
    let (name, href) = match at.split_once(':') {
        Some(("field", field)) if PRODUCT.field(field).is_some() => (lang.t(&format!("product-{field}")), format!("#field-{field}")),
        Some(("file", id)) => {
            let name = made.submitted().files.into_iter().find(|f| f.id == id).map_or_else(|| id.to_string(), |f| f.name);
            (name, format!("/files/{id}"))
        }
        _ => (at.to_string(), String::new()),
    };
    (if place.is_empty() { name } else { format!("{name} · {place}") }, href)
}

fn finding(lang: Lang, made: &Version, name: &str, of: &Finding) -> FindingView {
    let (evidence, href) = evidence(lang, made, &of.evidence);
    FindingView { reviewer: name.into(), verdict: lang.w(of.verdict), tone: verdict_tone(of.verdict), reason: of.reason.clone(), evidence, href }
}

/// The opinions that this caller may read now: all, once all are in; before that the caller's own.
pub fn readable(look: &mut Look, who: &Caller, row: &Review) -> Result<Vec<Opinion>> {
    match row.state {
        State::Open => Ok(own_opinion(look, who, row)?.into_iter().collect()),
        _ => votes(look, who, row),
    }
}

/// The points in the profile's order, with what may be read of them.
pub fn points(look: &mut Look, who: &Caller, ask: &Ask, row: &Review, made: &Version) -> Result<Vec<PointView>> {
    let opinions = readable(look, who, row)?;
    let outcomes = if row.state == State::Open || opinions.is_empty() { Vec::new() } else { found(look, who, row)? };
    let about = row.about();
    let en = ask.lang.is_en();
    let profile = look.profile();
    let view = |p: &platform::profile::Wording| PointView {
        key: p.key.clone(),
        name: p.name.in_lang(en).to_string(),
        text: p.text.in_lang(en).to_string(),
        article: p.article.clone().unwrap_or_default(),
        outcome: outcomes.iter().find(|f| f.point == p.key).map(|f| (ask.lang.w(f.outcome), outcome_tone(f.outcome))),
        findings: opinions.iter().flat_map(|o| o.findings.iter().filter(|f| f.point == p.key).map(|f| finding(ask.lang, made, &o.name, f))).collect(),
        agreed: about.resolved.iter().find(|r| r.point == p.key).map(|r| r.reason.clone()).unwrap_or_default(),
        asked: about.points.iter().find(|r| r.point == p.key).map(|r| r.remark.clone()).unwrap_or_default(),
    };
    Ok(profile.compliance.points.iter().map(view).collect())
}

/// Whether the opinions leave a point that all find unmet, so that there is nothing to approve.
pub fn is_unmet(look: &mut Look, who: &Caller, row: &Review) -> Result<bool> {
    Ok(review::found(look, who, row)?.iter().any(|f| matches!(f.outcome, Outcome::Return | Outcome::Refuse)))
}
