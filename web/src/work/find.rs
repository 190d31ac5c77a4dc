//! One box for everything one may see in the work area: cases of all kinds by number or title.

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::view::list::{Cell, ListView, Row, tone};
use platform::case;
use platform::paging::Page;
use platform::people::org;

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/work/find", Door::Registered, "route-work-find", find)]
}

const COLUMNS: &[&str] = &["title", "number", "noun", "state", "owner", "updated_at"];
/// Cases looked through, so that those of others, which are passed over, do not hide one's own.
const LOOKED_THROUGH: i64 = 400;
/// Cases shown.
const MOST: usize = 50;

/// `GET /work/find?q=…`: at most fifty, one's own organisation's first; the door of each kind and the case itself say what is seen.
async fn find(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, who| {
            let words = a.q("q").trim().to_string();
            let all = super::kinds();
            let doors: Vec<&super::Kind> = all.iter().filter(|k| !words.is_empty() && who.is_any(k.door)).collect();
            let kinds: Vec<_> = doors.iter().map(|k| (k.name, k.store)).collect();
            let hits = case::search(look, &kinds, &words, who.org, LOOKED_THROUGH)?;
            let kind = |noun: &str| doors.iter().find(|k| k.name == noun);
            let mut seen = Vec::new();
            for hit in hits {
                if seen.len() > MOST {
                    break;
                }
                if kind(&hit.noun).is_some_and(|k| (k.sees)(look, who, &hit.id).is_ok()) {
                    seen.push(hit);
                }
            }
            let more = seen.len() > MOST;
            seen.truncate(MOST);
            let names = org::names(look, seen.iter().filter_map(|h| h.owner).collect())?;
            let total = i64::try_from(seen.len()).unwrap_or(i64::MAX);
            let lead = if more { a.t("find-more") } else { a.t("find-lead") };
            let view = ListView::new(&a, a.t("find-title"), "cases", COLUMNS).words(&a).lead(lead);
            Ok(view.fill(&a, Page::first(total.max(1)).of(seen, total), |hit| {
                let (path, set) = kind(&hit.noun).map_or(("", ""), |k| (k.path, k.state_set));
                let state = a.lang.maybe(&format!("{set}-{}", hit.state)).unwrap_or_else(|| hit.state.clone());
                Row {
                    href: format!("/work/{path}/{}", hit.id),
                    cells: vec![
                        Cell::text(&hit.title),
                        Cell { whole: true, ..Cell::maybe(hit.serial.clone()) },
                        Cell { raw: hit.noun.clone(), ..Cell::text(a.t(&format!("noun-{}", hit.noun))) },
                        Cell { raw: hit.state.clone(), tone: tone(&hit.state), ..Cell::text(state) },
                        Cell::maybe(hit.owner.and_then(|o| names.get(&o).cloned())),
                        Cell::at(Some(hit.updated_at)),
                    ],
                }
            }))
        })
        .await?;
    view.answer(&ask)
}
