//! Accounts, as stories on a fresh SQLite database with a clock that moves by hand.

#![allow(clippy::unwrap_used, clippy::panic)] // a story that goes wrong stops

use chrono::{Duration, NaiveDate};
use platform::account::link::{self, Newcomer};
use platform::account::session::{self, Factor};
use platform::account::sign_in::Attempt;
use platform::account::token::{self, Scope};
use platform::account::{Door, SignedIn, admin, password, sign_up, staff, totp};
use platform::day::Calendar;
use platform::db::{Place, Rules};
use platform::people::{Org, Person, org, person};
use platform::profile::Profile;
use platform::sheet::Answers;
use platform::{At, Caller, Clock, Db, Id, Refusal, Role, diesel, flow};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

const PASSWORD: &str = "Xk7-plum-otter";
const HERE: &str = "10.1.1.1";

struct World {
    db: Db,
    door: Door,
    folder: std::path::PathBuf,
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn start() -> At {
    NaiveDate::from_ymd_opt(2026, 3, 2).unwrap().and_hms_opt(1, 0, 0).unwrap()
}

impl World {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let folder = std::env::temp_dir().join(format!("dajing-account-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
        std::fs::create_dir_all(&folder).unwrap();
        let place = Place::Sqlite(folder.join("a.db").display().to_string());
        platform::schema::migrate(&place).unwrap();
        let rules = Rules { profile: Arc::new(Profile::zhangjiakou().clone()), calendar: Arc::new(Calendar::national().clone()) };
        let db = Db::open(place, 2, Clock::by_hand(start()), rules).unwrap();
        Self { db, door: Door::new(), folder }
    }
    fn pass(&self, by: Duration) {
        self.db.clock().advance(by);
    }
    fn now(&self) -> At {
        self.db.clock().now()
    }
    /// A system administrator made at the machine, signed in with the second factor set up.
    fn admin(&self) -> (SignedIn, String) {
        let hash = password::hash(PASSWORD, "root@city.cn", "系统").unwrap();
        self.db.act(move |tx| admin::create_admin(tx, "root@city.cn", "系统", hash)).unwrap();
        let me = self.signed_in("root@city.cn");
        let secret = self.sets_up_codes(&me);
        (self.who(&self.last_token(&me)), secret)
    }
    // Sessions are found by token; tests keep them in this order.
    fn last_token(&self, me: &SignedIn) -> String {
        TOKENS.lock().unwrap().iter().rev().find(|(id, _)| *id == me.session.id).unwrap().1.clone()
    }
    fn signs_in(&self, email: &str, password: &str, code: &str, address: &str) -> Result<String, Refusal> {
        let attempt = Attempt { email: email.into(), password: password.into(), code: code.into(), agent: "测试".into(), address: address.into() };
        self.door.attempt(&self.db, &attempt)
    }
    fn signed_in(&self, email: &str) -> SignedIn {
        let token = self.signs_in(email, PASSWORD, "", HERE).unwrap();
        self.who(&token)
    }
    fn find(&self, token: &str) -> Option<SignedIn> {
        self.db.look(|look| session::find(look, token)).unwrap()
    }
    fn who(&self, token: &str) -> SignedIn {
        let me = self.find(token).unwrap();
        TOKENS.lock().unwrap().push((me.session.id.clone(), token.to_string()));
        me
    }
    fn sets_up_codes(&self, me: &SignedIn) -> String {
        let setup = totp::Setup::new("root@city.cn").unwrap();
        let (secret, code) = (setup.secret.clone(), totp::code_at(&setup.secret, self.now()).unwrap());
        let me = me.clone();
        self.db.act(move |tx| totp::confirm(tx, &me, &secret, &code)).unwrap();
        setup.secret
    }
    /// A developer organisation of one administrator.
    fn developer(&self, email: &str, name: &str, first: &str) -> (Id<Org>, Id<Person>) {
        let typed = Answers::of(json!({
            "kind": "developer", "email": email, "person": "李娜", "agree": "on", "name": name,
            "credit_code": org::credit_code_of(first).unwrap(), "legal_person": "王强", "contact": "李娜", "phone": "0313-1234567",
        }));
        let hash = password::hash(PASSWORD, email, "李娜").unwrap();
        self.db.act(move |tx| sign_up::apply(tx, &typed, "zh-CN", hash)).unwrap()
    }
    /// The secret in the letter last sent to that address.
    fn secret_for(&self, email: &str) -> String {
        let letters = self.db.look(|look| platform::mail::due(look, 100)).unwrap();
        let letter = letters.iter().rev().map(|(l, _)| l).find(|l| l.address == email).unwrap();
        Answers::parse(&letter.args).text("secret").to_string()
    }
    fn events(&self, noun: &str, act: &str) -> i64 {
        let ask = platform::event::Search { noun: noun.into(), act: act.into(), ..Default::default() };
        self.db.look(|look| platform::event::search(look, &ask, platform::paging::Page::first(1))).unwrap().total
    }
    fn grants(&self, to: Id<Person>, of: Id<Org>, role: Role) -> Result<(), Refusal> {
        self.db.act(move |tx| person::grant(tx, &Caller::calendar(), to, of, role))
    }
    fn enters(&self, who: &Caller, kind: &str, name: &str) -> Result<Id<Org>, Refusal> {
        let (who, answers) = (who.clone(), Answers::of(json!({ "kind": kind, "name": name })));
        self.db.act(move |tx| admin::enter_org(tx, &who, &answers))
    }
    fn invites(&self, who: &Caller, to: Id<Org>, email: &str, roles: &[&str]) -> Result<(), Refusal> {
        let (who, answers) = (who.clone(), Answers::of(json!({ "email": email, "roles": roles })));
        self.db.act(move |tx| link::invite(tx, &who, to, &answers))
    }
    fn accepts(&self, secret: &str, name: &str) -> Result<Id<Person>, Refusal> {
        let (secret, newcomer) = (secret.to_string(), newcomer("", name));
        self.db.act(move |tx| link::accept(tx, &secret, newcomer))
    }
}

static TOKENS: std::sync::Mutex<Vec<(String, String)>> = std::sync::Mutex::new(Vec::new());

fn newcomer(email: &str, name: &str) -> Newcomer {
    Newcomer { email: email.into(), name: name.into(), lang: "zh-CN".into(), password: password::hash(PASSWORD, email, name).unwrap() }
}

fn wrong<T>() -> Result<T, Refusal> {
    Err(Refusal::rule("wrong-password", "ZJ-5.4(1)"))
}
fn dead<T>() -> Result<T, Refusal> {
    Err(Refusal::rule("link-used", "ZJ-5.4(1)"))
}
fn same_person<T>() -> Result<T, Refusal> {
    Err(Refusal::rule("same-person", "ZJK-28"))
}

#[test]
fn a_developer_signs_up_signs_in_and_acts_for_its_organisation() {
    let w = World::new();
    let (org, person) = w.developer("li.na@dev.cn", "张家口云数科技有限公司", "91130700MA07XXXX1");
    let me = w.signed_in(" Li.Na@Dev.CN ");
    assert_eq!((me.session.person, me.caller.org, me.factor), (person, Some(org), Factor::NotNeeded));
    assert!(me.caller.is(Role::DeveloperAdmin));
    assert_eq!(w.events("session", "open"), 1);
    assert_eq!(w.events("person", "set_password"), 1);
    // The same address and the same organisation again: all faults at once, nothing saved.
    let typed = Answers::of(json!({
        "kind": "buyer", "email": "li.na@dev.cn", "person": "李娜", "agree": "on", "name": "张家囗云数科技有限公司",
        "credit_code": org::credit_code_of("91130700MA07XXXX1").unwrap(), "legal_person": "王强", "contact": "李娜", "phone": "1",
    }));
    let hash = password::hash(PASSWORD, "li.na@dev.cn", "李娜").unwrap();
    let Err(Refusal::Faulty(faults)) = w.db.act(move |tx| sign_up::apply(tx, &typed, "zh-CN", hash)) else { panic!("not refused") };
    let codes: Vec<&str> = faults.iter().map(|f| f.code).collect();
    assert_eq!(codes, ["email-taken", "name-taken", "credit-code-taken"]);
    assert_eq!(w.events("org", "apply"), 1);
}

#[test]
fn guessing_is_slowed_down_for_the_guesser_only() {
    let w = World::new();
    w.developer("li.na@dev.cn", "甲公司", "91130700MA07XXXX1");
    for _ in 0..5 {
        assert_eq!(w.signs_in("li.na@dev.cn", "wrong-password", "", HERE), wrong());
    }
    // Even the right password waits now, and pauses grow with each further guess.
    for seconds in [30, 60, 120] {
        assert_eq!(w.signs_in("li.na@dev.cn", PASSWORD, "", HERE), Err(Refusal::TooMany { seconds }));
        w.pass(Duration::seconds(seconds as i64));
        assert_eq!(w.signs_in("li.na@dev.cn", "wrong-password", "", HERE), wrong());
    }
    // From elsewhere its owner signs in, and the log tells how many failures went before.
    w.signs_in("li.na@dev.cn", PASSWORD, "", "10.9.9.9").unwrap();
    let ask = platform::event::Search { noun: "session".into(), act: "open".into(), ..Default::default() };
    let opened = w.db.look(|look| platform::event::search(look, &ask, platform::paging::Page::first(1))).unwrap();
    assert!(opened.rows[0].detail.contains(r#""failures_before":8"#), "{}", opened.rows[0].detail);
    // Here the pause lasts, then the right password clears it.
    w.pass(Duration::seconds(240));
    w.signs_in("li.na@dev.cn", PASSWORD, "", HERE).unwrap();
    assert_eq!(w.signs_in("li.na@dev.cn", "wrong-password", "", HERE), wrong());
    w.signs_in("li.na@dev.cn", PASSWORD, "", HERE).unwrap();
}

#[test]
fn nobody_and_a_wrong_password_are_one_answer_and_ten_failures_are_logged() {
    let w = World::new();
    w.developer("li.na@dev.cn", "甲公司", "91130700MA07XXXX1");
    assert_eq!(w.signs_in("nobody@dev.cn", PASSWORD, "", HERE), wrong());
    assert_eq!(w.signs_in("not an address", PASSWORD, "", HERE), wrong());
    assert_eq!(w.signs_in("li.na@dev.cn", "", "", HERE), wrong());
    for i in 2..=10 {
        assert_eq!(w.signs_in("li.na@dev.cn", "wrong-password", "", &format!("10.2.0.{i}")), wrong());
    }
    assert_eq!(w.events("session", "lock"), 1);
    for i in 1..=20 {
        assert_eq!(w.signs_in("nobody@dev.cn", "wrong-password", "", &format!("10.3.0.{i}")), wrong());
    }
    assert_eq!(w.events("session", "lock"), 1, "an unknown account leaves no line");
}

#[test]
fn one_address_cannot_try_many_accounts() {
    let w = World::new();
    for i in 0..50 {
        assert_eq!(w.signs_in(&format!("a{i}@dev.cn"), "", "", "2001:db8::1"), wrong());
    }
    assert_eq!(w.signs_in("a50@dev.cn", "", "", "2001:db8::2"), Err(Refusal::TooMany { seconds: 30 }));
    for _ in 0..10 {
        w.door.ask_reset(&w.db, "nobody@dev.cn", HERE).unwrap();
    }
    assert_eq!(w.door.ask_reset(&w.db, "nobody@dev.cn", HERE), Err(Refusal::TooMany { seconds: 60 }));
}

#[test]
fn roles_that_need_a_second_factor_are_withheld_until_it_is_given() {
    let w = World::new();
    let hash = password::hash(PASSWORD, "root@city.cn", "系统").unwrap();
    w.db.act(move |tx| admin::create_admin(tx, "root@city.cn", "系统", hash)).unwrap();
    let me = w.signed_in("root@city.cn");
    assert_eq!((me.factor, me.caller.org, me.caller.kind), (Factor::Missing, None, None));
    assert!(!me.caller.is(Role::SystemAdmin) && me.caller.is(Role::Registered));
    assert_eq!(w.db.look(|look| session::held_back(look, &me)), Ok(vec![Role::SystemAdmin]));

    // Setting it up with a wrong code changes nothing; with the right one this session has passed.
    let setup = totp::Setup::new("root@city.cn").unwrap();
    let (again, secret) = (me.clone(), setup.secret.clone());
    assert_eq!(w.db.act(move |tx| totp::confirm(tx, &again, &secret, "000000")), Err(Refusal::fault("code", "wrong-code")));
    let secret = w.sets_up_codes(&me);
    let token = w.last_token(&me);
    assert!(w.who(&token).caller.is(Role::SystemAdmin));

    // A code counts once: the one of the setup is spent.
    let code = totp::code_at(&secret, w.now()).unwrap();
    assert_eq!(w.signs_in("root@city.cn", PASSWORD, &code, HERE), wrong());
    w.pass(Duration::seconds(30));
    let code = totp::code_at(&secret, w.now()).unwrap();
    let token = w.signs_in("root@city.cn", PASSWORD, &code, HERE).unwrap();
    assert_eq!(w.who(&token).factor, Factor::Passed);
    assert_eq!(w.signs_in("root@city.cn", PASSWORD, &code, HERE), wrong(), "replayed");

    // In two steps: the password first, then the code.
    let owing = w.signed_in("root@city.cn");
    assert_eq!(owing.factor, Factor::Owed);
    assert!(!owing.caller.is(Role::SystemAdmin));
    assert_eq!(owing.must_be_confirmed(w.now()), Err(Refusal::SecondFactor));
    assert_eq!(w.door.confirm(&w.db, &owing, PASSWORD), Err(Refusal::SecondFactor));
    assert_eq!(w.door.pass(&w.db, &owing, &code), wrong(), "replayed in the second step");
    w.pass(Duration::seconds(30));
    // The step before is still within the window, but an older step than the last one used never counts.
    assert_eq!(w.door.pass(&w.db, &owing, &code), wrong());
    w.door.pass(&w.db, &owing, &totp::code_at(&secret, w.now()).unwrap()).unwrap();
    let passed = w.who(&w.last_token(&owing));
    assert_eq!(passed.factor, Factor::Passed);
    assert_eq!(passed.must_be_confirmed(w.now()), Ok(()));

    // Removing it needs a fresh code, and puts the roles back behind the line.
    w.pass(Duration::seconds(30));
    let (again, code) = (passed.clone(), totp::code_at(&secret, w.now()).unwrap());
    w.db.act(move |tx| totp::remove(tx, &again, &code)).unwrap();
    assert_eq!(w.who(&w.last_token(&passed)).factor, Factor::Missing);
}

#[test]
fn a_session_ends_by_rest_by_age_and_by_its_owner() {
    let w = World::new();
    w.developer("li.na@dev.cn", "甲公司", "91130700MA07XXXX1");
    let token = w.signs_in("li.na@dev.cn", PASSWORD, "", HERE).unwrap();
    let at_rest = w.signs_in("li.na@dev.cn", PASSWORD, "", HERE).unwrap();
    w.pass(Duration::hours(12) - Duration::milliseconds(1));
    let me = w.who(&token);
    assert!(me.is_to_be_touched(w.now()));
    let id = me.session.id.clone();
    w.db.act(move |tx| session::touch(tx, &id)).unwrap();
    assert!(!w.who(&token).is_to_be_touched(w.now()));
    assert_eq!(me.must_be_confirmed(w.now()), Err(Refusal::ConfirmPassword));
    assert_eq!(w.door.confirm(&w.db, &me, "wrong-password"), wrong());
    w.door.confirm(&w.db, &me, PASSWORD).unwrap();
    assert_eq!(w.who(&token).must_be_confirmed(w.now()), Ok(()));
    w.pass(Duration::milliseconds(1));
    assert!(w.find(&at_rest).is_none() && w.find(&token).is_some());
    // Used every few hours, it still ends after seven days.
    while w.now() < start() + Duration::days(7) - Duration::hours(6) {
        w.pass(Duration::hours(6));
        let id = w.who(&token).session.id;
        w.db.act(move |tx| session::touch(tx, &id)).unwrap();
    }
    w.pass(start() + Duration::days(7) - w.now() - Duration::milliseconds(1));
    assert!(w.find(&token).is_some());
    w.pass(Duration::milliseconds(1));
    assert!(w.find(&token).is_none());
    // Three devices: one signs another out, then all others, then itself.
    let tokens: Vec<String> = (0..3).map(|_| w.signs_in("li.na@dev.cn", PASSWORD, "", HERE).unwrap()).collect();
    let me = w.who(&tokens[0]);
    assert_eq!(w.db.look(|look| session::own(look, &me)).unwrap().len(), 3);
    let other = w.who(&tokens[1]).session.id;
    let (a, id) = (me.clone(), other.clone());
    w.db.act(move |tx| session::close(tx, &a, &id)).unwrap();
    assert!(w.find(&tokens[1]).is_none());
    let a = me.clone();
    assert_eq!(w.db.act(move |tx| session::close(tx, &a, &other)), Err(Refusal::NotFound));
    let a = me.clone();
    assert_eq!(w.db.act(move |tx| session::close_others(tx, &a)), Ok(1));
    assert!(w.find(&tokens[2]).is_none() && w.find(&tokens[0]).is_some());
    let (a, own) = (me.clone(), me.session.id.clone());
    w.db.act(move |tx| session::close(tx, &a, &own)).unwrap();
    assert!(w.find(&tokens[0]).is_none());
    assert!(w.find("").is_none());
    w.pass(Duration::days(31));
    assert_eq!(w.db.act(session::forget_old), Ok(5));
}

#[test]
fn nobody_closes_somebody_elses_session() {
    let w = World::new();
    w.developer("a@dev.cn", "甲公司", "91130700MA07XXXX1");
    w.developer("b@dev.cn", "乙公司", "91130700MA07XXXX2");
    let (a, b) = (w.signed_in("a@dev.cn"), w.signed_in("b@dev.cn"));
    let id = b.session.id.clone();
    let (org_b, a2) = (b.caller.org.unwrap(), a.clone());
    assert_eq!(w.db.act(move |tx| session::close(tx, &a, &id)), Err(Refusal::NotFound));
    assert_eq!(w.db.act(move |tx| session::switch(tx, &a2, org_b)), Err(Refusal::NotFound));
}

#[test]
fn a_new_password_ends_every_session_and_opens_one() {
    let w = World::new();
    w.developer("li.na@dev.cn", "甲公司", "91130700MA07XXXX1");
    let other = w.signs_in("li.na@dev.cn", PASSWORD, "", HERE).unwrap();
    let me = w.signed_in("li.na@dev.cn");
    w.pass(Duration::minutes(5));
    w.door.ask_reset(&w.db, "li.na@dev.cn", HERE).unwrap();
    let letter = w.secret_for("li.na@dev.cn");
    let hash = password::hash("Zq9-pear-badger", "li.na@dev.cn", "李娜").unwrap();
    let (a, h) = (me.clone(), hash.clone());
    assert_eq!(w.db.act(move |tx| password::change(tx, &a, h)), Err(Refusal::ConfirmPassword));
    w.door.confirm(&w.db, &me, PASSWORD).unwrap();
    let a = w.who(&w.last_token(&me));
    let renewed = w.db.act(move |tx| password::change(tx, &a, hash)).unwrap();
    assert!(w.find(&other).is_none() && w.find(&w.last_token(&me)).is_none());
    assert_eq!(w.who(&renewed).caller.org, me.caller.org);
    assert_eq!(w.db.look(|look| link::look(look, &letter)).map(|_| ()), dead());
    assert_eq!(w.signs_in("li.na@dev.cn", PASSWORD, "", HERE), wrong());
    w.signs_in("li.na@dev.cn", "Zq9-pear-badger", "", HERE).unwrap();
}

#[test]
fn a_forgotten_password_is_reset_by_a_link_that_works_once_within_the_hour() {
    let w = World::new();
    w.developer("li.na@dev.cn", "甲公司", "91130700MA07XXXX1");
    let token = w.signs_in("li.na@dev.cn", PASSWORD, "", HERE).unwrap();
    w.door.ask_reset(&w.db, "nobody@dev.cn", HERE).unwrap();
    w.door.ask_reset(&w.db, "LI.NA@dev.cn", HERE).unwrap();
    let late = w.secret_for("li.na@dev.cn");
    w.pass(Duration::hours(1));
    assert_eq!(w.db.look(|look| link::look(look, &late)).map(|_| ()), dead());
    w.door.ask_reset(&w.db, "li.na@dev.cn", HERE).unwrap();
    let first = w.secret_for("li.na@dev.cn");
    w.pass(Duration::seconds(1));
    w.door.ask_reset(&w.db, "li.na@dev.cn", HERE).unwrap();
    let second = w.secret_for("li.na@dev.cn");
    let hash = password::hash("Zq9-pear-badger", "li.na@dev.cn", "李娜").unwrap();
    let set = |secret: &str| {
        let (secret, hash) = (secret.to_string(), hash.clone());
        w.db.act(move |tx| link::new_password(tx, &secret, hash))
    };
    assert_eq!(set(&first), dead(), "a newer letter replaces it");
    assert_eq!(w.accepts(&second, "李娜"), dead(), "it is no invitation");
    w.pass(Duration::minutes(59));
    assert!(w.find(&token).is_some());
    set(&second).unwrap();
    assert_eq!(set(&second), dead(), "used");
    assert!(w.find(&token).is_none());
    w.signs_in("li.na@dev.cn", "Zq9-pear-badger", "", HERE).unwrap();
    // Once sent, the letter no longer holds the secret.
    let ids: Vec<_> = w.db.look(|look| platform::mail::due(look, 100)).unwrap().into_iter().map(|(l, _)| l.id).collect();
    w.db.act(move |tx| platform::mail::sent(tx, &ids)).unwrap();
    let kept = w.db.look(|look| platform::mail::list(look, None, platform::paging::Page::first(100))).unwrap();
    assert!(kept.total == 3 && kept.rows.iter().all(|l| !l.args.contains("secret")));
}

#[test]
fn an_access_token_does_what_its_scopes_say_for_as_long_as_it_lives() {
    let w = World::new();
    let (org_id, person_id) = w.developer("li.na@dev.cn", "甲公司", "91130700MA07XXXX1");
    let me = w.signed_in("li.na@dev.cn");
    let make = |scopes: &[&str], days: i64| {
        let (me, answers) = (me.clone(), Answers::of(json!({ "name": "脚本", "scopes": scopes, "days": days })));
        w.db.act(move |tx| token::make(tx, &me, &answers)).unwrap()
    };
    let bearer = |text: &str| w.db.look(|look| token::find(look, text)).unwrap();
    let (_, reads) = make(&["read"], 30);
    let (id, acts) = make(&["read", "act"], 365);
    assert!(reads.starts_with("dajing_") && reads.len() == 7 + 8 + 1 + 43);
    let b = bearer(&reads).unwrap();
    assert_eq!((b.caller.org, b.caller.person), (Some(org_id), Some(person_id)));
    assert_eq!(b.must_have(Scope::Read), Ok(()));
    assert_eq!(b.must_have(Scope::Act).unwrap_err().code(), "token-scope");
    assert_eq!(bearer(&acts).unwrap().must_have(Scope::Act), Ok(()));
    let tid = b.token.id;
    assert!(b.is_to_be_touched(w.now()));
    w.db.act(move |tx| token::touch(tx, tid)).unwrap();
    assert!(!bearer(&reads).unwrap().is_to_be_touched(w.now()));
    for bad in ["", "dajing_", &acts[..acts.len() - 1], &acts.to_uppercase()] {
        assert!(bearer(bad).is_none(), "{bad}");
    }
    w.pass(Duration::days(30) - Duration::milliseconds(1));
    assert!(bearer(&reads).is_some());
    w.pass(Duration::milliseconds(1));
    assert!(bearer(&reads).is_none() && bearer(&acts).is_some());
    let me = w.signed_in("li.na@dev.cn");
    assert_eq!(w.db.look(|look| token::own(look, &me)).unwrap().len(), 1);
    let a = me.clone();
    w.db.act(move |tx| token::revoke(tx, &a, id)).unwrap();
    assert!(bearer(&acts).is_none());
    assert_eq!(w.db.act(move |tx| token::revoke(tx, &me, id)), Err(Refusal::NotFound));
    assert_eq!((w.events("token", "make"), w.events("token", "revoke")), (2, 1));
}

#[test]
fn a_suspended_organisation_and_a_lost_role_end_sessions_at_once() {
    let w = World::new();
    let (root, _) = w.admin();
    let (of, person_id) = w.developer("li.na@dev.cn", "甲公司", "91130700MA07XXXX1");
    let platform_org = root.caller.org.unwrap();
    // Legal approves, security suspends; the roles are given straight, who may give them is another story.
    let primary = w.enters(&root.caller, "primary", "张家口数据集团").unwrap();
    w.invites(&root.caller, primary, "legal@data.cn", &["legal"]).unwrap();
    let legal = w.accepts(&w.secret_for("legal@data.cn"), "法务").unwrap();
    w.invites(&root.caller, platform_org, "sec@city.cn", &["security_admin"]).unwrap();
    let guard = w.accepts(&w.secret_for("sec@city.cn"), "安全").unwrap();
    let (legal, guard) =
        w.db.look(|look| Ok((person::caller(look, legal, Some(primary))?, person::caller(look, guard, Some(platform_org))?))).unwrap();
    w.db.act(move |tx| flow::perform::<Org>(tx, &legal, of, org::Act::Approve, Answers::default())).unwrap();
    let token = w.signs_in("li.na@dev.cn", PASSWORD, "", HERE).unwrap();
    let a = guard.clone();
    w.db.act(move |tx| flow::perform::<Org>(tx, &a, of, org::Act::Suspend, Answers::of(json!({"reason": "整改"})))).unwrap();
    assert!(w.find(&token).is_none());
    // Signed in again, the person has no role there until the organisation is resumed.
    assert!(!w.signed_in("li.na@dev.cn").caller.is(Role::DeveloperAdmin));
    let a = guard.clone();
    w.db.act(move |tx| flow::perform::<Org>(tx, &a, of, org::Act::Resume, Answers::of(json!({"reason": "整改完成"})))).unwrap();
    let me = w.signed_in("li.na@dev.cn");
    assert!(me.caller.is(Role::DeveloperAdmin));

    // A staff member whose role is taken away is out at once; the last administrator stays.
    w.invites(&me.caller, of, "staff@dev.cn", &["developer_staff"]).unwrap();
    let member = w.accepts(&w.secret_for("staff@dev.cn"), "张三").unwrap();
    let token = w.signs_in("staff@dev.cn", PASSWORD, "", HERE).unwrap();
    let a = me.caller.clone();
    w.db.act(move |tx| staff::take_away(tx, &a, member, of, Role::DeveloperStaff)).unwrap();
    assert!(w.find(&token).is_none());
    let a = me.caller.clone();
    assert_eq!(w.db.act(move |tx| staff::take_away(tx, &a, person_id, of, Role::DeveloperAdmin)), Err(Refusal::rule("last-admin", "ZJK-28")));
    // Disabled: sessions and access tokens end, signing in fails as if the password were wrong.
    let (a, answers) = (me.clone(), Answers::of(json!({"name": "脚本", "scopes": ["act"], "days": 9})));
    let (_, text) = w.db.act(move |tx| token::make(tx, &a, &answers)).unwrap();
    let a = guard.clone();
    w.db.act(move |tx| admin::disable(tx, &a, person_id, "离职")).unwrap();
    assert!(w.find(&w.last_token(&me)).is_none());
    assert!(w.db.look(|look| token::find(look, &text)).unwrap().is_none());
    assert_eq!(w.signs_in("li.na@dev.cn", PASSWORD, "", HERE), wrong());
    let a = guard.clone();
    w.db.act(move |tx| admin::enable(tx, &a, person_id, "复职")).unwrap();
    w.signed_in("li.na@dev.cn");
    let a = guard.clone();
    assert_eq!(w.db.act(move |tx| admin::disable(tx, &a, a.person()?, "误操作")), same_person());
    let root_id = root.session.person;
    assert_eq!(w.db.act(move |tx| admin::disable(tx, &guard, root_id, "误操作")), Err(Refusal::rule("last-admin", "ZJ-5.4(1)")));
}

#[test]
fn invitations_go_to_whom_the_inviter_may_name_and_work_once_for_a_week() {
    let w = World::new();
    let (root, _) = w.admin();
    let office = w.enters(&root.caller, "office", "协调机制办公室").unwrap();
    let primary = w.enters(&root.caller, "primary", "张家口数据集团").unwrap();
    assert_eq!(w.enters(&root.caller, "primary", "另一个一级主体"), Err(Refusal::Taken));
    let (of, _) = w.developer("li.na@dev.cn", "甲公司", "91130700MA07XXXX1");
    let (other, _) = w.developer("b@dev.cn", "乙公司", "91130700MA07XXXX2");
    let me = w.signed_in("li.na@dev.cn");
    assert_eq!(w.enters(&me.caller, "office", "假办公室").unwrap_err().code(), "wrong-role");
    assert_eq!(w.invites(&me.caller, other, "x@dev.cn", &["developer_admin"]), Err(Refusal::NotFound));
    assert_eq!(w.invites(&me.caller, of, "x@dev.cn", &["legal"]), Err(Refusal::fault("roles", "not-a-choice")));
    assert_eq!(w.invites(&me.caller, of, "x", &["developer_staff"]), Err(Refusal::fault("email", "not-email")));
    w.invites(&root.caller, primary, "legal@data.cn", &["legal", "reviewer"]).unwrap();
    let secret = w.secret_for("legal@data.cn");
    let legal = w.accepts(&secret, "法务").unwrap();
    assert_eq!(w.accepts(&secret, "法务"), dead());
    let legal = w.db.look(|look| person::caller(look, legal, Some(primary))).unwrap();
    assert!(legal.is(Role::Legal) && legal.is(Role::Reviewer));
    w.invites(&legal, of, "second@dev.cn", &["developer_staff"]).unwrap();
    assert_eq!(w.invites(&legal, office, "x@city.cn", &["office"]).unwrap_err().code(), "wrong-role", "those who check it");
    let ours = w.db.look(|look| link::invitations(look, &me.caller, of)).unwrap();
    let (a, id) = (me.caller.clone(), ours[0].id);
    w.db.act(move |tx| link::withdraw(tx, &a, id)).unwrap();
    assert_eq!(w.accepts(&w.secret_for("second@dev.cn"), "乙"), dead());
    // After a week it is over, to the millisecond.
    w.invites(&me.caller, of, "late@dev.cn", &["developer_staff"]).unwrap();
    let secret = w.secret_for("late@dev.cn");
    w.pass(Duration::days(7) - Duration::milliseconds(1));
    assert!(w.db.look(|look| link::look(look, &secret)).is_ok());
    w.pass(Duration::milliseconds(1));
    assert_eq!(w.accepts(&secret, "晚"), dead());

    // A known person joins signed in, nobody else does with that letter, and chooses between organisations.
    w.invites(&legal, of, "b@dev.cn", &["developer_staff"]).unwrap();
    let secret = w.secret_for("b@dev.cn");
    let (a, b) = (w.signed_in("li.na@dev.cn"), w.signed_in("b@dev.cn"));
    let s = secret.clone();
    assert_eq!(w.db.act(move |tx| link::join(tx, &a, &s)), dead());
    let Err(Refusal::Faulty(faults)) = w.accepts(&secret, "乙") else { panic!("not refused") };
    assert_eq!(faults[0].code, "email-taken");
    let (me_b, s) = (b.clone(), secret.clone());
    assert_eq!(w.db.act(move |tx| link::join(tx, &me_b, &s)), Ok(of));
    let me_b = b.clone();
    w.db.act(move |tx| session::switch(tx, &me_b, of)).unwrap();
    assert!(w.who(&w.last_token(&b)).caller.is(Role::DeveloperStaff));
    w.pass(Duration::hours(1));
    assert_eq!(w.signed_in("b@dev.cn").caller.org, Some(of), "the organisation last acted for");
}

#[test]
fn the_three_administrators_are_three_people_and_start_from_one_printed_link() {
    let w = World::new();
    let secret = w.db.act(admin::first_admin_link).unwrap();
    w.pass(Duration::hours(24));
    let n = newcomer("root@city.cn", "系统");
    let s = secret.clone();
    assert_eq!(w.db.act(move |tx| link::accept(tx, &s, n)), dead());
    let secret = w.db.act(admin::first_admin_link).unwrap();
    let n = newcomer("root@city.cn", "系统");
    let root = w.db.act(move |tx| link::accept(tx, &secret, n)).unwrap();
    assert_eq!(w.db.act(admin::first_admin_link), Err(Refusal::Taken));
    let me = w.signed_in("root@city.cn");
    let secret = w.sets_up_codes(&me);
    let me = w.who(&w.last_token(&me));
    let platform_org = me.caller.org.unwrap();
    assert_eq!(w.grants(root, platform_org, Role::AuditAdmin), same_person());
    assert_eq!(w.invites(&me.caller, platform_org, "x@city.cn", &["security_admin", "audit_admin"]), same_person());
    let a = me.caller.clone();
    assert_eq!(w.db.act(move |tx| staff::give(tx, &a, root, platform_org, Role::SystemAdmin)), same_person());
    w.invites(&me.caller, platform_org, "root@city.cn", &["audit_admin"]).unwrap();
    let (a, s) = (me.clone(), w.secret_for("root@city.cn"));
    assert_eq!(w.db.act(move |tx| link::join(tx, &a, &s)), same_person());

    // The security administrator ends sessions and takes a lost second factor away; the system administrator does not.
    w.invites(&me.caller, platform_org, "sec@city.cn", &["security_admin"]).unwrap();
    let guard = w.accepts(&w.secret_for("sec@city.cn"), "安全").unwrap();
    let guard = w.db.look(|look| person::caller(look, guard, Some(platform_org))).unwrap();
    let (a, guard_id) = (me.caller.clone(), guard.person.unwrap());
    assert_eq!(w.db.act(move |tx| admin::end_sessions(tx, &a, guard_id, "")).unwrap_err().code(), "wrong-role");
    assert_eq!(w.enters(&guard, "office", "办公室").unwrap_err().code(), "wrong-role");
    let a = guard.clone();
    assert_eq!(w.db.act(move |tx| admin::end_sessions(tx, &a, root, "可疑登录")), Ok(1));
    assert!(w.find(&w.last_token(&me)).is_none());
    let a = guard.clone();
    w.db.act(move |tx| admin::drop_totp(tx, &a, root)).unwrap();
    w.pass(Duration::seconds(30));
    let code = totp::code_at(&secret, w.now()).unwrap();
    let token = w.signs_in("root@city.cn", PASSWORD, &code, HERE).unwrap();
    assert_eq!(w.who(&token).factor, Factor::Missing, "the old codes are worth nothing");
    let found = w.db.look(|look| admin::people(look, &guard, "安", platform::paging::Page::first(20))).unwrap();
    assert_eq!(found.total, 1);
}

#[test]
fn every_write_of_these_stories_stands_in_one_chain() {
    let w = World::new();
    let (root, _) = w.admin();
    let office = w.enters(&root.caller, "office", "协调机制办公室").unwrap();
    w.invites(&root.caller, office, "o@city.cn", &["office"]).unwrap();
    w.accepts(&w.secret_for("o@city.cn"), "办").unwrap();
    w.developer("li.na@dev.cn", "甲公司", "91130700MA07XXXX1");
    w.signed_in("li.na@dev.cn");
    let verified = w.db.look(platform::event::verify).unwrap();
    assert!(verified.broken.is_none() && verified.events > 15, "{verified:?}");
    // Neither addresses nor secrets of accounts stand in it.
    use diesel::prelude::*;
    let details: Vec<(String, String)> = w
        .db
        .look(|look| Ok(platform::schema::event::table.select((platform::schema::event::title, platform::schema::event::detail)).load(look.db())?))
        .unwrap();
    for (title, detail) in details {
        assert!(!title.contains('@') && !detail.contains('@') && !detail.contains("argon2") && !detail.contains("\"hash\""), "{title} {detail}");
    }
}

#[test]
fn an_interest_is_withdrawn_by_whoever_declared_it_and_stays_in_his_history() {
    use platform::people::interest;
    let w = World::new();
    let (of, person) = w.developer("li.na@dev.cn", "甲公司", "91130700MA07XXXX1");
    let other = w.developer("wang@dev.cn", "乙公司", "91130700MA07XXXX2");
    let caller = |person, of| w.db.look(|look| person::caller(look, person, Some(of))).unwrap();
    let (me, her) = (caller(person, of), caller(other.1, other.0));
    let who = me.clone();
    let declared = w.db.act(move |tx| interest::declare(tx, &who, other.0, "持股 2%")).unwrap();
    assert_eq!(w.db.look(|look| interest::must_be_free(look, &me, other.0)).map_err(|r| r.code()), Err("interest"));
    let withdraws = |who: &Caller| {
        let who = who.clone();
        w.db.act(move |tx| interest::withdraw(tx, &who, declared, "股份已全部转让"))
    };
    assert_eq!(withdraws(&her), Err(Refusal::NotFound));
    w.pass(Duration::days(30));
    withdraws(&me).unwrap();
    assert_eq!(withdraws(&me), Err(Refusal::Stale));
    w.db.look(|look| interest::must_be_free(look, &me, other.0)).unwrap();
    let own = w.db.look(|look| interest::own(look, &me)).unwrap();
    assert_eq!(own.iter().map(|(row, org)| (org.as_str(), row.withdrawn_at)).collect::<Vec<_>>(), [("乙公司", Some(w.now()))]);
    assert_eq!((w.events("interest", "declare"), w.events("interest", "withdraw")), (1, 1));
    // What ties anew is declared anew.
    let who = me.clone();
    w.db.act(move |tx| interest::declare(tx, &who, other.0, "再次持股").map(drop)).unwrap();
    assert_eq!(w.db.look(|look| interest::must_be_free(look, &me, other.0)).map_err(|r| r.code()), Err("interest"));
}

/// What the database itself holds.
fn raw(w: &World, sql: &str) -> Vec<String> {
    #[derive(diesel::QueryableByName)]
    struct Line {
        #[diesel(sql_type = diesel::sql_types::Text)]
        text: String,
    }
    use diesel::RunQueryDsl;
    let lines: Vec<Line> = w.db.look(|look| Ok(diesel::sql_query(sql).load(look.db())?)).unwrap();
    lines.into_iter().map(|l| l.text).collect()
}

#[test]
fn whoever_reads_the_table_learns_neither_codes_nor_links() {
    let w = World::new();
    let (_, secret) = w.admin();
    let kept = raw(&w, "SELECT totp AS text FROM person");
    assert!(kept.len() == 1 && platform::vault::is_sealed(&kept[0]) && !kept[0].contains(&secret), "{kept:?}");
    // The person signs in with it all the same.
    w.pass(Duration::minutes(2));
    let code = totp::code_at(&secret, w.now()).unwrap();
    w.signs_in("root@city.cn", PASSWORD, &code, HERE).unwrap();
    w.door.ask_reset(&w.db, "root@city.cn", HERE).unwrap();
    let letters = raw(&w, "SELECT args AS text FROM letter WHERE kind = 'reset'");
    let link = w.secret_for("root@city.cn");
    assert!(letters.len() == 1 && letters[0].contains("sealed:") && !letters[0].contains(&link), "{letters:?}");
    w.db.look(|look| link::look(look, &link)).unwrap();
    // With another key, as after a restore without the key file: counted, and no code is right.
    let other = Db::open_with(w.db.place().clone(), 1, w.db.clock().clone(), w.db.rules().clone(), platform::vault::Vault::fresh()).unwrap();
    assert_eq!((other.look(totp::shut).unwrap(), w.db.look(totp::shut).unwrap()), (1, 0));
    w.pass(Duration::minutes(2));
    let code = totp::code_at(&secret, w.now()).unwrap();
    let attempt = Attempt { email: "root@city.cn".into(), password: PASSWORD.into(), code, agent: String::new(), address: HERE.into() };
    assert_eq!(Door::new().attempt(&other, &attempt).map_err(|r| r.code()), Err("key-missing"));
    assert!(other.look(|look| platform::mail::due(look, 100)).unwrap().iter().all(|(l, _)| !l.args.contains(&link)));
}

#[test]
fn what_was_kept_bare_is_sealed_at_the_start() {
    use diesel::RunQueryDsl;
    let w = World::new();
    let (_, secret) = w.admin();
    let bare = secret.clone();
    w.db.act(move |tx| Ok(diesel::sql_query(format!("UPDATE person SET totp = '{bare}'")).execute(tx.db())?)).unwrap();
    w.pass(Duration::minutes(2));
    w.signs_in("root@city.cn", PASSWORD, &totp::code_at(&secret, w.now()).unwrap(), HERE).unwrap();
    assert_eq!(w.db.act(totp::seal_anew), Ok(1));
    assert_eq!(w.db.act(totp::seal_anew), Ok(0));
    assert!(platform::vault::is_sealed(&raw(&w, "SELECT totp AS text FROM person")[0]));
    w.pass(Duration::minutes(2));
    w.signs_in("root@city.cn", PASSWORD, &totp::code_at(&secret, w.now()).unwrap(), HERE).unwrap();
}

#[test]
fn a_recovery_code_stands_in_once_for_a_lost_device() {
    use platform::account::recovery;
    let w = World::new();
    let (me, _) = w.admin();
    let makes = |me: &SignedIn| {
        let me = me.clone();
        w.db.act(move |tx| recovery::make(tx, &me))
    };
    let first = makes(&me).unwrap();
    assert_eq!((first.len(), w.db.look(|look| recovery::left(look, me.session.person)).unwrap()), (10, 10));
    let kept = raw(&w, "SELECT hash AS text FROM recovery_code");
    assert!(first.iter().all(|c| kept.iter().all(|k| !k.contains(&c.replace('-', "")))));
    let codes = makes(&me).unwrap();
    assert_eq!(w.signs_in("root@city.cn", PASSWORD, &first[0], HERE), wrong(), "those made before count no longer");
    let token = w.signs_in("root@city.cn", PASSWORD, &codes[0].to_uppercase(), HERE).unwrap();
    assert_eq!(w.find(&token).unwrap().factor, Factor::Passed);
    assert_eq!((w.db.look(|look| recovery::left(look, me.session.person)).unwrap(), w.events("person", "use_recovery")), (9, 1));
    // A letter tells of it, though it was his own act.
    let letters = w.db.look(|look| platform::mail::due(look, 100)).unwrap();
    let told = letters.iter().filter(|(l, e)| l.address == "root@city.cn" && e.as_ref().is_some_and(|e| e.act == "use_recovery")).count();
    assert_eq!(told, 1);
    assert_eq!(w.signs_in("root@city.cn", PASSWORD, &codes[0], HERE), wrong(), "a code counts once");
    // As the second step too, and as the last code with which the second factor is taken off.
    let owing = w.signed_in("root@city.cn");
    w.door.pass(&w.db, &owing, &codes[1]).unwrap();
    let passed = w.find(&w.last_token(&owing)).unwrap();
    let (mine, last) = (passed.clone(), codes[2].clone());
    w.db.act(move |tx| totp::remove(tx, &mine, &last)).unwrap();
    assert_eq!(w.db.look(|look| recovery::left(look, me.session.person)).unwrap(), 0, "they go with the device");
    w.pass(Duration::minutes(6));
    assert_eq!(makes(&passed), Err(Refusal::ConfirmPassword));
    // Without one-time codes there is nothing to stand in for.
    let (_, dev) = w.developer("li.na@dev.cn", "甲公司", "91130700MA07XXXX1");
    let li = w.signed_in("li.na@dev.cn");
    assert_eq!((li.session.person, makes(&li)), (dev, Err(Refusal::SecondFactor)));
}

#[test]
fn all_nodes_and_the_next_start_know_of_guesses() {
    let w = World::new();
    w.developer("li.na@dev.cn", "甲公司", "91130700MA07XXXX1");
    let guess = |door: &Door| {
        let attempt = Attempt { email: "li.na@dev.cn".into(), password: "wrong-password".into(), address: HERE.into(), ..Attempt::default() };
        door.attempt(&w.db, &attempt)
    };
    for _ in 0..5 {
        // Each guess at another node, or after another restart.
        assert_eq!(guess(&Door::new()), wrong());
    }
    assert_eq!(guess(&Door::new()), Err(Refusal::TooMany { seconds: 30 }));
    let keys = raw(&w, "SELECT key AS text FROM brake");
    assert!(keys.len() == 2 && keys.iter().all(|k| !k.contains("li.na")), "{keys:?}");
    // A right one clears them; calm ones go with the daily job.
    w.pass(Duration::seconds(30));
    w.signed_in("li.na@dev.cn");
    assert_eq!(raw(&w, "SELECT key AS text FROM brake").len(), 0);
    assert_eq!(guess(&Door::new()), wrong());
    assert_eq!(w.db.act(platform::account::brake::forget_old), Ok(0));
    w.pass(Duration::hours(25));
    assert_eq!(w.db.act(platform::account::brake::forget_old), Ok(2));
    // Asking for new passwords is slowed down in the same way, for known and unknown alike.
    for email in ["li.na@dev.cn", "nobody@dev.cn"] {
        for _ in 0..10 {
            Door::new().ask_reset(&w.db, email, HERE).unwrap();
        }
        assert_eq!(Door::new().ask_reset(&w.db, email, HERE), Err(Refusal::TooMany { seconds: 60 }));
    }
}

#[test]
fn a_developer_that_waits_names_its_security_officer() {
    let w = World::new();
    let (of, _) = w.developer("li.na@dev.cn", "甲公司", "91130700MA07XXXX1");
    let me = w.signed_in("li.na@dev.cn").caller;
    let said = json!({
        "legal_person": "王强", "contact": "李娜", "phone": "0313-1", "security_officer": "周正", "security_department": "安全部", "security_phone": "0313-2",
    });
    let before = w.db.look(|look| org::row(look, of)).unwrap();
    let row = w.db.act(move |tx| flow::perform::<Org>(tx, &me, of, org::Act::Describe, Answers::of(said))).unwrap();
    assert_eq!((row.state, row.answers().text("security_officer"), row.due_on), (org::State::Applied, "周正", before.due_on));
    // It still waits for the primary operator, and nobody else describes it.
    let (other, _) = w.developer("wang@dev.cn", "乙公司", "91130700MA07XXXX2");
    let rival = w.signed_in("wang@dev.cn").caller;
    let tried = w.db.act(move |tx| flow::perform::<Org>(tx, &rival, of, org::Act::Describe, Answers::default()));
    assert_eq!((tried.map(drop), other == of), (Err(Refusal::NotFound), false));
    let legal = Caller { roles: vec![Role::Legal], kind: Some(platform::OrgKind::Primary), ..Caller::public() };
    let row = w.db.act(move |tx| flow::perform::<Org>(tx, &legal, of, org::Act::Approve, Answers::default())).unwrap();
    assert_eq!((row.state, row.answers().text("security_officer")), (org::State::Active, "周正"));
}
