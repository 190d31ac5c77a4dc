//! What the program says of itself, against the files in `tests/golden`; and whether the demo city shows all of it.

use dajing::work::kinds;
use platform::flow;
use serde_json::Value;
use std::collections::BTreeSet;
use support::{City, golden};

/// States in which a case ends; every other state of a table must be left by a step.
const LAST: &[(&str, &[&str])] = &[
    ("org", &["refused"]),
    ("entry", &[]),
    ("demand", &["declined", "answered", "withdrawn"]),
    ("scenario", &["refused", "withdrawn"]),
    ("announcement", &["awarded", "failed", "cancelled"]),
    ("question", &["answered", "withheld"]),
    ("objection", &["upheld", "rejected"]),
    ("paper", &["replaced", "withdrawn"]),
    ("bid", &["withdrawn", "not_admitted", "won", "lost", "void"]),
    ("scoring", &["recused", "submitted"]),
    ("filing", &["objected", "withdrawn"]),
    ("licence", &["ended", "dropped"]),
    ("plan", &["replaced"]),
    ("product", &["refused", "withdrawn"]),
    ("review", &["approved", "returned", "refused", "void"]),
    ("pricing", &["withdrawn"]),
    ("disclosure", &["superseded"]),
];

#[test]
fn step_tables() {
    golden("flows.md", &dajing::flows::markdown());
    for kind in kinds() {
        let table = (kind.table)();
        let last = LAST.iter().find(|(noun, _)| *noun == kind.name).unwrap_or_else(|| panic!("where does {} end?", kind.name)).1;
        assert_eq!(flow::faults(&table, last), Vec::<String>::new(), "{}", kind.name);
        // Every step rests on an article.
        assert!(table.lines.iter().all(|l| !l.article.is_empty() && !l.by.is_empty()), "{}", kind.name);
    }
    let markdown = dajing::flows::markdown();
    assert!(!markdown.contains('⟦') && !markdown.contains("||"), "every word of the tables is there in both languages");
}

/// Every `$ref` in the document.
fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if let ("$ref", Value::String(to)) = (key.as_str(), value) {
                    found.insert(to);
                }
                references(value, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|v| references(v, found)),
        _ => {}
    }
}

#[test]
fn the_description_for_programs() {
    let document = dajing::openapi::document("https://dajing.example");
    let mut text = String::from("# /openapi.json: method, path, roles | what is taken, * where required\n");
    let mut operations = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            operations += 1;
            let list = |value: &Value| value.as_array().map(|l| l.iter().filter_map(Value::as_str).map(str::to_string).collect::<Vec<_>>());
            let open = if operation["security"].is_null() { "public" } else { "signed in" };
            let roles = list(&operation["x-roles"]).map_or_else(|| open.to_string(), |r| r.join(" "));
            text.push_str(&format!("{} {path} [{roles}]", method.to_uppercase()));
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            if let Some(properties) = schema["properties"].as_object() {
                let required = list(&schema["required"]).unwrap_or_default();
                let fields: Vec<String> = properties.keys().map(|k| if required.contains(k) { format!("{k}*") } else { k.clone() }).collect();
                text.push_str(&format!(" | {}", fields.join(" ")));
            }
            text.push('\n');
            let parameters = operation["parameters"].as_array().unwrap();
            assert_eq!(parameters.len(), path.matches('{').count(), "{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|s| !s.is_empty() && !s.contains('⟦')), "{method} {path}: {}", operation["summary"]);
            assert!(operation["responses"]["200"].is_object(), "{method} {path}");
        }
    }
    golden("openapi.txt", &text);
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(operations, dajing::routes::all().len(), "every route is described, once");
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for to in found {
        let at = document.pointer(to.strip_prefix('#').expect("a place in the document"));
        assert!(at.is_some_and(Value::is_object), "{to} points nowhere");
    }
    assert!(!document.to_string().contains('⟦'));
}

#[test]
fn the_demo_city_has_a_case_in_every_state() {
    #[derive(diesel::QueryableByName)]
    struct Found {
        #[diesel(sql_type = diesel::sql_types::Text)]
        state: String,
    }
    let city = City::open();
    let mut missing = Vec::new();
    for kind in kinds() {
        let sql = format!("SELECT DISTINCT state FROM {}", kind.name);
        let found: Vec<Found> = city.look(|look| Ok(diesel::RunQueryDsl::load(diesel::sql_query(sql), look.db())?));
        let table = (kind.table)();
        missing.extend(table.states.iter().filter(|s| !found.iter().any(|f| f.state == **s)).map(|s| format!("{} {s}", kind.name)));
    }
    assert_eq!(missing, Vec::<String>::new());
    // And every account that the demo prints can be used.
    for account in dajing::demo::accounts(&city.data()).unwrap() {
        assert!(!account.roles.is_empty() && account.email.ends_with("@demo.example"), "{account:?}");
    }
}
