//! The pilot of the demo city: one licence granted the year before, whose holder owes its yearly disclosure.

use super::Stage;
use super::calls::{self, Call, Papers};
use super::resources::Entries;
use super::scenarios::Scenarios;
use platform::Result;
use primary::announcement::{self, Announcement};
use primary::bid::{self, Bid};
use primary::selection;
use serde_json::json;

const CALL: Call = ("pilot", "停车场经营选址场景授权运营公告（试点）", &["parking"]);

pub fn play(stage: &mut Stage, entries: &Entries, scenarios: &Scenarios, papers: &Papers) -> Result<()> {
    stage.day(8);
    let call = calls::announce(stage, entries, scenarios, &CALL, (21, 22))?;
    let bids = ["bing", "jia"].iter().map(|who| calls::bid(stage, who, call, &papers[who], true)).collect::<Result<Vec<_>>>()?;
    stage.day(31);
    stage.act(announcement::close_due)?;
    stage.act(selection::open_due)?;
    for id in &bids {
        stage.does::<Bid>("legal", *id, bid::Act::Admit, calls::check(true))?;
    }
    calls::score(stage, call, &bids, &calls::EXPERTS)?;
    stage.does::<Announcement>("legal", call, announcement::Act::Rank, json!({}))?;
    stage.does::<Announcement>("legal", call, announcement::Act::Notice, json!({ "winners": "1" }))?;
    // Long enough for every holiday in between.
    stage.day(50);
    stage.does::<Announcement>("legal", call, announcement::Act::Award, json!({}))?;
    let filing = calls::file_grant(stage, bids[0])?;
    calls::grant(stage, "bing", filing)?;
    Ok(())
}
