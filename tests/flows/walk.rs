//! The step tables walked at random: people of every role try every act on every case, time passes, and every few steps the
//! invariants of the whole must hold.
//!
//! The suite walks from fixed seeds, so that what it reaches is known. `DAJING_WALKS=200` walks from so many seeds of chance.

use crate::invariants::holds;
use crate::road;
use chrono::Duration;
use platform::db::Rules;
use platform::flow::{Deed, Noun};
use platform::profile::Profile;
use platform::sheet::{Answers, Field, Kind, Sheet};
use platform::{Id, Result, Role, Word};
use primary::amendment::Amendment;
use primary::archive::Archive;
use primary::bid::Bid;
use primary::destruction::Destruction;
use primary::filing::Filing;
use primary::licence::Licence;
use primary::plan::Plan;
use primary::rectification::Rectification;
use primary::termination::Termination;
use secondary::pricing::Pricing;
use secondary::product::Product;
use secondary::review::Review;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use support::fuzz::Chance;
use support::{Actor, World};

/// Acts after which little is left to happen: tried seldom, so that walks come far.
const ENDS: &[&str] = &["redraft", "withdraw", "object", "return", "drop", "refuse", "reject", "revoke", "give_notice", "delist", "replace"];

/// What a person tries on one kind of case.
struct Hand {
    name: &'static str,
    table: &'static str,
    begins: fn(&mut Walk<'_>) -> Result<()>,
    acts: fn(&mut Walk<'_>) -> Result<()>,
}

const HANDS: &[Hand] = &[
    hand::<Filing>(),
    hand::<Licence>(),
    hand::<Plan>(),
    hand::<Amendment>(),
    hand::<Rectification>(),
    hand::<Termination>(),
    hand::<Destruction>(),
    hand::<Archive>(),
    hand::<Product>(),
    hand::<Review>(),
    hand::<Pricing>(),
];

const fn hand<N: Noun>() -> Hand {
    Hand { name: N::NAME, table: N::TABLE, begins: begins::<N>, acts: acts::<N> }
}

struct Walk<'w> {
    world: &'w World,
    chance: Chance,
    people: Vec<(String, Actor)>,
    entries: Vec<String>,
    /// How often each act was taken.
    taken: BTreeMap<String, usize>,
    /// Why others were not.
    refused: BTreeMap<String, usize>,
    tried: usize,
}

impl<'w> Walk<'w> {
    /// Two winners of one call.
    fn from(world: &'w World, seed: u64) -> Self {
        let entries = road::entries(world);
        let class = road::class(world, "城市停车治理", "industry", &entries);
        let call = road::call(world, class, &entries, "1000");
        let bids: Vec<Id<Bid>> =
            ['A', 'B'].map(|d| world.developer(d)).iter().map(|who| road::bid(world, who, call, &road::papers(world, who), "900")).collect();
        road::opened(world, call);
        road::noticed(world, call, &bids, 2);
        road::awarded(world, call);
        // From every second seed both winners are licensed before the walk begins.
        if seed.is_multiple_of(2) {
            for (letter, won) in ['A', 'B'].into_iter().zip(&bids) {
                let filing = road::filed(world, *won);
                road::granted(world, &world.developer(letter), filing);
            }
        }
        let wanted = ["legal", "office", "reviewer", "finance", "admin-A", "admin-B", "staff-A", "auditor", "bureau"];
        let people = world.everybody().into_iter().filter(|(name, _)| wanted.iter().any(|w| name.starts_with(w))).collect();
        Self {
            world,
            chance: Chance::from(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
            people,
            entries,
            taken: BTreeMap::new(),
            refused: BTreeMap::new(),
            tried: 0,
        }
    }

    fn step(&mut self) {
        if self.chance.below(40) == 0 {
            let most = if self.chance.below(6) == 0 { 400 } else { 12 };
            let days = 1 + self.chance.below(most) as i64;
            self.world.lives_until(self.world.today() + Duration::days(days));
            return;
        }
        let length = self.world.log_length();
        let there: Vec<&Hand> = HANDS.iter().filter(|hand| !self.cases(hand.table).is_empty()).collect();
        let (begins, hand) = match (there.is_empty(), self.chance.below(5)) {
            (true, _) | (false, 0) => (true, self.chance.one(HANDS)),
            _ => (false, *self.chance.one(&there)),
        };
        let done = if begins { (hand.begins)(self) } else { (hand.acts)(self) };
        self.tried += 1;
        if let Err(refusal) = done {
            *self.refused.entry(format!("{} {}", hand.name, refusal.code())).or_default() += 1;
            assert_eq!(self.world.log_length(), length, "{}: a refusal leaves no event", hand.name);
        }
    }

    /// Mostly somebody in one of these roles, sometimes anybody.
    fn somebody(&mut self, roles: &[Role]) -> Actor {
        let fit: Vec<&Actor> = self.people.iter().map(|(_, who)| who).filter(|who| who.who.is_any(roles)).collect();
        match (fit.is_empty(), self.chance.below(8)) {
            (true, _) | (false, 0) => self.chance.one(&self.people).1.clone(),
            _ => (*self.chance.one(&fit)).clone(),
        }
    }

    /// Cases of a kind by age, with their states.
    fn cases(&self, table: &str) -> Vec<(String, String)> {
        use diesel::prelude::*;
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Text)]
            id: String,
            #[diesel(sql_type = diesel::sql_types::Text)]
            state: String,
        }
        let sql = format!("SELECT id, state FROM {table} ORDER BY created_at, id");
        let rows: Vec<Row> = self.world.db.look(|look| Ok(diesel::sql_query(sql).load(look.db())?)).expect("cases");
        rows.into_iter().map(|row| (row.id, row.state)).collect()
    }

    /// A form filled as a person would, with what stands in it kept.
    fn answers<N: Noun>(&mut self, who: &Actor, row: Option<&N>, act: N::Act, sheet: &'static Sheet) -> Result<Value> {
        if (N::NAME, act.as_str()) == ("product", "save") {
            let title = format!("产品{}", self.tried);
            return Ok(road::content(&title, "interface", "industry", &self.entries.clone()));
        }
        let held = match row {
            Some(row) => who.looks(|look, caller| N::filled(look, caller, row, act))?,
            None => Answers::default(),
        };
        self.sheet::<N>(who, row, sheet, held.0)
    }

    fn sheet<N: Noun>(&mut self, who: &Actor, row: Option<&N>, sheet: &'static Sheet, mut said: Map<String, Value>) -> Result<Value> {
        for field in sheet.fields {
            if let (Kind::Rows(inner), Some(Value::Array(rows))) = (field.kind, said.get(field.name).cloned()) {
                let rows: Result<Vec<Value>> =
                    rows.into_iter().map(|r| self.sheet::<N>(who, row, inner, r.as_object().cloned().unwrap_or_default())).collect();
                said.insert(field.name.into(), Value::Array(rows?));
            } else if said.get(field.name).is_none_or(platform::sheet::blank) && (field.required || self.chance.below(3) == 0) {
                let answer = self.answer::<N>(who, row, field)?;
                said.insert(field.name.into(), answer);
            }
        }
        Ok(Value::Object(said))
    }

    fn answer<N: Noun>(&mut self, who: &Actor, row: Option<&N>, field: &Field) -> Result<Value> {
        let offers = |list: &str| -> Result<Vec<String>> {
            Ok(who.looks(|look, caller| N::choices(look, caller, row, list))?.into_iter().map(|c| c.value).collect())
        };
        let today = self.world.today();
        Ok(match (field.kind, field.name) {
            // What is pinned to a place of the product, and what reviewers mostly find.
            (_, "evidence") => json!("field:method"),
            (Kind::Choice(_, words), "verdict") if words.contains(&"meets") && self.chance.below(12) > 0 => json!("meets"),
            (Kind::Choice(..), "tariff") => json!("per_call"),
            (Kind::Line(_) | Kind::Text(_), "witness") => json!("王五"),
            (Kind::Line(_) | Kind::Text(_), _) => json!("如实填写"),
            (Kind::Number(min, max), _) => json!(min.max(1).min(max).to_string()),
            (Kind::Money, _) => json!(*self.chance.one(&["900", "0.35"])),
            (Kind::Date, "from_on") => json!((today + Duration::days(self.chance.below(5) as i64)).to_string()),
            (Kind::Date, "effective_on") => json!(today.to_string()),
            (Kind::Date, _) => json!((today + Duration::days(*self.chance.one(&[-1, 5, 60, 400, 900, 1100]))).to_string()),
            (Kind::Time, name) => {
                let at = self.world.clock.now() + Duration::hours(8) - Duration::minutes(if name == "started" { 50 } else { 10 });
                json!(at.format("%Y-%m-%dT%H:%M").to_string())
            }
            (Kind::Tick, _) => json!("on"),
            (Kind::Choice(_, words), _) => json!(*self.chance.one(words)),
            (Kind::Many(_, words), _) => json!([*self.chance.one(words)]),
            (Kind::Pick(list), _) => match offers(list)? {
                all if all.is_empty() => json!(""),
                all => json!(self.chance.one(&all)),
            },
            (Kind::Picks(list), _) => {
                let all = offers(list)?;
                json!(all.into_iter().filter(|_| self.chance.below(2) == 0).collect::<Vec<_>>())
            }
            (Kind::Files(_), _) => json!([self.world.pdf(who, "附件.pdf")]),
            (Kind::Rows(inner), _) => json!([self.sheet::<N>(who, row, inner, Map::new())?]),
        })
    }
}

/// Begins a case, filled in as its form asks.
fn begins<N: Noun>(walk: &mut Walk<'_>) -> Result<()> {
    let Some(opening) = N::OPENING else { return Ok(()) };
    let by: Vec<Role> = N::STEPS.iter().filter(|s| s.from.is_none()).flat_map(|s| s.by.iter().copied()).collect();
    let who = walk.somebody(&by);
    let said = walk.answers::<N>(&who, None, opening.act, opening.sheet)?;
    who.opens::<N>(said)?;
    *walk.taken.entry(format!("{} {}", N::NAME, opening.act.as_str())).or_default() += 1;
    Ok(())
}

/// Any act of the table on any case, offered or not: mostly what could be done now by somebody who may, sometimes anything.
fn acts<N: Noun>(walk: &mut Walk<'_>) -> Result<()> {
    let open = |state: &str| -> Vec<(&'static Deed<N>, &'static [Role])> {
        let state = N::State::of(state);
        let lines = |deed: &Deed<N>| N::STEPS.iter().find(|s| s.act == deed.act && s.from == state).map(|s| s.by);
        N::DEEDS.iter().filter_map(|deed| Some((deed, lines(deed)?))).filter(|(_, by)| *by != [Role::Calendar]).collect()
    };
    // Mostly what still lives, the young before the old.
    let all = walk.cases(N::TABLE);
    let living: Vec<&(String, String)> = all.iter().rev().filter(|(_, state)| !open(state).is_empty()).take(5).collect();
    let (id, state) = match (living.is_empty(), walk.chance.below(12)) {
        (true, _) | (false, 0) => walk.chance.one(&all),
        _ => *walk.chance.one(&living),
    };
    let Ok(id) = id.parse::<Id<N>>() else { panic!("{}: {id}", N::NAME) };
    let mild: Vec<_> = open(state).into_iter().filter(|(deed, _)| !ENDS.contains(&deed.act.as_str())).collect();
    let (deed, by) = match (mild.is_empty(), walk.chance.below(10)) {
        (false, 2..) => *walk.chance.one(&mild),
        (true, 2..) => return Ok(()),
        (_, 0) | (true, _) if N::DEEDS.is_empty() => return Ok(()),
        (_, 0) => (walk.chance.one(N::DEEDS), &[][..]),
        _ => match open(state) {
            none if none.is_empty() => return Ok(()),
            some => *walk.chance.one(&some),
        },
    };
    let who = walk.somebody(by);
    let row = who.sees(id)?;
    let said = walk.answers::<N>(&who, Some(&row), deed.act, deed.sheet)?;
    who.does(id, deed.act, said)?;
    *walk.taken.entry(format!("{} {}", N::NAME, deed.act.as_str())).or_default() += 1;
    Ok(())
}

/// The default policy without its last day, and holidays for all the years that a walk may last.
fn rules() -> Rules {
    let mut profile = Profile::default_profile().clone();
    profile.in_force.until = None;
    Rules { profile: Arc::new(profile), calendar: Arc::new(support::future::calendar()) }
}

/// Walks so many steps; what was taken how often.
fn walked(world: &World, seed: u64, steps: usize) -> BTreeMap<String, usize> {
    let mut walk = Walk::from(world, seed);
    for number in 0..steps {
        walk.step();
        if number % 10 == 0 {
            holds(world);
        }
    }
    holds(world);
    eprintln!("from {seed}: {:#?}\n{:#?}", walk.taken, walk.refused);
    walk.taken
}

#[test]
fn no_walk_leads_where_nobody_may_stand() {
    let seeds = Chance::seeds(&[1, 2, 4, 6]);
    let mut reached: BTreeMap<String, usize> = BTreeMap::new();
    for pair in seeds.chunks(2) {
        let walks: Vec<_> = std::thread::scope(|threads| {
            let hands: Vec<_> = pair
                .iter()
                .map(|seed| {
                    threads.spawn(move || {
                        let world = World::sqlite_under(rules());
                        let taken = walked(&world, *seed, 1500);
                        world.finish();
                        taken
                    })
                })
                .collect();
            hands.into_iter().map(|h| h.join().expect("a walk")).collect()
        });
        for (act, n) in walks.into_iter().flatten() {
            *reached.entry(act).or_default() += n;
        }
    }
    // A walk that gets nowhere proves nothing.
    let must = [
        "filing receive",
        "licence draft",
        "licence sign",
        "licence suspend",
        "licence resume",
        "rectification prove",
        "termination propose",
        "termination end",
        "destruction record",
        "destruction certify",
        "archive hand_over",
        "product submit",
    ];
    let missed: Vec<&str> = must.into_iter().filter(|act| !reached.contains_key(*act)).collect();
    assert!(missed.is_empty(), "never reached: {missed:?}");
}

#[test]
fn a_walk_on_postgres() {
    let Some(world) = World::postgres_under(rules()) else { return };
    walked(&world, 7, 400);
    world.finish();
}
