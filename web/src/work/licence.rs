//! Licences in the work area: the list with terms as bars, and one licence with everything that hangs on it.

mod agreement;
mod term;

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::noun::{self, Show};
use crate::routes::{Door, Route, route};
use crate::view::case::{CaseView, Fact, Section, TableView};
use crate::view::form::{FieldView, Filling, OptionView};
use crate::view::list::{Cell, ListView, Row};
use enclave::access;
use platform::Role::{self, *};
use platform::flow::{self, Noun};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Id, Look, Result, Word};
use primary::filing::{self, Filing};
use primary::licence::{self, Act, Licence, State};
use primary::{plan, scenario};
use serde_json::json;

impl Show for Licence {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];
    const OWN: &'static [&'static str] = &["new"];

    /// What it grants is shown in sections of its own.
    fn sheet() -> Option<&'static Sheet> {
        None
    }
    fn content(&self) -> Answers {
        Answers::parse(&self.content)
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let today = look.today();
        let mut view = ListView::new(ask, ask.t("nouns-licence"), "licences", &["number", "title", "holder", "state", "term", "days_left"])
            .words(ask)
            .filter::<State>(ask, "state");
        view.filters.push(within(ask));
        let ends_by = ask.q("within").parse::<u64>().ok().and_then(|n| today.checked_add_days(chrono::Days::new(n.min(36_500))));
        let asked = licence::Ask { words: ask.q("q").into(), state: ask.q_word("state"), holder: None, ends_by };
        let page = licence::list(look, who, &asked, ask.page())?;
        let names = org::names(look, page.rows.iter().filter_map(|l| l.owner).collect())?;
        Ok(view.fill(ask, page, |l| {
            let bar = term::bar(ask.lang, &look.pinned(&l.profile), l, today);
            let term =
                Cell { raw: format!("{}/{}", l.from_on, l.to_on), text: format!("{} – {}", l.from_on, l.to_on), bar: Some(bar), ..Cell::default() };
            Row {
                href: format!("/work/licences/{}", l.id),
                cells: vec![
                    Cell::maybe(l.serial.clone()),
                    Cell::text(&l.title),
                    Cell::maybe(l.owner.and_then(|o| names.get(&o).cloned())),
                    Cell::state(ask.lang, l.state),
                    term,
                    Cell::maybe(term::days_left(l, today).map(|n| n.to_string())),
                ],
            }
        }))
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Licence, view: &mut CaseView) -> Result<()> {
        let today = look.today();
        let profile = look.pinned(&row.profile);
        let open = access::is_open(look, row.id.cast())?;
        super::tenure::begin(look, who, ask, row, view)?;
        view.notices.extend(term::notices(ask.lang, &profile, row, today, who.is_developer()));
        view.sections.push(parties(look, ask, row)?);
        view.sections.push(Section {
            title: ask.t("licence-term"),
            bar: Some(term::bar(ask.lang, &profile, row, today)),
            facts: term::facts(ask.lang, &profile, row),
            ..Section::default()
        });
        view.sections.push(super::tenure::doors(look, ask, row)?);
        let may = licence::may(look, row.id, licence::Permission::Enter).is_ok();
        view.sections.push(rules(ask, row, may));
        view.sections.push(grant(look, ask, row)?);
        view.sections.push(resources(look, ask, row)?);
        view.sections.push(agreement::section(look, ask, row)?);
        let plan = emergency(look, who, ask, row, view)?;
        view.sections.push(plan);
        view.sections.push(door(look, ask, row, open)?);
        view.sections.push(super::tenure::life(look, ask, row)?);
        Ok(())
    }
}

/// The filter by how soon a licence ends.
fn within(ask: &Ask) -> FieldView {
    let option = |n: &str| OptionView { value: n.into(), label: ask.lang.tn("licence-within", n), chosen: ask.q("within") == n };
    FieldView {
        name: "within".into(),
        id: "f-within".into(),
        kind: "choice",
        label: ask.t("licence-ends-within"),
        options: ["30", "90", "180", "365"].map(option).into(),
        value: ask.q("within").into(),
        ..FieldView::default()
    }
}

fn parties(look: &mut Look, ask: &Ask, row: &Licence) -> Result<Section> {
    let holder = row.holder()?;
    let mut facts = vec![Fact::link(ask.t("col-holder"), org::name(look, holder)?, format!("/work/organisations/{holder}"))];
    if let Some(operator) = org::primary(look)? {
        facts.push(Fact::text(ask.t("licence-operator"), operator.title));
    }
    if let Some(number) = &row.serial {
        facts.push(Fact::text(ask.t("licence-number"), number));
    }
    Ok(Section { title: ask.t("licence-parties"), facts, ..Section::default() })
}

fn grant(look: &mut Look, ask: &Ask, row: &Licence) -> Result<Section> {
    let terms = row.terms();
    let filing = filing::row(look, row.filing)?;
    let scenario = scenario::row(look, row.scenario)?;
    let fee = if terms.fee == 0 { ask.t("licence-free") } else { ask.lang.yuan(terms.fee) };
    let mut facts = vec![
        Fact::text(ask.t("noun-scenario"), scenario.title),
        Fact::text(ask.t("col-purpose"), ask.lang.w(terms.purpose)),
        Fact::text(ask.t("filing-scope"), terms.scope),
        Fact::text(ask.t("filing-fee"), fee),
    ];
    if !terms.supplement.is_empty() {
        facts.push(Fact::text(ask.t("licence-supplement"), terms.supplement));
    }
    let name = filing.serial.unwrap_or_default();
    facts.push(if ask.who.oversees() {
        Fact::link(ask.t("noun-filing"), name, format!("/work/filings/{}", row.filing))
    } else {
        Fact::text(ask.t("noun-filing"), name)
    });
    Ok(Section { title: ask.t("licence-grant"), facts, ..Section::default() })
}

fn resources(look: &mut Look, ask: &Ask, row: &Licence) -> Result<Section> {
    let entries = resources::entry::by_ids(look, &row.terms().resources)?;
    let units = org::names(look, entries.iter().filter_map(|e| e.owner).collect())?;
    let rows = entries
        .iter()
        .map(|e| {
            vec![
                Cell::text(&e.title).below(e.serial.clone().or_else(|| e.code.clone()).unwrap_or_default()),
                Cell::maybe(e.owner.and_then(|o| units.get(&o).cloned())),
                Cell::word(ask.lang, e.level),
                Cell::word(ask.lang, e.cycle),
                Cell::text(ask.t(if e.personal { "yes" } else { "no" })),
            ]
        })
        .collect();
    let columns = ["noun-entry", "licence-unit", "entry-level", "entry-cycle", "entry-personal"].map(|k| ask.t(k)).to_vec();
    let table = TableView { columns, rows, empty: ask.t("licence-no-resources") };
    Ok(Section { title: ask.t("filing-resources"), table: Some(table), ..Section::default() })
}

/// In plain words what the holder may and may not do now.
fn rules(ask: &Ask, row: &Licence, open: bool) -> Section {
    let args = [("scenario", row.title.clone()), ("from", row.from_on.to_string()), ("to", row.to_on.to_string())];
    let may = |keys: &[&str]| keys.iter().map(|k| ask.lang.ta(k, &args)).collect::<Vec<_>>();
    let yes = if open { may(&["licence-may-use", "licence-may-develop", "licence-may-offer"]) } else { may(&["licence-may-nothing"]) };
    let not = may(&["licence-not-raw", "licence-not-beyond", "licence-not-pass-on", "licence-not-reidentify", "licence-not-unreviewed"]);
    let facts = vec![
        Fact { label: ask.t("licence-may"), texts: yes, ..Fact::default() },
        Fact { label: ask.t("licence-may-not"), texts: not, ..Fact::default() },
    ];
    Section { title: ask.t("licence-rules"), facts, note: ask.t("licence-rules-note"), ..Section::default() }
}

/// The emergency plan on file, or what follows from its lack.
fn emergency(look: &mut Look, who: &Caller, ask: &Ask, row: &Licence, view: &mut CaseView) -> Result<Section> {
    let mut section = Section { title: ask.t("noun-plan"), ..Section::default() };
    let living = !matches!(row.state, State::Ended | State::Dropped);
    let owner = who.is_developer() && who.org == row.owner;
    match plan::on_file(look, row.id)? {
        Some(plan) => {
            let said = plan.answers();
            section.facts = vec![
                Fact::link(ask.t("licence-plan-on-file"), platform::clock::shanghai_text(plan.created_at), format!("/work/plans/{}", plan.id)),
                Fact::text(ask.t("plan-lead"), format!("{} {}", said.text("lead"), said.text("phone"))),
            ];
        }
        None if living => {
            section.note = ask.t("licence-no-plan");
            if owner {
                view.links.push((ask.t("plan-new"), format!("/work/plans/new?licence={}", row.id)));
            }
        }
        None => section.note = ask.t("licence-had-no-plan"),
    }
    section.links.push((ask.t("licence-plans"), format!("/work/plans?licence={}", row.id)));
    Ok(section)
}

/// Whether the door of the operating domain stands open, and when it did.
fn door(look: &mut Look, ask: &Ask, row: &Licence, open: bool) -> Result<Section> {
    let rows = access::history(look, row.id.cast())?
        .into_iter()
        .map(|a| {
            let why = match a.cause.as_deref() {
                Some("rectification") => ask.t("noun-rectification"),
                Some(cause) => Act::of(cause).map_or_else(|| cause.to_string(), |act| ask.lang.w(act)),
                None => String::new(),
            };
            vec![Cell::at(Some(a.opened_at)), Cell::at(Some(a.closed_at.unwrap_or(a.until))), Cell::text(why)]
        })
        .collect();
    let columns = ["licence-door-opened", "licence-door-until", "licence-door-cause"].map(|k| ask.t(k)).to_vec();
    let badge = if open { (ask.t("licence-door-open"), "bg-green-lt") } else { (ask.t("licence-door-closed"), "bg-secondary-lt") };
    Ok(Section {
        title: ask.t("licence-door"),
        note: ask.t("licence-door-note"),
        facts: vec![Fact { label: ask.t("col-state"), badge: Some(badge), ..Fact::default() }],
        table: Some(TableView { columns, rows, empty: ask.t("licence-door-never") }),
        ..Section::default()
    })
}

/// `GET /work/licences/new`: the form, with the days as filed when a filing is named.
async fn new(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, who| {
            let answers = match a.q("filing").parse::<Id<Filing>>() {
                Ok(of) => {
                    let grant = Filing::find(look, who, of)?.grant()?;
                    Answers::of(json!({ "filing": of, "from_on": grant.from_on.max(look.today()), "to_on": grant.to_on }))
                }
                Err(_) => a.query_answers(),
            };
            noun::new_view::<Licence>(look, who, &a, Filling { answers, ..Filling::default() })
        })
        .await?;
    ask.show(&view)
}

pub fn routes() -> Vec<Route> {
    let legal = Door::Only(flow::doers::<Licence>(Act::Draft));
    let readers = Door::Only(Licence::DOOR.to_vec());
    vec![
        route("GET", "/work/licences/new", legal, "route-new", new).of::<Licence>(Act::Draft.as_str()),
        route("GET", "/work/licences/{id}/agreement", readers, "route-agreement", agreement::page).of::<Licence>(""),
    ]
}
