//! Filings before a grant: the list, one filing with the record of the selection, and a new one begun from a winning bid.

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::noun::{self, Show};
use crate::routes::{Door, Route, route};
use crate::view::case::{CaseView, Fact, Section};
use crate::view::form::Filling;
use crate::view::list::{Cell, ListView, Row};
use platform::Role::{self, *};
use platform::flow::{self, Noun};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Id, Look, Result, Word};
use primary::bid::{self, Bid};
use primary::filing::{self, Act, Filing, State};
use primary::licence;
use primary::{Purpose, SelectionMethod, announcement};
use serde_json::{Value, json};

impl Show for Filing {
    const DOOR: &'static [Role] = &[Legal, ScenarioDesk, Reviewer, Finance, Office, Bureau, Regulator, Auditor];
    const OWN: &'static [&'static str] = &["new"];

    /// What was filed, less the bid, which the page links.
    fn sheet() -> Option<&'static Sheet> {
        Self::DEEDS.iter().find(|d| d.act == Act::Refile).map(|d| d.sheet)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let view = ListView::new(ask, ask.t("nouns-filing"), "filings", &["number", "title", "holder", "state", "due", "created_at"])
            .lead(ask.t("filing-list-lead"))
            .words(ask)
            .filter::<State>(ask, "state");
        let page = filing::list(look, who, &filing::Ask { words: ask.q("q").into(), state: ask.q_word("state") }, ask.page())?;
        let names = org::names(look, page.rows.iter().map(|f| f.holder).collect())?;
        Ok(view.fill(ask, page, |f| Row {
            href: format!("/work/filings/{}", f.id),
            cells: vec![
                Cell::maybe(f.serial.clone()),
                Cell::text(&f.title),
                Cell::maybe(names.get(&f.holder).cloned()),
                Cell::state(ask.lang, f.state),
                Cell::date(f.due_on),
                Cell::at(Some(f.created_at)),
            ],
        }))
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Filing, view: &mut CaseView) -> Result<()> {
        view.sections.insert(0, Section { title: ask.t("filing-head"), facts: head(look, who, ask, row)?, ..Section::default() });
        if let Some(of) = row.amendment {
            view.links.push((ask.t("filing-see-application"), format!("/work/amendments/{of}")));
        }
        view.sections.push(Section {
            title: ask.t("filing-selection"),
            facts: record(ask, &row.answers()),
            note: ask.t("filing-selection-note"),
            ..Section::default()
        });
        let live = licence::under(look, row.id)?;
        // A filing serves one grant; once used it has no next step.
        let waits = row.state != State::Received || filing::grantable(look, who)?.iter().any(|c| c.value == row.id.to_string());
        if let Some(text) = ask.lang.maybe(&format!("filing-next-{}", row.state)).filter(|_| waits) {
            view.notices.push(text);
        }
        match live {
            Some(live) => view.links.push((ask.t("filing-see-licence"), format!("/work/licences/{}", live.id))),
            None if waits && row.state == State::Received => {
                view.links.push((ask.t("licence-new"), format!("/work/licences/new?filing={}", row.id)));
            }
            None => {}
        }
        Ok(())
    }
}

/// For whom, after which call.
fn head(look: &mut Look, who: &Caller, ask: &Ask, row: &Filing) -> Result<Vec<Fact>> {
    let call = announcement::row(look, row.announcement)?;
    let selection = row.answers().0.get("selection").cloned().unwrap_or_default();
    let number = selection.get("bid").and_then(Value::as_str).unwrap_or_default().to_string();
    // A link only where it leads somewhere for whoever looks.
    let fact = |label: String, text: String, open: &[Role], href: String| {
        if who.is_any(open) { Fact::link(label, text, href) } else { Fact::text(label, text) }
    };
    let mut facts = vec![
        Fact::link(ask.t("col-holder"), org::name(look, row.holder)?, format!("/work/organisations/{}", row.holder)),
        fact(
            ask.t("col-announcement"),
            format!("{} {}", call.title, call.serial.unwrap_or_default()),
            super::scoring::READERS,
            format!("/work/announcements/{}/selection", row.announcement),
        ),
    ];
    // A renewal or an amendment is filed without a bid of its own.
    if !number.is_empty() {
        facts.push(fact(ask.t("noun-bid"), number, Bid::DOOR, format!("/work/bids/{}", row.bid)));
    }
    if let Some(purpose) = Purpose::of(row.answers().text("purpose")) {
        facts.push(Fact::text(ask.t("col-purpose"), ask.lang.w(purpose)));
    }
    Ok(facts)
}

/// How the holder was selected, as the platform recorded it.
fn record(ask: &Ask, content: &Answers) -> Vec<Fact> {
    let said = content.0.get("selection").cloned().unwrap_or_default();
    let number = |key: &str| said.get(key).and_then(Value::as_i64);
    let mut facts = Vec::new();
    if let Some(method) = said.get("method").and_then(Value::as_str).and_then(SelectionMethod::of) {
        facts.push(Fact::text(ask.t("col-method"), ask.lang.w(method)));
    }
    for (key, label) in [("bids", "filing-bids"), ("experts", "filing-experts"), ("rank", "col-rank")] {
        if let Some(n) = number(key) {
            facts.push(Fact::text(ask.t(label), n.to_string()));
        }
    }
    if let Some(total) = number("total") {
        facts.push(Fact::text(ask.t("col-total"), crate::work::bid::points(total)));
    }
    facts
}

/// What a filing for a winner begins with: the resources called for, the fee offered, the term announced.
fn begun(look: &mut Look, who: &Caller, of: Id<Bid>) -> Result<Answers> {
    let bid = Bid::find(look, who, of)?;
    let call = announcement::row(look, bid.announcement)?.call()?;
    let from = look.today();
    let years = i32::try_from(call.term_years).unwrap_or(1);
    let to = platform::day::add_years(from, years).pred_opt().unwrap_or(from).min(look.profile().latest_end(from));
    Ok(Answers::of(json!({
        "bid": bid.id, "resources": call.entries, "from_on": from, "to_on": to, "fee": platform::money::yuan(bid.price()), "scope": bid.answers().text("data_use_plan"),
    })))
}

/// `GET /work/filings/new`: the form, filled from the bid when one is named.
async fn new(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, who| {
            let answers = match a.q("bid").parse::<Id<Bid>>() {
                Ok(of) => begun(look, who, of)?,
                Err(_) => a.query_answers(),
            };
            let chosen = answers.list("resources");
            let mut view = noun::new_view::<Filing>(look, who, &a, Filling { answers, ..Filling::default() })?;
            // Only what was called for can be granted.
            for field in view.form.fields.iter_mut().filter(|f| f.name == "resources" && !chosen.is_empty()) {
                field.options.retain(|o| chosen.contains(&o.value));
            }
            if bid::grantable(look, who)?.is_empty() {
                view.lead = a.t("filing-nothing");
            }
            Ok(view)
        })
        .await?;
    ask.show(&view)
}

pub fn routes() -> Vec<Route> {
    let legal = Door::Only(flow::doers::<Filing>(Act::File));
    vec![route("GET", "/work/filings/new", legal, "route-new", new).of::<Filing>(Act::File.as_str())]
}
