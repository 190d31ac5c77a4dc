//! Does public acts and publishes their log as fast as it can, with a witness, and prints every checkpoint it has published. It
//! ends by being killed. Arguments: the database, the folder, the witness as `URL VKEY`.

// It speaks to the test that kills it: a panic there is the report.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use platform::caller::{Caller, Role};
use platform::db::Place;
use platform::event::{self, About, Record};
use platform::log::folder::Folder;
use platform::log::note::Purpose;
use platform::log::signer::{self, Ed25519};
use platform::log::witness::Peer;
use platform::log::{Log, Told};
use std::io::Write;
use std::path::Path;

fn main() {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [place, folder, peer] = given.as_slice() else { panic!("database, folder, witness") };
    let db = support::place::open(&Place::parse(place).expect("a database"), &platform::Clock::machine());
    let folder = Path::new(folder);
    let key = Ed25519::in_folder(folder, signer::FILE, "kill.example/log", Purpose::Log).expect("a key");
    let files = Folder::open(&folder.join("log")).expect("a folder");
    let log = Log::new(files, "kill.example/log", vec![Box::new(key)], vec![Peer::parse(peer).expect("a witness")], 1).expect("a log");
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                loop {
                    db.act(|tx| {
                        let about = About {
                            noun: "log",
                            subject: "log".into(),
                            title: "a public act",
                            owner: None,
                            act: "key",
                            from: None,
                            to: "kept",
                            role: Role::Calendar,
                            article: "ZJK-19",
                        };
                        event::append(tx, &Caller::calendar(), about, Record::none().told(Told::of("log.key"))).map(drop)
                    })
                    .expect("an act");
                }
            });
        }
        loop {
            let before = log.status().published;
            let published = log.turn(&db).expect("a turn");
            assert!(db.frozen().is_none(), "{:?}", db.frozen());
            if published > before {
                let note = log.folder.checkpoint().expect("a folder").expect("a checkpoint");
                let mut out = std::io::stdout().lock();
                writeln!(out, "{}", note.replace('\n', "|")).and_then(|()| out.flush()).expect("the reader is there");
            }
        }
    });
}
