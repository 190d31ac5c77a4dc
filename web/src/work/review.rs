//! Compliance reviews in the work area: the queue by the day due, and the bench on which two reviewers work unseen by
//! each other.

mod bench;
mod opinions;
mod vote;

use crate::answer::{PageResult, see};
use crate::ask::Ask;
use crate::noun::Show;
use crate::routes::{Door, Route, route};
use crate::view::list::{Cell, Column, ListView, Row, Tab as TabView, due};
use platform::Role::{self, *};
use platform::flow::{self, Noun};
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Look, Result, Word};
use secondary::review::queue::counts;
use secondary::review::{Act, Review, Tab, VOTE, Waiting, queue};

impl Show for Review {
    const DOOR: &'static [Role] = &[Reviewer, Legal, Office, Auditor];
    const OWN: &'static [&'static str] = &["case", "vote"];

    fn sheet() -> Option<&'static Sheet> {
        None
    }
    fn content(&self) -> Answers {
        Answers::default()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let counts = counts(look, who)?;
        let count = |tab: Tab| counts.get(&tab).copied().unwrap_or(0);
        let first = if count(Tab::Mine) > 0 || count(Tab::Unclaimed) == 0 && who.is(Reviewer) { Tab::Mine } else { Tab::Unclaimed };
        let tab = ask.q_word("tab").unwrap_or(first);
        let lead = ask.lang.tn("review-list-lead", look.profile().compliance.reviewers.value);
        let mut view = ListView::new(ask, ask.t("nouns-review"), "reviews", &["product", "holder", "form", "due", "seats", "state"]).lead(lead);
        view.tabs = Tab::ALL
            .iter()
            .map(|t| TabView {
                label: ask.lang.w(*t),
                href: format!("/work/reviews?tab={t}"),
                current: *t == tab,
                count: (*t != Tab::Done).then(|| count(*t)),
            })
            .collect();
        view.queue = true;
        view.empty = ask.lang.t(&format!("review-none-{tab}"));
        let claims = tab == Tab::Unclaimed && who.is(Reviewer);
        if claims {
            view.columns.push(Column { name: "claim", label: ask.lang.w(Act::Claim) });
        }
        let page = queue(look, who, tab, ask.page())?;
        let (today, calendar) = (look.today(), look.calendar());
        Ok(view.fill(ask, page, |line| {
            let r = &line.review;
            let due = if r.is_live() { due(ask.lang, &calendar, today, r.clock.as_deref(), r.due_on) } else { None };
            let mut cells = vec![
                Cell::text(&r.title).below(format!("{} · {}", line.product_serial, ask.lang.tn("product-version-n", r.version))),
                Cell::text(&line.holder),
                Cell::word(ask.lang, line.form),
                Cell::due(due),
                seats(ask, line, look.pinned(&r.profile).compliance.reviewers.value),
                Cell::state(ask.lang, r.state),
            ];
            if claims {
                cells.push(Cell::button(ask.lang.w(Act::Claim), format!("/work/reviews/{}/claim", r.id)));
            }
            Row { href: format!("/work/reviews/{}", r.id), cells }
        }))
    }
}

/// How many seats are taken and opinions given; never whose opinion says what.
fn seats(ask: &Ask, line: &Waiting, wanted: u32) -> Cell {
    if !line.review.is_live() {
        return Cell::default();
    }
    let figures = [("seats", line.seats.to_string()), ("wanted", wanted.to_string()), ("voted", line.voted.to_string())];
    Cell::text(ask.lang.ta("review-seats", &figures))
}

/// `GET /work/reviews/{id}/vote`: the bench carries the form.
async fn to_bench(ask: Ask) -> PageResult {
    let id = ask.id::<Review>("id")?;
    ask.look(move |look, who| Review::find(look, who, id).map(drop)).await?;
    see(format!("/work/reviews/{id}"))
}

pub fn routes() -> Vec<Route> {
    let desk = || Door::Only(flow::doers::<Review>(Act::Vote));
    let name = Act::Vote.as_str();
    vec![
        route("GET", "/work/reviews/{id}", Door::Only(Review::DOOR.to_vec()), "route-review-bench", bench::page).of::<Review>(""),
        route("GET", "/work/reviews/{id}/vote", desk(), "route-form", to_bench).of::<Review>(name),
        route("POST", "/work/reviews/{id}/vote", desk(), "route-review-vote", vote::send).takes(&VOTE).of::<Review>(name),
    ]
}
