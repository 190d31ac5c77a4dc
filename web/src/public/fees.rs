//! The price book for everybody: what the operator's service costs developers, its cap and the actual fee (PRI65-5).

use super::{list, narrowed, page, whole_files};
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::view::list::{Cell, Row};
use crate::work::fee::per;
use platform::words::Word;
use primary::Purpose;
use secondary::fee::{self, Fee};

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/fees", Door::Public, "route-public-fees", all)]
}

/// `GET /fees`
async fn all(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            let columns = ["item", "use_case", "purpose", "billing", "cap", "actual", "effective_on", "state"];
            let view = narrowed(list(&a, "pub-fees", "fees", &columns).words(&a), &a, "purpose", Purpose::ALL);
            let rows = fee::book(look, a.q("q"), a.q_word("purpose"), page(&a))?;
            Ok(whole_files(view.fill(&a, rows, |row| line(&a, row)), &a))
        })
        .await?;
    view.answer(&ask)
}

fn line(ask: &Ask, row: &Fee) -> Row {
    let said = row.answers();
    let unit = row.unit();
    let yuan = |fen: Option<i64>| Cell { raw: fen.map(platform::money::yuan).unwrap_or_default(), whole: true, ..Cell::text(per(ask, fen, &unit)) };
    Row {
        href: String::new(),
        cells: vec![
            Cell::text(&row.title),
            Cell::text(said.text("use_case")),
            Cell::word(ask.lang, row.purpose),
            Cell::word(ask.lang, row.billing),
            yuan(row.cap),
            yuan(row.actual),
            Cell::date(row.effective_on),
            Cell::state(ask.lang, row.state),
        ],
    }
}
