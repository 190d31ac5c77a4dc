//! The home page.

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::view::chrome::Chrome;
use askama::Template;
use serde::Serialize;

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/", Door::Public, "route-home", home)]
}

#[derive(Template, Serialize)]
#[template(path = "public/home.html")]
struct HomeView {
    #[serde(skip)]
    c: Chrome,
}

async fn home(ask: Ask) -> PageResult {
    ask.show(&HomeView { c: ask.chrome(ask.t("nav-home")) })
}
