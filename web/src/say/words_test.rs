//! Every word a page may need is there, in both languages, and none is kept that no page needs. The needed ones are read
//! from the step tables, sheets and routes, and from the sources where only the sources know.

use super::Lang;
use crate::{menu, routes, work};
use platform::profile::Profile;
use platform::sheet::{Kind, Sheet};
use platform::words::Word;
use platform::{Caller, Role};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

// --- reading sources ---------------------------------------------------------------

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
}

/// The texts under a folder, without comments, tests and this file.
fn texts(folder: &str, ending: &str) -> Vec<String> {
    let mut found = Vec::new();
    files(&root().join(folder), ending, &mut found);
    found.retain(|p| !p.ends_with("words_test.rs"));
    let read = |p: &PathBuf| std::fs::read_to_string(p).unwrap_or_default();
    let code = |text: String| {
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or("").to_string();
        // Brackets and quotes as single characters open nothing.
        let text = ["'\"'", "'('", "')'", "'['", "']'", "'{'", "'}'"].iter().fold(text, |t, c| t.replace(c, "' '"));
        text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    };
    found.iter().map(read).map(|t| if ending == ".rs" { code(t) } else { t }).collect()
}

/// The crates whose nouns have pages, and what stands below them.
fn counted() -> Vec<String> {
    let shown: Vec<&str> = work::kinds().iter().map(|k| k.name).collect();
    let has = |folder: &str| texts(folder, ".rs").iter().any(|t| shown.iter().any(|n| t.contains(&format!("const NAME: &'static str = \"{n}\""))));
    let mut all = texts("platform/src", ".rs");
    for (folder, because) in
        [("resources/src", "resources/src"), ("enclave/src", "primary/src"), ("primary/src", "primary/src"), ("secondary/src", "secondary/src")]
    {
        if has(because) {
            all.extend(texts(folder, ".rs"));
        }
    }
    all
}

/// What stands between the bracket that opens at `from` and its end; strings are stepped over.
fn inside(text: &str, from: usize) -> &str {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text[from..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return &text[from + 1..from + at];
                }
            }
            _ => {}
        }
    }
    ""
}

/// The arguments of every call of `name(`; `name` is not the end of a longer one.
fn calls<'a>(text: &'a str, name: &str) -> Vec<Vec<&'a str>> {
    let opening = format!("{name}(");
    let starts = text.match_indices(&opening).filter(|(at, _)| {
        let before = text[..*at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    });
    starts.map(|(at, _)| arguments(inside(text, at + name.len()))).collect()
}

fn arguments(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut escaped, mut start, mut found) = (0, false, false, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                found.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(text[start..].trim());
    found
}

fn literals(text: &str) -> Vec<&str> {
    text.split('"').skip(1).step_by(2).collect()
}

/// Literals of a piece that can be a key or the end of one.
fn keys(text: &str) -> Vec<&str> {
    literals(text)
        .into_iter()
        .filter(|l| l.starts_with(|c: char| c.is_ascii_lowercase()) && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'))
        .collect()
}

/// Sets that stand in settings only.
const NOT_SPOKEN: &[&str] = &["log-format"];

// --- what is needed ----------------------------------------------------------------

#[derive(Default)]
struct Needed(BTreeMap<String, &'static str>);

impl Needed {
    fn add(&mut self, key: impl Into<String>, why: &'static str) {
        self.0.entry(key.into()).or_insert(why);
    }

    fn sheet(&mut self, sheet: &Sheet) {
        for field in sheet.fields {
            self.add(format!("{}-{}", sheet.name, field.name), "a sheet's label");
            match field.kind {
                Kind::Choice(set, words) | Kind::Many(set, words) => words.iter().for_each(|w| self.add(format!("{set}-{w}"), "a word offered")),
                Kind::Rows(of) => self.sheet(of),
                _ => {}
            }
        }
        for section in sheet.sections() {
            self.add(format!("{}-section-{section}", sheet.name), "a sheet's section");
        }
    }

    /// Nouns with pages, their steps, and every route.
    fn tables(&mut self) {
        for kind in work::kinds() {
            self.add(format!("noun-{}", kind.name), "a noun");
            self.add(format!("nouns-{}", kind.name), "a noun's list");
            (kind.sheet)().into_iter().for_each(|s| self.sheet(s));
            let table = (kind.table)();
            for line in &table.lines {
                self.add(format!("{}-{}", table.act_set, line.act), "an act");
                self.add(format!("{}-{}", table.state_set, line.to), "a state");
                line.clock.iter().for_each(|c| self.add(format!("clock-{c}"), "a deadline"));
            }
        }
        for route in routes::all() {
            self.add(route.about.key, "a route's summary");
            route.about.sheet.into_iter().for_each(|s| self.sheet(s));
            if route.path.ends_with("/new") && !route.about.noun.is_empty() {
                self.add(format!("{}-new", route.about.noun), "a form's title");
            }
        }
    }

    /// Sets of words, sheets, faults, deadlines, letters and log lines of the crates below.
    fn below(&mut self, text: &str) {
        for (at, _) in text.match_indices(" enum ") {
            let head = &text[at..text[at..].find('{').map_or(at, |n| at + n)];
            if let (Some(set), true) = (literals(head).first(), head.contains(": \"")) {
                if NOT_SPOKEN.contains(set) {
                    continue;
                }
                literals(inside(text, at + head.len())).iter().for_each(|w| self.add(format!("{set}-{w}"), "a word of a set"));
            }
        }
        for (at, _) in text.match_indices("Sheet {") {
            let body = inside(text, at + 6);
            let Some(name) = body.split("name: \"").nth(1).and_then(|t| t.split('"').next()) else { continue };
            for maker in ["line", "text", "number", "money", "date", "time", "tick", "file", "files", "pick", "picks", "rows"] {
                calls(body, maker)
                    .iter()
                    .filter_map(|a| literals(a[0]).first().copied())
                    .for_each(|f| self.add(format!("{name}-{f}"), "a sheet's label"));
            }
        }
        for (at, _) in text.match_indices("About {") {
            let body = arguments(inside(text, at + 6));
            let of = |name: &str| body.iter().find_map(|p| p.strip_prefix(name)).and_then(|v| keys(v).first().copied());
            if let Some(noun) = of("noun:") {
                self.add(format!("noun-{noun}"), "a noun of the log");
                of("act:").into_iter().for_each(|a| self.add(format!("{noun}-act-{a}"), "an act of the log"));
                of("to:").into_iter().for_each(|s| self.add(format!("{noun}-state-{s}"), "a state of the log"));
            }
        }
        calls(text, "log").iter().filter(|a| a.len() > 4).flat_map(|a| keys(a[2])).for_each(|n| self.add(format!("noun-{n}"), "a noun of the log"));
        calls(text, "clock").iter().flat_map(|a| keys(a[0])).for_each(|c| self.add(format!("clock-{c}"), "a deadline"));
        for letter in calls(text, "queue").iter().filter(|a| a.len() > 5).flat_map(|a| keys(a[4])) {
            self.add(format!("letter-{letter}-subject"), "a letter");
            self.add(format!("letter-{letter}-body"), "a letter");
        }
        self.faults(text);
    }

    fn faults(&mut self, text: &str) {
        let second = ["Fault::at", "Refusal::fault"].iter().flat_map(|name| calls(text, name)).filter_map(|a| a.get(1).copied());
        let first = ["PutFault::Fault", " fault"].iter().flat_map(|name| calls(text, name)).map(|a| a[0]).filter(|a| a.trim_start().starts_with('"'));
        second.chain(first).flat_map(keys).for_each(|c| self.add(format!("fault-{c}"), "a fault"));
    }

    /// Keys written out in the sources of the pages.
    fn pages(&mut self, text: &str) {
        for name in ["t", "ta", "tn"] {
            for call in calls(text, name).iter().filter(|a| !a[0].contains("format!")) {
                // What is only compared with is no key.
                let compared: Vec<&str> = call[0].split("== ").skip(1).filter_map(|t| literals(t).first().copied()).collect();
                keys(call[0]).into_iter().filter(|k| !compared.contains(k)).for_each(|k| self.add(k, "written out"));
            }
        }
        for (name, place) in [("PlainView::new", 1), ("secret", 2)] {
            calls(text, name).iter().filter_map(|a| a.get(place)).flat_map(|a| keys(a)).for_each(|k| self.add(k, "written out"));
        }
        let columns = [("ListView::new", 3), ("Rows::new", 1)];
        for (name, place) in columns {
            calls(text, name).iter().filter_map(|a| a.get(place)).flat_map(|a| keys(a)).for_each(|c| self.add(format!("col-{c}"), "a column"));
        }
        for (at, mark) in text.match_indices("COLUMNS: &[&str] = &[") {
            keys(inside(text, at + mark.len() - 1)).into_iter().for_each(|c| self.add(format!("col-{c}"), "a column"));
        }
        for piece in text.split(".filter::<").skip(1) {
            let call = piece.find(">(").map_or("", |at| inside(piece, at + 1));
            arguments(call).get(1).into_iter().flat_map(|a| keys(a)).for_each(|c| self.add(format!("col-{c}"), "a filter"));
        }
        for (name, place) in [("see_saying", 1), ("enter", 3), ("shown", 2)] {
            let says = calls(text, name).into_iter().filter_map(|a| a.get(place).copied());
            says.flat_map(keys).for_each(|s| self.add(format!("say-{s}"), "said after an act"));
        }
        for title in text.split(" title: \"").skip(1).filter_map(|t| t.split('"').next()).filter(|t| !t.contains(' ')) {
            self.add(title, "a title");
        }
        for mark in ["say: \"", "\"dajing_say\", \""] {
            let said = text.split(mark).skip(1).filter_map(|t| t.split('"').next());
            said.filter(|s| !s.is_empty()).for_each(|s| self.add(format!("say-{s}"), "said after an act"));
        }
        self.faults(text);
    }
}

/// What the pages need of the crates below them.
fn needed(below: &[String]) -> Needed {
    let mut needed = Needed::default();
    needed.tables();
    below.iter().for_each(|t| needed.below(t));
    let (pages, templates) = (texts("web/src", ".rs"), texts("templates", ".html"));
    pages.iter().chain(&templates).for_each(|t| needed.pages(t));
    pages.iter().for_each(|t| needed.below(t));
    needed
}

// --- what is there -----------------------------------------------------------------

/// Every message of a language: key to text.
fn messages(lang: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut current = String::new();
    for text in texts(&format!("web/locales/{lang}"), ".ftl") {
        for line in text.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
            match line.split_once('=') {
                Some((key, value)) if line.starts_with(|c: char| c.is_ascii_lowercase()) => {
                    current = key.trim().to_string();
                    assert!(found.insert(current.clone(), value.trim().to_string()).is_none(), "{lang}: {current} stands twice");
                }
                _ => found.entry(current.clone()).or_default().push_str(line),
            }
        }
    }
    found
}

/// The figures that a message shows.
fn figures(text: &str) -> BTreeSet<&str> {
    text.split('$').skip(1).filter_map(|t| t.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()).collect()
}

fn list(faults: Vec<String>) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_word_that_a_page_needs_is_there() {
    let needed = needed(&counted());
    assert!(needed.0.len() > 300, "the sources are not where this test looks for them");
    let mut faults = Vec::new();
    for lang in ["zh-CN", "en"] {
        let there = messages(lang);
        faults.extend(needed.0.iter().filter(|(key, _)| !there.contains_key(*key)).map(|(key, why)| format!("{lang}: {key} ({why})")));
    }
    list(faults);
}

#[test]
fn both_languages_say_the_same() {
    let (zh, en) = (messages("zh-CN"), messages("en"));
    let mut faults: Vec<String> = zh.keys().filter(|k| !en.contains_key(*k)).map(|k| format!("en lacks {k}")).collect();
    faults.extend(en.keys().filter(|k| !zh.contains_key(*k)).map(|k| format!("zh-CN lacks {k}")));
    for (key, chinese) in &zh {
        let english = en.get(key).map_or("", String::as_str);
        // A plural rule of one language alone may leave the figure out of the other's branch, never out of the message.
        if figures(chinese) != figures(english) && !english.is_empty() {
            faults.push(format!("{key} shows other figures: {:?} {:?}", figures(chinese), figures(english)));
        }
        if chinese.is_empty() || english.is_empty() {
            faults.push(format!("{key} is empty"));
        }
        if english.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) && !english.contains("大境") && !english.contains("数据要素×") {
            faults.push(format!("{key} has Chinese in the English file"));
        }
    }
    list(faults);
}

/// Files that the program does not know, and messages that it reads otherwise than they stand there.
#[test]
fn the_program_says_every_message_as_it_is_written() {
    let mut faults = Vec::new();
    for (lang, tag) in [(Lang::Zh, "zh-CN"), (Lang::En, "en")] {
        let there = messages(tag);
        assert!(there.len() > 4_000, "{tag}: {}", there.len());
        for (key, text) in there {
            let said = lang.maybe(&key);
            if said.is_none() || !text.contains('{') && !text.contains("    ") && said.as_ref() != Some(&text) {
                faults.push(format!("{tag}: {key} is said as {said:?}, not {text:?}"));
            }
        }
    }
    list(faults);
    // One is not two, in the language where that matters.
    let counted = |n: i64| [Lang::En.tn("total", n), Lang::Zh.tn("total", n)];
    assert_eq!(counted(1)[0], "1 entry");
    assert!(counted(2)[0].starts_with("2 ") && counted(2)[0] != "2 entry", "{:?}", counted(2));
    assert!(counted(1)[1].replace('1', "2") == counted(2)[1], "{:?}", counted(1));
}

#[test]
fn no_word_is_kept_that_no_page_needs() {
    let all: Vec<String> =
        ["platform/src", "resources/src", "enclave/src", "primary/src", "secondary/src"].iter().flat_map(|f| texts(f, ".rs")).collect();
    let needed = needed(&all);
    let sources: Vec<String> = [texts("web/src", ".rs"), texts("templates", ".html")].concat();
    let written: BTreeSet<&str> = sources.iter().flat_map(|t| keys(t)).collect();
    // `format!("verify-{}", …)`: every key that begins so. What the tables derive has its own list above.
    let derived = ["fault-", "col-", "say-", "noun-", "nouns-", "role-", "clock-", "letter-"];
    let begun: BTreeSet<&str> = sources
        .iter()
        .flat_map(|t| calls(t, "format!"))
        .filter_map(|a| literals(a[0]).first().copied().and_then(|f| f.split('{').next()))
        .filter(|p| p.len() > 3 && p.ends_with('-') && p.starts_with(|c: char| c.is_ascii_lowercase()) && !derived.contains(p))
        .collect();
    // A city's profile has deadlines that start with no step.
    let clocks: BTreeSet<String> = Profile::default_profile().deadlines.all().iter().map(|(name, _)| format!("clock-{name}")).collect();
    // Columns chosen by who looks, or shown with labels of their own.
    let columns = sources.iter().flat_map(|t| t.split("let columns").skip(1)).filter_map(|t| t.split(';').next());
    let columns: BTreeSet<String> = columns.flat_map(keys).map(|c| format!("col-{c}")).collect();
    // `ListView::cases` says this of every noun whose list it draws.
    let lists: BTreeSet<String> = work::kinds().iter().map(|k| format!("{}-list-lead", k.name)).collect();
    let used = |key: &str| {
        columns.contains(key)
            || lists.contains(key)
            || clocks.contains(key)
            || needed.0.contains_key(key)
            || written.contains(key)
            || begun.iter().any(|p| key.starts_with(p))
    };
    let unused = |key: &&String| {
        let base = key.strip_suffix("-hint").or_else(|| key.strip_suffix("-lead")).unwrap_or(key);
        !used(key) && !used(base)
    };
    list(messages("zh-CN").keys().filter(unused).map(|k| format!("{k} is not used")).collect());
}

#[test]
fn no_menu_shows_a_key() {
    let who = Caller { person: "01890000-0000-7000-8000-000000000001".parse().ok(), roles: Role::ALL.to_vec(), ..Caller::public() };
    let mut faults = Vec::new();
    for lang in [Lang::Zh, Lang::En] {
        for group in menu::of(&who, lang, "/work") {
            faults.extend(
                std::iter::once(group.title).chain(group.links.into_iter().filter(|l| is_shown(l.href)).map(|l| l.label)).filter(|t| t.contains('⟦')),
            );
        }
        faults.extend(menu::public(lang, "/").into_iter().map(|(label, _, _)| label).filter(|t| t.contains('⟦')));
    }
    list(faults);
}

/// Whether a page stands at that address.
fn is_shown(href: &str) -> bool {
    routes::all().iter().any(|r| r.path == href)
}

#[test]
fn the_reader_of_sources_reads_them() {
    let text = r#"a.t("one"); a.t(match n { 1 => "two", _ => "three" }); format!("x-{}", f("(, \" )")); Fault::at(format!("c[{i}]"), "four")"#;
    assert_eq!(calls(text, "t").iter().flat_map(|a| keys(a[0])).collect::<Vec<_>>(), ["one", "two", "three"]);
    assert_eq!(calls(text, "Fault::at")[0][1], "\"four\"");
    assert_eq!(figures("{ $n -> [one] 1 *[other] { $n } } { $by }"), BTreeSet::from(["n", "by"]));
}
