//! The frame of every page: who is signed in, the menu, the language, the site's numbers.

use crate::ask::Ask;
use crate::menu;
use crate::say::Lang;
use platform::account::session::Factor;
use platform::words::Word;

/// The frame. Templates call its `t` for words.
pub struct Chrome {
    pub lang: Lang,
    pub title: String,
    pub path: String,
    /// Path with query, for switches that keep the page.
    pub here: String,
    pub name: String,
    pub org_name: String,
    pub signed_in: bool,
    pub csrf: String,
    pub key: String,
    pub request_id: String,
    pub demo: bool,
    pub size: &'static str,
    pub contrast: &'static str,
    pub said: Option<String>,
    pub menu: Vec<menu::Group>,
    /// Main navigation of the public pages: label, address, whether this page is in it.
    pub nav: Vec<(String, &'static str, bool)>,
    pub site: crate::app::Site,
    pub crumbs: Vec<(String, String)>,
    /// The role needs a second factor that this session lacks.
    pub needs_factor: bool,
    /// This session owes a code.
    pub owes_code: bool,
    pub city: String,
    /// The policy has ended or ends soon; at the head of the work area.
    pub policy: Option<String>,
    /// Nothing can be written: the records are not those that the public log has shown.
    pub read_only: bool,
    pub assets: &'static str,
}

impl Chrome {
    pub fn new(ask: &Ask, title: String) -> Self {
        let query: String =
            ask.query.iter().filter(|(k, _)| k != "lang").map(|(k, v)| format!("{}={}", escape(k), escape(v))).collect::<Vec<_>>().join("&");
        Self {
            lang: ask.lang,
            title,
            path: ask.path.clone(),
            here: if query.is_empty() { ask.path.clone() } else { format!("{}?{query}", ask.path) },
            name: ask.who.name.clone(),
            org_name: ask.who.org_name.clone(),
            signed_in: ask.who.person.is_some(),
            // A page of the shelf is everybody's: no form token, no number of one request.
            csrf: if ask.keeping.is_some() { String::new() } else { ask.csrf.clone() },
            key: if ask.keeping.is_some() { String::new() } else { crate::app::random_key() },
            request_id: if ask.keeping.is_some() { String::new() } else { ask.request_id.clone() },
            demo: ask.app.demo,
            size: ask.size,
            contrast: ask.contrast,
            said: ask.said.as_ref().and_then(|s| ask.lang.maybe(&format!("say-{s}"))),
            nav: menu::public(ask.lang, &ask.path),
            menu: menu::of(&ask.who, ask.lang, &ask.path),
            site: ask.app.site.clone(),
            crumbs: Vec::new(),
            // The pages where it is mended say so themselves.
            needs_factor: ask.session.as_ref().is_some_and(|s| s.factor == Factor::Missing) && ask.path != "/account/factor",
            owes_code: ask.session.as_ref().is_some_and(|s| s.factor == Factor::Owed) && ask.path != "/account/code",
            // Whoever can prepare for it is told, where his work begins.
            policy: ask
                .who
                .person
                .filter(|_| ask.path == "/work" && (ask.who.oversees() || ask.who.is_any(&[platform::Role::SystemAdmin])))
                .and_then(|_| {
                    let today = platform::day::shanghai_date(ask.app.db.clock().now());
                    crate::public::policy::notice(ask.lang, &ask.app.db.rules().profile, today)
                }),
            city: ask.app.db.rules().profile.city.in_lang(ask.lang.is_en()).to_string(),
            read_only: ask.app.db.is_frozen(),
            assets: crate::assets::version(),
        }
    }
    /// Adds a step to the breadcrumb.
    pub fn crumb(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push((label.into(), href.into()));
        self
    }
    pub fn t(&self, key: &str) -> String {
        self.lang.t(key)
    }
    pub fn tn(&self, key: &str, n: &i64) -> String {
        self.lang.tn(key, n)
    }
    /// A message about a day.
    pub fn td(&self, key: &str, day: &impl ToString) -> String {
        self.lang.ta(key, &[("day", day.to_string())])
    }
    pub fn w<W: Word>(&self, word: &W) -> String {
        self.lang.w(*word)
    }
    /// The language of a tag, for a page that holds texts in both.
    pub fn lang_of(&self, tag: &str) -> Lang {
        Lang::of(tag)
    }
    /// The same page in the other language.
    pub fn other_lang(&self) -> String {
        let other = self.lang.pick("en", "zh-CN");
        format!("/lang/{other}?to={}", escape(&self.here))
    }
    /// A citation in words.
    pub fn cited(&self, citation: &str) -> String {
        self.lang.cited(citation)
    }
    pub fn at(&self, at: &platform::At) -> String {
        platform::clock::shanghai_text(*at)
    }
}

/// Percent-encodes a query part.
pub fn escape(text: &str) -> String {
    text.bytes()
        .map(
            |b| {
                if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b'/') { (b as char).to_string() } else { format!("%{b:02X}") }
            },
        )
        .collect()
}
