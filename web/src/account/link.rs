//! One-time links: asking for a new password, and what a link from a letter opens. The secret stands in the address only;
//! the log does not keep it and no page leads outside.

use super::{blocking, enter, form, secret};
use crate::answer::{PageResult, see_saying};
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::view::chrome::{Chrome, escape};
use crate::view::form::FormView;
use askama::Template;
use platform::account::link::{self, Kind, Link, Newcomer};
use platform::account::password;
use platform::account::sign_in::Attempt;
use platform::people::{org, person};
use platform::refusal::Fault;
use platform::sheet::NOTHING;
use platform::{Look, Refusal, Result};
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/reset", Door::Public, "route-reset-page", reset_page),
        route("POST", "/reset", Door::Public, "route-reset", reset).takes(&link::RESET),
        route("GET", "/link/{secret}", Door::Public, "route-link-page", page),
        route("POST", "/link/{secret}", Door::Public, "route-link", follow).takes(&link::ACCEPT),
    ]
}

/// A short page: a few sentences, perhaps a form, perhaps links.
#[derive(Template, Serialize)]
#[template(path = "account/plain.html")]
struct PlainView {
    #[serde(skip)]
    c: Chrome,
    texts: Vec<String>,
    form: Option<FormView>,
    links: Vec<(String, String)>,
}

impl PlainView {
    fn new(ask: &Ask, title: &str) -> Self {
        Self { c: ask.chrome(ask.t(title)), texts: Vec::new(), form: None, links: Vec::new() }
    }
    fn say(mut self, text: String) -> Self {
        self.texts.push(text);
        self
    }
}

fn reset_view(ask: &Ask, faults: &[Fault]) -> PlainView {
    let mut form = form(ask, &link::RESET, &ask.answers, faults);
    form.mark("email", "email", "username");
    form.action = "/reset".into();
    form.submit = ask.t("reset-submit");
    PlainView { form: Some(form), ..PlainView::new(ask, "reset-title").say(ask.t("reset-lead")) }
}

async fn reset_page(ask: Ask) -> PageResult {
    ask.show(&reset_view(&ask, &[]))
}

/// `POST /reset`: the same answer whether the address is known or not.
async fn reset(ask: Ask) -> PageResult {
    let email = ask.answers.text("email").to_string();
    let mut faults = link::RESET.faults(&ask.answers);
    if faults.is_empty() && person::clean_email(&email).is_none() {
        faults.push(Fault::at("email", "not-email"));
    }
    if !faults.is_empty() {
        return if ask.face == Face::Html { ask.show_as(422, &reset_view(&ask, &faults)) } else { Err(Refusal::Faulty(faults)) };
    }
    let (app, address) = (ask.app.clone(), ask.address.clone());
    blocking(move || app.door.ask_reset(&app.db, &email, &address)).await?;
    let view = PlainView::new(&ask, "reset-sent").say(ask.t("reset-sent-lead")).say(ask.t("reset-sent-none"));
    ask.show(&PlainView { links: vec![(ask.t("nav-sign-in"), "/sign-in".into())], ..view })
}

/// What the page of a link needs to know.
struct Opened {
    link: Link,
    org: String,
    /// The invited address has an account.
    known: bool,
    /// The one signed in is the one invited.
    mine: bool,
}

fn open(look: &mut Look, secret: &str, me: Option<platform::Id<platform::people::Person>>) -> Result<Opened> {
    let link = link::look(look, secret)?;
    let org = link.org.map(|id| org::name(look, id)).transpose()?.unwrap_or_default();
    let known = if link.kind == Kind::Invite { person::by_email(look, &link.email)? } else { None };
    Ok(Opened { mine: known.as_ref().is_some_and(|k| me == Some(k.id)), known: known.is_some(), link, org })
}

async fn opened(ask: &Ask) -> Result<Opened> {
    let (secret, me) = (ask.param("secret").to_string(), ask.session.as_ref().map(|s| s.session.person));
    ask.look(move |look, _| open(look, &secret, me)).await
}

fn view(ask: &Ask, of: &Opened, faults: &[Fault]) -> PlainView {
    let here = format!("/link/{}", ask.param("secret"));
    let roles = of.link.roles().into_iter().map(|r| ask.lang.w(r)).collect::<Vec<_>>().join(ask.lang.pick("、", ", "));
    let password = |form: &mut FormView, submit: &str| {
        form.ask(secret(ask, "password", "sign-up-password", "new-password", faults));
        form.action = here.clone();
        form.submit = ask.t(submit);
    };
    if of.link.kind == Kind::Reset {
        let mut form = form(ask, &NOTHING, &ask.answers, faults);
        password(&mut form, "new-password-submit");
        return PlainView { form: Some(form), ..PlainView::new(ask, "new-password-title").say(ask.t("new-password-lead")) };
    }
    let first = of.link.kind == Kind::FirstAdmin;
    let invited = ask.lang.ta("invited-lead", &[("org", of.org.clone()), ("roles", roles), ("email", of.link.email.clone())]);
    let plain =
        PlainView::new(ask, if first { "first-admin-title" } else { "invited-title" }).say(if first { ask.t("first-admin-lead") } else { invited });
    if !first && of.mine {
        let form = FormView { action: here, submit: ask.t("invited-join"), ..FormView::default() };
        return PlainView { form: Some(form), ..plain };
    }
    if !first && (of.known || ask.session.is_some()) {
        let mine = ask.session.is_none();
        let text = if mine { ask.t("invited-known") } else { ask.lang.ta("invited-other", &[("name", ask.who.name.clone())]) };
        let to = format!("/sign-in?email={}&then={}", escape(&of.link.email), escape(&here));
        return PlainView { links: if mine { vec![(ask.t("nav-sign-in"), to)] } else { Vec::new() }, ..plain.say(text) };
    }
    let mut form = form(ask, &link::ACCEPT, &ask.answers, faults);
    form.fields.retain(|f| first || f.name != "email");
    form.mark("email", "email", "username");
    form.mark("name", "", "name");
    for field in &mut form.fields {
        field.required = true;
    }
    password(&mut form, "accept-submit");
    PlainView { form: Some(form), ..plain }
}

async fn page(ask: Ask) -> PageResult {
    ask.show(&view(&ask, &opened(&ask).await?, &[]))
}

/// `POST /link/{secret}`: a new password, the membership, or the new person.
async fn follow(ask: Ask) -> PageResult {
    let of = opened(&ask).await?;
    let done = match of.link.kind {
        Kind::Reset => new_password(&ask).await,
        Kind::Invite if of.mine => join(&ask).await,
        Kind::Invite if of.known || ask.session.is_some() => return ask.show_as(409, &view(&ask, &of, &[])),
        Kind::Invite | Kind::FirstAdmin => accept(&ask, &of).await,
    };
    match done {
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => ask.show_as(422, &view(&ask, &of, &faults)),
        other => other,
    }
}

async fn new_password(ask: &Ask) -> PageResult {
    let (app, secret, typed) = (ask.app.clone(), ask.param("secret").to_string(), ask.answers.text("password").to_string());
    blocking(move || {
        let of = app.db.look(|look| link::look(look, &secret))?.person.ok_or(Refusal::NotFound)?;
        let known = app.db.look(|look| person::row(look, of))?;
        let hash = password::hash(&typed, &known.email, &known.name)?;
        app.db.act(move |tx| link::new_password(tx, &secret, hash))
    })
    .await?;
    see_saying("/sign-in", "password_changed")
}

async fn join(ask: &Ask) -> PageResult {
    let (me, secret) = (ask.session()?.clone(), ask.param("secret").to_string());
    ask.act(move |tx, _| {
        let org = link::join(tx, &me, &secret)?;
        platform::account::session::switch(tx, &me, org)
    })
    .await?;
    see_saying("/work", "joined")
}

async fn accept(ask: &Ask, of: &Opened) -> PageResult {
    let mut answers = ask.answers.clone();
    if of.link.kind == Kind::Invite {
        answers.set("email", of.link.email.clone());
    }
    let (email, name, typed) = (answers.text("email").to_string(), answers.text("name").to_string(), answers.text("password").to_string());
    let mut faults = link::ACCEPT.faults(&answers);
    if person::clean_email(&email).is_none() && !faults.iter().any(|f| f.field == "email") {
        faults.insert(0, Fault::at("email", if email.trim().is_empty() { "required" } else { "not-email" }));
    }
    faults.extend(password::faults(&typed, &email, &name));
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    let (app, secret, lang) = (ask.app.clone(), ask.param("secret").to_string(), ask.lang.tag().to_string());
    let attempt =
        Attempt { email: email.clone(), password: typed.clone(), code: String::new(), agent: ask.agent.clone(), address: ask.address.clone() };
    let token = blocking(move || {
        let newcomer = Newcomer { password: password::hash(&typed, &email, &name)?, email, name, lang };
        app.db.act(move |tx| link::accept(tx, &secret, newcomer))?;
        app.door.attempt(&app.db, &attempt)
    })
    .await?;
    enter(ask, token, "/work", Some("joined")).await
}
