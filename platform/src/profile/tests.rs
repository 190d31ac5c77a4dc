use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::day::Calendar;

const TEXT: &str = include_str!("../../profiles/zhangjiakou.toml");

fn profile() -> &'static Profile {
    Profile::zhangjiakou()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The shipped profile with one passage changed; the passage must be there.
fn changed(old: &str, new: &str) -> Result<Profile, String> {
    assert!(TEXT.contains(old), "{old}");
    Profile::parse(&TEXT.replacen(old, new, 1))
}

fn fault(old: &str, new: &str) -> String {
    changed(old, new).unwrap_err()
}

#[test]
fn the_shipped_profile_reads() {
    let profile = Profile::parse(TEXT).unwrap();
    assert_eq!(&profile, Profile::default_profile());
    assert_eq!(profile.version_tag(), "zhangjiakou@1");
    assert_eq!(profile.number, "张政办规〔2025〕4号");
    assert_eq!(profile.digest().len(), 64);
    assert!(profile.in_force_on(day("2025-04-01")) && profile.in_force_on(day("2027-03-31")));
    assert!(!profile.in_force_on(day("2025-03-31")) && !profile.in_force_on(day("2027-04-01")));
    assert!(!profile.ends_soon(day("2026-10-01")) && profile.ends_soon(day("2026-10-02")));
}

#[test]
fn it_can_be_written_and_read_again() {
    let again = Profile::parse(&toml::to_string(profile()).unwrap()).unwrap();
    assert_eq!(Profile { digest: profile().digest.clone(), ..again }, *profile());
}

#[test]
fn every_value_says_where_it_is_from() {
    let grounds = profile().grounds();
    assert!(grounds.iter().all(|ground| ground.article.is_some() || ground.source.is_some()));
    // Nothing in the file escapes the check: it names as many articles and sources as the values do.
    let given = |word: &str| TEXT.lines().filter(|line| !line.starts_with('#')).map(|line| line.matches(word).count()).sum::<usize>();
    assert_eq!(given("article = "), grounds.iter().filter(|ground| ground.article.is_some()).count());
    assert_eq!(given("source = "), grounds.iter().filter(|ground| ground.source.is_some()).count());
}

#[test]
fn a_value_without_an_origin_is_refused() {
    let said = fault(r#"term_cap = { value = 3, unit = "years", article = "ZJK-17" }"#, r#"term_cap = { value = 3, unit = "years" }"#);
    assert_eq!(said, "term_cap: neither article nor source");
    assert_eq!(
        fault(r#"silence = "escalate", source = "proposal" }"#, r#"silence = "escalate" }"#),
        "deadlines.org_approval: neither article nor source"
    );
    assert_eq!(fault(r#"article = "ZJK-38""#, r#"article = "QQQ-38""#), "in_force: no [[text]] for article QQQ-38");
    assert_eq!(fault(r#"article = "ZJK-38""#, r#"article = " ""#), "in_force: the article is empty");
}

#[test]
fn what_nobody_knows_is_refused() {
    for (old, new) in [
        ("id = \"zhangjiakou\"", "id = \"zhangjiakou\"\nmayor = \"?\""),
        ("unit = \"years\", article = \"ZJK-17\"", "unit = \"years\", article = \"ZJK-17\", per = \"holder\""),
        ("key = \"credit_report\"\n", "key = \"credit_report\"\ncolour = \"red\"\n"),
        ("city = { zh = \"张家口市\", ", "city = { zh = \"张家口市\", fr = \"x\", "),
    ] {
        assert!(fault(old, new).contains("unknown field"), "{new}");
    }
    assert!(fault("silence = \"escalate\"", "silence = \"golden\"").contains("unknown variant"));
    assert!(fault("forms = [\"dataset\",", "forms = [\"gossip\",").contains("unknown variant"));
    assert_eq!(fault("question_answer = ", "# question_answer = "), "deadlines: question_answer is missing");
    let coffee = "[deadlines]\ncoffee = { value = 1, unit = \"working\", silence = \"none\", source = \"proposal\" }\n";
    assert_eq!(fault("[deadlines]\n", coffee), "deadlines: coffee is known to nobody");
    assert_eq!(fault("bid = \"张公数申\"\n", ""), "serials: bid is missing");
    assert_eq!(fault("bid = \"张公数申\"\n", "bid = \"张公数申\"\ncoffee = \"张咖\"\n"), "serials: coffee is known to nobody");
    assert!(fault("en = \"Zhangjiakou\" }", "en = \" \" }").contains("zh and en must both be given"));
}

#[test]
fn what_makes_no_sense_is_refused() {
    assert_eq!(fault("version = 1", "version = 0"), "version: counted from 1");
    assert_eq!(fault("from = \"2025-04-01\"", "from = \"2028-04-01\""), "in_force: until is before from");
    assert_eq!(fault("value = 3, unit = \"years\"", "value = 3, unit = \"people\""), "term_cap: years or months, at least one");
    assert_eq!(fault("key = \"industry\"", "key = \"public_good\""), "purpose: public_good is given twice");
    assert_eq!(fault("bid = \"张公数申\"", "bid = \"张公数授\""), "serials: 张公数授 is given twice");
    assert_eq!(fault("level = 4", "level = 5"), "supply: levels 1 to 4, each once and in order");
    assert_eq!(fault("授权编号为{licence}", "授权编号为{mayor}"), "clause.scope: nothing fills {mayor}");
    assert_eq!(fault("under licence {licence}", "under licence"), "clause.scope: the two languages leave different places open");
}

#[test]
fn the_nine_heads_and_five_points_are_there() {
    let heads: Vec<&str> = profile().clauses.iter().map(|clause| clause.name.zh.as_str()).collect();
    let policy = "各方权利义务、运营范围、服务期限、服务费用、安全要求、禁止条款、信用承诺、退出机制、违约责任"; // ZJK-16, word for word
    assert_eq!(heads.join("、"), policy);
    let points: Vec<&str> = profile().compliance.points.iter().map(|point| point.text.zh.as_str()).collect();
    let policy = "是否符合数据的申请用途和使用范围;是否注明使用的数据来源;是否存在原始数据、敏感数据直接暴露的风险;\
                  是否存在个人信息和商业秘密泄露、滥用等风险;是否存在其他可能危害数据安全和运营合规的风险"; // ZJK-25
    assert_eq!(points.join(";"), policy);
    for key in ["rights_duties", "scope", "term", "fee", "security", "prohibitions", "credit", "exit", "breach"] {
        let text = &profile().clause(key).unwrap().text;
        assert!((2..=5).contains(&text.zh.matches('。').count()), "{key}");
        assert!(text.zh.chars().count() > 80 && text.en.split(' ').count() > 40, "{key}");
    }
    for key in ["purpose_scope", "sources_named", "no_raw_exposure", "no_personal_leak", "no_other_risk"] {
        assert!(profile().point(key).is_some(), "{key}");
    }
}

#[test]
fn every_place_is_used_and_filled_once() {
    let used: BTreeSet<&str> = profile().clauses.iter().flat_map(|clause| clause.places(false)).collect();
    assert_eq!(used, BTreeSet::from(PLACES));
    let mut values: BTreeMap<&str, &str> = PLACES.into_iter().map(|place| (place, "X")).collect();
    values.insert("from", "{to}"); // a value that looks like a place stays as it is
    let term = &profile().clause("term").unwrap().text;
    let zh = term.fill(false, &values).unwrap();
    assert!(zh.starts_with("授权期限自{to}起至X止"), "{zh}");
    assert!(term.fill(true, &values).unwrap().starts_with("The licence runs from {to} to X,"));
    values.remove("to");
    assert_eq!(term.fill(false, &values), Err("to".to_owned()));
}

#[test]
fn a_licence_ends_on_the_eve_of_its_third_anniversary() {
    for (from, last) in [("2026-12-01", "2029-11-30"), ("2025-03-01", "2028-02-29"), ("2024-02-29", "2027-02-27"), ("2026-01-01", "2028-12-31")] {
        assert_eq!(profile().latest_end(day(from)), day(last), "{from}");
    }
}

#[test]
fn renewal_has_its_window_in_either_reading() {
    let last = day("2029-11-30");
    assert_eq!(profile().renewal_window(last), Some((Some(day("2029-08-30")), last)));
    assert!(!profile().may_renew(day("2029-08-29"), last) && profile().may_renew(day("2029-08-30"), last));
    assert!(profile().may_renew(last, last) && !profile().may_renew(day("2029-12-01"), last));
    assert_eq!(profile().renewal_reminders(last), [day("2029-05-30"), day("2029-08-30"), day("2029-10-30")]);
    let strict = changed("reading = \"within\"", "reading = \"at_least\"").unwrap();
    assert_eq!(strict.renewal_window(last), Some((None, day("2029-08-30"))));
    assert!(strict.may_renew(day("2027-01-01"), last) && !strict.may_renew(day("2029-08-31"), last));
}

#[test]
fn the_level_decides_the_form() {
    let forms = [Form::Dataset, Form::Interface, Form::Model, Form::Indicator, Form::Report, Form::Application];
    let table = |level| forms.map(|form| profile().allows(level, form.key()));
    assert_eq!(table(1), [true; 6]);
    assert_eq!(table(2), [false, true, true, true, true, true]);
    assert_eq!(table(3), [false, true, true, true, true, true]);
    assert_eq!(table(4), [false; 6]);
    assert_eq!(table(0), [false; 6]);
    assert_eq!(table(5), [false; 6]);
    assert!(!profile().allows(1, "gossip"));
    assert!(profile().allows_on_approval(4, "model") && !profile().allows_on_approval(4, "dataset"));
    assert!(!profile().allows_on_approval(1, "dataset"));
}

#[test]
fn silence_never_grants() {
    assert!(profile().deadlines.all().iter().all(|(_, deadline)| deadline.silence != Silence::Consent));
}

#[test]
fn deadlines_are_found_by_name_and_counted_in_working_days() {
    assert_eq!(profile().deadline("filing_answer"), profile().period("filing_answer").ok());
    assert_eq!(profile().deadline("coffee"), None);
    let due = profile().period("filing_answer").unwrap().due(day("2026-02-09"), Calendar::national(), &[]);
    assert_eq!(due, Ok(day("2026-02-28"))); // ten working days over the Spring Festival, both worked Saturdays counted
    // Each clock answers to its own name.
    let written: toml::Table = toml::from_str(TEXT).unwrap();
    for (name, deadline) in profile().deadlines.all() {
        let value = written["deadlines"][name]["value"].as_integer();
        assert_eq!(value, Some(i64::from(deadline.value)), "{name}");
        assert!(std::ptr::eq(profile().deadline(name).unwrap(), deadline));
    }
    for (name, prefix) in profile().serials.all() {
        assert_eq!(written["serials"][name].as_str(), Some(prefix), "{name}");
    }
}

#[test]
fn reports_fall_due() {
    let report = |key| profile().report(key).unwrap();
    assert_eq!(report("primary_disclosure").due(day("2026-12-31")), day("2027-03-31"));
    assert_eq!(report("developer_disclosure_quarter").due(day("2026-09-30")), day("2026-10-31"));
    assert_eq!(report("developer_disclosure_quarter").due(day("2026-12-31")), day("2027-01-31"));
    assert!(report("developer_disclosure_quarter").optional && !report("developer_disclosure").optional);
    assert_eq!(Period::Year.ended_before(day("2026-11-21")), day("2025-12-31"));
    assert_eq!(Period::Quarter.ended_before(day("2026-11-21")), day("2026-09-30"));
    assert_eq!(Period::Quarter.ended_before(day("2027-01-01")), day("2026-12-31"));
    assert_eq!(Period::Quarter.ended_before(day("2026-12-31")), day("2026-09-30"));
}

#[test]
fn the_figures_are_the_policys() {
    assert_eq!((profile().term_cap.value, profile().term_cap.unit), (3, Measure::Years));
    assert_eq!((profile().log_retention.value, profile().log_retention.unit), (6, Measure::Months));
    assert_eq!(profile().log_retention.after(day("2026-08-31")), day("2027-02-28"));
    assert!(profile().purpose("public_good").unwrap().free && !profile().purpose("industry").unwrap().free);
    assert!(!profile().panel.accepts(1) && profile().panel.accepts(3) && !profile().panel.accepts(4) && profile().panel.accepts(5));
    assert_eq!(profile().compliance.reviewers.value, 2);
    assert_eq!(profile().serials.get("licence"), Some("张公数授"));
    assert!(profile().material("audit_report").unwrap().expires && profile().material("audit_report").unwrap().from_dossier);
    assert!(profile().condition("no_incident").is_some());
    assert_eq!(profile().text_of("ZJK-17").unwrap().prefix, "ZJK");
    assert_eq!(profile().name.in_lang(true).split(' ').next(), Some("Zhangjiakou"));
    assert!(profile().name.in_lang(false).starts_with("张家口市"));
}
