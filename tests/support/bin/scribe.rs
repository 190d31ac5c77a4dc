//! Writes people into a database as fast as it can, from several threads, and prints each one's address as soon as the
//! write is acknowledged. It ends by being killed.

// It speaks to the test that kills it: a panic there is the report.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use platform::Caller;
use platform::db::Place;
use platform::people::person;
use std::io::Write;

fn main() {
    let url = std::env::args().nth(1).expect("the database's URL");
    let place = Place::parse(&url).expect("a database's URL");
    let db = support::place::open(&place, &platform::Clock::machine());
    std::thread::scope(|threads| {
        for hand in 0..8 {
            let db = &db;
            threads.spawn(move || {
                for number in 0u32.. {
                    let email = format!("scribe-{hand}-{number}@example.cn");
                    let address = email.clone();
                    db.act(move |tx| person::enter(tx, &Caller::calendar(), &address, "抄写员", "zh-CN")).expect("an act");
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "{email}").and_then(|()| out.flush()).expect("the reader is there");
                }
            });
        }
    });
}
