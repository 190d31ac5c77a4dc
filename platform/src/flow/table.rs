//! A step table as text: for the page a lawyer reads, and for the test that finds what is wrong with it.

use super::{Noun, Tell};
use crate::caller::Role;
use crate::profile::{DEADLINES, Silence};
use crate::words::Word;

/// One line of a step table as text, for the page a lawyer reads.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Line {
    pub from: Option<String>,
    pub act: String,
    pub by: Vec<Role>,
    pub to: String,
    pub article: &'static str,
    pub tells: Vec<String>,
    pub clock: Option<&'static str>,
    pub pauses: bool,
    pub keeps: bool,
    /// The deadline after which the calendar takes it, and what the profile must say of silence.
    pub upon: Option<(&'static str, Silence)>,
}

/// A noun's whole table as text.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Table {
    pub noun: &'static str,
    /// Sets of the words used: states, acts.
    pub state_set: &'static str,
    pub act_set: &'static str,
    pub states: Vec<&'static str>,
    pub acts: Vec<&'static str>,
    pub deeds: Vec<&'static str>,
    /// Acts that the public log tells, with the kind of their leaf.
    pub told: Vec<(&'static str, &'static str)>,
    pub lines: Vec<Line>,
}

/// The noun's step table as text.
pub fn table<N: Noun>() -> Table {
    Table {
        noun: N::NAME,
        state_set: N::State::SET,
        act_set: N::Act::SET,
        states: N::State::TEXTS.to_vec(),
        acts: N::Act::TEXTS.to_vec(),
        deeds: N::DEEDS.iter().map(|d| d.act.as_str()).chain(N::OPENING.map(|o| o.act.as_str())).collect(),
        told: N::TOLD.iter().map(|(act, kind)| (act.as_str(), *kind)).collect(),
        lines: N::STEPS
            .iter()
            .map(|s| Line {
                from: s.from.map(|f| f.as_str().to_string()),
                act: s.act.as_str().to_string(),
                by: s.by.to_vec(),
                to: s.to.as_str().to_string(),
                article: s.article,
                tells: s
                    .tells
                    .iter()
                    .map(|t| match t {
                        Tell::Owner => "owner".to_string(),
                        Tell::Role(r) => r.to_string(),
                        Tell::Party(column) => format!("of-{column}"),
                    })
                    .collect(),
                clock: s.clock,
                pauses: s.pauses,
                keeps: s.keeps,
                upon: s.upon,
            })
            .collect(),
    }
}

/// What is wrong with a table: states that cannot be reached, states without a way out that are not final, acts without
/// a line. Empty when it is sound.
pub fn faults(table: &Table, last: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut reached: Vec<&str> = table.lines.iter().filter(|l| l.from.is_none()).map(|l| l.to.as_str()).collect();
    let mut next = 0;
    while let Some(state) = reached.get(next).copied() {
        for line in table.lines.iter().filter(|l| l.from.as_deref() == Some(state)) {
            if !reached.contains(&line.to.as_str()) {
                reached.push(&line.to);
            }
        }
        next += 1;
    }
    for state in &table.states {
        if !reached.contains(state) {
            faults.push(format!("{}: {state} is never reached", table.noun));
        }
        let leaves = table.lines.iter().any(|l| l.from.as_deref() == Some(state) && l.to != *state);
        if leaves == last.contains(state) {
            faults.push(format!("{}: {state} {}", table.noun, if leaves { "is final but can be left" } else { "cannot be left" }));
        }
    }
    for act in &table.acts {
        if !table.lines.iter().any(|l| l.act == *act) {
            faults.push(format!("{}: {act} is in no line", table.noun));
        }
    }
    for line in &table.lines {
        if line.article.is_empty() {
            faults.push(format!("{}: {} rests on no article", table.noun, line.act));
        }
        if let Some(unknown) = line.clock.into_iter().chain(line.upon.map(|(clock, _)| clock)).find(|clock| !DEADLINES.contains(clock)) {
            faults.push(format!("{}: no profile has a deadline {unknown}", table.noun));
        }
        if line.keeps && (line.clock.is_some() || line.pauses) {
            faults.push(format!("{}: {} keeps the deadline that it ends", table.noun, line.act));
        }
        if line.upon.is_some() && (line.from.is_none() || !line.by.contains(&Role::Calendar)) {
            faults.push(format!("{}: {} follows from silence but the calendar may not take it", table.noun, line.act));
        }
    }
    faults
}
