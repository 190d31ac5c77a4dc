//! The own account: an overview, the password, and the organisation one acts for.

use super::{enter, form, full, secret};
use crate::answer::{PageResult, see_saying};
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::view::case::Fact;
use crate::view::list::Cell;
use crate::view::panels::{Button, Line, Panel, PanelsView, Rows};
use platform::account::{password, session, token, totp};
use platform::people::{Org, org, person};
use platform::refusal::Fault;
use platform::sheet::NOTHING;
use platform::{Refusal, Result, Role};

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/account", Door::Registered, "route-account", overview),
        route("GET", "/account/password", Door::Registered, "route-password-page", password_page),
        route("POST", "/account/password", Door::Registered, "route-password", change_password),
        route("GET", "/account/organisations", Door::Registered, "route-organisations", organisations),
        route("POST", "/account/organisations/{id}/switch", Door::Registered, "route-switch", switch),
    ]
}

/// Roles in a row.
pub fn roles(ask: &Ask, roles: &[Role]) -> String {
    roles.iter().map(|r| ask.lang.w(*r)).collect::<Vec<_>>().join(ask.lang.pick("、", ", "))
}

/// `GET /account`
async fn overview(ask: Ask) -> PageResult {
    let me = full(&ask)?.clone();
    let of = me.session.person;
    let (row, sessions, tokens, coded, held) = ask
        .look(move |look, _| {
            let (sessions, tokens) = (session::own(look, &me)?.len(), token::own(look, &me)?.len());
            Ok((person::row(look, of)?, sessions, tokens, totp::is_set(look, of)?, session::held_back(look, &me)?))
        })
        .await?;
    let day = |d: Option<chrono::NaiveDate>| d.map_or_else(|| ask.t("none-yet"), |d| d.to_string());
    let mut view = PanelsView::new(ask.chrome(ask.t("nav-account"))).lead(ask.t("account-lead"));
    if !held.is_empty() {
        view = view.notice(ask.lang.ta("account-held", &[("roles", roles(&ask, &held))]));
    }
    let who = [
        Fact::text(ask.t("accept-name"), &row.name),
        Fact::text(ask.t("accept-email"), &row.email),
        Fact::text(ask.t("col-organisation"), if ask.who.org_name.is_empty() { ask.t("none-yet") } else { ask.who.org_name.clone() }),
        Fact::text(ask.t("invite-roles"), roles(&ask, &ask.who.roles.iter().copied().filter(|r| *r != Role::Public).collect::<Vec<_>>())),
    ];
    let lang = Panel {
        title: ask.t("account-lang"),
        note: ask.t("account-lang-lead"),
        links: vec![("中文".into(), "/lang/zh-CN?to=/account".into()), ("English".into(), "/lang/en?to=/account".into())],
        ..Panel::default()
    };
    view.panels = vec![
        Panel {
            title: ask.t("account-who"),
            facts: who.into(),
            links: vec![(ask.t("nav-switch-org"), "/account/organisations".into())],
            ..Panel::default()
        },
        Panel {
            title: ask.t("account-safety"),
            facts: vec![
                Fact::link(ask.t("password-title"), ask.t("account-change"), "/account/password"),
                Fact::link(ask.t("factor-title"), ask.t(if coded { "factor-on" } else { "factor-off" }), "/account/factor"),
                Fact::link(ask.t("sessions-title"), ask.lang.tn("total", sessions), "/account/sessions"),
                Fact::link(ask.t("tokens-title"), ask.lang.tn("total", tokens), "/account/tokens"),
            ],
            ..Panel::default()
        },
        Panel {
            title: ask.t("account-record"),
            note: ask.t("account-record-lead"),
            facts: vec![
                Fact::text(ask.t("person-real_name"), row.real_name.unwrap_or_else(|| ask.t("none-yet"))),
                Fact::text(ask.t("person-trained_on"), day(row.trained_on)),
                Fact::text(ask.t("person-nda_until"), day(row.nda_until)),
            ],
            ..Panel::default()
        },
        lang,
    ];
    ask.show(&view)
}

fn password_view(ask: &Ask, faults: &[Fault]) -> PanelsView {
    let mut form = form(ask, &NOTHING, &ask.answers, faults);
    form.ask(secret(ask, "_password", "password-old", "current-password", faults));
    form.ask(secret(ask, "password", "sign-up-password", "new-password", faults));
    form.action = "/account/password".into();
    form.submit = ask.t("account-change");
    let c = ask.chrome(ask.t("password-title")).crumb(ask.t("nav-account"), "/account");
    PanelsView::of_form(c, "/account", ask.t("password-lead"), form)
}

async fn password_page(ask: Ask) -> PageResult {
    full(&ask)?;
    ask.show(&password_view(&ask, &[]))
}

/// The token of the session that goes on; the old password is always asked, however lately it was given.
async fn renewed(ask: &Ask) -> Result<String> {
    if ask.answers.text("_password").is_empty() {
        return Err(Refusal::fault("_password", "required"));
    }
    let me = super::confirmed(ask).await?;
    let (app, typed) = (ask.app.clone(), ask.answers.text("password").to_string());
    super::blocking(move || {
        let row = app.db.look(|look| person::row(look, me.session.person))?;
        let hash = password::hash(&typed, &row.email, &row.name)?;
        app.db.act(move |tx| password::change(tx, &me, hash))
    })
    .await
}

/// `POST /account/password`: every other session ends.
async fn change_password(ask: Ask) -> PageResult {
    match renewed(&ask).await {
        Ok(token) => enter(&ask, token, "/account", Some("password_changed")).await,
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => ask.show_as(422, &password_view(&ask, &faults)),
        Err(refusal) => Err(refusal),
    }
}

/// `GET /account/organisations`
async fn organisations(ask: Ask) -> PageResult {
    let me = full(&ask)?.clone();
    let of = me.session.person;
    let orgs = ask.look(move |look, _| person::orgs_of(look, of)).await?;
    let line = |(org, held): &(Org, Vec<Role>)| {
        let current = me.session.org == Some(org.id);
        let button = Button {
            label: ask.t("organisations-switch"),
            of: org.title.clone(),
            action: format!("/account/organisations/{}/switch", org.id),
            ..Button::default()
        };
        let name = Cell::text(&org.title);
        Line {
            cells: vec![
                if current { name.below(ask.t("organisations-current")) } else { name },
                Cell::word(ask.lang, org.kind),
                Cell::text(roles(&ask, held)),
                Cell::state::<org::State>(ask.lang, org.state),
            ],
            buttons: if current { Vec::new() } else { vec![button] },
            ..Line::default()
        }
    };
    let mut table = Rows::new(&ask, &["name", "kind", "roles_held", "state"], orgs.iter().map(line).collect());
    table.empty = ask.t("organisations-none");
    let c = ask.chrome(ask.t("nav-switch-org")).crumb(ask.t("nav-account"), "/account");
    let view = PanelsView::new(c).back("/account").lead(ask.t("organisations-lead"));
    ask.show(&view.panel(Panel { table: Some(table), ..Panel::default() }))
}

/// `POST /account/organisations/{id}/switch`
async fn switch(ask: Ask) -> PageResult {
    let (me, to) = (full(&ask)?.clone(), ask.id::<Org>("id")?);
    ask.act(move |tx, _| session::switch(tx, &me, to)).await?;
    see_saying("/work", "switched")
}
