//! The demo city: a believable place with people in every role and at least one case in every state of every step
//! table. All of it is made by the real verbs on a clock that walks through its months in seconds; nothing is inserted.

mod calls;
mod cast;
mod oversight;
mod clearances;
mod products;
mod resources;
mod scenarios;
mod stage;
mod units;

use crate::serve;
use chrono::{Datelike, Duration, NaiveDate};
use platform::config::Settings;
use platform::day::Calendar;
use platform::{At, Clock, Refusal};
use serde::{Deserialize, Serialize};
use std::path::Path;

pub use stage::Stage;

/// Days that the city's story takes, from the first sign-up to today.
const DAYS: i64 = 150;
/// The password of every demo account. It opens nothing but invented data.
pub const PASSWORD: &str = "dajing-demo-2026";

/// Somebody as whom a visitor of the demo may sign in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    pub org: String,
    pub name: String,
    pub email: String,
    pub roles: Vec<platform::Role>,
    /// Secret of the one-time code, where the role needs one.
    pub secret: Option<String>,
}

/// The demo's accounts, once it is loaded.
pub fn accounts(data: &Path) -> Option<Vec<Account>> {
    let text = std::fs::read_to_string(data.join("demo.json")).ok()?;
    serde_json::from_str(&text).ok()
}

/// The day on which the story ends: today, or the last day whose working days are known when today's are not.
fn last_day(today: NaiveDate) -> NaiveDate {
    let calendar = Calendar::national();
    let mut year = today.year();
    while year > 2024 && !calendar.covers(year) {
        year -= 1;
    }
    if year == today.year() { today } else { NaiveDate::from_ymd_opt(year, 11, 20).unwrap_or(today) }
}

/// Loads the city unless it is loaded already; a load that broke off is refused, not patched.
pub fn load(settings: &Settings) -> Result<Vec<Account>, String> {
    if let Some(accounts) = accounts(&settings.data_dir) {
        return Ok(accounts);
    }
    let real = Clock::machine().now();
    let end: At = real - Duration::days((platform::day::shanghai_date(real) - last_day(platform::day::shanghai_date(real))).num_days());
    let clock = Clock::by_hand(end - Duration::days(DAYS));
    let db = serve::database(settings, clock)?;
    let events = db.look(platform::event::verify).map_err(|e| e.to_string())?.events;
    if events > 0 {
        return Err(format!("{} already holds data that is not a demo; choose another folder with --data", settings.data_dir.display()));
    }
    let stage = Stage::new(db, serve::store(settings)?, end)?;
    let accounts = play(stage).map_err(|refusal: Refusal| format!("the demo city could not be loaded: {refusal}"))?;
    let text = serde_json::to_string_pretty(&accounts).map_err(|e| e.to_string())?;
    std::fs::write(settings.data_dir.join("demo.json"), text).map_err(|e| e.to_string())?;
    Ok(accounts)
}

fn play(mut stage: Stage) -> platform::Result<Vec<Account>> {
    cast::enter(&mut stage)?;
    let entries = resources::play(&mut stage)?;
    units::early(&mut stage, &entries)?;
    let scenarios = scenarios::play(&mut stage, &entries)?;
    let licences = calls::play(&mut stage, &entries, &scenarios)?;
    let open = oversight::play(&mut stage, &licences)?;
    products::play(&mut stage, &licences)?;
    oversight::go_on(&mut stage, open)?;
    calls::finish(&mut stage, &entries, &scenarios)?;
    products::finish(&mut stage, &licences)?;
    clearances::play(&mut stage, &licences, &entries)?;
    scenarios::finish(&mut stage)?;
    units::finish(&mut stage, &entries)?;
    cast::newcomers(&mut stage)?;
    oversight::finish(&mut stage, &licences)?;
    Ok(stage.accounts)
}
