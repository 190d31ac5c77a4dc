//! 不良记录 — what supervision has put on record about an organisation and reviewers of its next bid or renewal must see:
//! concealment, incidents, poor results (ZJK-33, ZJK-12(4)). Nothing is stored here: the cases themselves are the record.

use super::evaluation::{self, Grade};
use super::incident::{self, Incident};
use super::inspection;
use platform::people::Org;
use platform::{Id, Look, Result, case, day, words};
use serde::Serialize;

words! {
    pub enum Kind: "mark-kind" { Concealment = "concealment", Incident = "incident", PoorResult = "poor_result", Inquiry = "inquiry" }
}

/// One thing on record.
#[derive(Clone, Debug, Serialize)]
pub struct Mark {
    pub kind: Kind,
    pub serial: String,
    pub title: String,
    pub on: platform::case::Day,
    /// Path in the work area.
    pub href: String,
}

/// Everything on record about an organisation, newest first; incidents of the last three years.
pub fn of(look: &mut Look, org: Id<Org>) -> Result<Vec<Mark>> {
    let mut marks: Vec<Mark> = inspection::concealed_by(look, org)?
        .into_iter()
        .map(|i| Mark {
            kind: Kind::Concealment,
            serial: i.serial.unwrap_or_default(),
            title: i.title,
            on: day::shanghai_date(i.updated_at),
            href: format!("/work/inspections/{}", i.id),
        })
        .collect();
    let since = day::add_years(look.today(), -3);
    use incident::State::{Closed, Handling, Reported, Reviewing};
    for i in case::all_of::<Incident>(look, "owner", org, &[Reported, Handling, Reviewing, Closed])? {
        let on = day::shanghai_date(i.created_at);
        if on >= since {
            marks.push(Mark {
                kind: if i.state == Closed { Kind::Incident } else { Kind::Inquiry },
                serial: i.serial.unwrap_or_default(),
                title: i.title,
                on,
                href: format!("/work/incidents/{}", i.id),
            });
        }
    }
    for e in evaluation::all_of(look, org, 10)?.into_iter().filter(|e| e.grade == Some(Grade::Poor)) {
        marks.push(Mark {
            kind: Kind::PoorResult,
            serial: e.serial.unwrap_or_default(),
            title: e.title,
            on: day::shanghai_date(e.published_at.unwrap_or(e.updated_at)),
            href: format!("/work/evaluations/{}", e.id),
        });
    }
    marks.sort_by_key(|m| std::cmp::Reverse(m.on));
    Ok(marks)
}
