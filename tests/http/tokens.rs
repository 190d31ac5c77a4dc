//! Programs with access tokens: what a token allows, and how refusals speak to programs.

use dajing::demo::PASSWORD;
use reqwest::Method;
use serde_json::{Value, json};
use support::visitor::Answer;
use support::{City, Visitor};

fn make(visitor: &Visitor, scopes: &[&str]) -> Answer {
    visitor.sends("/account/tokens", &json!({ "name": "对账程序", "scopes": scopes, "days": 30, "_password": PASSWORD }))
}

fn token(visitor: &Visitor, scopes: &[&str]) -> String {
    let made = make(visitor, scopes);
    assert_eq!(made.status, 200, "{}", made.text);
    made.json()["token"].as_str().expect("the token is shown once").to_string()
}

/// A program: no cookies, no form token.
fn program(city: &City, token: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let visitor = city.visitor();
    let request = visitor.request(Method::from_bytes(method.as_bytes()).unwrap(), path).bearer_auth(token).header("accept", "application/json");
    visitor.send(match body {
        Some(body) => request.json(body),
        None => request,
    })
}

fn demand(title: &str) -> Value {
    json!({
        "title": title, "domain": "city", "purpose": "industry", "unit": "乙水", "problem": "缺少数据", "expected_result": "接口", "product_forms": ["interface"],
        "data_needed": [{ "dataset": "泊位状态", "reason": "必需" }], "value": "便民", "contact": "张弛",
    })
}

/// Everything RFC 9457 and our programs count on.
fn is_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.header("content-type")), (status, "application/problem+json"), "{}", answer.text);
    let problem = answer.json();
    assert_eq!((problem["status"].as_u64(), problem["code"].as_str()), (Some(u64::from(status)), Some(code)), "{problem}");
    for part in ["type", "title", "detail", "instance", "requestId"] {
        assert!(problem[part].as_str().is_some_and(|text| !text.is_empty()), "{part} in {problem}");
    }
    assert!(problem["type"].as_str().unwrap().ends_with(&format!("/help/refusals#{code}")));
    assert_eq!(problem["requestId"].as_str(), Some(answer.header("x-request-id")));
    assert!(problem["errors"].is_array() && answer.header("cache-control") == "no-store");
}

#[test]
fn a_token_allows_what_it_says() {
    let city = City::open();
    let yi = city.enters("yi");
    let (read, act) = (token(&yi, &["read"]), token(&yi, &["act"]));
    assert!(read.starts_with("dajing_") && read != act);
    for good in [&read, &act] {
        let list = program(&city, good, "GET", "/work/licences", None);
        assert_eq!(list.status, 200, "{}", list.text);
        assert!(list.json()["total"].as_i64().is_some_and(|n| n > 0));
        is_problem(&program(&city, good, "GET", "/work/filings", None), 403, "wrong-role");
    }
    let length = city.log_length();
    is_problem(&program(&city, &read, "POST", "/work/demands", Some(&demand("只读"))), 409, "token-scope");
    assert_eq!(city.log_length(), length);
    let filed = program(&city, &act, "POST", "/work/demands", Some(&demand("程序提交")));
    assert_eq!((filed.status, city.log_length()), (200, length + 1), "{}", filed.text);
    let address = filed.json()["location"].as_str().unwrap().to_string();
    let seen = program(&city, &read, "GET", &address, None).json();
    assert_eq!((seen["title"].as_str(), seen["state"].as_str()), (Some("程序提交"), Some("filed")));
    // Of its own organisation only.
    let jia = city.enters("jia");
    is_problem(&program(&city, &token(&jia, &["act"]), "GET", &address, None), 404, "not-found");
    // A token opens no account.
    for path in ["/account", "/account/tokens", "/account/sessions", "/account/password", "/account/factor"] {
        let answer = program(&city, &act, "GET", path, None);
        assert!(matches!(answer.status, 401 | 403), "{path}: {}", answer.status);
    }
    let more = program(&city, &act, "POST", "/account/tokens", Some(&json!({ "name": "x", "scopes": ["act"], "days": 365, "_password": PASSWORD })));
    assert!(matches!(more.status, 401 | 403), "{}", more.text);
}

#[test]
fn a_token_is_made_with_the_password_and_revoked() {
    let city = City::open();
    let yi = city.enters("yi");
    let wrong = yi.sends("/account/tokens", &json!({ "name": "x", "scopes": ["read"], "days": 30, "_password": "wrong" }));
    assert!(matches!(wrong.status, 403 | 409 | 422), "{}", wrong.text);
    let long = yi.sends("/account/tokens", &json!({ "name": "x", "scopes": ["read", "all"], "days": 366, "_password": PASSWORD }));
    is_problem(&long, 422, "faulty");
    let made = token(&yi, &["read"]);
    let listed = yi.page("/account/tokens");
    assert!(!listed.text.contains(&made), "a token is shown once");
    let revoke = listed.links().into_iter().find(|l| l.ends_with("/revoke")).expect("a way to revoke it");
    assert_eq!(program(&city, &made, "GET", "/work", None).status, 200);
    let done = yi.post(&revoke, &[("_password", PASSWORD)]);
    assert_eq!(done.status, 303, "{}", done.text);
    is_problem(&program(&city, &made, "GET", "/work", None), 401, "sign-in");
    for garbage in ["", "dajing_", "dajing_00000000_x", &made[..made.len() - 1], "𠮷"] {
        if let Ok(value) = reqwest::header::HeaderValue::from_str(&format!("Bearer {garbage}")) {
            let visitor = city.visitor();
            let answer = visitor.send(visitor.request(Method::GET, "/work").header("authorization", value).header("accept", "application/json"));
            assert_eq!(answer.status, 401, "{garbage}: {}", answer.text);
        }
    }
}

#[test]
fn refusals_speak_to_programs_in_their_language() {
    let city = City::open();
    let yi = city.enters("yi");
    let act = token(&yi, &["act"]);
    let visitor = city.visitor();
    let send = |language: &str| {
        let request =
            visitor.request(Method::POST, "/work/demands").bearer_auth(&act).header("accept-language", language).header("accept", "application/json");
        visitor.send(request.json(&json!({ "title": "长".repeat(101), "data_needed": [{ "dataset": "泊位" }] })))
    };
    let (zh, en) = (send("zh-CN"), send("en-GB"));
    for answer in [&zh, &en] {
        is_problem(answer, 422, "faulty");
        let pointers: Vec<String> = answer.json()["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap().to_string()).collect();
        assert!(pointers.contains(&"/title".into()) && pointers.contains(&"/data_needed/0/reason".into()), "{pointers:?}");
        assert!(!answer.text.contains('⟦'));
    }
    assert!(en.json()["title"].as_str().unwrap().is_ascii() && !zh.json()["title"].as_str().unwrap().is_ascii());
    assert_eq!((zh.header("content-language"), en.header("content-language")), ("zh-CN", "en"));
    // Whoever comes with a token gets a problem, whatever he says he reads.
    let html = visitor.send(visitor.request(Method::GET, "/work/filings").bearer_auth(&act).header("accept", "text/html"));
    is_problem(&html, 403, "wrong-role");
    is_problem(&visitor.json("/nothing/here"), 404, "not-found");
    is_problem(&visitor.json("/work"), 401, "sign-in");
}
