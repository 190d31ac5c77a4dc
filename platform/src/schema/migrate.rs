//! Brings a database up to date: the tables of `migrations/tables`, then the triggers, which differ between the two.

use crate::db::{Conn, Place, Tx};
use crate::diesel;
use crate::{Refusal, Result};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const TABLES: EmbeddedMigrations = embed_migrations!("../migrations/tables");
const SQLITE: &str = include_str!("../../../migrations/sqlite.sql");
const POSTGRES: &str = include_str!("../../../migrations/postgres.sql");

/// Whether migrations wait to be run.
pub fn pending(place: &Place) -> Result<bool> {
    match &mut place.connect()? {
        Conn::Postgres(c) => c.has_pending_migration(TABLES),
        Conn::Sqlite(c) => c.has_pending_migration(TABLES),
    }
    .map_err(Refusal::broken)
}

/// Runs the migrations that wait and renews the triggers; returns the names of those run.
pub fn migrate(place: &Place) -> Result<Vec<String>> {
    let mut conn = place.connect()?;
    let ran = match &mut conn {
        Conn::Postgres(c) => {
            // Two nodes that start together must not both migrate.
            c.batch_execute("SELECT pg_advisory_lock(7220262)")?;
            let ran = c.run_pending_migrations(TABLES).map(|v| v.iter().map(ToString::to_string).collect());
            c.batch_execute(POSTGRES)?;
            c.batch_execute("SELECT pg_advisory_unlock(7220262)")?;
            ran
        }
        Conn::Sqlite(c) => {
            let ran = c.run_pending_migrations(TABLES).map(|v| v.iter().map(ToString::to_string).collect());
            c.batch_execute(SQLITE)?;
            ran
        }
    };
    ran.map_err(Refusal::broken)
}

/// Lets the database look at how its rows are spread, where that has changed much, so that it asks its indexes well. PostgreSQL does so
/// by itself.
pub fn tend(tx: &mut Tx) -> Result<()> {
    if let Conn::Sqlite(c) = tx.db() {
        c.batch_execute("PRAGMA analysis_limit = 1000; PRAGMA optimize = 0x10002;")?;
    }
    Ok(())
}

/// Takes every table away again; for the up–down–up test.
pub fn revert_all(place: &Place) -> Result<()> {
    let mut conn = place.connect()?;
    match &mut conn {
        Conn::Postgres(c) => c.revert_all_migrations(TABLES).map(drop),
        Conn::Sqlite(c) => c.revert_all_migrations(TABLES).map(drop),
    }
    .map_err(Refusal::broken)
}

/// A table with its columns, as the database itself tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    pub table: String,
    pub columns: Vec<Column>,
}

/// A column with its type's name.
#[derive(Clone, Debug, PartialEq, diesel::QueryableByName)]
pub struct Column {
    #[diesel(sql_type = diesel::sql_types::Text)]
    table_name: String,
    #[diesel(sql_type = diesel::sql_types::Text, column_name = "column_name")]
    pub name: String,
    #[diesel(sql_type = diesel::sql_types::Text, column_name = "column_type")]
    pub kind: String,
}

/// Every table with its columns, in the order in which rows may be put in: what is referred to comes first.
pub fn columns(place: &Place) -> Result<Vec<Columns>> {
    let sql = match place {
        Place::Postgres(_) => {
            "SELECT table_name::text AS table_name, column_name::text AS column_name, upper(data_type)::text AS column_type FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position"
        }
        Place::Sqlite(_) => {
            "SELECT m.name AS table_name, p.name AS column_name, upper(p.type) AS column_type FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, p.cid"
        }
    };
    let rows: Vec<Column> = diesel::sql_query(sql).load(&mut place.connect()?)?;
    let mut tables: Vec<Columns> = Vec::new();
    for row in rows.into_iter().filter(|r| !r.table_name.starts_with("__diesel")) {
        match tables.last_mut() {
            Some(last) if last.table == row.table_name => last.columns.push(row),
            _ => tables.push(Columns { table: row.table_name.clone(), columns: vec![row] }),
        }
    }
    // The order of the migrations, in which no table refers to a later one.
    tables.sort_by_key(|t| super::ORDER.iter().position(|o| *o == t.table).unwrap_or(usize::MAX));
    Ok(tables)
}

/// Every table with the names of its columns, sorted; for the golden file.
pub fn tables(place: &Place) -> Result<Vec<(String, Vec<String>)>> {
    let mut tables: Vec<(String, Vec<String>)> = columns(place)?
        .into_iter()
        .map(|t| {
            let mut names: Vec<String> = t.columns.into_iter().map(|c| c.name).collect();
            names.sort();
            (t.table, names)
        })
        .collect();
    tables.sort();
    Ok(tables)
}
