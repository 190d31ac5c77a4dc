//! Sheets take anything that is typed: they settle it or name the faults, and never keep what was not asked.

use platform::people::{org, person};
use platform::refusal::Refusal;
use platform::sheet::{self, Answers, Field, Kind, Sheet};
use platform::{OrgKind, Role};
use serde_json::{Map, Value};
use support::fuzz::Chance;

const ROW: Sheet = Sheet { name: "row", fields: &[sheet::line("name", 8), sheet::number("weight", 0, 100), sheet::date("day").optional()] };

/// One question of each kind.
const EVERY: Sheet = Sheet {
    name: "every",
    fields: &[
        sheet::line("line", 12),
        sheet::text("text", 40).optional(),
        sheet::number("number", -3, 9),
        sheet::money("money").optional(),
        sheet::date("date").optional(),
        sheet::time("time").optional(),
        sheet::tick("tick"),
        sheet::tick("agree").required(),
        sheet::choice::<OrgKind>("choice").optional(),
        sheet::many::<Role>("many").optional(),
        sheet::pick("pick", "orgs").optional(),
        sheet::picks("picks", "orgs").optional(),
        sheet::file("file").optional(),
        sheet::files("files").optional(),
        sheet::rows("rows", &ROW).optional(),
    ],
};

/// What must hold of every kept answer.
fn holds(field: &Field, value: &Value) -> bool {
    let clean = |t: &str, max: usize, lines: bool| {
        !t.trim().is_empty() && t.chars().count() <= max && t.chars().all(|c| !c.is_control() || (c == '\t') || (lines && c == '\n'))
    };
    let list = |value: &Value| value.as_array().is_some_and(|l| !l.is_empty() && l.iter().all(Value::is_string));
    match field.kind {
        Kind::Line(max) => value.as_str().is_some_and(|t| clean(t, max, false)),
        Kind::Text(max) => value.as_str().is_some_and(|t| clean(t, max, true)),
        Kind::Number(min, max) => value.as_i64().is_some_and(|n| (min..=max).contains(&n)),
        Kind::Money => value.as_i64().is_some_and(|fen| fen >= 0),
        Kind::Date => value.as_str().is_some_and(|t| t.parse::<chrono::NaiveDate>().is_ok()),
        Kind::Time => value.as_str().is_some_and(|t| t.parse::<chrono::NaiveDateTime>().is_ok()),
        Kind::Tick => value.is_boolean() && (!field.required || value == true),
        Kind::Choice(_, words) => value.as_str().is_some_and(|t| words.contains(&t)),
        Kind::Many(_, words) => list(value) && value.as_array().is_some_and(|l| l.iter().all(|t| t.as_str().is_some_and(|t| words.contains(&t)))),
        Kind::Pick(_) => value.as_str().is_some_and(|t| !t.is_empty() && t.len() <= 200),
        Kind::Picks(_) => list(value),
        Kind::Files(several) => list(value) && (several || value.as_array().is_some_and(|l| l.len() == 1)),
        Kind::Rows(sheet) => value.as_array().is_some_and(|rows| rows.iter().all(|row| row.as_object().is_some_and(|r| all_hold(sheet, r)))),
    }
}

fn all_hold(sheet: &Sheet, kept: &Map<String, Value>) -> bool {
    kept.iter().all(|(name, value)| sheet.field(name).is_some_and(|field| holds(field, value)))
        && sheet.fields.iter().all(|field| !field.required || kept.contains_key(field.name))
}

#[test]
fn whatever_is_typed_is_settled_or_refused() {
    let mut chance = Chance::seeded();
    let (mut settled, mut refused) = (0, 0);
    for _ in 0..20_000 {
        let sheet = *chance.one(&[&EVERY, &org::APPLY, &org::DESCRIBE, &person::RECORD, &sheet::REASON, &sheet::REMARK, &sheet::NOTHING]);
        let typed = Answers(chance.answers(sheet, 2));
        match sheet.settle(&typed) {
            Ok(kept) => {
                settled += 1;
                assert!(sheet.faults(&typed).is_empty());
                assert!(all_hold(sheet, &kept.0), "{}: {} became {}", sheet.name, typed.json(), kept.json());
                assert_eq!(Answers::parse(&kept.json()), kept, "what is kept is read back as it was");
                assert!(sheet.changed(&kept, &kept).is_empty());
            }
            Err(Refusal::Faulty(faults)) => {
                refused += 1;
                assert_eq!(faults, sheet.faults(&typed));
                for fault in faults {
                    let name = fault.field.split(['[', '.']).next().unwrap_or_default();
                    assert!(sheet.field(name).is_some(), "{}: fault at {}, which was not asked", sheet.name, fault.field);
                }
            }
            Err(other) => panic!("{}: {other} for {}", sheet.name, typed.json()),
        }
    }
    assert!(settled > 500 && refused > 500, "chance is lopsided: {settled} settled, {refused} refused");
}

#[test]
fn answers_that_are_no_object_are_empty() {
    let mut chance = Chance::seeded();
    for _ in 0..2_000 {
        let value = chance.json(3);
        let object = value.is_object();
        let read = Answers::parse(&value.to_string());
        assert!(object || read == Answers::default());
    }
    assert_eq!(Answers::parse("{\"a\":"), Answers::default());
}

/// The days and hours that forms ask for, by address: all of them are matter of the case, none is the time of the act itself.
fn times(of: &Value, at: &str, found: &mut Vec<String>) {
    match of {
        Value::Object(map) => {
            if let Some(Value::Object(fields)) = map.get("properties") {
                let is_time = |f: &Value| matches!(f.get("format").and_then(Value::as_str), Some("date" | "date-time"));
                found.extend(fields.iter().filter(|(_, f)| is_time(f)).map(|(name, _)| format!("{at} {name}")));
            }
            map.iter().for_each(|(key, inner)| times(inner, if key.starts_with('/') { key } else { at }, found));
        }
        Value::Array(all) => all.iter().for_each(|inner| times(inner, at, found)),
        _ => {}
    }
}

#[test]
fn no_form_asks_when_an_act_was_done() {
    let mut found = Vec::new();
    times(&serde_json::to_value(dajing::openapi::document("http://localhost")).unwrap(), "", &mut found);
    assert!(found.len() > 20, "{found:?}");
    let own = ["at", "now", "on", "date", "time", "acted_at", "created_at", "updated_at", "decided_at", "signed_at", "submitted_at", "received_at"];
    let asked: Vec<&String> = found.iter().filter(|f| own.contains(&f.rsplit(' ').next().unwrap_or_default())).collect();
    assert!(asked.is_empty(), "an act is stamped by the clock, never by a form: {asked:?}");
}
