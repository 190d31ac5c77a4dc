//! What time itself does. Some things take effect within seconds of their moment: calls close, bids open, licences expire. The rest
//! happens once a day: silence takes effect, the office is told of what is overdue, people are reminded. A server that stood still
//! catches up at once with both.

use platform::{Db, Result, Tx, deadline};

/// Does all that is due now, and the day's work when it has not been done today.
pub fn run(db: &Db) -> Result<()> {
    now(db)?;
    once_a_day(db)
}

/// What must not wait for the next day.
pub fn now(db: &Db) -> Result<()> {
    db.act(|tx| {
        primary::announcement::close_due(tx)?;
        primary::selection::open_due(tx)?;
        primary::termination::take_effect_due(tx)?;
        primary::licence::expire_due(tx)?;
        secondary::product::carry_over(tx)?;
        // Incidents are counted in hours.
        primary::oversight::incident::overdue(tx)?;
        Ok(())
    })
}

/// What turns on a date and no hour.
fn dated(tx: &mut Tx) -> Result<()> {
    primary::licence::remind_due(tx)?;
    secondary::survey::close_due(tx)?;
    secondary::registration::lapse_due(tx)?;
    resources::sharing::end_due(tx)?;
    platform::log::chronicle::day(tx)?;
    platform::once::forget_old(tx)?;
    platform::account::session::forget_old(tx)?;
    platform::account::link::forget_old(tx)?;
    platform::account::brake::forget_old(tx)?;
    platform::schema::tend(tx)?;
    Ok(())
}

/// The day's work, once each day in Shanghai; days missed are caught up, because what is due is told by dates, not by days passing.
pub fn once_a_day(db: &Db) -> Result<()> {
    deadline::kept(db, "day", |_last, _today| {
        db.act(dated)?;
        for kind in crate::work::kinds() {
            match (kind.day)(db) {
                Ok(done) if done == deadline::Done::default() => {}
                Ok(done) => tracing::info!(noun = kind.name, ?done, "deadlines"),
                // One kind that fails holds up no other.
                Err(refusal) => tracing::error!(noun = kind.name, %refusal, "deadlines"),
            }
        }
        Ok(())
    })
    .map(drop)
}
