//! Which articles the tests of this workspace carry, read from their sources: the articles a test cites and those on which the steps
//! rest that it takes, itself or through the helpers it calls. `web/law/tests.csv` is made from that, the page `/law` shows it.

use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use support::golden;

/// A function in a source: what it cites, what it does, whom it calls.
struct Function {
    name: String,
    is_test: bool,
    text: String,
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The functions of a source, stories of `on_both!` among them: from their first comment to the brace that closes them, which
/// stands under the line that opened them.
fn functions(source: &str) -> Vec<Function> {
    let story = Regex::new(r"^    (\w+)\((\w+)\) \{$").unwrap();
    let function = Regex::new(r"^\s*(?:pub(?:\(\w+\))? )?(?:async )?fn (\w+)").unwrap();
    let lines: Vec<&str> = source.lines().collect();
    let (mut found, mut in_stories) = (Vec::new(), false);
    for (at, line) in lines.iter().enumerate() {
        in_stories = (in_stories || line.trim_start().starts_with("on_both! {")) && *line != "}";
        let told = story.captures(line).filter(|_| in_stories);
        let Some(name) = told.as_ref().or(function.captures(line).as_ref()).map(|c| c[1].to_string()) else { continue };
        let head = lines[..at].iter().rposition(|l| !l.trim_start().starts_with("//") && !l.trim_start().starts_with("#[")).map_or(0, |i| i + 1);
        let is_test = told.is_some() || lines[head..at].iter().any(|l| l.contains("test]"));
        let close = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
        let end = lines[at..].iter().position(|l| *l == close).map_or(at + 1, |n| at + n + 1);
        found.push(Function { name, is_test, text: lines[head..end].join("\n") });
    }
    found
}

#[test]
fn what_the_tests_carry() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for folder in ["platform", "resources", "enclave", "primary", "secondary", "web", "tests"] {
        sources(&top.join(folder), &mut files);
    }
    let cited = Regex::new(r"\b(?:ZJK|BJ|NJ|ZJ|XC|OPS27|PRI65|REG26|NDSR|PIPL)-\d+(?:\.\d+)?(?:\(\d+\))*").unwrap();
    let acted = Regex::new(r"\b(\w+)::Act::(\w+)").unwrap();
    let called = Regex::new(r"\b(?:(\w+)::)?(\w+)(?:::<[^>(]*>)?\(").unwrap();
    // `use secondary::survey::{self, Act as SurveyAct, …}` gives the acts of a noun another name.
    let renamed = Regex::new(r"(\w+)::\{[^}]*\bAct as (\w+)").unwrap();
    let by_name = Regex::new(r"\b([A-Z]\w*)::([A-Z]\w*)").unwrap();
    let mut steps: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for table in dajing::flows::tables() {
        for line in &table.lines {
            let articles = cited.find_iter(line.article).map(|c| c.as_str().to_string());
            steps.entry((table.noun.to_string(), line.act.clone())).or_default().extend(articles);
        }
    }
    // What each function carries by itself, and whom it calls.
    type Place = (String, String);
    let mut own: BTreeMap<Place, BTreeSet<String>> = BTreeMap::new();
    let mut calls: BTreeMap<Place, BTreeSet<Place>> = BTreeMap::new();
    let mut tests: Vec<(Place, String)> = Vec::new();
    let me = Path::new(file!()).file_name().unwrap();
    for path in files.iter().filter(|p| p.file_name() != Some(me)) {
        let of = path.strip_prefix(top).unwrap();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let in_tests = of.components().any(|c| c.as_os_str() == "tests");
        let text = fs::read_to_string(path).unwrap();
        let nouns: BTreeMap<String, String> = renamed.captures_iter(&text).map(|c| (c[2].to_string(), c[1].to_string())).collect();
        for function in functions(&text) {
            if !function.is_test && !in_tests {
                continue;
            }
            let place = (stem.clone(), function.name.clone());
            let mut articles: BTreeSet<String> = cited.find_iter(&function.text).map(|c| c.as_str().to_string()).collect();
            let direct = acted.captures_iter(&function.text).map(|act| (act[1].to_string(), act[2].to_string()));
            let by_name = by_name.captures_iter(&function.text).filter_map(|act| Some((nouns.get(&act[1])?.clone(), act[2].to_string())));
            for (noun, act) in direct.chain(by_name) {
                let noun = if noun == "dossier" { "paper".to_string() } else { noun };
                if let Some(of_step) = steps.get(&(noun, snake(&act))) {
                    articles.extend(of_step.iter().cloned());
                }
            }
            own.entry(place.clone()).or_default().extend(articles);
            let called = called.captures_iter(&function.text).map(|c| (c.get(1).map_or(stem.clone(), |m| m.as_str().to_string()), c[2].to_string()));
            calls.entry(place.clone()).or_default().extend(called.filter(|to| *to != place));
            if function.is_test {
                tests.push((place, of.with_extension("").to_string_lossy().replace('/', "::")));
            }
        }
    }
    let mut lines = BTreeSet::new();
    for (place, file) in tests {
        let (mut seen, mut next) = (BTreeSet::from([place.clone()]), vec![place.clone()]);
        while let Some(at) = next.pop() {
            for article in own.get(&at).into_iter().flatten() {
                lines.insert((article.clone(), format!("{file}::{}", place.1)));
            }
            for to in calls.get(&at).into_iter().flatten() {
                if own.contains_key(to) && seen.insert(to.clone()) {
                    next.push(to.clone());
                }
            }
        }
    }
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["article", "test"]).unwrap();
    for (article, test) in &lines {
        csv.write_record([article, test]).unwrap();
    }
    golden("../../web/law/tests.csv", &String::from_utf8(csv.into_inner().unwrap()).unwrap());
}

/// `InForce` as a word: `in_force`.
fn snake(variant: &str) -> String {
    let mut out = String::new();
    for letter in variant.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

/// Each article of each text with what carries it; an article that nothing carries is seen in review.
#[test]
fn what_carries_each_article() {
    let profiles: Vec<_> = platform::profile::Book::built_in().all().iter().map(|p| p.as_ref()).collect();
    golden("law.md", &dajing::law::markdown(&profiles));
}
