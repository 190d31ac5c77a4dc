//! Who gets in where: every route of the table times every kind of actor, against `tests/golden/matrix.txt`; and the rule
//! behind it, that a case one may not see cannot be told from one that does not exist.

use dajing::demo::PASSWORD;
use dajing::routes::{Door, Route, all};
use dajing::work::{Kind, kinds};
use platform::people::person;
use platform::{Caller, Refusal};
use reqwest::Method;
use std::collections::HashMap;
use support::{City, Visitor, golden};

/// Column, and name in the demo's story. Developers look at cases of 乙水: `own` belongs to it, `other` to 甲山. Source units
/// look at entries of the first: `source` belongs to it, `source2` to another.
pub const ACTORS: &[(&str, &str)] = &[
    ("public", ""),
    ("own", "yi"),
    ("staff", "yi_staff"),
    ("other", "jia"),
    ("buyer", "buyer"),
    ("desk", "desk"),
    ("review", "reviewer"),
    ("legal", "legal"),
    ("finance", "finance"),
    ("office", "office"),
    ("bureau", "bureau"),
    ("regul", "regulator"),
    ("source", "source"),
    ("source2", "source_farm"),
    ("expert", "expert"),
    ("expert2", "expert2"),
    ("audit", "auditor"),
    ("system", "system_admin"),
    ("secur", "security_admin"),
    ("auditad", "audit_admin"),
];

/// What stands where nothing is.
const NOTHING: &str = "0190c0de-0000-7000-8000-000000000001";

/// Everybody signed in, the first of them not at all.
pub fn everybody(city: &City) -> Vec<Visitor> {
    ACTORS.iter().map(|(_, name)| if name.is_empty() { city.visitor() } else { city.enters(name) }).collect()
}

#[derive(diesel::QueryableByName, Clone, Debug)]
pub struct Case {
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub id: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub state: String,
    /// Whether it belongs to 乙水; an entry to the first source unit, a sheet of scores to the first expert.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub own: bool,
}

/// All cases of a noun, one's own first, in an order that two loads of the city share.
pub fn cases(city: &City, table: &str) -> Vec<Case> {
    let yi = person_of(city, "yi").org.unwrap();
    let own = match table {
        "org" => format!("id = '{yi}'"),
        "entry" => format!("owner = '{}'", person_of(city, "source").org.unwrap()),
        "scoring" => format!("expert = '{}'", person_of(city, "expert").person.unwrap()),
        _ => format!("owner IS NOT NULL AND owner = '{yi}'"),
    };
    let sql = format!("SELECT id, state, ({own}) AS own FROM {table} ORDER BY own DESC, serial IS NULL, serial, title, created_at, id");
    city.look(|look| Ok(diesel::RunQueryDsl::load(diesel::sql_query(sql), look.db())?))
}

/// The first id that a query finds.
pub fn first_id(city: &City, sql: &str) -> String {
    #[derive(diesel::QueryableByName)]
    struct Found {
        #[diesel(sql_type = diesel::sql_types::Text)]
        id: String,
    }
    let found: Vec<Found> = city.look(|look| Ok(diesel::RunQueryDsl::load(diesel::sql_query(sql), look.db())?));
    found.into_iter().next().unwrap_or_else(|| panic!("nothing: {sql}")).id
}

/// What an address with an id is tried with that belongs to no noun: something of 乙水's.
fn of_yi(city: &City, path: &str) -> Option<(String, &'static str)> {
    let (yi, staff) = (person_of(city, "yi"), person_of(city, "yi_staff"));
    let (org, me, staff) = (yi.org.unwrap(), yi.person.unwrap(), staff.person.unwrap());
    Some(match path.split('/').collect::<Vec<_>>()[..] {
        ["", "files", ..] => (first_id(city, &format!("SELECT file AS id FROM paper WHERE owner = '{org}' ORDER BY title LIMIT 1")), "a paper's"),
        ["", "products", _, "sample"] => (
            first_id(city, "SELECT id FROM product WHERE state = 'listed' AND content LIKE '%\"sample_file\":[\"%' ORDER BY title LIMIT 1"),
            "with a sample",
        ),
        ["", "account", "tokens", ..] => {
            (first_id(city, &format!("SELECT id FROM token WHERE person = '{me}' ORDER BY created_at DESC LIMIT 1")), "乙水's")
        }
        ["", "account", "organisations", ..] => (org.to_string(), "乙水"),
        ["", "work", "letters", ..] => {
            (first_id(city, &format!("SELECT id FROM letter WHERE person = '{me}' ORDER BY created_at, id LIMIT 1")), "乙水's")
        }
        ["", "work", "people", "{id}", ..] | ["", "work", "accounts", ..] => (staff.to_string(), "乙水's"),
        _ => return None,
    })
}

/// Somebody of the demo as the verbs see him.
pub fn person_of(city: &City, name: &str) -> Caller {
    if name.is_empty() {
        return Caller::public();
    }
    city.look(|look| {
        let row = person::by_email(look, &support::city::email(name))?.ok_or(Refusal::NotFound)?;
        let (org, _) = person::orgs_of(look, row.id)?.remove(0);
        person::caller(look, row.id, Some(org.id))
    })
}

/// The noun of an address in the work area.
fn noun_of<'a>(kinds: &'a [Kind], path: &str) -> Option<&'a Kind> {
    let mut parts = path.strip_prefix("/work/")?.split('/');
    let (noun, second) = (parts.next()?, parts.next()?);
    if second != "{id}" {
        return None;
    }
    kinds.iter().find(|k| k.path == noun)
}

/// A public page's noun and the states in which it shows cases.
fn public_noun(path: &str) -> Option<(&'static str, &'static [&'static str])> {
    Some(match path.split('/').nth(1)? {
        "announcements" => ("announcement", &["published"]),
        "scenarios" => ("scenario", &["published"]),
        "resources" => ("entry", &["published"]),
        "licences" => ("licence", &["in_force"]),
        "products" => ("product", &["listed"]),
        "disclosures" => ("disclosure", &["published"]),
        _ => return None,
    })
}

/// The case on which a route is tried: of 乙水's, or of all if it has none, one from which the act starts.
struct Sample<'a> {
    city: &'a City,
    kinds: &'a [Kind],
    known: HashMap<&'static str, Vec<Case>>,
}

impl<'a> Sample<'a> {
    fn new(city: &'a City, kinds: &'a [Kind]) -> Self {
        Self { city, kinds, known: HashMap::new() }
    }
    fn cases(&mut self, noun: &'static str) -> &[Case] {
        let city = self.city;
        self.known.entry(noun).or_insert_with(|| cases(city, noun))
    }
    fn case(&mut self, route: &Route) -> Option<Case> {
        if !route.path.contains("{id}") {
            return None;
        }
        if let Some((id, what)) = of_yi(self.city, &route.path) {
            return Some(Case { id, state: what.into(), own: true });
        }
        let (noun, from) = match noun_of(self.kinds, &route.path) {
            Some(kind) => {
                let act = route.path.rsplit('/').next().unwrap_or_default().to_string();
                let from: Vec<String> = (kind.table)().lines.iter().filter(|l| l.act == act).filter_map(|l| l.from.clone()).collect();
                (kind.name, from)
            }
            None => {
                let (noun, states) = public_noun(&route.path)?;
                (noun, states.iter().map(|s| s.to_string()).collect())
            }
        };
        // A version's page needs a version.
        let versions = route.path.contains("{number}");
        let cases = self.cases(noun);
        let fits = |c: &&Case| (from.is_empty() || from.contains(&c.state)) && !(versions && c.state == "drafted");
        let found = cases.iter().find(|c| c.own && fits(c)).or_else(|| cases.iter().find(fits)).or_else(|| cases.first());
        found.cloned()
    }
    /// The address with everything filled in, and the state of the case.
    fn address(&mut self, route: &Route) -> (String, String) {
        let case = self.case(route);
        let id = case.as_ref().map_or(NOTHING, |c| c.id.as_str());
        (fill(&route.path, id), case.map_or_else(String::new, |c| c.state))
    }
}

/// The address of a route with that id.
pub fn fill(path: &str, id: &str) -> String {
    // The demo's licences are older than a month, whenever it is loaded.
    let today = platform::day::shanghai_date(platform::Clock::machine().now());
    let last_month = platform::day::add_months(today, -1).format("%Y-%m").to_string();
    let name = match path.split('/').nth(1) {
        Some("codes") => "delivery",
        Some("sitemaps") => "pages",
        Some("statistics") => "licences",
        _ => "app.css",
    };
    path.replace("{id}", id)
        .replace("{section}", if path.contains("/products/") { "about" } else { "basic" })
        .replace("{number}", "1")
        .replace("{secret}", "nothing")
        .replace("{lang}", "zh-CN")
        .replace("{version}", dajing::assets::version())
        .replace("{month}", &last_month)
        .replace("{name}", name)
}

/// The status of a question; for what changes something, whether the door lets in: a form without its token is refused
/// before anything is read, but only after the door.
fn cell(visitor: &Visitor, method: &str, path: &str) -> String {
    if method == "GET" {
        return visitor.json(path).status.to_string();
    }
    let answer = visitor.send(visitor.request(Method::from_bytes(method.as_bytes()).unwrap(), path).header("accept", "application/json"));
    match (answer.status, answer.code().as_str()) {
        (403, "form-expired") => "in".into(),
        (403, "wrong-role") => "no".into(),
        (status, "sign-in") => status.to_string(),
        (status, code) => format!("{status}{code}"),
    }
}

#[test]
fn every_route_times_every_actor() {
    let city = City::open();
    let kinds = kinds();
    let token = serde_json::json!({ "name": "对账程序", "scopes": ["read"], "days": 30, "_password": PASSWORD });
    assert_eq!(city.enters("yi").sends("/account/tokens", &token).status, 200);
    let mut sample = Sample::new(&city, &kinds);
    let routes: Vec<(Route, String, String)> = all()
        .into_iter()
        .map(|route| {
            let (address, state) = sample.address(&route);
            (route, address, state)
        })
        .collect();
    let columns: Vec<Vec<String>> = std::thread::scope(|threads| {
        let hands: Vec<_> = everybody(&city)
            .into_iter()
            .map(|visitor| {
                let routes = &routes;
                threads.spawn(move || routes.iter().map(|(route, address, _)| cell(&visitor, route.method, address)).collect::<Vec<_>>())
            })
            .collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    let mut text = String::from(
        "# Every route times every kind of actor.\n\
         # GET: the status. POST and others: `in` when the door lets in (a form without its token is refused only behind it), `no` when\n\
         # the role is wrong, 401 when nobody is signed in. In brackets the state of the case tried: one of 乙水's from which the act\n\
         # starts, else any. own, staff: 乙水's people; other: another developer's; source2, expert2: another's than the case's.\n",
    );
    let line = |head: &str, cells: &[&str]| {
        let cells: String = cells.iter().map(|c| format!(" {c:>7}")).collect();
        format!("{head:<72}{cells}\n")
    };
    text.push_str(&line("", &ACTORS.iter().map(|a| a.0).collect::<Vec<_>>()));
    for (at, (route, _, state)) in routes.iter().enumerate() {
        let mut head = format!("{:<4} {}", route.method, route.path);
        if !state.is_empty() {
            head.push_str(&format!(" [{state}]"));
        }
        let cells: Vec<&str> = columns.iter().map(|c| c[at].as_str()).collect();
        // What the golden file must never come to hold.
        assert!(cells.iter().all(|c| !c.starts_with('5')), "{head}: {cells:?}");
        text.push_str(&line(&head, &cells));
    }
    golden("matrix.txt", &text);
}

/// What belongs to one person or one organisation and is no case — letters, files, tokens, colleagues — is there for nobody
/// else, whatever is asked of it.
#[test]
fn what_is_somebodys_own_is_nobody_elses() {
    let city = City::open();
    let yi = city.enters("yi");
    let token = serde_json::json!({ "name": "对账程序", "scopes": ["read"], "days": 30, "_password": PASSWORD });
    assert_eq!(yi.sends("/account/tokens", &token).status, 200);
    let org = person_of(&city, "yi").org.unwrap();
    let at = |path: &str| fill(path, &of_yi(&city, path).unwrap().0);
    let (letter, token) = (at("/work/letters/{id}"), at("/account/tokens/{id}/revoke"));
    let person = format!("{}?org={org}", at("/work/people/{id}"));
    let file = at("/files/{id}");
    let everybody = everybody(&city);
    for (path, who_may) in [
        (&letter, &["yi"][..]),
        (&token, &["yi"]),
        (&person, &["yi", "legal", "system_admin"]),
        // Papers of the dossier are the house's own until they stand in a bid.
        (&file, &["yi", "yi_staff"]),
    ] {
        for (visitor, (_, name)) in everybody.iter().zip(ACTORS) {
            let (page, json) = (visitor.get(path).status, visitor.json(path).status);
            let expected: &[u16] = match name {
                name if who_may.contains(name) => &[200],
                // At the door, not at the case.
                _ if path == &person && *name != "jia" => &[403, 401, 303],
                &"" => &[401, 303, 404],
                _ => &[404],
            };
            assert!(expected.contains(&page) && expected.contains(&json), "{name} asks for {path}: {page} {json}");
        }
    }
    // Acts on another's people, and on another organisation named in the address.
    let jia = &everybody[ACTORS.iter().position(|a| a.1 == "jia").unwrap()];
    let own = person_of(&city, "jia_staff").person.unwrap();
    let length = city.log_length();
    for (act, body) in [
        ("give", serde_json::json!({ "role": "developer_admin" })),
        ("take", serde_json::json!({ "role": "developer_staff" })),
        ("record", serde_json::json!({})),
    ] {
        for path in [person.replace('?', &format!("/{act}?")), format!("/work/people/{own}/{act}?org={org}")] {
            let answer = jia.sends(&path, &body);
            assert!(matches!(answer.status, 404 | 403), "{path}: {} {}", answer.status, answer.text);
        }
    }
    for page in [format!("/work/people?org={org}"), format!("/work/people/invite?org={org}"), format!("/work/organisations/{org}")] {
        assert_eq!(jia.json(&page).status, 404, "{page}");
    }
    assert_eq!(
        jia.sends(&format!("/work/people/invite?org={org}"), &serde_json::json!({ "email": "x@y.cn", "roles": ["developer_admin"] })).status,
        404
    );
    assert_eq!(city.log_length(), length);
}

/// A case that somebody may not see answers as one that is not there: the same status, the same words, whatever is done.
#[test]
fn what_one_may_not_see_does_not_exist() {
    let city = City::open();
    let kinds = kinds();
    let routes: Vec<Route> = all().into_iter().filter(|r| noun_of(&kinds, &r.path).is_some()).collect();
    let samples: HashMap<&str, Vec<Case>> = kinds
        .iter()
        .map(|k| {
            // One's own and anybody's in each state.
            let mut chosen: Vec<Case> = Vec::new();
            for case in cases(&city, k.name) {
                if !chosen.iter().any(|c| c.state == case.state && c.own == case.own) {
                    chosen.push(case);
                }
            }
            (k.name, chosen)
        })
        .collect();
    let everybody = everybody(&city);
    let length = city.log_length();
    let tried: usize = std::thread::scope(|threads| {
        let hands: Vec<_> = everybody
            .into_iter()
            .zip(ACTORS)
            .skip(1)
            .map(|(visitor, (column, name))| {
                let (city, kinds, routes, samples) = (&city, &kinds, &routes, &samples);
                threads.spawn(move || unseen(city, kinds, routes, samples, &visitor, column, &person_of(city, name)))
            })
            .collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).sum()
    });
    assert_eq!(city.log_length(), length, "nothing was done to what cannot be seen");
    eprintln!("{tried} requests for cases that cannot be seen");
    assert!(tried > 500, "{tried}");
}

fn unseen(city: &City, kinds: &[Kind], routes: &[Route], samples: &HashMap<&str, Vec<Case>>, visitor: &Visitor, column: &str, who: &Caller) -> usize {
    let mut tried = 0;
    for kind in kinds {
        let own: Vec<&Route> = routes.iter().filter(|r| noun_of(kinds, &r.path).is_some_and(|k| k.name == kind.name)).collect();
        for case in &samples[kind.name] {
            let id = case.id.clone();
            let seen = city.app.db.look(|look| (kind.sees)(look, who, &id));
            if seen.is_ok() {
                continue;
            }
            assert_eq!(seen, Err(Refusal::NotFound), "{column}: {} is never forbidden, only not there", kind.name);
            for route in &own {
                let ask = |id: &str| {
                    let path = fill(&route.path, id);
                    let answer = if route.method == "GET" { visitor.json(&path) } else { visitor.sends(&path, &serde_json::json!({})) };
                    (answer.status, answer.code())
                };
                let (there, not_there) = (ask(&case.id), ask(NOTHING));
                tried += 1;
                // Everybody knows that a bid may be there and when it opens; its overseers are told so.
                if there.1 == "sealed" && who.oversees() {
                    continue;
                }
                assert_eq!(there, not_there, "{column}: {} {} in {}", route.method, route.path, case.state);
                if route.door.check(who).is_ok() {
                    assert_eq!(there.0, 404, "{column}: {} {} in {}", route.method, route.path, case.state);
                } else {
                    assert!(matches!(route.door, Door::Only(_)));
                }
            }
        }
    }
    tried
}
