//! Cost surveys and the allowed revenue in the work area.

use crate::ask::Ask;
use crate::noun::Show;
use crate::say::grouped;
use crate::view::case::{CaseView, Fact, Section, TableView};
use crate::view::list::{Cell, ListView, Row, due};
use platform::Role::{self, *};
use platform::case::{self, Case};
use platform::flow::Noun;
use platform::money::yuan;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use secondary::survey::{self, Follows, Survey, mar};
use secondary::{Rate, fee};

/// An amount in fen, in words.
pub fn money(ask: &Ask, fen: i64) -> String {
    ask.lang.yuan(fen)
}

/// An amount in fen as a cell; programs get yuan.
pub fn amount(ask: &Ask, fen: i64) -> Cell {
    Cell { raw: yuan(fen), whole: true, ..Cell::text(money(ask, fen)) }
}

/// A deviation from the allowed revenue, with its direction.
pub fn deviation(ask: &Ask, rate: Rate, actual: i64, allowed: i64) -> String {
    let said = [("rate", rate.percent())];
    ask.lang.ta(if actual < allowed { "survey-deviation-below" } else { "survey-deviation-above" }, &said)
}

/// What follows from a deviation, in words.
pub fn follows(ask: &Ask, rule: Follows) -> String {
    ask.t(match rule {
        Follows::Fees => "survey-follows-fees",
        Follows::Caps => "survey-follows-caps",
    })
}

impl Show for Survey {
    const DOOR: &'static [Role] = &[Finance, Legal, ScenarioDesk, Reviewer, Office, Bureau, Regulator, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        Some(&survey::SURVEY)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let columns = &["number", "survey_period", "survey_cost", "survey_rate", "survey_mar", "state", "due"];
        let view = ListView::new(ask, ask.t("nouns-survey"), "surveys", columns)
            .lead(ask.t("survey-list-lead"))
            .words(ask)
            .filter::<survey::State>(ask, "state")
            .turns::<Survey>(look, who, ask)?;
        let wanted = case::Ask { words: ask.q("q").into(), state: ask.q_word("state"), ..case::Ask::default() };
        let page = case::list::<Survey>(look, &Survey::sight(who), &wanted, ask.page())?;
        let (today, calendar) = (look.today(), look.calendar());
        Ok(view.fill(ask, page, |s| Row {
            href: format!("/work/surveys/{}", s.id),
            cells: vec![
                Cell::maybe(s.serial.clone()),
                Cell { whole: true, ..Cell::text(&s.title) },
                amount(ask, s.cost),
                Cell::text(format!("{}%", s.figures().rate.percent())),
                amount(ask, s.mar),
                Cell::state(ask.lang, s.state),
                Cell::due(due(ask.lang, &calendar, today, s.clock.as_deref(), s.due_on)),
            ],
        }))
    }
    fn extend(look: &mut Look, _: &Caller, ask: &Ask, row: &Survey, view: &mut CaseView) -> Result<()> {
        view.sections.insert(0, figures(ask, row));
        view.sections.insert(1, by_kind(ask, row));
        if matches!(row.state, survey::State::Approved | survey::State::Closed) {
            view.sections.insert(2, years(look, ask, row)?);
            view.sections.push(caps(look, ask, row)?);
        }
        if row.state == survey::State::Drafted {
            view.notices.push(ask.t("survey-is-draft"));
        }
        Ok(())
    }
}

/// C + C·r + T, step by step.
fn figures(ask: &Ask, row: &Survey) -> Section {
    let f = row.figures();
    let mut facts = vec![
        Fact::text(ask.t("survey-period"), &row.title),
        Fact::text(ask.t("survey-fact-cost"), money(ask, f.cost)),
        Fact::text(ask.t("survey-fact-rate"), format!("{}%", f.rate.percent())),
        Fact::text(ask.t("survey-fact-profit"), money(ask, f.profit)),
        Fact::text(ask.t("survey-fact-tax"), money(ask, f.tax)),
    ];
    if f.carried_in > 0 {
        facts.push(Fact::text(ask.t("survey-fact-carried_in"), money(ask, f.carried_in)));
        facts.push(Fact::text(ask.t("survey-fact-deducted"), money(ask, f.deducted)));
        facts.push(Fact::text(ask.t("survey-fact-carried_on"), money(ask, f.carried_on())));
    }
    facts.push(Fact::text(ask.t("survey-fact-mar"), money(ask, f.mar)));
    Section { title: ask.t("survey-figures"), note: ask.t("survey-figures-note"), facts, ..Section::default() }
}

fn by_kind(ask: &Ask, row: &Survey) -> Section {
    let rows = mar::costs(&row.answers())
        .into_iter()
        .map(|(kind, sum, subsidy)| vec![Cell::word(ask.lang, kind), amount(ask, sum), amount(ask, subsidy), amount(ask, sum - subsidy)])
        .collect();
    let columns = ["survey-cost-kind", "survey-cost-amount", "survey-cost-subsidy", "survey-net"].map(|k| ask.t(k)).to_vec();
    Section { title: ask.t("survey-by-kind"), table: Some(TableView { columns, rows, empty: String::new() }), ..Section::default() }
}

/// Year by year: revenue, deviation, and what follows.
fn years(look: &mut Look, ask: &Ask, row: &Survey) -> Result<Section> {
    let rows = survey::years(look, row)?
        .into_iter()
        .map(|y| {
            vec![
                Cell::link(y.year.to_string(), format!("/work/postings/sums?year={}", y.year)),
                amount(ask, y.revenue),
                amount(ask, y.mar),
                Cell::text(y.deviation.map(|d| deviation(ask, d, y.revenue, y.mar)).unwrap_or_default()),
                Cell::text(y.follows.map_or_else(|| ask.t("survey-year-runs"), |rule| follows(ask, rule))),
            ]
        })
        .collect();
    let columns = ["survey-year", "survey-revenue", "survey-fact-mar", "survey-deviation", "survey-follows"].map(|k| ask.t(k)).to_vec();
    let table = Some(TableView { columns, rows, empty: ask.t("survey-no-year") });
    Ok(Section { title: ask.t("survey-years-table"), note: ask.t("survey-years-note"), table, ..Section::default() })
}

/// The caps set within it, and what they make with the sales expected.
fn caps(look: &mut Look, ask: &Ask, row: &Survey) -> Result<Section> {
    let under = fee::under(look, row)?;
    let expected = |f: &fee::Fee| i64::try_from(fee::expected(f)).unwrap_or(i64::MAX);
    let all = under.iter().map(expected).sum::<i64>();
    let rows = under
        .iter()
        .map(|f| {
            vec![
                Cell::link(&f.title, format!("/work/fees/{}", f.id)),
                Cell::text(super::fee::per(ask, f.cap, &f.unit())),
                Cell::text(f.volume().to_string()),
                amount(ask, expected(f)),
            ]
        })
        .collect();
    let columns = ["col-fee_item", "col-cap", "fee-volume", "survey-expected"].map(|k| ask.t(k)).to_vec();
    let said = [("sum", grouped(all)), ("mar", grouped(row.mar))];
    Ok(Section {
        title: ask.t("survey-caps"),
        note: ask.lang.ta("survey-caps-note", &said),
        table: Some(TableView { columns, rows, empty: ask.t("survey-no-caps") }),
        ..Section::default()
    })
}

/// The path of the noun, for links.
pub fn href(id: &str) -> String {
    format!("/work/{}/{id}", Survey::PATH)
}
