//! A text that would do harm is typed into every field of every form that anybody is offered; wherever it comes out again
//! it is a text.

use crate::matrix::{ACTORS, cases, fill, person_of};
use dajing::demo::PASSWORD;
use dajing::routes::all;
use dajing::work::kinds;
use std::collections::BTreeMap;
use support::City;
use support::visitor::Answer;

/// Short enough for every line, and with a character of four bytes.
const EVIL: &str = "\"'><script>alert(1)</script><img src=x>𠮷";

/// Whether the page shows it, and never lets it act.
fn shows(page: &Answer, at: &str) -> bool {
    assert!(page.status < 500, "{at}: {}", page.text);
    for live in ["<script>alert", "<img src=x", "\"'><"] {
        assert!(!page.text.contains(live), "{at} lets {live} through: {}", page.said());
    }
    page.text.contains("𠮷")
}

#[test]
fn what_is_typed_into_any_form_comes_out_as_text() {
    let city = City::open();
    let kinds = kinds();
    let everybody: Vec<_> = ACTORS.iter().filter(|a| !a.1.is_empty()).map(|(_, name)| (*name, city.enters(name), person_of(&city, name))).collect();
    let (mut answers, mut shown) = (BTreeMap::<u16, usize>::new(), 0);
    for (name, visitor, who) in &everybody {
        for route in all().into_iter().filter(|r| r.method == "GET" && r.path.starts_with("/work/") && r.door.check(who).is_ok()) {
            let Some(kind) = kinds.iter().find(|k| route.path.split('/').nth(2) == Some(k.path)) else {
                continue;
            };
            let act = route.path.rsplit('/').next().unwrap_or_default();
            let from: Vec<String> = (kind.table)().lines.iter().filter(|l| l.act == act).filter_map(|l| l.from.clone()).collect();
            let addresses: Vec<String> = if !route.path.contains("{id}") {
                vec![route.path.clone()]
            } else {
                let fits =
                    cases(&city, kind.name).into_iter().filter(|c| from.contains(&c.state) || (from.is_empty() && route.path.contains("{section}")));
                fits.take(2).map(|c| fill(&route.path, &c.id)).collect()
            };
            for address in addresses {
                let page = visitor.get(&address);
                shows(&page, &address);
                for form in page.forms().into_iter().filter(|f| page.status == 200 && f.action.starts_with("/work/")) {
                    let answer = visitor.press(&form.clone().anything(EVIL, PASSWORD));
                    *answers.entry(answer.status).or_default() += 1;
                    let at = format!("{name} {} after {address}", form.action);
                    shown += usize::from(shows(&answer, &at));
                    if answer.status == 303 {
                        shown += usize::from(shows(&visitor.get(answer.header("location")), &at));
                    }
                }
            }
        }
    }
    // And wherever it may have come to: lists, cases, letters, the log, the public pages.
    for (name, visitor, who) in &everybody {
        let lists = kinds.iter().map(|k| format!("/work/{}", k.path)).chain([
            "/work".into(),
            "/work/letters".into(),
            "/work/audit".into(),
            "/work/people".into(),
        ]);
        for list in lists {
            shown += usize::from(shows(&visitor.get(&list), &format!("{name} {list}")));
        }
        for kind in &kinds {
            for case in cases(&city, kind.name).into_iter().rev().take(6) {
                if city.app.db.look(|look| (kind.sees)(look, who, &case.id)).is_ok() {
                    let address = format!("/work/{}/{}", kind.path, case.id);
                    shown += usize::from(shows(&visitor.get(&address), &format!("{name} {address}")));
                }
            }
        }
    }
    let public = city.visitor();
    for list in ["/", "/scenarios", "/announcements", "/resources", "/licences", "/products", "/prices", "/disclosures"] {
        let page = public.page(list);
        shows(&page, list);
        for link in page.links().into_iter().filter(|l| l.starts_with(list) && l.len() > list.len() + 36) {
            shows(&public.get(&link), &link);
        }
    }
    eprintln!("answers by status: {answers:?}; shown {shown} times");
    let taken = answers.get(&303).copied().unwrap_or(0);
    assert!(taken > 40 && answers.get(&422).copied().unwrap_or(0) > 20 && shown > 100, "{answers:?}, shown {shown} times");
}
