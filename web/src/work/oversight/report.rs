//! Reports on operation, effect and performance: texts beside the figures, each figure with its rows, and a face to print.

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::noun::Show;
use crate::routes::{Door, Route, route};
use crate::view::case::{CaseView, Fact, Section, TableView};
use crate::view::chrome::Chrome;
use crate::view::list::{self, Cell, ListView, Row};
use askama::Template;
use platform::Role::{self, *};
use platform::case::{self, Case};
use platform::flow::Noun;
use platform::people::org;
use platform::profile::Profile;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Refusal, Result, Word};
use secondary::report::{self, Content, Figure, Kind, Report, State};
use serde::Serialize;

impl Show for Report {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];

    /// Texts and figures are shown head by head.
    fn sheet() -> Option<&'static Sheet> {
        None
    }
    fn content(&self) -> Answers {
        Answers::default()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let columns = &["number", "report_kind", "title", "state", "due", "created_at"];
        let mut view = ListView::new(ask, ask.t("nouns-report"), "reports", columns)
            .lead(ask.t("report-list-lead"))
            .aside(ask.t("report-due"), "/work/reports/due", "calendar")
            .words(ask)
            .filter::<State>(ask, "state")
            .turns::<Self>(look, who, ask)?;
        let wanted = case::Ask { words: ask.q("q").into(), state: ask.q_word("state"), ..case::Ask::default() };
        let page = case::list::<Self>(look, &Self::sight(who), &wanted, ask.page())?;
        let (today, calendar, profile) = (look.today(), look.calendar(), look.profile());
        for due in report::owed(look)?.into_iter().filter(|d| !d.submitted && who.acts_for(d.owner)) {
            let said = [("kind", named(ask, &profile, due.kind)), ("year", format!("{:04}", due.year)), ("day", due.due_on.to_string())];
            view.notices.push(ask.lang.ta(if due.overdue { "report-own-overdue" } else { "report-own-due" }, &said));
        }
        Ok(view.fill(ask, page, |row| Row {
            href: format!("/work/reports/{}", row.id),
            cells: vec![
                Cell::maybe(row.serial.clone()),
                Cell::text(named(ask, &profile, row.kind)),
                Cell::text(&row.title),
                Cell::state(ask.lang, row.state),
                Cell::due(list::due(ask.lang, &calendar, today, row.clock.as_deref(), row.due_on)),
                Cell::at(Some(row.created_at)),
            ],
        }))
    }
    fn extend(look: &mut Look, _: &Caller, ask: &Ask, row: &Report, view: &mut CaseView) -> Result<()> {
        let (today, profile, content) = (look.today(), look.profile(), row.read());
        let mut facts = vec![
            Fact::text(ask.t("report-kind"), named(ask, &profile, row.kind)),
            Fact::text(ask.t("col-owner"), row.owner.map(|o| org::name(look, o)).transpose()?.unwrap_or_default()),
            Fact::text(ask.t("report-period"), format!("{} – {}", row.from_on, row.to_on)),
            Fact::text(ask.t("report-owed-on"), row.owed_on.map(|d| d.to_string()).unwrap_or_default()),
            Fact::text(ask.t("disclosure-as-of"), platform::clock::shanghai_text(content.as_of)),
        ];
        if let Some(at) = row.submitted_at {
            facts.push(Fact::text(ask.t("col-submitted_at"), platform::clock::shanghai_text(at)));
        }
        if !row.digest.is_empty() {
            facts.push(Fact { texts: vec![row.digest.clone()], ..Fact::text(ask.t("bid-digest"), "") });
        }
        view.sections.push(Section { title: ask.t("section-identity"), facts, ..Section::default() });
        let late = row.days_late(today);
        if late > 0 && (row.submitted_at.is_some() || row.state != State::Accepted) {
            view.notices.push(ask.lang.tn(if row.submitted_at.is_some() { "report-late" } else { "report-overdue" }, late));
        }
        if !row.holds() {
            view.notices.push(ask.t("disclosure-is-broken"));
        }
        for head in heads(ask, row, &content) {
            view.sections.push(section(ask, row, &head));
        }
        view.links.push((ask.t("report-print"), format!("/work/reports/{}/print", row.id)));
        Ok(())
    }
}

/// A report's name as the profile has it.
fn named(ask: &Ask, profile: &Profile, kind: Kind) -> String {
    profile.report(kind.as_str()).map_or_else(|| ask.lang.w(kind), |r| r.name.in_lang(ask.lang.is_en()).to_string())
}

/// One head of a report.
#[derive(Serialize)]
struct Head {
    title: String,
    text: String,
    figures: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    key: String,
    name: String,
    count: usize,
}

fn heads(ask: &Ask, row: &Report, content: &Content) -> Vec<Head> {
    let sheet = row.texts();
    let line = |f: &Figure| Line { key: f.key.clone(), name: ask.t(&format!("report-figure-{}", f.key)), count: f.rows.len() };
    sheet
        .fields
        .iter()
        .map(|field| Head {
            title: ask.t(&format!("{}-{}", sheet.name, field.name)),
            text: content.texts.text(field.name).to_string(),
            figures: content.figures.iter().filter(|f| f.head == field.name).map(line).collect(),
        })
        .filter(|h| !h.text.is_empty() || !h.figures.is_empty())
        .collect()
}

fn section(ask: &Ask, row: &Report, head: &Head) -> Section {
    let rows: Vec<Vec<Cell>> = head
        .figures
        .iter()
        .map(|l| {
            let count = match l.count {
                0 => Cell::text("0"),
                n => Cell::link(n.to_string(), format!("/work/reports/{}/figures/{}", row.id, l.key)),
            };
            vec![Cell::text(&l.name), count]
        })
        .collect();
    let text = if head.text.is_empty() { ask.t("report-no-text") } else { head.text.clone() };
    let columns = ["col-figure", "col-count"].map(|k| ask.t(k)).to_vec();
    Section {
        title: head.title.clone(),
        facts: vec![Fact::text(ask.t("report-text"), text)],
        table: (!rows.is_empty()).then_some(TableView { columns, rows, empty: String::new() }),
        ..Section::default()
    }
}

/// `GET /work/reports/{id}/figures/{key}`: the rows that a figure counts, as the record stood.
async fn figure(ask: Ask) -> PageResult {
    let id = ask.id::<Report>("id")?;
    let row = ask.look(move |look, who| Report::find(look, who, id)).await?;
    let figure = row.read().figures.into_iter().find(|f| f.key == ask.param("key")).ok_or(Refusal::NotFound)?;
    let name = ask.t(&format!("report-figure-{}", figure.key));
    let mut view =
        ListView::new(&ask, &name, "figure", &["title", "noun", "number"]).lead(ask.lang.ta("report-figure-lead", &[("report", row.title.clone())]));
    view.c = ask
        .chrome(name)
        .crumb(ask.t("nav-work"), "/work")
        .crumb(ask.t("nouns-report"), "/work/reports")
        .crumb(row.title.clone(), format!("/work/reports/{id}"));
    let page = ask.page();
    let total = i64::try_from(figure.rows.len()).unwrap_or(i64::MAX);
    let from = usize::try_from(page.offset()).unwrap_or(0).min(figure.rows.len());
    let to = (from + usize::try_from(page.limit()).unwrap_or(0)).min(figure.rows.len());
    let shown = page.of(figure.rows[from..to].to_vec(), total);
    view.fill(&ask, shown, |r| Row {
        href: crate::work::address_for(&ask.who, &r.noun, &r.id),
        cells: vec![
            Cell::text(if r.title.is_empty() { &r.serial } else { &r.title }),
            Cell::text(ask.t(&format!("noun-{}", r.noun))),
            Cell::text(&r.serial),
        ],
    })
    .answer(&ask)
}

/// A report to print.
#[derive(Template, Serialize)]
#[template(path = "work/report.html")]
struct PrintView {
    #[serde(skip)]
    c: Chrome,
    back: String,
    kind: String,
    owner: String,
    serial: String,
    year: i32,
    period: String,
    as_of: String,
    heads: Vec<Head>,
    digest: String,
    holds: bool,
    signed: Option<(String, String)>,
    submitted: String,
}

/// `GET /work/reports/{id}/print`
async fn print(ask: Ask) -> PageResult {
    let id = ask.id::<Report>("id")?;
    let a = ask.clone();
    let view = ask
        .look(move |look, who| {
            let row = Report::find(look, who, id)?;
            let content = row.read();
            let events = platform::event::history(look, who, Report::NAME, &id.to_string())?;
            // Only a signature on what stands here counts.
            let signed = events.iter().rfind(|e| e.act == "sign_off").filter(|_| !matches!(row.state, State::Drafted | State::Offered));
            let owner = row.owner.map(|o| org::name(look, o)).transpose()?.unwrap_or_default();
            let kind = named(&a, &look.profile(), row.kind);
            Ok(PrintView {
                c: a.chrome(format!("{owner} {kind}")),
                back: format!("/work/reports/{id}"),
                kind,
                owner,
                serial: row.serial.clone().unwrap_or_default(),
                year: row.year,
                period: format!("{} – {}", row.from_on, row.to_on),
                as_of: platform::clock::shanghai_text(content.as_of),
                heads: heads(&a, &row, &content),
                digest: row.digest.clone(),
                holds: row.holds(),
                signed: signed.map(|e| (e.actor_name.clone(), platform::clock::shanghai_text(e.at))),
                submitted: row.submitted_at.map(platform::clock::shanghai_text).unwrap_or_default(),
            })
        })
        .await?;
    ask.show(&view)
}

/// `GET /work/reports/due`: who owes what for last year.
async fn due(ask: Ask) -> PageResult {
    use crate::view::panels::{Line, Panel, PanelsView, Rows};
    let (mut owed, profile) = ask
        .look(|look, who| {
            let owed = report::owed(look)?.into_iter().filter(|d| who.oversees() || who.acts_for(d.owner)).collect::<Vec<_>>();
            Ok((owed, look.profile()))
        })
        .await?;
    owed.sort_by_key(|d| (d.submitted, d.due_on));
    let line = |d: &report::Owed| {
        let (key, tone) = match (d.submitted, d.overdue) {
            (true, _) => ("report-done", "bg-green-lt"),
            (_, true) => ("report-is-late", "bg-red-lt"),
            _ => ("report-open", "bg-blue-lt"),
        };
        let standing = Cell { tone, ..Cell::text(ask.t(key)) };
        let cells = vec![
            Cell::text(&d.name),
            Cell::text(named(&ask, &profile, d.kind)),
            Cell::text(d.year.to_string()),
            Cell::text(d.due_on.to_string()),
            standing,
        ];
        Line { cells, ..Line::default() }
    };
    let table = Rows::new(&ask, &["organisation", "report_kind", "year", "due", "state"], owed.iter().map(line).collect());
    let c = ask.chrome(ask.t("report-due")).crumb(ask.t("nav-work"), "/work").crumb(ask.t("nouns-report"), "/work/reports");
    let view = PanelsView::new(c).back("/work/reports").lead(ask.t("report-due-lead"));
    ask.show(&view.panel(Panel { table: Some(table), ..Panel::default() }))
}

pub fn routes() -> Vec<Route> {
    let readers = || Door::Only(Report::DOOR.to_vec());
    vec![
        route("GET", "/work/reports/due", readers(), "route-report-due", due),
        route("GET", "/work/reports/{id}/figures/{key}", readers(), "route-report-figure", figure).of::<Report>(""),
        route("GET", "/work/reports/{id}/print", readers(), "route-report-print", print).of::<Report>(""),
    ]
}
