//! Disclosures in the work area: what is owed by when, drafts made from the record, and what was published.

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::noun::Show;
use crate::routes::{Door, Route, route};
use crate::view::case::{CaseView, Fact, Section, TableView};
use crate::view::list::{Cell, ListView, Row};
use crate::view::panels::{Line, Panel, PanelsView, Rows};
use platform::Role::{self, *};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result, Word};
use primary::ProductForm;
use primary::licence::State as LicenceState;
use resources::Level;
use secondary::disclosure::{self, Content, Disclosure, Due, Kind, State, due_list};
use secondary::product::State as ProductState;

/// Who makes disclosures.
const MAKERS: &[Role] = &[Legal, DeveloperAdmin, DeveloperStaff];

impl Show for Disclosure {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];

    /// The lists are shown as tables.
    fn sheet() -> Option<&'static Sheet> {
        None
    }
    fn content(&self) -> Answers {
        Answers::default()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let columns = &["title", "disclosure_kind", "period", "edition", "state", "published_at"];
        let mut view = ListView::new(ask, ask.t("nouns-disclosure"), "disclosures", columns).lead(ask.t("disclosure-list-lead"));
        if who.is_any(MAKERS) {
            view = view.filter::<State>(ask, "state");
        }
        view.notices = owed(look, who, ask)?;
        if who.oversees() {
            view = view.aside(ask.t("disclosure-due"), "/work/disclosures/due", "calendar");
        }
        // Who makes disclosures sees the own ones; who only oversees sees what everybody sees.
        let page = if who.is_any(MAKERS) {
            disclosure::list(look, who, ask.q_word("state"), ask.page())?
        } else {
            let wanted = disclosure::Ask { all_editions: true, ..disclosure::Ask::default() };
            disclosure::published(look, &wanted, ask.page())?.map(|p| p.row)
        };
        Ok(view.fill(ask, page, |d| Row {
            href: format!("/work/disclosures/{}", d.id),
            cells: vec![
                Cell::text(&d.title).below(d.serial.clone().unwrap_or_default()),
                Cell::word(ask.lang, d.kind),
                Cell::text(&d.period),
                if d.edition == 0 { Cell::default() } else { Cell::text(ask.lang.tn("disclosure-edition-n", d.edition)) },
                Cell::state(ask.lang, d.state),
                Cell::at(d.published_at),
            ],
        }))
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Disclosure, view: &mut CaseView) -> Result<()> {
        let content = row.read();
        match row.state {
            State::Drafted => {
                view.notices.push(ask.t("disclosure-is-draft"));
                if look.today() <= row.to_on {
                    view.notices.push(ask.lang.ta("disclosure-is-interim", &[("day", row.to_on.to_string())]));
                }
            }
            State::Superseded => view.notices.push(ask.t("disclosure-is-superseded")),
            State::Published => {}
        }
        if !row.holds() {
            view.notices.push(ask.t("disclosure-is-broken"));
        }
        view.sections.push(head(look, ask, row, &content)?);
        view.sections.extend(lists(ask, row.kind, &content));
        let remark = content.notes.text("remark").to_string();
        if !remark.is_empty() {
            view.sections.push(Section {
                title: ask.t("disclosure-notes-remark"),
                facts: vec![Fact::text(String::new(), remark)],
                ..Section::default()
            });
        }
        if row.state != State::Drafted {
            editions(look, ask, row, view)?;
            view.links.push((ask.t("public-page"), format!("/disclosures/{}", row.id)));
            if row.state == State::Published && row.owner.is_some_and(|o| who.acts_for(o)) && who.is_any(&[Legal, DeveloperAdmin]) {
                view.links.push((ask.t("disclosure-correct"), format!("/work/disclosures/new?period={}", row.period)));
            }
        }
        Ok(())
    }
}

/// What the caller owes, and, for those who oversee, who is overdue.
fn owed(look: &mut Look, who: &Caller, ask: &Ask) -> Result<Vec<String>> {
    let due = due_list(look)?;
    let day = |d: &Due| [("period", d.period.clone()), ("day", d.due_on.to_string())];
    let own = due.iter().filter(|d| !d.published && who.acts_for(d.owner));
    let mut notices: Vec<String> =
        own.map(|d| ask.lang.ta(if d.overdue { "disclosure-own-overdue" } else { "disclosure-own-due" }, &day(d))).collect();
    let late: Vec<&str> = due.iter().filter(|d| d.overdue && !who.acts_for(d.owner)).map(|d| d.name.as_str()).collect();
    if who.oversees() && !late.is_empty() {
        let names = late.join(ask.lang.pick("、", ", "));
        notices.push(ask.lang.ta("disclosure-overdue", &[("n", late.len().to_string()), ("names", names)]));
    }
    Ok(notices)
}

/// Who discloses for which time, and as of when.
fn head(look: &mut Look, ask: &Ask, row: &Disclosure, content: &Content) -> Result<Section> {
    let owner = row.owner.map(|o| org::name(look, o)).transpose()?.unwrap_or_default();
    let mut facts = vec![
        Fact::text(ask.t("col-organisation"), owner),
        Fact::text(ask.t("col-disclosure_kind"), ask.lang.w(row.kind)),
        Fact::text(ask.t("col-period"), format!("{}（{} – {}）", row.period, row.from_on, row.to_on)),
        Fact::text(ask.t("disclosure-as-of"), platform::clock::shanghai_text(content.as_of)),
    ];
    if row.edition > 0 {
        facts.push(Fact::text(ask.t("col-edition"), ask.lang.tn("disclosure-edition-n", row.edition)));
    }
    if let Some(at) = row.published_at {
        facts.push(Fact::text(ask.t("col-published_at"), platform::clock::shanghai_text(at)));
    }
    facts.push(Fact::text(ask.t("bid-digest"), &row.digest));
    Ok(Section { title: ask.t("section-identity"), facts, ..Section::default() })
}

/// A word that was kept as text, in the page's language.
fn said<W: Word>(ask: &Ask, text: &str) -> Cell {
    W::of(text).map_or_else(|| Cell::text(text), |w| Cell::word(ask.lang, w))
}

/// The lists as tables, each with its note.
fn lists(ask: &Ask, kind: Kind, content: &Content) -> Vec<Section> {
    let labels = |keys: &[&str]| keys.iter().map(|k| ask.t(k)).collect::<Vec<_>>();
    let section = |name: &str, columns: Vec<String>, rows: Vec<Vec<Cell>>| Section {
        title: ask.t(&format!("disclosure-list-{name}")),
        note: content.notes.text(name).to_string(),
        table: Some(TableView { columns, rows, empty: ask.t("disclosure-nothing") }),
        ..Section::default()
    };
    match kind {
        Kind::Primary => {
            let columns = labels(&["licence-number", "col-holder", "col-credit_code", "col-scenario", "filing-scope", "col-term", "col-state"]);
            vec![section("licences", columns, licences(ask, content))]
        }
        Kind::Developer => {
            let columns = ["col-number", "col-title", "col-form", "col-scenario", "col-price", "product-version", "col-listed_on", "col-state"];
            let uses = ["noun-entry", "licence-unit", "entry-level", "noun-licence", "disclosure-since"];
            vec![section("products", labels(&columns), products(ask, content)), section("resources", labels(&uses), resources(ask, content))]
        }
    }
}

/// The term of a licence, and the day on which it ended before its last.
pub fn term(ask: &Ask, l: &disclosure::LicenceLine) -> String {
    let ended = l.ended_on.map(|day| ask.lang.ta("disclosure-ended", &[("day", day.to_string())])).unwrap_or_default();
    format!("{} – {}{ended}", l.from, l.to)
}

/// From when to when a resource was used.
pub fn used(u: &disclosure::UseLine) -> String {
    u.until.map_or_else(|| u.since.to_string(), |until| format!("{} – {until}", u.since))
}

fn licences(ask: &Ask, content: &Content) -> Vec<Vec<Cell>> {
    let line = |l: &disclosure::LicenceLine| {
        vec![
            Cell::text(&l.serial),
            Cell::text(&l.holder),
            Cell::text(&l.credit_code),
            Cell::text(&l.scenario),
            Cell::text(&l.scope),
            Cell::text(term(ask, l)),
            said::<LicenceState>(ask, &l.state),
        ]
    };
    content.lists.licences.iter().map(line).collect()
}

fn products(ask: &Ask, content: &Content) -> Vec<Vec<Cell>> {
    let line = |p: &disclosure::ProductLine| {
        let status = said::<ProductState>(ask, &p.status);
        vec![
            Cell::text(&p.serial),
            Cell::text(&p.title),
            said::<ProductForm>(ask, &p.form),
            Cell::text(&p.scenario),
            Cell::text(ask.lang.pick(&p.price_zh, &p.price_en).clone()),
            Cell::text(p.version.to_string()),
            Cell::date(p.listed_on),
            if p.on_offer { status.below(ask.t("disclosure-on-offer")) } else { status },
        ]
    };
    content.lists.products.iter().map(line).collect()
}

fn resources(ask: &Ask, content: &Content) -> Vec<Vec<Cell>> {
    let line = |u: &disclosure::UseLine| {
        vec![Cell::text(&u.title), Cell::text(&u.unit), said::<Level>(ask, &u.level), Cell::text(&u.licence), Cell::text(used(u))]
    };
    content.lists.resources.iter().map(line).collect()
}

/// All editions for the same period.
fn editions(look: &mut Look, ask: &Ask, row: &Disclosure, view: &mut CaseView) -> Result<()> {
    let (_, editions) = disclosure::published_one(look, row.id)?;
    let rows = editions
        .iter()
        .map(|e| {
            let name = ask.lang.tn("disclosure-edition-n", e.edition);
            vec![
                if e.id == row.id { Cell::text(name) } else { Cell::link(name, format!("/work/disclosures/{}", e.id)) },
                Cell::text(e.serial.clone().unwrap_or_default()),
                Cell::at(e.published_at),
                Cell::state(ask.lang, e.state),
            ]
        })
        .collect();
    let columns = ["col-edition", "col-number", "col-published_at", "col-state"].map(|k| ask.t(k)).to_vec();
    view.table(ask.t("disclosure-editions"), columns, rows, String::new());
    Ok(())
}

/// `GET /work/disclosures/due`: who owes what for the last period that is over.
async fn due(ask: Ask) -> PageResult {
    let mut due = ask.look(|look, _| due_list(look)).await?;
    due.sort_by_key(|d| (d.published, d.due_on));
    let line = |d: &Due| {
        let (key, tone) = match (d.published, d.overdue) {
            (true, _) => ("disclosure-done", "bg-green-lt"),
            (_, true) => ("disclosure-late", "bg-red-lt"),
            _ => ("disclosure-open", "bg-blue-lt"),
        };
        let standing = Cell { tone, ..Cell::text(ask.t(key)) };
        let cells = vec![Cell::text(&d.name), Cell::word(ask.lang, d.kind), Cell::text(&d.period), Cell::text(d.due_on.to_string()), standing];
        Line { cells, ..Line::default() }
    };
    let table = Rows::new(&ask, &["organisation", "disclosure_kind", "period", "due", "state"], due.iter().map(line).collect());
    let c = ask.chrome(ask.t("disclosure-due")).crumb(ask.t("nav-work"), "/work").crumb(ask.t("nouns-disclosure"), "/work/disclosures");
    let view = PanelsView::new(c).back("/work/disclosures").lead(ask.t("disclosure-due-lead"));
    ask.show(&view.panel(Panel { table: Some(table), ..Panel::default() }))
}

pub fn routes() -> Vec<Route> {
    let overseers = Door::Only(vec![ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor]);
    vec![route("GET", "/work/disclosures/due", overseers, "route-disclosure-due", due)]
}
