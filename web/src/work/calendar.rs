//! Days as a calendar that other programs subscribe to (RFC 5545): those due to one person, whose address holds a token that opens
//! this and nothing else; and the public ones of the announcements.

use crate::answer::{Answer, PageResult};
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::work::{DueCase, due_cases};
use actix_web::HttpResponse;
use actix_web::http::header;
use chrono::NaiveDate;
use platform::account::token::{self, Scope};
use platform::{At, Refusal};

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/calendar/{token}", Door::Public, "route-calendar", feed).gives("text/calendar")]
}

/// `GET /calendar/TOKEN.ics`: a wrong address and a revoked one look alike.
async fn feed(ask: Ask) -> PageResult {
    let text = ask.param("token").trim_end_matches(".ics").to_string();
    let (lang, base) = (ask.lang, ask.app.base_url.clone());
    let (calendar, bearer) = ask
        .look(move |look, _| {
            let bearer = token::find(look, &text)?.ok_or(Refusal::NotFound)?;
            bearer.must_have(Scope::Calendar).map_err(|_| Refusal::NotFound)?;
            let due = due_cases(look, &bearer.caller, lang)?;
            Ok((written(&lang.t("feed-name"), &base, look.now(), &due.iter().filter_map(entry).collect::<Vec<_>>()), bearer))
        })
        .await?;
    crate::app::note_use(&ask, &bearer).await;
    let mut response = HttpResponse::Ok();
    response.content_type("text/calendar; charset=utf-8").insert_header((header::CACHE_CONTROL, "private, max-age=900"));
    response.insert_header((header::REFERRER_POLICY, "no-referrer"));
    Ok(Answer::Raw(response.body(calendar)))
}

/// When something is: a whole day, or an instant.
#[derive(Clone, Copy, Debug)]
pub enum When {
    Day(NaiveDate),
    At(At),
}

/// One event of a calendar.
#[derive(Clone, Debug)]
pub struct Entry {
    /// By which it is known again.
    pub id: String,
    pub when: When,
    pub summary: String,
    pub text: String,
    /// Path of its page.
    pub href: String,
}

/// A day due, known again by the id of its clock.
fn entry(case: &DueCase) -> Option<Entry> {
    Some(Entry {
        id: case.clock_id.clone(),
        when: When::Day(case.due.day?),
        summary: format!("{} — {}", case.clock, case.title),
        text: format!("{} {} · {}", case.noun, case.serial, case.state),
        href: case.href.clone(),
    })
}

/// The calendar's text.
pub fn written(name: &str, base: &str, now: At, entries: &[Entry]) -> String {
    let mut out = String::new();
    let mut line = |text: String| fold(&text, &mut out);
    line("BEGIN:VCALENDAR".into());
    line("VERSION:2.0".into());
    line("PRODID:-//Dajing//Deadlines//ZH".into());
    line("CALSCALE:GREGORIAN".into());
    line("METHOD:PUBLISH".into());
    line(format!("X-WR-CALNAME:{}", escaped(name)));
    for Entry { id, when, summary, text, href } in entries {
        line("BEGIN:VEVENT".into());
        line(format!("UID:{id}@{}", base.split("://").last().unwrap_or("dajing")));
        line(format!("DTSTAMP:{}", now.format("%Y%m%dT%H%M%SZ")));
        match when {
            When::Day(day) => {
                line(format!("DTSTART;VALUE=DATE:{}", day.format("%Y%m%d")));
                line(format!("DTEND;VALUE=DATE:{}", day.succ_opt().unwrap_or(*day).format("%Y%m%d")));
            }
            When::At(at) => line(format!("DTSTART:{}", at.format("%Y%m%dT%H%M%SZ"))),
        }
        line(format!("SUMMARY:{}", escaped(summary)));
        line(format!("DESCRIPTION:{}", escaped(&format!("{text}\n{base}{href}"))));
        line(format!("URL:{base}{href}"));
        line("TRANSP:TRANSPARENT".into());
        line("END:VEVENT".into());
    }
    line("END:VCALENDAR".into());
    out
}

/// A text value: backslash, semicolon, comma and line break escaped (3.3.11); other control characters have no place in it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A line of at most 75 octets; a longer one goes on in the next after a space (3.1), never within a character.
fn fold(text: &str, out: &mut String) {
    let mut used = 0;
    for c in text.chars() {
        if used + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(c);
        used += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::list::Due;

    fn case(title: &str) -> DueCase {
        DueCase {
            noun: "共享申请".into(),
            serial: "张公数享〔2026〕1号".into(),
            title: title.into(),
            clock: "共享申请答复期限".into(),
            due: Due { day: "2026-02-28".parse().ok(), ..Due::default() },
            href: "/work/sharings/1".into(),
            clock_id: "0190-clock".into(),
            state: "待答复".into(),
        }
    }

    /// Lines as a reader of the format puts them together again.
    fn unfolded(text: &str) -> Vec<String> {
        text.replace("\r\n ", "").split("\r\n").map(str::to_string).collect()
    }

    #[test]
    fn the_calendar_is_well_formed() {
        let now: At = "2026-02-20T02:03:04".parse().unwrap();
        let entries = [case("停车, 泊位; 一\\二\r\n三\u{7}"), case(&"长".repeat(200))].map(|c| entry(&c).unwrap());
        let text = written("名", "https://data.example.cn", now, &entries);
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "a line is too long");
        assert!(text.ends_with("END:VCALENDAR\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']));
        let lines = unfolded(&text);
        assert!(lines.contains(&"SUMMARY:共享申请答复期限 — 停车\\, 泊位\\; 一\\\\二\\n三".to_string()), "{lines:?}");
        assert!(lines.contains(&"DTSTART;VALUE=DATE:20260228".to_string()) && lines.contains(&"DTEND;VALUE=DATE:20260301".to_string()));
        assert!(lines.contains(&"UID:0190-clock@data.example.cn".to_string()) && lines.contains(&"DTSTAMP:20260220T020304Z".to_string()));
        let count = |word: &str| lines.iter().filter(|l| *l == word).count();
        assert_eq!((count("BEGIN:VEVENT"), count("END:VEVENT")), (2, 2));
        assert!(lines.iter().any(|l| l.ends_with(&"长".repeat(200))), "folding changes no text");
    }
}
