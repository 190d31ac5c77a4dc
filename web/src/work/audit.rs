//! The audit search: every event by noun, act, case or words. The auditor's own searches are logged too.

use crate::answer::PageResult;
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::view::chrome::escape;
use crate::view::form::{FieldView, OptionView};
use crate::view::list::{Cell, ListView, Row};
use platform::Role::{self, AuditAdmin, Auditor};
use platform::Word;
use platform::event::{self, About, Record, Search};

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/work/audit", Door::Only(vec![Auditor, AuditAdmin]), "route-audit", search),
        route("GET", "/work/audit/verify", Door::Only(vec![Auditor, AuditAdmin]), "route-audit-verify", verify),
    ]
}

const COLUMNS: &[&str] = &["seq", "at", "noun", "title", "act", "to", "actor", "organisation", "article", "reason", "hash"];
const SHOWN_COLUMNS: &[&str] = &["seq", "at", "case", "act", "actor", "article", "reason"];

/// The act that is asked for, by its code or as pages call it.
fn act_of(ask: &Ask) -> String {
    let typed = ask.q("act");
    let noun = ask.q("noun");
    let called = |k: &super::Kind| {
        let acts = (k.table)().acts.into_iter();
        acts.filter(|_| noun.is_empty() || noun == k.name).find(|act| ask.lang.act(k.name, act) == typed)
    };
    if typed.is_empty() { String::new() } else { super::kinds().iter().find_map(called).unwrap_or(typed).to_string() }
}

/// `GET /work/audit`
async fn search(ask: Ask) -> PageResult {
    let find = Search {
        noun: ask.q("noun").into(),
        act: act_of(&ask),
        words: ask.q("q").into(),
        subject: ask.q("subject").into(),
        details: ask.who.is(Auditor),
    };
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
    let (found, sealed) = ask.look(move |look, _| Ok((event::search(look, &find, page)?, event::count_sealed(look)?))).await?;
    // A page shows what belongs together in one cell; files and programs get each by itself.
    let shown = ask.face == Face::Html && ask.q("format").is_empty();
    let columns = if shown { SHOWN_COLUMNS } else { COLUMNS };
    let mut view = ListView::new(&ask, ask.t("nav-audit"), "events", columns).words(&ask);
    let field = |name: &str, kind| FieldView {
        name: name.into(),
        id: format!("f-{name}"),
        kind,
        label: ask.t(&format!("col-{name}")),
        value: ask.q(name).into(),
        ..FieldView::default()
    };
    let nouns = super::kinds().into_iter().map(|k| OptionView {
        value: k.name.into(),
        label: ask.t(&format!("noun-{}", k.name)),
        chosen: ask.q("noun") == k.name,
    });
    view.filters.push(FieldView { options: nouns.collect(), ..field("noun", "choice") });
    view.filters.push(field("act", "line"));
    view.filters.push(field("subject", "line"));
    let lang = ask.lang;
    let said = |key: String, raw: &str| Cell { text: lang.maybe(&key).unwrap_or_else(|| raw.to_string()), raw: raw.to_string(), ..Cell::default() };
    let lead = if sealed == 0 { ask.t("audit-lead") } else { format!("{} {}", ask.t("audit-lead"), lang.tn("audit-sealed", sealed)) };
    view = view.lead(lead).action(ask.t("audit-verify"), "/work/audit/verify", "shield-check");
    let name = |of: &str| Role::of(of).map_or_else(|| of.to_string(), |role| lang.w(role));
    let title = |e: &event::Event| if e.noun == "audit" { ask.t("audit-act-search") } else { e.title.clone() };
    let case = |e: &event::Event| format!("/work/audit?noun={}&subject={}", escape(&e.noun), escape(&e.subject));
    let page_row = |e: &event::Event| Row {
        href: String::new(),
        cells: vec![
            Cell::titled(e.seq.to_string(), Some(format!("{}…", e.hash.chars().take(12).collect::<String>()))),
            Cell::at(Some(e.at)),
            Cell::link(title(e), case(e)).below(said(format!("noun-{}", e.noun), &e.noun).text),
            Cell::titled(lang.act(&e.noun, &e.act), Some(said(format!("{}-state-{}", e.noun, e.to_state), &e.to_state).text)),
            Cell::titled(name(&e.actor_name), Some(e.org_name.clone()).filter(|o| !o.is_empty())),
            Cell::text(e.article.split_whitespace().map(|a| lang.placed(a)).collect::<Vec<_>>().join(lang.pick("、", ", "))),
            Cell::maybe(e.reason.clone()),
        ],
    };
    view.fill(&ask, found, |e| {
        if shown {
            page_row(e)
        } else {
            Row {
                href: String::new(),
                cells: vec![
                    Cell::text(e.seq.to_string()),
                    Cell::at(Some(e.at)),
                    said(format!("noun-{}", e.noun), &e.noun),
                    Cell::link(&e.title, case(e)),
                    Cell { text: lang.act(&e.noun, &e.act), raw: e.act.clone(), ..Cell::default() },
                    said(format!("{}-state-{}", e.noun, e.to_state), &e.to_state),
                    Cell::text(&e.actor_name),
                    Cell::text(&e.org_name),
                    Cell::text(&e.article),
                    Cell::maybe(e.reason.clone()),
                    Cell::text(&e.hash),
                ],
            }
        }
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
