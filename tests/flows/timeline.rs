//! The timeline of a story, read from the record: what was done when and by whom, what was due by which day, and what was refused.

use chrono::NaiveDate;
use dajing::say::Lang;
use diesel::prelude::*;
use platform::deadline::Running;
use platform::event::Event;
use platform::schema::{deadline, event};
use platform::{Id, Look, Refusal, Result, Role};
use std::collections::BTreeMap;
use support::World;

/// Kinds of case whose steps make up the life of a licence.
const LIFE: &[&str] = &[
    "sharing",
    "demand",
    "scenario",
    "announcement",
    "bid",
    "scoring",
    "filing",
    "licence",
    "product",
    "review",
    "pricing",
    "rectification",
    "evaluation",
    "amendment",
    "termination",
    "destruction",
    "archive",
    "bar",
];

/// What is told beside the record.
#[derive(Default)]
pub struct Told {
    /// What was tried and refused, by the length of the log at that time.
    refusals: Vec<(i64, String)>,
    /// What a reader wants to compare, in order.
    pub marks: Vec<(&'static str, String)>,
    /// The whole life, once it is over.
    pub text: String,
}

impl Told {
    /// Something that must be refused; its code.
    pub fn refused<T: std::fmt::Debug>(&mut self, world: &World, what: &str, result: Result<T>) -> &'static str {
        let refusal = result.expect_err(what);
        let why = match &refusal {
            Refusal::Faulty(faults) => faults.iter().map(|f| format!("{}: {} {}", f.field, f.code, args(&f.args))).collect::<Vec<_>>().join("; "),
            Refusal::Rule { code, article, args: said } => format!("{code} {} [{article}]", args(said)),
            other => other.code().to_string(),
        };
        self.refusals.push((world.log_length(), format!("| {} | — | **✗ {what}** | | | {} | |", world.today(), why.trim())));
        refusal.code()
    }
    /// A line of the comparison.
    pub fn mark(&mut self, name: &'static str, text: impl ToString) {
        self.marks.push((name, text.to_string()));
    }

    /// The whole life as a table in Markdown.
    pub fn table(&self, world: &World) -> String {
        let (events, clocks) = world.db.look(|look| Ok((events(look)?, clocks(look)?))).expect("the record");
        let mut out = String::from("| 日期 | 事项 | 行为 | 角色 | 之后 | 依据 | 期限 |\n| --- | --- | --- | --- | --- | --- | --- |\n");
        let mut refusals = self.refusals.iter().peekable();
        for one in &events {
            while let Some((_, line)) = refusals.next_if(|(length, _)| *length < one.seq) {
                out.push_str(&format!("{line}\n"));
            }
            out.push_str(&line(one, &clocks));
        }
        refusals.for_each(|(_, line)| out.push_str(&format!("{line}\n")));
        out
    }
}

fn args(said: &[(&'static str, String)]) -> String {
    said.iter().filter(|(name, _)| !name.ends_with("_en")).map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

fn events(look: &mut Look) -> Result<Vec<Event>> {
    Ok(event::table.filter(event::noun.eq_any(LIFE)).order(event::seq.asc()).select(Event::as_select()).load(look.db())?)
}

type Clocks = BTreeMap<(String, String, NaiveDate), Vec<Running>>;

/// Clocks by the case and the day on which they started.
fn clocks(look: &mut Look) -> Result<Clocks> {
    let all: Vec<Running> = deadline::table.order(deadline::id.asc()).select(Running::as_select()).load(look.db())?;
    let mut by: Clocks = BTreeMap::new();
    for one in all {
        by.entry((one.noun.clone(), one.subject.clone(), one.started_on)).or_default().push(one);
    }
    Ok(by)
}

fn line(one: &Event, clocks: &Clocks) -> String {
    let day = platform::day::shanghai_date(one.at);
    let table = dajing::flows::tables().into_iter().find(|t| t.noun == one.noun);
    let say = |set: Option<&str>, word: &str| set.map_or_else(|| word.to_string(), |set| Lang::Zh.t(&format!("{set}-{word}")));
    // The office is told of what is overdue; that is no line of the table.
    let act = match (&table, one.act.as_str()) {
        (_, "overdue") => "逾期，报协调机制办公室".to_string(),
        (Some(t), act) => say(Some(t.act_set), act),
        (None, act) => act.to_string(),
    };
    let state = say(table.as_ref().map(|t| t.state_set), &one.to_state);
    let starts = table.as_ref().and_then(|t| t.lines.iter().find(|l| l.act == one.act && l.to == one.to_state)).and_then(|l| l.clock);
    let due = clocks
        .get(&(one.noun.clone(), one.subject.clone(), day))
        .and_then(|running| running.iter().find(|r| starts == Some(r.name.as_str())))
        .map(|r| format!("{} → {}", Lang::Zh.t(&format!("clock-{}", r.name)), r.due_on.map_or_else(|| "待定".into(), |d| d.to_string())));
    let role = if one.role == Role::Calendar { "（时间）".to_string() } else { Lang::Zh.w(one.role) };
    format!(
        "| {day} | {} {} | {act} | {role} | {state} | {} | {} |\n",
        Lang::Zh.t(&format!("noun-{}", one.noun)),
        one.title,
        dajing::law::cite(&one.profile, &one.article),
        due.unwrap_or_default()
    )
}

/// Whether the office was told that a clock of this case passed.
pub fn was_escalated(world: &World, noun: &str, subject: Id<impl Sized>) -> bool {
    world
        .db
        .look(|look| {
            let found = deadline::table.filter(deadline::noun.eq(noun).and(deadline::subject.eq(subject.to_string())));
            let told: i64 = found.filter(deadline::escalated_on.is_not_null()).count().get_result(look.db())?;
            Ok(told > 0)
        })
        .expect("the clocks")
}
