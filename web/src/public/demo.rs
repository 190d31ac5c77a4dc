//! The accounts of the demo city; outside a demo the address does not exist.

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::view::chrome::{Chrome, escape};
use askama::Template;
use platform::Refusal;
use platform::account::totp;
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/demo", Door::Public, "route-public-demo", demo)]
}

#[derive(Template, Serialize)]
#[template(path = "public/demo.html")]
struct DemoView {
    #[serde(skip)]
    c: Chrome,
    accounts: Vec<Account>,
    password: &'static str,
}

#[derive(Serialize)]
struct Account {
    org: String,
    name: String,
    roles: String,
    email: String,
    /// The one-time code of this half minute, where the role needs one.
    code: String,
    href: String,
}

/// `GET /demo`
async fn demo(ask: Ask) -> PageResult {
    if !ask.app.demo {
        return Err(Refusal::NotFound);
    }
    let now = ask.app.db.clock().now();
    let accounts = ask.app.demo_accounts.iter().map(|a| Account {
        org: a.org.clone(),
        name: a.name.clone(),
        roles: a.roles.iter().map(|r| ask.lang.w(*r)).collect::<Vec<_>>().join(ask.lang.pick("、", ", ")),
        email: a.email.clone(),
        code: a.secret.as_ref().and_then(|s| totp::code_at(s, now)).unwrap_or_default(),
        href: format!("/sign-in?email={}", escape(&a.email)),
    });
    ask.show(&DemoView { c: ask.chrome(ask.t("demo-accounts")), accounts: accounts.collect(), password: crate::demo::PASSWORD })
}
