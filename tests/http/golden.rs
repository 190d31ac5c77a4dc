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
    // resources in full
    ("node", &[]),
    ("collection", &["ended"]),
    ("sharing", &["upheld", "withdrawn", "ended", "stopped"]),
    ("opening", &["accepted", "refused", "withdrawn"]),
    ("opening_plan", &[]),
    ("quality", &["closed", "withdrawn"]),
    ("observer", &["replaced", "relieved"]),
    ("opinion", &["answered"]),
    ("purchase", &["ended"]),
    ("backflow", &["refused", "withdrawn", "ended"]),
    // the life of a licence
    ("amendment", &["completed", "refused", "withdrawn", "lapsed"]),
    ("rectification", &["verified", "revoked", "closed"]),
    ("termination", &["ended", "rejected", "withdrawn", "lapsed"]),
    ("destruction", &["certified"]),
    ("archive", &["handed_over"]),
    ("bar", &["lifted"]),
    // supervision
    ("complaint", &["answered", "declined", "withdrawn"]),
    ("incident", &["closed", "dismissed"]),
    ("scheme", &["superseded", "withdrawn"]),
    ("evaluation", &["published", "talked", "cancelled"]),
    ("inspection", &["cleared", "concealed", "cancelled"]),
    ("operator_plan", &["replaced"]),
    ("drill", &["reviewed", "cancelled"]),
    ("report", &["accepted"]),
    ("partner", &["refused", "exited"]),
    // money and registration
    ("clearance", &["refused", "withdrawn", "revoked"]),
    ("survey", &["closed", "withdrawn"]),
    ("fee", &["ended", "withdrawn"]),
    ("registration", &["refused", "ended", "changed", "corrected", "renewed", "cancelled", "revoked", "lapsed", "withdrawn"]),
    ("posting", &["reversed"]),
    ("split", &["superseded", "withdrawn"]),
    ("pack", &["superseded", "withdrawn"]),
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
    // As it is when the demo has just been loaded, before anything else has happened.
    let folder = support::place::Folder::fresh();
    support::city::copied(folder.path());
    let place = platform::db::Place::Sqlite(folder.path().join("dajing.db").display().to_string());
    let db = support::place::open(&place, &platform::Clock::machine());
    let mut missing = Vec::new();
    for kind in kinds() {
        let sql = format!("SELECT DISTINCT state FROM {}", kind.name);
        let found: Vec<Found> = db.look(|look| Ok(diesel::RunQueryDsl::load(diesel::sql_query(sql), look.db())?)).unwrap();
        let table = (kind.table)();
        missing.extend(table.states.iter().filter(|s| !found.iter().any(|f| f.state == **s)).map(|s| format!("{} {s}", kind.name)));
    }
    assert_eq!(missing, Vec::<String>::new());
    let city = City::open();
    // And every account that the demo prints can be used.
    for account in dajing::demo::accounts(&city.data()).unwrap() {
        assert!(!account.roles.is_empty() && account.email.ends_with("@demo.example"), "{account:?}");
    }
}

/// The one instant at which the stories of this program load a city of before: it is loaded once.
pub const CLOCK: &str = "2026-06-01T02:00:00";

/// What the demo shows beyond states: a disclosure that is late, said to everybody; an announcement with a file; an
/// objection that waits.
#[test]
fn the_demo_city_shows_what_a_city_shows() {
    // Between April and December the year before is owed; the first of June is as good a day as any.
    let city = City::open_at(CLOCK.parse().unwrap());
    let visitor = city.visitor();
    for page in ["/", "/disclosures"] {
        let said = visitor.page(page).said();
        assert!(said.contains("丙林") && said.contains("2025") && said.contains("2026-03-31"), "{page}: {said}");
    }
    let calls = visitor.json("/announcements").json();
    let published = calls["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|r| r["href"].as_str())
        .find(|href| visitor.page(href).links().iter().any(|l| l.starts_with("/files/") && visitor.get(l).bytes.starts_with(b"%PDF")));
    assert!(published.is_some(), "an announcement has a file: {calls}");
    let legal = city.enters("legal");
    assert!(legal.json("/work/objections?state=filed").json()["total"].as_i64() > Some(0));
    let sample = visitor.json("/products").json()["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|r| r["href"].as_str())
        .any(|href| visitor.get(&format!("{href}/sample")).status == 200);
    assert!(sample, "a product has a sample to take away");
}

/// The demo is loaded on any day of the year: at the turn of it, in the long holidays, at midnight, on a leap day.
#[test]
fn the_demo_city_is_loaded_on_any_day() {
    for end in ["2026-01-02T16:00:00", "2026-10-04T15:59:59", "2026-12-19T15:59:00"] {
        let folder = support::place::Folder::fresh();
        // The story begins months before its end, when the policy was not yet in force on the first of these days.
        let profile = folder.path().join("policy.toml");
        let text = include_str!("../../platform/profiles/zhangjiakou.toml").replacen("version = 1", "version = 2", 1);
        std::fs::write(&profile, text.replacen("from = \"2025-04-01\"", "from = \"2023-04-01\"", 1)).unwrap();
        let flags = vec![
            ("data_dir", folder.path().display().to_string()),
            ("listen", "127.0.0.1:0".to_string()),
            ("profile", profile.display().to_string()),
        ];
        let settings = platform::config::Settings::load(None, std::iter::empty(), flags).unwrap();
        let accounts = dajing::demo::load_until(&settings, end.parse().unwrap()).unwrap_or_else(|fault| panic!("{end}: {fault}"));
        assert!(accounts.len() > 20, "{end}");
    }
}

/// The same city under each of the other policies: another text, the same verbs.
#[test]
fn the_demo_city_is_loaded_under_every_policy() {
    std::thread::scope(|threads| {
        for policy in ["beijing", "nanjing", "zhejiang", "xicheng"] {
            threads.spawn(move || {
                let folder = support::place::Folder::fresh();
                let flags =
                    vec![("data_dir", folder.path().display().to_string()), ("listen", "127.0.0.1:0".to_string()), ("profile", policy.to_string())];
                let settings = platform::config::Settings::load(None, std::iter::empty(), flags).unwrap();
                let accounts = dajing::demo::load(&settings).unwrap_or_else(|fault| panic!("{policy}: {fault}"));
                assert!(accounts.len() > 20, "{policy}");
            });
        }
    });
}
