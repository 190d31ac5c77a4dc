//! What time itself does: calls close, licences expire, open due days are filled in, old keys are forgotten. Due work is
//! looked for every few seconds, so that a deadline takes effect when it passes and a stopped server catches up at once.

use platform::{Db, Result};

/// Does all that is due now.
pub fn run(db: &Db) -> Result<()> {
    db.act(|tx| {
        primary::announcement::close_due(tx)?;
        primary::selection::open_due(tx)?;
        primary::termination::take_effect_due(tx)?;
        primary::licence::expire_due(tx)?;
        primary::licence::remind_due(tx)?;
        primary::rectification::overrun_due(tx)?;
        primary::destruction::escalate_due(tx)?;
        secondary::product::carry_over(tx)?;
        secondary::survey::close_due(tx)?;
        secondary::registration::lapse_due(tx)?;
        resources::sharing::end_due(tx)?;
        primary::oversight::run_due(tx)?;
        for kind in crate::work::kinds() {
            (kind.fill_due_days)(tx)?;
        }
        platform::once::forget_old(tx)?;
        platform::account::session::forget_old(tx)?;
        platform::account::link::forget_old(tx)?;
        platform::account::brake::forget_old(tx)?;
        Ok(())
    })
}
