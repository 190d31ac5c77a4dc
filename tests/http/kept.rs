//! Public pages are kept ready for everybody: the same bytes until an event may have changed them, nothing of whoever asked on them, and
//! gone from every answer with the act that takes them away.

use reqwest::Method;
use serde_json::json;
use support::City;
use support::visitor::{Answer, Visitor};

fn asks(visitor: &Visitor, path: &str, headers: &[(&str, &str)]) -> Answer {
    visitor.send(headers.iter().fold(visitor.request(Method::GET, path), |request, (name, value)| request.header(*name, *value)))
}

/// The address of the licence under which the first product of the catalogue stands, and of that product.
fn offered(city: &City) -> (String, String) {
    let catalogue = city.visitor().json("/products").json();
    let product = catalogue["rows"][0]["href"].as_str().unwrap().to_string();
    let licence = city.look(|look| {
        let id = product.rsplit('/').next().unwrap().parse()?;
        secondary::catalogue::offer(look, id).map(|page| page.offer.licence.to_string())
    });
    (licence, product)
}

#[test]
fn a_page_is_the_same_until_something_happens() {
    let city = City::open();
    let visitor = city.visitor();
    let (licence, product) = offered(&city);
    let (reviewer, office) = (city.enters("reviewer"), city.enters("office"));
    for path in ["/", "/products", "/search?q=%E5%81%9C%E8%BD%A6", "/licences", product.as_str()] {
        let first = asks(&visitor, path, &[]);
        let again = asks(&visitor, path, &[]);
        let tag = first.header("etag").to_string();
        assert!(first.status == 200 && tag.len() > 20 && !first.header("last-modified").is_empty(), "{path}");
        assert_eq!((again.header("etag"), &again.text), (tag.as_str(), &first.text), "{path}");
        assert_ne!(first.header("x-request-id"), again.header("x-request-id"), "each answer has its own number");
        let known = asks(&visitor, path, &[("if-none-match", &tag)]);
        assert_eq!((known.status, known.text.as_str()), (304, ""), "{path}");
        assert_eq!(asks(&visitor, path, &[("if-none-match", "\"other\"")]).status, 200, "{path}");
        // Each language and face is a page of its own.
        let english = asks(&visitor, path, &[("accept-language", "en")]);
        assert!(english.header("etag") != tag && english.header("content-language") == "en", "{path}");
        assert_eq!(asks(&visitor, path, &[("accept", "application/json")]).header("content-type"), "application/json", "{path}");
        assert!(asks(&visitor, path, &[("accept", "text/html")]).text == first.text, "{path}");
        // Nothing of one visitor stands on everybody's page.
        let own = first.header("x-request-id");
        assert!(!first.text.contains(own) && first.inputs("_csrf").iter().all(String::is_empty), "{path}");
        // Whoever has settings, or is signed in, gets a page of his own that nobody keeps.
        assert_eq!(asks(&visitor, path, &[("cookie", "dajing_size=large")]).header("etag"), "", "{path}");
        let staff = reviewer.get(path);
        assert!(staff.header("etag").is_empty() && staff.header("cache-control") == "no-store", "{path}");
    }

    // The act that suspends the licence takes its products off every page at once.
    let title = visitor.json(&product).json()["title"].as_str().unwrap().to_string();
    let total = visitor.json("/products").json()["total"].as_i64().unwrap();
    assert!(visitor.get("/products").text.contains(&title));
    let done = office.sends(&format!("/work/licences/{licence}/suspend"), &json!({ "reason": "限期整改" }));
    assert!(done.status < 400, "{}", done.text);
    assert!(visitor.json("/products").json()["total"].as_i64().unwrap() < total);
    assert!(!visitor.get("/products").text.contains(&product));
    assert!(visitor.get(&product).status >= 404);
    let resumed = office.sends(&format!("/work/licences/{licence}/resume"), &json!({ "reason": "验收" }));
    assert!(resumed.status < 400, "{}", resumed.text);
    assert_eq!((visitor.json("/products").json()["total"].as_i64().unwrap(), visitor.get(&product).status), (total, 200));
}

#[test]
fn a_day_that_begins_makes_every_page_anew() {
    let city = City::open();
    let visitor = city.visitor();
    let (licence, product) = offered(&city);
    let to = city.look(|look| licence.parse().and_then(|id| primary::licence::row(look, id))).to_on;
    let shown = asks(&visitor, &product, &[]);
    assert_eq!((shown.status, asks(&visitor, &product, &[]).text == shown.text), (200, true));
    // Nobody does anything; the licence's last day passes.
    let days = (to - platform::day::shanghai_date(city.app.db.clock().now())).num_days() + 1;
    city.app.db.clock().advance(chrono::Duration::days(days));
    assert!(asks(&visitor, &product, &[]).status >= 404);
    assert!(!visitor.get("/products").text.contains(&product));
}
