//! The five built-in policies, and how a faulty file is told of.

#![allow(clippy::unwrap_used, clippy::panic)] // a test that goes wrong stops

use chrono::NaiveDate;
use platform::day::Unit;
use platform::profile::{Book, Consequence, DEADLINES, Profile, Reading, Silence, Source};

const TEXT: &str = include_str!("../profiles/zhangjiakou.toml");

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn profile(id: &str) -> &'static Profile {
    Book::built_in().choose(id).unwrap()
}

const FIVE: [&str; 5] = ["zhangjiakou", "beijing", "nanjing", "zhejiang", "xicheng"];

#[test]
fn the_five_texts_give_five_timelines() {
    let of = |id: &str| {
        let p = profile(id);
        (p.term_cap.value, p.in_force.until.map(|u| u.to_string()), p.renewal.reading, p.deadline("share_answer").unwrap().silence)
    };
    assert_eq!(of("zhangjiakou"), (3, Some("2027-03-31".into()), Reading::Within, Silence::Escalate));
    assert_eq!(of("beijing"), (5, None, Reading::Within, Silence::Escalate));
    assert_eq!(of("nanjing"), (5, Some("2026-05-23".into()), Reading::Within, Silence::Escalate));
    assert_eq!(of("zhejiang"), (3, None, Reading::Anew, Silence::Escalate));
    assert_eq!(of("xicheng"), (5, None, Reading::Within, Silence::Consent));
    // Nanjing lets masked sets of level 3 out case by case, Beijing never.
    assert!(profile("nanjing").allows_on_approval(3, "dataset") && !profile("beijing").allows_on_approval(3, "dataset"));
    // Only Zhejiang ends no licence over a poor evaluation.
    let poor = |id: &str| profile(id).evaluation.grade_of("poor").unwrap().consequence;
    assert_eq!(
        FIVE.map(poor),
        [Consequence::TerminateAfter, Consequence::TerminateAfter, Consequence::TerminateAfter, Consequence::Warn, Consequence::TerminateAfter]
    );
    // NJ-9 asks for a credit report, ZJ-4.1 does not.
    let credit = |id: &str| profile(id).material("credit_report").and_then(|m| m.source);
    assert_eq!((credit("nanjing"), credit("zhejiang")), (None, Some(Source::Practice)));
}

#[test]
fn silence_grants_nothing_but_what_xicheng_says() {
    for id in FIVE {
        let consents: Vec<&str> =
            profile(id).deadlines.all().into_iter().filter(|(_, d)| d.silence == Silence::Consent).map(|(name, _)| name).collect();
        let said: &[&str] = if id == "xicheng" { &["share_answer"] } else { &[] };
        assert_eq!(consents, said, "{id}");
    }
    assert_eq!(profile("xicheng").deadline("share_answer").unwrap().article.as_deref(), Some("XC-21"));
    assert_eq!(profile("xicheng").deadline("share_answer").unwrap().source, None);
}

#[test]
fn every_profile_is_whole_and_says_where_each_value_is_from() {
    for id in FIVE {
        let p = profile(id);
        assert_eq!(p.deadlines.all().len(), DEADLINES.len(), "{id}");
        assert!(p.grounds().iter().all(|g| g.article.is_some() || g.source.is_some()), "{id}");
        // A city's own letters are cited without a source somewhere: its text does fix something.
        let own = match id {
            "zhangjiakou" => "ZJK-",
            "beijing" => "BJ-",
            "nanjing" => "NJ-",
            "zhejiang" => "ZJ-",
            _ => "XC-",
        };
        let fixed = p.grounds().iter().filter(|g| g.source.is_none() && g.article.is_some_and(|a| a.starts_with(own))).count();
        assert!(fixed > 10, "{id}: {fixed}");
        for (name, d) in p.deadlines.all() {
            assert!(d.value > 0 && (d.unit != Unit::Months || d.value <= 12), "{id}.{name}");
        }
    }
}

#[test]
fn the_fixed_figures_cite_the_article_that_fixes_them() {
    for (id, article) in [("zhangjiakou", "ZJK-17"), ("nanjing", "NJ-12"), ("zhejiang", "ZJ-4.4")] {
        let cap = &profile(id).term_cap;
        assert_eq!((cap.article.as_deref(), cap.source), (Some(article), None), "{id}");
    }
    let logs = |id: &str| (profile(id).log_retention.value, profile(id).log_retention.article.clone().unwrap());
    assert_eq!(logs("zhangjiakou"), (6, "ZJK-31".into()));
    assert_eq!(logs("zhejiang"), (6, "ZJ-4.5".into()));
    let clause_heads = |id: &str| {
        profile(id).clauses.iter().filter(|c| c.key != "fee" || id == "zhangjiakou").map(|c| c.name.zh.as_str()).collect::<Vec<_>>().join("、")
    };
    assert_eq!(clause_heads("beijing"), "授权主体和对象、授权内容、授权流程、授权应用范围、授权期限、责任机制、监督机制、终止和撤销机制");
    assert_eq!(clause_heads("nanjing"), "授权主体和对象、授权内容、授权流程、授权应用范围、授权期限、责任机制、监督机制、终止机制");
    assert_eq!(
        clause_heads("zhejiang"),
        "双方权利义务、授权运营范围、运营期限、合理收益的测算方法、数据安全要求、期限届满后资产处置、退出机制、违约责任"
    );
    let exits: Vec<&str> = profile("beijing").exit_kinds.iter().map(|k| k.name.zh.as_str()).collect();
    assert_eq!(exits.join("、"), "主动退出、违约退出、考核退出、资质变更退出、不良信用退出");
}

#[test]
fn an_end_is_warned_of_in_time() {
    let soon = |id: &str, on: &str| profile(id).ends_soon(day(on));
    assert!(!soon("zhangjiakou", "2026-10-01") && soon("zhangjiakou", "2026-10-02"));
    assert!(soon("nanjing", "2026-05-24") && !profile("nanjing").in_force_on(day("2026-05-24")) && profile("nanjing").in_force_on(day("2026-05-23")));
    assert!(!soon("beijing", "2199-01-01") && profile("beijing").in_force_on(day("2199-01-01")));
}

#[test]
fn renewal_a_day_early_and_a_day_late_in_each_reading() {
    let last = day("2029-11-30");
    let ask = |p: &Profile, on: &str| p.may_renew(day(on), last);
    let within = profile("zhangjiakou");
    assert_eq!(["2029-08-29", "2029-08-30", "2029-11-30", "2029-12-01"].map(|on| ask(within, on)), [false, true, true, false]);
    let at_least = Profile::parse(&TEXT.replacen("reading = \"within\"", "reading = \"at_least\"", 1)).unwrap();
    assert_eq!(["2029-08-30", "2029-08-31", "2029-11-30"].map(|on| ask(&at_least, on)), [true, false, false]);
    assert_eq!(["2029-09-30", "2029-11-30", "2029-12-01"].map(|on| ask(profile("zhejiang"), on)), [false; 3]);
    assert_eq!(profile("zhejiang").renewal_window(last), None);
    // The last day of a month: three months before 31 May is the last of February, in leap years the 29th.
    assert_eq!(within.renewal_window(day("2028-05-31")).unwrap().0, Some(day("2028-02-29")));
    assert_eq!(within.renewal_window(day("2027-05-31")).unwrap().0, Some(day("2027-02-28")));
}

#[test]
fn each_fault_of_a_file_is_named_with_its_line() {
    let broken = TEXT
        .replacen("term_cap = ", "# term_cap = ", 1)
        .replacen("question_answer = ", "coffee_break = ", 1)
        .replacen("source = \"proposal\"\ndemand", "demand", 1)
        .replacen("weight = 20", "weight = 21", 1)
        .replacen("until = \"2027-03-31\"", "until = \"2024-03-31\"", 1);
    let faults = Profile::faults(&broken);
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(told.contains(&"term_cap: missing".into()), "{told:?}");
    assert!(
        told.contains(&"deadlines: question_answer is missing".into()) && told.contains(&"deadlines: coffee_break is known to nobody".into()),
        "{told:?}"
    );
    assert!(told.contains(&"serials: neither article nor source".into()), "{told:?}");
    let line = |at: &str| faults.iter().find(|f| f.at == at).and_then(|f| f.line);
    let expected = broken.lines().position(|l| l == "[deadlines]").map(|at| at + 1);
    assert_eq!(line("deadlines"), expected);
    // What only shows in the whole is told when every value can be read.
    let senseless = TEXT.replacen("weight = 20", "weight = 21", 1).replacen("until = \"2027-03-31\"", "until = \"2024-03-31\"", 1).replacen(
        "from_score = 60",
        "from_score = 80",
        1,
    );
    let told: Vec<String> = Profile::faults(&senseless).iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told.iter().any(|t| t.contains("add up to 101")) && told.iter().any(|t| t == "in_force: until is before from"), "{told:?}");
    let unread = Profile::faults("id = \"x\nversion = 1");
    assert!(unread.len() == 1 && unread[0].line.is_some(), "{unread:?}");
    assert!(Profile::faults(TEXT).is_empty());
}

#[test]
fn a_known_version_is_never_changed() {
    let mut book = Book::built_in().clone();
    let count = book.all().len();
    assert_eq!(book.put(Profile::parse(TEXT).unwrap()), Ok(()));
    assert_eq!(book.all().len(), count);
    let changed = Profile::parse(&TEXT.replacen("value = 3, unit = \"years\"", "value = 4, unit = \"years\"", 1)).unwrap();
    assert!(book.put(changed).unwrap_err().contains("a changed value is a new version"));
    let second = Profile::parse(&TEXT.replacen("version = 1", "version = 2", 1)).unwrap();
    book.put(second).unwrap();
    assert_eq!(book.choose("zhangjiakou").unwrap().version, 2);
    assert_eq!(book.choose("zhangjiakou@1").unwrap().version, 1);
    assert_eq!(book.latest().len(), 5);
    assert!(book.choose("atlantis").is_none());
}
