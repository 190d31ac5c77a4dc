//! What the pages of the units' own cases have alike: who opens them, what was said at a step, and where data leads.

use crate::ask::Ask;
use crate::noun;
use crate::view::case::{CaseView, Fact, Section, facts};
use platform::Role::{self, *};
use platform::flow::Noun;
use platform::people::{Org, org};
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Id, Look, Result};
use resources::Entry;

/// Units, and those who oversee them.
pub const UNITS: &[Role] = &[Source, Bureau, ScenarioDesk, Reviewer, Legal, Finance, Office, Regulator, Auditor];

/// What was said at an act and is kept in the content, as a section of its own.
pub fn said_at<N: Noun>(
    look: &mut Look,
    who: &Caller,
    ask: &Ask,
    row: &N,
    said: Option<&serde_json::Value>,
    title: &str,
    sheet: &'static Sheet,
) -> Result<Option<Section>> {
    let Some(said) = said else { return Ok(None) };
    let said = Answers::of(said.clone());
    let names = noun::choices(look, who, Some(row), sheet, &said)?;
    Ok(Some(Section { title: ask.t(title), facts: facts(ask.lang, sheet, &said, &names, &[]), ..Section::default() }))
}

/// The sheet of an act.
pub fn sheet_of<N: Noun>(act: N::Act) -> Option<&'static Sheet> {
    N::DEEDS.iter().find(|d| d.act == act).map(|d| d.sheet)
}

/// Puts the entry's name and address where its id stands.
pub fn name_entry(look: &mut Look, who: &Caller, ask: &Ask, view: &mut CaseView, entry: Id<Entry>) -> Result<()> {
    let named = super::entry::named(look, who, ask, &[entry.to_string()])?;
    view.name("entry", named);
    Ok(())
}

/// A fact that names an organisation; nothing when there is none.
pub fn party(look: &mut Look, ask: &Ask, label: &str, of: Option<Id<Org>>) -> Result<Option<Fact>> {
    Ok(match of {
        Some(of) => Some(Fact::text(ask.t(label), org::name(look, of)?)),
        None => None,
    })
}

/// What happens next, where there is something to say of it under that key.
pub fn next(ask: &Ask, key: &str, view: &mut CaseView) {
    if let Some(text) = ask.lang.maybe(key) {
        view.notices.push(text);
    }
}
