//! Sharing requests between units: the list of both sides, one request, and a new one begun from an entry.

use super::units::{UNITS, name_entry, next, party, said_at, sheet_of};
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::noun::{self, Show};
use crate::routes::{Door, Route, route};
use crate::view::case::{CaseView, Fact};
use crate::view::form::Filling;
use crate::view::list::{Cell, ListView, Row, due};
use platform::Role;
use platform::case::{self, Case};
use platform::flow::{self, Noun};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Id, Look, Result, Word};
use resources::entry::{self, Entry};
use resources::sharing::{Act, SHARING, Sharing, State};
use serde_json::{Value, json};

impl Show for Sharing {
    const DOOR: &'static [Role] = UNITS;
    const OWN: &'static [&'static str] = &["new"];

    fn sheet() -> Option<&'static Sheet> {
        Some(&SHARING)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let columns = &["number", "title", "requester", "provider", "state", "due", "created_at"];
        let view = ListView::new(ask, ask.t("nouns-sharing"), "sharings", columns)
            .lead(ask.t("sharing-list-lead"))
            .words(ask)
            .filter::<State>(ask, "state")
            .turns::<Sharing>(look, who, ask)?;
        let wanted = case::Ask { words: ask.q("q").into(), state: ask.q_word("state"), ..case::Ask::default() };
        let page = case::list(look, &Sharing::sight(who), &wanted, ask.page())?;
        let names = org::names(look, page.rows.iter().flat_map(|r: &Sharing| r.owner.into_iter().chain([r.provider])).collect())?;
        let (today, calendar) = (look.today(), look.calendar());
        Ok(view.fill(ask, page, |row| Row {
            href: format!("/work/sharings/{}", row.id),
            cells: vec![
                Cell::maybe(row.serial.clone()),
                Cell::text(&row.title),
                Cell::maybe(row.owner.and_then(|o| names.get(&o).cloned())),
                Cell::maybe(names.get(&row.provider).cloned()),
                Cell::state(ask.lang, row.state),
                Cell::due(due(ask.lang, &calendar, today, row.clock.as_deref(), row.due_on)),
                Cell::at(Some(row.created_at)),
            ],
        }))
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Sharing, view: &mut CaseView) -> Result<()> {
        name_entry(look, who, ask, view, row.entry)?;
        let share = entry::row(look, row.entry)?.share;
        let mut head: Vec<Fact> = party(look, ask, "col-requester", row.owner)?.into_iter().collect();
        head.extend(party(look, ask, "col-provider", Some(row.provider))?);
        head.push(Fact::text(ask.t("entry-share"), ask.lang.w(share)));
        view.lead_with(head);
        let content = row.answers();
        for (under, title, act) in [("refusal", "sharing-refusal", Act::Refuse), ("supply", "sharing-supplied", Act::Supply)] {
            if let Some(sheet) = sheet_of::<Sharing>(act) {
                view.sections.extend(said_at(look, who, ask, row, content.given(under), title, sheet)?);
            }
        }
        if content.given("withheld").is_some() {
            view.notices.push(ask.lang.of_it(&ask.t("sharing-grant-withheld"), content.text("withheld")));
        }
        next(ask, &format!("sharing-next-{}", row.state), view);
        Ok(())
    }
}

/// What a request for an entry begins with: its items, each still to be justified.
fn begun(look: &mut Look, who: &Caller, ask: &Ask) -> Result<Answers> {
    let Ok(id) = ask.q("entry").parse::<Id<Entry>>() else { return Ok(ask.query_answers()) };
    let entry = Entry::find(look, who, id)?;
    let said = entry.answers();
    let names = said.0.get("fields").and_then(Value::as_array).into_iter().flatten().filter_map(|f| f.get("name").cloned());
    Ok(Answers::of(json!({"entry": id, "items": names.map(|name| json!({"item": name})).collect::<Vec<_>>()})))
}

/// `GET /work/sharings/new`
async fn new(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, who| {
            let answers = begun(look, who, &a)?;
            noun::new_view::<Sharing>(look, who, &a, Filling { answers, ..Filling::default() })
        })
        .await?;
    ask.show(&view)
}

pub fn routes() -> Vec<Route> {
    let units = Door::Only(flow::doers::<Sharing>(Act::Ask));
    vec![route("GET", "/work/sharings/new", units, "route-new", new).of::<Sharing>(Act::Ask.as_str())]
}
