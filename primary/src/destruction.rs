//! 销毁 — when a licence has ended, raw data and copies in the operating domain are destroyed beyond recovery; the operation is
//! recorded, verified by somebody else and certified, and the logs are kept (ZJK-31, ZJ-4.5, BJ-28, NJ-23).

use crate::archive;
use crate::licence::{self, Licence};
use chrono::NaiveDate;
use diesel::prelude::*;
use platform::case::{self, Case, New, Sight};
use platform::event::{self, Record, sha256};
use platform::flow::{self, Choice, Deed, Heading, Noun, Opening, Step, Tell, begin, deed, step};
use platform::log::Told;
use platform::people::{interest, org};
use platform::profile::Silence;
use platform::schema::destruction;
use platform::sheet::{self, Answers, REASON, REMARK, Sheet};
use platform::{At, Caller, Fault, Id, Look, Refusal, Result, Role, Tx, Word, day, diesel, file, words};
use serde::{Deserialize, Serialize};
use serde_json::json;

words! {
    pub enum State: "destruction-state" {
        Ordered = "ordered", Recorded = "recorded", Returned = "returned", Overdue = "overdue", Certified = "certified",
    }
}
words! {
    pub enum Act: "destruction-act" {
        Order = "order", Record = "record", Certify = "certify", SendBack = "send_back", Escalate = "escalate",
    }
}
words! {
    /// How data are destroyed so that they cannot be restored.
    pub enum Method: "destruction-method" {
        Overwrite = "overwrite", CryptoErase = "crypto_erase", Degauss = "degauss", Shred = "shred",
    }
}

use Role::{Calendar, DeveloperAdmin, DeveloperStaff, Legal, Office};

/// The operator closes the domain and destroys there; the holder does so with what it kept.
const DOERS: &[Role] = &[Legal, DeveloperAdmin, DeveloperStaff];
const ALL: &[Tell] = &[Tell::Owner, Tell::Role(Legal), Tell::Role(Office)];

pub const STEPS: &[Step<State, Act>] = &[
    begin(Act::Order, &[Calendar], State::Ordered, "ZJK-31").tell(ALL).clock("destruction"),
    step(State::Ordered, Act::Record, DOERS, State::Recorded, "ZJK-31").tell(ALL).clock("destruction_check"),
    step(State::Returned, Act::Record, DOERS, State::Recorded, "ZJK-31").tell(ALL).clock("destruction_check"),
    step(State::Overdue, Act::Record, DOERS, State::Recorded, "ZJK-31").tell(ALL).clock("destruction_check"),
    step(State::Recorded, Act::Certify, &[Legal, Office], State::Certified, "ZJK-31").tell(ALL),
    step(State::Recorded, Act::SendBack, &[Legal, Office], State::Returned, "ZJK-31").tell(ALL).clock("destruction"),
    step(State::Ordered, Act::Escalate, &[Calendar], State::Overdue, "ZJK-31").tell(ALL).keeps().upon("destruction", Silence::Escalate),
    step(State::Returned, Act::Escalate, &[Calendar], State::Overdue, "ZJK-31").tell(ALL).keeps().upon("destruction", Silence::Escalate),
];

const ITEM: Sheet = Sheet {
    name: "destruction-item",
    fields: &[
        sheet::line("what", 200),
        sheet::line("place", 200),
        sheet::line("medium", 100),
        sheet::number("copies", 1, 100_000),
        sheet::choice::<Method>("method"),
    ],
};
/// What was destroyed, where and how, by whom and before whom; the manifest lists what there was, down to each copy.
const RECORD: Sheet = Sheet {
    name: "destruction",
    fields: &[
        sheet::rows("items", &ITEM),
        sheet::line("operator", 50),
        sheet::line("witness", 50),
        sheet::time("started"),
        sheet::time("finished"),
        sheet::file("manifest"),
        sheet::text("remark", 2000).optional(),
        sheet::tick("irreversible").required(),
    ],
};

platform::case! {
    /// An order to destroy, with its record and, once verified, its certificate; `owner` is the holder.
    pub struct Destruction in destruction {
        pub licence: Id<Licence>,
        /// The last day on which the logs must still be kept (ZJK-31).
        pub hold_until: NaiveDate,
        pub certified_at: Option<At>,
        /// SHA-256 of the certificate's [`Statement`], hexadecimal.
        pub digest: Option<String>,
    }
}

/// What a certificate states; its digest stands in the log and on the paper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    pub number: String,
    pub licence: String,
    pub holder: String,
    pub scenario: String,
    pub resources: Vec<String>,
    pub items: Vec<Item>,
    pub operator: String,
    pub witness: String,
    pub started: String,
    pub finished: String,
    /// SHA-256 of the manifest file.
    pub manifest: String,
    pub recorded_by: String,
    pub verified_by: String,
    pub certified_at: String,
    pub logs_kept_until: NaiveDate,
}

/// One kind of data at one place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub what: String,
    pub place: String,
    pub medium: String,
    pub copies: i64,
    pub method: Method,
}

impl Destruction {
    /// The certificate, once there is one.
    pub fn statement(&self) -> Option<Statement> {
        self.answers().0.get("certificate").and_then(|v| serde_json::from_value(v.clone()).ok())
    }
    /// Whether the stored statement is the one that was certified.
    pub fn holds(&self) -> bool {
        match (self.statement().and_then(|s| serde_json::to_string(&s).ok()), &self.digest) {
            (Some(text), Some(digest)) => sha256(text) == *digest,
            _ => false,
        }
    }
    /// Whether the logs must still be kept on that day.
    pub fn holds_logs(&self, today: NaiveDate) -> bool {
        today <= self.hold_until
    }
}

impl Case for Destruction {
    /// Seen by the holder's people and by those who oversee.
    fn sight(who: &Caller) -> Sight {
        Sight::overseen(who)
    }
}

impl Noun for Destruction {
    type State = State;
    type Act = Act;
    const NAME: &'static str = "destruction";
    const TABLE: &'static str = "destruction";
    const PATH: &'static str = "destructions";
    const STEPS: &'static [Step<State, Act>] = STEPS;
    /// Nobody orders one: the end of a licence does.
    const OPENING: Option<Opening<Self>> = None;
    const TOLD: &'static [(Act, &'static str)] = &[(Act::Certify, "data.destroyed")];
    const DEEDS: &'static [Deed<Self>] = &[
        deed(Act::Record, &RECORD, record),
        deed(Act::Certify, &REMARK, certify).when(may_verify).careful(),
        deed(Act::SendBack, &REASON, |tx, who, row, a| flow::take(tx, who, row, Act::SendBack, Record::none().because(a.text("reason"))).map(drop))
            .when(may_verify),
    ];

    fn told(look: &mut Look, of: &Self, _: Act, told: Told) -> Result<Option<Told>> {
        let (of, licence) = (Destruction::row(look, of.id)?, licence::row(look, of.licence)?);
        let told = told.with("number", of.serial.clone()).with("licence", licence.serial);
        Ok(Some(told.with("certificate_digest", of.digest.map(|d| format!("sha256:{d}")))))
    }
    fn id(&self) -> Id<Self> {
        self.id
    }
    fn state(&self) -> State {
        self.state
    }
    fn heading(&self) -> Heading {
        self.head()
    }
    fn find(look: &mut Look, who: &Caller, id: Id<Self>) -> Result<Self> {
        case::find(look, &Self::sight(who), id)
    }
    fn choices(_: &mut Look, _: &Caller, _: Option<&Self>, _: &str) -> Result<Vec<Choice>> {
        Ok(Vec::new())
    }
    /// The last record again, or a row for each data resource the licence named.
    fn filled(look: &mut Look, _: &Caller, row: &Self, act: Act) -> Result<Answers> {
        if act != Act::Record {
            return Ok(Answers::default());
        }
        let said = row.answers();
        if let Some(record) = said.0.get("record") {
            let mut again = Answers::of(record.clone());
            again.set("irreversible", false);
            return Ok(again);
        }
        let entries = resources::entry::by_ids(look, &said.list("resources"))?;
        let items: Vec<_> = entries.into_iter().map(|e| json!({ "what": e.title, "copies": 1 })).collect();
        Ok(Answers::of(json!({ "items": items })))
    }
}

/// Orders the destruction of what a licence granted, less what an heir in force still holds; nothing is ordered when the heir
/// holds it all. Every end of a licence calls it, in the same transaction.
pub(crate) fn order(tx: &mut Tx, of: &Licence, heir: Option<&Licence>) -> Result<()> {
    let kept = heir.map(|h| h.terms().resources).unwrap_or_default();
    let gone: Vec<String> = of.terms().resources.into_iter().filter(|r| !kept.contains(r)).collect();
    if heir.is_some() && gone.is_empty() {
        return Ok(());
    }
    let profile = tx.pinned(&of.profile);
    let ended = licence::row(tx, of.id)?.ended_at.map_or(tx.today(), day::shanghai_date);
    let hold = profile.log_retention.after(ended.max(tx.today()));
    let said = Answers::of(json!({ "resources": gone }));
    let new = New::of(of.title.clone()).series("destruction").owner(of.owner).content(&said);
    let about = json!({ "licence": of.serial, "resources": gone, "logs_kept_until": hold });
    Destruction::begin(tx, &Caller::calendar(), Act::Order, new, Record::of(about), of.id, hold, None, None).map(drop)
}

/// Records what was done. It cannot have been done before the licence ended, nor lie ahead; operator and witness are two.
fn record(tx: &mut Tx, who: &Caller, row: &Destruction, mut a: Answers) -> Result<()> {
    if who.is_developer() {
        org::must_be_ready(tx, who)?;
    }
    let faults = faults(tx, row, &a)?;
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    let files = file::attach(tx, who, &a.list("manifest"), Destruction::NAME, &row.id.to_string(), false)?;
    let digest = file::rows(tx, &files)?.pop().map(|f| f.sha256).unwrap_or_default();
    a.set("manifest", files);
    let mut content = row.answers();
    content.set("record", serde_json::to_value(&a)?);
    content.set("manifest_digest", digest.clone());
    row.keep(tx, &content)?;
    a.set("manifest_digest", digest);
    flow::take(tx, who, row, Act::Record, Record::of(&a)).map(drop)
}

fn faults(tx: &mut Tx, row: &Destruction, a: &Answers) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    if a.0.get("items").and_then(|v| v.as_array()).is_none_or(Vec::is_empty) {
        faults.push(Fault::at("items", "required"));
    }
    if org::name_key(a.text("operator")) == org::name_key(a.text("witness")) {
        faults.push(Fault::at("witness", "same-as-operator"));
    }
    let at = |name: &str| At::parse_from_str(a.text(name), "%Y-%m-%dT%H:%M:%S").ok();
    let ended = licence::row(tx, row.licence)?.ended_at.unwrap_or(row.created_at);
    if let (Some(started), Some(finished)) = (at("started"), at("finished")) {
        if started < ended {
            faults.push(Fault::at("started", "before-end").with("at", platform::clock::shanghai_text(ended)));
        }
        if finished < started {
            faults.push(Fault::at("finished", "before-start"));
        }
        if finished > tx.now() {
            faults.push(Fault::at("finished", "in-future"));
        }
    }
    Ok(faults)
}

/// Who recorded does not verify, whichever record it was (ZJK-28); nobody verifies over a party he has an interest in.
fn may_verify(look: &mut Look, who: &Caller, row: &Destruction) -> Result<()> {
    if event::actors(look, Destruction::NAME, &row.id.to_string(), &[Act::Record.as_str()])?.contains(&who.person()?) {
        return Err(Refusal::rule("same-person", "ZJK-28"));
    }
    match row.owner {
        Some(holder) => interest::must_be_free(look, who, holder),
        None => Ok(()),
    }
}

/// Verifies the record and makes the certificate; its digest goes into the log, and the case to the archive (ZJK-32).
fn certify(tx: &mut Tx, who: &Caller, row: &Destruction, a: Answers) -> Result<()> {
    let mut content = row.answers();
    let statement = state(tx, who, row, &content)?;
    let digest = sha256(serde_json::to_string(&statement)?);
    content.set("certificate", serde_json::to_value(&statement)?);
    row.keep(tx, &content)?;
    diesel::update(destruction::table.find(row.id))
        .set((destruction::certified_at.eq(Some(tx.now())), destruction::digest.eq(Some(&digest))))
        .execute(tx.db())?;
    flow::take(tx, who, row, Act::Certify, Record::of(json!({ "certificate": statement.number, "digest": digest })).because(a.text("reason")))?;
    let licence = licence::row(tx, row.licence)?;
    archive::keep(tx, &licence)
}

fn state(tx: &mut Tx, who: &Caller, row: &Destruction, content: &Answers) -> Result<Statement> {
    let licence = licence::row(tx, row.licence)?;
    let record = Answers::of(content.0.get("record").cloned().unwrap_or_default());
    let entries = resources::entry::by_ids(tx, &content.list("resources"))?;
    let lines = event::history(tx, who, Destruction::NAME, &row.id.to_string())?;
    let recorded = lines.into_iter().rfind(|e| e.act == Act::Record.as_str()).map(|e| e.actor_name);
    let spoken = |name: &str| At::parse_from_str(record.text(name), "%Y-%m-%dT%H:%M:%S").map(platform::clock::shanghai_text).unwrap_or_default();
    Ok(Statement {
        number: row.serial.clone().unwrap_or_default(),
        licence: licence.serial.clone().unwrap_or_default(),
        holder: org::name(tx, licence.holder()?)?,
        scenario: licence.title,
        resources: entries.into_iter().map(|e| e.title).collect(),
        items: serde_json::from_value(record.0.get("items").cloned().unwrap_or_default())?,
        operator: record.text("operator").into(),
        witness: record.text("witness").into(),
        started: spoken("started"),
        finished: spoken("finished"),
        manifest: content.text("manifest_digest").into(),
        recorded_by: recorded.unwrap_or_default(),
        verified_by: who.name.clone(),
        certified_at: platform::clock::shanghai_text(tx.now()),
        logs_kept_until: row.hold_until,
    })
}

/// The order that followed a licence's end, if there is one; the caller has checked that the licence may be seen.
pub fn of_licence(look: &mut Look, licence: Id<Licence>) -> Result<Option<Destruction>> {
    Ok(case::all_of(look, "licence", licence, &[])?.into_iter().next())
}

/// The certificate of that number, whoever asks; `NotFound` before it is certified.
pub fn certificate(look: &mut Look, number: &str) -> Result<Destruction> {
    Ok(destruction::table
        .filter(destruction::serial.eq(number).and(destruction::state.eq(State::Certified)))
        .select(Destruction::as_select())
        .first(look.db())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_is_sound() {
        assert_eq!(flow::faults(&flow::table::<Destruction>(), &["certified"]), Vec::<String>::new());
    }

    #[test]
    fn only_the_end_of_a_licence_orders() {
        assert_eq!(flow::doers::<Destruction>(Act::Order), [Calendar]);
        assert!(Destruction::OPENING.is_none());
    }
}
