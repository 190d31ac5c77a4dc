//! Backup and restore: every row as a line of JSON and every file, in one `.tar.gz` that either database can take in.
//! Taken in one read transaction, so that it is one moment of the platform.

use crate::db::{Conn, Db, Place};
use crate::event;
use crate::file::{File, Store};
use crate::{Refusal, Result, diesel, schema};
use bytes::Bytes;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use std::path::Path;

/// What an archive says of itself, first entry `manifest.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Form of the archive.
    pub form: u32,
    pub version: String,
    /// Rows by table, in the order they are restored.
    pub rows: Vec<(String, i64)>,
    pub files: i64,
    /// Length and last hash of the chain of events.
    pub events: i64,
    pub head: String,
}

/// Rows read at a time.
const STEP: i64 = 1000;

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}
#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn broken(what: &str) -> impl Fn(std::io::Error) -> Refusal + '_ {
    move |e| match e.kind() {
        std::io::ErrorKind::StorageFull => Refusal::NoSpace,
        _ => Refusal::Broken(format!("{what}: {e}")),
    }
}

/// The statement that gives a table's rows as JSON, in the order of the first column.
fn select(place: &Place, table: &schema::Columns) -> String {
    let line = match place {
        Place::Postgres(_) => "row_to_json(t)::text".to_string(),
        Place::Sqlite(_) => {
            format!("json_object({})", table.columns.iter().map(|c| format!("'{0}', \"{0}\"", c.name)).collect::<Vec<_>>().join(", "))
        }
    };
    let first = &table.columns[0].name;
    format!("SELECT {line} AS line FROM \"{0}\" t ORDER BY \"{first}\" LIMIT $1 OFFSET $2", table.table)
}

/// The statement that takes one row of JSON in.
fn insert(place: &Place, table: &schema::Columns) -> String {
    let name = &table.table;
    match place {
        Place::Postgres(_) => format!("INSERT INTO \"{name}\" SELECT * FROM json_populate_record(NULL::\"{name}\", $1::json)"),
        Place::Sqlite(_) => {
            let columns = table.columns.iter().map(|c| format!("\"{}\"", c.name)).collect::<Vec<_>>().join(", ");
            let values = table.columns.iter().map(|c| {
                let value = format!("json_extract($1, '$.{}')", c.name);
                // PostgreSQL writes 2026-11-21T20:30:56; as text it must sort beside 2026-11-21 20:30:56.
                if c.kind == "TIMESTAMP" { format!("replace({value}, 'T', ' ')") } else { value }
            });
            format!("INSERT INTO \"{name}\" ({columns}) SELECT {}", values.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Writes the whole platform into an archive; an existing file is never overwritten.
pub async fn backup(db: &Db, store: &Store, to: &Path) -> Result<Manifest> {
    let place = db.place().clone();
    let tables = schema::columns(&place)?;
    let mut conn = place.connect()?;
    conn.batch_execute(match place {
        Place::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        Place::Sqlite(_) => "BEGIN",
    })?;
    let verified = db.look(event::verify)?;
    if let Some((seq, what)) = verified.broken {
        return Err(Refusal::Broken(format!("event {seq}: {what}; a broken chain is not backed up as if it held")));
    }
    let mut manifest = Manifest { form: 1, version: env!("CARGO_PKG_VERSION").into(), rows: Vec::new(), files: 0, events: 0, head: String::new() };
    let mut bodies = Vec::new();
    for table in &tables {
        let (body, rows) = table_lines(&mut conn, &place, table)?;
        manifest.rows.push((table.table.clone(), rows));
        bodies.push((format!("rows/{}.jsonl", table.table), body));
    }
    let last = event::Head::last(&mut conn)?;
    (manifest.events, manifest.head) = (last.seq, last.hash);
    let files: Vec<File> = schema::file::table.order(schema::file::sha256.asc()).select(File::as_select()).load(&mut conn)?;
    conn.batch_execute("COMMIT")?;
    let mut kept: Vec<&File> = files.iter().collect();
    kept.dedup_by(|a, b| a.sha256 == b.sha256);
    manifest.files = kept.len() as i64;

    let out = std::fs::OpenOptions::new().write(true).create_new(true).open(to).map_err(broken("archive"))?;
    let mut archive = tar::Builder::new(GzEncoder::new(out, Compression::default()));
    add(&mut archive, "manifest.json", &serde_json::to_vec_pretty(&manifest)?)?;
    for (name, body) in bodies {
        add(&mut archive, &name, &body)?;
    }
    for file in kept {
        let bytes = store.get(file).await?;
        add(&mut archive, &format!("files/{}", file.sha256), &bytes)?;
    }
    let done = archive.into_inner().and_then(GzEncoder::finish).map_err(broken("archive"))?;
    done.sync_all().map_err(broken("archive"))?;
    Ok(manifest)
}

fn table_lines(conn: &mut Conn, place: &Place, table: &schema::Columns) -> Result<(Vec<u8>, i64)> {
    let (mut body, mut rows) = (Vec::new(), 0);
    loop {
        let lines: Vec<Line> = diesel::sql_query(select(place, table)).bind::<BigInt, _>(STEP).bind::<BigInt, _>(rows).load(conn)?;
        rows += lines.len() as i64;
        for l in &lines {
            body.extend_from_slice(l.line.as_bytes());
            body.push(b'\n');
        }
        if (lines.len() as i64) < STEP {
            return Ok((body, rows));
        }
    }
}

fn add<W: Write>(archive: &mut tar::Builder<W>, name: &str, body: &[u8]) -> Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(body.len() as u64);
    header.set_mode(0o600);
    header.set_cksum();
    archive.append_data(&mut header, name, body).map_err(broken("archive"))
}

/// Takes an archive into an empty platform; all rows or none, and only when the chain of events then holds.
pub async fn restore(place: &Place, store: &Store, from: &Path) -> Result<Manifest> {
    schema::migrate(place)?;
    let tables = schema::columns(place)?;
    let mut conn = place.connect()?;
    let count: Count = diesel::sql_query("SELECT (SELECT COUNT(*) FROM event) + (SELECT COUNT(*) FROM org) + (SELECT COUNT(*) FROM person) AS count")
        .get_result(&mut conn)?;
    if count.count > 0 {
        return Err(Refusal::Taken);
    }
    let archive = std::fs::File::open(from).map_err(broken("archive"))?;
    let mut archive = tar::Archive::new(GzDecoder::new(archive));
    let mut manifest: Option<Manifest> = None;
    let mut files = Vec::new();
    conn.batch_execute("BEGIN")?;
    for entry in archive.entries().map_err(broken("archive"))? {
        let mut entry = entry.map_err(broken("archive"))?;
        let name = entry.path().map_err(broken("archive"))?.display().to_string();
        let mut body = Vec::new();
        entry.read_to_end(&mut body).map_err(broken("archive"))?;
        if name == "manifest.json" {
            manifest = Some(serde_json::from_slice(&body)?);
        } else if let Some(table) = name.strip_prefix("rows/").and_then(|n| n.strip_suffix(".jsonl")) {
            let table = tables.iter().find(|t| t.table == table).ok_or_else(|| Refusal::Broken(format!("this version knows no table {table}")))?;
            let sql = insert(place, table);
            for line in String::from_utf8(body).map_err(|_| Refusal::Unreadable)?.lines() {
                diesel::sql_query(&sql).bind::<Text, _>(line).execute(&mut conn)?;
            }
        } else if let Some(sha256) = name.strip_prefix("files/") {
            if event::sha256(&body) != sha256 {
                return Err(Refusal::Broken(format!("file {sha256} was changed")));
            }
            files.push((sha256.to_string(), Bytes::from(body)));
        }
    }
    let manifest = manifest.ok_or(Refusal::Unreadable)?;
    let head = event::Head::last(&mut conn)?;
    if (head.seq, &head.hash) != (manifest.events, &manifest.head) {
        return Err(Refusal::Broken("the archive's events do not end where its manifest says".into()));
    }
    for (sha256, bytes) in files {
        store.keep(&sha256, bytes).await?;
    }
    conn.batch_execute("COMMIT")?;
    Ok(manifest)
}
