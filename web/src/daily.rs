//! What time itself does: calls close, licences expire, open due days are filled in, old keys are forgotten. Due work is
//! looked for every few seconds, so that a deadline takes effect when it passes and a stopped server catches up at once.

use platform::people::Org;
use platform::{Caller, Db, Result, flow};

/// Does all that is due now.
pub fn run(db: &Db) -> Result<()> {
    let _who = Caller::calendar();
    db.act(|tx| {
        flow::fill_due_days::<Org>(tx)?;
        platform::once::forget_old(tx)?;
        platform::account::session::forget_old(tx)?;
        platform::account::link::forget_old(tx)?;
        Ok(())
    })
}
