//! One box for everything one may see in the work area: cases of all kinds by number or title.

use super::Kind;
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::view::list::{Cell, ListView, Row, tone};
use platform::paging::Page;
use platform::people::org;
use platform::{Refusal, case, serial};
use std::collections::HashMap;

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/work/find", Door::Registered, "route-work-find", find)]
}

const COLUMNS: &[&str] = &["title", "number", "noun", "state", "owner", "created_at"];
/// Cases of each kind that are looked at: those of others, which are passed over, do not hide one's own.
const OF_EACH: i64 = 40;
/// Cases shown.
const MOST: usize = 50;

/// Whether a case still has the words as it is shown: a draft's title is not what others see.
fn has(case: &super::Shown, words: &str) -> bool {
    let says = |text: &str, words: &str| {
        let (text, mut at) = (text.to_lowercase(), 0);
        words.to_lowercase().split_whitespace().all(|word| match text[at..].find(word) {
            Some(found) => {
                at += found + word.len();
                true
            }
            None => false,
        })
    };
    says(&case.title, words) || case.serial.as_deref().is_some_and(|number| says(number, &serial::folded(words)))
}

/// `GET /work/find?q=…`: at most fifty, one's own organisation's first. The door of each kind and the case itself say what is seen.
async fn find(ask: Ask) -> PageResult {
    let a = ask.clone();
    // Titles are read through, so one at a time: public pages keep their readers.
    let _turn = ask.app.finding.acquire().await.map_err(Refusal::broken)?;
    let view = ask
        .look(move |look, who| {
            let words = a.q("q").trim().to_string();
            let all = super::kinds();
            let doors: HashMap<&str, &Kind> = all.iter().filter(|k| !words.is_empty() && who.is_any(k.door)).map(|k| (k.name, k)).collect();
            let kinds: Vec<_> = doors.values().map(|k| (k.name, k.store)).collect();
            let hits = case::search(look, &kinds, &words, who.org, OF_EACH)?;
            let full = |noun: &str| hits.iter().filter(|h| h.noun == noun).count() as i64 == OF_EACH;
            let mut more = doors.keys().any(|noun| full(noun));
            let mut seen = Vec::new();
            for hit in &hits {
                let Some(kind) = doors.get(hit.noun.as_str()) else { continue };
                let case = match (kind.shown)(look, who, &hit.id) {
                    Ok(case) if has(&case, &words) => case,
                    Ok(_) | Err(Refusal::NotFound) => continue,
                    Err(other) => return Err(other),
                };
                if seen.len() == MOST {
                    more = true;
                    break;
                }
                seen.push((*kind, hit, case));
            }
            let names = org::names(look, seen.iter().filter_map(|(.., case)| case.owner).collect())?;
            let total = i64::try_from(seen.len()).unwrap_or(i64::MAX);
            let lead = if more { a.t("find-more") } else { a.t("find-lead") };
            let mut view = ListView::new(&a, a.t("find-title"), "cases", COLUMNS).words(&a).lead(lead);
            if words.is_empty() {
                view.empty = a.t("find-empty");
            }
            Ok(view.fill(&a, Page::first(total.max(1)).of(seen, total), |(kind, hit, case)| {
                let state = a.lang.maybe(&format!("{}-{}", kind.state_set, case.state)).unwrap_or_else(|| case.state.to_string());
                Row {
                    href: format!("/work/{}/{}", kind.path, hit.id),
                    cells: vec![
                        Cell::text(&case.title),
                        Cell { whole: true, ..Cell::maybe(case.serial.clone()) },
                        Cell { raw: kind.name.into(), ..Cell::text(a.t(&format!("noun-{}", kind.name))) },
                        Cell { raw: case.state.into(), tone: tone(case.state), ..Cell::text(state) },
                        Cell::maybe(case.owner.and_then(|o| names.get(&o).cloned())),
                        Cell::at(Some(hit.created_at)),
                    ],
                }
            }))
        })
        .await?;
    view.answer(&ask)
}
