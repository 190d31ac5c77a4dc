//! What programs read: the catalogue in three formats, page by page; what is left of a product that is gone; policies, feeds, the
//! calendar, the map, the months; and that every route answers HEAD and refuses what it does not know.

use crate::matrix::fill;
use dajing::routes::all;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use support::visitor::Answer;
use support::{City, Visitor};

/// Asks with an `Accept` header.
fn accepting(visitor: &Visitor, path: &str, accept: &str) -> Answer {
    visitor.send(visitor.request(Method::GET, path).header("accept", accept))
}

/// The nodes of a JSON-LD answer by their addresses.
fn nodes(answer: &Answer) -> BTreeMap<String, Value> {
    let graph = answer.json()["@graph"].as_array().expect("a graph").clone();
    graph.into_iter().map(|n| (n["@id"].as_str().unwrap().to_string(), n)).collect()
}

/// The addresses that a node's predicate leads to.
fn led(node: &Value, predicate: &str) -> Vec<String> {
    let of = |v: &Value| v["@id"].as_str().unwrap_or_default().to_string();
    match &node[predicate] {
        Value::Array(all) => all.iter().map(of).collect(),
        Value::Null => Vec::new(),
        one => vec![of(one)],
    }
}

/// The first texts of a query's rows.
fn texts(city: &City, sql: &str) -> Vec<String> {
    #[derive(diesel::QueryableByName)]
    struct Found {
        #[diesel(sql_type = diesel::sql_types::Text)]
        id: String,
    }
    let sql = sql.to_string();
    let found: Vec<Found> = city.look(|look| Ok(diesel::RunQueryDsl::load(diesel::sql_query(sql), look.db())?));
    found.into_iter().map(|f| f.id).collect()
}

fn write(city: &City, sql: String) {
    city.app.db.act(move |tx| Ok(diesel::RunQueryDsl::execute(diesel::sql_query(sql), tx.db())?)).expect("written");
}

const LISTED: &str = "SELECT id FROM product WHERE listed_at IS NOT NULL ORDER BY id";

/// The products of all pages, by following the links from the first. Those on offer are data sets, and no others are.
fn walked(city: &City, first: &str) -> Vec<Vec<String>> {
    let (visitor, base) = (city.visitor(), &city.app.base_url);
    let (mut pages, mut at) = (Vec::new(), Some(first.to_string()));
    while let Some(path) = at {
        let answer = visitor.get(&path);
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/ld+json"), "{path}");
        let nodes = nodes(&answer);
        let catalogue = &nodes[&format!("{base}/catalog")];
        let told: Vec<String> = led(catalogue, "dcat:record").iter().map(|r| r.trim_end_matches("#record").to_string()).collect();
        let on = |iri: &&String| !led(&nodes[*iri], "adms:status")[0].ends_with("WITHDRAWN");
        assert_eq!(led(catalogue, "dcat:dataset"), told.iter().filter(on).cloned().collect::<Vec<_>>());
        pages.push(told);
        let view = nodes.values().find(|n| n["@type"] == "hydra:PartialCollectionView").expect("a page");
        assert_eq!(led(view, "hydra:first").len(), 1);
        at = led(view, "hydra:next").pop().map(|next| next.strip_prefix(base.as_str()).expect("of the base address").to_string());
        assert_eq!(at.is_some(), answer.header("link").contains("rel=\"next\"") || links(&answer).iter().any(|l| l.contains("rel=\"next\"")));
        assert!(pages.len() < 50, "it does not end");
    }
    pages
}

fn links(answer: &Answer) -> Vec<String> {
    answer.headers.get_all("link").iter().map(|v| v.to_str().unwrap().to_string()).collect()
}

#[test]
fn the_catalogue_is_given_in_the_format_asked_for() {
    let city = City::open();
    let visitor = city.visitor();
    let product = format!("/products/{}", texts(&city, "SELECT id FROM product WHERE state = 'listed' ORDER BY id").remove(0));
    let licence = format!("/licences/{}", texts(&city, "SELECT id FROM licence WHERE state = 'in_force' ORDER BY id").remove(0));
    for (ending, media) in [("ttl", "text/turtle"), ("jsonld", "application/ld+json"), ("rdf", "application/rdf+xml")] {
        for path in ["/catalog", &product, &licence] {
            let file = visitor.get(&format!("{path}.{ending}"));
            assert!(
                file.status == 200 && file.header("content-type").starts_with(media),
                "{path}.{ending}: {} {}",
                file.status,
                file.header("content-type")
            );
            let asked = accepting(&visitor, path, media);
            assert_eq!(asked.text, file.text, "{path} as {media}");
            assert!(asked.header("vary").contains("Accept"), "{path}");
            // Addresses are of the settings, whatever the request says.
            let elsewhere = visitor.send(visitor.request(Method::GET, &format!("{path}.{ending}")).header("host", "evil.example"));
            assert!(!elsewhere.text.contains("evil.example") && elsewhere.text.contains(&city.app.base_url), "{path}");
        }
    }
    for path in [&product, &licence] {
        for browser in ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "*/*"] {
            assert!(accepting(&visitor, path, browser).header("content-type").starts_with("text/html"));
        }
        assert_eq!(accepting(&visitor, path, "application/json").header("content-type"), "application/json");
    }
    let led = accepting(&visitor, "/catalog", "text/html");
    assert_eq!((led.status, led.header("location")), (303, "/products"));
    assert!(accepting(&visitor, "/catalog", "*/*").header("content-type").starts_with("text/turtle"));
    let page = visitor.page(&product);
    assert!(page.text.contains(&format!("<link rel=\"alternate\" type=\"text/turtle\" href=\"{product}.ttl\">")));
}

#[test]
fn every_page_is_met_once_and_the_last_has_no_next() {
    let city = City::open();
    // Two hundred and forty more, each with its version and its price: a copy of one that is on offer.
    let model = texts(&city, "SELECT id FROM product WHERE state = 'listed' AND form = 'interface' ORDER BY id").remove(0);
    let id = |n: usize| format!("0190{n:04x}-0000-7000-8000-00000000abcd");
    let product = "title, state, owner, clock, due_on, profile, content, created_by, created_at, updated_at, licence, scenario, domain, form, purpose, version, approved_version, listed_at, words";
    let price = "title, state, owner, clock, due_on, profile, content, created_by, created_at, updated_at, tariff, effective_on";
    for n in 0..240 {
        let (id, version, priced) = (id(n), id(n + 1000), id(n + 2000));
        write(&city, format!("INSERT INTO product (id, {product}) SELECT '{id}', {product} FROM product WHERE id = '{model}'"));
        write(
            &city,
            format!(
                "INSERT INTO product_version (id, product, number, content, digest, made_at) SELECT '{version}', '{id}', number, content, digest, made_at FROM product_version WHERE product = '{model}' AND number = (SELECT approved_version FROM product WHERE id = '{model}')"
            ),
        );
        write(
            &city,
            format!(
                "INSERT INTO pricing (id, product, {price}) SELECT '{priced}', '{id}', {price} FROM pricing WHERE product = '{model}' AND state = 'received' LIMIT 1"
            ),
        );
    }
    let listed: Vec<String> = texts(&city, LISTED).iter().map(|id| format!("{}/products/{id}", city.app.base_url)).collect();
    let pages = walked(&city, "/catalog.jsonld");
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, listed.len() - 200]);
    assert_eq!(pages.concat(), listed, "each once, in the order of the ids");
    // A service for each, and nothing is named that is not described.
    let last = city.visitor().get("/catalog.jsonld");
    let nodes = nodes(&last);
    assert_eq!(led(&nodes[&format!("{}/catalog", city.app.base_url)], "dcat:service").len(), 100);
    assert_eq!(city.visitor().get("/catalog.ttl?page=nonsense").status, 404);
    // What is asked since a day is walked alike.
    let since = walked(&city, "/catalog.jsonld?modified_since=2020-01-01").concat();
    assert_eq!(since, listed);
    assert_eq!(walked(&city, "/catalog.jsonld?modified_since=2999-01-01").concat(), Vec::<String>::new());
    assert_eq!(city.visitor().json("/catalog.ttl?modified_since=yesterday").status, 422);
}

#[test]
fn a_product_that_is_gone_says_since_when_and_why() {
    let city = City::open();
    let (visitor, yi) = (city.visitor(), city.enters("yi"));
    let org = crate::matrix::person_of(&city, "yi").org.unwrap();
    let own = texts(&city, &format!("SELECT id FROM product WHERE state = 'listed' AND owner = '{org}' ORDER BY id")).remove(0);
    let path = format!("/products/{own}");
    assert_eq!(visitor.get(&path).status, 200);
    std::thread::sleep(std::time::Duration::from_millis(5));
    let before = city.app.db.clock().now().and_utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let secret = "内部原因不公开";
    assert_eq!(yi.sends(&format!("/work{path}/delist"), &json!({ "reason": secret })).status, 200);
    let today = platform::day::shanghai_date(city.app.db.clock().now()).to_string();
    let page = visitor.get(&path);
    assert!(page.status == 410 && page.text.contains(&today) && page.text.contains("开发主体下架"), "{}", page.text);
    let problem = visitor.json(&path);
    assert_eq!((problem.status, problem.header("content-type"), problem.code().as_str()), (410, "application/problem+json", "gone"));
    assert_eq!((problem.json()["why"].as_str(), problem.json()["since"].as_str()), (Some("holder"), Some(today.as_str())));
    let file = visitor.get(&format!("{path}.ttl"));
    assert!(file.status == 410 && file.text.contains("dataset-status/WITHDRAWN") && !file.text.contains("dcat:Distribution"), "{}", file.text);
    let catalogue = visitor.get("/catalog.jsonld");
    let iri = format!("{}{path}", city.app.base_url);
    let found = &nodes(&catalogue)[&iri];
    assert!(led(found, "adms:status")[0].ends_with("WITHDRAWN") && led(found, "dcat:distribution").is_empty(), "{found}");
    assert!(!found["@type"].to_string().contains("dcat:Dataset"), "programs that harvest keep every data set they meet: {found}");
    // Why in words, never what was typed.
    for answer in [&page, &problem, &file, &catalogue, &visitor.get("/feeds/products.atom")] {
        assert!(!answer.text.contains(secret));
    }
    // Whoever asks what has changed since then learns of this and of nothing else.
    assert_eq!(walked(&city, &format!("/catalog.jsonld?modified_since={before}")).concat(), vec![iri]);
    // What never was on offer was never there.
    let never = texts(&city, "SELECT id FROM product WHERE listed_at IS NULL ORDER BY id").remove(0);
    for path in [format!("/products/{never}"), format!("/products/{never}.ttl")] {
        assert_eq!(visitor.get(&path).status, 404);
    }
}

#[test]
fn a_suspended_licence_takes_its_products_off_and_permits_nothing() {
    let city = City::open();
    let visitor = city.visitor();
    let row =
        texts(&city, "SELECT p.id FROM product p JOIN licence l ON l.id = p.licence WHERE p.state = 'listed' AND l.state = 'in_force' ORDER BY p.id")
            .remove(0);
    let licence = texts(&city, &format!("SELECT licence AS id FROM product WHERE id = '{row}'")).remove(0);
    let policy = format!("/licences/{licence}.jsonld");
    let iri = format!("{}/licences/{licence}", city.app.base_url);
    let permits = || led(&nodes(&visitor.get(&policy))[&iri], "odrl:permission").len();
    let prohibits = || led(&nodes(&visitor.get(&policy))[&iri], "odrl:prohibition").len();
    assert_eq!((permits(), prohibits()), (1, 3));
    let before = city.app.db.clock().now().and_utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let office = city.enters("office");
    assert_eq!(office.sends(&format!("/work/licences/{licence}/suspend"), &json!({ "reason": "限期整改" })).status, 200);
    assert_eq!((permits(), prohibits()), (0, 3));
    let gone = visitor.json(&format!("/products/{row}"));
    assert_eq!((gone.status, gone.json()["why"].as_str()), (410, Some("suspended")));
    // Nothing of the product itself was touched, and it is told all the same.
    let told = walked(&city, &format!("/catalog.jsonld?modified_since={before}")).concat();
    assert!(told.contains(&format!("{}/products/{row}", city.app.base_url)), "{told:?}");
    assert_eq!(office.sends(&format!("/work/licences/{licence}/resume"), &json!({ "reason": "整改完成" })).status, 200);
    assert_eq!((visitor.get(&format!("/products/{row}")).status, permits()), (200, 1));
}

#[test]
fn what_is_new_can_be_followed() {
    let city = City::open();
    let visitor = city.visitor();
    for name in ["announcements", "disclosures", "products"] {
        let atom = visitor.get(&format!("/feeds/{name}.atom"));
        assert!(atom.status == 200 && atom.header("content-type").starts_with("application/atom+xml"), "{name}");
        let feed = visitor.get(&format!("/feeds/{name}.json"));
        assert!(feed.header("content-type").starts_with("application/feed+json"));
        let feed = feed.json();
        let items = feed["items"].as_array().unwrap();
        assert_eq!(
            (feed["version"].as_str(), items.len()),
            (Some("https://jsonfeed.org/version/1.1"), atom.text.matches("<entry>").count()),
            "{name}"
        );
        assert!(!items.is_empty(), "{name}");
        for item in items {
            let path = item["url"].as_str().unwrap().strip_prefix(city.app.base_url.as_str()).unwrap();
            assert!(matches!(visitor.get(path).status, 200 | 410), "{path}");
        }
    }
    let calendar = visitor.get("/feeds/deadlines.ics");
    assert!(
        calendar.text.contains("BEGIN:VEVENT") && calendar.text.contains(&format!("URL:{}/announcements/", city.app.base_url)),
        "{}",
        calendar.text
    );
    let (zh, en) = (accept_language(&visitor, "zh-CN"), accept_language(&visitor, "en"));
    assert!(zh.text != en.text && zh.header("vary").contains("Accept-Language"));
}

fn accept_language(visitor: &Visitor, language: &str) -> Answer {
    visitor.send(visitor.request(Method::GET, "/feeds/products.atom").header("accept-language", language))
}

#[test]
fn the_map_and_the_lists_of_lists_lead_somewhere() {
    let city = City::open();
    let (visitor, base) = (city.visitor(), city.app.base_url.clone());
    let here = |url: &str| url.strip_prefix(base.as_str()).unwrap_or_else(|| panic!("{url}")).replace("&amp;", "&");
    let locations = |text: &str| text.split("<loc>").skip(1).map(|t| here(t.split('<').next().unwrap())).collect::<Vec<_>>();
    assert!(visitor.get("/robots.txt").text.contains(&format!("Sitemap: {base}/sitemap.xml")));
    let pieces = locations(&visitor.get("/sitemap.xml").text);
    assert_eq!(pieces.len(), 7, "{pieces:?}");
    let pages: Vec<String> = pieces.iter().flat_map(|p| locations(&visitor.get(p).text)).collect();
    assert!(pages.len() > 40 && pages.iter().collect::<BTreeSet<_>>().len() == pages.len());
    let off = |path: &String| !matches!(visitor.get(path).status, 200 | 410);
    assert_eq!(pages.into_iter().filter(off).collect::<Vec<_>>(), Vec::<String>::new());
    assert_eq!(visitor.get("/sitemaps/org.xml").status, 404);
    assert_eq!(visitor.get("/sitemaps/products.xml?after=x").status, 404);
    let last = texts(&city, "SELECT id FROM product ORDER BY id DESC").remove(0);
    assert!(locations(&visitor.get(&format!("/sitemaps/products.xml?after={last}")).text).is_empty());

    let catalog = visitor.get("/.well-known/api-catalog");
    assert!(catalog.header("content-type").starts_with("application/linkset+json") && catalog.header("link").contains("rel=\"api-catalog\""));
    let linkset = catalog.json();
    let site = &linkset["linkset"][1];
    for rel in ["service-desc", "service-doc", "status", "item"] {
        for link in site[rel].as_array().unwrap() {
            assert!(visitor.get(&here(link["href"].as_str().unwrap())).status < 400, "{link}");
        }
    }
    // Nobody is named whom to tell: the demo's contact is no mail address.
    assert_eq!(visitor.get("/.well-known/security.txt").status, 404);
    for lang in ["zh-CN", "en"] {
        let page = visitor.page(&format!("/open?lang={lang}"));
        for path in ["/catalog.ttl", "/feeds/products.atom", "/licences/open", "/sitemap.xml"] {
            assert!(page.text.contains(path), "{lang}: {path}");
        }
    }
}

#[test]
fn lists_say_how_many_there_are_and_where_the_rest_is() {
    let city = City::open();
    let visitor = city.visitor();
    for list in ["/products", "/licences", "/scenarios", "/announcements"] {
        let all = visitor.json(&format!("{list}?size=2&page=2"));
        let total = all.json()["total"].as_i64().unwrap();
        assert_eq!(all.header("x-total-count"), total.to_string(), "{list}");
        let said = links(&all).join(", ");
        let last = (total + 1) / 2;
        // The catalogue goes from page to page by cursors, the registers by numbers.
        let before: &[(&str, i64)] = if list == "/products" { &[] } else { &[("prev", 1)] };
        assert!(said.contains("rel=\"prev\""), "{list}: {said}");
        for (rel, page) in [("first", 1), ("last", last)].iter().chain(before) {
            assert!(said.contains(&format!("{list}?size=2&page={page}>; rel=\"{rel}\"")), "{list}: {rel} in {said}");
        }
        assert_eq!(said.contains("rel=\"next\""), last > 2, "{list}: {said}");
        assert!(visitor.get(list).header("x-total-count").is_empty(), "people see it on the page");
    }
}

#[test]
fn a_month_that_is_over_is_a_file_with_described_columns() {
    let city = City::open();
    let visitor = city.visitor();
    let months = visitor.json("/licences/open").json()["rows"].as_array().unwrap().clone();
    assert!(!months.is_empty());
    let newest = months[0]["month"].as_str().unwrap().to_string();
    let csv = visitor.get(&format!("/licences/open/{newest}.csv"));
    assert!(csv.status == 200 && csv.header("content-type").starts_with("text/csv") && csv.header("link").contains("describedby"));
    let lines: Vec<csv::StringRecord> =
        csv::Reader::from_reader(csv.text.trim_start_matches('\u{feff}').as_bytes()).records().map(|r| r.unwrap()).collect();
    let about = visitor.get(&format!("/licences/open/{newest}.json")).json();
    let columns = about["tableSchema"]["columns"].as_array().unwrap();
    assert!(!lines.is_empty() && lines.iter().all(|l| l.len() == columns.len()));
    let first: chrono::NaiveDate = format!("{newest}-01").parse().unwrap();
    let end = platform::day::start_of_day_utc(platform::day::add_months(first, 1));
    let until =
        texts(&city, &format!("SELECT serial AS id FROM licence WHERE in_force_at < '{end}' AND state IN ('in_force', 'suspended', 'ended')"));
    assert_eq!(lines.iter().map(|l| l[0].to_string()).collect::<BTreeSet<_>>(), until.into_iter().collect::<BTreeSet<_>>());
    // A licence that is suspended today stood as it stood then.
    let (office, licence) = (city.enters("office"), texts(&city, "SELECT id FROM licence WHERE state = 'in_force' ORDER BY id").remove(0));
    assert_eq!(office.sends(&format!("/work/licences/{licence}/suspend"), &json!({ "reason": "限期整改" })).status, 200);
    assert_eq!(visitor.get(&format!("/licences/open/{newest}.csv")).text, csv.text);
    let this = platform::day::shanghai_date(city.app.db.clock().now()).format("%Y-%m").to_string();
    for no in [this.as_str(), "1999-01", "2026-13", "x", "2026-1"] {
        assert_eq!(visitor.get(&format!("/licences/open/{no}.csv")).status, 404, "{no}");
    }
}

#[test]
fn every_route_answers_head_and_refuses_other_methods() {
    let city = City::open();
    let visitor = city.visitor();
    let mut methods: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for route in all() {
        methods.entry(route.path).or_default().insert(route.method);
    }
    let send = |method: &str, path: &str| {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        visitor.send(visitor.request(method, path).header("accept", "text/html"))
    };
    let mut asked = 0;
    for (path, known) in &methods {
        let address = fill(path, "0190c0de-0000-7000-8000-000000000001");
        if known.contains("GET") {
            let (get, head) = (send("GET", &address), send("HEAD", &address));
            assert_eq!((get.status, get.header("content-type")), (head.status, head.header("content-type")), "HEAD {address}");
            assert!(head.bytes.is_empty(), "HEAD {address} has a body");
        }
        for other in ["PUT", "PATCH", "DELETE"].into_iter().filter(|m| !known.contains(m)) {
            let answer = send(other, &address);
            assert_eq!(answer.status, 405, "{other} {address}");
            let allowed: BTreeSet<&str> = answer.header("allow").split(", ").collect();
            let expected: BTreeSet<&str> = known.iter().copied().chain(known.contains("GET").then_some("HEAD")).collect();
            assert_eq!(allowed, expected, "{other} {address}");
            asked += 1;
        }
    }
    assert!(asked > 500, "{asked}");
}

#[test]
fn every_picture_has_its_table_its_file_and_its_words() {
    let city = City::open();
    let visitor = city.visitor();
    let said = visitor.json("/statistics").json();
    let figures = said["figures"].as_array().unwrap();
    assert!(figures.len() <= 8 && figures.iter().filter(|f| !f["rows"].as_array().unwrap().is_empty()).count() >= 4, "{said}");
    let sum = |name: &str| {
        let of = figures.iter().find(|f| f["name"] == name).unwrap();
        of["rows"].as_array().unwrap().iter().map(|r| r[1].as_str().unwrap().parse::<i64>().unwrap()).sum::<i64>()
    };
    // The pictures count what the lists list.
    let total = |path: &str| visitor.json(path).json()["total"].as_i64().unwrap();
    assert_eq!((sum("products"), sum("tariffs")), (total("/products"), total("/products")));
    assert_eq!(sum("licences"), total("/licences?standing=in_force"));
    for lang in ["zh-CN", "en"] {
        let page = visitor.page(&format!("/statistics?lang={lang}"));
        for figure in figures {
            let name = figure["name"].as_str().unwrap();
            let svg = visitor.get(&format!("/statistics/{name}.svg?lang={lang}"));
            assert_eq!((svg.status, svg.header("content-type")), (200, "image/svg+xml"), "{name}");
            assert!(svg.text.contains("<title") && svg.text.contains("<desc") && !svg.text.contains("style="), "{name}");
            let empty = figure["rows"].as_array().unwrap().is_empty();
            assert_eq!(page.text.contains(&svg.text), !empty, "{lang}: {name} is the picture of the page");
            let csv = visitor.get(&format!("/statistics/{name}.csv"));
            assert_eq!(csv.text.lines().count(), figure["rows"].as_array().unwrap().len() + 1, "{name}");
        }
    }
    for no in ["/statistics/none.svg", "/statistics/none.csv"] {
        assert_eq!(visitor.get(no).status, 404);
    }
    let product = texts(&city, "SELECT id FROM product WHERE state = 'listed' ORDER BY id").remove(0);
    let page = visitor.page(&format!("/products/{product}"));
    assert!(page.text.contains("id=\"lineage-desc\""));
}
