//! What `dajing doctor` looks at: settings, database, chain, files, disk, policy, calendar.

use crate::serve;
use platform::Clock;
use platform::config::Settings;
use serde::Serialize;

/// One thing looked at.
#[derive(Serialize)]
pub struct Check {
    pub name: &'static str,
    pub found: String,
    pub fault: bool,
}

fn check(name: &'static str, result: Result<String, String>) -> Check {
    match result {
        Ok(found) => Check { name, found, fault: false },
        Err(found) => Check { name, found, fault: true },
    }
}

/// The keys, and what is sealed under others.
fn keys(settings: &Settings, db: &platform::Db) -> Check {
    let found = serve::vault(settings).and_then(|vault| match serve::shut(db).map_err(|e| e.to_string())? {
        (0, 0) => {
            let place =
                if settings.secret_key.is_some() { "secret_key".into() } else { settings.data_dir.join(platform::vault::FILE).display().to_string() };
            Ok(format!("{} in {place}; keep a copy apart from the backups, which do not hold it", vault.ids().join(", ")))
        }
        (people, announcements) => Err(format!(
            "the second factors of {people} people and the bids of {announcements} announcements are sealed under a key that is not here: put \
             the former key into {} as a line of its own and start again; without it the security administrator can only remove the second \
             factors, and those bids stay sealed for ever",
            platform::vault::FILE
        )),
    });
    check("secret key", found)
}

/// The public log: its key, what is published, who vouches, and whether the files here are those that were signed.
fn log(settings: &Settings, db: &platform::Db) -> Check {
    let found = serve::log_of(settings, db).and_then(|log| {
        let leaves = db.look(platform::log::leaf::count).map_err(|e| e.to_string())?;
        let key = log.vkey().map(|k| k.to_string()).unwrap_or_default();
        let vouch = match (log.peers().len(), log.quorum()) {
            (0, _) => "nobody else vouches for it: name witnesses in log_witnesses".to_string(),
            (n, asked) => format!("{asked} of {n} witnesses must cosign"),
        };
        if let Some(leaf) = db.look(platform::log::wording::broken).map_err(|e| e.to_string())? {
            return Err(format!("leaf {leaf}: what was published with it was changed"));
        }
        let folder = settings.data_dir.join("log");
        let files = platform::log::mirror::folder(&folder);
        let published = match log.folder.checkpoint()? {
            None => "nothing published yet".to_string(),
            Some(_) => {
                let good = platform::log::mirror::verify(&files, &log.policy(), None).map_err(|why| format!("DATA/log: {why}"))?;
                format!("{} published and verified", good.checkpoint.size)
            }
        };
        Ok(format!("{leaves} leaves, {published}; {vouch}; key {key}, keep a copy apart from the backups"))
    });
    check("public log", found)
}

/// Looks at everything once.
pub fn checks(settings: &Settings) -> Vec<Check> {
    let clock = Clock::machine();
    let today = platform::day::shanghai_date(clock.now());
    let mut checks = Vec::new();
    let place = platform::db::Place::parse(settings.database_url.expose());
    checks.push(check("database url", place.as_ref().map(serve::describe).map_err(Clone::clone)));
    match serve::database(settings, clock) {
        Err(why) => checks.push(check("database", Err(why))),
        Ok(db) => {
            checks.push(check("database", Ok("answers, schema current".into())));
            checks.push(check(
                "event chain",
                db.look(platform::event::verify).map_err(|e| e.to_string()).and_then(|v| match v.broken {
                    None => Ok(format!("{} events hold", v.events)),
                    Some((seq, what)) => Err(format!("event {seq}: {what}")),
                }),
            ));
            checks.push(keys(settings, &db));
            checks.push(log(settings, &db));
            checks.push(check("letters", db.look(platform::mail::waiting).map(|n| format!("{n} waiting")).map_err(|e| e.to_string())));
        }
    }
    checks.push(check(
        "files",
        serve::store(settings).map(|_| settings.store_url.clone().unwrap_or_else(|| settings.data_dir.join("files").display().to_string())),
    ));
    let probe = settings.data_dir.join(".doctor");
    checks.push(check(
        "disk",
        std::fs::write(&probe, b"ok").and_then(|()| std::fs::remove_file(&probe)).map(|()| "writable".into()).map_err(|e| e.to_string()),
    ));
    checks.push(check(
        "policy",
        serve::rules(settings).and_then(|r| {
            if !r.profile.in_force_on(today) {
                Err(format!("{} is not in force today", r.profile.version_tag()))
            } else if r.profile.ends_soon(today) {
                Ok(format!(
                    "{} — ends on {}: prepare its successor",
                    r.profile.version_tag(),
                    r.profile.in_force.until.map_or_else(String::new, |until| until.to_string())
                ))
            } else {
                Ok(r.profile.version_tag())
            }
        }),
    ));
    let year = chrono::Datelike::year(&today);
    let calendar = platform::day::Calendar::national();
    checks.push(check(
        "calendar",
        if calendar.covers(year) {
            Ok(format!("knows {year}{}", if calendar.covers(year + 1) { "" } else { ", not yet the next year" }))
        } else {
            Err(format!("does not know {year}"))
        },
    ));
    checks
}
