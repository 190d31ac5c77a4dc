//! How long organisations take to answer and to supply, from the clocks their cases ran.

use super::{Running, State};
use crate::day::{self, Calendar};
use crate::people::Org;
use crate::schema::{deadline, org};
use crate::{Id, Look, Result, diesel};
use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// Clocks on which one organisation waits for another's answer, data or remedy.
pub const SUPPLY: &[&str] =
    &["share_answer", "share_supply", "request_consent", "request_supply", "opening_answer", "backflow_answer", "quality_answer", "observer_answer"];

/// Most clocks of one look, the newest first.
const MOST: i64 = 20_000;

/// What one organisation took on one kind of clock, in working days, pauses not counted.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Spent {
    pub org: Id<Org>,
    pub org_name: String,
    pub clock: String,
    pub cases: usize,
    /// Half of the cases took no longer.
    pub median: i64,
    /// Nine in ten took no longer.
    pub ninety: i64,
    /// Cases answered by the day due, in percent, rounded down so that 100 means all.
    pub on_time: usize,
}

/// The organisation, the working days of each case, and how many were on time.
type Tally = (Id<Org>, Vec<i64>, usize);

/// What each organisation took on its clocks that ended in this period, by name and clock; first and last day included. A clock
/// that waits or runs is not in it; one that silence ended counts as late, for nobody answered.
pub fn spent(look: &mut Look, from: NaiveDate, to: NaiveDate) -> Result<Vec<Spent>> {
    let rows: Vec<(Running, String)> = deadline::table
        .inner_join(org::table.on(org::id.nullable().eq(deadline::waits_for)))
        .filter(deadline::name.eq_any(SUPPLY.to_vec()).and(deadline::state.eq(State::Ended)))
        .filter(deadline::ended_on.ge(from).and(deadline::ended_on.le(to)))
        .order(deadline::id.desc())
        .limit(MOST)
        .select((Running::as_select(), org::title))
        .load(look.db())?;
    let calendar = look.calendar();
    let mut by: BTreeMap<(String, usize), Tally> = BTreeMap::new();
    for (running, name) in rows {
        let (Some(of), Some(ended)) = (running.waits_for, running.ended_on) else { continue };
        let clock = SUPPLY.iter().position(|clock| *clock == running.name).unwrap_or(SUPPLY.len());
        let entry = by.entry((name, clock)).or_insert_with(|| (of, Vec::new(), 0));
        entry.1.push(days(&running, ended, &calendar));
        entry.2 += usize::from(running.due_on.is_none_or(|due| ended <= due));
    }
    Ok(by
        .into_iter()
        .map(|((org_name, clock), (org, mut days, on_time))| {
            days.sort_unstable();
            Spent {
                org,
                org_name,
                clock: SUPPLY.get(clock).map_or_else(String::new, |clock| (*clock).to_string()),
                cases: days.len(),
                median: at(&days, 50),
                ninety: at(&days, 90),
                on_time: on_time * 100 / days.len().max(1),
            }
        })
        .collect())
}

/// What all cases took on one kind of clock, in working days, pauses not counted.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Taken {
    pub clock: String,
    pub cases: usize,
    pub median: i64,
    pub ninety: i64,
}

/// What was taken on each kind of clock that ended in this period, whoever it waited for; at most the newest 20,000 clocks. Those with
/// most cases come first.
pub fn taken(look: &mut Look, from: NaiveDate, to: NaiveDate) -> Result<Vec<Taken>> {
    let rows: Vec<Running> = deadline::table
        .filter(deadline::state.eq(State::Ended).and(deadline::ended_on.ge(from)).and(deadline::ended_on.le(to)))
        .order(deadline::id.desc())
        .limit(MOST)
        .select(Running::as_select())
        .load(look.db())?;
    let calendar = look.calendar();
    let mut by: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for running in rows {
        if let Some(ended) = running.ended_on {
            let used = days(&running, ended, &calendar);
            by.entry(running.name).or_default().push(used);
        }
    }
    let mut all: Vec<Taken> = by
        .into_iter()
        .map(|(clock, mut days)| {
            days.sort_unstable();
            Taken { clock, cases: days.len(), median: at(&days, 50), ninety: at(&days, 90) }
        })
        .collect();
    all.sort_by(|a, b| b.cases.cmp(&a.cases).then_with(|| a.clock.cmp(&b.clock)));
    Ok(all)
}

/// Working days used: those after the start up to the end, less those of pauses. In a year without a notice weekdays stand for them.
fn days(running: &Running, ended: NaiveDate, calendar: &Calendar) -> i64 {
    let between = |after: NaiveDate, to: NaiveDate| {
        after.iter_days().skip(1).take_while(|date| *date <= to).filter(|date| works(*date, calendar)).count() as i64
    };
    let paused: i64 = running
        .pauses()
        .iter()
        .filter_map(|pause| Some(between(pause.from.pred_opt()?.max(running.started_on), pause.to.pred_opt()?.min(ended))))
        .sum();
    (between(running.started_on, ended) - paused).max(0)
}

fn works(date: NaiveDate, calendar: &Calendar) -> bool {
    calendar.is_working(date).unwrap_or_else(|day::UnknownYear(_)| date.weekday().number_from_monday() <= 5)
}

/// The nearest rank: the smallest value that so many percent do not exceed.
fn at(sorted: &[i64], percent: usize) -> i64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::at;

    #[test]
    fn ranks_are_the_nearest() {
        assert_eq!((at(&[7], 50), at(&[7], 90)), (7, 7));
        assert_eq!((at(&[1, 2, 3, 4], 50), at(&[1, 2, 3, 4], 90)), (2, 4));
        let ten: Vec<i64> = (1..=10).collect();
        assert_eq!((at(&ten, 50), at(&ten, 90)), (5, 9));
        assert_eq!(at(&[], 50), 0);
    }
}
