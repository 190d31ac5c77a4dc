//! Follows the event log: a thread that keeps the index and the shelf of this node up with it. What this process commits rings its bell;
//! what other nodes committed is found by looking twice a second.

use crate::app::App;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Longest time between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// So many entries at a time are the index made anew.
const MANY: usize = 5_000;

/// So long after the start, what only the start needed is given back.
const SETTLED: Duration = Duration::from_secs(5);

/// Begins to follow; ends when the application does.
pub fn begin(app: &Arc<App>) -> std::io::Result<()> {
    let (weak, bell) = (Arc::downgrade(app), app.db.bell().clone());
    std::thread::Builder::new().name("follower".into()).spawn(move || {
        let mut started = Some(Instant::now());
        while let Some(seen) = step(&weak) {
            bell.wait(seen, PAUSE);
            if started.take_if(|at| at.elapsed() > SETTLED).is_some() {
                crate::memory::give_back();
            }
        }
    })?;
    Ok(())
}

/// One look; the number of the last event of this process that it took in. None when the application has ended.
fn step(app: &Weak<App>) -> Option<i64> {
    let app = app.upgrade()?;
    let seen = app.db.bell().last();
    match app.index.catch_up(&app.db) {
        Ok(0) => {}
        Ok(entries) => {
            tracing::debug!(entries, seq = app.index.seq(), "index");
            if entries >= MANY {
                crate::memory::give_back();
            }
        }
        Err(refusal) => {
            tracing::error!(%refusal, "index");
            // What stands in the way is given time to go.
            std::thread::sleep(PAUSE);
        }
    }
    if let Err(refusal) = app.shelf.take_in(&app.db) {
        tracing::warn!(%refusal, "shelf");
    }
    metrics::gauge!("dajing_index_seq").set(app.index.seq() as f64);
    metrics::gauge!("dajing_shelf_pages").set(app.shelf.len() as f64);
    Some(seen)
}
