//! Registration in the work area: what must be registered by when, the package with its downloads, and what the registry
//! answered.

use crate::answer::{Answer, PageResult};
use crate::ask::Ask;
use crate::export::{self, Sheet as Table};
use crate::noun::Show;
use crate::routes::{Door, Route, route};
use crate::view::case::{CaseView, Fact, Section, TableView};
use crate::view::list::{Cell, ListView, Row, due};
use crate::view::panels::{Line, Panel, PanelsView, Rows};
use platform::Role::{self, *};
use platform::case::{self, Case};
use platform::flow::Noun;
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result, Word};
use secondary::product;
use secondary::registration::package::{self, MATERIALS};
use secondary::registration::{self, About, Act, Breach, Ground, PACKAGE, Registration, State};
use serde_json::Value;

impl Show for Registration {
    const DOOR: &'static [Role] =
        &[DeveloperAdmin, DeveloperStaff, Source, Legal, ScenarioDesk, Reviewer, Finance, Office, Bureau, Regulator, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        Some(&PACKAGE)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let columns = &["number", "title", "registration_kind", "owner", "state", "due", "created_at"];
        let view = ListView::new(ask, ask.t("nouns-registration"), "registrations", columns)
            .lead(ask.t("registration-list-lead"))
            .words(ask)
            .filter::<State>(ask, "state")
            .aside(ask.t("registration-due"), "/work/registrations/due", "calendar")
            .turns::<Registration>(look, who, ask)?;
        let wanted = case::Ask { words: ask.q("q").into(), state: ask.q_word("state"), ..case::Ask::default() };
        let page = case::list::<Registration>(look, &Registration::sight(who), &wanted, ask.page())?;
        let owners = org::names(look, page.rows.iter().filter_map(|r| r.owner).collect())?;
        let (today, calendar) = (look.today(), look.calendar());
        let mut view = view.fill(ask, page, |r| Row {
            href: format!("/work/registrations/{}", r.id),
            cells: vec![
                Cell::maybe(r.serial.clone()),
                Cell::text(&r.title),
                Cell::word(ask.lang, r.kind),
                Cell::maybe(r.owner.and_then(|owner| owners.get(&owner).cloned())),
                Cell::state(ask.lang, r.state),
                Cell::due(due(ask.lang, &calendar, today, r.clock.as_deref(), r.due_on)),
                Cell::at(Some(r.created_at)),
            ],
        });
        let late = registration::owed(look, who)?.iter().filter(|o| o.overdue && o.open.is_none()).count();
        if late > 0 {
            view.notices.push(ask.lang.tn("registration-late", late));
        }
        Ok(view)
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Registration, view: &mut CaseView) -> Result<()> {
        view.sections.insert(0, head(look, who, ask, row)?);
        if let Some(text) = ask.lang.maybe(&format!("registration-next-{}", row.state)) {
            view.notices.push(text);
        }
        if row.state == State::Coded
            && let Some(to) = row.valid_to
            && registration::renewable_from(to) <= look.today()
        {
            view.notices.push(ask.lang.ta("registration-renew-now", &[("to", to.to_string())]));
        }
        let base = format!("/work/registrations/{}/package", row.id);
        view.links.push((ask.t("registration-json"), format!("{base}?format=json")));
        view.links.push((ask.t("registration-xlsx"), format!("{base}?format=xlsx")));
        let others = registration::of_subject(look, row.about, &row.subject)?;
        if others.len() > 1 {
            view.sections.push(chain(ask, row, &others));
        }
        Ok(())
    }
}

/// What is registered, how, and what the registry gave.
fn head(look: &mut Look, who: &Caller, ask: &Ask, row: &Registration) -> Result<Section> {
    let subject = match row.about {
        About::Product => {
            let of = product::row(look, row.subject.parse()?)?;
            Fact::link(ask.t("noun-product"), format!("{} {}", of.title, of.serial.unwrap_or_default()), format!("/work/products/{}", of.id))
        }
        About::Resource => {
            let title = resources::entry::by_ids(look, std::slice::from_ref(&row.subject))?.first().map(|e| e.title.clone()).unwrap_or_default();
            Fact::link(ask.t("noun-entry"), title, format!("/work/entries/{}", row.subject))
        }
    };
    let a = row.answers();
    let mut facts = vec![
        Fact::text(ask.t("registration-new-kind"), ask.lang.w(row.kind)),
        subject,
        Fact::text(ask.t("registration-by"), row.owner.map(|o| org::name(look, o)).transpose()?.unwrap_or_default()),
    ];
    if let Some(ground) = Ground::of(a.text("ground")) {
        facts.push(Fact::text(ask.t("registration-new-ground"), ask.lang.w(ground)));
    }
    if !a.text("reason").is_empty() {
        facts.push(Fact::text(ask.t("registration-new-reason"), a.text("reason")));
    }
    if let Some(until) = row.notice_until {
        facts.push(Fact::text(ask.t("registration-notice-until"), until.to_string()));
    }
    if let Some(code) = &row.code {
        facts.push(Fact::text(ask.t("registration-code-code"), code));
    }
    if let (Some(from), Some(to)) = (row.valid_from, row.valid_to) {
        facts.push(Fact::text(ask.t("registration-valid"), format!("{from} – {to}")));
    }
    let revoked = platform::event::history(look, who, Registration::NAME, &row.id.to_string())?.into_iter().rfind(|e| e.act == Act::Revoke.as_str());
    let breach = revoked.and_then(|e| serde_json::from_str::<Value>(&e.detail).ok()).and_then(|d| d["breach"].as_str().and_then(Breach::of));
    if let Some(breach) = breach {
        facts.push(Fact::text(ask.t("registration-revoke-breach"), ask.lang.w(breach)));
    }
    Ok(Section { title: ask.t("section-identity"), facts, ..Section::default() })
}

/// All registrations of the same thing.
fn chain(ask: &Ask, row: &Registration, all: &[Registration]) -> Section {
    let rows = all
        .iter()
        .map(|r| {
            let number = r.serial.clone().unwrap_or_default();
            vec![
                if r.id == row.id { Cell::text(number) } else { Cell::link(number, format!("/work/registrations/{}", r.id)) },
                Cell::word(ask.lang, r.kind),
                Cell::state(ask.lang, r.state),
                Cell::maybe(r.code.clone()),
                Cell::date(r.valid_to),
            ]
        })
        .collect();
    let columns = ["col-number", "registration-new-kind", "col-state", "registration-code-code", "registration-valid-to"].map(|k| ask.t(k)).to_vec();
    Section { title: ask.t("registration-chain"), table: Some(TableView { columns, rows, empty: String::new() }), ..Section::default() }
}

/// A value of the national form as text.
fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(said).collect::<Vec<_>>().join(","),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// `GET /work/registrations/{id}/package`: the whole package in the national field names, as JSON or XLSX.
async fn package(ask: Ask) -> PageResult {
    let id = ask.id::<Registration>("id")?;
    let (row, institution) = ask
        .look(move |look, who| {
            let row = Registration::find(look, who, id)?;
            let institution = row.owner.map(|o| org::name(look, o)).transpose()?.unwrap_or_default();
            Ok((row, institution))
        })
        .await?;
    let name = format!("registration-{}", row.id);
    if ask.q("format") == "xlsx" {
        let fields = package::national(&row, &institution);
        let form =
            Table { labels: vec!["字段".into(), "内容".into()], rows: fields.iter().map(|(k, v)| vec![(*k).to_string(), said(v)]).collect() };
        let a = row.answers();
        let materials = Table {
            labels: vec!["材料".into(), "内容".into()],
            rows: MATERIALS.iter().map(|(field, name)| vec![(*name).to_string(), a.text(field).to_string()]).collect(),
        };
        let bytes = export::book(&[("登记表".into(), &form), ("申请材料".into(), &materials)])?;
        return Ok(Answer::Bytes { media: export::XLSX.into(), name: Some(format!("{name}.xlsx")), bytes, cache: false });
    }
    let bytes = serde_json::to_vec_pretty(&package::json_of(&row, &institution))?;
    Ok(Answer::Bytes { media: "application/json".into(), name: Some(format!("{name}.json")), bytes, cache: false })
}

/// `GET /work/registrations/due`: what must be registered and has no query code yet.
async fn owed(ask: Ask) -> PageResult {
    let a = ask.clone();
    let table = ask
        .look(move |look, who| {
            let owed = registration::owed(look, who)?;
            let names = org::names(look, owed.iter().filter_map(|o| o.owner).collect())?;
            let (today, calendar) = (look.today(), look.calendar());
            let mine = registration::terms::subjects(look, who)?;
            let lines = owed
                .iter()
                .take(500)
                .map(|o| {
                    let subject = format!("{}:{}", o.about, o.subject);
                    let links = match o.open {
                        Some(id) => vec![(a.t("registration-under-way"), format!("/work/registrations/{id}"))],
                        None if mine.iter().any(|c| c.value == subject) && who.is_any(&platform::flow::doers::<Registration>(Act::Prepare)) => {
                            vec![(a.t("registration-new"), format!("/work/registrations/new?kind=first&subject={subject}"))]
                        }
                        None => Vec::new(),
                    };
                    let cells = vec![
                        Cell::text(&o.title),
                        Cell::word(a.lang, o.about),
                        Cell::maybe(o.owner.and_then(|id| names.get(&id).cloned())),
                        Cell::due(due(a.lang, &calendar, today, Some("registration_apply"), o.due_on)),
                    ];
                    Line { cells, links, ..Line::default() }
                })
                .collect();
            Ok(Rows::new(&a, &["name", "registration_about", "organisation", "due"], lines))
        })
        .await?;
    let c = ask.chrome(ask.t("registration-due")).crumb(ask.t("nav-work"), "/work").crumb(ask.t("nouns-registration"), "/work/registrations");
    let view = PanelsView::new(c).back("/work/registrations").lead(ask.t("registration-due-lead"));
    ask.show(&view.panel(Panel { table: Some(table), ..Panel::default() }))
}

pub fn routes() -> Vec<Route> {
    let inside = || Door::Only(Registration::DOOR.to_vec());
    vec![
        route("GET", "/work/registrations/due", inside(), "route-registration-due", owed),
        route("GET", "/work/registrations/{id}/package", inside(), "route-registration-package", package).of::<Registration>(""),
    ]
}
