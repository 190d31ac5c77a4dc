//! What is new, for programs that follow it: announcements, disclosures and products, as Atom (RFC 4287) and as JSON Feed 1.1; and the
//! days to come of the announcements as a calendar (RFC 5545).

use super::{dcat, xml};
use crate::answer::{Answer, PageResult};
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::work::calendar::{self, Entry, When};
use actix_web::HttpResponse;
use actix_web::http::header;
use platform::paging::Page;
use platform::{At, Look, Result, day};
use primary::announcement;
use secondary::catalogue::record;
use secondary::disclosure;
use serde_json::json;

/// Entries of a feed.
const MOST: i64 = 50;

/// The feeds: name, and the page whose news they are.
pub const FEEDS: [(&str, &str); 3] = [("announcements", "/announcements"), ("disclosures", "/disclosures"), ("products", "/products")];

#[derive(Clone, Copy)]
enum Kind {
    Atom,
    Json,
}

pub fn routes() -> Vec<Route> {
    let mut routes = vec![route("GET", "/feeds/deadlines.ics", Door::Public, "route-public-deadlines", deadlines).gives("text/calendar")];
    for (name, page) in FEEDS {
        let atom = move |ask| feed(ask, name, page, Kind::Atom);
        let json = move |ask| feed(ask, name, page, Kind::Json);
        routes.push(route("GET", &format!("/feeds/{name}.atom"), Door::Public, "route-public-feed", atom).gives("application/atom+xml"));
        routes.push(route("GET", &format!("/feeds/{name}.json"), Door::Public, "route-public-feed", json).gives("application/feed+json"));
    }
    routes
}

/// An entry of a feed.
struct Item {
    /// Its page, which is also how it is known again.
    address: String,
    title: String,
    text: String,
    published: At,
    updated: At,
}

fn items(look: &mut Look, ask: &Ask, name: &str) -> Result<Vec<Item>> {
    let base = &ask.app.base_url;
    let parts = |all: &[String]| all.iter().filter(|t| !t.is_empty()).cloned().collect::<Vec<_>>().join(" · ");
    Ok(match name {
        "announcements" => announcement::published(look, &announcement::Ask::default(), Page::first(MOST))?
            .rows
            .into_iter()
            .map(|row| Item {
                address: format!("{base}/announcements/{}", row.id),
                text: parts(&[
                    row.serial.clone().unwrap_or_default(),
                    ask.lang.w(row.state),
                    ask.lang.w(row.method),
                    row.deadline.map(|at| format!("{} {}", ask.t("pub-col-deadline"), platform::clock::shanghai_text(at))).unwrap_or_default(),
                ]),
                title: row.title,
                published: row.published_at.unwrap_or(row.created_at),
                updated: row.updated_at,
            })
            .collect(),
        "disclosures" => {
            let all = disclosure::Ask { all_editions: true, ..disclosure::Ask::default() };
            let rows = disclosure::published(look, &all, Page::first(MOST))?.rows;
            rows.into_iter()
                .map(|of| Item {
                    address: format!("{base}/disclosures/{}", of.row.id),
                    text: parts(&[of.row.serial.clone().unwrap_or_default(), ask.lang.w(of.row.kind), ask.lang.w(of.row.state)]),
                    title: format!("{} {}", of.owner_name, of.row.period),
                    published: of.row.published_at.unwrap_or(of.row.created_at),
                    updated: of.row.updated_at,
                })
                .collect()
        }
        _ => record::latest(look, MOST)?
            .into_iter()
            .map(|row| Item {
                address: format!("{base}/products/{}", row.id),
                text: match (&row.shown, row.off) {
                    (None, Some((since, why))) => {
                        ask.lang.ta("dcat-off", &[("day", day::shanghai_date(since).to_string()), ("why", ask.lang.w(why))])
                    }
                    (shown, _) => parts(&[
                        row.serial.clone(),
                        ask.lang.w(row.form),
                        row.holder.clone(),
                        shown.as_ref().map(|s| s.content.summary.clone()).unwrap_or_default(),
                    ]),
                },
                title: row.title,
                published: row.listed_at,
                updated: row.changed_at,
            })
            .collect(),
    })
}

fn utc(at: At) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

async fn feed(ask: Ask, name: &'static str, page: &'static str, kind: Kind) -> PageResult {
    let (a, app) = (ask.clone(), ask.app.clone());
    let (site, mut items) = ask.look(move |look, _| Ok((dcat::Site::of(look, &app)?, items(look, &a, name)?))).await?;
    items.sort_by(|a, b| b.updated.cmp(&a.updated).then(a.address.cmp(&b.address)));
    let title = format!("{} — {}", ask.t(&format!("pub-{name}")), ask.t("site-name"));
    let (text, media) = match kind {
        Kind::Atom => (atom(&ask, &site, name, page, &title, &items), "application/atom+xml; charset=utf-8"),
        Kind::Json => (json(&ask, &site, name, page, &title, &items), "application/feed+json; charset=utf-8"),
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "public, max-age=300")).insert_header((header::VARY, "Accept-Language, Cookie"));
    Ok(Answer::Raw(response.content_type(media).body(text)))
}

fn atom(ask: &Ask, site: &dcat::Site, name: &str, page: &str, title: &str, items: &[Item]) -> String {
    let here = format!("{}/feeds/{name}.atom", site.base);
    let updated = items.iter().map(|i| i.updated).max().unwrap_or_default();
    let mut out =
        format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n", ask.lang.tag());
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    line(format!("<id>{0}</id><title>{1}</title><updated>{2}</updated>", xml(&here), xml(title), utc(updated)));
    line(format!("<link rel=\"self\" type=\"application/atom+xml\" href=\"{0}\"/>", xml(&here)));
    line(format!("<link rel=\"alternate\" type=\"text/html\" href=\"{0}\"/>", xml(&format!("{}{page}", site.base))));
    line(format!("<author><name>{0}</name></author>", xml(&site.operator)));
    for item in items {
        let (address, updated) = (xml(&item.address), utc(item.updated));
        line(format!("<entry><id>{address}</id><title>{}</title>", xml(&item.title)));
        line(format!("<published>{}</published><updated>{updated}</updated>", utc(item.published)));
        line(format!("<link rel=\"alternate\" type=\"text/html\" href=\"{address}\"/><summary>{}</summary></entry>", xml(&item.text)));
    }
    line("</feed>".into());
    out
}

fn json(ask: &Ask, site: &dcat::Site, name: &str, page: &str, title: &str, items: &[Item]) -> String {
    let items: Vec<serde_json::Value> = items
        .iter()
        .map(|i| {
            let (published, modified) = (utc(i.published), utc(i.updated));
            json!({ "id": i.address, "url": i.address, "title": i.title, "content_text": i.text, "date_published": published, "date_modified": modified })
        })
        .collect();
    let (home, here) = (format!("{}{page}", site.base), format!("{}/feeds/{name}.json", site.base));
    json!({
        "version": "https://jsonfeed.org/version/1.1", "title": title, "home_page_url": home, "feed_url": here, "language": ask.lang.tag(),
        "authors": [{ "name": site.operator }], "items": items,
    })
    .to_string()
}

/// `GET /feeds/deadlines.ics`: the end of bidding, the opening and the end of objections of each announcement.
async fn deadlines(ask: Ask) -> PageResult {
    let (rows, now) = ask.look(|look, _| Ok((announcement::upcoming(look)?, look.now()))).await?;
    let mut entries = Vec::new();
    for row in rows {
        let href = format!("/announcements/{}", row.id);
        let objections = row.objection_until.map(When::Day);
        let days = [
            ("deadline", "pub-col-deadline", row.deadline.map(When::At)),
            ("opening", "pub-col-opening", row.opening.map(When::At)),
            ("objection_until", "pub-objection-until", objections),
        ];
        for (name, key, when) in days {
            let Some(when) = when else { continue };
            entries.push(Entry {
                id: format!("{}-{name}", row.id),
                when,
                summary: format!("{} — {}", ask.t(key), row.title),
                text: format!("{} · {}", row.serial.clone().unwrap_or_default(), ask.lang.w(row.state)),
                href: href.clone(),
            });
        }
    }
    let text = calendar::written(&ask.t("pub-deadlines"), &ask.app.base_url, now, &entries);
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "public, max-age=900")).insert_header((header::VARY, "Accept-Language, Cookie"));
    Ok(Answer::Raw(response.content_type("text/calendar; charset=utf-8").body(text)))
}
