//! 网站地图 — which public pages there are, by their ids, a bounded piece at a time, for search engines.

use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamp};
use platform::{At, Id, Look, Refusal, Result, diesel};

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

/// Addresses of a piece; the format allows 50,000.
pub const SIZE: i64 = 10_000;
/// Most addresses of a kind that the map shows.
const MOST: i64 = 1_000_000;

/// A piece of the map: its kind, and the id after which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub name: &'static str,
    pub after: Option<String>,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    id: String,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Timestamp)]
    updated_at: At,
}

/// The pieces of the whole map: one question for each kind of page.
pub fn pieces(look: &mut Look) -> Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    for Kind { name, table, shown } in KINDS {
        let ids = format!("SELECT id FROM {table} WHERE {shown} ORDER BY id LIMIT {MOST}");
        let sql = format!(
            "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM ({ids}) AS a) AS b WHERE n % {SIZE} = 0 AND n < {MOST} ORDER BY id"
        );
        let ends: Vec<Found> = diesel::sql_query(sql).load(look.db())?;
        pieces.push(Piece { name, after: None });
        pieces.extend(ends.into_iter().map(|f| Piece { name, after: Some(f.id) }));
    }
    Ok(pieces)
}

/// The ids of a piece with the instant of their last change.
pub fn piece(look: &mut Look, name: &str, after: Option<Id<Piece>>) -> Result<Vec<(String, At)>> {
    let Kind { table, shown, .. } = KINDS.iter().find(|k| k.name == name).ok_or(Refusal::NotFound)?;
    // An id that was read as one is letters and digits of its own making.
    let from = after.map(|id| format!(" AND id > '{id}'")).unwrap_or_default();
    let sql = format!("SELECT id, updated_at FROM {table} WHERE {shown}{from} ORDER BY id LIMIT {SIZE}");
    let lines: Vec<Line> = diesel::sql_query(sql).load(look.db())?;
    Ok(lines.into_iter().map(|l| (l.id, l.updated_at)).collect())
}
