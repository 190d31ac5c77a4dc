//! A licence's term in words and as a bar: how much has passed, when it ends, when renewal may be asked for (ZJK-17).

use crate::say::Lang;
use crate::view::case::Fact;
use crate::view::list::Bar;
use chrono::NaiveDate;
use platform::profile::Profile;
use primary::licence::{Licence, State};

/// Days before its end from which a licence is marked.
const SOON: i64 = 90;

/// How much of the term has passed, 0 to 100.
fn percent(from: NaiveDate, to: NaiveDate, day: NaiveDate) -> i64 {
    let all = (to - from).num_days() + 1;
    ((day - from).num_days() * 100 / all.max(1)).clamp(0, 100)
}

/// Days left of a living licence, its last day included.
pub fn days_left(row: &Licence, today: NaiveDate) -> Option<i64> {
    let lives = matches!(row.state, State::InForce | State::Suspended) && today <= row.to_on;
    lives.then(|| (row.to_on - today.max(row.from_on)).num_days() + 1)
}

/// The term as a bar; a mark where the renewal window opens, or closes when it has no first day.
pub fn bar(lang: Lang, profile: &Profile, row: &Licence, today: NaiveDate) -> Bar {
    let ended = matches!(row.state, State::Ended | State::Dropped);
    let until = if ended { row.ended_at.map_or(row.to_on, platform::day::shanghai_date).min(row.to_on) } else { today };
    let passed = if row.in_force_at.is_none() { 0 } else { percent(row.from_on, row.to_on, until) };
    let left = days_left(row, today);
    let mark = profile.renewal_window(row.to_on).map(|(opens, closes)| opens.unwrap_or(closes));
    let label = match left {
        Some(n) if today < row.from_on => lang.ta("licence-not-begun", &[("day", row.from_on.to_string()), ("n", n.to_string())]),
        Some(n) => lang.tn("licence-days-left", n),
        None if ended => lang.t("licence-over"),
        None if row.in_force_at.is_some() => lang.t("licence-run-out"),
        None => lang.t("licence-not-in-force"),
    };
    let class = match left {
        None => "over",
        Some(n) if n <= SOON => "warn",
        Some(_) => "used",
    };
    Bar {
        percent: passed,
        label,
        from: row.from_on.to_string(),
        to: row.to_on.to_string(),
        class,
        marks: mark.map(|day| percent(row.from_on, row.to_on, day)).into_iter().collect(),
    }
}

/// First and last day, renewal, and when it came into force and ended.
pub fn facts(lang: Lang, profile: &Profile, row: &Licence) -> Vec<Fact> {
    let renewal = match profile.renewal_window(row.to_on) {
        Some((Some(opens), closes)) => lang.ta("licence-renewal-within", &[("opens", opens.to_string()), ("closes", closes.to_string())]),
        Some((None, closes)) => lang.ta("licence-renewal-before", &[("closes", closes.to_string())]),
        None => lang.t("licence-renewal-anew"),
    };
    let mut facts = vec![Fact::text(lang.t("licence-from_on"), row.from_on.to_string()), Fact::text(lang.t("licence-to_on"), row.to_on.to_string())];
    if !matches!(row.state, State::Ended | State::Dropped) {
        facts.push(Fact::text(lang.t("licence-renewal"), renewal));
    }
    if let Some(at) = row.in_force_at {
        facts.push(Fact::text(lang.t("licence-in-force-at"), platform::clock::shanghai_text(at)));
    }
    if let Some(at) = row.ended_at {
        facts.push(Fact::text(lang.t("licence-ended-at"), platform::clock::shanghai_text(at)));
        facts.push(Fact::text(lang.t("licence-end-end_kind"), row.end_kind.map_or_else(|| lang.t("licence-ran-out"), |k| lang.w(k))));
    }
    facts
}

/// What has to be known at the head of the page.
pub fn notices(lang: Lang, profile: &Profile, row: &Licence, today: NaiveDate, own: bool) -> Vec<String> {
    let mut notices = Vec::new();
    let day = |key: &str, day: NaiveDate| lang.ta(key, &[("day", day.to_string())]);
    match row.state {
        State::Drafted => notices.push(lang.t("licence-is-drafted")),
        State::Signed => notices.push(lang.t(if own { "licence-is-signed-own" } else { "licence-is-signed" })),
        State::Suspended => notices.push(lang.t("licence-is-suspended")),
        State::InForce if today < row.from_on => notices.push(day("licence-begins", row.from_on)),
        State::InForce if today > row.to_on => notices.push(lang.t("licence-run-out")),
        _ => {}
    }
    if let Some(left) = days_left(row, today) {
        if left <= SOON && today >= row.from_on {
            notices.push(lang.ta("licence-ends-soon", &[("day", row.to_on.to_string()), ("n", left.to_string())]));
        }
        match profile.renewal_window(row.to_on) {
            Some((_, closes)) if profile.may_renew(today, row.to_on) => notices.push(day("licence-renew-now", closes)),
            Some((Some(opens), _)) if today < opens && (opens - today).num_days() <= SOON => notices.push(day("licence-renew-from", opens)),
            _ => {}
        }
    }
    notices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_runs_from_the_first_to_the_last_day() {
        let day = |t: &str| t.parse::<NaiveDate>().unwrap();
        let at = |t| percent(day("2026-01-01"), day("2026-12-31"), day(t));
        assert_eq!((at("2025-06-01"), at("2026-01-01"), at("2026-07-02"), at("2027-06-01")), (0, 0, 49, 100));
    }
}
