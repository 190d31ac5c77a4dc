//! Drills in the work area, and which licences owe one.

use super::said;
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::noun::Show;
use crate::routes::{Door, Route, route};
use crate::view::case::{CaseView, Fact};
use crate::view::list::{Cell, ListView};
use crate::view::panels::{Line, Panel, PanelsView, Rows};
use platform::Role::{self, *};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use primary::licence;
use primary::oversight::drill::{self, Drill, HOLD, Owed, PLAN};

impl Show for Drill {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff, ScenarioDesk, Reviewer, Legal, Finance, Office, Bureau, Regulator, Auditor];

    fn sheet() -> Option<&'static Sheet> {
        Some(&PLAN)
    }
    fn content(&self) -> Answers {
        let mut content = self.answers();
        content.0.remove("licence");
        content
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let mut view =
            ListView::cases::<Self>(look, who, ask)?.lead(ask.t("drill-list-lead")).aside(ask.t("drill-due"), "/work/drills/due", "calendar");
        let late = drill::owed(look, who)?.iter().filter(|o| o.overdue).count();
        if late > 0 {
            view.notices.push(ask.lang.tn("drill-overdue", late));
        }
        Ok(view)
    }
    fn extend(look: &mut Look, _: &Caller, ask: &Ask, row: &Drill, view: &mut CaseView) -> Result<()> {
        let mut facts = Vec::new();
        if let Some(id) = row.licence {
            let of = licence::row(look, id)?;
            facts.push(Fact::link(ask.t("noun-licence"), format!("{} {}", of.serial.unwrap_or_default(), of.title), format!("/work/licences/{id}")));
        } else {
            facts.push(Fact::text(ask.t("noun-operator_plan"), row.owner.map(|o| org::name(look, o)).transpose()?.unwrap_or_default()));
        }
        if let Some(plan) = row.plan {
            facts.push(Fact::link(ask.t("noun-plan"), ask.t("open-link"), format!("/work/plans/{plan}")));
        }
        view.lead_with(facts);
        view.sections.extend(said(look, ask, "drill-record-said", &HOLD, &row.answers())?);
        Ok(())
    }
}

/// `GET /work/drills/due`: which licence's plan is to be drilled by when.
async fn due(ask: Ask) -> PageResult {
    let (owed, names) = ask
        .look(|look, who| {
            let owed = drill::owed(look, who)?;
            let names = org::names(look, owed.iter().filter_map(|o| o.owner).collect())?;
            Ok((owed, names))
        })
        .await?;
    let line = |o: &Owed| {
        let (key, tone) = if o.overdue { ("drill-late", "bg-red-lt") } else { ("drill-open", "bg-blue-lt") };
        let cells = vec![
            Cell::link(format!("{} {}", o.serial, o.title), format!("/work/licences/{}", o.licence)),
            Cell::maybe(o.owner.and_then(|id| names.get(&id).cloned())),
            Cell::date(o.last),
            Cell::text(o.due_on.to_string()),
            Cell { tone, ..Cell::text(ask.t(key)) },
        ];
        Line { cells, ..Line::default() }
    };
    let table = Rows::new(&ask, &["licence", "owner", "last_drill", "due", "state"], owed.iter().map(line).collect());
    let c = ask.chrome(ask.t("drill-due")).crumb(ask.t("nav-work"), "/work").crumb(ask.t("nouns-drill"), "/work/drills");
    let view = PanelsView::new(c).back("/work/drills").lead(ask.t("drill-due-lead"));
    ask.show(&view.panel(Panel { table: Some(table), ..Panel::default() }))
}

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/work/drills/due", Door::Only(Drill::DOOR.to_vec()), "route-drill-due", due)]
}
