//! What must hold of the public log after every story: each public act is one leaf, in order, and nothing in a leaf is
//! anybody's secret. And a witness to write against.

use dajing::work;
use diesel::prelude::*;
use platform::db::Db;
use platform::diesel;
use platform::event::Event;
use platform::log::leaf::{Leaf, SEALED, canonical, commitment, salt};
use platform::log::note::Vkey;
use platform::log::witness::Witness;
use platform::schema::{event, leaf, person};
use std::collections::{BTreeMap, HashMap};
use std::net::TcpListener;
use std::path::Path;

/// Acts that may be told or not, as the case stands: what was never public is not.
const SOMETIMES: &[(&str, &str)] = &[("announcement", "cancel"), ("product", "withdraw")];
/// Kinds told without a step table.
const OTHERS: &[(&str, &str)] = &[("person", "role.changed"), ("log", "log.day"), ("log", "log.key"), ("log", "rules.adopted")];

/// Every leaf with its event.
pub fn leaves(db: &Db) -> Vec<Leaf> {
    db.look(|look| Ok(leaf::table.order(leaf::idx.asc()).select(Leaf::as_select()).load(look.db())?)).expect("the leaves")
}

/// Panics unless the leaves are those of the public acts, one for each, in the order of their events, and say nothing secret.
pub fn sound(db: &Db) {
    let leaves = leaves(db);
    let (events, people) = db
        .look(|look| {
            let events: Vec<Event> = event::table.order(event::seq.asc()).select(Event::as_select()).load(look.db())?;
            let people: Vec<(String, String, Option<String>)> =
                person::table.select((person::name, person::email, person::real_name)).load(look.db())?;
            Ok((events, people))
        })
        .expect("the log");
    let told: HashMap<&str, Vec<(&str, &str)>> = work::kinds().iter().map(|k| (k.name, (k.table)().told)).collect();
    let by_seq: BTreeMap<i64, &Leaf> = leaves.iter().map(|l| (l.seq, l)).collect();
    assert_eq!(by_seq.len(), leaves.len(), "two leaves of one event");
    for (at, pair) in leaves.windows(2).enumerate() {
        assert!(pair[0].seq < pair[1].seq, "leaf {at} is out of order");
    }
    for (at, leaf) in leaves.iter().enumerate() {
        assert_eq!(leaf.idx, at as i64, "a gap before leaf {}", leaf.idx);
    }
    for e in &events {
        let acts = told.get(e.noun.as_str()).map_or(&[][..], Vec::as_slice);
        let sealed = e.sealed_until.is_some() && !acts.is_empty();
        let kind = acts.iter().find(|(act, _)| *act == e.act).map(|(_, kind)| *kind);
        let Some(leaf) = by_seq.get(&e.seq) else {
            let may_lack = SOMETIMES.contains(&(e.noun.as_str(), e.act.as_str())) || (kind.is_none() && !sealed);
            assert!(may_lack, "event {} ({} {}) is no leaf", e.seq, e.noun, e.act);
            continue;
        };
        let fitting = match (sealed, kind) {
            (true, _) => leaf.kind == SEALED,
            (false, Some(kind)) => leaf.kind == kind || (kind == "licence.granted" && leaf.kind == "licence.renewed"),
            (false, None) => OTHERS.contains(&(e.noun.as_str(), leaf.kind.as_str())),
        };
        assert!(fitting, "event {} ({} {}) is told as {}", e.seq, e.noun, e.act, leaf.kind);
        let fields = leaf.fields();
        assert_eq!(canonical(&fields).as_deref(), Ok(leaf.entry.as_str()), "leaf {} has another spelling", leaf.idx);
        assert!(leaf.entry.len() <= 4096, "leaf {} is {} bytes long", leaf.idx, leaf.entry.len());
        assert_eq!((fields["seq"].as_i64(), fields["kind"].as_str()), (Some(e.seq), Some(leaf.kind.as_str())));
        // The commitments are of this event and no other, as long as the salt is kept.
        let Some(salt) = db.look(|look| salt(look, leaf.idx)).expect("the salts") else { continue };
        assert_eq!(fields["commit"]["event"].as_str(), Some(commitment(&salt, "event", &e.hash).as_str()), "leaf {}", leaf.idx);
        if let Some(actor) = e.actor {
            assert_eq!(fields["actor"].as_str(), Some(commitment(&salt, "actor", &actor.to_string()).as_str()), "leaf {}", leaf.idx);
        }
        if leaf.subject.is_empty() {
            assert!(!leaf.entry.contains(&e.subject), "leaf {} names the case it veils", leaf.idx);
        }
        for (name, email, real) in &people {
            for secret in [name, email].into_iter().chain(real) {
                // A person may be called as a title is; two characters and more are a name.
                let said = secret.chars().count() > 1 && leaf.entry.contains(secret.as_str());
                assert!(!said, "leaf {} names {secret}: {}", leaf.idx, leaf.entry);
            }
        }
    }
}

/// A witness that answers on a port of its own for as long as the test runs.
pub fn witness(folder: &Path, name: &str, log: Vkey) -> (String, Vkey) {
    let witness = Witness::open(folder, name, vec![log]).expect("a witness");
    let vkey = witness.vkey();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    std::thread::spawn(move || {
        let _ = actix_web::rt::System::new().block_on(async { dajing::witness::start(witness, listener).expect("a server").await });
    });
    (url, vkey)
}
