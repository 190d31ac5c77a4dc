//! The register of prices: what every product costs, on what basis, since when (BJ-17, NJ-19).

use super::{list, narrowed, page, whole_files};
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::shelf::Kept;
use crate::view::list::{Cell, Row};
use platform::words::Word;
use secondary::pricing::Kind;
use secondary::register::{self, PriceRow};

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/prices", Door::Public, "route-public-prices", all).kept(Kept::Whole)]
}

/// `GET /prices`
async fn all(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            let columns = ["product", "price", "tariff", "effective_on", "holder", "serial", "basis", "scenario_use", "use_scope"];
            let view =
                narrowed(list(&a, "pub-prices", "prices", &columns).words(&a).aside(a.t("pub-fees"), "/fees", "coin"), &a, "tariff", Kind::ALL);
            let rows = register::prices(look, a.q("q"), a.q_word("tariff"), page(&a))?;
            Ok(whole_files(view.fill(&a, rows, |row| line(&a, row)), &a))
        })
        .await?;
    view.answer(&ask)
}

fn line(ask: &Ask, row: &PriceRow) -> Row {
    let tariff = Kind::of(&row.tariff).map_or_else(Cell::default, |k| Cell::word(ask.lang, k));
    let number = if row.on_offer { row.product_serial.clone() } else { format!("{} · {}", row.product_serial, ask.t("pub-not-on-offer")) };
    Row {
        href: if row.on_offer { format!("/products/{}", row.product_id) } else { String::new() },
        cells: vec![
            Cell::text(&row.product).below(number),
            Cell::text(ask.lang.pick(&row.price_zh, &row.price_en).as_str()),
            tariff,
            Cell::date(row.effective_on),
            Cell::text(&row.holder),
            Cell::text(&row.serial),
            Cell::text(&row.basis),
            Cell::text(&row.scenario_use),
            Cell::text(&row.scope),
        ],
    }
}
