//! Organisations in the work area.

use crate::answer::{PageResult, see};
use crate::ask::Ask;
use crate::noun::Show;
use crate::routes::{Door, Route, route};
use crate::view::case::{CaseView, Fact, Section};
use crate::view::list::{Cell, ListView, Row};
use platform::Role::{self, *};
use platform::people::{Org, org};
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, OrgKind, Result};

impl Show for Org {
    const DOOR: &'static [Role] = &[
        DeveloperAdmin,
        DeveloperStaff,
        Buyer,
        Source,
        Expert,
        Legal,
        ScenarioDesk,
        Reviewer,
        Finance,
        Office,
        Bureau,
        Regulator,
        Auditor,
        SystemAdmin,
        SecurityAdmin,
        AuditAdmin,
    ];

    fn sheet() -> Option<&'static Sheet> {
        Some(&org::DESCRIBE)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let view = ListView::new(ask, ask.t("nouns-org"), "organisations", &["name", "kind", "credit_code", "state", "created_at"])
            .words(ask)
            .filter::<OrgKind>(ask, "kind")
            .filter::<org::State>(ask, "state");
        let view = if who.is(SystemAdmin) { view.action(ask.t("org-act-enter"), "/work/organisations/enter", "plus") } else { view };
        let page = if who.oversees() || who.is_any(&[SystemAdmin, SecurityAdmin, AuditAdmin]) {
            org::list(look, ask.q_word("kind"), ask.q_word("state"), ask.q("q"), ask.page())?
        } else {
            let own = org::row(look, who.org()?)?;
            ask.page().of(vec![own], 1)
        };
        Ok(view.fill(ask, page, |row| Row {
            href: format!("/work/organisations/{}", row.id),
            cells: vec![
                Cell::text(&row.title),
                Cell::word(ask.lang, row.kind),
                Cell::maybe(row.credit_code.clone()),
                Cell::state(ask.lang, row.state),
                Cell::at(Some(row.created_at)),
            ],
        }))
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Org, view: &mut CaseView) -> Result<()> {
        let mut facts = vec![Fact::text(ask.t("col-kind"), ask.lang.w(row.kind))];
        if let Some(code) = &row.credit_code {
            facts.push(Fact::text(ask.t("col-credit_code"), code));
        }
        if platform::account::staff::may_manage(look, who, row.id).is_ok() {
            view.links.push((ask.t("nav-people"), format!("/work/people?org={}", row.id)));
        }
        if row.affiliate {
            view.notices.push(ask.t("org-is-affiliate"));
            if let Some(held) = row.holding() {
                let share = ask.lang.ta("org-held-share", &[("share", held.share.to_string()), ("since", held.since.to_string())]);
                facts.push(Fact { texts: vec![held.parent, share], ..Fact::text(ask.t("org-held-by"), "") });
            }
        }
        view.sections.insert(0, Section { title: ask.t("section-identity"), facts, ..Section::default() });
        if who.oversees() && row.kind == OrgKind::Developer {
            view.sections.push(super::oversight::marks(look, ask, row.id)?);
        }
        Ok(())
    }
}

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/work/organisation", Door::Registered, "route-own-org", own)]
}

/// `GET /work/organisation`: to the caller's own.
async fn own(ask: Ask) -> PageResult {
    match ask.who.org {
        Some(org) => see(format!("/work/organisations/{org}")),
        None => see("/account/organisations"),
    }
}
