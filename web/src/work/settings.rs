//! The settings in force, each with where it came from; the policy profile in force.

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::view::list::{Cell, ListView, Row};
use platform::Role::SystemAdmin;
use platform::paging::Page;

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/work/settings", Door::Only(vec![SystemAdmin]), "route-settings", settings)]
}

async fn settings(ask: Ask) -> PageResult {
    let view = ListView::new(&ask, ask.t("nav-settings"), "settings", &["key", "value", "origin"]).lead(ask.t("settings-lead"));
    let lines = ask.app.settings.clone();
    let count = lines.len() as i64;
    view.fill(&ask, Page::first(200).of(lines, count), |l| Row {
        href: String::new(),
        cells: vec![Cell::text(l.key), Cell::text(&l.value), Cell::text(l.origin.to_string())],
    })
    .answer(&ask)
}
