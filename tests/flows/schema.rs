//! The schema: the same on both databases, up and down and up again, and what may only be appended to refuses all else.

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use platform::db::{Conn, Place};
use platform::schema;
use support::{golden, place};

fn listed(place: &Place) -> String {
    schema::tables(place).unwrap().into_iter().map(|(table, columns)| format!("{table}: {}\n", columns.join(" "))).collect()
}

/// Up, down and up again; the tables as the golden file has them each time, and nothing in between.
fn up_down_up(at: &Place) {
    assert!(schema::pending(at).unwrap());
    let ran = schema::migrate(at).unwrap();
    assert!(ran.len() > 10, "{ran:?}");
    assert!(!schema::pending(at).unwrap());
    let first = listed(at);
    golden("schema.txt", &first);
    assert_eq!(schema::migrate(at).unwrap(), Vec::<String>::new(), "a second run finds nothing to do");
    schema::revert_all(at).unwrap();
    assert_eq!(listed(at), "");
    assert_eq!(schema::migrate(at).unwrap(), ran);
    assert_eq!(listed(at), first);
}

#[test]
fn up_down_up_on_sqlite() {
    let (_keep, at) = place::bare_sqlite();
    up_down_up(&at);
}

#[test]
fn up_down_up_on_postgres() {
    let Some((_keep, at)) = place::bare_postgres() else { return };
    up_down_up(&at);
}

#[test]
fn two_nodes_may_migrate_at_once() {
    let Some((_keep, at)) = place::bare_postgres() else { return };
    let ran: Vec<usize> = std::thread::scope(|threads| {
        let nodes: Vec<_> = (0..3).map(|_| threads.spawn(|| schema::migrate(&at).unwrap().len())).collect();
        nodes.into_iter().map(|node| node.join().unwrap()).collect()
    });
    assert_eq!(ran.iter().filter(|n| **n > 0).count(), 1, "one node did the work: {ran:?}");
}

/// One row in each table that may only be appended to, put there without its parents, which this test does not need.
const ROWS: &[(&str, &str)] = &[
    (
        "event",
        "INSERT INTO event (seq, at, noun, subject, title, act, to_state, actor_name, role, org_name, detail, digest, article, profile, prev, hash) \
         VALUES (1, '2026-03-02 01:00:00', 'n', 's', 't', 'a', 'x', '', 'public', '', '{}', '', 'ZJK-1', 'p@1', '', '')",
    ),
    ("agreement", "INSERT INTO agreement (id, licence, number, body, digest, made_at) VALUES ('a', 'l', 1, '{}', '', '2026-03-02 01:00:00')"),
    (
        "product_version",
        "INSERT INTO product_version (id, product, number, content, digest, made_at) VALUES ('v', 'p', 1, '{}', '', '2026-03-02 01:00:00')",
    ),
    ("leaf", "INSERT INTO leaf (idx, seq, at, kind, subject, entry) VALUES (0, 1, '2026-03-02 01:00:00', 'k', '', '{}')"),
    ("vote", "INSERT INTO vote (id, seat, review, point, verdict, reason, evidence) VALUES ('v', 's', 'r', 'p', 'pass', 'x', '[]')"),
];

fn only_appended_to(at: &Place) {
    let mut conn = at.connect().unwrap();
    let (before, after) = match &conn {
        Conn::Postgres(_) => ("SET session_replication_role = replica", "SET session_replication_role = origin"),
        Conn::Sqlite(_) => ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"),
    };
    for (table, insert) in ROWS {
        conn.batch_execute(before).unwrap();
        conn.batch_execute(insert).unwrap_or_else(|e| panic!("{table}: {e}"));
        conn.batch_execute(after).unwrap();
        let key = match *table {
            "event" => "seq",
            "leaf" => "idx",
            _ => "id",
        };
        let mut forbidden = vec![format!("UPDATE {table} SET {key} = {key}"), format!("DELETE FROM {table}")];
        match &conn {
            Conn::Postgres(_) => forbidden.extend([format!("TRUNCATE {table}"), format!("TRUNCATE {table} CASCADE")]),
            Conn::Sqlite(_) => forbidden.push(insert.replacen("INSERT", "INSERT OR REPLACE", 1)),
        }
        for sql in forbidden {
            let refused = diesel::sql_query(&sql).execute(&mut conn).expect_err(&sql).to_string();
            assert!(refused.contains("append-only"), "{sql}: {refused}");
        }
    }
}

#[test]
fn only_appended_to_on_sqlite() {
    let (_keep, at) = place::sqlite();
    only_appended_to(&at);
}

#[test]
fn only_appended_to_on_postgres() {
    let Some((_keep, at)) = place::postgres() else { return };
    only_appended_to(&at);
}
