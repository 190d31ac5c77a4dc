//! What a published announcement says, and what must hold of it before it is published.

use crate::SelectionMethod;
use crate::scenario::Scenario;
use chrono::{Days, NaiveDate};
use platform::day::{self, Unit};
use platform::people::{Org, org};
use platform::profile::Measure;
use platform::sheet::Answers;
use platform::{At, Fault, Id, Look, OrgKind, Refusal, Result, Tx, Word};
use resources::entry;
use serde::{Deserialize, Serialize};

/// One criterion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    pub name: String,
    pub weight: i64,
}

/// What a published announcement says, for those who bid, score and grant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    #[serde(default)]
    pub invited: Vec<Id<Org>>,
    /// Keys of the profile's admission conditions.
    pub conditions: Vec<String>,
    /// Keys of the profile's materials.
    pub materials: Vec<String>,
    /// Ids of catalogue entries.
    pub entries: Vec<String>,
    pub term_years: u32,
    /// In fen.
    pub fee: i64,
    pub fee_basis: String,
    pub criteria: Vec<Criterion>,
    pub pass_mark: i64,
}

/// The longest term in whole years.
pub(super) fn longest_term(look: &Look) -> u32 {
    let cap = look.profile().term_cap.clone();
    if cap.unit == Measure::Months { cap.value / 12 } else { cap.value }
}

/// What must hold of a settled announcement besides its sheet.
pub(super) fn faults(tx: &mut Tx, a: &Answers, call: &Call, class: &Scenario, method: SelectionMethod) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    let profile = tx.profile();
    let sum: i64 = call.criteria.iter().map(|c| c.weight).sum();
    if sum != 100 {
        faults.push(Fault::at("criteria", "weights-sum").with("sum", sum));
    }
    let cap = longest_term(tx);
    if call.term_years > cap {
        faults.push(Fault::at("term_years", "term-over-cap").with("max", cap));
    }
    // Public governance and welfare use the data free of charge (ZJK-6, PRI65).
    if call.fee > 0 && profile.purpose(class.purpose.as_str()).is_some_and(|p| p.free) {
        faults.push(Fault::at("fee", "fee-must-be-free"));
    }
    if call.conditions.iter().any(|key| profile.condition(key).is_none()) {
        faults.push(Fault::at("conditions", "not-a-choice"));
    }
    if call.materials.iter().any(|key| profile.material(key).is_none()) {
        faults.push(Fault::at("materials", "not-a-choice"));
    }
    faults.extend(date_faults(tx, a, method)?);
    faults.extend(invited_faults(tx, call, method)?);
    match entry::must_be_operable(tx, "entries", &call.entries) {
        Ok(_) => Ok(faults),
        Err(Refusal::Faulty(more)) => Ok(faults.into_iter().chain(more).collect()),
        Err(other) => Err(other),
    }
}

/// The instant a settled time field names.
pub(super) fn instant(a: &Answers, field: &str) -> Option<At> {
    chrono::NaiveDateTime::parse_from_str(a.text(field), "%Y-%m-%dT%H:%M:%S").ok()
}

fn date_faults(tx: &mut Tx, a: &Answers, method: SelectionMethod) -> Result<Vec<Fault>> {
    let (Some(deadline), Some(opening)) = (instant(a, "deadline"), instant(a, "opening")) else { return Ok(Vec::new()) };
    let mut faults = Vec::new();
    let first = earliest_deadline(tx, method)?;
    if deadline <= tx.now() || day::shanghai_date(deadline) < first {
        faults.push(Fault::at("deadline", "too-early").with("day", first));
    }
    if opening < deadline {
        faults.push(Fault::at("opening", "opening-before-deadline"));
    }
    Ok(faults)
}

/// The first day on which an announcement published today may close. An open tender is open at least as long as the
/// profile says (BID-24); days are simply counted, because a least is no period whose end moves to a working day.
pub fn earliest_deadline(look: &mut Look, method: SelectionMethod) -> Result<NaiveDate> {
    let today = look.today();
    if method != SelectionMethod::OpenTender {
        return Ok(today);
    }
    let profile = look.profile();
    let least = profile.period("bid_minimum")?;
    match least.unit {
        Unit::Calendar => Ok(today.checked_add_days(Days::new(u64::from(least.value))).unwrap_or(today)),
        _ => Ok(least.due(today, &look.calendar(), &[])?),
    }
}

/// An invited tender invites at least so many (BID-17).
const LEAST_INVITED: usize = 3;

fn invited_faults(tx: &mut Tx, call: &Call, method: SelectionMethod) -> Result<Vec<Fault>> {
    if method != SelectionMethod::InvitedTender {
        return Ok(Vec::new());
    }
    let distinct: std::collections::BTreeSet<Id<Org>> = call.invited.iter().copied().collect();
    if distinct.len() < LEAST_INVITED {
        return Ok(vec![Fault::at("invited", "too-few-invited").with("min", LEAST_INVITED)]);
    }
    let offered = org::choices(tx, OrgKind::Developer)?;
    let known = distinct.iter().all(|id| offered.iter().any(|c| c.value == id.to_string()));
    Ok(if known { Vec::new() } else { vec![Fault::at("invited", "not-a-choice")] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_announced_reads_back() {
        let settled = Answers::of(json!({
            "conditions": ["rules"], "materials": ["operation_plan"], "entries": [], "term_years": 3, "fee": 1250, "fee_basis": "成本",
            "criteria": [{"name": "安全", "weight": 100}], "pass_mark": 60,
        }));
        let call: Call = settled.read().unwrap();
        assert_eq!((call.invited.len(), call.fee, call.criteria[0].weight), (0, 1250, 100));
    }
}
