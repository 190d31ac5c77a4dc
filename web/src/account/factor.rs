//! The second factor: one-time codes of an authenticator, set up with a QR code and removed again.

use super::{ask_password, confirmed, form, full, secret};
use crate::answer::{PageResult, see_saying};
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::view::chrome::Chrome;
use crate::view::form::{FieldView, FormView};
use crate::view::panels::{Panel, PanelsView};
use askama::Template;
use platform::account::recovery;
use platform::account::totp::{self, Setup};
use platform::people::person;
use platform::refusal::Fault;
use platform::sheet::NOTHING;
use platform::{Refusal, Result};
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/account/factor", Door::Registered, "route-factor-page", page),
        route("POST", "/account/factor", Door::Registered, "route-factor", set_up),
        route("POST", "/account/factor/codes", Door::Registered, "route-recovery", new_codes),
        route("POST", "/account/factor/remove", Door::Registered, "route-factor-remove", remove),
    ]
}

/// A QR code as one path of squares, so that it needs no style.
#[derive(Serialize)]
struct Qr {
    size: usize,
    path: String,
}

/// Draws a text as a QR code with its quiet border of four squares.
fn qr(text: &str) -> Result<Qr> {
    let code = qrcode::QrCode::new(text).map_err(Refusal::broken)?;
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, c)| *c == qrcode::Color::Dark);
    Ok(Qr { size: width + 8, path: dark.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + 4, at / width + 4)).collect() })
}

#[derive(Template, Serialize)]
#[template(path = "account/factor.html")]
struct SetUpView {
    #[serde(skip)]
    c: Chrome,
    setup: Setup,
    /// The secret in groups of four, for typing.
    grouped: String,
    #[serde(skip)]
    qr: Qr,
    form: FormView,
    must: bool,
}

fn set_up_view(ask: &Ask, setup: Setup, faults: &[Fault]) -> Result<SetUpView> {
    let mut form = form(ask, &NOTHING, &ask.answers, faults);
    form.ask(secret(ask, "code", "factor-code", "one-time-code", faults));
    ask_password(ask, &mut form, faults);
    form.action = "/account/factor".into();
    form.submit = ask.t("factor-submit");
    let grouped = setup.secret.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect::<Vec<_>>().join(" ");
    let c = ask.chrome(ask.t("factor-title")).crumb(ask.t("nav-account"), "/account");
    Ok(SetUpView { c, qr: qr(&setup.uri)?, setup, grouped, form, must: ask.session()?.is_held_back() })
}

/// The only page that ever shows recovery codes.
#[derive(Template, Serialize)]
#[template(path = "account/recovery.html")]
struct CodesView {
    #[serde(skip)]
    c: Chrome,
    codes: Vec<String>,
}

fn codes_view(ask: &Ask, codes: Vec<String>) -> CodesView {
    let c = ask.chrome(ask.t("recovery-title")).crumb(ask.t("nav-account"), "/account").crumb(ask.t("factor-title"), "/account/factor");
    CodesView { c, codes }
}

/// How many recovery codes are left, and the form that makes new ones.
fn codes_panel(ask: &Ask, left: i64, faults: &[Fault]) -> Panel {
    let mut form = form(ask, &NOTHING, &ask.answers, faults);
    ask_password(ask, &mut form, faults);
    form.prefix("codes");
    form.action = "/account/factor/codes".into();
    form.submit = ask.t("recovery-make");
    Panel { title: ask.t("recovery-title"), note: ask.lang.tn("recovery-left", left), form: Some(form), ..Panel::default() }
}

async fn set_view(ask: &Ask, removal: &[Fault], making: &[Fault]) -> Result<PanelsView> {
    let me = full(ask)?.session.person;
    let left = ask.look(move |look, _| recovery::left(look, me)).await?;
    let mut view = remove_view(ask, removal);
    view.panels.insert(0, codes_panel(ask, left, making));
    if let Some(last) = view.panels.last_mut() {
        last.title = ask.t("factor-remove");
    }
    Ok(view)
}

fn remove_view(ask: &Ask, faults: &[Fault]) -> PanelsView {
    let mut form = form(ask, &NOTHING, &ask.answers, faults);
    // Or a recovery code, which has letters.
    form.ask(FieldView { kind: "line", ..secret(ask, "code", "factor-code", "one-time-code", faults) });
    ask_password(ask, &mut form, faults);
    form.action = "/account/factor/remove".into();
    form.submit = ask.t("factor-remove");
    form.grave = true;
    let c = ask.chrome(ask.t("factor-title")).crumb(ask.t("nav-account"), "/account");
    PanelsView::of_form(c, "/account", ask.t("factor-is-set"), form)
}

/// The person's address, and whether codes are set up.
async fn standing(ask: &Ask) -> Result<(String, bool)> {
    let me = full(ask)?.session.person;
    ask.look(move |look, _| Ok((person::row(look, me)?.email, totp::is_set(look, me)?))).await
}

async fn page(ask: Ask) -> PageResult {
    match standing(&ask).await? {
        (_, true) => ask.show(&set_view(&ask, &[], &[]).await?),
        (email, false) => ask.show(&set_up_view(&ask, Setup::new(&email)?, &[])?),
    }
}

async fn confirm_code(ask: &Ask) -> Result<Vec<String>> {
    let me = confirmed(ask).await?;
    let (secret, code) = (ask.answers.text("secret").to_string(), ask.answers.text("code").to_string());
    ask.act(move |tx, _| {
        totp::confirm(tx, &me, &secret, &code)?;
        recovery::make(tx, &me)
    })
    .await
}

/// `POST /account/factor`: the secret comes back with its first code; a wrong one shows the same secret again. Answers with
/// the recovery codes, once.
async fn set_up(ask: Ask) -> PageResult {
    match confirm_code(&ask).await {
        Ok(codes) => ask.show(&codes_view(&ask, codes)),
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html && !faults.iter().any(|f| f.field == "secret") => {
            let (email, _) = standing(&ask).await?;
            ask.show_as(422, &set_up_view(&ask, Setup::again(ask.answers.text("secret"), &email)?, &faults)?)
        }
        Err(refusal) => Err(refusal),
    }
}

async fn made(ask: &Ask) -> Result<Vec<String>> {
    let me = confirmed(ask).await?;
    ask.act(move |tx, _| recovery::make(tx, &me)).await
}

/// `POST /account/factor/codes`: answers with new recovery codes, once; those before no longer count.
async fn new_codes(ask: Ask) -> PageResult {
    match made(&ask).await {
        Ok(codes) => ask.show(&codes_view(&ask, codes)),
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => ask.show_as(422, &set_view(&ask, &[], &faults).await?),
        Err(refusal) => Err(refusal),
    }
}

async fn take_away(ask: &Ask) -> Result<()> {
    let me = confirmed(ask).await?;
    let code = ask.answers.text("code").to_string();
    match ask.act(move |tx, _| totp::remove(tx, &me, &code)).await {
        Err(Refusal::Rule { code: "wrong-password", .. }) => Err(Refusal::fault("code", "wrong-code")),
        other => other,
    }
}

/// `POST /account/factor/remove`: with a last code.
async fn remove(ask: Ask) -> PageResult {
    match take_away(&ask).await {
        Ok(()) => see_saying("/account", "factor_removed"),
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => ask.show_as(422, &set_view(&ask, &faults, &[]).await?),
        Err(refusal) => Err(refusal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qr_code_has_its_quiet_border() {
        let Ok(drawn) = qr("otpauth://totp/x") else { panic!() };
        assert!(drawn.path.starts_with("M4 4h1v1h-1z") && !drawn.path.contains("M3 "));
        assert_eq!((drawn.size - 8 - 17) % 4, 0);
    }
}
