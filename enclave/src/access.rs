//! 使用权限 — the door of the operating domain, one for each licence. Whether it is open is computed at every call from the
//! row and the clock, so that a licence's last day closes it even when the daily job does not run (ZJK-31, ZJK-34).
//! The licence's own act is the event; the rows here say when the door stood open and why it closed.

use chrono::NaiveDate;
use diesel::prelude::*;
use platform::day;
use platform::diesel;
use platform::people::Org;
use platform::schema::access;
use platform::{At, Id, Look, Refusal, Result, Tx};
use serde::Serialize;

/// What a door belongs to: a licence, known here by its id alone.
pub struct Door;

/// One opening of a door.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = access)]
pub struct Access {
    pub id: Id<Access>,
    pub licence: Id<Door>,
    pub holder: Id<Org>,
    /// From then on it is open; lies ahead for a licence that begins later.
    pub opened_at: At,
    /// From then on it is closed, whoever forgets to close it.
    pub until: At,
    pub closed_at: Option<At>,
    /// Why it was closed before its time.
    pub cause: Option<String>,
}

impl Access {
    /// Whether the door stands open at that instant.
    pub fn is_open(&self, now: At) -> bool {
        self.closed_at.is_none() && self.opened_at <= now && now < self.until
    }
}

/// Opens the door of a licence for its holder, from the first to the last of these days in Asia/Shanghai, both included, and
/// not before now. Refuses with `Taken` when it is open already.
pub fn open(tx: &mut Tx, licence: Id<Door>, holder: Id<Org>, from: NaiveDate, to: NaiveDate) -> Result<Id<Access>> {
    let now = tx.now();
    let row = Access {
        id: tx.id(),
        licence,
        holder,
        opened_at: day::start_of_day_utc(from).max(now),
        until: day::end_of_day_utc(to),
        closed_at: None,
        cause: None,
    };
    if row.until <= now {
        return Err(Refusal::TooLate { deadline: row.until });
    }
    diesel::insert_into(access::table).values(&row).execute(tx.db())?;
    Ok(row.id)
}

/// Closes the door of a licence; true when it had not been closed before.
pub fn close(tx: &mut Tx, licence: Id<Door>, cause: &str) -> Result<bool> {
    let now = tx.now();
    let closed = diesel::update(access::table.filter(access::licence.eq(licence).and(access::closed_at.is_null())))
        .set((access::closed_at.eq(Some(now)), access::cause.eq(Some(cause))))
        .execute(tx.db())?;
    Ok(closed > 0)
}

/// Whether the door of a licence stands open now.
pub fn is_open(look: &mut Look, licence: Id<Door>) -> Result<bool> {
    let now = look.now();
    let row: Option<Access> =
        access::table.filter(access::licence.eq(licence).and(access::closed_at.is_null())).select(Access::as_select()).first(look.db()).optional()?;
    Ok(row.is_some_and(|a| a.is_open(now)))
}

/// Whether a door was opened and not closed again, its hours apart: it may lie ahead or be over.
pub fn stands_open(look: &mut Look, licence: Id<Door>) -> Result<bool> {
    let found: i64 = access::table.filter(access::licence.eq(licence).and(access::closed_at.is_null())).count().get_result(look.db())?;
    Ok(found > 0)
}

/// When the door of a licence stood open, oldest first, at most 200 times.
pub fn history(look: &mut Look, licence: Id<Door>) -> Result<Vec<Access>> {
    Ok(access::table
        .filter(access::licence.eq(licence))
        .order((access::opened_at.asc(), access::id.asc()))
        .limit(200)
        .select(Access::as_select())
        .load(look.db())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_keeps_its_hours() {
        let id = |n: u8| format!("00000000-0000-7000-8000-0000000000{n:02}");
        let at = |t: &str| At::parse_from_str(t, "%Y-%m-%dT%H:%M:%S").unwrap();
        let mut door = Access {
            id: id(1).parse().unwrap(),
            licence: id(2).parse().unwrap(),
            holder: id(3).parse().unwrap(),
            opened_at: at("2026-12-31T16:00:00"),
            until: at("2029-12-31T16:00:00"),
            closed_at: None,
            cause: None,
        };
        for (now, open) in
            [("2026-12-31T15:59:59", false), ("2026-12-31T16:00:00", true), ("2029-12-31T15:59:59", true), ("2029-12-31T16:00:00", false)]
        {
            assert_eq!(door.is_open(at(now)), open, "{now}");
        }
        door.closed_at = Some(at("2027-01-01T00:00:00"));
        assert!(!door.is_open(at("2027-06-01T00:00:00")));
    }
}
