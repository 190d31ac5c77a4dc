//! A calendar for stories that outlive the State Council's notices: the national one, and after it years whose seven festivals
//! are taken to have only their statutory days off (全国年节及纪念日放假办法 2), with no make-up days.

use chrono::{Datelike, Days, NaiveDate};
use platform::day::Calendar;
use std::collections::BTreeMap;

/// Month and day.
type Day = (u32, u32);

/// First days of 春节, 端午节 and 中秋节 by the lunar calendar. 除夕 is the day before 春节.
const LUNAR: [(i32, Day, Day, Day); 11] = [
    (2027, (2, 6), (6, 9), (9, 15)),
    (2028, (1, 26), (5, 28), (10, 3)),
    (2029, (2, 13), (6, 16), (9, 22)),
    (2030, (2, 3), (6, 5), (9, 12)),
    (2031, (1, 23), (6, 24), (10, 1)),
    (2032, (2, 11), (6, 12), (9, 19)),
    (2033, (1, 31), (6, 1), (9, 8)),
    (2034, (2, 19), (6, 20), (9, 27)),
    (2035, (2, 8), (6, 10), (9, 16)),
    (2036, (1, 28), (5, 30), (10, 4)),
    (2037, (2, 15), (6, 18), (9, 24)),
];

/// The national calendar, carried on to the end of 2037.
pub fn calendar() -> Calendar {
    let mut text = include_str!("../../platform/calendar/cn.csv").trim_end().to_string();
    let known = |year: i32| Calendar::national().covers(year);
    for (year, spring, dragon, moon) in LUNAR.into_iter().filter(|(year, ..)| !known(*year)) {
        let mut off: BTreeMap<NaiveDate, String> = BTreeMap::new();
        let mut festival = |name: &str, (month, day): Day, before: u64, days: u64| {
            let first = NaiveDate::from_ymd_opt(year, month, day).expect("a day") - Days::new(before);
            for date in first.iter_days().take(days as usize) {
                off.entry(date).and_modify(|names| *names = format!("{names}、{name}")).or_insert_with(|| name.to_string());
            }
        };
        festival("元旦", (1, 1), 0, 1);
        festival("春节", spring, 1, 4);
        festival("清明节", (4, if year % 4 == 0 { 4 } else { 5 }), 0, 1);
        festival("劳动节", (5, 1), 0, 2);
        festival("端午节", dragon, 0, 1);
        festival("中秋节", moon, 0, 1);
        festival("国庆节", (10, 1), 0, 3);
        // What the notices have settled already is not settled again.
        for (date, name) in off.into_iter().filter(|(date, _)| date.year() == year) {
            text.push_str(&format!("\n{date},holiday,{name}"));
        }
    }
    text.push('\n');
    Calendar::parse(&text).expect("a sound calendar")
}
