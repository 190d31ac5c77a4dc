//! Every page that can be reached by links, for every kind of actor, in both languages and both faces.

use crate::matrix::ACTORS;
use dajing::routes::all;
use reqwest::Method;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{LazyLock, Mutex};
use support::visitor::Answer;
use support::{City, Visitor};

/// Most pages of one actor in one language.
const MOST: usize = 400;
/// Most pages of one pattern: the fifth bid is drawn like the first four.
const ALIKE: usize = 4;
/// The same for what somebody signed in sees like everybody, and for queries put together of several filters.
const LESS_ALIKE: usize = 2;

/// An address with ids and values taken out: pages of one pattern are drawn by the same code.
fn pattern(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let is_id = |part: &str| part.len() == 36 && part.matches('-').count() == 4;
    let path: Vec<&str> = path.split('/').map(|part| if is_id(part) { "{id}" } else { part }).collect();
    let mut names: Vec<String> = query
        .split('&')
        .filter(|p| !p.is_empty())
        .map(|pair| match pair.split_once('=') {
            Some(("format", value)) => format!("format={value}"),
            Some((name, _)) => name.to_string(),
            None => pair.to_string(),
        })
        .collect();
    names.sort();
    // Filters put together in one way or another are drawn alike.
    let query = if names.len() > 1 { "&".to_string() } else { names.join("") };
    format!("{}?{query}", path.join("/"))
}

/// Media types for programs, as the routes name them: what is read where it is, and not taken away.
static DESCRIBED: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let named: HashSet<&str> = all().iter().flat_map(|route| route.about.media.split(", ")).collect();
    named.into_iter().filter(|media| !["", "*/*", "text/csv", "application/json", "text/html"].contains(media)).collect()
});

/// What is wrong with a page's text.
fn faults(answer: &Answer, tag: &str) -> Vec<String> {
    let text = &answer.text;
    let mut faults = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            faults.push(what.to_string());
        }
    };
    must(!text.contains('⟦'), &format!("a missing message: {}", text.split('⟦').nth(1).and_then(|r| r.split('⟧').next()).unwrap_or_default()));
    must(!text.contains("Unknown localization"), "a message that Fluent does not know");
    must(!text.contains("{$") && !text.contains("{ $"), "a figure that was not filled in");
    must(text.matches("<h1").count() == 1, &format!("{} h1", text.matches("<h1").count()));
    must(text.contains(&format!("<html lang=\"{tag}\"")), "no lang attribute");
    must(answer.header("content-language") == tag, "no content-language");
    must(!text.contains("<title></title>") && text.contains("<title>"), "no title");
    for inline in [" style=\"", "<style", " onclick=", " onsubmit=", "<script>", "javascript:"] {
        must(!text.contains(inline), &format!("{inline} is forbidden by the content policy"));
    }
    let mut ids = HashSet::new();
    for id in text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        must(ids.insert(id), &format!("two elements with id {id}"));
    }
    for pointed in [" for=\"", " aria-labelledby=\"", " aria-describedby=\"", " popovertarget=\""] {
        for target in text.split(pointed).skip(1).filter_map(|rest| rest.split('"').next()).flat_map(str::split_whitespace) {
            must(ids.contains(target), &format!("{pointed}{target} points nowhere"));
        }
    }
    faults
}

/// Headers that every answer has.
fn headers(answer: &Answer) -> Vec<String> {
    let wanted = [
        ("content-security-policy", "default-src 'none'"),
        ("content-security-policy", "frame-ancestors 'none'"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=()"),
    ];
    let mut faults: Vec<String> =
        wanted.iter().filter(|(name, has)| !answer.header(name).contains(has)).map(|(name, has)| format!("{name} lacks {has}")).collect();
    if answer.header("x-request-id").len() != 32 {
        faults.push("no x-request-id".into());
    }
    faults
}

/// Everything wrong that was found, by what is wrong: where first, and how often.
#[derive(Default)]
struct Found(Mutex<BTreeMap<String, (String, usize)>>);

impl Found {
    fn note(&self, what: String, place: &str) {
        let mut all = self.0.lock().unwrap();
        all.entry(what).or_insert_with(|| (place.to_string(), 0)).1 += 1;
    }
}

struct Walk<'a> {
    visitor: &'a Visitor,
    column: &'static str,
    tag: &'static str,
    found: &'a Found,
    alike: HashMap<String, usize>,
    waiting: VecDeque<(String, String)>,
    met: HashSet<String>,
    faces: Mutex<HashSet<String>>,
}

impl Walk<'_> {
    fn wait(&mut self, link: &str, from: &str) {
        let link = link.split('#').next().unwrap_or_default();
        let here = link.starts_with('/') && !link.starts_with("/lang/") && !link.starts_with("//");
        if here && self.met.insert(link.to_string()) {
            let pattern = pattern(link);
            let shared = self.visitor.name() != "public" && !link.starts_with("/work") && !link.starts_with("/account");
            let most = if shared || pattern.contains('&') { LESS_ALIKE } else { ALIKE };
            let alike = self.alike.entry(pattern).or_default();
            *alike += 1;
            if *alike <= most {
                self.waiting.push_back((link.to_string(), from.to_string()));
            }
        }
    }
    fn note(&self, what: String, place: &str) {
        self.found.note(what, &format!("{} {} {place}", self.column, self.tag));
    }
    /// Goes through the pages; how many there were.
    fn go(mut self) -> usize {
        for start in ["/", "/work", "/account", "/flows", "/sign-in", "/sign-up", "/reset"] {
            if !(self.visitor.name() == "public" && (start == "/work" || start == "/account")) {
                self.wait(start, "");
            }
        }
        let mut pages = 0;
        while let Some((address, from)) = self.waiting.pop_front() {
            if pages == MOST {
                break;
            }
            let answer = self.visitor.get(&address);
            let kind = answer.header("content-type").to_string();
            for fault in headers(&answer) {
                self.note(fault, &address);
            }
            if answer.status == 303 {
                // Some lead on; nobody who is signed in is asked to sign in.
                let to = answer.header("location").to_string();
                if to.starts_with("/sign-in") && self.visitor.name() != "public" {
                    self.note(format!("a link to {} leads to the sign-in page", pattern(&address)), &format!("from {from}"));
                }
                self.wait(&to, &address);
                continue;
            }
            if answer.status != 200 {
                self.note(format!("a link to {} that is answered with {}", pattern(&address), answer.status), &format!("from {from}"));
                continue;
            }
            if kind.starts_with("text/html") {
                pages += 1;
                self.page(&address, &answer);
                for link in answer.links() {
                    self.wait(&link, &address);
                }
            } else if answer.header("content-disposition").is_empty()
                && !["/assets", "/favicon", "/openapi", "/robots", "/work/letters/"].iter().any(|p| address.starts_with(p))
                && !address.contains("format=json")
                && !DESCRIBED.contains(kind.split(';').next().unwrap_or_default())
            {
                self.note(format!("{} is {kind} but not to be saved", pattern(&address)), &address);
            }
        }
        pages
    }
    fn page(&self, address: &str, answer: &Answer) {
        for fault in faults(answer, self.tag) {
            self.note(fault, address);
        }
        if self.visitor.name() != "public" && answer.header("cache-control") != "no-store" {
            self.note("a page of somebody may be cached".into(), address);
        }
        // The other face and the answer without a body are looked at once for each pattern.
        if !self.faces.lock().unwrap().insert(pattern(address)) {
            return;
        }
        if self.tag == "en" {
            let head = self.visitor.send(self.visitor.request(Method::HEAD, address).header("accept", "text/html"));
            // What is new each time, a key or a search that was logged, has another length each time.
            let same: &[&str] = if self.visitor.name() == "public" { &["content-type", "content-length"] } else { &["content-type"] };
            let unlike: Vec<&&str> = same.iter().filter(|name| head.header(name) != answer.header(name)).collect();
            if head.status != 200 || !head.bytes.is_empty() || !unlike.is_empty() {
                self.note(format!("HEAD {} is not like GET: {} {unlike:?}", pattern(address), head.status), address);
            }
        } else {
            let json = self.visitor.json(address);
            let sound = json.status == 200
                && json.header("content-type").starts_with("application/json")
                && serde_json::from_str::<serde_json::Value>(&json.text).is_ok_and(|v| v.is_object());
            if !sound {
                self.note(format!("{} has no JSON face: {} {}", pattern(address), json.status, json.header("content-type")), address);
            }
            if json.text.contains('⟦') {
                self.note(format!("a missing message in the JSON face of {}", pattern(address)), address);
            }
        }
    }
}

#[test]
fn every_page_that_links_lead_to_is_sound() {
    let city = City::open();
    let found = Found::default();
    let counts: Vec<(String, usize)> = std::thread::scope(|threads| {
        let hands: Vec<_> = ACTORS
            .iter()
            .map(|(column, name)| {
                let (city, found) = (&city, &found);
                threads.spawn(move || {
                    let visitor = if name.is_empty() { city.visitor() } else { city.enters(name) };
                    let mut total = 0;
                    for tag in ["zh-CN", "en"] {
                        visitor.get(&format!("/lang/{tag}?to=/"));
                        let walk = Walk {
                            visitor: &visitor,
                            column,
                            tag,
                            found,
                            alike: HashMap::new(),
                            waiting: VecDeque::new(),
                            met: HashSet::new(),
                            faces: Mutex::default(),
                        };
                        total += walk.go();
                    }
                    (column.to_string(), total)
                })
            })
            .collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    let pages: usize = counts.iter().map(|c| c.1).sum();
    eprintln!("{pages} pages: {counts:?}");
    let found = found.0.into_inner().unwrap();
    let said: Vec<String> = found.iter().map(|(what, (place, times))| format!("{what} ({times} times, first {place})")).collect();
    assert!(said.is_empty(), "{} kinds of fault on {pages} pages:\n{}", said.len(), said.join("\n"));
    assert!(pages > 1_000, "{pages}");
}

#[test]
fn what_cannot_be_sent_is_refused_with_what_can() {
    let city = City::open();
    let visitor = city.visitor();
    let mut methods: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for route in all() {
        methods.entry(route.path).or_default().push(route.method);
    }
    for (path, has) in methods {
        let address = crate::matrix::fill(&path, "0190c0de-0000-7000-8000-000000000001");
        for wrong in ["POST", "PUT", "DELETE", "PATCH"] {
            if has.contains(&wrong) {
                continue;
            }
            let request = visitor.request(Method::from_bytes(wrong.as_bytes()).unwrap(), &address).header("accept", "application/json");
            let answer = visitor.send(request);
            assert_eq!((answer.status, answer.code().as_str()), (405, "wrong-method"), "{wrong} {path}");
            let allowed: Vec<&str> = answer.header("allow").split(", ").collect();
            assert!(has.iter().all(|m| allowed.contains(m)) && !allowed.contains(&wrong), "{wrong} {path}: Allow {allowed:?}");
            assert_eq!(allowed.contains(&"HEAD"), has.contains(&"GET"), "{path}");
        }
    }
    assert_eq!(visitor.json("/nothing/here").code(), "not-found");
    assert_eq!(visitor.json("/work/nothing").status, 404);
}
