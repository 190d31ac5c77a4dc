//! Letters: each person's own; the system administrator sees what waits and what failed, never the text of another's.

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::view::case::Fact;
use crate::view::list::{Cell, ListView, Row};
use crate::view::panels::{Panel, PanelsView};
use platform::Role::SystemAdmin;
use platform::mail;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/work/letters", Door::Registered, "route-letters", list),
        route("GET", "/work/letters/all", Door::Only(vec![SystemAdmin]), "route-letters-all", all),
        route("GET", "/work/letters/{id}", Door::Registered, "route-letter", one),
    ]
}

async fn list(ask: Ask) -> PageResult {
    let (person, page) = (ask.who.person()?, ask.page());
    let letters = ask.look(move |look, _| mail::list_with_events(look, person, page)).await?;
    let mut view = ListView::new(&ask, ask.t("nav-letters"), "letters", &["subject", "state", "created_at"]);
    if ask.who.is(SystemAdmin) {
        view = view.action(ask.t("letters-all"), "/work/letters/all", "mail");
    }
    let lang = ask.lang;
    view.fill(&ask, letters, |(letter, event)| Row {
        href: format!("/work/letters/{}", letter.id),
        cells: vec![
            Cell::text(crate::post::subject(lang, letter, event.as_ref())),
            Cell::state(lang, letter.state),
            Cell::at(Some(letter.created_at)),
        ],
    })
    .answer(&ask)
}

async fn all(ask: Ask) -> PageResult {
    let page = ask.page();
    let letters = ask.look(move |look, _| mail::list(look, None, page)).await?;
    let view = ListView::new(&ask, ask.t("letters-all"), "letters", &["address", "kind", "state", "tries", "error", "created_at"]);
    let lang = ask.lang;
    view.fill(&ask, letters, |l| Row {
        href: String::new(),
        cells: vec![
            Cell::text(&l.address),
            Cell::text(&l.kind),
            Cell::state(lang, l.state),
            Cell::text(l.tries.to_string()),
            Cell::maybe(l.error.clone()),
            Cell::at(Some(l.created_at)),
        ],
    })
    .answer(&ask)
}

/// `GET /work/letters/{id}`: the letter's text, to its addressee.
async fn one(ask: Ask) -> PageResult {
    let (id, person) = (ask.id("id")?, ask.who.person()?);
    let (mut letter, event) = ask.look(move |look, _| mail::own(look, person, id)).await?;
    // What opens an account goes to the mailbox only: a session left open must not be enough.
    letter.args = mail::without_secret(&letter.args);
    let subject = crate::post::subject(ask.lang, &letter, event.as_ref());
    let body = crate::post::body(ask.lang, &ask.app.base_url, &letter, event.as_ref());
    let facts = vec![
        Fact::text(ask.t("accept-email"), &letter.address),
        Fact::text(ask.t("col-created_at"), platform::clock::shanghai_text(letter.created_at)),
        Fact::text(ask.t("letter-text"), body),
    ];
    let links = event.map(|e| (ask.t("open-link"), crate::post::address(&e))).into_iter().collect();
    let c = ask.chrome(subject).crumb(ask.t("nav-work"), "/work").crumb(ask.t("nav-letters"), "/work/letters");
    ask.show(&PanelsView::new(c).back("/work/letters").panel(Panel { facts, links, ..Panel::default() }))
}
