//! Lists: a query form above, a table, pages, and the same rows as CSV, XLSX and JSON.

use crate::answer::{Answer, PageResult};
use crate::ask::{Ask, Face};
use crate::say::Lang;
use crate::view::chrome::{Chrome, escape};
use crate::view::form::{FieldView, OptionView};
use actix_web::http::header;
use askama::Template;
use chrono::Datelike;
use platform::case::{self, Case};
use platform::flow::{self, Noun};
use platform::paging::Paged;
use platform::words::Word;
use platform::{Caller, Look};
use serde::{Serialize, Serializer};

/// One cell: what people read, and what programs get.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    pub text: String,
    pub raw: String,
    pub href: Option<String>,
    /// Colour of a badge; empty for plain text.
    pub tone: &'static str,
    pub sub: Option<String>,
    pub bar: Option<Bar>,
    /// The cell is a button that posts there.
    pub post: Option<String>,
    /// Stays in one line: a day, a time.
    pub whole: bool,
}

/// A term drawn as a bar: how much of it has passed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Bar {
    /// 0 to 100.
    pub percent: i64,
    /// What the bar says, in words.
    pub label: String,
    pub from: String,
    pub to: String,
    /// `used`, `warn` or `over`.
    pub class: &'static str,
    /// Days marked on it, 0 to 100.
    pub marks: Vec<i64>,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { raw: text.clone(), text, ..Self::default() }
    }
    pub fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or_else(Self::default, |t| Self::text(t))
    }
    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { href: Some(href.into()), ..Self::text(text) }
    }
    /// A button that posts to an address.
    pub fn button(text: impl Into<String>, action: impl Into<String>) -> Self {
        Self { post: Some(action.into()), text: text.into(), ..Self::default() }
    }
    /// A word of a set: shown in the page's language, given to programs as it is stored.
    pub fn word<W: Word>(lang: Lang, word: W) -> Self {
        Self { text: lang.w(word), raw: word.as_str().into(), ..Self::default() }
    }
    /// A state, as a badge.
    pub fn state<W: Word>(lang: Lang, word: W) -> Self {
        Self { tone: tone(word.as_str()), ..Self::word(lang, word) }
    }
    pub fn date(day: Option<chrono::NaiveDate>) -> Self {
        day.map_or_else(Self::default, |d| Self { whole: true, ..Self::text(d.to_string()) })
    }
    pub fn at(at: Option<platform::At>) -> Self {
        at.map_or_else(Self::default, |t| Self {
            text: platform::clock::shanghai_text(t),
            raw: t.and_utc().to_rfc3339(),
            whole: true,
            ..Self::default()
        })
    }
    /// The day on which something is due, with the working days left; pressing ones as a badge.
    pub fn due(due: Option<Due>) -> Self {
        let Some(due) = due else { return Self::default() };
        let tone = match due.class {
            "due-late" => "bg-red-lt",
            "due-soon" => "bg-orange-lt",
            _ => "",
        };
        Self { raw: due.day.map_or_else(String::new, |d| d.to_string()), text: due.text, tone, ..Self::default() }
    }
    /// Text with a small one below, when there is one.
    pub fn titled(text: impl Into<String>, sub: Option<String>) -> Self {
        Self { sub, ..Self::text(text) }
    }
    pub fn below(mut self, sub: impl Into<String>) -> Self {
        self.sub = Some(sub.into());
        self
    }
}

/// The colour of a state's badge.
pub fn tone(state: &str) -> &'static str {
    match state {
        "active" | "published" | "approved" | "in_force" | "listed" | "received" | "awarded" | "won" | "admitted" | "answered" | "kept"
        | "upheld" | "meets" | "sent" | "fulfilled" | "verified" | "certified" | "completed" | "handed_over" | "coded" | "renewed" | "agreed" => {
            "bg-green-lt"
        }
        "returned" | "suspended" | "overdue" | "barred" | "refused" | "not_admitted" | "objected" | "failed" | "fails" | "needs_change"
        | "recused" | "declined" | "escalated" | "revoked" => "bg-red-lt",
        "submitted" | "filed" | "applied" | "open" | "consolidating" | "opened" | "closed" | "ranked" | "noticed" | "signed" | "asked" | "merged"
        | "invited" | "waiting" | "ordered" | "proposed" | "heard" | "recorded" | "proved" | "assessed" | "accepted" | "reported" | "handling"
        | "reviewing" | "in_notice" | "recheck" | "planned" => "bg-blue-lt",
        "drafted" => "bg-yellow-lt",
        _ => "bg-secondary-lt",
    }
}

/// Words about a deadline: the day, the working days left, and how pressing it is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Due {
    pub text: String,
    pub day: Option<chrono::NaiveDate>,
    pub left: Option<i64>,
    pub class: &'static str,
}

/// Says a deadline in the page's language.
pub fn due(
    lang: Lang,
    calendar: &platform::day::Calendar,
    today: chrono::NaiveDate,
    clock: Option<&str>,
    day: Option<chrono::NaiveDate>,
) -> Option<Due> {
    let Some(day) = day else {
        return clock.map(|_| Due { text: lang.t("due-unknown"), class: "due-paused", ..Due::default() });
    };
    let left = platform::day::working_days_left(today, day, calendar).ok();
    let (text, class) = match left {
        Some(n) if n < 0 => (lang.tn("due-over", -n), "due-late"),
        Some(0) => (lang.t("due-today"), "due-soon"),
        Some(n) => (lang.tn("due-left", n), if n <= 3 { "due-soon" } else { "due-ok" }),
        // The day is known, the working days until then are not: that year's holidays are not announced.
        None => (String::new(), "due-ok"),
    };
    let weekday = lang.t(&format!("weekday-{}", day.weekday().number_from_monday()));
    Some(Due { text: format!("{day} {weekday} {text}").trim_end().to_string(), day: Some(day), left, class })
}

#[derive(Clone, Debug, Serialize)]
pub struct Column {
    pub name: &'static str,
    pub label: String,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub href: String,
    pub cells: Vec<Cell>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Tab {
    pub label: String,
    pub href: String,
    pub current: bool,
    pub count: Option<i64>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Action {
    pub label: String,
    pub href: String,
    pub icon: &'static str,
    pub primary: bool,
}

/// A list in the staff layout.
#[derive(Template)]
#[template(path = "page/list.html")]
struct StaffList<'a> {
    c: &'a Chrome,
    v: &'a ListView,
}

/// A list in the public layout.
#[derive(Template)]
#[template(path = "public/list.html")]
struct PublicList<'a> {
    c: &'a Chrome,
    v: &'a ListView,
}

impl Serialize for StaffList<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.v.serialize(s)
    }
}
impl Serialize for PublicList<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.v.serialize(s)
    }
}

/// Pages that are counted; what lies behind is reached from page to page.
const COUNTED: i64 = 500;

/// Headers of a list for programs; none for people.
pub struct Links(Option<(i64, String)>);

impl Links {
    /// Puts them on an answer.
    pub fn on(self, ask: &Ask, answer: Answer) -> Answer {
        let Some((total, links)) = self.0 else { return answer };
        let answer = match answer {
            Answer::Page { status, html, json, mut headers } => {
                headers.extend([("x-total-count", total.to_string()), ("link", links)]);
                return Answer::Page { status, html, json, headers };
            }
            other => other,
        };
        let mut response = answer.response(ask);
        let headers = response.headers_mut();
        headers.insert(header::HeaderName::from_static("x-total-count"), total.into());
        if let Ok(links) = header::HeaderValue::from_str(&links) {
            headers.insert(header::LINK, links);
        }
        Answer::Raw(response)
    }
}

/// A list page.
pub struct ListView {
    pub c: Chrome,
    pub lead: String,
    /// What has to be known before the list.
    pub notices: Vec<String>,
    pub tabs: Vec<Tab>,
    pub filters: Vec<FieldView>,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    pub total: i64,
    pub number: i64,
    pub last: i64,
    pub prev: Option<String>,
    pub next: Option<String>,
    pub exports: Vec<(&'static str, String)>,
    pub actions: Vec<Action>,
    pub empty: String,
    /// The public layout instead of the staff one.
    pub public: bool,
    pub queue: bool,
    pub file: &'static str,
}

impl Serialize for ListView {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let rows: Vec<serde_json::Map<String, serde_json::Value>> = self
            .rows
            .iter()
            .map(|row| {
                let mut map: serde_json::Map<String, serde_json::Value> =
                    self.columns.iter().zip(&row.cells).map(|(c, cell)| (c.name.to_string(), cell.raw.clone().into())).collect();
                if !row.href.is_empty() {
                    map.insert("href".into(), row.href.clone().into());
                }
                map
            })
            .collect();
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("title", &self.c.title)?;
        map.serialize_entry("total", &self.total)?;
        map.serialize_entry("page", &self.number)?;
        map.serialize_entry("pages", &self.last)?;
        map.serialize_entry("next", &self.next)?;
        map.serialize_entry("rows", &rows)?;
        map.end()
    }
}

impl ListView {
    /// A list with this title, columns by name; labels are `col-NAME`.
    pub fn new(ask: &Ask, title: impl Into<String>, file: &'static str, columns: &[&'static str]) -> Self {
        let columns = columns.iter().map(|name| Column { name, label: ask.lang.t(&format!("col-{name}")) }).collect();
        Self {
            c: ask.chrome(title),
            lead: String::new(),
            notices: Vec::new(),
            tabs: Vec::new(),
            filters: Vec::new(),
            columns,
            rows: Vec::new(),
            total: 0,
            number: 1,
            last: 1,
            prev: None,
            next: None,
            exports: Vec::new(),
            actions: Vec::new(),
            empty: ask.t("list-empty"),
            public: false,
            queue: false,
            file,
        }
    }
    pub fn public(mut self) -> Self {
        self.public = true;
        self
    }
    pub fn lead(mut self, text: impl Into<String>) -> Self {
        self.lead = text.into();
        self
    }
    /// The keyword field.
    pub fn words(mut self, ask: &Ask) -> Self {
        let name = "q";
        self.filters.push(FieldView {
            name: name.into(),
            id: name.into(),
            kind: "line",
            label: ask.t("filter-words"),
            value: ask.q(name).into(),
            ..FieldView::default()
        });
        self
    }
    /// A filter by a word of a set; label `col-NAME`.
    pub fn filter<W: Word>(mut self, ask: &Ask, name: &'static str) -> Self {
        let options =
            W::ALL.iter().map(|w| OptionView { value: w.as_str().into(), label: ask.lang.w(*w), chosen: ask.q(name) == w.as_str() }).collect();
        self.filters.push(FieldView {
            name: name.into(),
            id: format!("f-{name}"),
            kind: "choice",
            label: ask.t(&format!("col-{name}")),
            options,
            value: ask.q(name).into(),
            ..FieldView::default()
        });
        self
    }
    pub fn action(mut self, label: impl Into<String>, href: impl Into<String>, icon: &'static str) -> Self {
        self.actions.push(Action { label: label.into(), href: href.into(), icon, primary: true });
        self
    }
    /// An action beside the main one.
    pub fn aside(mut self, label: impl Into<String>, href: impl Into<String>, icon: &'static str) -> Self {
        self.actions.push(Action { label: label.into(), href: href.into(), icon, primary: false });
        self
    }
    /// Tabs by state: everything, and each state that waits for the caller with how many.
    pub fn turns<N: Noun>(mut self, look: &mut Look, who: &Caller, ask: &Ask) -> platform::Result<Self> {
        let base = format!("/work/{}", N::PATH);
        let state = ask.q("state");
        let waiting: Vec<Tab> = flow::waiting::<N>(look, who)?
            .into_iter()
            .map(|w| Tab {
                label: N::State::of(&w.state).map_or_else(|| w.state.clone(), |s| ask.lang.w(s)),
                current: w.state == state,
                href: format!("{base}?state={}", w.state),
                count: Some(w.count),
            })
            .collect();
        if !waiting.is_empty() {
            self.tabs.push(Tab { label: ask.t("all"), current: state.is_empty(), href: base, count: None });
            self.tabs.extend(waiting);
        }
        Ok(self)
    }
    /// The list of a noun that wants no columns of its own: number, title, whose it is, state, day due, when it began.
    pub fn cases<N: Case>(look: &mut Look, who: &Caller, ask: &Ask) -> platform::Result<Self> {
        let view = Self::new(ask, ask.t(&format!("nouns-{}", N::NAME)), N::PATH, &["number", "title", "owner", "state", "due", "created_at"])
            .lead(ask.t(&format!("{}-list-lead", N::NAME)))
            .words(ask)
            .filter::<N::State>(ask, "state")
            .turns::<N>(look, who, ask)?;
        let wanted = case::Ask { words: ask.q("q").into(), state: ask.q_word("state"), ..case::Ask::default() };
        let page = case::list(look, &N::sight(who), &wanted, ask.page())?;
        let heads = page.map(|row: N| (row.heading(), row.state(), row.created_at()));
        let owners = platform::people::org::names(look, heads.rows.iter().filter_map(|(head, ..)| head.owner).collect())?;
        let (today, calendar) = (look.today(), look.calendar());
        let number = |serial: &Option<String>| serial.as_ref().map_or_else(|| Cell { text: ask.t("no-number"), ..Cell::default() }, Cell::text);
        let view = view.fill(ask, heads, |(head, state, at)| Row {
            href: format!("/work/{}/{}", N::PATH, head.id),
            cells: vec![
                number(&head.serial),
                Cell::text(&head.title),
                Cell::maybe(head.owner.and_then(|owner| owners.get(&owner).cloned())),
                Cell::state(ask.lang, *state),
                Cell::due(due(ask.lang, &calendar, today, head.clock.as_deref(), head.due_on)),
                Cell::at(Some(*at)),
            ],
        });
        Ok(if ask.face == Face::Html && ask.q("format").is_empty() { view.without_bare(&["number", "due"]) } else { view })
    }
    /// Leaves out those of the columns in which nothing stands; files and programs get them all.
    fn without_bare(mut self, names: &[&str]) -> Self {
        for name in names {
            let Some(at) = self.columns.iter().position(|c| c.name == *name) else { continue };
            let bare = |row: &Row| row.cells.get(at).is_none_or(|cell| cell.raw.is_empty() && (*name == "number" || cell.text.is_empty()));
            if !self.rows.is_empty() && self.rows.iter().all(bare) {
                self.columns.remove(at);
                self.rows.iter_mut().filter(|row| at < row.cells.len()).for_each(|row| drop(row.cells.remove(at)));
            }
        }
        self
    }
    /// Fills in the rows and the pager.
    pub fn fill<T>(mut self, ask: &Ask, page: Paged<T>, row: impl Fn(&T) -> Row) -> Self {
        self.total = page.total;
        self.number = page.number;
        self.last = page.last();
        self.rows = page.rows.iter().map(row).collect();
        let query = |extra: &[(&str, String)]| {
            let kept =
                ask.query.iter().filter(|(k, v)| !v.is_empty() && !extra.iter().any(|(name, _)| name == k)).map(|(k, v)| (k.as_str(), v.clone()));
            let all: Vec<String> =
                kept.chain(extra.iter().map(|(k, v)| (*k, v.clone()))).map(|(k, v)| format!("{}={}", escape(k), escape(&v))).collect();
            format!("{}?{}", ask.path, all.join("&"))
        };
        self.prev = (self.number > 1).then(|| query(&[("page", (self.number - 1).to_string())]));
        self.next = (self.number < self.last).then(|| query(&[("page", (self.number + 1).to_string())]));
        self.exports = ["csv", "xlsx", "json"].iter().map(|f| (*f, query(&[("format", f.to_string())]))).collect();
        self
    }
    /// Answers in the asked face, or as the file asked for by `?format=`.
    pub fn answer(self, ask: &Ask) -> PageResult {
        let stem = format!("{}-{}", self.file, self.number);
        match ask.q("format") {
            "csv" => Ok(Answer::Bytes {
                media: "text/csv; charset=utf-8".into(),
                name: Some(format!("{stem}.csv")),
                bytes: crate::export::csv(&self),
                cache: false,
            }),
            "xlsx" => Ok(Answer::Bytes {
                media: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".into(),
                name: Some(format!("{stem}.xlsx")),
                bytes: crate::export::xlsx(&self)?,
                cache: false,
            }),
            "json" => {
                let ask = Ask { face: Face::Json, ..ask.clone() };
                Ok(self.headed(&ask, ask.show(&StaffList { c: &self.c, v: &self })?))
            }
            _ if self.public => Ok(self.headed(ask, ask.show(&PublicList { c: &self.c, v: &self })?)),
            _ => Ok(self.headed(ask, ask.show(&StaffList { c: &self.c, v: &self })?)),
        }
    }
    /// The links of a list for programs: how many there are, and where its other pages are (RFC 8288).
    pub fn headed(&self, ask: &Ask, answer: Answer) -> Answer {
        self.links(ask).on(ask, answer)
    }
    /// Those links, to be put on an answer once the list itself is part of it.
    pub fn links(&self, ask: &Ask) -> Links {
        if ask.face != Face::Json {
            return Links(None);
        }
        let kept: Vec<String> = ask
            .query
            .iter()
            .filter(|(k, v)| !matches!(k.as_str(), "page" | "after" | "before") && !v.is_empty())
            .map(|(k, v)| format!("{}={}", escape(k), escape(v)))
            .collect();
        let of = |page: i64| format!("{}?{}", ask.path, kept.iter().cloned().chain([format!("page={page}")]).collect::<Vec<_>>().join("&"));
        let mut links = vec![("first", of(1))];
        // Beyond that only the links from page to page lead on.
        links.extend((self.last <= COUNTED).then(|| ("last", of(self.last))));
        links.extend(self.prev.clone().map(|to| ("prev", to)));
        links.extend(self.next.clone().map(|to| ("next", to)));
        let text = links.iter().map(|(rel, to)| format!("<{}{}>; rel=\"{rel}\"", ask.app.base_url, crate::site::location(to)));
        Links(Some((self.total, text.collect::<Vec<_>>().join(", "))))
    }
}
