//! What became of an allowance: year by year the revenue of the service fee, how far it lies from the allowance, and what
//! follows (PRI65-4).

use super::{Follows, Survey, mar};
use crate::posting::book::{self, Span};
use crate::ratio::Rate;
use chrono::Datelike;
use platform::{Look, Refusal, Result};
use serde::Serialize;

/// One year of an evaluation period.
#[derive(Clone, Debug, Serialize)]
pub struct Year {
    pub year: i32,
    /// Fen.
    pub mar: i64,
    pub revenue: i64,
    pub deviation: Option<Rate>,
    /// None while the year runs: the rule is of a year that is over.
    pub follows: Option<Follows>,
}

/// The years of a period that have begun, first to last.
pub fn years(look: &mut Look, of: &Survey) -> Result<Vec<Year>> {
    let owner = of.owner.ok_or_else(|| Refusal::broken("a survey without an owner"))?;
    let this = look.today().year();
    (of.first_year..=of.last_year().min(this))
        .map(|year| {
            let revenue = book::fee_revenue(look, owner, Span::year(year))?;
            let (deviation, follows) = mar::deviation(revenue, of.mar);
            Ok(Year { year, mar: of.mar, revenue, deviation, follows: (year < this).then_some(follows) })
        })
        .collect()
}
