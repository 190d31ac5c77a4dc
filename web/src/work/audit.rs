//! The audit search: every event by noun, act, case or words. The auditor's own searches are logged too.

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::view::form::FieldView;
use crate::view::list::{Cell, ListView, Row};
use platform::Role::{AuditAdmin, Auditor};
use platform::event::{self, About, Record, Search};

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/work/audit", Door::Only(vec![Auditor, AuditAdmin]), "route-audit", search),
        route("GET", "/work/audit/verify", Door::Only(vec![Auditor, AuditAdmin]), "route-audit-verify", verify),
    ]
}

/// `GET /work/audit`
async fn search(ask: Ask) -> PageResult {
    let find = Search { noun: ask.q("noun").into(), act: ask.q("act").into(), words: ask.q("q").into(), subject: ask.q("subject").into() };
    if !ask.query.is_empty() {
        let asked = find.clone();
        ask.act(move |tx, who| {
            let role = if who.is(Auditor) { Auditor } else { AuditAdmin };
            let about = About {
                noun: "audit",
                subject: who.person()?.to_string(),
                title: "audit search",
                owner: None,
                act: "search",
                from: None,
                to: "searched",
                role,
                article: "BJ-28",
            };
            event::append(
                tx,
                who,
                about,
                Record::of(serde_json::json!({ "noun": asked.noun, "act": asked.act, "words": asked.words, "subject": asked.subject })),
            )
        })
        .await?;
    }
    let page = ask.page();
    let found = ask.look(move |look, _| event::search(look, &find, page)).await?;
    let mut view = ListView::new(
        &ask,
        ask.t("nav-audit"),
        "events",
        &["seq", "at", "noun", "title", "act", "to", "actor", "organisation", "article", "reason", "hash"],
    )
    .words(&ask);
    for name in ["noun", "act", "subject"] {
        view.filters.push(FieldView {
            name: name.into(),
            id: format!("f-{name}"),
            kind: "line",
            label: ask.t(&format!("col-{name}")),
            value: ask.q(name).into(),
            ..FieldView::default()
        });
    }
    let lang = ask.lang;
    let said = |key: String, raw: &str| Cell { text: lang.maybe(&key).unwrap_or_else(|| raw.to_string()), raw: raw.to_string(), ..Cell::default() };
    view = view.lead(ask.t("audit-lead")).action(ask.t("audit-verify"), "/work/audit/verify", "shield-check");
    view.fill(&ask, found, |e| Row {
        href: String::new(),
        cells: vec![
            Cell::text(e.seq.to_string()),
            Cell::at(Some(e.at)),
            said(format!("noun-{}", e.noun), &e.noun),
            Cell::link(&e.title, format!("/work/audit?noun={}&subject={}", e.noun, e.subject)),
            Cell { text: lang.act(&e.noun, &e.act), raw: e.act.clone(), ..Cell::default() },
            said(format!("{}-state-{}", e.noun, e.to_state), &e.to_state),
            Cell::text(&e.actor_name),
            Cell::text(&e.org_name),
            Cell::text(&e.article),
            Cell::maybe(e.reason.clone()),
            Cell { text: e.hash.chars().take(12).collect(), raw: e.hash.clone(), ..Cell::default() },
        ],
    })
    .answer(&ask)
}

/// `GET /work/audit/verify`: recomputes the chain.
async fn verify(ask: Ask) -> PageResult {
    let checked = ask.look(|look, _| event::verify(look)).await?;
    let mut view = ListView::new(&ask, ask.t("audit-verify"), "chain", &["result", "events", "hash"]);
    let result = match &checked.broken {
        None => ask.t("chain-holds"),
        Some((seq, what)) => ask.lang.ta("chain-broken", &[("seq", seq.to_string()), ("what", what.clone())]),
    };
    let page = platform::paging::Page::first(1).of(vec![checked], 1);
    view = view.fill(&ask, page, |c| Row {
        href: String::new(),
        cells: vec![Cell::text(result.clone()), Cell::text(c.events.to_string()), Cell::text(&c.head)],
    });
    view.answer(&ask)
}
