//! Sign-up of a developer or buyer: its organisation and its first person in one form.

use super::{blocking, form, secret};
use crate::answer::{PageResult, see};
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::view::chrome::Chrome;
use crate::view::form::{FieldView, FormView};
use askama::Template;
use platform::account::{password, sign_up};
use platform::people::org;
use platform::refusal::Fault;
use platform::{Refusal, Result};
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/sign-up", Door::Public, "route-sign-up-page", page),
        route("POST", "/sign-up", Door::Public, "route-sign-up", apply).takes(&sign_up::SIGN_UP),
        route("GET", "/sign-up/sent", Door::Public, "route-sign-up-sent", sent),
    ]
}

/// The form: the organisation's part and the person's.
#[derive(Template, Serialize)]
#[template(path = "account/sign_up.html")]
struct SignUpView {
    #[serde(skip)]
    c: Chrome,
    lead: String,
    form: FormView,
    of_org: Vec<FieldView>,
    of_person: Vec<FieldView>,
    last: Vec<FieldView>,
}

fn view(ask: &Ask, days: i64, faults: &[Fault]) -> SignUpView {
    let mut own = form(ask, &sign_up::SIGN_UP, &ask.answers, faults);
    let of_org = form(ask, &org::APPLY, &ask.answers, faults);
    own.mark("email", "email", "username");
    own.mark("person", "", "name");
    let (kind, rest): (Vec<_>, Vec<_>) = own.fields.iter().cloned().partition(|f| f.name == "kind");
    let (last, mut of_person): (Vec<_>, Vec<_>) = rest.into_iter().partition(|f| f.name == "agree");
    let mut both = FormView { action: "/sign-up".into(), submit: ask.t("sign-up-submit"), lang: ask.lang, ..FormView::default() };
    // In the order in which the page asks.
    let named = |errors: &[crate::view::form::ErrorView], names: &[&str]| -> Vec<_> {
        errors.iter().filter(|e| names.contains(&e.field.as_str())).cloned().collect()
    };
    both.errors.extend(named(&own.errors, &["kind"]));
    both.errors.extend(of_org.errors.clone());
    both.errors.extend(named(&own.errors, &["email", "person"]));
    both.ask(secret(ask, "password", "sign-up-password", "new-password", faults));
    both.errors.extend(named(&own.errors, &["agree"]));
    of_person.append(&mut both.fields);
    let lead = ask.lang.tn("sign-up-lead", days);
    SignUpView { c: ask.chrome(ask.t("nav-sign-up")), lead, form: both, of_org: kind.into_iter().chain(of_org.fields).collect(), of_person, last }
}

/// Working days in which a sign-up is decided.
fn days(ask: &Ask) -> i64 {
    ask.app.db.rules().profile.deadline("org_approval").map_or(0, |d| d.value.into())
}

async fn page(ask: Ask) -> PageResult {
    if ask.who.person.is_some() {
        return see("/account");
    }
    ask.show(&view(&ask, days(&ask), &[]))
}

async fn enter(ask: &Ask) -> Result<()> {
    let (app, typed, lang, address) = (ask.app.clone(), ask.answers.clone(), ask.lang.tag(), ask.address.clone());
    let typed_password = typed.text("password").to_string();
    blocking(move || {
        let faults = sign_up::faults(&typed, &typed_password);
        if !faults.is_empty() {
            return Err(Refusal::Faulty(faults));
        }
        app.door.ask(&app.db, &address)?;
        let hash = password::hash(&typed_password, typed.text("email"), typed.text("person"))?;
        app.db.act(move |tx| sign_up::apply(tx, &typed, lang, hash)).map(drop)
    })
    .await
}

/// `POST /sign-up`
async fn apply(ask: Ask) -> PageResult {
    match enter(&ask).await {
        Ok(()) => see("/sign-up/sent"),
        Err(Refusal::Faulty(faults)) if ask.face == Face::Html => ask.show_as(422, &view(&ask, days(&ask), &faults)),
        Err(refusal) => Err(refusal),
    }
}

/// What happens next, and by when.
#[derive(Template, Serialize)]
#[template(path = "account/sent.html")]
struct SentView {
    #[serde(skip)]
    c: Chrome,
    /// The last day for the decision, where the calendar reaches so far.
    by: Option<chrono::NaiveDate>,
    steps: Vec<String>,
}

async fn sent(ask: Ask) -> PageResult {
    let by = ask
        .look(|look, _| {
            let (today, calendar) = (look.today(), look.calendar());
            Ok(look.profile().deadline("org_approval").and_then(|d| d.due(today, &calendar, &[]).ok()))
        })
        .await?;
    let when = by.map_or_else(|| ask.t("due-unknown"), |day| day.to_string());
    let steps = vec![ask.lang.ta("sign-up-next-1", &[("by", when)]), ask.t("sign-up-next-2"), ask.t("sign-up-next-3")];
    ask.show(&SentView { c: ask.chrome(ask.t("sign-up-sent")), by, steps })
}
