//! The box of the work area that finds cases of all kinds: what one may open is found, and nothing else.

use serde_json::Value;
use support::City;
use support::visitor::Visitor;

fn rows(of: &Visitor, path: &str) -> Vec<Value> {
    of.json(path).json()["rows"].as_array().unwrap_or_else(|| panic!("{path} is a list")).clone()
}

fn text(row: &Value, name: &str) -> String {
    row[name].as_str().unwrap_or("").to_string()
}

/// Addresses that a search of these words finds.
fn found(of: &Visitor, words: &str) -> Vec<String> {
    rows(of, &format!("/work/find?q={}", percent(words))).iter().map(|row| text(row, "href")).collect()
}

fn percent(words: &str) -> String {
    words.bytes().map(|b| format!("%{b:02X}")).collect()
}

#[test]
fn whoever_looks_for_a_case_finds_what_he_may_open_and_nothing_else() {
    let city = City::open();
    let mut opened = 0;
    for name in ["desk", "legal", "reviewer", "finance", "office", "bureau", "source", "expert", "auditor", "yi", "jia_staff", "buyer"] {
        let one = city.enters(name);
        for words in ["数据", "场景", "服务", "2026"] {
            for href in found(&one, words) {
                assert_eq!(one.get(&href).status, 200, "{name} found {href} by {words}");
                opened += 1;
            }
        }
        assert_eq!(found(&one, ""), Vec::<String>::new(), "{name}: nothing asked, nothing found");
        // What stands for anything in a pattern is a letter like others.
        for letter in ["%", "_"] {
            for row in rows(&one, &format!("/work/find?q={}", percent(letter))) {
                assert!(text(&row, "title").contains(letter) || text(&row, "number").contains(letter), "{name}: {row}");
            }
        }
    }
    assert!(opened > 100, "{opened}");

    // By number and by title.
    let (yi, mut numbers) = (city.enters("yi"), 0);
    for list in ["/work/products", "/work/bids", "/work/licences"] {
        let own = rows(&yi, list);
        assert!(!own.is_empty(), "{list}");
        for row in own {
            let href = text(&row, "href");
            for words in ["number", "title"].map(|name| text(&row, name)).into_iter().filter(|w| !w.is_empty() && w != "（草稿）") {
                assert!(found(&yi, &words).contains(&href), "{words} finds {href}");
                numbers += usize::from(words == text(&row, "number"));
            }
        }
    }
    assert!(numbers > 0, "{numbers}");
    let page = yi.page("/work");
    assert!(page.text.contains("action=\"/work/find\""), "the box stands on every page of the work area");
    assert_eq!(city.visitor().get("/work/find?q=x").status, 303, "who is not signed in is asked to");

    // Who asked a question that is answered for all is told to those who oversee and to himself.
    let (office, jia, bing) = (city.enters("office"), city.enters("jia"), city.enters("bing"));
    let questions = rows(&office, "/work/questions");
    let answered: Vec<&Value> = questions.iter().filter(|q| text(q, "state") == "answered" && !text(q, "filed_by").is_empty()).collect();
    assert!(!answered.is_empty());
    for question in answered {
        let (href, words, asker) = (text(question, "href"), text(question, "question"), text(question, "filed_by"));
        let owner = |of: &Visitor| {
            let hits = rows(of, &format!("/work/find?q={}", percent(&words)));
            hits.iter().find(|row| text(row, "href") == href).map(|row| text(row, "owner"))
        };
        assert_eq!(owner(&office), Some(asker.clone()));
        let told: Vec<String> = [&yi, &jia, &bing].into_iter().filter_map(owner).filter(|owner| !owner.is_empty()).collect();
        assert!(told.iter().all(|owner| *owner == asker) && told.len() <= 1, "{words}: {told:?}");
    }

    // A rival's bid is not found, nor by whoever runs the call before it is opened.
    let theirs = rows(&jia, "/work/bids");
    assert!(!theirs.is_empty());
    let legal = city.enters("legal");
    let mut sealed = 0;
    for bid in &theirs {
        let href = text(bid, "href");
        for words in [text(bid, "number"), text(bid, "title")].into_iter().filter(|w| !w.is_empty() && w != "（草稿）") {
            assert!(found(&jia, &words).contains(&href));
            assert!(!found(&yi, &words).contains(&href), "{words} shows a rival {href}");
            let shut = legal.get(&href).status == 404;
            sealed += usize::from(shut);
            assert_eq!(found(&legal, &words).contains(&href), !shut, "{words} {href}");
        }
    }
    assert!(sealed > 0, "a bid under seal was looked for");
}
