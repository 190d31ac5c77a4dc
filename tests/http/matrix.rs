//! Who gets in where: every route of the table times every kind of actor, against `tests/golden/matrix.txt`; and the rule
//! behind it, that a case one may not see cannot be told from one that does not exist.

use dajing::routes::{Door, Route, all};
use dajing::work::{Kind, kinds};
use platform::people::person;
use platform::{Caller, Refusal};
use reqwest::Method;
use std::collections::HashMap;
use support::{City, Visitor, golden};

/// Column, and name in the demo's story. Developers look at cases of 乙水: `own` belongs to it, `other` to 甲山.
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
    ("expert", "expert"),
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
    /// Whether it belongs to 乙水.
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub own: bool,
}

/// All cases of a noun, 乙水's first, in an order that two loads of the city share.
pub fn cases(city: &City, table: &str) -> Vec<Case> {
    let yi = person_of(city, "yi").org.unwrap();
    let sql = format!(
        "SELECT id, state, (owner IS NOT NULL AND owner = '{yi}') AS own FROM {table} \
         ORDER BY own DESC, serial IS NULL, serial, title, created_at, id"
    );
    city.look(|look| Ok(diesel::RunQueryDsl::load(diesel::sql_query(sql), look.db())?))
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
        let cases = self.cases(noun);
        let fits = |c: &&Case| from.is_empty() || from.contains(&c.state);
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
    path.replace("{id}", id)
        .replace("{section}", "basic")
        .replace("{secret}", "nothing")
        .replace("{lang}", "zh-CN")
        .replace("{version}", dajing::assets::version())
        .replace("{name}", "app.css")
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
         # starts, else any. own, staff: 乙水's people; other: another developer's.\n",
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

/// A case that somebody may not see answers as one that is not there: the same status, the same words, whatever is done.
#[test]
fn what_one_may_not_see_does_not_exist() {
    let city = City::open();
    let kinds = kinds();
    let routes: Vec<Route> = all().into_iter().filter(|r| noun_of(&kinds, &r.path).is_some()).collect();
    let samples: HashMap<&str, Vec<Case>> = kinds
        .iter()
        .map(|k| {
            // One of 乙水's and one of anybody's in each state.
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
