//! 遴选 — one announcement from its deadline to the award, on one page: bids, experts, result, and what may be done next.

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::noun;
use crate::view::case::{Fact, Section, TableView};
use crate::view::chrome::Chrome;
use crate::view::form::FormView;
use crate::view::list::{Cell, Due, due, tone};
use crate::work::bid::points;
use askama::Template;
use platform::flow::{self, Noun};
use platform::paging::Page;
use platform::people::person;
use platform::{Caller, Look, Refusal, Result, Role, Word};
use primary::announcement::{Act, Announcement, State};
use primary::bid;
use primary::scoring::{self, Scoring};
use primary::selection;
use serde::Serialize;

#[derive(Template, Serialize)]
#[template(path = "work/scoring/selection.html")]
struct SelectionView {
    #[serde(skip)]
    c: Chrome,
    title: String,
    number: String,
    href: String,
    state_name: String,
    tone: &'static str,
    due: Option<Due>,
    steps: Vec<StepView>,
    sealed: Option<String>,
    sections: Vec<Section>,
    /// The form that asks a further expert.
    invite: Option<FormView>,
    acts: Vec<FormView>,
    /// Acts that would be this caller's, and why not yet.
    blocked: Vec<Blocked>,
}

#[derive(Serialize)]
struct StepView {
    name: String,
    current: bool,
}

/// The name of an act and why it cannot be done yet.
type Blocked = (String, String);

/// The way from publication to award, in the order of the page.
const WAY: &[State] = &[State::Published, State::Closed, State::Opened, State::Ranked, State::Noticed, State::Awarded];

fn view(look: &mut Look, who: &Caller, ask: &Ask) -> Result<SelectionView> {
    let row = Announcement::find(look, who, ask.id::<Announcement>("id")?)?;
    if row.state == State::Drafted {
        return Err(Refusal::NotFound);
    }
    let opened = !matches!(row.state, State::Published | State::Closed);
    let mut sections = vec![dates(ask, &row)];
    let mut sealed = None;
    if opened {
        sections.push(bids(look, who, ask, &row)?);
        sections.push(experts(look, who, ask, &row)?);
        sections.extend(results(look, who, ask, &row)?);
    } else {
        let at = row.opening.map(platform::clock::shanghai_text).unwrap_or_default();
        sealed = Some(ask.lang.ta("selection-sealed", &[("opening", at)]));
    }
    let (acts, blocked) = acts(look, who, ask, &row)?;
    let (today, calendar) = (look.today(), look.calendar());
    let heading = row.heading();
    let href = format!("/work/announcements/{}", row.id);
    Ok(SelectionView {
        c: ask
            .chrome(ask.t("selection"))
            .crumb(ask.t("nav-work"), "/work")
            .crumb(ask.t("nouns-announcement"), "/work/announcements")
            .crumb(row.title.clone(), href.clone()),
        number: row.serial.clone().unwrap_or_default(),
        href,
        state_name: ask.lang.w(row.state),
        tone: tone(row.state.as_str()),
        due: due(ask.lang, &calendar, today, heading.clock.as_deref(), heading.due_on),
        steps: WAY.iter().map(|s| StepView { name: ask.lang.w(*s), current: *s == row.state }).collect(),
        sealed,
        sections,
        invite: if row.state == State::Opened { invite(look, who, ask, &row)? } else { None },
        acts,
        blocked,
        title: row.title,
    })
}

/// `GET /work/announcements/{id}/selection`.
pub async fn page(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask.look(move |look, who| view(look, who, &a)).await?;
    ask.show(&view)
}

fn dates(ask: &Ask, row: &Announcement) -> Section {
    let at = |at: Option<platform::At>| at.map(platform::clock::shanghai_text).unwrap_or_default();
    let mut facts = vec![
        Fact::text(ask.t("col-deadline"), at(row.deadline)),
        Fact::text(ask.t("bid-opens"), at(row.opening)),
        Fact::text(ask.t("col-method"), ask.lang.w(row.method)),
    ];
    if let Some(day) = row.objection_until {
        facts.push(Fact::text(ask.t("selection-objection-until"), day.to_string()));
    }
    Section { title: ask.t("selection-dates"), facts, ..Section::default() }
}

/// The opened bids, each with the way to its admission check.
fn bids(look: &mut Look, who: &Caller, ask: &Ask, row: &Announcement) -> Result<Section> {
    let legal = who.is(Role::Legal);
    let unfiled = bid::grantable(look, who)?;
    let mut rows = Vec::new();
    for (bid, bidder) in selection::bids(look, who, row)? {
        let next = match bid.state {
            bid::State::Opened if legal => Cell::link(ask.t("bid-admission"), format!("/work/bids/{}/admit", bid.id)),
            bid::State::Won if unfiled.iter().any(|c| c.value == bid.id.to_string()) => {
                Cell::link(ask.t("bid-to-filing"), format!("/work/filings/new?bid={}", bid.id))
            }
            _ => Cell::default(),
        };
        let number = Cell::link(bid.serial.clone().unwrap_or_default(), format!("/work/bids/{}", bid.id));
        rows.push(vec![number, Cell::text(bidder), Cell::at(bid.submitted_at), Cell::state(ask.lang, bid.state), next]);
    }
    let columns = ["col-number", "col-bidder", "col-submitted_at", "col-state", "col-next"].map(|k| ask.t(k)).to_vec();
    let table = TableView { columns, rows, empty: ask.t("selection-no-bids") };
    Ok(Section { title: ask.t("nouns-bid"), table: Some(table), ..Section::default() })
}

/// Who was asked to score and who has; never what, until all are in.
fn experts(look: &mut Look, who: &Caller, ask: &Ask, row: &Announcement) -> Result<Section> {
    let scorings = scoring::list(look, who, Some(row.id), Page::first(200))?.rows;
    let names = person::names(look, scorings.iter().map(|s| s.expert).collect())?;
    let panel = look.profile().panel.clone();
    let waiting = scoring::waiting(look, row.id)?;
    let submitted = scorings.iter().filter(|s| s.state == scoring::State::Submitted).count();
    let args = [("least", panel.least.to_string()), ("submitted", submitted.to_string()), ("waiting", waiting.to_string())];
    let note = ask.lang.ta(if panel.odd { "selection-panel-odd" } else { "selection-panel" }, &args);
    let rows = scorings
        .iter()
        .map(|s| {
            vec![
                Cell::link(names.get(&s.expert).cloned().unwrap_or_default(), format!("/work/scorings/{}", s.id)),
                Cell::state(ask.lang, s.state),
                Cell::at(Some(s.updated_at)),
            ]
        })
        .collect();
    let columns = ["col-expert", "col-state", "col-at"].map(|k| ask.t(k)).to_vec();
    let table = TableView { columns, rows, empty: ask.t("selection-no-experts") };
    Ok(Section { title: ask.t("nouns-scoring"), note, table: Some(table), ..Section::default() })
}

/// The ranking with the mean of each criterion, and below it what each expert gave, nobody named.
fn results(look: &mut Look, who: &Caller, ask: &Ask, row: &Announcement) -> Result<Vec<Section>> {
    let table = match selection::results(look, who, row) {
        Ok(table) => table,
        Err(Refusal::NotFound) => return Ok(Vec::new()),
        Err(other) => return Err(other),
    };
    let criteria: Vec<String> = table.criteria.iter().map(|c| format!("{} {}%", c.name, c.weight)).collect();
    let head = |first: &[&str]| -> Vec<String> { first.iter().map(|k| ask.t(k)).chain(criteria.iter().cloned()).collect() };
    let mut ranking = Vec::new();
    let mut single = Vec::new();
    for line in &table.rows {
        let rank = line.rank.map_or_else(|| ask.t("below-pass-mark"), |r| r.to_string());
        let bidder = Cell::link(&line.bidder, format!("/work/bids/{}", line.bid));
        let mut cells = vec![Cell::text(rank), bidder, Cell::text(points(line.total)), Cell::state(ask.lang, line.state)];
        cells.extend(line.means.iter().map(|m| Cell::text(points(*m))));
        ranking.push(cells);
        for (n, scores) in line.scores.iter().enumerate() {
            let mut cells = vec![Cell::text(&line.bidder), Cell::text(ask.lang.tn("selection-expert", n + 1))];
            cells.extend(scores.iter().map(|s| Cell::text(s.to_string())));
            single.push(cells);
        }
    }
    let args = [("pass", points(table.pass_mark)), ("experts", table.experts.to_string()), ("winners", table.winners.to_string())];
    let result = TableView { columns: head(&["col-rank", "col-bidder", "col-total", "col-state"]), rows: ranking, empty: ask.t("selection-no-bids") };
    let each = TableView { columns: head(&["col-bidder", "col-expert"]), rows: single, empty: ask.t("selection-no-bids") };
    Ok(vec![
        Section { title: ask.t("selection-result"), note: ask.lang.ta("selection-result-note", &args), table: Some(result), ..Section::default() },
        Section { title: ask.t("selection-single"), note: ask.t("selection-single-note"), table: Some(each), ..Section::default() },
    ])
}

/// A small form that asks an expert.
fn invite(look: &mut Look, who: &Caller, ask: &Ask, row: &Announcement) -> Result<Option<FormView>> {
    if !flow::may_open::<Scoring>(who) {
        return Ok(None);
    }
    let mut answers = platform::sheet::Answers::default();
    answers.set("announcement", row.id.to_string());
    let filling = crate::view::form::Filling { answers, ..Default::default() };
    let mut form = noun::new_view::<Scoring>(look, who, ask, filling)?.form;
    form.action = format!("/work/scorings?then=/work/announcements/{}/selection", row.id);
    Ok(Some(form))
}

/// The forms of what may be done now, and why the rest may not yet.
fn acts(look: &mut Look, who: &Caller, ask: &Ask, row: &Announcement) -> Result<(Vec<FormView>, Vec<Blocked>)> {
    let (mut forms, mut blocked) = (Vec::new(), Vec::new());
    for deed in Announcement::DEEDS.iter().filter(|d| matches!(d.act, Act::Open | Act::Rank | Act::Notice | Act::Award | Act::Fail)) {
        match flow::may(look, who, row, deed) {
            Ok(()) => {
                let mut form = noun::act_form(look, who, ask, row, deed, None)?;
                form.action = format!("{}?then=/work/announcements/{}/selection", form.action, row.id);
                forms.push(form);
            }
            Err(why @ Refusal::Rule { .. }) => {
                let (zh, en) = why.why();
                blocked.push((ask.lang.w(deed.act), ask.lang.pick(zh, en)));
            }
            Err(Refusal::Broken(what)) => return Err(Refusal::Broken(what)),
            Err(_) => {}
        }
    }
    Ok((forms, blocked))
}
