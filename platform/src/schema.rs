//! The tables, written once for both databases; `migrations/tables` makes them.

use crate::diesel;

/// A noun's table: the columns that every case has, then its own.
#[macro_export]
macro_rules! noun_table {
    ($name:ident { $($column:ident -> $kind:ty,)* }) => {
        diesel::table! {
            $name (id) {
                id -> Text,
                serial -> Nullable<Text>,
                title -> Text,
                state -> Text,
                owner -> Nullable<Text>,
                clock -> Nullable<Text>,
                due_on -> Nullable<Date>,
                profile -> Text,
                content -> Text,
                created_by -> Nullable<Text>,
                created_at -> Timestamp,
                updated_at -> Timestamp,
                $($column -> $kind,)*
            }
        }
    };
}

noun_table! { org {
    kind -> Text,
    credit_code -> Nullable<Text>,
    name_key -> Text,
    affiliate -> Bool,
} }
diesel::table! { person (id) {
    id -> Text,
    email -> Text,
    name -> Text,
    lang -> Text,
    password -> Nullable<Text>,
    totp -> Nullable<Text>,
    totp_step -> BigInt,
    real_name -> Nullable<Text>,
    trained_on -> Nullable<Date>,
    nda_until -> Nullable<Date>,
    created_at -> Timestamp,
    disabled_at -> Nullable<Timestamp>,
} }
diesel::table! { membership (id) {
    id -> Text,
    person -> Text,
    org -> Text,
    role -> Text,
    since -> Timestamp,
    until -> Nullable<Timestamp>,
} }
diesel::table! { interest (id) {
    id -> Text,
    person -> Text,
    org -> Text,
    note -> Text,
    declared_at -> Timestamp,
    withdrawn_at -> Nullable<Timestamp>,
} }
diesel::table! { session (id) {
    id -> Text,
    person -> Text,
    org -> Nullable<Text>,
    second_factor -> Bool,
    created_at -> Timestamp,
    seen_at -> Timestamp,
    expires_at -> Timestamp,
    confirmed_at -> Timestamp,
    agent -> Text,
    address -> Text,
    revoked_at -> Nullable<Timestamp>,
} }
diesel::table! { token (id) {
    id -> Text,
    hash -> Text,
    prefix -> Text,
    name -> Text,
    person -> Text,
    org -> Text,
    scopes -> Text,
    created_at -> Timestamp,
    expires_at -> Timestamp,
    used_at -> Nullable<Timestamp>,
    revoked_at -> Nullable<Timestamp>,
} }
diesel::table! { link (id) {
    id -> Text,
    hash -> Text,
    kind -> Text,
    email -> Text,
    person -> Nullable<Text>,
    org -> Nullable<Text>,
    roles -> Text,
    made_by -> Nullable<Text>,
    created_at -> Timestamp,
    expires_at -> Timestamp,
    used_at -> Nullable<Timestamp>,
} }
diesel::table! { event (seq) {
    seq -> BigInt,
    at -> Timestamp,
    noun -> Text,
    subject -> Text,
    title -> Text,
    act -> Text,
    from_state -> Nullable<Text>,
    to_state -> Text,
    actor -> Nullable<Text>,
    actor_name -> Text,
    role -> Text,
    org -> Nullable<Text>,
    org_name -> Text,
    owner -> Nullable<Text>,
    reason -> Nullable<Text>,
    detail -> Text,
    digest -> Text,
    article -> Text,
    profile -> Text,
    sealed_until -> Nullable<Timestamp>,
    prev -> Text,
    hash -> Text,
} }
diesel::table! { letter (id) {
    id -> Text,
    person -> Nullable<Text>,
    address -> Text,
    lang -> Text,
    kind -> Text,
    event -> Nullable<BigInt>,
    args -> Text,
    state -> Text,
    tries -> Integer,
    next_at -> Timestamp,
    sent_at -> Nullable<Timestamp>,
    error -> Nullable<Text>,
    created_at -> Timestamp,
} }
diesel::table! { file (id) {
    id -> Text,
    owner -> Nullable<Text>,
    uploader -> Nullable<Text>,
    noun -> Nullable<Text>,
    subject -> Nullable<Text>,
    name -> Text,
    media -> Text,
    size -> BigInt,
    sha256 -> Text,
    public -> Bool,
    created_at -> Timestamp,
} }
diesel::table! { once (key) {
    key -> Text,
    person -> Nullable<Text>,
    route -> Text,
    digest -> Text,
    answer -> Text,
    at -> Timestamp,
} }
diesel::table! { counter (name) {
    name -> Text,
    value -> BigInt,
} }
diesel::table! { job (name) {
    name -> Text,
    last_on -> Date,
    ran_at -> Timestamp,
} }
noun_table! { paper {
    kind -> Text,
    issued_on -> Nullable<Date>,
    expires_on -> Nullable<Date>,
    file -> Text,
} }
noun_table! { entry {
    code -> Nullable<Text>,
    domain -> Text,
    level -> Text,
    share -> Text,
    open -> Text,
    cycle -> Text,
    personal -> Bool,
} }
noun_table! { demand {
    domain -> Text,
    purpose -> Text,
    scenario -> Nullable<Text>,
} }
noun_table! { scenario {
    domain -> Text,
    purpose -> Text,
    published_on -> Nullable<Date>,
} }
noun_table! { announcement {
    scenario -> Text,
    method -> Text,
    published_at -> Nullable<Timestamp>,
    deadline -> Nullable<Timestamp>,
    opening -> Nullable<Timestamp>,
    objection_until -> Nullable<Date>,
} }
noun_table! { question {
    announcement -> Text,
} }
noun_table! { bid {
    announcement -> Text,
    scenario -> Text,
    opening -> Timestamp,
    submitted_at -> Nullable<Timestamp>,
    admitted -> Nullable<Bool>,
    total -> Nullable<BigInt>,
    rank -> Nullable<Integer>,
} }
noun_table! { scoring {
    announcement -> Text,
    expert -> Text,
} }
noun_table! { objection {
    noun -> Text,
    subject -> Text,
} }
noun_table! { filing {
    announcement -> Text,
    bid -> Text,
    scenario -> Text,
    holder -> Text,
} }
noun_table! { licence {
    scenario -> Text,
    filing -> Text,
    from_on -> Date,
    to_on -> Date,
    in_force_at -> Nullable<Timestamp>,
    ended_at -> Nullable<Timestamp>,
    end_kind -> Nullable<Text>,
} }
diesel::table! { agreement (id) {
    id -> Text,
    licence -> Text,
    number -> Integer,
    body -> Text,
    digest -> Text,
    made_by -> Nullable<Text>,
    made_at -> Timestamp,
} }
noun_table! { plan {
    licence -> Text,
} }
diesel::table! { access (id) {
    id -> Text,
    licence -> Text,
    holder -> Text,
    opened_at -> Timestamp,
    until -> Timestamp,
    closed_at -> Nullable<Timestamp>,
    cause -> Nullable<Text>,
} }
noun_table! { product {
    licence -> Text,
    scenario -> Text,
    domain -> Text,
    form -> Text,
    purpose -> Text,
    version -> Integer,
    approved_version -> Nullable<Integer>,
    listed_at -> Nullable<Timestamp>,
    words -> Text,
} }
diesel::table! { product_version (id) {
    id -> Text,
    product -> Text,
    number -> Integer,
    content -> Text,
    digest -> Text,
    made_by -> Nullable<Text>,
    made_at -> Timestamp,
} }
noun_table! { review {
    product -> Text,
    version -> Integer,
    submitted_by -> Nullable<Text>,
} }
diesel::table! { seat (id) {
    id -> Text,
    review -> Text,
    reviewer -> Text,
    claimed_at -> Timestamp,
    voted_at -> Nullable<Timestamp>,
    released_at -> Nullable<Timestamp>,
} }
diesel::table! { vote (id) {
    id -> Text,
    seat -> Text,
    review -> Text,
    point -> Text,
    verdict -> Text,
    reason -> Text,
    evidence -> Text,
} }
noun_table! { pricing {
    product -> Text,
    tariff -> Text,
    effective_on -> Nullable<Date>,
} }
noun_table! { disclosure {
    kind -> Text,
    period -> Text,
    from_on -> Date,
    to_on -> Date,
    edition -> Integer,
    published_at -> Nullable<Timestamp>,
    digest -> Text,
} }
noun_table! { complaint {
    kind -> Text,
    matter -> Text,
    desk -> Text,
    code -> Text,
    open_answer -> Bool,
} }
noun_table! { incident {
    kind -> Text,
    severity -> Text,
    licence -> Nullable<Text>,
    reporter -> Nullable<Text>,
    discovered_at -> Timestamp,
    report_by -> Timestamp,
    upward_by -> Timestamp,
    upward_at -> Nullable<Timestamp>,
} }
noun_table! { scheme {
    year -> Integer,
} }
noun_table! { evaluation {
    scheme -> Text,
    year -> Integer,
    round -> Integer,
    total -> Nullable<BigInt>,
    grade -> Nullable<Text>,
    published_at -> Nullable<Timestamp>,
} }
diesel::table! { assessor (id) {
    id -> Text,
    evaluation -> Text,
    person -> Text,
    round -> Integer,
    content -> Text,
    scored_at -> Nullable<Timestamp>,
} }
noun_table! { inspection {
    licence -> Nullable<Text>,
    planned_on -> Date,
    announced -> Bool,
} }
noun_table! { report {
    kind -> Text,
    year -> Integer,
    from_on -> Date,
    to_on -> Date,
    owed_on -> Nullable<Date>,
    digest -> Text,
    submitted_at -> Nullable<Timestamp>,
} }
noun_table! { operator_plan {
} }
noun_table! { partner {
} }
noun_table! { drill {
    licence -> Nullable<Text>,
    plan -> Nullable<Text>,
    planned_on -> Date,
    held_on -> Nullable<Date>,
} }

diesel::allow_tables_to_appear_in_same_query!(
    org,
    person,
    membership,
    interest,
    session,
    token,
    link,
    event,
    letter,
    file,
    once,
    counter,
    job,
    paper,
    entry,
    demand,
    scenario,
    announcement,
    question,
    bid,
    scoring,
    objection,
    filing,
    licence,
    agreement,
    plan,
    access,
    product,
    product_version,
    review,
    seat,
    vote,
    pricing,
    disclosure,
    complaint,
    incident,
    scheme,
    evaluation,
    assessor,
    inspection,
    report,
    operator_plan,
    drill,
    partner,
);

mod migrate;
pub use migrate::{Column, Columns, columns, migrate, pending, revert_all, tables};

/// Every table, in an order in which none refers to a later one.
pub(crate) const ORDER: &[&str] = &[
    "org",
    "person",
    "membership",
    "interest",
    "session",
    "token",
    "link",
    "event",
    "letter",
    "file",
    "once",
    "counter",
    "job",
    "paper",
    "entry",
    "demand",
    "scenario",
    "announcement",
    "question",
    "bid",
    "scoring",
    "objection",
    "filing",
    "licence",
    "agreement",
    "plan",
    "access",
    "product",
    "product_version",
    "review",
    "seat",
    "vote",
    "pricing",
    "disclosure",
    "complaint",
    "incident",
    "scheme",
    "evaluation",
    "assessor",
    "inspection",
    "report",
    "operator_plan",
    "drill",
    "partner",
];
