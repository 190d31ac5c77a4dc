//! What the three administrators do: accounts are found, ended, disabled and enabled; organisations are entered.

use crate::account::own::roles;
use crate::account::{ask_password, confirmed, form, sessions};
use crate::answer::{PageResult, see_saying};
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::view::case::Fact;
use crate::view::form::FormView;
use crate::view::list::{Cell, ListView, Row};
use crate::view::panels::{Line, Panel, PanelsView, Rows};
use platform::Role::{AuditAdmin, SecurityAdmin, SystemAdmin};
use platform::account::session::Session;
use platform::account::{admin, totp};
use platform::people::{Org, Person, person};
use platform::refusal::Fault;
use platform::sheet::{self, NOTHING, Sheet};
use platform::{Caller, Id, Refusal, Result, Role, Tx};

/// The form of an act on an account.
const WHY: Sheet = Sheet { name: "account-why", fields: &[sheet::text("reason", 2000)] };

pub fn routes() -> Vec<Route> {
    let security = || Door::Only(vec![SecurityAdmin]);
    let system = || Door::Only(vec![SystemAdmin]);
    vec![
        route("GET", "/work/accounts", Door::Only(vec![SystemAdmin, SecurityAdmin, AuditAdmin]), "route-accounts", list),
        route("GET", "/work/accounts/{id}", Door::Only(vec![SystemAdmin, SecurityAdmin, AuditAdmin]), "route-account-of", one),
        route("POST", "/work/accounts/{id}/end-sessions", security(), "route-account-end", |ask| act(ask, &END)).takes(&WHY),
        route("POST", "/work/accounts/{id}/disable", security(), "route-account-disable", |ask| act(ask, &DISABLE)).takes(&WHY),
        route("POST", "/work/accounts/{id}/enable", security(), "route-account-enable", |ask| act(ask, &ENABLE)).takes(&WHY),
        route("POST", "/work/accounts/{id}/drop-totp", security(), "route-account-drop-totp", |ask| act(ask, &DROP)).takes(&NOTHING),
        route("GET", "/work/organisations/enter", system(), "route-org-enter-page", enter_page),
        route("POST", "/work/organisations/enter", system(), "route-org-enter", enter).takes(&admin::ENTER),
    ]
}

/// `GET /work/accounts`
async fn list(ask: Ask) -> PageResult {
    let (words, page) = (ask.q("q").to_string(), ask.page());
    let found = ask.look(move |look, who| admin::people(look, who, &words, page)).await?;
    let view = ListView::new(&ask, ask.t("nav-accounts"), "accounts", &["person_name", "email", "state", "created_at"])
        .words(&ask)
        .lead(ask.t("accounts-lead"));
    view.fill(&ask, found, |p| Row {
        href: format!("/work/accounts/{}", p.id),
        cells: vec![Cell::text(&p.name), Cell::text(&p.email), state(&ask, p), Cell::at(Some(p.created_at))],
    })
    .answer(&ask)
}

fn state(ask: &Ask, p: &Person) -> Cell {
    if p.disabled_at.is_some() {
        Cell { tone: "bg-red-lt", ..Cell::word(ask.lang, person::State::Disabled) }
    } else {
        Cell { tone: "bg-green-lt", ..Cell::word(ask.lang, person::State::Enabled) }
    }
}

/// One thing the security administrator may do to an account.
struct Act {
    name: &'static str,
    title: &'static str,
    sheet: &'static Sheet,
    run: fn(&mut Tx, &Caller, Id<Person>, &str) -> Result<()>,
    say: &'static str,
}

const END: Act = Act {
    name: "end-sessions",
    title: "accounts-end",
    sheet: &WHY,
    run: |tx, who, of, why| admin::end_sessions(tx, who, of, why).map(drop),
    say: "session_ended",
};
const DISABLE: Act = Act { name: "disable", title: "accounts-disable", sheet: &WHY, run: admin::disable, say: "done" };
const ENABLE: Act = Act { name: "enable", title: "accounts-enable", sheet: &WHY, run: admin::enable, say: "done" };
const DROP: Act =
    Act { name: "drop-totp", title: "accounts-drop-totp", sheet: &NOTHING, run: |tx, who, of, _| admin::drop_totp(tx, who, of), say: "done" };

fn act_form(ask: &Ask, of: Id<Person>, act: &Act, faults: &[Fault]) -> FormView {
    let asked = ask.path.ends_with(act.name);
    let (answers, faults) = if asked { (ask.answers.clone(), faults) } else { (Default::default(), &[][..]) };
    let mut form = form(ask, act.sheet, &answers, faults);
    ask_password(ask, &mut form, faults);
    form.prefix(act.name);
    form.action = format!("/work/accounts/{of}/{}", act.name);
    form.submit = ask.t(act.title);
    form.grave = act.name != "enable";
    form
}

async fn view(ask: &Ask, faults: &[Fault]) -> Result<PanelsView> {
    let id = ask.id::<Person>("id")?;
    let (row, orgs, coded, live) = ask
        .look(move |look, who| {
            let live = if who.is(SecurityAdmin) { admin::sessions_of(look, who, id)? } else { Vec::new() };
            Ok((person::row(look, id)?, person::orgs_of(look, id)?, totp::is_set(look, id)?, live))
        })
        .await?;
    let member = |(org, held): &(Org, Vec<Role>)| Line {
        cells: vec![Cell::link(&org.title, format!("/work/organisations/{}", org.id)), Cell::word(ask.lang, org.kind), Cell::text(roles(ask, held))],
        ..Line::default()
    };
    let shown = state(ask, &row);
    let facts = vec![
        Fact { label: ask.t("col-state"), badge: Some((shown.text, shown.tone)), ..Fact::default() },
        Fact::text(ask.t("accept-email"), &row.email),
        Fact::text(ask.t("factor-title"), ask.t(if coded { "factor-on" } else { "factor-off" })),
        Fact::text(ask.t("col-created_at"), platform::clock::shanghai_text(row.created_at)),
    ];
    let c = ask.chrome(row.name.clone()).crumb(ask.t("nav-work"), "/work").crumb(ask.t("nav-accounts"), "/work/accounts");
    let orgs = Rows::new(ask, &["organisation", "kind", "roles_held"], orgs.iter().map(member).collect());
    let mut view = PanelsView::new(c).back("/work/accounts").panel(Panel { facts, table: Some(orgs), ..Panel::default() });
    if ask.who.is(SecurityAdmin) && ask.who.person != Some(id) {
        let table = Rows::new(ask, sessions::COLUMNS, live.iter().map(|s: &Session| Line { cells: sessions::cells(s), ..Line::default() }).collect());
        let panel = |act: &Act| Panel {
            title: ask.t(act.title),
            note: ask.t(&format!("{}-lead", act.title)),
            form: Some(act_form(ask, id, act, faults)),
            ..Panel::default()
        };
        view = view.panel(Panel { table: Some(table), ..panel(&END) });
        if coded {
            view = view.panel(panel(&DROP));
        }
        view = view.panel(panel(if row.disabled_at.is_some() { &ENABLE } else { &DISABLE }));
    }
    Ok(view)
}

/// `GET /work/accounts/{id}`
async fn one(ask: Ask) -> PageResult {
    ask.show(&view(&ask, &[]).await?)
}

async fn done(ask: &Ask, act: &'static Act) -> Result<()> {
    let (of, settled) = (ask.id::<Person>("id")?, act.sheet.settle(&ask.answers)?);
    confirmed(ask).await?;
    ask.act(move |tx, who| (act.run)(tx, who, of, settled.text("reason"))).await
}

async fn act(ask: Ask, act: &'static Act) -> PageResult {
    match done(&ask, act).await {
        Ok(()) => see_saying(format!("/work/accounts/{}", ask.param("id")), act.say),
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => ask.show_as(422, &view(&ask, &faults).await?),
        Err(refusal) => Err(refusal),
    }
}

fn enter_view(ask: &Ask, faults: &[Fault]) -> PanelsView {
    let mut form = form(ask, &admin::ENTER, &ask.answers, faults);
    form.action = "/work/organisations/enter".into();
    form.submit = ask.t("org-act-enter");
    form.article = ask.cite("ZJK-3");
    let c = ask.chrome(ask.t("org-act-enter")).crumb(ask.t("nav-work"), "/work").crumb(ask.t("nouns-org"), "/work/organisations");
    PanelsView::of_form(c, "/work/organisations", ask.t("org-enter-lead"), form)
}

async fn enter_page(ask: Ask) -> PageResult {
    ask.show(&enter_view(&ask, &[]))
}

/// `POST /work/organisations/enter`
async fn enter(ask: Ask) -> PageResult {
    let answers = ask.answers.clone();
    match ask.act_once(move |tx, who| admin::enter_org(tx, who, &answers).map(|id| id.to_string())).await {
        Ok(id) => see_saying(format!("/work/organisations/{id}"), "org_entered"),
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => ask.show_as(422, &enter_view(&ask, &faults)),
        Err(refusal) => Err(refusal),
    }
}
