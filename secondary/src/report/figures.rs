//! The figures of a report, each with the rows that it counts: nobody types one, and whoever doubts one opens its list.

use super::Kind;
use crate::disclosure::rows::held_between;
use crate::product::Product;
use crate::{pricing, product};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::flow::Noun;
use platform::people::Org;
use platform::schema;
use platform::{At, Id, Look, MultiBackend, Result, day, diesel};
use primary::announcement::Announcement;
use primary::licence::Licence;
use primary::oversight::complaint::{self, Complaint};
use primary::oversight::drill::{self, Drill};
use primary::oversight::evaluation::{self, Evaluation};
use primary::oversight::incident::{self, Incident};
use primary::oversight::inspection::{self, Inspection};
use primary::scenario::{self, Scenario};
use resources::entry::{self, Entry};
use serde::{Deserialize, Serialize};

/// A row that a figure counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ref {
    pub noun: String,
    pub id: String,
    pub serial: String,
    pub title: String,
}

/// One figure under one head of the report; it is the count of its rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Head of the report: a field of its texts' sheet.
    pub head: String,
    /// Message key `report-figure-KEY`.
    pub key: String,
    pub rows: Vec<Ref>,
}

/// Most rows of a figure.
const MOST: i64 = 5000;

/// Everything of a kind between two instants, as references. `$at` is the column that says when it counts.
macro_rules! rows {
    ($look:expr, $Noun:ty, $table:ident, $filter:expr) => {{
        use schema::$table as t;
        let found: Vec<(Id<$Noun>, Option<String>, String)> = t::table
            .into_boxed::<MultiBackend>()
            .filter($filter)
            .order((t::created_at.asc(), t::id.asc()))
            .limit(MOST)
            .select((t::id, t::serial, t::title))
            .load($look.db())?;
        found
            .into_iter()
            .map(|(id, serial, title)| Ref { noun: <$Noun>::NAME.into(), id: id.to_string(), serial: serial.unwrap_or_default(), title })
            .collect::<Vec<Ref>>()
    }};
}

struct Span {
    first: At,
    after: At,
    from: NaiveDate,
    to: NaiveDate,
}

/// Assembles a report's figures from the record as it stands.
pub(super) fn assemble(look: &mut Look, kind: Kind, owner: Id<Org>, from: NaiveDate, to: NaiveDate) -> Result<Vec<Figure>> {
    let span = Span { first: day::start_of_day_utc(from), after: day::end_of_day_utc(to), from, to };
    let mut figures = Vec::new();
    let mut put = |head: &str, key: &str, rows: Vec<Ref>| figures.push(Figure { head: head.into(), key: key.into(), rows });
    if kind == Kind::Operation {
        operation(look, &span, &mut put)?;
    } else {
        effect(look, owner, &span, &mut put)?;
    }
    Ok(figures)
}

fn licences(rows: &[Licence]) -> Vec<Ref> {
    rows.iter()
        .map(|l| Ref { noun: Licence::NAME.into(), id: l.id.to_string(), serial: l.serial.clone().unwrap_or_default(), title: l.title.clone() })
        .collect()
}

/// The catalogue entries that licences open.
fn entries(look: &mut Look, held: &[Licence]) -> Result<Vec<Ref>> {
    let mut ids: Vec<String> = held.iter().flat_map(|l| l.terms().resources).collect();
    ids.sort();
    ids.dedup();
    Ok(entry::by_ids(look, &ids)?
        .into_iter()
        .map(|e| Ref { noun: Entry::NAME.into(), id: e.id.to_string(), serial: e.serial.unwrap_or_default(), title: e.title })
        .collect())
}

fn operation(look: &mut Look, s: &Span, put: &mut impl FnMut(&str, &str, Vec<Ref>)) -> Result<()> {
    let held = held_between(look, None, s.from, s.to)?;
    put("storage", "entries", rows!(look, Entry, entry, t::state.eq(entry::State::Published).and(t::created_at.lt(s.after))));
    put("storage", "entries_granted", entries(look, &held)?);
    let opened = schema::access::table.filter(schema::access::opened_at.ge(s.first).and(schema::access::opened_at.lt(s.after)));
    let opened: Vec<Id<Licence>> = opened.select(schema::access::licence).limit(MOST).load(look.db())?;
    put("processing", "doors_opened", rows!(look, Licence, licence, t::id.eq_any(opened)));
    put(
        "processing",
        "products_submitted",
        rows!(look, Product, product, t::version.gt(0).and(t::created_at.ge(s.first)).and(t::created_at.lt(s.after))),
    );
    put("analysis", "licences_held", licences(&held));
    put("analysis", "licences_new", licences(&held.iter().filter(|l| l.in_force_at.is_some_and(|at| at >= s.first)).cloned().collect::<Vec<_>>()));
    put("analysis", "licences_ended", rows!(look, Licence, licence, t::ended_at.ge(s.first).and(t::ended_at.lt(s.after))));
    let not_dismissed = incident::State::Dismissed;
    put(
        "security",
        "incidents",
        rows!(look, Incident, incident, t::state.ne(not_dismissed).and(t::created_at.ge(s.first)).and(t::created_at.lt(s.after))),
    );
    put(
        "security",
        "incidents_open",
        rows!(
            look,
            Incident,
            incident,
            t::state.eq_any([incident::State::Reported, incident::State::Handling, incident::State::Reviewing]).and(t::created_at.lt(s.after))
        ),
    );
    put(
        "security",
        "drills",
        rows!(look, Drill, drill, t::state.eq_any([drill::State::Held, drill::State::Reviewed]).and(t::held_on.ge(s.from)).and(t::held_on.le(s.to))),
    );
    put(
        "security",
        "inspections",
        rows!(
            look,
            Inspection,
            inspection,
            t::state.ne_all([inspection::State::Planned, inspection::State::Cancelled]).and(t::created_at.ge(s.first)).and(t::created_at.lt(s.after))
        ),
    );
    put("scenario", "scenarios", rows!(look, Scenario, scenario, t::state.eq(scenario::State::Published).and(t::published_on.le(s.to))));
    put("scenario", "announcements", rows!(look, Announcement, announcement, t::published_at.ge(s.first).and(t::published_at.lt(s.after))));
    put(
        "scenario",
        "evaluations",
        rows!(
            look,
            Evaluation,
            evaluation,
            t::state
                .eq_any([evaluation::State::Published, evaluation::State::Poor, evaluation::State::Talked])
                .and(t::published_at.ge(s.first))
                .and(t::published_at.lt(s.after))
        ),
    );
    put("market", "products_listed", rows!(look, Product, product, t::state.eq(product::State::Listed).and(t::listed_at.lt(s.after))));
    put("market", "products_new", rows!(look, Product, product, t::listed_at.ge(s.first).and(t::listed_at.lt(s.after))));
    put(
        "market",
        "prices",
        rows!(look, pricing::Pricing, pricing, t::state.eq(pricing::State::Received).and(t::created_at.ge(s.first)).and(t::created_at.lt(s.after))),
    );
    let complaints =
        rows!(look, Complaint, complaint, t::state.ne(complaint::State::Withdrawn).and(t::created_at.ge(s.first)).and(t::created_at.lt(s.after)));
    // Whoever makes the report may not read every complaint: it counts them, and says nothing of what they say.
    put("market", "complaints", complaints.into_iter().map(|r| Ref { title: String::new(), ..r }).collect());
    Ok(())
}

fn effect(look: &mut Look, owner: Id<Org>, s: &Span, put: &mut impl FnMut(&str, &str, Vec<Ref>)) -> Result<()> {
    let held = held_between(look, Some(owner), s.from, s.to)?;
    put("application", "licences_held", licences(&held));
    put("application", "entries_granted", entries(look, &held)?);
    let own = schema::product::owner.eq(owner);
    put("application", "products_listed", rows!(look, Product, product, own.and(t::state.eq(product::State::Listed)).and(t::listed_at.lt(s.after))));
    put("economic", "products_new", rows!(look, Product, product, own.and(t::listed_at.ge(s.first)).and(t::listed_at.lt(s.after))));
    put(
        "economic",
        "prices",
        rows!(look, pricing::Pricing, pricing, t::owner.eq(owner).and(t::state.eq(pricing::State::Received)).and(t::created_at.lt(s.after))),
    );
    put(
        "social",
        "evaluations",
        rows!(
            look,
            Evaluation,
            evaluation,
            t::owner.eq(owner).and(t::published_at.is_not_null()).and(t::published_at.ge(s.first)).and(t::published_at.lt(s.after))
        ),
    );
    put(
        "problems",
        "incidents",
        rows!(
            look,
            Incident,
            incident,
            t::owner.eq(owner).and(t::state.ne(incident::State::Dismissed)).and(t::created_at.ge(s.first)).and(t::created_at.lt(s.after))
        ),
    );
    put(
        "problems",
        "inspections",
        rows!(
            look,
            Inspection,
            inspection,
            t::owner
                .eq(owner)
                .and(t::state.ne_all([inspection::State::Planned, inspection::State::Cancelled]))
                .and(t::created_at.ge(s.first))
                .and(t::created_at.lt(s.after))
        ),
    );
    Ok(())
}
