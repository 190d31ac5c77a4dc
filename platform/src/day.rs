//! 工作日 — working days, the end of a period, and Shanghai's day. Pure functions of a calendar, no clock and no database.
//!
//! A period is counted as the Civil Code says (民法典): the day of the start is not counted (201); a period of months ends on the
//! corresponding day, or on the month's last day where there is none (202); a last day that is no working day moves to the next
//! working day (203). Whether a day is a working day is known only for years whose State Council notice is in the calendar;
//! for any other year the answer is [`UnknownYear`], never a guess.

use chrono::{Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};

mod calendar;
pub use calendar::{Calendar, CalendarFault, UnknownYear};

/// Shanghai is eight hours ahead of UTC all year; there is no summer time.
const SHANGHAI: TimeDelta = TimeDelta::hours(8);

/// What a deadline is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 工作日: only working days are counted.
    Working,
    /// 日: every day is counted.
    Calendar,
    /// 月: to the corresponding day of the later month.
    Months,
}

/// Days that do not count: from `from`, up to but not including `to`. Empty when `to` is not after `from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pause {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// The last day of a period of `n` units that starts on `start`; the act is in time until that day ends in Shanghai.
///
/// The day of the start is not counted; a period of nothing therefore ends with the start itself. Paused days are not counted and
/// are never the last day; pauses may overlap and need no order. A period of months is as long as it would be without pauses, and
/// each paused day lengthens it by one. Whatever the unit, a last day that is no working day moves on to the next working day.
///
/// Refused if the notice is missing for a year in which working days had to be known: any counted day for [`Unit::Working`], the
/// last day otherwise. Source: 民法典 201, 202, 203.
pub fn due(start: NaiveDate, n: u32, unit: Unit, cal: &Calendar, pauses: &[Pause]) -> Result<NaiveDate, UnknownYear> {
    let last = match unit {
        Unit::Working => return working_end(start, n, cal, pauses),
        Unit::Calendar => calendar_end(start, u64::from(n), pauses),
        Unit::Months => {
            let end = add_months(start, i32::try_from(n).unwrap_or(i32::MAX));
            calendar_end(start, end.signed_duration_since(start).num_days().unsigned_abs(), pauses)
        }
    };
    next_working(last, cal, pauses)
}

fn working_end(start: NaiveDate, n: u32, cal: &Calendar, pauses: &[Pause]) -> Result<NaiveDate, UnknownYear> {
    let mut last = next_working(if n == 0 { start } else { next(start) }, cal, pauses)?;
    for _ in 1..n {
        last = next_working(next(last), cal, pauses)?;
    }
    Ok(last)
}

/// The last of `n` unpaused days after `start`. Takes the pauses in order; each one that begins before the end pushes the end on.
fn calendar_end(start: NaiveDate, n: u64, pauses: &[Pause]) -> NaiveDate {
    let mut pauses: Vec<&Pause> = pauses.iter().collect();
    pauses.sort_by_key(|pause| pause.from);
    let mut last = later(start, n);
    let mut counted_to = next(start);
    for pause in pauses {
        let from = pause.from.max(counted_to);
        if from < pause.to && from <= last {
            last = later(last, pause.to.signed_duration_since(from).num_days().unsigned_abs());
            counted_to = pause.to;
        }
    }
    last
}

/// This day, or the first after it that is a working day and not paused.
fn next_working(mut date: NaiveDate, cal: &Calendar, pauses: &[Pause]) -> Result<NaiveDate, UnknownYear> {
    loop {
        if let Some(pause) = pauses.iter().find(|pause| pause.from <= date && date < pause.to) {
            date = pause.to;
        } else if cal.is_working(date)? {
            return Ok(date);
        } else {
            date = next(date);
        }
    }
}

/// Working days from `today` to `due`: how many come after today, up to and including `due`. 0 when no working day comes after today
/// (normally: due today); negative when overdue, at least −1 even if only days off have passed since.
/// Refused if the notice is missing for a year in between.
pub fn working_days_left(today: NaiveDate, due: NaiveDate, cal: &Calendar) -> Result<i64, UnknownYear> {
    let (mut date, end) = (today.min(due), today.max(due));
    let mut working = 0;
    while date < end {
        date = next(date);
        working += i64::from(cal.is_working(date)?);
    }
    Ok(if today > due { -working.max(1) } else { working })
}

/// The date in Shanghai at an instant given in UTC.
pub fn shanghai_date(utc: NaiveDateTime) -> NaiveDate {
    utc.checked_add_signed(SHANGHAI).unwrap_or(utc).date()
}

/// The instant, in UTC, at which a Shanghai day begins.
pub fn start_of_day_utc(date: NaiveDate) -> NaiveDateTime {
    let midnight = date.and_time(NaiveTime::MIN);
    midnight.checked_sub_signed(SHANGHAI).unwrap_or(midnight)
}

/// The instant, in UTC, at which a Shanghai day is over: the first that is no longer in it.
pub fn end_of_day_utc(date: NaiveDate) -> NaiveDateTime {
    start_of_day_utc(next(date))
}

/// The corresponding day `n` months on (back, if negative), or the last day of that month if it has no such day: 31 January and
/// one month give 28 or 29 February. Stops at the first and last date that can be represented.
pub fn add_months(date: NaiveDate, n: i32) -> NaiveDate {
    let months = Months::new(n.unsigned_abs());
    if n < 0 { date.checked_sub_months(months).unwrap_or(NaiveDate::MIN) } else { date.checked_add_months(months).unwrap_or(NaiveDate::MAX) }
}

/// The same day `n` years on (back, if negative); 29 February becomes 28 February where there is none.
pub fn add_years(date: NaiveDate, n: i32) -> NaiveDate {
    add_months(date, n.saturating_mul(12))
}

fn next(date: NaiveDate) -> NaiveDate {
    later(date, 1)
}

fn later(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Datelike;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn pause(from: &str, to: &str) -> Pause {
        Pause { from: day(from), to: day(to) }
    }

    fn due_on(start: &str, n: u32, unit: Unit, pauses: &[Pause]) -> Result<String, UnknownYear> {
        due(day(start), n, unit, Calendar::national(), pauses).map(|date| date.to_string())
    }

    #[test]
    fn spring_festival_2026_is_counted_around() {
        // Off 15–23 February; Saturdays 14 and 28 February are worked.
        let is_working = |date| Calendar::national().is_working(day(date)).unwrap();
        assert!(is_working("2026-02-14") && is_working("2026-02-28") && is_working("2026-02-24"));
        assert!(!is_working("2026-02-16") && !is_working("2026-02-23") && !is_working("2026-03-01"));
        assert_eq!(due_on("2026-02-12", 1, Unit::Working, &[]).unwrap(), "2026-02-13");
        assert_eq!(due_on("2026-02-12", 2, Unit::Working, &[]).unwrap(), "2026-02-14");
        assert_eq!(due_on("2026-02-12", 3, Unit::Working, &[]).unwrap(), "2026-02-24");
        assert_eq!(due_on("2026-02-12", 7, Unit::Working, &[]).unwrap(), "2026-02-28");
        assert_eq!(due_on("2026-02-12", 8, Unit::Working, &[]).unwrap(), "2026-03-02");
        // A start on a day off is not counted either.
        assert_eq!(due_on("2026-02-17", 1, Unit::Working, &[]).unwrap(), "2026-02-24");
    }

    #[test]
    fn a_last_day_off_moves_to_the_next_working_day() {
        assert_eq!(due_on("2026-02-13", 1, Unit::Calendar, &[]).unwrap(), "2026-02-14"); // a Saturday that is worked
        assert_eq!(due_on("2026-02-13", 2, Unit::Calendar, &[]).unwrap(), "2026-02-24");
        assert_eq!(due_on("2026-11-19", 9, Unit::Calendar, &[]).unwrap(), "2026-11-30");
    }

    #[test]
    fn months_end_on_the_corresponding_day() {
        assert_eq!(due_on("2026-03-10", 3, Unit::Months, &[]).unwrap(), "2026-06-10");
        assert_eq!(due_on("2024-01-31", 1, Unit::Months, &[]).unwrap(), "2024-02-29"); // no 31st: the leap month's last day
        assert_eq!(due_on("2024-10-31", 1, Unit::Months, &[]).unwrap(), "2024-12-02"); // 30 November is a Saturday
        assert_eq!(due_on("2026-01-15", 1, Unit::Months, &[]).unwrap(), "2026-02-24"); // 15 February is a festival day
    }

    #[test]
    fn a_period_of_nothing_ends_at_once_or_on_the_next_working_day() {
        for unit in [Unit::Working, Unit::Calendar, Unit::Months] {
            assert_eq!(due_on("2026-11-20", 0, unit, &[]).unwrap(), "2026-11-20");
            assert_eq!(due_on("2026-11-21", 0, unit, &[]).unwrap(), "2026-11-23");
        }
    }

    #[test]
    fn paused_days_do_not_count() {
        // Returned for correction on Wednesday 4 March, answered on Monday the 9th: three working days are not counted.
        let back = [pause("2026-03-04", "2026-03-09")];
        assert_eq!(due_on("2026-03-02", 5, Unit::Working, &[]).unwrap(), "2026-03-09");
        assert_eq!(due_on("2026-03-02", 5, Unit::Working, &back).unwrap(), "2026-03-12");
        assert_eq!(due_on("2026-03-02", 7, Unit::Calendar, &back).unwrap(), "2026-03-16"); // the 14th is a Saturday
        assert_eq!(due_on("2026-03-02", 1, Unit::Months, &back).unwrap(), "2026-04-07"); // 2 April and five days
        // Overlapping pauses count once; an empty or earlier one not at all.
        let mess = [pause("2026-03-06", "2026-03-09"), back[0], pause("2026-03-05", "2026-03-03"), pause("2026-01-01", "2026-03-02")];
        assert_eq!(due_on("2026-03-02", 5, Unit::Working, &mess).unwrap(), "2026-03-12");
        assert_eq!(due_on("2026-03-02", 7, Unit::Calendar, &mess).unwrap(), "2026-03-16");
        // A pause that never ends is no promise.
        let endless = [Pause { from: day("2026-03-04"), to: NaiveDate::MAX }];
        assert!(due_on("2026-03-02", 5, Unit::Working, &endless).is_err());
        assert!(due_on("2026-03-02", 5, Unit::Calendar, &endless).is_err());
    }

    #[test]
    fn a_year_without_a_notice_is_refused() {
        assert_eq!(Calendar::national().is_working(day("2027-01-04")), Err(UnknownYear(2027)));
        assert_eq!(due_on("2026-12-30", 1, Unit::Working, &[]).unwrap(), "2026-12-31");
        assert_eq!(due_on("2026-12-30", 2, Unit::Working, &[]), Err(UnknownYear(2027)));
        assert_eq!(due_on("2026-12-30", 2, Unit::Calendar, &[]), Err(UnknownYear(2027)));
        assert_eq!(due_on("2026-11-21", 2, Unit::Months, &[]), Err(UnknownYear(2027)));
        assert_eq!(due_on("2023-12-28", 10, Unit::Working, &[]), Err(UnknownYear(2023)));
        assert_eq!(due_on("2023-12-28", 10, Unit::Calendar, &[]).unwrap(), "2024-01-08"); // only the last day must be known
        assert_eq!(UnknownYear(2027).to_string(), "no working-day notice is known for 2027");
        // Absurd lengths end in a refusal, not in an overflow.
        for unit in [Unit::Working, Unit::Calendar, Unit::Months] {
            assert!(due_on("2026-11-20", u32::MAX, unit, &[]).is_err());
        }
    }

    #[test]
    fn working_days_left_reads_as_people_count() {
        let left = |today: &str, due: &str| working_days_left(day(today), day(due), Calendar::national());
        assert_eq!(left("2026-02-13", "2026-02-24"), Ok(2)); // the worked Saturday and the 24th
        assert_eq!(left("2026-02-24", "2026-02-24"), Ok(0));
        assert_eq!(left("2026-02-25", "2026-02-24"), Ok(-1));
        assert_eq!(left("2026-03-02", "2026-02-24"), Ok(-5));
        assert_eq!(left("2026-11-21", "2026-11-20"), Ok(-1)); // a Saturday: late all the same
        assert_eq!(left("2026-12-30", "2027-01-04"), Err(UnknownYear(2027)));
    }

    #[test]
    fn shanghais_day_begins_at_sixteen_utc() {
        let utc = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        assert_eq!(shanghai_date(utc("2026-11-20T15:59:59")), day("2026-11-20"));
        assert_eq!(shanghai_date(utc("2026-11-20T16:00:00")), day("2026-11-21"));
        assert_eq!(start_of_day_utc(day("2026-11-21")), utc("2026-11-20T16:00:00"));
        assert_eq!(end_of_day_utc(day("2026-11-21")), utc("2026-11-21T16:00:00"));
        assert_eq!(shanghai_date(end_of_day_utc(day("2026-12-31"))), day("2027-01-01"));
        assert_eq!(shanghai_date(NaiveDateTime::MAX), NaiveDate::MAX);
    }

    #[test]
    fn months_and_years_clip_to_the_month() {
        assert_eq!(add_months(day("2026-12-31"), 2), day("2027-02-28"));
        assert_eq!(add_months(day("2028-03-31"), -1), day("2028-02-29"));
        assert_eq!(add_years(day("2024-02-29"), 3), day("2027-02-28"));
        assert_eq!(add_years(day("2024-02-29"), 4), day("2028-02-29"));
        assert_eq!(add_years(day("2024-02-29"), -1), day("2023-02-28"));
        assert_eq!(add_years(day("2024-02-29"), i32::MAX), NaiveDate::MAX);
        assert_eq!(add_months(day("2024-02-29"), i32::MIN), NaiveDate::MIN);
    }

    /// The rule read word by word: walk day by day, ask of each day whether it counts, count, roll forward.
    fn naive_due(start: NaiveDate, n: u32, unit: Unit, pauses: &[Pause]) -> Result<NaiveDate, UnknownYear> {
        let text = include_str!("../calendar/cn.csv");
        let works = |date: NaiveDate| -> Result<bool, UnknownYear> {
            if !(2024..=2026).contains(&date.year()) {
                return Err(UnknownYear(date.year()));
            }
            let makeup = text.contains(&format!("{date},makeup_workday"));
            let off = text.contains(&format!("{date},holiday"));
            Ok(makeup || (!off && date.weekday().number_from_monday() <= 5))
        };
        let paused = |date: NaiveDate| pauses.iter().any(|pause| date >= pause.from && date < pause.to);
        let length = if unit == Unit::Months {
            // The corresponding day, sought backwards from the 31st of the target month.
            let months = start.month0() + n;
            let (year, month) = (start.year() + (months / 12) as i32, months % 12 + 1);
            let end = (1..=start.day()).rev().find_map(|of_month| NaiveDate::from_ymd_opt(year, month, of_month)).unwrap();
            (end - start).num_days() as u32
        } else {
            n
        };
        let (mut date, mut counted) = (start, 0);
        while counted < length {
            date = date.succ_opt().unwrap();
            if !paused(date) && (unit != Unit::Working || works(date)?) {
                counted += 1;
            }
        }
        while paused(date) || !works(date)? {
            date = date.succ_opt().unwrap();
        }
        Ok(date)
    }

    /// A small linear congruential generator (Knuth's MMIX constants), so that a failing case can be run again from its seed.
    struct Lcg(u64);

    impl Lcg {
        fn below(&mut self, n: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % n
        }

        fn day(&mut self) -> NaiveDate {
            later(day("2023-12-01"), self.below(1150))
        }
    }

    #[test]
    fn two_thousand_random_periods_agree_with_the_naive_reading() {
        let seed = 20_261_121;
        println!("seed {seed}");
        let mut random = Lcg(seed);
        let (mut answered, mut refused) = (0, 0);
        for case in 0..2000 {
            let start = random.day();
            let unit = [Unit::Working, Unit::Calendar, Unit::Months][random.below(3) as usize];
            let n = random.below(if unit == Unit::Months { 13 } else { 60 }) as u32;
            let pauses: Vec<Pause> = (0..random.below(4))
                .map(|_| {
                    let from = later(start, random.below(40));
                    Pause { from, to: later(from, random.below(15)) }
                })
                .collect();
            let got = due(start, n, unit, Calendar::national(), &pauses);
            let want = naive_due(start, n, unit, &pauses);
            assert_eq!(got, want, "seed {seed} case {case}: {start} + {n} {unit:?} pauses {pauses:?}");
            match got {
                Ok(_) => answered += 1,
                Err(_) => refused += 1,
            }
        }
        // The cases must reach both answers, or the test proves little.
        assert!(answered > 1000 && refused > 50, "answered {answered}, refused {refused}");
    }
}
