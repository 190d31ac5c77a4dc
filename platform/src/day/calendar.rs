//! 工作日历 — which days offices work, as the State Council's yearly notices say. For a year without its notice the answer is
//! [`UnknownYear`], never a guess.

use crate::event::sha256;
use chrono::{Datelike, NaiveDate, Weekday};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::LazyLock;

/// The seven statutory festivals (全国年节及纪念日放假办法 2). A year's notice settles all of them, so a year in which one is missing
/// is a year whose notice we do not have.
const FESTIVALS: [&str; 7] = ["元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"];

const HEADER: &str = "date,day_type,name";

/// What a notice makes of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DayType {
    Holiday,
    MakeupWorkday,
}

/// Days off and make-up working days, from the State Council's notices, and the years they settle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    days: BTreeMap<NaiveDate, DayType>,
    years: BTreeSet<i32>,
    digest: String,
}

/// No State Council notice is known for this year, so nothing about its working days can be promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownYear(pub i32);

/// What is wrong with a calendar's text. Lines are counted from 1, the header being line 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarFault {
    /// The first line is not `date,day_type,name`.
    Header,
    /// The line does not have three parts, its date is not `YYYY-MM-DD`, or its name is empty.
    Line(usize),
    /// The day type is neither `holiday` nor `makeup_workday`.
    DayType(usize),
    /// A make-up working day must fall on a Saturday or Sunday.
    MakeupOnWeekday(usize),
    /// Dates must rise from line to line; this also refuses a date given twice.
    Order(usize),
}

impl Calendar {
    /// The calendar shipped with the program: `platform/calendar/cn.csv`, whose sources are listed beside it. Read once.
    pub fn national() -> &'static Calendar {
        static NATIONAL: LazyLock<Calendar> = LazyLock::new(|| {
            let text = include_str!("../../calendar/cn.csv");
            // A test reads this file. Were it broken all the same, a calendar that knows no year promises nothing.
            Calendar::parse(text).unwrap_or_else(|_| Calendar::of(text, BTreeMap::new(), BTreeSet::new()))
        });
        &NATIONAL
    }

    /// Reads a calendar: header `date,day_type,name`, then one line a date, in order.
    pub fn parse(text: &str) -> Result<Calendar, CalendarFault> {
        let mut days = BTreeMap::new();
        let mut festivals: BTreeMap<i32, BTreeSet<&str>> = BTreeMap::new();
        let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim_end()));
        if lines.next().map(|(_, line)| line) != Some(HEADER) {
            return Err(CalendarFault::Header);
        }
        for (at, line) in lines.filter(|(_, line)| !line.is_empty()) {
            let (date, day_type, name) = row(at, line)?;
            if days.last_key_value().is_some_and(|(last, _)| *last >= date) {
                return Err(CalendarFault::Order(at));
            }
            days.insert(date, day_type);
            if day_type == DayType::Holiday {
                // Two festivals may share their days off: 国庆节、中秋节 in 2025.
                let named = FESTIVALS.into_iter().filter(|festival| name.contains(festival));
                festivals.entry(date.year()).or_default().extend(named);
            }
        }
        let settled = festivals.into_iter().filter(|(_, named)| named.len() == FESTIVALS.len());
        Ok(Self::of(text, days, settled.map(|(year, _)| year).collect()))
    }

    fn of(text: &str, days: BTreeMap<NaiveDate, DayType>, years: BTreeSet<i32>) -> Calendar {
        Calendar { days, years, digest: sha256(text) }
    }

    /// SHA-256 of the calendar's text, as 64 lower-case hex digits; stored with every deadline.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether the notice for this year is in the calendar: every statutory festival has a day off in it.
    pub fn covers(&self, year: i32) -> bool {
        self.years.contains(&year)
    }

    /// Whether offices work on this date.
    pub fn is_working(&self, date: NaiveDate) -> Result<bool, UnknownYear> {
        if !self.covers(date.year()) {
            return Err(UnknownYear(date.year()));
        }
        Ok(match self.days.get(&date) {
            Some(DayType::Holiday) => false,
            Some(DayType::MakeupWorkday) => true,
            None => !at_weekend(date),
        })
    }
}

fn row(at: usize, line: &str) -> Result<(NaiveDate, DayType, &str), CalendarFault> {
    let parts: Vec<&str> = line.split(',').collect();
    let [date, day_type, name] = parts[..] else {
        return Err(CalendarFault::Line(at));
    };
    let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").map_err(|_| CalendarFault::Line(at))?;
    if name.is_empty() {
        return Err(CalendarFault::Line(at));
    }
    match day_type {
        "holiday" => Ok((date, DayType::Holiday, name)),
        "makeup_workday" if at_weekend(date) => Ok((date, DayType::MakeupWorkday, name)),
        "makeup_workday" => Err(CalendarFault::MakeupOnWeekday(at)),
        _ => Err(CalendarFault::DayType(at)),
    }
}

fn at_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

impl fmt::Display for UnknownYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no working-day notice is known for {}", self.0)
    }
}

impl std::error::Error for UnknownYear {}

impl fmt::Display for CalendarFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CalendarFault::Header => write!(f, "line 1: the header must be {HEADER}"),
            CalendarFault::Line(at) => write!(f, "line {at}: not a date, a day type and a name"),
            CalendarFault::DayType(at) => write!(f, "line {at}: the day type must be holiday or makeup_workday"),
            CalendarFault::MakeupOnWeekday(at) => write!(f, "line {at}: a make-up working day must fall on a weekend"),
            CalendarFault::Order(at) => write!(f, "line {at}: dates must rise from line to line"),
        }
    }
}

impl std::error::Error for CalendarFault {}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_shipped_calendar_is_sound() {
        let cal = Calendar::parse(include_str!("../../calendar/cn.csv")).unwrap();
        assert_eq!(&cal, Calendar::national());
        assert_eq!(cal.days.len(), 108);
        assert_eq!(cal.years.iter().copied().collect::<Vec<_>>(), [2024, 2025, 2026]);
        // Days off and make-up days as the three notices count them.
        for (year, off, makeup) in [(2024, 28, 8), (2025, 28, 5), (2026, 33, 6)] {
            let of = |kind| cal.days.iter().filter(|(date, have)| date.year() == year && **have == kind).count();
            assert_eq!((of(DayType::Holiday), of(DayType::MakeupWorkday)), (off, makeup), "{year}");
        }
    }

    #[test]
    fn working_days_of_a_year_add_up() {
        // The year's weekdays, less those off, plus make-up days; counted by hand from the notices.
        for (year, working) in [(2024, 251), (2025, 248), (2026, 248)] {
            let days = day(&format!("{year}-01-01")).iter_days().take_while(|date| date.year() == year);
            let count = days.filter(|date| Calendar::national().is_working(*date).unwrap()).count();
            assert_eq!(count, working, "{year}");
        }
    }

    #[test]
    fn the_digest_is_the_texts_sha256() {
        let cal = Calendar::parse("date,day_type,name\n").unwrap();
        assert_eq!(cal.digest(), "728a6b44329448420c64e62bab15863c6729be0e65f5913c6270e661661c86d9");
    }

    #[test]
    fn a_faulty_calendar_is_refused_by_line() {
        let fault = |rows: &str| Calendar::parse(&format!("{HEADER}\n{rows}")).unwrap_err();
        assert_eq!(Calendar::parse("date,name\n"), Err(CalendarFault::Header));
        assert_eq!(Calendar::parse(""), Err(CalendarFault::Header));
        assert_eq!(fault("2026-01-01,holiday\n"), CalendarFault::Line(2));
        assert_eq!(fault("2026-01-01,holiday,元旦,x\n"), CalendarFault::Line(2));
        assert_eq!(fault("2026-02-30,holiday,春节\n"), CalendarFault::Line(2));
        assert_eq!(fault("2026-01-01,holiday,\n"), CalendarFault::Line(2));
        assert_eq!(fault("2026-01-01,off,元旦\n"), CalendarFault::DayType(2));
        assert_eq!(fault("2026-01-05,makeup_workday,元旦\n"), CalendarFault::MakeupOnWeekday(2));
        assert_eq!(fault("2026-01-01,holiday,元旦\n2026-01-01,holiday,元旦\n"), CalendarFault::Order(3));
        assert_eq!(fault("2026-01-02,holiday,元旦\n2026-01-01,holiday,元旦\n"), CalendarFault::Order(3));
    }

    #[test]
    fn half_a_notice_does_not_settle_a_year() {
        let cal = Calendar::parse("date,day_type,name\n2027-01-01,holiday,元旦\n2027-01-02,holiday,春节\n").unwrap();
        assert!(!cal.covers(2027));
        assert_eq!(cal.is_working(day("2027-03-01")), Err(UnknownYear(2027)));
    }
}
