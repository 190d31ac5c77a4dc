//! The public log: what becomes a leaf, what stays secret, and that no crash makes two histories of one.

use crate::road;
use diesel::RunQueryDsl;
use platform::log::folder::Folder as Files;
use platform::log::leaf::{self, SEALED};
use platform::log::note::{Purpose, Vkey};
use platform::log::policy::Policy;
use platform::log::signer::{Ed25519, Signer};
use platform::log::witness::Peer;
use platform::log::{Leaf, Log, chronicle, mirror, opening, wording};
use platform::{Db, Refusal};
use primary::bid;
use primary::licence;
use secondary::disclosure::{self, Disclosure};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use support::leaves::{leaves, sound, witness};
use support::on_both;
use support::place::{self, Folder};

fn kinds(db: &Db) -> Vec<String> {
    leaves(db).into_iter().map(|l| l.kind).collect()
}

/// The last leaf of a kind, with its fields.
fn last(db: &Db, kind: &str) -> (Leaf, Value) {
    let leaf = db.look(|look| leaf::last(look, kind)).unwrap().unwrap_or_else(|| panic!("no {kind} among {:?}", kinds(db)));
    let fields = leaf.fields();
    (leaf, fields)
}

on_both! {
    what_is_public_becomes_a_leaf_and_the_rest_a_commitment(world) {
        let entries = road::entries(world);
        let class = road::class(world, "城市停车治理", "industry", &entries);
        let call = road::call(world, class, &entries, "1000");
        let (a, b) = (world.developer('A'), world.developer('B'));
        // Two bids with drafts and papers: from outside, acts under seal, all alike.
        let planted = "种下的字句甲乙丙";
        let papers = road::papers(world, &a);
        let mut bids = vec![road::bid(world, &a, call, &papers, "1000")];
        let others = road::papers(world, &b);
        bids.push(road::bid(world, &b, call, &others, "2000"));
        let of_call: Vec<Leaf> = leaves(&world.db).into_iter().filter(|l| l.kind == SEALED).collect();
        let submissions = bids.len();
        assert!(of_call.len() > submissions, "drafts are told as submissions are: {}", of_call.len());
        for sealed in &of_call {
            let fields = sealed.fields();
            assert_eq!(fields["body"], json!({}), "{}", sealed.entry);
            assert!(fields["subject"].is_null() && fields["actor_role"].is_null(), "{}", sealed.entry);
        }
        road::opened(world, call);
        let opened: Vec<Leaf> = leaves(&world.db).into_iter().filter(|l| l.kind == "bid.opened").collect();
        assert_eq!(opened.len(), bids.len());
        for of in &opened {
            let fields = of.fields();
            let submitted = fields["body"]["submission_leaf"].as_i64().unwrap();
            assert!(of_call.iter().any(|l| l.idx == submitted) && fields["subject"].is_null(), "{}", of.entry);
        }
        // The bidder can prove what was committed: the salt opens it, another text does not fit.
        let mine = world.db.look(|look| leaf::of_case(look, "bid", &bids[0].to_string())).unwrap();
        let submission = mine.iter().find(|l| l.kind == SEALED).unwrap();
        let salt = world.db.look(|look| leaf::salt(look, submission.idx)).unwrap().unwrap();
        let committed = submission.fields()["commit"]["subject"].clone();
        assert_eq!(committed, json!(leaf::commitment(&salt, "subject", &format!("bid/{}", bids[0]))));
        assert_ne!(committed, json!(leaf::commitment(&salt, "subject", &format!("bid/{}", bids[1]))));
        // All that was committed is opened together, and each text alone.
        let whole = world.db.look(|look| opening::of(look, submission.idx)).unwrap().unwrap();
        assert_eq!(whole.check(), Ok(()));
        let names: Vec<&str> = whole.opened.iter().map(|o| o.name.as_str()).collect();
        let fields = submission.fields();
        let mut committed: Vec<&str> = fields["commit"].as_object().unwrap().keys().map(String::as_str).chain(["actor"]).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        committed.sort_unstable();
        assert_eq!(sorted, committed);
        assert!(names.len() > 3, "{names:?}");
        for (at, name) in names.iter().enumerate() {
            let alone = opening::Opening { opened: vec![whole.opened[at].clone()], ..whole.clone() };
            assert_eq!(alone.check(), Ok(()));
            let mut other = alone.clone();
            other.opened[0].text.push('x');
            assert_eq!(other.check(), Err(*name), "another text");
            let mut other = alone;
            other.opened[0].salt = whole.opened[(at + 1) % names.len()].salt.clone();
            assert_eq!(other.check(), Err(*name), "the salt of another name");
        }

        road::noticed(world, call, &bids, 1);
        road::awarded(world, call);
        let winner = bids.iter().copied().find(|id| world.legal(1).sees(*id).unwrap().state == bid::State::Won).unwrap();
        let holder = if winner == bids[0] { &a } else { &b };
        let filing = road::filed(world, winner);
        let licence = road::granted(world, holder, filing);
        let (granted, fields) = last(&world.db, "licence.granted");
        let row = holder.sees(licence).unwrap();
        assert_eq!(granted.subject, format!("licence/{licence}"));
        assert_eq!(fields["body"]["number"].as_str(), row.serial.as_deref());
        assert_eq!(fields["body"]["to"], json!(row.to_on.to_string()));
        // What was granted was filed before, and the leaf says where.
        let (filed, _) = last(&world.db, "filing.received");
        assert_eq!(fields["body"]["filing_leaf"], json!(filed.idx));
        assert!(filed.idx < granted.idx);

        // What everybody read that day is kept to the letter under its digest; what is between the parties is not in it.
        let read = |kind: &str| {
            let (of, fields) = last(&world.db, kind);
            let text = world.db.look(|look| wording::of(look, of.idx)).unwrap().unwrap_or_else(|| panic!("{kind} has no wording"));
            assert!(wording::holds(&fields, &text) && !wording::holds(&fields, &text.replace('2', "3")), "{kind}");
            assert!(fields["commit"]["content"].is_string() && fields["body"]["content_digest"].is_null(), "{}", of.entry);
            serde_json::from_str::<Value>(&text).unwrap()
        };
        let said = read("licence.granted");
        assert_eq!((said["number"].as_str(), said["scope"].as_str()), (row.serial.as_deref(), Some(row.terms().scope.as_str())));
        assert!(!said.as_object().unwrap().keys().any(|k| k.contains("fee") || k.contains("supplement")), "{said}");
        let said = read("announcement.published");
        assert!(said["criteria"].is_array() && said.get("invited").is_none(), "{said}");
        let said = read("announcement.awarded");
        let wins: Vec<bool> = said["bids"].as_array().unwrap().iter().map(|b| b["wins"].as_bool().unwrap()).collect();
        assert_eq!(wins, [true, false], "{said}");
        let subject = granted.subject.clone();
        assert_eq!(world.db.look(move |look| leaf::last_shown(look, &subject)).unwrap(), (Some(granted.idx), Some(granted.idx)));
        assert_eq!(world.db.look(wording::broken).unwrap(), None);
        // It is never changed; one that was put in its place is found.
        let run = |sql: String| world.db.act(move |tx| Ok(diesel::sql_query(sql).execute(tx.db())?));
        let (of, other) = (granted.idx, granted.idx + 1_000_000);
        assert!(matches!(run(format!("UPDATE leaf_wording SET wording = '{{}}' WHERE idx = {of}")), Err(Refusal::Broken(_))));
        run(format!("INSERT INTO leaf_wording (idx, wording) SELECT {other}, REPLACE(wording, '\"to\":', '\"To\":') FROM leaf_wording WHERE idx = {of}")).unwrap();
        run(format!("DELETE FROM leaf_wording WHERE idx = {of}")).unwrap();
        run(format!("INSERT INTO leaf_wording (idx, wording) SELECT {of}, wording FROM leaf_wording WHERE idx = {other}")).unwrap();
        run(format!("DELETE FROM leaf_wording WHERE idx = {other}")).unwrap();
        assert_eq!(world.db.look(wording::broken).unwrap(), Some(granted.idx), "a changed wording is found");

        // Approved and not on offer: only a commitment says which it is. On offer: everybody's.
        let (product, review) = road::submitted(world, holder, licence, road::content("停车泊位指数接口", "interface", "industry", &entries));
        road::approved(world, review);
        let (approved, fields) = last(&world.db, "product.approved");
        assert!(approved.subject.is_empty() && !approved.entry.contains("停车泊位指数接口") && fields["commit"]["title"].is_string(), "{}", approved.entry);
        road::listed(world, holder, product, json!({ "tariff": "per_call", "amount": "0.35" }));
        let (listed, fields) = last(&world.db, "product.listed");
        assert_eq!((listed.subject, &fields["body"]["title"]), (format!("product/{product}"), &json!("停车泊位指数接口")));
        assert!(fields["body"]["price"].as_str().is_some_and(|p| p.contains("0.35")) && fields["body"]["price_filing"].is_string(), "{fields}");
        let told = holder.opens::<Disclosure>(json!({ "period": world.today().format("%Y").to_string() })).unwrap();
        let row = holder.does(told, disclosure::Act::Publish, json!({})).unwrap();
        assert_eq!(last(&world.db, "disclosure.published").1["body"]["content_digest"], json!(format!("sha256:{}", row.digest)));

        // Reasons are nobody's business.
        world.office().does(licence, licence::Act::Suspend, json!({ "reason": planted })).unwrap();
        let (suspended, _) = last(&world.db, "licence.suspended");
        assert!(!leaves(&world.db).iter().any(|l| l.entry.contains(planted)), "a reason was published: {}", suspended.entry);
        // A role is told as a count, whoever got it.
        let (_, role) = last(&world.db, "role.changed");
        assert!(role["body"]["held_by"].is_i64() && role["subject"].is_null(), "{role}");
        world.db.act(chronicle::day).unwrap();
        let (_, day) = last(&world.db, chronicle::DAY);
        assert!(day["body"]["leaves_sm3"].as_str().is_some_and(|r| r.len() == 4 + 64), "{day}");
        assert_eq!(day["body"]["events"].as_i64(), Some(day["seq"].as_i64().unwrap() - 1));
        sound(&world.db);
        for leaf in leaves(&world.db) {
            assert!(world.db.look(|look| leaf::salt(look, leaf.idx)).unwrap().is_some_and(|s| s.len() == 64), "{}", leaf.idx);
        }

        // The log is published, checked by whoever has the files, and still holds when the salts of a case are gone.
        let log = log_in(world.folder(), "story.example/log", Vec::new(), 0);
        let size = log.turn(&world.db).unwrap();
        assert_eq!(size as usize, leaves(&world.db).len());
        let erased = world.db.act(move |tx| leaf::erase_salts(tx, "bid", &winner.to_string())).unwrap();
        assert!(erased > 1, "{erased}");
        let gone = world.db.look(|look| leaf::of_case(look, "bid", &winner.to_string())).unwrap();
        assert_eq!(world.db.look(|look| opening::of(look, gone[0].idx)).unwrap(), None, "an erased salt opens nothing");
        let erased = world.db.act(move |tx| leaf::erase_salts(tx, "licence", &licence.to_string())).unwrap();
        assert!(erased > 0 && world.db.look(|look| wording::of(look, granted.idx)).unwrap().is_none(), "the wording goes with the salts");
        let found = mirror::verify(&mirror::folder(&world.folder().join("log")), &log.policy(), None).unwrap();
        assert_eq!((found.checkpoint.size, found.alone), (size, true));
        let receipt = world.db.look(|look| log.receipt(look, granted.idx)).unwrap().unwrap();
        assert_eq!(receipt.check(&log.policy(), None).unwrap().entry, granted.entry.as_bytes());
    }

    the_leaves_are_never_changed(world) {
        world.developer('A');
        assert!(!leaves(&world.db).is_empty(), "roles were given");
        for sql in ["UPDATE leaf SET entry = '{}'", "DELETE FROM leaf", "UPDATE leaf SET idx = idx + 1000 WHERE idx = 0"] {
            let done = world.db.act(move |tx| Ok(platform::diesel::RunQueryDsl::execute(platform::diesel::sql_query(sql), tx.db())?));
            assert!(matches!(done, Err(Refusal::Broken(_))), "{sql}: {done:?}");
        }
    }

    two_nodes_publish_one_log(world) {
        world.developer('A');
        let key = || Ed25519::new("nodes.example/log", Purpose::Log, &[7; 32]);
        let folders = [Folder::fresh(), Folder::fresh()];
        let logs: Vec<Log> = folders
            .iter()
            .map(|f| Log::new(Files::open(&f.path().join("log")).unwrap(), "nodes.example/log", vec![Box::new(key())], Vec::new(), 0).unwrap())
            .collect();
        std::thread::scope(|threads| {
            for log in &logs {
                threads.spawn(|| {
                    for _ in 0..20 {
                        log.turn(&world.db).unwrap();
                        world.db.act(chronicle::day).unwrap();
                    }
                });
            }
        });
        logs.iter().for_each(|log| {
            log.turn(&world.db).unwrap();
        });
        let size = logs[0].turn(&world.db).unwrap();
        for (log, folder) in logs.iter().zip(&folders) {
            assert_eq!(log.turn(&world.db).unwrap(), size);
            let found = mirror::verify(&mirror::folder(&folder.path().join("log")), &log.policy(), None).unwrap();
            assert_eq!(found.checkpoint.size, size);
        }
        assert_eq!(logs[0].folder.checkpoint(), logs[1].folder.checkpoint());
    }
}

/// A log over a folder, with a key made there.
fn log_in(folder: &Path, origin: &str, peers: Vec<Peer>, quorum: usize) -> Log {
    let key = Ed25519::in_folder(folder, "log.key", origin, Purpose::Log).unwrap();
    Log::new(Files::open(&folder.join("log")).unwrap(), origin, vec![Box::new(key)], peers, quorum).unwrap()
}

fn a_leaf(db: &Db) {
    db.act(chronicle::day).unwrap();
}

/// A witness, the log it follows, and the database behind both.
struct Watched {
    db: Db,
    at: platform::db::Place,
    folder: Folder,
    url: String,
    vkey: Vkey,
    _keep: place::Keep,
}

const ORIGIN: &str = "watched.example/log";

impl Watched {
    fn new() -> Self {
        let (keep, at) = place::sqlite();
        let db = place::open(&at, &platform::Clock::machine());
        let folder = Folder::fresh();
        let own = Ed25519::in_folder(folder.path(), "log.key", ORIGIN, Purpose::Log).unwrap().vkey();
        let (url, vkey) = witness(&folder.path().join("witness"), "bureau.example", own);
        Self { db, at, folder, url, vkey, _keep: keep }
    }
    fn log(&self) -> Log {
        self.log_asking(&self.url, 1)
    }
    fn log_asking(&self, url: &str, quorum: usize) -> Log {
        log_in(self.folder.path(), ORIGIN, vec![Peer::parse(&format!("{url} {}", self.vkey)).unwrap()], quorum)
    }
    fn again(&self) -> Db {
        place::open(&self.at, &platform::Clock::machine())
    }
    fn files(&self) -> std::path::PathBuf {
        self.folder.path().join("log")
    }
}

#[test]
fn a_checkpoint_waits_for_its_witnesses() {
    let w = Watched::new();
    a_leaf(&w.db);
    // Nobody answers there.
    let dead = w.log_asking("http://127.0.0.1:9", 1);
    assert_eq!(dead.turn(&w.db), Ok(0));
    assert!(dead.status().trouble.contains("bureau.example") && dead.status().waiting_since.is_some(), "{:?}", dead.status());
    assert_eq!(dead.folder.checkpoint(), Ok(None), "nothing is published without it");
    let log = w.log();
    assert_eq!(log.turn(&w.db), Ok(1));
    assert_eq!(log.status().trouble, "");
    for n in 2..40 {
        a_leaf(&w.db);
        assert_eq!(log.turn(&w.db), Ok(n));
    }
    let found = mirror::verify(&mirror::folder(&w.files()), &log.policy(), None).unwrap();
    assert_eq!(found.vouched.witnesses.len(), 1);
    // Where it is not waited for, the log goes on without it.
    a_leaf(&w.db);
    let alone = w.log_asking("http://127.0.0.1:9", 0);
    assert_eq!(alone.turn(&w.db), Ok(40));
    // Once it is waited for, what was published without its word is published again with it, without any new act.
    let policy = w.log().policy();
    assert!(mirror::verify(&mirror::folder(&w.files()), &policy, None).is_err());
    assert_eq!(w.log().turn(&w.again()), Ok(40));
    mirror::verify(&mirror::folder(&w.files()), &policy, None).unwrap();
    a_leaf(&w.db);
    assert_eq!(w.log().turn(&w.again()), Ok(41));
}

/// Keeps what is logged as an error on the thread that it is set on.
#[derive(Clone, Default)]
struct Errors(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Errors {
    fn enabled(&self, of: &tracing::Metadata) -> bool {
        *of.level() == tracing::Level::ERROR
    }
    fn new_span(&self, _: &tracing::span::Attributes) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event) {
        let mut text = String::new();
        event.record(&mut |field: &tracing::field::Field, value: &dyn std::fmt::Debug| text.push_str(&format!("{}={value:?} ", field.name())));
        self.0.lock().unwrap().push(text);
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn who_keeps_the_log_is_told_when_acts_wait_ten_minutes_and_then_every_ten() {
    let w = Watched::new();
    let clock = platform::Clock::by_hand(chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap().and_hms_opt(4, 0, 0).unwrap());
    let db = place::open(&w.at, &clock);
    db.act(chronicle::day).unwrap();
    let (dead, errors) = (w.log_asking("http://127.0.0.1:9", 1), Errors::default());
    let told = |minutes: i64| {
        clock.advance(chrono::Duration::minutes(minutes));
        tracing::subscriber::with_default(errors.clone(), || dead.turn(&db)).unwrap();
        errors.0.lock().unwrap().len()
    };
    assert_eq!([told(0), told(9), told(1), told(1), told(8), told(1), told(25)], [0, 0, 1, 1, 1, 2, 3]);
    let said = errors.0.lock().unwrap()[0].clone();
    assert!(said.contains("bureau.example") && said.contains("wait for a checkpoint"), "{said}");
    // Once it is published, the next wait is told anew and not at once.
    assert_eq!(w.log().turn(&db), Ok(1));
    assert_eq!(told(60), 3, "nothing waits");
    db.act(chronicle::day).unwrap();
    assert_eq!([told(0), told(9), told(1)], [3, 3, 4]);
}

#[test]
fn a_database_behind_its_witness_is_read_only() {
    let w = Watched::new();
    let old = Folder::fresh();
    for _ in 0..5 {
        a_leaf(&w.db);
    }
    let kept = old.path().join("dajing.db");
    assert_eq!(w.log().turn(&w.db), Ok(5));
    let copy = format!("VACUUM INTO '{}'", kept.display());
    w.db.look(|look| Ok(platform::diesel::RunQueryDsl::execute(platform::diesel::sql_query(copy), look.db())?)).unwrap();
    for _ in 0..3 {
        a_leaf(&w.db);
    }
    assert_eq!(w.log().turn(&w.db), Ok(8));
    let published = w.log().folder.checkpoint().unwrap().unwrap();
    // Last week's copy, in a new folder with the real key: the witness knows better.
    let restored = platform::db::Place::parse(&kept.display().to_string()).unwrap();
    let db = place::open(&restored, &platform::Clock::machine());
    let elsewhere = Folder::fresh();
    std::fs::copy(w.folder.path().join("log.key"), elsewhere.path().join("log.key")).unwrap();
    let log = log_in(elsewhere.path(), ORIGIN, vec![Peer::parse(&format!("{} {}", w.url, w.vkey)).unwrap()], 1);
    assert_eq!(log.turn(&db), Err(Refusal::ReadOnly));
    assert!(db.frozen().is_some_and(|why| why.contains("bureau.example") && why.contains('8') && why.contains('5')), "{:?}", db.frozen());
    assert_eq!(db.act(chronicle::day), Err(Refusal::ReadOnly), "every write is refused");
    assert_eq!(db.look(leaf::count), Ok(5), "reading goes on");
    assert_eq!(log.turn(&db), Err(Refusal::ReadOnly), "it never signs again");
    assert_eq!(log.folder.checkpoint(), Ok(None));
    let refusal = Refusal::ReadOnly;
    assert!(refusal.status() == 503 && refusal.article().is_some() && !refusal.remedy().0.is_empty());
    // In its old folder the same copy stands against what this server has published itself, witness or not.
    let db = place::open(&restored, &platform::Clock::machine());
    let alone = log_in(w.folder.path(), ORIGIN, Vec::new(), 0);
    assert_eq!(alone.turn(&db), Err(Refusal::ReadOnly));
    assert_eq!(alone.folder.checkpoint(), Ok(Some(published)));
    // The right database goes on.
    assert_eq!(w.log().turn(&w.again()), Ok(8));
}

#[test]
fn a_past_rewritten_behind_the_triggers_is_found_at_the_start() {
    let w = Watched::new();
    for _ in 0..10 {
        a_leaf(&w.db);
    }
    assert_eq!(w.log().turn(&w.db), Ok(10));
    let kept = w.log().folder.checkpoint().unwrap().unwrap();
    // The database's own administrator drops the trigger and edits a leaf; head and all, with the real key.
    let forge = |size: &'static str| {
        let db = w.again();
        db.act(move |tx| {
            use platform::diesel::connection::SimpleConnection;
            let sql =
                format!("DROP TRIGGER IF EXISTS leaf_no_update; UPDATE leaf SET entry = replace(entry, 'log.day', 'log.dax') WHERE idx = 3; {size}");
            Ok(tx.db().batch_execute(&sql)?)
        })
        .unwrap();
    };
    forge("");
    let db = w.again();
    assert_eq!(w.log().turn(&db), Err(Refusal::ReadOnly), "the leaves are not those of the head");
    assert!(db.frozen().is_some());
    // With the head rewritten, too, in a fresh folder: the witness remembers.
    forge("DELETE FROM log_head;");
    let elsewhere = Folder::fresh();
    std::fs::copy(w.folder.path().join("log.key"), elsewhere.path().join("log.key")).unwrap();
    let peers = vec![Peer::parse(&format!("{} {}", w.url, w.vkey)).unwrap()];
    let db = w.again();
    assert_eq!(log_in(elsewhere.path(), ORIGIN, peers, 1).turn(&db), Err(Refusal::ReadOnly));
    assert!(db.frozen().is_some_and(|why| why.contains("other first 10")), "{:?}", db.frozen());
    // Without the witness it can be signed; whoever kept a checkpoint finds it out.
    let db = w.again();
    let forged = log_in(elsewhere.path(), ORIGIN, Vec::new(), 0);
    assert_eq!(forged.turn(&db), Ok(10));
    let policy = forged.policy();
    let files = elsewhere.path().join("log");
    let why = mirror::verify(&mirror::folder(&files), &policy, Some(&kept)).unwrap_err();
    assert!(why.contains("rewritten"), "{why}");
    assert!(mirror::signed(&forged.folder.checkpoint().unwrap().unwrap(), &policy_with(&policy, &w.vkey)).is_err(), "nor has it the witness's word");
}

fn policy_with(of: &Policy, witness: &Vkey) -> Policy {
    Policy::of(of.logs[0].clone(), std::slice::from_ref(witness), 1)
}

#[test]
fn damaged_or_lost_files_are_written_anew() {
    let w = Watched::new();
    for _ in 0..300 {
        a_leaf(&w.db);
    }
    let log = w.log();
    assert_eq!(log.turn(&w.db), Ok(300));
    for damage in ["tile/0/000", "tile/entries/000", "tile/0/001.p/44", "tile/1/000.p/1"] {
        let path = w.files().join(damage);
        let mut bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{damage}: {e}"));
        bytes[5] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(mirror::verify(&mirror::folder(&w.files()), &log.policy(), None).is_err(), "{damage}");
        assert_eq!(w.log().turn(&w.again()), Ok(300));
        mirror::verify(&mirror::folder(&w.files()), &log.policy(), None).unwrap_or_else(|why| panic!("{damage}: {why}"));
    }
    std::fs::remove_dir_all(w.files()).unwrap();
    assert_eq!(w.log().turn(&w.again()), Ok(300));
    mirror::verify(&mirror::folder(&w.files()), &log.policy(), None).unwrap();
}

/// Kills the writer of the log fifty times at moments of chance: no fork, no gap, and the witness never sees another past.
#[test]
fn fifty_kills_of_the_writer_leave_one_history() {
    let seed = platform::event::sha256(format!("{:?}", std::time::SystemTime::now()));
    eprintln!("seed {seed}");
    let chance = |n: usize| u64::from_str_radix(&platform::event::sha256(format!("{seed}{n}"))[..8], 16).unwrap();
    let (_keep, at) = place::sqlite();
    let platform::db::Place::Sqlite(path) = &at else { panic!("{at:?}") };
    let folder = Folder::fresh();
    let own = Ed25519::in_folder(folder.path(), "log.key", "kill.example/log", Purpose::Log).unwrap().vkey();
    let (url, vkey) = witness(&folder.path().join("witness"), "bureau.example", own.clone());
    let policy = Policy::of(own, std::slice::from_ref(&vkey), 1);
    let mut kept: Option<String> = None;
    let mut seen = 0;
    for n in 0..50 {
        let mut writer = Command::new(env!("CARGO_BIN_EXE_chronicler"))
            .arg(path)
            .arg(folder.path())
            .arg(format!("{url} {vkey}"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(writer.stdout.take().unwrap()).split(b'\n').map(|l| String::from_utf8(l.unwrap()).unwrap());
        let first = lines.next();
        assert!(first.is_some(), "the writer ended by itself in round {n}");
        std::thread::sleep(std::time::Duration::from_micros(chance(n) % 40_000));
        writer.kill().unwrap();
        let published: Vec<String> = first.into_iter().chain(lines).filter(|l| l.ends_with('|')).map(|l| l.replace('|', "\n")).collect();
        assert!(!writer.wait().unwrap().success());
        seen += published.len();
        // Every checkpoint that was ever shown is signed, cosigned, and the beginning of what lies there now.
        let files = folder.path().join("log");
        for note in kept.iter().chain(published.first()).chain(published.last()) {
            mirror::verify(&mirror::folder(&files), &policy, Some(note)).unwrap_or_else(|why| panic!("round {n}, seed {seed}: {why}"));
        }
        kept = published.last().cloned().or(kept);
    }
    let db = place::open(&at, &platform::Clock::machine());
    assert_eq!(db.look(platform::event::verify).unwrap().broken, None);
    for (at, leaf) in leaves(&db).iter().enumerate() {
        assert_eq!(leaf.idx, at as i64);
    }
    let peers = vec![Peer::parse(&format!("{url} {vkey}")).unwrap()];
    let size = log_in(folder.path(), "kill.example/log", peers, 1).turn(&db).unwrap();
    assert_eq!(size as usize, leaves(&db).len(), "what was left is published");
    eprintln!("{seen} checkpoints over {size} leaves");
}
