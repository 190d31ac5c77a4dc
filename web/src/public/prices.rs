//! The register of prices: what every product costs, on what basis, since when (BJ-17, NJ-19).

use super::{list, narrowed, page, whole_files};
use crate::answer::PageResult;
use crate::ask::{Ask, Face};
use crate::routes::{Door, Route, route};
use crate::shelf::Kept;
use crate::view::list::{Cell, Row};
use platform::words::Word;
use secondary::pricing::Kind;
use secondary::pricing::register::{self, PriceRow, Standing};

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/prices", Door::Public, "route-public-prices", all).kept(Kept::Whole)]
}

/// What files and programs get; a page says beside the number that a product is not on offer.
const COLUMNS: &[&str] =
    &["product", "price", "tariff", "effective_on", "standing", "holder", "serial", "basis", "scenario_use", "use_scope", "on_offer"];

/// `GET /prices`
async fn all(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask
        .look(move |look, _| {
            let shown = COLUMNS.len() - usize::from(a.face == Face::Html && a.q("format").is_empty());
            let view = narrowed(
                list(&a, "pub-prices", "prices", &COLUMNS[..shown]).words(&a).aside(a.t("pub-fees"), "/fees", "coin"),
                &a,
                "tariff",
                Kind::ALL,
            );
            let rows = register::prices(look, a.q("q"), a.q_word("tariff"), page(&a))?;
            let line = |row: &PriceRow| {
                let mut line = line(&a, row);
                line.cells.truncate(shown);
                line
            };
            Ok(whole_files(view.fill(&a, rows, line), &a))
        })
        .await?;
    view.answer(&ask)
}

fn line(ask: &Ask, row: &PriceRow) -> Row {
    let tariff = Kind::of(&row.tariff).map_or_else(Cell::default, |k| Cell::word(ask.lang, k));
    let number = if row.on_offer { row.product_serial.clone() } else { format!("{} · {}", row.product_serial, ask.t("pub-off-offer")) };
    Row {
        href: if row.on_offer { format!("/products/{}", row.product_id) } else { String::new() },
        cells: vec![
            Cell::text(&row.product).below(number),
            Cell::text(ask.lang.pick(&row.price_zh, &row.price_en).as_str()),
            tariff,
            Cell::date(row.effective_on),
            Cell { tone: if row.standing == Standing::Current { "bg-green-lt" } else { "bg-secondary-lt" }, ..Cell::word(ask.lang, row.standing) },
            Cell::text(&row.holder),
            Cell::text(&row.serial),
            Cell::text(&row.basis),
            Cell::text(&row.scenario_use),
            Cell::text(&row.scope),
            Cell { raw: row.on_offer.to_string(), ..Cell::text(ask.t(if row.on_offer { "pub-on-offer" } else { "pub-off-offer" })) },
        ],
    }
}
