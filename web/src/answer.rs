//! What a request gets: a page in either face, an address to go to, or bytes.

use crate::ask::{Ask, Face};
use crate::view::chrome::Chrome;
use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use platform::{Refusal, Result};
use serde::Serialize;

/// The answer of a page.
pub enum Answer {
    /// Both faces of one struct; only the asked one is made.
    Page { status: u16, html: Option<String>, json: Option<serde_json::Value>, headers: Vec<(&'static str, String)> },
    /// Go there (303), and say that.
    See { to: String, say: Option<&'static str> },
    /// Bytes: media type, file name when it is to be saved.
    Bytes { media: String, name: Option<String>, bytes: Vec<u8>, cache: bool },
    /// Anything with headers of its own.
    Raw(HttpResponse),
}

/// What every page function returns.
pub type PageResult = Result<Answer>;

/// A page: a template and the same data for programs.
pub trait View: askama::Template + Serialize {}
impl<T: askama::Template + Serialize> View for T {}

impl Ask {
    /// Shows a page.
    pub fn show(&self, view: &impl View) -> PageResult {
        self.show_as(200, view)
    }
    /// Shows a page with a status.
    pub fn show_as(&self, status: u16, view: &impl View) -> PageResult {
        Ok(match self.face {
            Face::Html => Answer::Page { status, html: Some(view.render().map_err(Refusal::broken)?), json: None, headers: Vec::new() },
            Face::Json => {
                let mut json = serde_json::to_value(view)?;
                // What a page refuses is a problem (RFC 9457) with the page's own members.
                if let Some(problem) = json.as_object_mut().filter(|_| status >= 400) {
                    let faulty = Refusal::Faulty(Vec::new());
                    problem.entry("type").or_insert(format!("{}/help/refusals#{}", self.app.base_url, faulty.code()).into());
                    problem.entry("title").or_insert(self.lang.pick(faulty.why().0, faulty.why().1).into());
                    problem.entry("status").or_insert(status.into());
                    problem.entry("code").or_insert(faulty.code().into());
                    problem.entry("requestId").or_insert(self.request_id.clone().into());
                }
                Answer::Page { status, html: None, json: Some(json), headers: Vec::new() }
            }
        })
    }
    /// The frame of a page with this title.
    pub fn chrome(&self, title: impl Into<String>) -> Chrome {
        Chrome::new(self, title.into())
    }
}

/// Goes to an address.
pub fn see(to: impl Into<String>) -> PageResult {
    Ok(Answer::See { to: to.into(), say: None })
}

/// Goes to an address and says something there once.
pub fn see_saying(to: impl Into<String>, say: &'static str) -> PageResult {
    Ok(Answer::See { to: to.into(), say: Some(say) })
}

/// A header-safe `Content-Disposition` for any file name (RFC 6266).
pub fn disposition(name: &str) -> String {
    let ascii: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).collect();
    let encoded: String = name
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_') { (b as char).to_string() } else { format!("%{b:02X}") })
        .collect();
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

impl Answer {
    /// As an HTTP response.
    pub fn response(self, ask: &Ask) -> HttpResponse {
        match self {
            Self::Page { status, html, json, headers } => {
                let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::OK));
                response.insert_header((header::VARY, "Accept, Accept-Language, Cookie, HX-Request"));
                if ask.who.person.is_some() {
                    response.insert_header((header::CACHE_CONTROL, "no-store"));
                } else {
                    response.insert_header((header::CACHE_CONTROL, "no-cache"));
                }
                for (name, value) in headers {
                    response.insert_header((name, value));
                }
                match (html, json) {
                    (Some(html), _) => response.content_type("text/html; charset=utf-8").body(html),
                    (None, Some(json)) => {
                        let media = if status >= 400 { "application/problem+json" } else { "application/json" };
                        response.content_type(media).body(json.to_string())
                    }
                    (None, None) => response.finish(),
                }
            }
            Self::See { to, say } => match ask.face {
                Face::Html => {
                    let mut response = HttpResponse::SeeOther();
                    response.insert_header((header::LOCATION, crate::site::location(&to)));
                    if let Some(say) = say {
                        response.cookie(
                            actix_web::cookie::Cookie::build("dajing_say", say)
                                .path("/")
                                .http_only(true)
                                .same_site(actix_web::cookie::SameSite::Lax)
                                .finish(),
                        );
                    }
                    response.finish()
                }
                Face::Json => HttpResponse::Ok()
                    .insert_header((header::LOCATION, crate::site::location(&to)))
                    .json(serde_json::json!({ "done": true, "location": to })),
            },
            Self::Bytes { media, name, bytes, cache } => {
                let mut response = HttpResponse::Ok();
                response.insert_header((header::CONTENT_TYPE, media));
                response.insert_header((header::CACHE_CONTROL, if cache { "public, max-age=31536000, immutable" } else { "no-store" }));
                if let Some(name) = name {
                    response.insert_header((header::CONTENT_DISPOSITION, disposition(&name)));
                }
                response.body(bytes)
            }
            Self::Raw(response) => response,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_cannot_break_the_header() {
        let header = disposition("授权\"\r\nX: 1.csv");
        assert!(header.is_ascii() && !header.contains('\r') && header.matches('"').count() == 2, "{header}");
    }
}
