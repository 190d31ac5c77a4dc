//! Incidents in the work area: the two clocks in hours, the response log, the reports.

use super::{part, said, span};
use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section};
use crate::view::list::{Cell, ListView, Row};
use platform::Role::{self, *};
use platform::case::{self, Case};
use platform::flow::Noun;
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{At, Caller, Look, Result};
use primary::licence;
use primary::oversight::incident::{Act, CLOSING, Incident, Kind, REPORT, State};

impl Show for Incident {
    const DOOR: &'static [Role] =
        &[DeveloperAdmin, DeveloperStaff, Source, ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        Some(&REPORT)
    }
    /// The licence is linked, not named by its id.
    fn content(&self) -> Answers {
        let mut content = self.answers();
        content.0.remove("licence");
        content
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let columns = &["number", "title", "owner", "incident_kind", "severity", "state", "upward", "reported_at"];
        let view = ListView::new(ask, ask.t("nouns-incident"), "incidents", columns)
            .lead(ask.t("incident-list-lead"))
            .words(ask)
            .filter::<State>(ask, "state")
            .filter::<Kind>(ask, "incident_kind")
            .turns::<Incident>(look, who, ask)?;
        let mut wanted = case::Ask { words: ask.q("q").into(), state: ask.q_word("state"), ..case::Ask::default() };
        wanted.about.extend(ask.q_word::<Kind>("incident_kind").map(|k| ("kind", k.to_string())));
        let page = case::list::<Incident>(look, &Incident::sight(who), &wanted, ask.page())?;
        let names = org::names(look, page.rows.iter().filter_map(|r| r.owner).collect())?;
        let now = look.now();
        Ok(view.fill(ask, page, |i| Row {
            href: format!("/work/incidents/{}", i.id),
            cells: vec![
                Cell::maybe(i.serial.clone()),
                Cell::text(&i.title),
                Cell::maybe(i.owner.and_then(|o| names.get(&o).cloned())),
                Cell::word(ask.lang, i.kind),
                Cell::word(ask.lang, i.severity),
                Cell::state(ask.lang, i.state),
                upward(ask, i, now),
                Cell::at(Some(i.created_at)),
            ],
        }))
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Incident, view: &mut CaseView) -> Result<()> {
        let now = look.now();
        let mut facts = vec![
            Fact::text(ask.t("col-severity"), ask.lang.w(row.severity)),
            Fact::text(ask.t("incident-report-by"), platform::clock::shanghai_text(row.report_by)),
            Fact::text(ask.t("col-reported_at"), platform::clock::shanghai_text(row.created_at)),
        ];
        if let Some(owner) = row.owner {
            facts.insert(0, Fact::text(ask.t("col-owner"), org::name(look, owner)?));
        }
        let late = row.late_minutes();
        facts.push(Fact::text(ask.t("incident-punctual"), lateness(ask, late)));
        let cell = upward(ask, row, now);
        facts.push(Fact {
            badge: Some((cell.text, if cell.tone.is_empty() { "bg-green-lt" } else { cell.tone })),
            ..Fact::text(ask.t("col-upward"), "")
        });
        if let Some(id) = row.licence {
            let of = licence::row(look, id)?;
            let name = format!("{} {}", of.serial.unwrap_or_default(), of.title);
            facts.push(Fact::link(ask.t("noun-licence"), name, format!("/work/licences/{id}")));
            facts.push(Fact::text(
                ask.t("licence-door"),
                ask.t(if enclave::access::is_open(look, id.cast())? { "licence-door-open" } else { "licence-door-closed" }),
            ));
        }
        view.sections.insert(0, Section { title: ask.t("incident-clocks"), note: ask.t("incident-clocks-note"), facts, ..Section::default() });
        let content = row.answers();
        if let Some(sheet) = Incident::DEEDS.iter().find(|d| d.act == Act::Upward).map(|d| d.sheet) {
            view.sections.extend(said(look, ask, "incident-upward-said", sheet, &part(&content, "upward"))?);
        }
        view.sections.extend(said(look, ask, "incident-closing-said", &CLOSING, &content)?);
        if let Some(text) = ask.lang.maybe(&format!("incident-next-{}", row.state)).filter(|_| who.oversees()) {
            view.notices.push(text);
        }
        Ok(())
    }
}

fn lateness(ask: &Ask, minutes: i64) -> String {
    if minutes == 0 { ask.t("incident-in-time") } else { ask.lang.ta("incident-late", &[("span", span(ask, minutes))]) }
}

/// How the report upwards stands: made, how late; or how much time is left.
fn upward(ask: &Ask, row: &Incident, now: At) -> Cell {
    if row.state == State::Dismissed {
        return Cell::default();
    }
    match row.minutes_left(now) {
        None => {
            let late = row.upward_late_minutes();
            let said = ask.lang.ta("incident-upward-done", &[("how", lateness(ask, late))]);
            Cell { tone: if late > 0 { "bg-red-lt" } else { "bg-green-lt" }, ..Cell::text(said) }
        }
        Some(left) if left < 0 => Cell { tone: "bg-red-lt", ..Cell::text(ask.lang.ta("incident-upward-late", &[("span", span(ask, -left))])) },
        Some(left) => Cell { tone: "bg-orange-lt", ..Cell::text(ask.lang.ta("incident-upward-left", &[("span", span(ask, left))])) },
    }
}
