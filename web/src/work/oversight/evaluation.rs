//! Evaluations in the work area: the holder's own score, the assessors' seats, the result indicator by indicator.

use super::{part, said};
use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section, TableView};
use crate::view::list::{Cell, ListView, Row, due};
use crate::work::bid::points;
use platform::Role::{self, *};
use platform::case::{self, Case};
use platform::flow::{self, Noun};
use platform::people::{org, person};
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result, Word};
use primary::oversight::evaluation::{self, Act, Evaluation, Grade, Line, State};
use primary::oversight::scheme::Scheme;

impl Show for Evaluation {
    const DOOR: &'static [Role] =
        &[DeveloperAdmin, DeveloperStaff, Source, Expert, ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];

    /// The result is shown as a table of indicators.
    fn sheet() -> Option<&'static Sheet> {
        None
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let columns = &["number", "title", "owner", "state", "total", "grade", "due", "created_at"];
        let mut view = ListView::new(ask, ask.t("nouns-evaluation"), "evaluations", columns).lead(ask.t("evaluation-list-lead"));
        // Whoever only assesses sees what he is to assess.
        let page = if who.is_any(&[Expert, Source]) {
            evaluation::assigned(look, who, ask.page())?
        } else {
            view = view.words(ask).filter::<State>(ask, "state").filter::<Grade>(ask, "grade").turns::<Evaluation>(look, who, ask)?;
            let mut wanted = case::Ask { words: ask.q("q").into(), state: ask.q_word("state"), ..case::Ask::default() };
            wanted.about.extend(ask.q_word::<Grade>("grade").map(|g| ("grade", g.to_string())));
            case::list::<Evaluation>(look, &Evaluation::sight(who), &wanted, ask.page())?
        };
        if who.oversees() {
            view = view.aside(ask.t("nouns-scheme"), "/work/evaluation-schemes", "checklist");
        }
        let names = org::names(look, page.rows.iter().filter_map(|r| r.owner).collect())?;
        let (today, calendar) = (look.today(), look.calendar());
        Ok(view.fill(ask, page, |e| Row {
            href: format!("/work/evaluations/{}", e.id),
            cells: vec![
                Cell::maybe(e.serial.clone()),
                Cell::text(&e.title),
                Cell::maybe(e.owner.and_then(|o| names.get(&o).cloned())),
                Cell::state(ask.lang, e.state),
                Cell::maybe(e.total.map(points)),
                e.grade.map_or_else(Cell::default, |g| graded(ask, g)),
                Cell::due(due(ask.lang, &calendar, today, e.clock.as_deref(), e.due_on)),
                Cell::at(Some(e.created_at)),
            ],
        }))
    }
    /// An assessor's own seats beside what waits for his role.
    fn waiting(look: &mut Look, who: &Caller) -> Result<Vec<flow::Waiting>> {
        let mut waiting = if who.is_any(&[Expert, Source]) { Vec::new() } else { flow::waiting::<Self>(look, who)? };
        let count = evaluation::waiting_for(look, who)?;
        if count > 0 && !waiting.iter().any(|w| w.state == State::Scoring.as_str()) {
            waiting.push(flow::Waiting { state: State::Scoring.as_str().into(), count, due_on: None });
        }
        Ok(waiting)
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Evaluation, view: &mut CaseView) -> Result<()> {
        let scheme = Scheme::row(look, row.scheme)?;
        let mut facts = vec![
            Fact::text(ask.t("evaluation-holder"), row.owner.map(|o| org::name(look, o)).transpose()?.unwrap_or_default()),
            Fact::text(ask.t("col-year"), row.year.to_string()),
            Fact::link(ask.t("noun-scheme"), &scheme.title, format!("/work/evaluation-schemes/{}", scheme.id)),
        ];
        if let (Some(total), Some(grade)) = (row.total, row.grade) {
            facts.push(Fact::text(ask.t("col-total"), points(total)));
            let cell = graded(ask, grade);
            facts.push(Fact { label: ask.t("col-grade"), badge: Some((cell.text, cell.tone)), ..Fact::default() });
        }
        view.sections.push(Section { title: ask.t("section-identity"), facts, ..Section::default() });
        let lines = evaluation::table(look, row)?;
        let assessing = evaluation::seat(look, who, row.id)?;
        let own = row.owner.is_some_and(|o| who.acts_for(o));
        view.sections.push(result(ask, &lines));
        let content = row.answers();
        if let Some(sheet) = Evaluation::DEEDS.iter().find(|d| d.act == Act::SelfScore).map(|d| d.sheet) {
            let mut own_words = part(&content, "self");
            own_words.0.remove("items");
            view.sections.extend(said(look, ask, "evaluation-self-said", sheet, &own_words)?);
        }
        if !own {
            view.sections.push(seats(look, ask, row)?);
        }
        match row.state {
            State::Scoring if assessing.as_ref().is_some_and(|s| s.round == row.round && s.scored_at.is_none()) => {
                view.notices.push(ask.t("evaluation-duty"))
            }
            State::Scoring if assessing.is_some() => view.notices.push(ask.t("evaluation-blind")),
            State::Noticed if own => {
                view.notices.push(ask.lang.ta("evaluation-may-object", &[("day", row.due_on.map(|d| d.to_string()).unwrap_or_default())]))
            }
            _ => {}
        }
        if !content.text("objection").is_empty() {
            let facts = vec![Fact::text(ask.lang.w(Act::Object), content.text("objection"))];
            view.sections.push(Section { title: ask.t("evaluation-objection"), facts, ..Section::default() });
        }
        if let Some(sheet) = Evaluation::DEEDS.iter().find(|d| d.act == Act::Talk).map(|d| d.sheet) {
            view.sections.extend(said(look, ask, "evaluation-talk-said", sheet, &part(&content, "talk"))?);
        }
        if let Some(owner) = row.owner.filter(|_| row.grade == Some(Grade::Poor) && row.is_public())
            && evaluation::poor_running(look, owner)?
        {
            view.notices.push(ask.t("evaluation-poor-running"));
        }
        if row.is_public() {
            view.links.push((ask.t("public-page"), format!("/evaluations/{}", row.id)));
        }
        Ok(())
    }
}

/// A grade as a badge.
pub fn graded(ask: &Ask, grade: Grade) -> Cell {
    let tone = match grade {
        Grade::Excellent => "bg-green-lt",
        Grade::Good => "bg-blue-lt",
        Grade::Pass => "bg-yellow-lt",
        Grade::Poor => "bg-red-lt",
    };
    Cell { tone, ..Cell::word(ask.lang, grade) }
}

fn result(ask: &Ask, lines: &[Line]) -> Section {
    let rows = lines
        .iter()
        .map(|l| {
            vec![
                Cell::text(&l.name),
                Cell::text(l.weight.to_string()),
                Cell::maybe(l.own.map(|p| p.to_string())).below(l.evidence.clone()),
                Cell::maybe(l.mean.map(points)),
            ]
        })
        .collect();
    let columns = ["col-indicator", "col-weight", "col-own_points", "col-mean"].map(|k| ask.t(k)).to_vec();
    Section { title: ask.t("evaluation-table"), table: Some(TableView { columns, rows, empty: String::new() }), ..Section::default() }
}

/// Who assesses, and whether he has.
fn seats(look: &mut Look, ask: &Ask, row: &Evaluation) -> Result<Section> {
    let seats = evaluation::seats(look, row)?;
    let names = person::names(look, seats.iter().map(|s| s.person).collect())?;
    let rows = seats
        .iter()
        .map(|s| {
            let state = if s.scored_at.is_some() { ("evaluation-scored", "bg-green-lt") } else { ("evaluation-waits", "bg-blue-lt") };
            vec![Cell::maybe(names.get(&s.person).cloned()), Cell { tone: state.1, ..Cell::text(ask.t(state.0)) }, Cell::at(s.scored_at)]
        })
        .collect();
    let columns = ["col-assessor", "col-state", "col-at"].map(|k| ask.t(k)).to_vec();
    Ok(Section {
        title: ask.t("evaluation-seats"),
        note: ask.lang.tn("evaluation-round", row.round),
        table: Some(TableView { columns, rows, empty: String::new() }),
        ..Section::default()
    })
}
