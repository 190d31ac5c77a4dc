//! The stage on which the demo's story is played: the clock moved by hand, the cast by name, and the real verbs.

use super::Account;
use bytes::Bytes;
use chrono::Duration;
use platform::file::{self, PutFault, Store};
use platform::flow::{self, Noun};
use platform::sheet::Answers;
use platform::{At, Caller, Db, Id, Look, Refusal, Result, Tx};
use serde_json::Value;
use std::collections::HashMap;

pub struct Stage {
    pub db: Db,
    store: Store,
    files: tokio::runtime::Runtime,
    start: At,
    end: At,
    pub cast: HashMap<&'static str, Caller>,
    pub accounts: Vec<Account>,
}

impl Stage {
    pub fn new(db: Db, store: Store, end: At) -> std::result::Result<Self, String> {
        let files = tokio::runtime::Builder::new_current_thread().build().map_err(|e| e.to_string())?;
        let start = db.clock().now();
        Ok(Self { db, store, files, start, end, cast: HashMap::new(), accounts: Vec::new() })
    }

    /// Somebody of the cast.
    pub fn who(&self, name: &str) -> Result<Caller> {
        self.cast.get(name).cloned().ok_or_else(|| Refusal::broken(format!("nobody in the demo is called {name}")))
    }

    /// Moves on to a day of the story, counted from its start; never back, never past its end.
    pub fn day(&self, day: i64) {
        let to = (self.start + Duration::days(day)).min(self.end);
        let now = self.db.clock().now();
        if to > now {
            self.db.clock().advance(to - now);
        }
        // A minute between acts, as people take.
        self.db.clock().advance(Duration::seconds(if self.db.clock().now() < self.end { 60 } else { 0 }));
    }
    /// Counts days from here on: so many days after the story's start.
    pub fn starts_anew(&mut self, day: i64) {
        self.day(day);
        self.start += Duration::days(day);
    }
    /// Moves on to so many days before the end.
    pub fn before_end(&self, days: i64) {
        self.day((self.end - self.start).num_days() - days);
    }

    /// A day so many days from now, as a form takes it.
    pub fn date(&self, days: i64) -> String {
        (platform::day::shanghai_date(self.db.clock().now()) + Duration::days(days)).to_string()
    }
    /// A time of day so many days from now, as a form takes it.
    pub fn time(&self, days: i64, hour: &str) -> String {
        format!("{}T{hour}", self.date(days))
    }

    pub fn act<T: Send + 'static>(&self, f: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        self.db.act(f)
    }
    pub fn look<T>(&self, f: impl FnOnce(&mut Look) -> Result<T>) -> Result<T> {
        self.db.look(f)
    }

    /// Begins a case as somebody.
    pub fn opens<N: Noun>(&self, name: &str, answers: Value) -> Result<Id<N>> {
        let who = self.who(name)?;
        self.db.act(move |tx| flow::open::<N>(tx, &who, Answers::of(answers))).map_err(|e| said(name, N::NAME, e))
    }
    /// Does an act as somebody.
    pub fn does<N: Noun>(&self, name: &str, id: Id<N>, act: N::Act, answers: Value) -> Result<N> {
        let who = self.who(name)?;
        self.db.act(move |tx| flow::perform::<N>(tx, &who, id, act, Answers::of(answers))).map_err(|e| said(name, &format!("{} {act:?}", N::NAME), e))
    }

    /// A small PDF of somebody's, with a line of text.
    pub fn file(&self, name: &str, title: &str) -> Result<String> {
        let who = self.who(name)?;
        let upload = self.files.block_on(self.store.put(title, Bytes::from(pdf(title)))).map_err(|fault| match fault {
            PutFault::Refused(refusal) => refusal,
            PutFault::Fault(code) => Refusal::broken(code),
        })?;
        self.db.act(move |tx| file::record(tx, &who, &upload)).map(|id| id.to_string())
    }
}

/// Names who failed at what, so that a broken story says where.
fn said(who: &str, what: &str, refusal: Refusal) -> Refusal {
    Refusal::Broken(format!("{who} · {what}: {refusal} [{}]", refusal.code()))
}

/// A one-page PDF; the text is kept to ASCII, as its built-in font is.
fn pdf(title: &str) -> String {
    let line: String = format!("Dajing demo {:x}", title.chars().map(|c| c as u64).fold(7u64, |h, c| h.wrapping_mul(31).wrapping_add(c)));
    let stream = format!("BT /F1 18 Tf 72 720 Td ({line}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_string(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_string(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_string(),
        format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_string(),
    ];
    let mut out = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.push_str(&format!("{} 0 obj\n{object}\nendobj\n", i + 1));
    }
    let table = out.len();
    out.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for place in places {
        out.push_str(&format!("{place:010} 00000 n \n"));
    }
    out.push_str(&format!("trailer << /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1));
    out
}
