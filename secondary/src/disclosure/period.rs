//! The period that a disclosure covers: a year `2026` or a quarter `2026Q4`.

use chrono::{Datelike, NaiveDate};
use platform::profile;

/// A year or a quarter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// `2026` or `2026Q4`.
    pub text: String,
    /// First and last day, both included.
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Period {
    /// Reads a period from 2000 to 2099.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_uppercase();
        let (year, quarter) = match text.split_once('Q') {
            Some((year, quarter)) => (year, Some(quarter.parse::<u32>().ok().filter(|q| (1..=4).contains(q) && quarter.len() == 1)?)),
            None => (text.as_str(), None),
        };
        let year: i32 = year.parse().ok().filter(|y| (2000..2100).contains(y) && year.len() == 4)?;
        let (first, months) = quarter.map_or((1, 12), |q| (q * 3 - 2, 3));
        let from = NaiveDate::from_ymd_opt(year, first, 1)?;
        let to = platform::day::add_months(from, months).pred_opt()?;
        Some(Self { text, from, to })
    }

    /// The last period of that kind that is over today.
    pub fn ended_before(kind: profile::Period, today: NaiveDate) -> Option<Self> {
        let last = kind.ended_before(today);
        Self::parse(&match kind {
            profile::Period::Year => last.year().to_string(),
            profile::Period::Quarter => format!("{}Q{}", last.year(), last.month0() / 3 + 1),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_and_quarters_are_read() {
        for (text, from, to) in [
            ("2026", "2026-01-01", "2026-12-31"),
            ("2026Q1", "2026-01-01", "2026-03-31"),
            ("2026q4", "2026-10-01", "2026-12-31"),
            (" 2028Q1 ", "2028-01-01", "2028-03-31"),
        ] {
            let period = Period::parse(text).unwrap();
            assert_eq!((period.from.to_string().as_str(), period.to.to_string().as_str()), (from, to));
        }
        for text in ["", "26", "2026Q5", "2026Q0", "2026Q", "2026Q+1", "+2026", "2026-1", "1999", "2100"] {
            assert_eq!(Period::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_last_period_over() {
        let day = |t: &str| t.parse().unwrap();
        assert_eq!(Period::ended_before(profile::Period::Year, day("2027-01-01")).unwrap().text, "2026");
        assert_eq!(Period::ended_before(profile::Period::Quarter, day("2026-11-21")).unwrap().text, "2026Q3");
        assert_eq!(Period::ended_before(profile::Period::Quarter, day("2027-03-31")).unwrap().text, "2026Q4");
    }
}
