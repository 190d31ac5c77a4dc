//! An entry's way into the catalogue, and whole lists of entries from files.

#![allow(clippy::unwrap_used, clippy::panic)] // the helpers of these tests stand outside them

use platform::caller::{Caller, OrgKind, Role};
use platform::db::{Db, Place, Rules};
use platform::paging::Page;
use platform::people::{org, person};
use platform::refusal::Refusal;
use platform::sheet::Answers;
use platform::{Clock, Id, Word, event, flow};
use resources::entry::{self, Act, Ask, Entry, State};
use resources::import;
use serde_json::{Value, json};

struct World {
    db: Db,
    folder: std::path::PathBuf,
}

impl World {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("dajing-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let place = Place::Sqlite(folder.join("test.db").display().to_string());
        platform::schema::migrate(&place).unwrap();
        let clock = Clock::by_hand("2026-05-11T02:00:00".parse().unwrap());
        let rules =
            Rules { profile: platform::profile::Profile::zhangjiakou().clone().into(), calendar: platform::day::Calendar::national().clone().into() };
        Self { db: Db::open(place, 2, clock, rules).unwrap(), folder }
    }

    fn person(&self, kind: OrgKind, org_name: &str, role: Role) -> Caller {
        let (title, email) = (org_name.to_string(), format!("{}@example.cn", role.as_str().replace('_', "-") + &org_name.len().to_string()));
        self.db
            .act(move |tx| {
                let admin = Caller { roles: vec![Role::Public, Role::SystemAdmin], ..Caller::public() };
                let org = org::enter(tx, &admin, org::Act::Enter, kind, &Answers::of(json!({"name": title})))?;
                let id = person::enter(tx, &admin, &email, "经办人", "zh-CN")?;
                person::grant(tx, &admin, id, org, role)?;
                person::caller(tx, id, Some(org))
            })
            .unwrap()
    }

    fn open(&self, who: &Caller, answers: Value) -> Result<Id<Entry>, Refusal> {
        let who = who.clone();
        self.db.act(move |tx| flow::open::<Entry>(tx, &who, Answers::of(answers)))
    }

    fn act(&self, who: &Caller, id: Id<Entry>, act: Act, answers: Value) -> Result<Entry, Refusal> {
        let who = who.clone();
        self.db.act(move |tx| flow::perform::<Entry>(tx, &who, id, act, Answers::of(answers)))
    }

    fn find(&self, who: &Caller, id: Id<Entry>) -> Result<Entry, Refusal> {
        self.db.look(|look| <Entry as flow::Noun>::find(look, who, id))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn parking() -> Value {
    json!({"title": "停车场基本信息", "domain": "transport", "level": "l2", "share": "unconditional", "open": "conditional",
        "open_basis": "XC-26", "cycle": "daily", "fields": [{"name": "泊位数"}, {"name": "联系电话", "sensitive": "on"}]})
}

fn codes(refusal: Refusal) -> Vec<(String, &'static str)> {
    match refusal {
        Refusal::Faulty(faults) => faults.into_iter().map(|f| (f.field, f.code)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_entry_is_compiled_returned_mended_and_published() {
    let world = World::new("entry");
    let source = world.person(OrgKind::Source, "市交通运输局", Role::Source);
    let other = world.person(OrgKind::Source, "市卫生健康委员会", Role::Source);
    let bureau = world.person(OrgKind::Bureau, "市数政局", Role::Bureau);

    let mut typed = parking();
    typed["open_basis"] = "".into();
    assert_eq!(codes(world.open(&source, typed).unwrap_err()), [("open_basis".to_string(), "required")]);
    assert!(matches!(world.open(&bureau, parking()), Err(Refusal::WrongRole { .. })));
    let id = world.open(&source, parking()).unwrap();
    assert_eq!(codes(world.open(&source, parking()).unwrap_err()), [("title".to_string(), "title-taken")]);
    // Titles are unique per unit, not in the city.
    world.open(&other, parking()).unwrap();

    // Not seen and not touched by others before publication.
    assert_eq!(world.find(&other, id).unwrap_err(), Refusal::NotFound);
    assert_eq!(world.find(&Caller::public(), id).unwrap_err(), Refusal::NotFound);
    assert_eq!(world.act(&other, id, Act::Submit, json!({})).unwrap_err(), Refusal::NotFound);
    assert!(matches!(world.act(&bureau, id, Act::Publish, json!({})), Err(Refusal::WrongState { .. })));

    assert_eq!(world.act(&source, id, Act::Submit, json!({})).unwrap().state, State::Submitted);
    assert!(matches!(world.act(&source, id, Act::Publish, json!({})), Err(Refusal::WrongRole { .. })));
    assert_eq!(codes(world.act(&bureau, id, Act::Return, json!({})).unwrap_err()), [("reason".to_string(), "required")]);
    world.act(&bureau, id, Act::Return, json!({"reason": "级别偏低"})).unwrap();
    let mut mended = parking();
    mended["level"] = "l3".into();
    mended["personal"] = "on".into();
    let row = world.act(&source, id, Act::Edit, mended).unwrap();
    assert_eq!((row.state, row.level.number(), row.personal), (State::Drafted, 3, true));
    world.act(&source, id, Act::Submit, json!({})).unwrap();
    assert_eq!(world.act(&bureau, id, Act::Publish, json!({})).unwrap().state, State::Published);

    // Published: seen by everybody, still nobody else's to change.
    assert_eq!(world.find(&Caller::public(), id).unwrap().title, "停车场基本信息");
    assert_eq!(world.act(&other, id, Act::Revise, json!({"reason": "我的"})).unwrap_err(), Refusal::NotFound);
    assert_eq!(world.act(&other, id, Act::Withdraw, json!({"reason": "我的"})).unwrap_err(), Refusal::NotFound);
    let (found, offers, none) = world
        .db
        .look(|look| {
            Ok((
                entry::published(look, "停车", "transport", Page::first(20))?,
                entry::choices(look)?,
                entry::published(look, "停车", "nowhere", Page::first(20))?,
            ))
        })
        .unwrap();
    assert_eq!((found.total, none.total), (1, 0));
    // Personal data stands in the catalogue and is not offered for authorised operation (ZJK-15).
    assert!(offers.is_empty());
    let seen = |who: &Caller, state| world.db.look(|look| entry::list(look, who, &Ask { state, ..Ask::default() }, Page::first(20))).unwrap().total;
    assert_eq!((seen(&source, None), seen(&bureau, None), seen(&Caller::public(), None)), (1, 2, 1));
    assert_eq!(seen(&Caller::public(), Some(State::Drafted)), 0);

    world.act(&bureau, id, Act::Withdraw, json!({"reason": "涉及个人信息"})).unwrap();
    assert_eq!(world.act(&source, id, Act::Revise, json!({"reason": "重新编制"})).unwrap().state, State::Drafted);
    let acts: Vec<String> =
        world.db.look(|look| event::history(look, &bureau, "entry", &id.to_string())).unwrap().into_iter().map(|e| e.act).collect();
    assert_eq!(acts, ["enter", "submit", "return", "edit", "submit", "publish", "withdraw", "revise"]);
}

#[test]
fn a_list_is_shown_first_and_saved_whole_or_not_at_all() {
    let world = World::new("list");
    let source = world.person(OrgKind::Source, "市交通运输局", Role::Source);
    world.open(&source, parking()).unwrap();
    let csv = "某市目录\n数据资源名称,所属领域,更新频率,共享类型,级别,备用列\n停车场基本信息,交通,每日,无条件共享,2,x\n公交线路,交通,每两周,无条件共享,L1,\n公交线路,交通,每日,无条件共享,1,\n路况,交通,实时,,三级,\n";
    let defaults = Answers::of(json!({"open": "unconditional", "open_basis": "不需要", "share": "conditional", "share_basis": "XC-19"}));
    let preview = world.db.look(|look| import::preview(look, &source, csv.as_bytes(), "../目录.csv", &defaults)).unwrap();
    assert_eq!((preview.name.as_str(), preview.faulty, preview.unknown.as_slice()), ("目录.csv", 2, ["备用列".to_string()].as_slice()));
    let faults: Vec<Vec<&str>> = preview.rows.iter().map(|r| r.faults.iter().map(|f| f.code).collect()).collect();
    assert_eq!(faults, [vec!["title-taken"], vec![], vec!["title-repeated"], vec![]]);
    assert_eq!(preview.rows[1].answers.text("remark"), "更新频率：每两周");
    assert!(preview.rows[1].answers.given("open_basis").is_none());
    assert_eq!((preview.rows[3].line, preview.rows[3].answers.text("share_basis")), (6, "XC-19"));

    let save = |rows: Vec<Answers>| {
        let who = source.clone();
        world.db.act(move |tx| import::save(tx, &who, &rows))
    };
    let all: Vec<Answers> = preview.rows.iter().map(|r| r.answers.clone()).collect();
    assert_eq!(codes(save(all).unwrap_err()), [("rows[0].title".to_string(), "title-taken"), ("rows[2].title".to_string(), "title-repeated")]);
    let count = || world.db.look(|look| entry::list(look, &source, &Ask::default(), Page::first(1))).unwrap().total;
    assert_eq!(count(), 1);
    assert_eq!(save(preview.sound()).unwrap().entered, 2);
    assert_eq!(count(), 3);
    assert_eq!(codes(save(preview.sound()).unwrap_err()).len(), 2);
    assert!(matches!(world.db.look(|look| import::preview(look, &Caller::public(), b"a", "a", &Answers::default())), Err(Refusal::WrongRole { .. })));
    let file = |bytes: &'static [u8]| codes(world.db.look(|look| import::preview(look, &source, bytes, "a", &Answers::default())).unwrap_err());
    assert_eq!(file("领域\n交通\n".as_bytes()), [("file".to_string(), "no-title-column")]);
}

/// Lists as public bodies really publish them, where this checkout has them beside it.
#[test]
fn real_lists_come_in() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/real");
    if !folder.exists() {
        return;
    }
    let world = World::new("real");
    let source = world.person(OrgKind::Source, "国家知识产权局", Role::Source);
    let defaults = Answers::of(json!({"domain": "science", "level": "l1", "share": "unconditional", "open": "unconditional", "cycle": "irregular"}));
    for (file, expected) in [("cnipa_open_catalogue_cn.csv", 30), ("beijing_resource_items.csv", 244)] {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let preview = world.db.look(|look| import::preview(look, &source, &bytes, file, &defaults)).unwrap();
        assert_eq!((preview.rows.len(), preview.faulty), (expected, 0), "{file}: {:?}", preview.rows.iter().find(|r| !r.faults.is_empty()));
        let who = source.clone();
        assert_eq!(world.db.act(move |tx| import::save(tx, &who, &preview.sound())).unwrap().entered, expected);
    }
}
