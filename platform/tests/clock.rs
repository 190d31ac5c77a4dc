//! Clocks that run: pauses, silence, extension, catching up, and what never moves them. A small noun stands on the demand's table.

#![allow(clippy::unwrap_used, clippy::panic)] // a story that goes wrong stops

use chrono::{Duration, NaiveDate};
use platform::case::Case as _;
use platform::day::Calendar;
use platform::db::{Place, Rules};
use platform::deadline::{self, Done, State as Clocked};
use platform::event::Record;
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, begin, step};
use platform::people::{Org, org, person};
use platform::profile::{Book, Profile, Silence};
use platform::sheet::Answers;
use platform::{Caller, Clock, Db, Id, Look, OrgKind, Refusal, Result, Role, Tx, diesel, event, words};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

words! { pub enum State: "petition-state" { Asked = "asked", Reported = "reported", Returned = "returned", Agreed = "agreed", Lapsed = "lapsed" } }
words! { pub enum Act: "petition-act" { Ask = "ask", Report = "report", Agree = "agree", Deem = "deem", Return = "return", Answer = "answer", Lapse = "lapse", Extend = "extend" } }

use Role::{Bureau, Calendar as Time, Source};

const STEPS: &[Step<State, Act>] = &[
    begin(Act::Ask, &[Source], State::Asked, "XC-21").clock("share_answer"),
    begin(Act::Report, &[Source], State::Reported, "XC-25").clock("quality_answer"),
    step(State::Asked, Act::Agree, &[Bureau], State::Agreed, "XC-21"),
    step(State::Asked, Act::Deem, &[Time], State::Agreed, "XC-21").upon("share_answer", Silence::Consent),
    step(State::Asked, Act::Extend, &[Bureau], State::Asked, "XC-25"),
    step(State::Asked, Act::Return, &[Bureau], State::Returned, "XC-21").clock("correction").pauses(),
    step(State::Returned, Act::Answer, &[Source], State::Asked, "XC-21").clock("share_answer"),
    step(State::Returned, Act::Lapse, &[Time], State::Lapsed, "XC-21").upon("correction", Silence::Lapse),
    step(State::Reported, Act::Extend, &[Bureau], State::Reported, "XC-25"),
    step(State::Reported, Act::Agree, &[Bureau], State::Agreed, "XC-25"),
];

platform::case! {
    /// A petition of one office to another.
    pub struct Petition in demand {
        pub domain: String,
        pub purpose: String,
        pub scenario: Option<String>,
    }
}

impl Noun for Petition {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "petition";
    const TABLE: &'static str = "demand";
    const PATH: &'static str = "petitions";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    const OPENING: Option<Opening<Self>> = None;
    const DEEDS: &'static [Deed<Self>] = &[];

    fn id(&self) -> Id<Self> {
        self.id
    }
    fn state(&self) -> State {
        self.state
    }
    fn heading(&self) -> Heading {
        self.head()
    }
    fn find(look: &mut Look, who: &Caller, id: Id<Self>) -> Result<Self> {
        platform::case::find(look, &Self::sight(who), id)
    }
    fn choices(_: &mut Look, _: &Caller, _: Option<&Self>, _: &str) -> Result<Vec<Choice>> {
        Ok(Vec::new())
    }
}

impl platform::case::Case for Petition {
    fn sight(who: &Caller) -> platform::case::Sight {
        platform::case::Sight::overseen(who)
    }
}

struct World {
    db: Db,
    place: Place,
    folder: std::path::PathBuf,
    source: Caller,
    bureau: Caller,
    office: Caller,
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn profile(id: &str) -> Arc<Profile> {
    Book::built_in().choose(id).unwrap().clone()
}

fn rules(id: &str) -> Rules {
    Rules { profile: profile(id), calendar: Arc::new(Calendar::national().clone()) }
}

impl World {
    fn new(id: &str, today: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let folder = std::env::temp_dir().join(format!("dajing-clock-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
        std::fs::create_dir_all(&folder).unwrap();
        let place = Place::Sqlite(folder.join("a.db").display().to_string());
        platform::schema::migrate(&place).unwrap();
        // Nine in the morning in Shanghai.
        let clock = Clock::by_hand(day(today).and_hms_opt(1, 0, 0).unwrap());
        let db = Db::open(place.clone(), 2, clock, rules(id)).unwrap();
        let person = |name: &'static str, kind, role| {
            db.act(move |tx| {
                let system = Caller { roles: vec![Role::SystemAdmin], kind: Some(OrgKind::Platform), ..Caller::public() };
                let of: Id<Org> = org::enter(tx, &system, org::Act::Enter, kind, &Answers::of(json!({ "name": name })))?;
                let id = person::enter(tx, &system, &format!("{}@example.cn", role), name, "zh-CN")?;
                person::grant(tx, &system, id, of, role)?;
                person::caller(tx, id, Some(of))
            })
            .unwrap()
        };
        let (source, bureau, office) =
            (person("交通局", OrgKind::Source, Source), person("数政局", OrgKind::Bureau, Bureau), person("协调办", OrgKind::Office, Role::Office));
        Self { place, folder, source, bureau, office, db }
    }
    /// The same database under other rules, as after a restart.
    fn restarts_under(&mut self, rules: Rules, book: Book) {
        self.db = Db::open_knowing(self.place.clone(), 2, self.db.clock().clone(), rules, Arc::new(book), platform::vault::Vault::of_this_process())
            .unwrap();
    }
    fn until(&self, date: &str) {
        let by = day(date) - platform::day::shanghai_date(self.db.clock().now());
        assert!(by >= Duration::zero());
        self.db.clock().advance(by);
    }
    fn begins(&self, act: Act) -> Id<Petition> {
        let who = self.source.clone();
        let made = move |tx: &mut Tx| {
            let new = platform::case::New::of("停车泊位数据").owner(who.org);
            Petition::begin(tx, &who, act, new, Record::none(), "transport".into(), "public_good".into(), None).map(|p| p.id)
        };
        self.db.act(made).unwrap()
    }
    fn takes(&self, who: &Caller, id: Id<Petition>, act: Act) {
        let who = who.clone();
        self.db
            .act(move |tx| {
                let row = Petition::find(tx, &who, id)?;
                flow::take(tx, &who, &row, act, Record::none()).map(drop)
            })
            .unwrap();
    }
    fn extends(&self, id: Id<Petition>, more: u32) -> Result<NaiveDate> {
        let who = self.bureau.clone();
        self.db.act(move |tx| {
            let row = Petition::find(tx, &who, id)?;
            deadline::extend(tx, &who, &row, Act::Extend, more, "情况复杂")
        })
    }
    fn row(&self, id: Id<Petition>) -> Petition {
        self.db.look(|look| Petition::row(look, id)).unwrap()
    }
    fn due(&self, id: Id<Petition>) -> String {
        self.row(id).due_on.map_or("open".into(), |due| due.to_string())
    }
    fn clocks(&self, id: Id<Petition>) -> Vec<deadline::Running> {
        self.db.look(|look| deadline::history(look, "petition", &id.to_string())).unwrap()
    }
    fn runs_the_day(&self) -> Done {
        deadline::day_of::<Petition>(&self.db).unwrap()
    }
    fn acts(&self, id: Id<Petition>) -> Vec<String> {
        let office = self.office.clone();
        self.db.look(|look| event::history(look, &office, "petition", &id.to_string())).unwrap().into_iter().map(|e| e.act).collect()
    }
    fn letters(&self, who: &Caller) -> Vec<String> {
        let page = platform::paging::Page::first(100);
        let person = who.person.unwrap();
        self.db.look(|look| platform::mail::list(look, Some(person), page)).unwrap().rows.into_iter().map(|l| l.kind).collect()
    }
}

#[test]
fn the_table_is_sound() {
    assert_eq!(flow::faults(&flow::table::<Petition>(), &["agreed", "lapsed"]), Vec::<String>::new());
    let mut table = flow::table::<Petition>();
    table.lines[3].by = vec![Bureau];
    table.lines[0].clock = Some("coffee");
    assert_eq!(flow::faults(&table, &["agreed", "lapsed"]).len(), 2, "a silence without the calendar, and a clock that no profile has");
}

#[test]
fn silence_is_consent_only_where_the_policy_says_so() {
    for (id, end, acts) in [("xicheng", State::Agreed, vec!["ask", "deem"]), ("zhangjiakou", State::Asked, vec!["ask", "overdue"])] {
        let world = World::new(id, "2026-03-02");
        let asked = world.begins(Act::Ask);
        assert_eq!(world.due(asked), "2026-03-09", "{id}");
        world.until("2026-03-09");
        assert_eq!(world.runs_the_day().deemed, 0, "{id}: the last day is not over");
        assert_eq!(world.row(asked).state, State::Asked);
        world.until("2026-03-10");
        world.runs_the_day();
        assert_eq!(world.runs_the_day(), Done::default(), "{id}: once");
        assert_eq!(world.row(asked).state, end, "{id}");
        assert_eq!(world.acts(asked), acts, "{id}");
        let told = world.letters(&world.office).contains(&"act".to_string());
        assert_eq!(told, id == "zhangjiakou", "the office is told of what is overdue, and only of that");
    }
}

#[test]
fn a_server_that_stood_still_catches_up() {
    let world = World::new("xicheng", "2026-03-02");
    let asked = world.begins(Act::Ask);
    world.until("2026-05-20");
    let mut days = Vec::new();
    let mut once = || {
        deadline::kept(&world.db, "day", |last, today| {
            days.push((last, today));
            Ok(world.runs_the_day())
        })
    };
    assert_eq!(once().unwrap().map(|done| done.deemed), Some(1));
    assert_eq!(once().unwrap(), None, "once a day");
    world.db.clock().advance(Duration::days(3));
    let mut again = Vec::new();
    deadline::kept(&world.db, "day", |last, today| {
        again.push((last, today));
        Ok(())
    })
    .unwrap();
    assert_eq!(world.row(asked).state, State::Agreed);
    assert_eq!(days, [(None, day("2026-05-20"))]);
    assert_eq!(again, [(Some(day("2026-05-20")), day("2026-05-23"))]);
}

#[test]
fn the_clock_waits_for_the_applicant_once() {
    let world = World::new("zhangjiakou", "2026-03-02");
    let asked = world.begins(Act::Ask);
    world.until("2026-03-04");
    world.takes(&world.bureau, asked, Act::Return);
    assert_eq!((world.row(asked).clock.as_deref(), world.due(asked).as_str()), (Some("correction"), "2026-03-18"));
    world.until("2026-03-09");
    world.takes(&world.source, asked, Act::Answer);
    // 4, 5 and 6 March do not count.
    assert_eq!((world.row(asked).clock.as_deref(), world.due(asked).as_str()), (Some("share_answer"), "2026-03-12"));
    // A second return stops nothing: the office had its one round.
    world.until("2026-03-10");
    world.takes(&world.bureau, asked, Act::Return);
    world.until("2026-03-12");
    world.takes(&world.source, asked, Act::Answer);
    assert_eq!(world.due(asked), "2026-03-12");
    world.takes(&world.bureau, asked, Act::Agree);
    let clocks = world.clocks(asked);
    assert_eq!(
        clocks.iter().map(|c| (c.name.as_str(), c.state)).collect::<Vec<_>>(),
        [("share_answer", Clocked::Ended), ("correction", Clocked::Ended), ("correction", Clocked::Ended)]
    );
    assert_eq!(clocks[0].calendar, Calendar::national().digest());
    assert_eq!((clocks[0].profile.as_str(), clocks[0].profile_digest.as_str()), ("zhangjiakou@1", profile("zhangjiakou").digest()));
    assert_eq!(world.row(asked).due_on, None);
}

#[test]
fn what_is_not_corrected_lapses() {
    let world = World::new("zhangjiakou", "2026-03-02");
    let asked = world.begins(Act::Ask);
    world.takes(&world.bureau, asked, Act::Return);
    assert_eq!(world.due(asked), "2026-03-16");
    world.until("2026-03-17");
    assert_eq!(world.runs_the_day().deemed, 1);
    assert_eq!(world.row(asked).state, State::Lapsed);
    assert!(world.clocks(asked).iter().all(|c| c.state == Clocked::Ended), "the clock that waited has ended too");
}

#[test]
fn a_new_version_never_moves_a_running_deadline() {
    let mut world = World::new("zhangjiakou", "2026-03-02");
    let (running, waiting) = (world.begins(Act::Ask), world.begins(Act::Ask));
    world.takes(&world.bureau, waiting, Act::Return);
    // The next morning a new version is in force: other lengths, and silence is consent.
    let text = include_str!("../profiles/zhangjiakou.toml")
        .replacen("version = 1", "version = 2", 1)
        .replacen(
            "share_answer = { value = 5, unit = \"working\", silence = \"escalate\"",
            "share_answer = { value = 1, unit = \"working\", silence = \"consent\"",
            1,
        )
        .replacen("correction = { value = 10,", "correction = { value = 2,", 1);
    let second = Profile::parse(&text).unwrap();
    let mut book = Book::built_in().clone();
    book.put(second.clone()).unwrap();
    world.until("2026-03-03");
    world.restarts_under(Rules { profile: Arc::new(second), ..rules("zhangjiakou") }, book);
    let fresh = world.begins(Act::Ask);
    assert_eq!(world.row(fresh).profile, "zhangjiakou@2");
    assert_eq!((world.due(running), world.due(fresh)), ("2026-03-09".into(), "2026-03-04".into()));
    // The clock that waited goes on by its own figures (the day it started is not counted, paused or not); so does the case's next clock.
    world.takes(&world.source, waiting, Act::Answer);
    assert_eq!(world.due(waiting), "2026-03-09");
    world.takes(&world.bureau, running, Act::Return);
    assert_eq!(world.due(running), "2026-03-17", "ten working days, as under the first version");
    world.takes(&world.source, running, Act::Answer);
    world.until("2026-03-11");
    world.runs_the_day();
    assert_eq!([running, waiting, fresh].map(|id| world.row(id).state), [State::Asked, State::Asked, State::Agreed]);
}

#[test]
fn an_edited_calendar_never_moves_a_running_deadline() {
    let mut world = World::new("zhangjiakou", "2026-03-02");
    let running = world.begins(Act::Ask);
    let text = include_str!("../calendar/cn.csv").replacen("2026-04-04", "2026-03-05,holiday,临时放假\n2026-04-04", 1);
    let edited = Calendar::parse(&text).unwrap();
    assert_ne!(edited.digest(), Calendar::national().digest());
    world.restarts_under(Rules { calendar: Arc::new(edited.clone()), ..rules("zhangjiakou") }, Book::built_in().clone());
    world.runs_the_day();
    let fresh = world.begins(Act::Ask);
    assert_eq!((world.due(running), world.due(fresh)), ("2026-03-09".into(), "2026-03-10".into()));
    assert_eq!(world.clocks(running)[0].calendar, Calendar::national().digest());
    assert_eq!(world.clocks(fresh)[0].calendar, edited.digest());
}

#[test]
fn a_day_in_a_year_without_holidays_is_filled_in_when_they_are_known() {
    let mut world = World::new("zhangjiakou", "2026-12-28");
    let asked = world.begins(Act::Ask);
    assert_eq!(world.due(asked), "open");
    assert_eq!(world.runs_the_day().filled, 0, "nobody knows yet");
    let mut text = include_str!("../calendar/cn.csv").trim_end().to_string();
    for (date, festival) in [
        ("01-01", "元旦"),
        ("02-06", "春节"),
        ("04-05", "清明节"),
        ("05-01", "劳动节"),
        ("06-09", "端午节"),
        ("09-15", "中秋节"),
        ("10-01", "国庆节"),
    ] {
        text.push_str(&format!("\n2027-{date},holiday,{festival}"));
    }
    let known = Calendar::parse(&text).unwrap();
    world.restarts_under(Rules { calendar: Arc::new(known.clone()), ..rules("zhangjiakou") }, Book::built_in().clone());
    assert_eq!(world.runs_the_day().filled, 1);
    assert_eq!(world.due(asked), "2027-01-05");
    assert_eq!(world.clocks(asked)[0].calendar, known.digest());
}

#[test]
fn an_extension_needs_the_policy_a_reason_and_time() {
    let world = World::new("xicheng", "2026-03-02");
    let asked = world.begins(Act::Ask);
    assert_eq!(world.extends(asked, 5).unwrap_err().code(), "not-extendable");
    let reported = world.begins(Act::Report);
    assert_eq!(world.due(reported), "2026-03-09");
    assert!(matches!(world.extends(reported, 0), Err(Refusal::Faulty(_))));
    assert_eq!(world.extends(reported, 5), Ok(day("2026-03-16")));
    assert_eq!((world.due(reported), world.row(reported).state), ("2026-03-16".into(), State::Reported));
    assert_eq!(world.acts(reported), ["report", "extend"]);
    world.until("2026-03-17");
    assert!(matches!(world.extends(reported, 5), Err(Refusal::TooLate { .. })));
    assert_eq!(world.due(reported), "2026-03-16");
}

#[test]
fn people_are_reminded_once_and_see_what_is_due() {
    let world = World::new("xicheng", "2026-03-02");
    let (first, second) = (world.begins(Act::Report), world.begins(Act::Ask));
    assert_eq!(world.runs_the_day().reminded, 0, "five working days are left");
    world.until("2026-03-04");
    assert_eq!((world.runs_the_day().reminded, world.runs_the_day().reminded), (2, 0));
    let reminded = |who: &Caller| world.letters(who).iter().filter(|kind| *kind == "remind").count();
    assert_eq!((reminded(&world.bureau), reminded(&world.source)), (2, 0), "it is the bureau's turn");
    world.extends(first, 3).unwrap();
    let turn = |noun: &str, state: &str| (noun == "petition").then(|| <State as platform::Word>::of(state).map_or(&[][..], flow::turn::<Petition>));
    let due = |who: &Caller| {
        let due = world.db.look(|look| deadline::due_to(look, who, turn)).unwrap();
        due.into_iter().map(|r| r.subject).collect::<Vec<_>>()
    };
    assert_eq!(due(&world.bureau), [second.to_string(), first.to_string()], "the earliest day first");
    assert_eq!(due(&world.source), Vec::<String>::new());
    world.takes(&world.bureau, second, Act::Return);
    assert_eq!(due(&world.source), [second.to_string()]);
    assert_eq!(due(&world.office), Vec::<String>::new());
}
