//! Where the database is, and how a connection to it is begun.

use super::Conn;
use crate::{Refusal, Result};
use diesel::connection::SimpleConnection;
use diesel::r2d2::R2D2Connection;
use diesel::{Connection, PgConnection, SqliteConnection};

/// Where the database is: `postgres://…`, or the path of a SQLite file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Postgres(String),
    Sqlite(String),
}

impl Place {
    /// Reads a database URL: `postgres://…`, `postgresql://…`, `sqlite://PATH` or a bare path.
    pub fn parse(url: &str) -> std::result::Result<Self, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(Self::Postgres(url.to_string()))
        } else if let Some(path) = url.strip_prefix("sqlite://").or_else(|| (!url.contains("://")).then_some(url)) {
            if path.is_empty() { Err("the database path is empty".into()) } else { Ok(Self::Sqlite(path.to_string())) }
        } else {
            Err(format!("unknown database URL `{}`: use postgres://… or a path", url.split("://").next().unwrap_or(url)))
        }
    }

    /// Opens one connection with its session settings.
    pub fn connect(&self) -> Result<Conn> {
        match self {
            Self::Postgres(url) => {
                let mut conn = PgConnection::establish(url).map_err(|e| {
                    tracing::error!(error = %e, "database does not answer");
                    Refusal::Unavailable
                })?;
                conn.batch_execute("SET synchronous_commit = on; SET TIME ZONE 'UTC'; SET client_min_messages = warning;")?;
                Ok(Conn::Postgres(conn))
            }
            Self::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(path).map_err(|e| {
                    tracing::error!(error = %e, path, "database file does not open");
                    Refusal::Unavailable
                })?;
                // FULL, because NORMAL lost acknowledged rows in simulated power cuts. Recursive triggers, because REPLACE
                // would otherwise delete rows of the append-only tables unseen.
                conn.batch_execute(
                    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA cache_size = -500; PRAGMA temp_store = MEMORY;",
                )?;
                Ok(Conn::Sqlite(conn))
            }
        }
    }
}

pub(super) struct Manager(pub Place);

impl r2d2::ManageConnection for Manager {
    type Connection = Conn;
    type Error = Refusal;
    fn connect(&self) -> Result<Conn> {
        self.0.connect()
    }
    fn is_valid(&self, conn: &mut Conn) -> Result<()> {
        conn.batch_execute("SELECT 1").map_err(Refusal::from)
    }
    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}
