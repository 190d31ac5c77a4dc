//! The qualification dossier: a developer's papers by kind, and until when each may be used.

use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact, Section};
use crate::view::list::{Action, Cell, ListView, Row};
use platform::Role::{self, *};
use platform::flow::Noun;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result};
use primary::dossier::{self, Kind, Paper, State};

/// Days before its last day on which a paper is marked.
const SOON: i64 = 30;

impl Show for Paper {
    const DOOR: &'static [Role] = &[DeveloperAdmin, DeveloperStaff];

    fn sheet() -> Option<&'static Sheet> {
        Self::OPENING.map(|o| o.sheet)
    }
    fn content(&self) -> Answers {
        let mut content = Answers::parse(&self.content);
        content.set("kind", platform::Word::as_str(self.kind));
        content.set("title", self.title.clone());
        content
    }
    /// One line for each kind with the newest paper, or every paper there ever was.
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let today = look.today();
        let every = !ask.q("state").is_empty() || !ask.q("kind").is_empty() || ask.q("all") == "1";
        let view = ListView::new(ask, ask.t("nouns-paper"), "papers", &["kind", "title", "expires_on", "state", "issued_on", "created_at"])
            .lead(ask.t("paper-list-lead"))
            .filter::<Kind>(ask, "kind")
            .filter::<State>(ask, "state");
        let cells = |p: &Paper| {
            vec![
                Cell::word(ask.lang, p.kind),
                Cell::text(&p.title),
                expiry(ask, p, today),
                Cell::state(ask.lang, p.state),
                Cell::date(p.issued_on),
                Cell::at(Some(p.created_at)),
            ]
        };
        let href = |p: &Paper| format!("/work/papers/{}", p.id);
        if every {
            let page = dossier::list_of(look, who, ask.q_word("kind"), ask.q_word("state"), ask.page())?;
            return Ok(view.fill(ask, page, |p| Row { href: href(p), cells: cells(p) }));
        }
        let kinds = dossier::by_kind(look, who)?;
        let count = kinds.len() as i64;
        let mut view = view.fill(ask, platform::paging::Page::first(count).of(kinds, count), |(kind, paper)| match paper {
            Some(p) => Row { href: href(p), cells: cells(p) },
            None => Row { href: format!("/work/papers/new?kind={kind}"), cells: missing(ask, *kind) },
        });
        view.actions.push(Action { label: ask.t("paper-all"), href: "/work/papers?all=1".into(), icon: "history", primary: false });
        Ok(view)
    }
    fn extend(look: &mut Look, _: &Caller, ask: &Ask, row: &Paper, view: &mut CaseView) -> Result<()> {
        let cell = expiry(ask, row, look.today());
        let fact = Fact {
            label: ask.t("paper-use"),
            badge: (!cell.tone.is_empty()).then(|| (cell.text.clone(), cell.tone)),
            texts: cell.sub.into_iter().collect(),
            ..Fact::default()
        };
        view.sections.insert(0, Section { title: ask.t("paper-use"), facts: vec![fact], ..Section::default() });
        if row.state == State::Kept && !row.is_current(look.today()) {
            view.notices.push(ask.t("paper-is-over"));
        }
        if row.state == State::Replaced {
            view.notices.push(ask.t("paper-is-replaced"));
        }
        Ok(())
    }
}

/// Until when a paper may be used, as a badge.
fn expiry(ask: &Ask, row: &Paper, today: chrono::NaiveDate) -> Cell {
    let Some(last) = row.expires_on else { return Cell { raw: String::new(), tone: "bg-secondary-lt", ..Cell::text(ask.t("paper-no-end")) } };
    let left = (last - today).num_days();
    let (text, tone) = match left {
        n if n < 0 => (ask.t("paper-expired"), "bg-red-lt"),
        n if n <= SOON => (ask.lang.tn("paper-soon", n), "bg-yellow-lt"),
        _ => (ask.t("paper-current"), "bg-green-lt"),
    };
    Cell { raw: last.to_string(), tone, ..Cell::text(text) }.below(ask.lang.ta("paper-until", &[("day", last.to_string())]))
}

/// A kind of which nothing is on file.
fn missing(ask: &Ask, kind: Kind) -> Vec<Cell> {
    let none = Cell { tone: "bg-secondary-lt", raw: String::new(), ..Cell::text(ask.t("paper-none")) };
    vec![
        Cell::word(ask.lang, kind),
        Cell::link(ask.t("paper-add"), format!("/work/papers/new?kind={kind}")),
        none,
        Cell::default(),
        Cell::default(),
        Cell::default(),
    ]
}
