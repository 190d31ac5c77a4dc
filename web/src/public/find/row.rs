//! How what was found looks: as a card or a line of the catalogue, and as a hit of the box for everything.

use crate::ask::Ask;
use crate::public::Named;
use crate::view::list::{Cell, Row, tone};
use secondary::catalogue::Offer;
use secondary::index::{self, Found, Line, Shown};

pub struct Card {
    pub title: String,
    pub href: String,
    pub summary: String,
    pub serial: String,
    pub form: String,
    pub domain: String,
    pub purpose: String,
    pub holder: String,
    pub price: String,
    pub scenario: Named,
    pub cycle: String,
}

pub fn offers(found: &Found) -> impl Iterator<Item = &Offer> {
    found.rows.iter().filter_map(|row| match row {
        Shown::Product(offer) => Some(&**offer),
        _ => None,
    })
}

fn price(ask: &Ask, o: &Offer) -> String {
    ask.lang.pick(&o.price_zh, &o.price_en).to_string()
}

pub fn line(ask: &Ask, o: &Offer) -> Row {
    Row {
        href: format!("/products/{}", o.id),
        cells: vec![
            Cell::text(&o.title),
            Cell::text(&o.serial),
            Cell::text(&o.summary),
            Cell::word(ask.lang, o.form),
            Cell::word(ask.lang, o.domain),
            Cell::word(ask.lang, o.purpose),
            Cell::text(&o.holder),
            Cell::text(&o.scenario_title),
            Cell::text(price(ask, o)),
            o.update_cycle.map_or_else(Cell::default, |c| Cell::word(ask.lang, c)),
            Cell::text(&o.coverage),
            Cell::text(&o.licence_serial),
            Cell::text(o.version.to_string()),
            Cell::at(o.listed_at),
            o.level.map_or_else(Cell::default, |l| Cell::word(ask.lang, l)),
        ],
    }
}

pub fn card(ask: &Ask, o: &Offer) -> Card {
    Card {
        title: o.title.clone(),
        href: format!("/products/{}", o.id),
        summary: o.summary.clone(),
        serial: o.serial.clone(),
        form: ask.lang.w(o.form),
        domain: ask.lang.w(o.domain),
        purpose: ask.lang.w(o.purpose),
        holder: o.holder.clone(),
        price: price(ask, o),
        scenario: Named { name: o.scenario_title.clone(), href: format!("/scenarios/{}", o.scenario), sub: String::new() },
        cycle: o.update_cycle.map(|c| ask.lang.w(c)).unwrap_or_default(),
    }
}

/// Columns of the catalogue as a table.
pub const COLUMNS: [&str; 15] = [
    "title",
    "serial",
    "summary",
    "form",
    "domain",
    "purpose",
    "holder",
    "scenario",
    "price",
    "cycle",
    "coverage",
    "licence",
    "version",
    "listed_on",
    "level",
];

pub struct Hit {
    pub title: String,
    pub href: String,
    pub kind: String,
    pub state: String,
    pub tone: &'static str,
    pub summary: String,
    pub about: String,
}

/// The beginning of a text.
fn beginning(text: &str) -> String {
    let short: String = text.chars().take(120).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

pub fn hit(ask: &Ask, shown: &Shown) -> Hit {
    let (kind, folder) = match shown {
        Shown::Product(_) => (index::Kind::Product, "products"),
        Shown::Scenario(_) => (index::Kind::Scenario, "scenarios"),
        Shown::Announcement(_) => (index::Kind::Announcement, "announcements"),
        Shown::Licence(_) => (index::Kind::Licence, "licences"),
        Shown::Disclosure(_) => (index::Kind::Disclosure, "disclosures"),
    };
    let about = |parts: &[&str]| parts.iter().filter(|p| !p.is_empty()).copied().collect::<Vec<_>>().join(" · ");
    let state = |line: &Line, set: &str| if line.state.is_empty() { String::new() } else { ask.t(&format!("{set}-{}", line.state)) };
    match shown {
        Shown::Product(o) => Hit {
            title: o.title.clone(),
            href: format!("/{folder}/{}", o.id),
            kind: ask.lang.w(kind),
            state: ask.lang.w(o.form),
            tone: "bg-blue-lt",
            summary: beginning(&o.summary),
            about: about(&[&o.serial, &o.holder, &price(ask, o)]),
        },
        Shown::Scenario(l) | Shown::Announcement(l) | Shown::Licence(l) | Shown::Disclosure(l) => Hit {
            title: l.title.clone(),
            href: format!("/{folder}/{}", l.id),
            kind: ask.lang.w(kind),
            state: match shown {
                Shown::Announcement(_) => state(l, "announcement-state"),
                Shown::Licence(_) => state(l, "licence-state"),
                Shown::Disclosure(_) => state(l, "disclosure-kind"),
                _ => String::new(),
            },
            tone: tone(&l.state),
            summary: beginning(&l.summary),
            about: about(&[&l.serial, &l.holder]),
        },
    }
}
