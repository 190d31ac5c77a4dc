//! 网站地图 — which public pages there are, by their ids, a bounded piece at a time, for search engines.

use chrono::Duration;
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamp};
use platform::{At, Id, Look, Refusal, Result, diesel};
use std::sync::{Mutex, PoisonError};

/// Pages of a kind: how their addresses begin, the table they are of, and which of its rows have one.
struct Kind {
    name: &'static str,
    table: &'static str,
    shown: &'static str,
}

const KINDS: [Kind; 6] = [
    Kind { name: "products", table: "product", shown: "listed_at IS NOT NULL AND state = 'listed'" },
    Kind { name: "licences", table: "licence", shown: "state IN ('in_force', 'suspended', 'ended')" },
    Kind { name: "scenarios", table: "scenario", shown: "state = 'published'" },
    Kind { name: "announcements", table: "announcement", shown: "published_at IS NOT NULL" },
    Kind { name: "disclosures", table: "disclosure", shown: "state IN ('published', 'superseded')" },
    Kind { name: "resources", table: "entry", shown: "state = 'published'" },
];

/// Addresses of a piece when the map is drawn.
const SIZE: i64 = 10_000;
/// Most addresses of a piece: so far it may grow until the map is drawn anew, and the format allows no more.
const MOST_OF_PIECE: i64 = 50_000;
/// Most addresses of a kind that the map shows.
const MOST: i64 = 1_000_000;

/// A piece of the map: its kind, the id after which it begins, and its last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub name: &'static str,
    pub after: Option<String>,
    pub until: Option<String>,
}

/// The map of a node. Where its pieces part takes reading every id, so it is drawn once an hour: what is published meanwhile falls into
/// the piece where its id belongs, mostly the last, which has no end.
pub struct Map {
    size: i64,
    drawn: Mutex<Option<(At, Vec<Piece>)>>,
}

impl Default for Map {
    fn default() -> Self {
        Self::of(SIZE)
    }
}

impl Map {
    /// A map whose pieces have so many addresses.
    pub fn of(size: i64) -> Self {
        Self { size, drawn: Mutex::default() }
    }

    /// The pieces of the whole map: one question for each kind of page, where it was not asked within the hour.
    pub fn pieces(&self, look: &mut Look) -> Result<Vec<Piece>> {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        let now = look.now();
        if let Some((at, pieces)) = drawn.as_ref()
            && now - *at < Duration::hours(1)
        {
            return Ok(pieces.clone());
        }
        let pieces = draw(look, self.size)?;
        *drawn = Some((now, pieces.clone()));
        Ok(pieces)
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    id: String,
}

fn draw(look: &mut Look, size: i64) -> Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    for Kind { name, table, shown } in KINDS {
        let ids = format!("SELECT id FROM {table} WHERE {shown} ORDER BY id LIMIT {MOST}");
        let sql = format!("SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM ({ids}) AS a) AS b WHERE n % {size} = 0 ORDER BY id");
        let ends: Vec<Found> = diesel::sql_query(sql).load(look.db())?;
        let ends: Vec<Option<String>> = ends.into_iter().map(|f| Some(f.id)).collect();
        let starts = std::iter::once(None).chain(ends.iter().cloned());
        pieces.extend(starts.zip(ends.iter().cloned().chain([None])).map(|(after, until)| Piece { name, after, until }));
    }
    Ok(pieces)
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Timestamp)]
    updated_at: At,
}

/// The ids of a piece, after one and up to another, with the instant of their last change.
pub fn piece(look: &mut Look, name: &str, after: Option<Id<Piece>>, until: Option<Id<Piece>>) -> Result<Vec<(String, At)>> {
    let Kind { table, shown, .. } = KINDS.iter().find(|k| k.name == name).ok_or(Refusal::NotFound)?;
    // An id that was read as one is letters and digits of its own making.
    let from = after.map(|id| format!(" AND id > '{id}'")).unwrap_or_default();
    let to = until.map(|id| format!(" AND id <= '{id}'")).unwrap_or_default();
    let sql = format!("SELECT id, updated_at FROM {table} WHERE {shown}{from}{to} ORDER BY id LIMIT {MOST_OF_PIECE}");
    let lines: Vec<Line> = diesel::sql_query(sql).load(look.db())?;
    Ok(lines.into_iter().map(|l| (l.id, l.updated_at)).collect())
}
