//! How long each department takes to answer and to supply data: half of the cases, nine in ten, and the share on time.

use super::{list, whole_files};
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::view::list::{Cell, Row};
use platform::deadline;
use platform::paging::Page;

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/supply", Door::Public, "route-public-supply", supply)]
}

/// `GET /supply`: the last twelve months.
async fn supply(ask: Ask) -> PageResult {
    let (from, to, rows) = ask
        .look(|look, _| {
            let to = look.today();
            let from = platform::day::add_months(to, -12);
            Ok((from, to, deadline::spent(look, from, to)?))
        })
        .await?;
    let mut view = list(&ask, "supply-time", "supply-time", &["department", "clock", "cases", "median", "ninety", "on_time"]);
    view.notices.push(ask.lang.ta("supply-time-period", &[("from", from.to_string()), ("to", to.to_string())]));
    let count = rows.len() as i64;
    // Figures of departments, few enough for one page.
    let rows = Page::first(rows.len().max(1) as i64).of(rows, count);
    let view = view.fill(&ask, rows, |s| Row {
        href: String::new(),
        cells: vec![
            Cell::text(&s.org_name),
            Cell::text(ask.lang.t(&format!("clock-{}", s.clock))),
            Cell::text(s.cases.to_string()),
            Cell::text(s.median.to_string()),
            Cell::text(s.ninety.to_string()),
            Cell::text(format!("{}%", s.on_time)),
        ],
    });
    whole_files(view, &ask).answer(&ask)
}
