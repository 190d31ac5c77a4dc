//! The accounts of the demo city; outside a demo the address does not exist.

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::view::chrome::{Chrome, escape};
use askama::Template;
use platform::Refusal;
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
}

#[derive(Serialize)]
struct Account {
    name: String,
    role: String,
    email: String,
    password: String,
    href: String,
}

/// `GET /demo`
async fn demo(ask: Ask) -> PageResult {
    if !ask.app.demo {
        return Err(Refusal::NotFound);
    }
    let accounts = ask.app.demo_accounts.iter().map(|(name, role, email, password)| Account {
        name: name.clone(),
        role: ask.lang.maybe(&format!("role-{role}")).unwrap_or_else(|| role.clone()),
        email: email.clone(),
        password: password.clone(),
        href: format!("/sign-in?email={}", escape(email)),
    });
    ask.show(&DemoView { c: ask.chrome(ask.t("demo-accounts")), accounts: accounts.collect() })
}
