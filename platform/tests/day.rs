//! 2,000 random periods against an oracle that counts otherwise: it lists every day once, crosses out what does not count and takes
//! the n-th that is left. The seed is printed; `DAJING_SEED` runs a case again.

// An oracle that goes wrong stops, and the runner speaks to it through the environment.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use platform::day::{self, Calendar, Pause, Unit};
use std::collections::{HashMap, HashSet};

const CN: &str = include_str!("../calendar/cn.csv");

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// xorshift64*, so that a case can be run again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % n
    }
}

/// Every day of six years with what an office does on it; `None` in years without a notice.
struct Oracle {
    days: Vec<(NaiveDate, Option<bool>)>,
    at: HashMap<NaiveDate, usize>,
}

impl Oracle {
    fn of(csv: &str) -> Self {
        let lines: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.trim().split(',').collect()).collect();
        let named =
            |year: i32, festival: &str| lines.iter().any(|l| l[0].starts_with(&year.to_string()) && l[1] == "holiday" && l[2].contains(festival));
        let known: HashSet<i32> =
            (2023..2029).filter(|year| ["元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆"].iter().all(|f| named(*year, f))).collect();
        let told: HashMap<&str, bool> = lines.iter().map(|l| (l[0], l[1] == "makeup_workday")).collect();
        let mut days = Vec::new();
        let mut day = date("2023-01-01");
        while day.year() < 2029 {
            let weekday = !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
            let works = told.get(day.to_string().as_str()).copied().unwrap_or(weekday);
            days.push((day, known.contains(&day.year()).then_some(works)));
            day += TimeDelta::days(1);
        }
        let at = days.iter().enumerate().map(|(at, (day, _))| (*day, at)).collect();
        Self { days, at }
    }

    /// The last day of a period, or nothing when a year in it is unknown.
    fn due(&self, start: NaiveDate, n: usize, unit: Unit, pauses: &[Pause]) -> Option<NaiveDate> {
        let paused: HashSet<NaiveDate> = pauses.iter().flat_map(|p| p.from.iter_days().take_while(|day| *day < p.to)).collect();
        let here = self.at[&start];
        let after: Vec<(NaiveDate, Option<bool>)> = self.days[here..].iter().copied().filter(|(day, _)| !paused.contains(day)).collect();
        // The day of the start is not counted, even where it is paused itself.
        let counted = |list: &[(NaiveDate, Option<bool>)]| list.iter().copied().filter(|(day, _)| *day > start).collect::<Vec<_>>();
        let end = match unit {
            Unit::Working if n > 0 => {
                let mut left = n;
                let mut last = None;
                for (day, works) in counted(&after) {
                    if works? {
                        left -= 1;
                        last = Some(day);
                        if left == 0 {
                            break;
                        }
                    }
                }
                return last.filter(|_| left == 0);
            }
            Unit::Working => start,
            Unit::Calendar if n == 0 => start,
            Unit::Calendar => counted(&after).get(n - 1)?.0,
            Unit::Months => {
                let (year, month) = (start.year() + (start.month0() as usize + n) as i32 / 12, (start.month0() as usize + n) % 12 + 1);
                let first_after =
                    if month == 12 { NaiveDate::from_ymd_opt(year + 1, 1, 1) } else { NaiveDate::from_ymd_opt(year, month as u32 + 1, 1) }?;
                let last_of_month = first_after.pred_opt()?;
                let length = (last_of_month.with_day(start.day().min(last_of_month.day()))? - start).num_days() as usize;
                if length == 0 { start } else { counted(&after).get(length - 1)?.0 }
            }
        };
        // The first working day from there on that is not paused.
        let mut rest = self.days[*self.at.get(&end)?..].iter().filter(|(day, _)| !paused.contains(day));
        loop {
            let (day, works) = rest.next()?;
            if (*works)? {
                return Some(*day);
            }
        }
    }
}

/// A calendar with some days moved, as an office might edit it.
fn edited(dice: &mut Dice) -> String {
    let mut lines: Vec<String> = CN.lines().map(str::to_string).collect();
    for _ in 0..dice.below(6) {
        let day = date("2024-01-01") + TimeDelta::days(dice.below(1096) as i64);
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        let line = format!("{day},{},临时调整", if weekend { "makeup_workday" } else { "holiday" });
        match lines.iter().skip(1).position(|l| l[..10] >= line[..10]) {
            Some(at) if lines[at + 1][..10] == line[..10] => {}
            Some(at) => lines.insert(at + 1, line),
            None => lines.push(line),
        }
    }
    lines.join("\n")
}

#[test]
fn two_thousand_periods_agree_with_the_oracle() {
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64 | 1;
    let seed = std::env::var("DAJING_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(clock);
    println!("DAJING_SEED={seed}");
    let mut dice = Dice(seed);
    let (mut told, mut refused) = (0, 0);
    for round in 0..20 {
        let csv = if round == 0 { CN.to_string() } else { edited(&mut dice) };
        let (calendar, oracle) = (Calendar::parse(&csv).unwrap(), Oracle::of(&csv));
        for case in 0..100 {
            let start = date("2023-11-15") + TimeDelta::days(dice.below(1150) as i64);
            let unit = [Unit::Working, Unit::Calendar, Unit::Months][dice.below(3) as usize];
            let n = dice.below(if unit == Unit::Months { 15 } else { 70 }) as u32;
            let pauses: Vec<Pause> = (0..dice.below(4))
                .map(|_| {
                    let from = start + TimeDelta::days(dice.below(60) as i64 - 5);
                    Pause { from, to: from + TimeDelta::days(dice.below(12) as i64) }
                })
                .collect();
            let (got, want) = (day::due(start, n, unit, &calendar, &pauses).ok(), oracle.due(start, n as usize, unit, &pauses));
            assert_eq!(got, want, "DAJING_SEED={seed} round {round} case {case}: {start} + {n} {unit:?}, pauses {pauses:?}");
            if got.is_some() { told += 1 } else { refused += 1 }
        }
    }
    assert!(told > 1000 && refused > 30, "DAJING_SEED={seed}: told {told}, refused {refused}");
}

#[test]
fn leap_days_count_and_clip() {
    let due = |start: &str, n, unit| day::due(date(start), n, unit, Calendar::national(), &[]).map(|d| d.to_string());
    assert_eq!(due("2024-02-28", 1, Unit::Calendar).unwrap(), "2024-02-29");
    assert_eq!(due("2024-02-28", 1, Unit::Working).unwrap(), "2024-02-29");
    assert_eq!(due("2024-02-29", 12, Unit::Months).unwrap(), "2025-02-28");
    assert_eq!(due("2024-01-30", 1, Unit::Months).unwrap(), "2024-02-29");
    assert_eq!(due("2025-02-28", 1, Unit::Calendar).unwrap(), "2025-03-03", "1 March 2025 is a Saturday");
}

#[test]
fn the_spring_festivals_make_up_days_count() {
    let due = |start: &str, n, unit| day::due(date(start), n, unit, Calendar::national(), &[]).map(|d| d.to_string());
    // 2024: Sunday 4 and Sunday 18 February are worked, 10–17 are off. 2025: Sunday 26 January and Saturday 8 February, 28 January–4 February.
    assert_eq!(due("2024-02-02", 1, Unit::Working).unwrap(), "2024-02-04");
    assert_eq!(due("2024-02-09", 1, Unit::Working).unwrap(), "2024-02-18");
    assert_eq!(due("2024-02-09", 3, Unit::Calendar).unwrap(), "2024-02-18");
    assert_eq!(due("2025-01-24", 1, Unit::Working).unwrap(), "2025-01-26");
    assert_eq!(due("2025-01-24", 10, Unit::Working).unwrap(), "2025-02-13");
    assert_eq!(due("2025-02-07", 1, Unit::Calendar).unwrap(), "2025-02-08");
}

#[test]
fn every_day_in_shanghai_has_twenty_four_hours() {
    let mut day = date("2024-01-01");
    while day < date("2029-01-01") {
        let (start, end) = (day::start_of_day_utc(day), day::end_of_day_utc(day));
        assert_eq!(end - start, TimeDelta::hours(24), "{day}");
        assert_eq!(day::start_of_day_utc(day + TimeDelta::days(1)), end, "{day}");
        assert_eq!((day::shanghai_date(start), day::shanghai_date(end - TimeDelta::milliseconds(1))), (day, day));
        day += TimeDelta::days(1);
    }
}
