//! The policy in force: every figure, list and wording of the profile with the article it rests on, and what differs from the others.

mod speaker;

use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::say::Lang;
use crate::view::chrome::Chrome;
use askama::Template;
use platform::Refusal;
use platform::profile::{Profile, Source};
use serde::Serialize;
use speaker::{Group, Speaker};
use std::sync::Arc;

pub fn routes() -> Vec<Route> {
    vec![route("GET", "/policy", Door::Public, "route-public-policy", policy)]
}

#[derive(Template, Serialize)]
#[template(path = "public/policy.html")]
struct PolicyView {
    #[serde(skip)]
    c: Chrome,
    tag: String,
    name: String,
    number: String,
    issuer: String,
    city: String,
    in_force: String,
    /// This is the policy that the platform runs under.
    chosen: bool,
    /// It has ended, or ends soon.
    notice: Option<String>,
    digest: String,
    groups: Vec<Group>,
    texts: Vec<(String, String)>,
    /// How many values the articles fix, how many follow something else, how many are proposals.
    founded: usize,
    likened: usize,
    proposed: usize,
    others: Vec<Other>,
    differences: Vec<Difference>,
}

/// A profile that can be looked at.
#[derive(Serialize)]
struct Other {
    tag: String,
    city: String,
    name: String,
    href: String,
    shown: bool,
}

/// A value that the profiles do not have alike: what each says, in the order of `others`.
#[derive(Serialize)]
struct Difference {
    group: String,
    name: String,
    cells: Vec<Said>,
}

#[derive(Serialize)]
struct Said {
    city: String,
    text: String,
    ground: String,
    /// It says something else than the profile shown.
    differs: bool,
}

/// The sentence on a policy that has ended or ends soon.
pub fn notice(lang: Lang, profile: &Profile, today: chrono::NaiveDate) -> Option<String> {
    let until = profile.in_force.until.filter(|_| profile.ends_soon(today))?;
    let key = if today > until { "pub-policy-ended" } else { "pub-policy-ends" };
    let left = (until - today).num_days();
    Some(lang.ta(key, &[("name", profile.name.in_lang(lang.is_en()).into()), ("day", until.to_string()), ("n", left.to_string())]))
}

/// What the profiles do not have alike; the first is the one that is shown.
fn differences(lang: Lang, profiles: &[&Arc<Profile>]) -> Vec<Difference> {
    let spoken: Vec<(String, Vec<Group>)> = profiles
        .iter()
        .map(|p| {
            let speaker = Speaker { lang, profile: p };
            (speaker.say(&p.city).to_string(), speaker.groups())
        })
        .collect();
    let mut found = Vec::new();
    let Some((_, first)) = spoken.first() else { return found };
    for (at, group) in first.iter().enumerate() {
        let mut keys: Vec<&str> = Vec::new();
        for key in spoken.iter().flat_map(|(_, groups)| groups[at].rows.iter().map(|row| row.key.as_str())) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        for key in keys {
            let rows: Vec<_> = spoken.iter().map(|(city, groups)| (city, groups[at].rows.iter().find(|row| row.key == key))).collect();
            let text = |row: Option<&speaker::Value>| match row {
                None => "—".to_string(),
                Some(row) if group.figures => row.text.clone(),
                Some(_) => lang.t("pub-policy-has"),
            };
            let own = rows.first().map(|(_, row)| text(*row)).unwrap_or_default();
            let cells: Vec<Said> = rows
                .iter()
                .map(|(city, row)| Said {
                    city: city.to_string(),
                    text: text(*row),
                    ground: row.map(|row| row.ground.clone()).unwrap_or_default(),
                    differs: text(*row) != own,
                })
                .collect();
            if cells.iter().any(|cell| cell.differs) {
                let name = rows.iter().find_map(|(_, row)| row.map(|row| row.name.clone())).unwrap_or_default();
                found.push(Difference { group: group.title.clone(), name, cells });
            }
        }
    }
    found
}

/// `GET /policy`, `GET /policy?profile=beijing`
async fn policy(ask: Ask) -> PageResult {
    let db = &ask.app.db;
    let in_force = &db.rules().profile;
    let asked = ask.q("profile");
    let p = if asked.is_empty() { in_force } else { db.book().choose(asked).ok_or(Refusal::NotFound)? };
    let mut profiles = vec![p];
    profiles.extend(db.book().latest().into_iter().filter(|other| other.id != p.id));
    let speaker = Speaker { lang: ask.lang, profile: p };
    let today = platform::day::shanghai_date(db.clock().now());
    let grounds = p.grounds();
    let founded = grounds.iter().filter(|g| g.source.is_none()).count();
    let proposed = grounds.iter().filter(|g| g.source == Some(Source::Proposal)).count();
    let chosen = p.version_tag() == in_force.version_tag();
    ask.show(&PolicyView {
        c: ask.chrome(ask.t("pub-policy")),
        tag: p.version_tag(),
        name: speaker.say(&p.name).into(),
        number: p.number.clone(),
        issuer: speaker.say(&p.issuer).into(),
        city: speaker.say(&p.city).into(),
        in_force: speaker.in_force(),
        chosen,
        notice: notice(ask.lang, p, today),
        digest: p.digest().into(),
        groups: speaker.groups(),
        texts: p.texts.iter().map(|t| (t.prefix.clone(), speaker.say(&t.name).to_string())).collect(),
        founded,
        likened: grounds.len() - founded - proposed,
        proposed,
        others: profiles
            .iter()
            .map(|other| Other {
                tag: other.version_tag(),
                city: speaker.say(&other.city).into(),
                name: speaker.say(&other.name).into(),
                href: if other.version_tag() == in_force.version_tag() { "/policy".into() } else { format!("/policy?profile={}", other.id) },
                shown: other.version_tag() == p.version_tag(),
            })
            .collect(),
        differences: differences(ask.lang, &profiles),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::profile::Book;

    #[test]
    fn what_differs_is_found_and_what_is_alike_is_left_out() {
        let profiles = Book::built_in().latest();
        let found = differences(Lang::En, &profiles);
        let of = |name: &str| found.iter().find(|d| d.name == name);
        let term = of(&Lang::En.t("pub-figure-term_cap")).unwrap();
        assert_eq!(term.cells.iter().map(|c| c.differs).collect::<Vec<_>>(), [false, true, true, false, true]);
        let share = of(&Lang::En.t("clock-share_answer")).unwrap();
        assert_eq!(share.cells.iter().map(|c| c.differs).collect::<Vec<_>>(), [false, false, false, false, true]);
        assert!(of(&Lang::En.t("clock-registration_accept")).is_none(), "the national clocks are alike");
    }

    #[test]
    fn the_end_of_a_policy_is_told_in_time() {
        let day = |text: &str| text.parse().unwrap();
        let book = Book::built_in();
        let (zhangjiakou, nanjing) = (book.choose("zhangjiakou").unwrap(), book.choose("nanjing").unwrap());
        assert_eq!(notice(Lang::Zh, zhangjiakou, day("2026-10-01")), None);
        assert!(notice(Lang::Zh, zhangjiakou, day("2026-10-02")).is_some_and(|said| said.contains("2027-03-31") && said.contains("180")));
        assert!(notice(Lang::En, nanjing, day("2026-05-24")).is_some_and(|said| said.contains("2026-05-23") && said.contains("ended")));
        assert_eq!(notice(Lang::Zh, book.choose("beijing").unwrap(), day("2099-01-01")), None);
    }
}
