//! What a reader should not stumble over: names in his language, acts that cannot be taken back, forms that are too long,
//! a lost device, figures behind a proxy, a backup without its key.

use dajing::demo::PASSWORD;
use platform::vault::Vault;
use reqwest::Method;
use support::City;
use support::visitor::unescape;

#[test]
fn an_english_form_offers_english_names() {
    let city = City::open();
    let desk = city.enters("desk");
    let form = unescape(&desk.page("/work/announcements/new?lang=en").text);
    let profile = city.app.db.rules().profile.clone();
    for name in profile.conditions.iter().map(|c| &c.name).chain(profile.materials.iter().map(|m| &m.name)) {
        assert!(form.contains(name.en.as_str()) && !form.contains(name.zh.as_str()), "{name:?}");
    }
}

/// The first address in the page that begins so and goes on with an id only.
fn case(page: &support::visitor::Answer, start: &str) -> String {
    let found = page.links().into_iter().find(|l| l.strip_prefix(start).is_some_and(|id| id.len() == 36));
    found.unwrap_or_else(|| panic!("no link {start}… in {}", page.text))
}

#[test]
fn what_cannot_be_taken_back_asks_once_more() {
    let city = City::open();
    let bing = city.enters("bing");
    let draft = case(&bing.page("/work/disclosures?state=drafted"), "/work/disclosures/");
    let publish = format!("{draft}/publish");
    let page = bing.page(&draft);
    assert!(page.links().contains(&publish) && !page.text.contains(&format!("action=\"{publish}\"")), "a button leads to a page, not to the act");
    for (lang, title, said) in [("zh-CN", "您即将办理：发布", "不能修改，也不能撤回"), ("en", "You are about to: ", "neither changed nor taken back")]
    {
        let asked = bing.page(&format!("{publish}?lang={lang}"));
        assert!(asked.text.contains(title) && asked.text.contains(said) && asked.text.contains(&format!("action=\"{publish}\"")), "{}", asked.text);
    }
    assert_eq!(bing.post(&publish, &[]).status, 303);
    assert!(!bing.page(&draft).links().contains(&publish));
}

#[test]
fn a_form_with_too_many_fields_says_so() {
    let city = City::open();
    let yi = city.enters("yi");
    let length = city.log_length();
    let mut fields: Vec<(String, String)> = (0..5001).map(|i| (format!("data_needed[{i}].dataset"), "甲".to_string())).collect();
    fields.push(("_csrf".into(), yi.csrf()));
    let sent = yi.send(yi.request(Method::POST, "/work/demands").header("accept", "application/problem+json").form(&fields));
    assert_eq!((sent.status, sent.code().as_str()), (413, "too-many-fields"), "{}", sent.text);
    let mut form = reqwest::blocking::multipart::Form::new();
    for (name, value) in fields {
        form = form.text(name, value);
    }
    let sent = yi.send(yi.request(Method::POST, "/work/demands").header("accept", "application/problem+json").multipart(form));
    assert_eq!((sent.status, sent.code().as_str()), (413, "too-many-fields"), "{}", sent.text);
    assert_eq!(city.log_length(), length);
}

#[test]
fn a_lost_device_is_no_end() {
    let city = City::open();
    let desk = city.enters("desk");
    desk.page("/account/factor");
    assert_eq!(desk.post("/account/factor/codes", &[("_password", "not-it")]).status, 422);
    let made = desk.post("/account/factor/codes", &[("_password", PASSWORD)]);
    assert_eq!(made.status, 200, "{}", made.text);
    let shown = made.text.split("id=\"codes\"").nth(1).and_then(|rest| rest.split("</pre>").next()).unwrap_or_default();
    let codes: Vec<String> = shown.split(|c: char| c.is_whitespace() || c == '>').filter(|w| w.len() == 17).map(str::to_string).collect();
    assert_eq!(codes.len(), 10, "{shown}");
    assert!(!desk.page("/account/factor").text.contains(&codes[0]), "shown once");
    let email = support::city::email("desk");
    let signs_in = |code: &str| {
        let visitor = city.visitor();
        visitor.page("/sign-in");
        visitor.post("/sign-in", &[("email", email.as_str()), ("password", PASSWORD), ("code", code)])
    };
    assert_eq!(signs_in(&codes[0]).header("location"), "/work");
    assert_eq!(signs_in(&codes[0]).status, 401, "each counts once");
    assert_eq!(signs_in(&codes[1].to_uppercase().replace('-', " ")).header("location"), "/work");
}

#[test]
fn an_interest_is_withdrawn_on_its_own_page() {
    let city = City::open();
    let expert = city.enters("expert5");
    let page = expert.page("/work/interests");
    let withdraw = page.links().into_iter().find(|l| l.ends_with("/withdraw")).expect("a declared interest of the demo");
    assert_eq!(expert.post(&withdraw, &[("reason", "")]).status, 422);
    assert_eq!(city.enters("expert2").post(&withdraw, &[("reason", "别人的")]).status, 404);
    assert_eq!(expert.post(&withdraw, &[("reason", "顾问聘期已满")]).status, 303);
    assert_eq!(expert.get(&withdraw).status, 404);
    let after = expert.page("/work/interests");
    assert!(!after.links().contains(&withdraw) && after.text.contains("曾担任该单位技术顾问"), "it stays in the history");
}

#[test]
fn figures_are_not_passed_on_by_a_proxy() {
    let city = City::open();
    let visitor = city.visitor();
    assert_eq!(visitor.get("/metrics").status, 200);
    for header in ["x-forwarded-for", "forwarded", "x-real-ip", "via"] {
        let passed = visitor.send(visitor.request(Method::GET, "/metrics").header(header, "203.0.113.9"));
        assert_eq!(passed.status, 404, "{header}");
    }
}

#[test]
fn a_backup_holds_no_key() {
    let city = City::open();
    let (folder, runtime) = (city.data().join("moved"), tokio::runtime::Runtime::new().unwrap());
    std::fs::create_dir_all(&folder).unwrap();
    let archive = folder.join("all.tar.gz");
    runtime.block_on(platform::backup::backup(&city.app.db, &city.app.store, &archive)).unwrap();
    let place = platform::db::Place::Sqlite(folder.join("new.db").display().to_string());
    let store = platform::file::Store::folder(&folder.join("files")).unwrap();
    runtime.block_on(platform::backup::restore(&place, &store, &archive)).unwrap();
    let opens = |vault: Vault| {
        let (clock, rules) = (city.app.db.clock().clone(), city.app.db.rules().clone());
        let db = platform::Db::open_with(place.clone(), 1, clock, rules, vault).unwrap();
        assert_eq!(db.look(platform::event::verify).unwrap().broken, None);
        dajing::serve::shut(&db).unwrap()
    };
    let (people, announcements) = opens(Vault::fresh());
    assert!(people > 5 && announcements > 5, "{people} {announcements}");
    // With the key file put beside it, everything can be read.
    std::fs::copy(city.data().join(platform::vault::FILE), folder.join(platform::vault::FILE)).unwrap();
    assert_eq!(opens(Vault::in_folder(&folder).unwrap()), (0, 0));
}

#[test]
fn who_comes_back_to_a_form_that_was_sent_is_led_to_its_case() {
    let city = City::open();
    let yi = city.enters("yi");
    let mut led = 0;
    for (list, of) in [("/work/bids", "task/plan"), ("/work/bids", "check"), ("/work/products", "task/method"), ("/work/products", "submit")] {
        for row in yi.json(list).json()["rows"].as_array().unwrap() {
            let (href, state) = (row["href"].as_str().unwrap(), row["state"].as_str().unwrap());
            // What is with the reviewers, or was sent, is written no more.
            if !matches!(state, "submitted" | "opened" | "admitted" | "won" | "lost") {
                continue;
            }
            let path = format!("{href}/{of}");
            let answer = yi.get(&path);
            assert_eq!((answer.status, answer.header("location").split('?').next()), (303, Some(href)), "{path} {state}");
            assert_eq!(yi.json(&path).code(), "stale", "{path}: programs are told");
            led += 1;
        }
    }
    assert!(led > 3, "{led}");
}

#[test]
fn a_public_contact_is_shown_and_can_be_taken_back() {
    let city = City::open();
    let yi = city.enters("yi");
    let href = yi.json("/work/organisations").json()["rows"][0]["href"].as_str().unwrap().to_string();
    let catalogue = city.visitor().json("/products").json();
    let product = catalogue["rows"].as_array().unwrap().iter().find(|row| row["holder"].as_str().is_some_and(|h| h.starts_with("乙水"))).unwrap();
    let product = product["href"].as_str().unwrap().to_string();
    assert!(city.visitor().page(&product).text.contains("客户服务 0313-8000002"));
    let said = [
        ("legal_person", "张弛"),
        ("contact", "张弛"),
        ("phone", "0313-1"),
        ("security_officer", "孔繁"),
        ("security_department", "安全部"),
        ("security_phone", "0313-2"),
    ];
    let answer = yi.post(&format!("{href}/describe"), &said);
    assert_eq!(answer.status, 303, "{}", answer.text);
    let page = city.visitor().page(&product);
    assert!(!page.text.contains("0313-8000002") && page.text.contains("没有填写对外联系方式"), "left empty, nothing is shown");
    assert!(page.links().iter().any(|l| l.starts_with("/complaints/new?matter=product&about=")));
}

#[test]
fn a_number_is_found_however_it_is_typed() {
    let city = City::open();
    let visitor = city.visitor();
    let typed = |number: &str| {
        [number.to_string(), number.replace('〔', "[").replace('〕', "]"), number.replace('〔', "（").replace('〕', "）").replace('2', "２")]
    };
    let percent = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    let packs = visitor.json("/packs").json();
    let pack = packs["rows"][0]["serial"].as_str().expect("a published pack").to_string();
    for text in typed(&pack) {
        assert_eq!(visitor.json(&format!("/verify?number={}", percent(&text))).json()["found"]["kind"], "pack", "{text}");
    }
    let licence = visitor.json("/licences").json()["rows"][0]["serial"].as_str().unwrap().to_string();
    let office = city.enters("office");
    for text in typed(&licence) {
        let count = |of: &support::visitor::Visitor, path: &str| of.json(&format!("{path}?q={}", percent(&text))).json()["total"].as_i64().unwrap();
        assert!(count(&visitor, "/log") > 0 && count(&office, "/work/find") > 0, "{text}");
    }
    // What is no whole number is not called forged.
    for part in ["8", "张公数授", "2026 8号"] {
        let page = visitor.get(&format!("/verify?number={}", percent(part)));
        assert!(page.status == 404 && page.text.contains("编号不完整") && !page.text.contains("伪造"), "{part}");
    }
}
