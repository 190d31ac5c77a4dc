//! Expert scoring in the work area, and the selection of one announcement, where all of it comes together.

mod matrix;
mod selection;

use crate::ask::Ask;
use crate::noun::Show;
use crate::routes::{Door, Route, route};
use crate::view::case::{CaseView, Fact, Section, TableView};
use crate::view::list::{Cell, ListView, Row};
use platform::Role::{self, *};
use platform::flow::{self, Noun};
use platform::people::person;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result, Word};
use primary::announcement;
use primary::scoring::{self, Act, Scoring, State};

pub const READERS: &[Role] = &[Legal, ScenarioDesk, Reviewer, Finance, Office, Auditor];

impl Show for Scoring {
    const DOOR: &'static [Role] = &[Expert, Legal, ScenarioDesk, Reviewer, Finance, Office, Auditor];
    const OWN: &'static [&'static str] = &["submit"];

    /// What was scored is shown as a table of bids and criteria.
    fn sheet() -> Option<&'static Sheet> {
        None
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let view = ListView::new(ask, ask.t("nouns-scoring"), "scorings", &["announcement", "expert", "state", "invited_at"])
            .lead(ask.t("scoring-list-lead"));
        let page = scoring::list(look, who, ask.q("announcement").parse().ok(), ask.page())?;
        let names = person::names(look, page.rows.iter().map(|s| s.expert).collect())?;
        Ok(view.fill(ask, page, |s| Row {
            href: format!("/work/scorings/{}", s.id),
            cells: vec![
                Cell::text(&s.title),
                Cell::maybe(names.get(&s.expert).cloned()),
                Cell::state(ask.lang, s.state),
                Cell::at(Some(s.created_at)),
            ],
        }))
    }
    /// An expert's own cases; the organisation of a case is nobody's.
    fn waiting(look: &mut Look, who: &Caller) -> Result<Vec<flow::Waiting>> {
        if !who.is(Expert) {
            return flow::waiting::<Self>(look, who);
        }
        let count = scoring::waiting_for(look, who)?;
        let line = flow::Waiting { state: State::Invited.as_str().into(), count, due_on: None };
        Ok(if count > 0 { vec![line] } else { Vec::new() })
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Scoring, view: &mut CaseView) -> Result<()> {
        let call = announcement::row(look, row.announcement)?;
        let own = who.person == Some(row.expert);
        let name = person::row(look, row.expert)?.name;
        let number = call.serial.clone().unwrap_or_default();
        let page = if own { "/announcements" } else { "/work/announcements" };
        let mut facts = vec![
            Fact::link(ask.t("col-announcement"), format!("{} {number}", call.title), format!("{page}/{}", call.id)),
            Fact::text(ask.t("col-expert"), name),
        ];
        if !own {
            facts.push(Fact::link(ask.t("selection"), ask.t("selection-see"), format!("/work/announcements/{}/selection", call.id)));
        }
        view.sections.push(Section { title: ask.t("section-identity"), facts, ..Section::default() });
        let content = row.answers();
        match row.state {
            State::Invited if own => {
                view.notices.push(ask.t("scoring-duty"));
                if let Err(why) = flow::may(look, who, row, crate::noun::deed_of::<Scoring>(Act::Submit.as_str())?) {
                    let (zh, en) = why.why();
                    view.notices.push(ask.lang.pick(zh, en));
                }
                view.sections.push(bids(look, who, ask, row)?);
            }
            State::Submitted if content.0.is_empty() => view.notices.push(ask.t("scoring-blind")),
            // Who gave which points stays between expert and audit; everybody else reads them unnamed in the result.
            State::Submitted if !own && !who.is(Auditor) => view.notices.push(ask.t("scoring-unnamed")),
            State::Submitted => view.sections.push(given(look, who, ask, row, &content)?),
            _ => {}
        }
        Ok(())
    }
}

/// The admitted bids to read before scoring.
fn bids(look: &mut Look, who: &Caller, ask: &Ask, row: &Scoring) -> Result<Section> {
    let offers = Scoring::choices(look, who, Some(row), "bid")?;
    let rows = offers.into_iter().map(|c| vec![Cell::link(ask.lang.choice(&c), format!("/work/bids/{}", c.value))]).collect();
    let table = TableView { columns: vec![ask.t("col-bidder")], rows, empty: ask.t("scoring-no-bids") };
    Ok(Section { title: ask.t("scoring-bids"), table: Some(table), ..Section::default() })
}

/// Points given, a row for each bid and a column for each criterion.
fn given(look: &mut Look, who: &Caller, ask: &Ask, row: &Scoring, content: &Answers) -> Result<Section> {
    let call = announcement::row(look, row.announcement)?;
    let criteria = call.call()?.criteria;
    let owners = primary::selection::bids(look, who, &call)?;
    let mut columns = vec![ask.t("col-bidder")];
    columns.extend(criteria.iter().map(|c| c.name.clone()));
    let points = crate::work::bid::said::rows(content, "points");
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for (bid, bidder) in owners {
        let of = |n: usize| {
            points
                .iter()
                .find(|p| {
                    p.get("bid").and_then(|b| b.as_str()) == Some(&bid.id.to_string())
                        && p.get("criterion").and_then(|c| c.as_u64()) == Some(n as u64)
                })
                .and_then(|p| p.get("points").and_then(|v| v.as_i64()))
        };
        if (1..=criteria.len()).all(|n| of(n).is_none()) {
            continue;
        }
        let mut cells = vec![Cell::link(bidder, format!("/work/bids/{}", bid.id))];
        cells.extend((1..=criteria.len()).map(|n| Cell::maybe(of(n).map(|p| p.to_string()))));
        rows.push(cells);
    }
    let opinion = content.text("opinion");
    Ok(Section {
        title: ask.t("scoring-given"),
        facts: if opinion.is_empty() { Vec::new() } else { vec![Fact::text(ask.t("scoring-opinion"), opinion)] },
        table: Some(TableView { columns, rows, empty: ask.t("scoring-no-bids") }),
        ..Section::default()
    })
}

pub fn routes() -> Vec<Route> {
    let expert = || Door::Only(vec![Expert]);
    let sheet = Scoring::DEEDS.iter().find(|d| d.act == Act::Submit).map_or(&platform::sheet::NOTHING, |d| d.sheet);
    let submit = Act::Submit.as_str();
    vec![
        route("GET", "/work/scorings/{id}/submit", expert(), "route-form", matrix::page).of::<Scoring>(submit),
        route("POST", "/work/scorings/{id}/submit", expert(), "route-act", matrix::submit).takes(sheet).of::<Scoring>(submit),
        route("GET", "/work/announcements/{id}/selection", Door::Only(READERS.to_vec()), "route-selection", selection::page)
            .of::<primary::Announcement>(""),
    ]
}
