//! Access tokens for programs: made with the password, shown once, revoked.

use super::{ask_password, confirmed, form, full};
use crate::answer::{PageResult, see_saying};
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::view::chrome::Chrome;
use crate::view::list::Cell;
use crate::view::panels::{Line, Panel, PanelsView, Rows};
use askama::Template;
use platform::account::token::{self, Token};
use platform::refusal::Fault;
use platform::sheet::NOTHING;
use platform::{Refusal, Result};
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/account/tokens", Door::Registered, "route-tokens", list),
        route("POST", "/account/tokens", Door::Registered, "route-token-make", make).takes(&token::MAKE),
        route("GET", "/account/tokens/{id}/revoke", Door::Registered, "route-token-revoke-page", revoke_page),
        route("POST", "/account/tokens/{id}/revoke", Door::Registered, "route-token-revoke", revoke),
    ]
}

async fn view(ask: &Ask, faults: &[Fault]) -> Result<PanelsView> {
    let me = full(ask)?.clone();
    if me.is_held_back() {
        return Err(Refusal::SecondFactor);
    }
    let tokens = ask.look(move |look, _| token::own(look, &me)).await?;
    let line = |t: &Token| Line {
        cells: vec![
            Cell::text(&t.name).below(format!("dajing_{}_…", t.prefix)),
            Cell::text(t.scopes().into_iter().map(|s| ask.lang.w(s)).collect::<Vec<_>>().join(ask.lang.pick("、", ", "))),
            Cell::at(Some(t.created_at)),
            Cell::at(t.used_at),
            Cell::at(Some(t.expires_at)),
        ],
        links: vec![(ask.t("tokens-revoke"), format!("/account/tokens/{}/revoke", t.id))],
        ..Line::default()
    };
    let mut table = Rows::new(ask, &["name", "scopes", "created_at", "used_at", "expires_at"], tokens.iter().map(line).collect());
    table.empty = ask.t("tokens-none");
    let c = ask.chrome(ask.t("tokens-title")).crumb(ask.t("nav-account"), "/account");
    let view = PanelsView::new(c).back("/account").lead(ask.t("tokens-lead")).panel(Panel { table: Some(table), ..Panel::default() });
    if ask.who.org.is_none() {
        return Ok(view.notice(ask.t("tokens-no-org")));
    }
    let mut form = form(ask, &token::MAKE, &ask.answers, faults);
    ask_password(ask, &mut form, faults);
    form.action = "/account/tokens".into();
    form.submit = ask.t("tokens-make");
    let note = ask.lang.ta("tokens-make-lead", &[("org", ask.who.org_name.clone())]);
    Ok(view.panel(Panel { title: ask.t("tokens-make"), note, form: Some(form), ..Panel::default() }))
}

async fn list(ask: Ask) -> PageResult {
    ask.show(&view(&ask, &[]).await?)
}

/// The only page that ever shows a token.
#[derive(Template, Serialize)]
#[template(path = "account/token_made.html")]
struct MadeView {
    #[serde(skip)]
    c: Chrome,
    name: String,
    token: String,
    /// A call that the token allows; none when it opens a calendar only.
    sample: Option<String>,
    /// The address of the calendar, when the token allows it.
    feed: Option<String>,
}

async fn made(ask: &Ask) -> Result<String> {
    let answers = token::MAKE.settle(&ask.answers);
    let me = confirmed(ask).await;
    // Faults of the sheet and of the password are told together.
    let (answers, me) = match (answers, me) {
        (Ok(answers), Ok(me)) => (answers, me),
        (Err(Refusal::Faulty(mut all)), Err(Refusal::Faulty(more))) => {
            all.extend(more);
            return Err(Refusal::Faulty(all));
        }
        (_, Err(refusal)) | (Err(refusal), _) => return Err(refusal),
    };
    ask.act(move |tx, _| token::make(tx, &me, &answers)).await.map(|(_, text)| text)
}

/// `POST /account/tokens`: answers with the token, once.
async fn make(ask: Ask) -> PageResult {
    match made(&ask).await {
        Ok(token) => {
            let c = ask.chrome(ask.t("tokens-made")).crumb(ask.t("nav-account"), "/account").crumb(ask.t("tokens-title"), "/account/tokens");
            let scopes = ask.answers.list("scopes");
            let call = || format!("curl -H 'Accept: application/json' -H 'Authorization: Bearer {token}' {}/work", ask.app.base_url);
            let sample = scopes.iter().any(|s| s != "calendar").then(call);
            let feed = scopes.iter().any(|s| s == "calendar").then(|| format!("{}/calendar/{token}.ics", ask.app.base_url));
            ask.show(&MadeView { c, name: ask.answers.text("name").trim().into(), token, sample, feed })
        }
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => ask.show_as(422, &view(&ask, &faults).await?),
        Err(refusal) => Err(refusal),
    }
}

async fn revoke_view(ask: &Ask, faults: &[Fault]) -> Result<PanelsView> {
    let (me, id) = (full(ask)?.clone(), ask.id::<Token>("id")?);
    let tokens = ask.look(move |look, _| token::own(look, &me)).await?;
    let token = tokens.into_iter().find(|t| t.id == id).ok_or(Refusal::NotFound)?;
    let mut form = form(ask, &NOTHING, &ask.answers, faults);
    ask_password(ask, &mut form, faults);
    form.action = format!("/account/tokens/{id}/revoke");
    form.submit = ask.t("tokens-revoke");
    form.grave = true;
    let c = ask.chrome(ask.lang.ta("tokens-revoke-title", &[("name", token.name)]));
    let c = c.crumb(ask.t("nav-account"), "/account").crumb(ask.t("tokens-title"), "/account/tokens");
    Ok(PanelsView::of_form(c, "/account/tokens", ask.t("tokens-revoke-lead"), form))
}

async fn revoke_page(ask: Ask) -> PageResult {
    ask.show(&revoke_view(&ask, &[]).await?)
}

async fn revoked(ask: &Ask) -> Result<()> {
    let (id, me) = (ask.id::<Token>("id")?, confirmed(ask).await?);
    ask.act(move |tx, _| token::revoke(tx, &me, id)).await
}

/// `POST /account/tokens/{id}/revoke`
async fn revoke(ask: Ask) -> PageResult {
    match revoked(&ask).await {
        Ok(()) => see_saying("/account/tokens", "token_revoked"),
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => ask.show_as(422, &revoke_view(&ask, &faults).await?),
        Err(refusal) => Err(refusal),
    }
}
