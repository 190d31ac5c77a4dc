//! The life of a licence after its grant in the work area: amendment and renewal, rectification, termination, destruction,
//! archive and bar list; and what of it stands on the licence's own page.

mod amendment;
mod archive;
mod bar;
mod certificate;
mod destruction;
mod rectification;
mod termination;

use crate::ask::Ask;
use crate::noun::file_names;
use crate::routes::Route;
use crate::view::case::{CaseView, Fact, Section, TableView, facts};
use crate::view::list::{Cell, tone};
use platform::flow::{Deed, Noun};
use platform::sheet::{Answers, Sheet};
use platform::{At, Caller, Id, Look, Result, Word};
use primary::licence::{self, EndKind, Licence, State};
use primary::{amendment as asked, archive as kept, destruction as order, rectification as mend, termination as end};
use std::collections::HashMap;

pub fn routes() -> Vec<Route> {
    certificate::routes()
}

/// The sheet of an act.
fn sheet_of<N: Noun>(act: N::Act) -> Option<&'static Sheet> {
    N::DEEDS.iter().find(|d: &&Deed<N>| d.act == act).map(|d| d.sheet)
}

/// A part of the content that is an object of its own, as a section; none while it is not there.
fn part(look: &mut Look, ask: &Ask, title: &str, sheet: Option<&'static Sheet>, content: &Answers, name: &str) -> Result<Option<Section>> {
    let (Some(sheet), Some(said)) = (sheet, content.0.get(name)) else { return Ok(None) };
    let said = Answers::of(said.clone());
    let names = HashMap::from([("files".to_string(), file_names(look, sheet, &said)?)]);
    let facts = facts(ask.lang, sheet, &said, &names, &[]);
    Ok((!facts.is_empty()).then(|| Section { title: ask.t(title), facts, ..Section::default() }))
}

/// The licence that a case is about, as a link.
fn about(look: &mut Look, ask: &Ask, id: Id<Licence>) -> Result<Fact> {
    let of = licence::row(look, id)?;
    let name = format!("{} {}", of.serial.unwrap_or_default(), of.title);
    Ok(Fact::link(ask.t("noun-licence"), name.trim(), format!("/work/licences/{id}")))
}

/// What comes next, when there is a message of that key: the noun's name, `next` and the state.
fn next(ask: &Ask, view: &mut CaseView, key: &str) {
    view.notices.extend(ask.lang.maybe(key));
}

/// Which doors a licence opens now, and what stands in the way of the others.
pub fn doors(look: &mut Look, ask: &Ask, row: &Licence) -> Result<Section> {
    let lines = licence::permissions(look, row)?;
    let rows = lines
        .into_iter()
        .map(|(permission, refusal)| {
            let open = refusal.is_none();
            let why = refusal.map(|r| {
                let (zh, en) = r.why();
                let article = r.article().map(|a| format!(" [{}]", ask.lang.cited(&ask.cite(a)))).unwrap_or_default();
                format!("{}{article}", if ask.lang.is_en() { en } else { zh })
            });
            let state = Cell {
                tone: if open { "bg-green-lt" } else { "bg-secondary-lt" },
                ..Cell::text(ask.t(if open { "tenure-open" } else { "tenure-closed" }))
            };
            vec![Cell::word(ask.lang, permission), state, Cell::maybe(why)]
        })
        .collect();
    let columns = ["tenure-permission", "col-state", "tenure-why"].map(|k| ask.t(k)).to_vec();
    Ok(Section {
        title: ask.t("tenure-doors"),
        note: ask.t("tenure-doors-note"),
        table: Some(TableView { columns, rows, empty: String::new() }),
        ..Section::default()
    })
}

/// One line of a licence's life.
struct Mark {
    at: At,
    what: String,
    name: String,
    href: String,
    state: String,
    tone: &'static str,
}

/// A case as a line.
fn mark<N: Noun>(ask: &Ask, row: &N, at: At, name: String) -> Mark {
    let state = row.state();
    Mark {
        at,
        what: ask.t(&format!("noun-{}", N::NAME)),
        name,
        href: format!("/work/{}/{}", N::PATH, row.id()),
        state: ask.lang.w(state),
        tone: tone(state.as_str()),
    }
}

/// The whole life of a licence, oldest first: the licences before and after it, and every case about it.
pub fn life(look: &mut Look, ask: &Ask, row: &Licence) -> Result<Section> {
    let mut marks = Vec::new();
    for of in licence::line(look, row)? {
        let how = match (of.follows, of.id == row.id) {
            (_, true) => ask.t("tenure-this"),
            (None, false) => ask.t("tenure-first"),
            (Some(_), false) => ask.t("tenure-follower"),
        };
        marks.push(Mark { what: how, ..mark(ask, &of, of.created_at, of.serial.clone().unwrap_or_default()) });
    }
    for of in asked::of_licence(look, row.id)? {
        let name = format!("{} · {}", ask.lang.w(of.kind), of.serial.clone().unwrap_or_default());
        marks.push(mark(ask, &of, of.created_at, name));
    }
    for of in mend::of_licence(look, row.id)? {
        marks.push(mark(ask, &of, of.created_at, of.serial.clone().unwrap_or_default()));
    }
    for of in end::of_licence(look, row.id)? {
        marks.push(mark(ask, &of, of.created_at, ask.lang.w(of.kind)));
    }
    if let Some(of) = order::of_licence(look, row.id)? {
        marks.push(mark(ask, &of, of.created_at, of.serial.clone().unwrap_or_default()));
    }
    if let Some(of) = kept::of_licence(look, row.id)? {
        marks.push(mark(ask, &of, of.created_at, ask.lang.w(of.class)));
    }
    marks.sort_by_key(|m| m.at);
    let rows = marks
        .into_iter()
        .map(|m| vec![Cell::at(Some(m.at)), Cell::text(m.what), Cell::link(m.name, m.href), Cell { tone: m.tone, ..Cell::text(m.state) }])
        .collect();
    let columns = ["col-at", "tenure-what", "tenure-case", "col-state"].map(|k| ask.t(k)).to_vec();
    Ok(Section {
        title: ask.t("tenure-life"),
        note: ask.t("tenure-life-note"),
        table: Some(TableView { columns, rows, empty: String::new() }),
        ..Section::default()
    })
}

/// What may be begun about a licence, and what is open about it now.
pub fn begin(look: &mut Look, who: &Caller, ask: &Ask, row: &Licence, view: &mut CaseView) -> Result<()> {
    if let Some(before) = row.follows {
        let before = licence::row(look, before)?;
        view.notices.push(ask.lang.ta("tenure-follows", &[("licence", before.serial.unwrap_or_default())]));
    }
    if row.end_kind == Some(EndKind::Superseded) {
        view.notices.push(ask.t("tenure-superseded"));
    }
    let open = asked::open_on(look, row.id)?;
    if let Some(of) = &open {
        view.links.push((format!("{} {}", ask.t("noun-amendment"), of.serial.as_deref().unwrap_or_default()), format!("/work/amendments/{}", of.id)));
        view.notices.push(ask.lang.ta("tenure-asked", &[("kind", ask.lang.w(of.kind)), ("state", ask.lang.w(of.state))]));
    }
    for of in mend::open_on(look, row)? {
        view.links.push((
            format!("{} {}", ask.t("noun-rectification"), of.serial.as_deref().unwrap_or_default()),
            format!("/work/rectifications/{}", of.id),
        ));
        let due = of.due_on.map(|d| d.to_string()).unwrap_or_default();
        view.notices
            .push(ask.lang.ta("tenure-mends", &[("order", of.serial.clone().unwrap_or_default()), ("due", due), ("state", ask.lang.w(of.state))]));
    }
    if let Some(of) = end::open_on(look, row.id)? {
        view.links.push((ask.t("noun-termination"), format!("/work/terminations/{}", of.id)));
        view.notices.push(match of.ends_on {
            Some(day) => ask.lang.ta("tenure-leaves", &[("day", day.to_string())]),
            None => ask.lang.ta("tenure-may-end", &[("kind", ask.lang.w(of.kind)), ("state", ask.lang.w(of.state))]),
        });
    }
    if let Some(of) = order::of_licence(look, row.id)? {
        view.links.push((format!("{} {}", ask.t("noun-destruction"), of.serial.unwrap_or_default()), format!("/work/destructions/{}", of.id)));
    }
    if let Some(of) = kept::of_licence(look, row.id)? {
        view.links.push((ask.t("noun-archive"), format!("/work/archives/{}", of.id)));
    }
    let (today, lives) = (look.today(), matches!(row.state, State::InForce | State::Suspended));
    let own = who.is_developer() && who.org == row.owner;
    if own && open.is_none() && row.is_in_force(today) {
        if look.pinned(&row.profile).may_renew(today, row.to_on) {
            view.links.push((ask.t("tenure-renew"), format!("/work/amendments/new?licence={}&kind=renew", row.id)));
        }
        view.links.push((ask.t("tenure-amend"), format!("/work/amendments/new?licence={}&kind=amend", row.id)));
    }
    if lives && who.is_any(&[platform::Role::Office, platform::Role::Legal]) {
        view.links.push((ask.t("rectification-new"), format!("/work/rectifications/new?licence={}", row.id)));
        view.links.push((ask.t("termination-new"), format!("/work/terminations/new?licence={}", row.id)));
    }
    Ok(())
}
