//! Data-quality issues: everybody's own, those a unit must answer, and all for those who oversee.

use super::units::{name_entry, next, party, said_at, sheet_of};
use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact};
use crate::view::list::{Cell, ListView, Row, due};
use platform::Role::{self, Registered};
use platform::case::{self, Case};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result, Word};
use resources::quality::{Act, Flaw, QUALITY, Quality, State};
use serde_json::Value;

impl Show for Quality {
    const DOOR: &'static [Role] = &[Registered];

    fn sheet() -> Option<&'static Sheet> {
        Some(&QUALITY)
    }
    fn content(&self) -> Answers {
        let mut content = self.answers();
        content.set("entry", self.entry.to_string());
        content
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let columns = &["number", "title", "flaw", "answering", "state", "due", "created_at"];
        let view = ListView::new(ask, ask.t("nouns-quality"), "quality-issues", columns)
            .lead(ask.t("quality-list-lead"))
            .words(ask)
            .filter::<State>(ask, "state")
            .filter::<Flaw>(ask, "flaw")
            .turns::<Quality>(look, who, ask)?;
        let about = ask.q_word::<Flaw>("flaw").map(|f| ("kind", f.as_str().to_string())).into_iter().collect();
        let wanted = case::Ask { words: ask.q("q").into(), state: ask.q_word("state"), about, ..case::Ask::default() };
        let page = case::list(look, &Quality::sight(who), &wanted, ask.page())?;
        let names = org::names(look, page.rows.iter().map(|r: &Quality| r.unit).collect())?;
        let (today, calendar) = (look.today(), look.calendar());
        Ok(view.fill(ask, page, |row| Row {
            href: format!("/work/quality-issues/{}", row.id),
            cells: vec![
                Cell::maybe(row.serial.clone()),
                Cell::text(&row.title),
                Cell::word(ask.lang, row.kind),
                Cell::maybe(names.get(&row.unit).cloned()),
                Cell::state(ask.lang, row.state),
                Cell::due(due(ask.lang, &calendar, today, row.clock.as_deref(), row.due_on)),
                Cell::at(Some(row.created_at)),
            ],
        }))
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Quality, view: &mut CaseView) -> Result<()> {
        name_entry(look, who, ask, view, row.entry)?;
        let by = match party(look, ask, "col-raised_by", row.owner)? {
            Some(fact) => fact,
            None => Fact::text(ask.t("col-raised_by"), ask.t(if row.created_by.is_some() { "quality-by-person" } else { "quality-by-visitor" })),
        };
        let mut head = vec![by];
        head.extend(party(look, ask, "col-source_unit", Some(row.source))?);
        head.extend(party(look, ask, "col-answering", Some(row.unit))?);
        view.lead_with(head);
        let content = row.answers();
        if let (Some(name), false) = (content.given("name").and_then(Value::as_str), row.owner.is_some()) {
            view.lead_with(vec![Fact::text(ask.t("quality-name"), name)]);
        }
        let trail = row.trail();
        if !trail.is_empty() {
            let text = |v: &Value, name: &str| Cell::text(v.get(name).and_then(Value::as_str).unwrap_or_default());
            let columns = [ask.t("col-organisation"), ask.t("quality-trace-system"), ask.t("quality-trace-finding"), ask.t("col-at")];
            let rows = trail.iter().map(|v| ["unit", "system", "finding", "on"].map(|n| text(v, n)).to_vec()).collect();
            view.table(ask.t("quality-trail"), columns.to_vec(), rows, String::new());
        }
        let act = if content.given("answer").is_some_and(|a| a.get("cause").is_some()) { Act::Fix } else { Act::Explain };
        if let Some(sheet) = sheet_of::<Quality>(act) {
            view.sections.extend(said_at(look, who, ask, row, content.given("answer"), "quality-answer", sheet)?);
        }
        next(ask, &format!("quality-next-{}", row.state), view);
        Ok(())
    }
}
