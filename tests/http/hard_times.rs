//! The disk is full, the database is gone: everybody is told in a sentence, nothing is half done, and the same form sent
//! again when all is well is taken.

use platform::db::Place;
use serde_json::json;
use support::City;
use support::place::{self, Keep};

/// Lets the city's file grow to so many pages and no further, as a full disk would; until the connection is opened anew,
/// as it is after each refusal.
fn most_pages(city: &City, most: u32) {
    let text = format!("PRAGMA max_page_count = {most}");
    city.app.db.act(move |tx| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(text), tx.db())?)).unwrap();
}

#[test]
fn a_full_disk_is_said_and_takes_nothing() {
    let city = City::open();
    let yi = city.enters("yi");
    let long = "长".repeat(3_900);
    let form = |title: &str, long: &str| {
        let said = [
            ("title", title),
            ("domain", "city"),
            ("purpose", "industry"),
            ("unit", "乙水数据有限公司"),
            ("problem", long),
            ("expected_result", long),
            ("data_needed[0].dataset", "泊位实时状态"),
            ("data_needed[0].reason", "计算"),
            ("value", long),
            ("plan", long),
            ("contact", "张弛"),
        ];
        yi.page("/work/demands/new").form("/work/demands").fill(&said).only("product_forms", &["interface"])
    };
    let filled = form("写满磁盘的需求", &long);
    // Until the last free page is used.
    let mut refused = None;
    // Large ones first, then small ones, so that afterwards none of the large finds room.
    for n in 0..400 {
        most_pages(&city, 1);
        let answer = yi.press(&form(&format!("需求 {n}"), if n < 20 { &long } else { "短" }));
        if answer.status != 303 {
            refused = Some(answer);
            if n >= 20 {
                break;
            }
        }
    }
    let refused = refused.expect("the disk is full in the end");
    assert_eq!(refused.status, 507, "{}", refused.text);
    assert!(refused.said().contains("服务器磁盘已满，没有保存任何内容。") && refused.said().contains("请稍后重试"), "{}", refused.said());
    let length = city.log_length();
    most_pages(&city, 1);
    let answer = yi.press(&filled);
    assert_eq!(answer.status, 507);
    most_pages(&city, 1);
    let problem = yi.sends(
        "/work/demands",
        &json!({ "title": "程序", "domain": "city", "purpose": "industry", "unit": "乙", "problem": long, "expected_result": long,
        "product_forms": ["interface"], "data_needed": [{ "dataset": "泊位", "reason": "必需" }], "value": long, "plan": long, "contact": "乙" }),
    );
    assert_eq!((problem.status, problem.code().as_str(), problem.header("content-type")), (507, "no-space", "application/problem+json"));
    assert_eq!(city.log_length(), length, "nothing is half done");
    // Reading goes on.
    for page in ["/", "/products", "/work", "/work/demands"] {
        yi.page(page);
    }
    most_pages(&city, 1_000_000);
    // The very same form, its key included.
    let to = yi.done(&filled);
    assert!(yi.page(&to).said().contains("写满磁盘的需求"));
    assert_eq!((yi.done(&filled), city.log_length()), (to, length + 1), "sent twice it is one");
}

#[test]
fn a_database_that_is_gone_is_said_and_one_that_is_back_serves() {
    let Some((Keep::Database(database), Place::Postgres(url))) = place::postgres() else { return };
    let city = City::empty_on(&url, "2026-03-02T01:00:00".parse().unwrap());
    let visitor = city.visitor();
    let secret = city.app.db.act(platform::account::admin::first_admin_link).unwrap();
    let form = visitor.page("/sign-in").form("/sign-in").fill(&[("email", "a@b.cn"), ("password", "wrong")]);
    assert_eq!((visitor.get("/readyz").status, visitor.get("/healthz").status), (200, 200));
    database.goes_away();
    assert_eq!((visitor.get("/readyz").status, visitor.get("/healthz").status), (503, 200), "alive, but not ready");
    let shown = visitor.get("/licences");
    assert_eq!(shown.status, 503);
    assert!(shown.said().contains("数据库暂时不可用，没有保存任何内容。"), "{}", shown.said());
    assert_eq!((visitor.json("/licences").status, visitor.json("/licences").code().as_str()), (503, "unavailable"));
    // What lies in memory is told for a moment more, and then no longer: nobody here knows what others do meanwhile.
    until("a node that is cut off goes on telling what it knew", || visitor.get("/products").status == 503);
    assert_eq!(visitor.press(&form).status, 503);
    assert_eq!(visitor.page("/help").status, 200, "what needs no database is there");
    database.comes_back();
    // Connections are tried again at growing intervals.
    until("a database that is back is not found again", || visitor.get("/readyz").status == 200);
    until("a node that is in touch again shows no list", || visitor.get("/products").status == 200);
    assert_eq!(visitor.press(&form).status, 401, "and answers as ever");
    assert_eq!(visitor.get(&format!("/link/{secret}")).status, 200, "and what was there is there");
}

fn until(otherwise: &str, is: impl Fn() -> bool) {
    let from = std::time::Instant::now();
    while !is() {
        assert!(from.elapsed().as_secs() < 60, "{otherwise}");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

#[test]
fn one_reader_is_enough_for_many_who_ask_while_acts_go_on() {
    let city = City::open_under(|_| vec![("readers", "1".to_string())]);
    let told = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|threads| {
        let hands: Vec<_> = ["yi", "office", "expert", "auditor", "buyer", "legal"]
            .map(|name| {
                let (visitor, told) = (city.enters(name), &told);
                threads.spawn(move || {
                    let mut asked = 0;
                    while asked < 20 || !told.load(std::sync::atomic::Ordering::Relaxed) {
                        for page in ["/", "/statistics", "/products", "/search?q=数据"] {
                            let answer = visitor.get(page);
                            assert_eq!(answer.status, 200, "{page}: {}", answer.said());
                            asked += 1;
                        }
                    }
                })
            })
            .into_iter()
            .collect();
        let yi = city.enters("yi");
        for n in 0..20 {
            let answer = yi.sends(
                "/work/demands",
                &json!({ "title": format!("需求 {n}"), "domain": "city", "purpose": "industry", "unit": "乙", "problem": "问", "expected_result": "果",
                "product_forms": ["interface"], "data_needed": [{ "dataset": "泊位", "reason": "必需" }], "value": "值", "plan": "案", "contact": "乙" }),
            );
            assert!(answer.status < 300, "{}", answer.text);
        }
        told.store(true, std::sync::atomic::Ordering::Relaxed);
        hands.into_iter().for_each(|hand| hand.join().unwrap());
    });
}

#[test]
fn no_day_of_a_running_deadline_fails() {
    // A year whose holidays are known to its end.
    let city = City::open_at(crate::golden::CLOCK.parse().unwrap());
    let kinds = dajing::work::kinds();
    // Five weeks, a day at a time: whatever the city left running is due, reminded of, deemed or passed on in them.
    let mut done = 0;
    for _ in 0..35 {
        city.app.db.clock().advance(chrono::Duration::days(1));
        for kind in &kinds {
            let day = (kind.day)(&city.app.db).unwrap();
            assert_eq!(day.failed, 0, "{} on {}", kind.name, city.app.db.clock().now());
            done += day.deemed + day.escalated + day.reminded;
        }
    }
    assert!(done > 20, "{done}");
}
