//! The map of the site for search engines (sitemaps.org), in pieces of 10,000 addresses; what is not public is not on it.

use super::xml;
use crate::answer::{Answer, PageResult};
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use actix_web::HttpResponse;
use actix_web::http::header;
use platform::{Id, Refusal, Result};
use secondary::catalogue::address::{self, Piece};

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/sitemap.xml", Door::Public, "route-public-sitemap", index).gives(XML),
        route("GET", "/sitemaps/{name}.xml", Door::Public, "route-public-sitemap-piece", piece).gives(XML),
    ]
}

const XML: &str = "application/xml";
const SPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
/// Pages that are always there.
const PAGES: [&str; 23] = [
    "/",
    "/products",
    "/scenarios",
    "/announcements",
    "/licences",
    "/licences/open",
    "/resources",
    "/open-data",
    "/open-data/plans",
    "/disclosures",
    "/prices",
    "/fees",
    "/packs",
    "/evaluations",
    "/statistics",
    "/supply",
    "/policy",
    "/law",
    "/help",
    "/glossary",
    "/accessibility",
    "/open",
    "/codes",
];

fn answer(text: String) -> PageResult {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "public, max-age=3600"));
    Ok(Answer::Raw(response.content_type("application/xml; charset=utf-8").body(text)))
}

/// `GET /sitemap.xml`: the pieces.
async fn index(ask: Ask) -> PageResult {
    let app = ask.app.clone();
    let pieces = ask.look(move |look, _| app.sitemap.pieces(look)).await?;
    let base = &ask.app.base_url;
    let mut text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex xmlns=\"{SPACE}\">\n");
    text.push_str(&format!("<sitemap><loc>{}</loc></sitemap>\n", xml(&format!("{base}/sitemaps/pages.xml"))));
    for Piece { name, after, until } in pieces {
        let bound = |name: &str, id: Option<String>| id.map(|id| format!("{name}={id}"));
        let bounds: Vec<String> = [bound("after", after), bound("until", until)].into_iter().flatten().collect();
        let query = if bounds.is_empty() { String::new() } else { format!("?{}", bounds.join("&")) };
        text.push_str(&format!("<sitemap><loc>{}</loc></sitemap>\n", xml(&format!("{base}/sitemaps/{name}.xml{query}"))));
    }
    text.push_str("</sitemapindex>\n");
    answer(text)
}

/// `GET /sitemaps/{name}.xml`: the addresses of a piece.
async fn piece(ask: Ask) -> PageResult {
    let (name, base) = (ask.param("name").to_string(), ask.app.base_url.clone());
    let bound = |name: &str| -> Result<Option<Id<Piece>>> {
        match ask.q(name) {
            "" => Ok(None),
            id => id.parse().map(Some),
        }
    };
    let (after, until) = (bound("after")?, bound("until")?);
    let mut text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"{SPACE}\">\n");
    if name == "pages" {
        if after.is_some() || until.is_some() {
            return Err(Refusal::NotFound);
        }
        PAGES.iter().for_each(|page| text.push_str(&format!("<url><loc>{}</loc></url>\n", xml(&format!("{base}{page}")))));
    } else {
        let of = name.clone();
        for (id, at) in ask.look(move |look, _| address::piece(look, &of, after, until)).await? {
            let day = platform::day::shanghai_date(at);
            text.push_str(&format!("<url><loc>{}</loc><lastmod>{day}</lastmod></url>\n", xml(&format!("{base}/{name}/{id}"))));
        }
    }
    text.push_str("</urlset>\n");
    answer(text)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_page_of_the_map_has_a_route_for_everybody() {
        let routes = crate::routes::all();
        for page in super::PAGES {
            let route = routes.iter().find(|r| r.method == "GET" && r.path == page).unwrap_or_else(|| panic!("{page}"));
            assert_eq!(route.door, crate::routes::Door::Public, "{page}");
        }
    }
}
