//! The bench: what was submitted, the five points, and what this reviewer may do now, side by side.

use super::opinions::{self, PointView};
use super::vote::{self, VoteView};
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::noun;
use crate::view::case::{Moment, timeline};
use crate::view::chrome::Chrome;
use crate::view::form::{FieldView, FormView};
use crate::view::list::{Due, due, tone};
use crate::work::product::said::{self, Answered, Part};
use crate::work::product::versions::{self, FileLine};
use askama::Template;
use platform::event;
use platform::flow::{self, Noun};
use platform::people::{org, person};
use platform::sheet::Answers;
use platform::{Caller, Fault, Look, Result, Role, Word};
use secondary::product::{self, Version, version};
use secondary::review::{Act, Review, State, seat};
use serde::Serialize;

#[derive(Template, Serialize)]
#[template(path = "work/review/bench.html")]
pub struct BenchView {
    #[serde(skip)]
    c: Chrome,
    title: String,
    number: String,
    state: &'static str,
    state_name: String,
    tone: &'static str,
    due: Option<Due>,
    holder: String,
    /// Number and address of the product.
    product: (String, String),
    version: String,
    version_href: String,
    digest: String,
    made_at: String,
    notices: Vec<String>,
    parts: Vec<Part>,
    changed: Vec<String>,
    files: Vec<FileLine>,
    answered: Vec<Answered>,
    points: Vec<PointView>,
    seats: Vec<SeatView>,
    reason: String,
    vote: Option<VoteView>,
    errors: Vec<crate::view::form::ErrorView>,
    approve: Option<ApproveView>,
    acts: Vec<FormView>,
    history: Vec<Moment>,
}

/// A seat: whose it is, and whether the opinion is in. Never what it says.
#[derive(Serialize)]
struct SeatView {
    name: String,
    claimed_at: String,
    voted: bool,
}

/// Approval, with room for how a difference was settled.
#[derive(Serialize)]
struct ApproveView {
    form: FormView,
    resolved: Vec<ResolvedView>,
}

#[derive(Serialize)]
struct ResolvedView {
    name: String,
    hidden: FieldView,
    reason: FieldView,
}

/// The approval's form: one row for each point on which the two differ, none to fill in otherwise.
fn approval(look: &Look, ask: &Ask, mut form: FormView) -> ApproveView {
    let rows = form.fields.iter().position(|f| f.name == "resolved").map(|at| form.fields.remove(at).rows).unwrap_or_default();
    let view = |row: Vec<FieldView>| {
        let mut row = row.into_iter();
        let (hidden, reason) = (row.next()?, row.next()?);
        (!hidden.value.is_empty()).then(|| ResolvedView { name: said::point(look, ask.lang, &hidden.value), hidden, reason })
    };
    let resolved = rows.into_iter().filter_map(view).collect();
    form.prefix("approve");
    ApproveView { form, resolved }
}

/// What has to be known at the head of the page.
fn notices(look: &mut Look, who: &Caller, ask: &Ask, row: &Review, voted: bool, made: &Version, latest: i32) -> Result<Vec<String>> {
    let mut notices = Vec::new();
    match row.state {
        State::Void => notices.push(ask.t("review-is-void")),
        State::Open if voted => notices.push(ask.t("review-is-blind")),
        State::Consolidating if who.is(Role::Reviewer) && opinions::is_unmet(look, who, row)? => notices.push(ask.t("review-is-unmet")),
        _ => {}
    }
    if made.number < latest {
        notices.push(ask.lang.tn("review-is-old", latest));
    }
    Ok(notices)
}

fn seats(look: &mut Look, row: &Review) -> Result<Vec<SeatView>> {
    let seats = seat::live(look, row.id)?;
    let names = person::names(look, seats.iter().map(|s| s.reviewer).collect())?;
    let view = |s: &seat::Seat| SeatView {
        name: names.get(&s.reviewer).cloned().unwrap_or_default(),
        claimed_at: platform::clock::shanghai_text(s.claimed_at),
        voted: s.voted_at.is_some(),
    };
    Ok(seats.iter().map(view).collect())
}

/// Forms of what the caller may do now, but for the vote.
fn acts(look: &mut Look, who: &Caller, ask: &Ask, row: &Review) -> Result<(Option<ApproveView>, Vec<FormView>)> {
    let (mut approve, mut acts) = (None, Vec::new());
    for deed in flow::open_to(look, who, row)?.into_iter().filter(|d| d.act != Act::Vote) {
        if deed.act == Act::Approve && opinions::is_unmet(look, who, row)? {
            continue;
        }
        let mut form = noun::act_form(look, who, ask, row, deed, None)?;
        if deed.act == Act::Approve {
            approve = Some(approval(look, ask, form));
        } else {
            form.prefix(deed.act.as_str());
            acts.push(form);
        }
    }
    Ok((approve, acts))
}

/// The bench, with what was typed when an opinion had faults.
pub fn view(look: &mut Look, who: &Caller, ask: &Ask, typed: Option<(Answers, Vec<Fault>)>) -> Result<BenchView> {
    let row = Review::find(look, who, ask.id::<Review>("id")?)?;
    let of = product::row(look, row.product)?;
    let made = version::find(look, row.product, row.version)?;
    let own = seat::of(look, who, &row)?;
    let voted = own.is_some_and(|s| s.voted_at.is_some());
    let may_vote = flow::may(look, who, &row, noun::deed_of::<Review>(Act::Vote.as_str())?).is_ok();
    let vote = if may_vote { Some(vote::form(look, who, ask, &row, &made, typed)?) } else { None };
    let (approve, acts) = acts(look, who, ask, &row)?;
    let parts = said::version_parts(look, ask.lang, &of, &made)?;
    let (today, calendar) = (look.today(), look.calendar());
    let about = row.about();
    let mut history = timeline(ask.lang, &event::history(look, who, Review::NAME, &row.id.to_string())?);
    if row.state == State::Open {
        // A digest might be tried against likely opinions.
        history.iter_mut().filter(|m| m.act == Act::Vote.as_str()).for_each(|m| m.digest.clear());
    }
    let product = format!("/work/products/{}", of.id);
    Ok(BenchView {
        c: ask.chrome(row.title.clone()).crumb(ask.t("nav-work"), "/work").crumb(ask.t("nouns-review"), "/work/reviews"),
        title: row.title.clone(),
        number: row.serial.clone().unwrap_or_default(),
        state: row.state.as_str(),
        state_name: ask.lang.w(row.state),
        tone: tone(row.state.as_str()),
        due: if row.is_live() { due(ask.lang, &calendar, today, row.clock.as_deref(), row.due_on) } else { None },
        holder: row.owner.map(|o| org::name(look, o)).transpose()?.unwrap_or_default(),
        version: ask.lang.tn("product-version-n", row.version),
        version_href: format!("{product}/versions/{}", row.version),
        product: (of.serial.clone().unwrap_or_default(), product),
        made_at: platform::clock::shanghai_text(made.made_at),
        notices: notices(look, who, ask, &row, voted, &made, of.version)?,
        changed: parts.iter().flat_map(|p| &p.items).filter(|i| i.fact.changed).map(|i| i.fact.label.clone()).collect(),
        parts,
        files: versions::files(&made),
        answered: said::answered(look, ask.lang, &of, &made)?,
        points: opinions::points(look, who, ask, &row, &made)?,
        seats: seats(look, &row)?,
        reason: about.reason,
        errors: vote.as_ref().map(|v| v.errors.clone()).unwrap_or_default(),
        vote,
        approve,
        acts,
        history,
        digest: made.digest,
    })
}

/// `GET /work/reviews/{id}`
pub async fn page(ask: Ask) -> PageResult {
    let a = ask.clone();
    let view = ask.look(move |look, who| view(look, who, &a, None)).await?;
    ask.show(&view)
}
