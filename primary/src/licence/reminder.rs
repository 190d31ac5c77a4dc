//! 到期提醒 — so many months before its end the holder is told, once for each mark of the profile (ZJK-17).

use super::{Act, Licence, State};
use diesel::prelude::*;
use platform::event::Record;
use platform::profile::Profile;
use platform::schema::licence;
use platform::{Caller, Result, Tx, day, diesel, flow};
use serde_json::json;

/// Reminds of every licence that has come to a mark since it was last reminded, at most 500 at a time; the daily job calls it.
/// Marks that passed while nobody looked are not made up for one by one: the nearest says it all.
pub fn remind_due(tx: &mut Tx) -> Result<usize> {
    let (today, book) = (tx.today(), tx.book());
    let months = |profile: &Profile| profile.renewal.remind_months.iter().filter_map(|m| i32::try_from(*m).ok()).collect::<Vec<_>>();
    let all: Vec<i32> = book.all().iter().flat_map(|profile| months(profile)).collect();
    let (Some(&first), Some(&last)) = (all.iter().min(), all.iter().max()) else { return Ok(0) };
    let near: Vec<Licence> = licence::table
        .filter(licence::state.eq_any([State::InForce, State::Suspended]))
        .filter(licence::to_on.ge(today).and(licence::to_on.le(day::add_months(today, last + 1))))
        .filter(licence::reminded.is_null().or(licence::reminded.gt(first)))
        .order(licence::to_on.asc())
        .limit(500)
        .select(Licence::as_select())
        .load(tx.db())?;
    let mut reminded = 0;
    for row in near {
        let profile = tx.pinned(&row.profile);
        let marks = months(&profile).into_iter().zip(profile.renewal_reminders(row.to_on)).filter(|(_, day)| *day <= today);
        let Some(months) = marks.map(|(months, _)| months).min().filter(|m| row.reminded.is_none_or(|r| *m < r)) else { continue };
        diesel::update(licence::table.find(row.id)).set(licence::reminded.eq(Some(months))).execute(tx.db())?;
        let window = profile.renewal_window(row.to_on);
        let (opens, closes) = (window.and_then(|(opens, _)| opens), window.map(|(_, closes)| closes));
        let said = json!({ "months": months, "to_on": row.to_on, "renewal_opens": opens, "renewal_closes": closes });
        flow::take(tx, &Caller::calendar(), &row, Act::Remind, Record::of(said))?;
        reminded += 1;
    }
    Ok(reminded)
}
