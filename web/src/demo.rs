//! The demo city: a believable place with people in every role and at least one case in every state of every step
//! table. All of it is made by the real verbs on a clock that walks through its months in seconds; nothing is inserted.

mod calls;
mod cast;
mod clearances;
mod money;
mod oversight;
mod pilot;
mod products;
mod resources;
mod scenarios;
mod stage;
mod tenure;
mod units;

use crate::serve;
use chrono::{Datelike, Duration, NaiveDate};
use platform::config::Settings;
use platform::day::Calendar;
use platform::profile::Profile;
use platform::{At, Clock, Refusal};
use serde::{Deserialize, Serialize};
use std::path::Path;

pub use stage::Stage;

/// Days that the city's story takes, from the first announcements of the year to today.
const DAYS: i64 = 150;
/// Days before it, in which people come in and the pilot licence is granted: long enough for a year to be over since.
const BEFORE: i64 = 280;
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

/// The day on which the story ends: today, or the last day before it on which the policy was in force and from which deadlines of
/// some days can be promised, which they cannot while the holidays they run into are not announced.
fn last_day(today: NaiveDate, profile: &Profile) -> NaiveDate {
    let today = profile.in_force.until.map_or(today, |until| today.min(until));
    let known = |day: NaiveDate| Calendar::national().covers((day + Duration::days(12)).year());
    let before = (2024..today.year() + 1).rev().filter_map(|year| NaiveDate::from_ymd_opt(year, 12, 19));
    std::iter::once(today).chain(before.filter(|day| *day < today)).find(|day| known(*day)).unwrap_or(today)
}

/// Loads the city unless it is loaded already; a load that broke off is refused, not patched.
pub fn load(settings: &Settings) -> Result<Vec<Account>, String> {
    let real = Clock::machine().now();
    let today = platform::day::shanghai_date(real);
    let profile = serve::rules(settings)?.profile;
    load_until(settings, real - Duration::days((today - last_day(today, &profile)).num_days()))
}

/// The same with a story that ends at that instant.
pub fn load_until(settings: &Settings, end: At) -> Result<Vec<Account>, String> {
    if let Some(accounts) = accounts(&settings.data_dir) {
        return Ok(accounts);
    }
    let clock = Clock::by_hand(end - Duration::days(BEFORE + DAYS));
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
    let papers = calls::papers(&stage)?;
    pilot::play(&mut stage, &entries, &scenarios, &papers)?;
    money::early(&mut stage, &entries)?;
    stage.starts_anew(BEFORE);
    let licences = calls::play(&mut stage, &entries, &scenarios, &papers)?;
    let open = oversight::play(&mut stage, &licences)?;
    products::play(&mut stage, &licences)?;
    let first = money::register_first(&stage)?;
    let followed = tenure::play(&mut stage, &licences, &entries)?;
    oversight::go_on(&mut stage, open)?;
    calls::finish(&mut stage, &entries, &scenarios)?;
    products::finish(&mut stage, &licences)?;
    tenure::finish(&mut stage, &licences, followed)?;
    clearances::play(&mut stage, &licences, &entries)?;
    scenarios::finish(&mut stage)?;
    units::finish(&mut stage, &entries)?;
    cast::newcomers(&mut stage)?;
    oversight::finish(&mut stage, &licences)?;
    money::finish(&mut stage, &licences, first)?;
    // What is due by today has happened: nobody finds a call open whose deadline has passed.
    stage.before_end(0);
    crate::daily::run(&stage.db)?;
    Ok(stage.accounts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_ends_where_deadlines_can_be_promised() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let mut endless = Profile::default_profile().clone();
        endless.in_force.until = None;
        let last = (2026..).find(|year| !Calendar::national().covers(*year)).unwrap() - 1;
        let end = day(&format!("{last}-12-19"));
        for (today, ends) in [
            ("2026-06-01", day("2026-06-01")),
            (&format!("{last}-12-19"), end),
            (&format!("{last}-12-20"), end),
            (&format!("{}-03-01", last + 2), end),
        ] {
            assert_eq!(last_day(day(today), &endless), ends, "{today}");
        }
        endless.in_force.until = Some(day("2026-05-23"));
        assert_eq!((last_day(day("2026-05-01"), &endless), last_day(day("2026-11-22"), &endless)), (day("2026-05-01"), day("2026-05-23")));
    }
}
