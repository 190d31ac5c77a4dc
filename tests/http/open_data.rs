//! What everybody may have, and how a visitor without an account objects and learns the answer.

use crate::matrix::person_of;
use serde_json::json;
use support::City;

#[derive(diesel::QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::Text)]
    id: String,
}

fn entries(city: &City, condition: &str) -> Vec<String> {
    let sql = format!("SELECT id FROM entry WHERE state = 'published' AND {condition} ORDER BY title");
    let found: Vec<Found> = city.look(|look| Ok(diesel::RunQueryDsl::load(diesel::sql_query(sql), look.db())?));
    found.into_iter().map(|f| f.id).collect()
}

#[test]
fn only_what_is_open_without_condition_is_listed() {
    let city = City::open();
    let visitor = city.visitor();
    let listed: Vec<String> =
        visitor.json("/open-data?size=200").json()["rows"].as_array().unwrap().iter().map(|r| r["href"].as_str().unwrap().to_string()).collect();
    let open = entries(&city, "open = 'unconditional' AND personal = FALSE AND excluded IS NULL");
    assert!(open.len() > 2 && listed.len() == open.len(), "{listed:?}");
    for id in &open {
        assert!(listed.contains(&format!("/open-data/{id}")));
        let said = visitor.json(&format!("/open-data/{id}")).json();
        assert!(!said["unit"].as_str().unwrap().is_empty() && said["terms"].as_array().unwrap().len() == 5, "{said}");
        assert_eq!(visitor.get(&format!("/open-data/{id}?format=json")).header("content-type"), "application/json");
    }
    let closed = entries(&city, "NOT (open = 'unconditional' AND personal = FALSE AND excluded IS NULL)");
    assert!(closed.len() > 2);
    for id in closed {
        assert_eq!(visitor.json(&format!("/open-data/{id}")).status, 404);
    }
    // Where it is had is a link to the web or, whatever was typed, no link.
    let page = |id: &str| visitor.page(&format!("/open-data/{id}")).text;
    let linked = open.iter().find(|id| page(id).contains("href=\"https://opendata.example.cn/")).expect("one with its address");
    let typed = "javascript:alert(1)";
    let sql = format!("UPDATE entry SET content = replace(content, 'https://opendata.example.cn/', '{typed}') WHERE id = '{linked}'");
    city.app.db.act(move |tx| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(sql), tx.db())?)).unwrap();
    let page = page(linked);
    assert!(page.contains(typed) && !page.contains(&format!("href=\"{typed}")), "{page}");
    let farm = visitor.json("/open-data?domain=agriculture").json();
    assert!(farm["total"].as_i64().unwrap() < open.len() as i64);
    let csv = visitor.get("/open-data?format=csv");
    assert_eq!((csv.status, csv.text.lines().count()), (200, open.len() + 1));
}

#[test]
fn a_visitor_objects_and_follows_the_receipt() {
    let city = City::open();
    let (visitor, id) = (city.visitor(), entries(&city, "open = 'unconditional'").remove(0));
    let form = format!("/resources/{id}/objection");
    let shown = visitor.page(&form).form(&form);
    let empty = visitor.press(&shown.clone().fill(&[("flaw", "accuracy"), ("problem", "")]));
    assert_eq!(empty.status, 422, "{}", empty.text);
    let sent = visitor.press(&shown.fill(&[("flaw", "accuracy"), ("problem", "地址与现场不符"), ("contact", "13800000000")]));
    assert_eq!(sent.status, 303);
    let receipt = sent.header("location").split("/issues/").nth(1).unwrap().to_string();
    let said = visitor.json(&format!("/issues/{receipt}")).json();
    assert!(!said["number"].as_str().unwrap().is_empty() && !said["due"].as_str().unwrap().is_empty(), "{said}");
    // Its text and how to reach the visitor are for the unit and the bureau.
    assert!(!said.to_string().contains("13800000000"));
    assert_eq!(city.enters("jia").json(&format!("/work/quality-issues/{receipt}")).status, 404);
    // The unit answers, and the receipt says so.
    let unit =
        ["source", "source_farm", "source_civil"].into_iter().find(|n| person_of(&city, n).org_name == said["unit"].as_str().unwrap()).unwrap();
    let answered = city.enters(unit).sends(&format!("/work/quality-issues/{receipt}/fix"), &json!({ "cause": "编码错误", "done": "已更正地址" }));
    assert!(answered.status < 400, "{}", answered.text);
    assert_eq!(visitor.json(&format!("/issues/{receipt}")).json()["answer"], "已更正地址");
}
