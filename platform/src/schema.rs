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
    shared_from -> Nullable<Text>,
    consented_on -> Nullable<Date>,
    excluded -> Nullable<Text>,
    excluded_basis -> Nullable<Text>,
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
    amendment -> Nullable<Text>,
} }
noun_table! { licence {
    scenario -> Text,
    filing -> Text,
    from_on -> Date,
    to_on -> Date,
    in_force_at -> Nullable<Timestamp>,
    ended_at -> Nullable<Timestamp>,
    end_kind -> Nullable<Text>,
    follows -> Nullable<Text>,
    reminded -> Nullable<Integer>,
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
noun_table! { node {
    kind -> Text,
    parent -> Nullable<Text>,
    code -> Nullable<Text>,
} }
diesel::table! { chain_link (id) {
    id -> Text,
    entry -> Text,
    node -> Text,
    made_by -> Nullable<Text>,
    made_at -> Timestamp,
} }
noun_table! { collection {
    subject_key -> Text,
} }
diesel::table! { collection_item (id) {
    id -> Text,
    collection -> Text,
    owner -> Text,
    subject_key -> Text,
    item_key -> Text,
    name -> Text,
} }
noun_table! { sharing {
    provider -> Text,
    entry -> Text,
    until -> Date,
} }
noun_table! { opening {
    unit -> Text,
    entry -> Text,
} }
noun_table! { opening_plan {
    year -> Integer,
} }
noun_table! { quality {
    entry -> Text,
    source -> Text,
    unit -> Text,
    kind -> Text,
} }
noun_table! { purchase {
    entry -> Nullable<Text>,
} }
noun_table! { backflow {
} }
noun_table! { observer {
    person -> Text,
} }
noun_table! { opinion {
    unit -> Text,
    topic -> Text,
} }
noun_table! { amendment {
    licence -> Text,
    kind -> Text,
} }
noun_table! { rectification {
    licence -> Text,
    closes -> Text,
    ordered_as -> Text,
} }
noun_table! { termination {
    licence -> Text,
    kind -> Text,
    heard_until -> Nullable<Date>,
    ends_on -> Nullable<Date>,
    rectification -> Nullable<Text>,
} }
noun_table! { destruction {
    licence -> Text,
    hold_until -> Date,
    certified_at -> Nullable<Timestamp>,
    digest -> Nullable<Text>,
} }
noun_table! { archive {
    licence -> Text,
    class -> Text,
    keep_until -> Nullable<Date>,
} }
noun_table! { bar {
    licence -> Nullable<Text>,
    kind -> Text,
    until_on -> Date,
} }
noun_table! { survey {
    first_year -> Integer,
    years -> Integer,
    cost -> BigInt,
    rate -> BigInt,
    profit -> BigInt,
    tax -> BigInt,
    carried_in -> BigInt,
    deducted -> BigInt,
    mar -> BigInt,
} }
noun_table! { fee {
    survey -> Nullable<Text>,
    purpose -> Text,
    billing -> Text,
    trial -> Bool,
    cap -> Nullable<BigInt>,
    actual -> Nullable<BigInt>,
    effective_on -> Nullable<Date>,
} }
noun_table! { registration {
    kind -> Text,
    about -> Text,
    subject -> Text,
    previous -> Nullable<Text>,
    code -> Nullable<Text>,
    valid_from -> Nullable<Date>,
    valid_to -> Nullable<Date>,
    notice_until -> Nullable<Date>,
} }
noun_table! { posting {
    kind -> Text,
    on_day -> Date,
    amount -> BigInt,
    product -> Nullable<Text>,
    licence -> Nullable<Text>,
    agreement -> Nullable<Integer>,
    fee -> Nullable<Text>,
    quantity -> Nullable<BigInt>,
    reverses -> Nullable<Text>,
} }
diesel::table! { posting_line (id) {
    id -> Text,
    posting -> Text,
    number -> Integer,
    account -> Text,
    debit -> BigInt,
    credit -> BigInt,
    note -> Text,
} }
noun_table! { split {
    licence -> Text,
    agreement -> Integer,
} }
noun_table! { pack {
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
diesel::table! { leaf (idx) {
    idx -> BigInt,
    seq -> BigInt,
    at -> Timestamp,
    kind -> Text,
    subject -> Text,
    entry -> Text,
} }
diesel::table! { leaf_salt (idx) {
    idx -> BigInt,
    salt -> Text,
    texts -> Text,
} }
diesel::table! { leaf_wording (idx) {
    idx -> BigInt,
    wording -> Text,
} }
diesel::table! { log_head (id) {
    id -> Integer,
    origin -> Text,
    size -> BigInt,
    root -> Text,
    published -> BigInt,
    note -> Text,
    at -> Timestamp,
} }
diesel::joinable!(leaf -> event (seq));
noun_table! { clearance {
    product -> Text,
    form -> Text,
} }
diesel::table! { recovery_code (id) {
    id -> Text,
    person -> Text,
    hash -> Text,
    created_at -> Timestamp,
    used_at -> Nullable<Timestamp>,
} }
diesel::table! { brake (key) {
    key -> Text,
    attempts -> BigInt,
    last_at -> Timestamp,
    until_at -> Timestamp,
} }
diesel::table! { bid_key (announcement) {
    announcement -> Text,
    kept -> Text,
    made_at -> Timestamp,
} }
diesel::table! { deadline (id) {
    id -> Text,
    noun -> Text,
    subject -> Text,
    serial -> Nullable<Text>,
    title -> Text,
    stands -> Text,
    waits_for -> Nullable<Text>,
    name -> Text,
    state -> Text,
    started_on -> Date,
    due_on -> Nullable<Date>,
    length -> Integer,
    unit -> Text,
    extended -> Integer,
    silence -> Text,
    calendar -> Text,
    profile -> Text,
    profile_digest -> Text,
    pauses -> Text,
    paused_on -> Nullable<Date>,
    ended_on -> Nullable<Date>,
    reminded_on -> Nullable<Date>,
    escalated_on -> Nullable<Date>,
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
    node,
    chain_link,
    collection,
    collection_item,
    sharing,
    opening,
    opening_plan,
    quality,
    purchase,
    backflow,
    observer,
    opinion,
    amendment,
    rectification,
    termination,
    destruction,
    archive,
    bar,
    survey,
    fee,
    registration,
    posting,
    posting_line,
    split,
    pack,
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
    recovery_code,
    brake,
    bid_key,
    clearance,
    deadline,
    leaf,
    leaf_salt,
    leaf_wording,
    log_head,
);

mod migrate;
pub use migrate::{Column, Columns, columns, migrate, pending, revert_all, tables, tend};

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
    "node",
    "chain_link",
    "collection",
    "collection_item",
    "sharing",
    "opening",
    "opening_plan",
    "quality",
    "purchase",
    "backflow",
    "observer",
    "opinion",
    "amendment",
    "rectification",
    "termination",
    "destruction",
    "archive",
    "bar",
    "survey",
    "fee",
    "registration",
    "posting",
    "posting_line",
    "split",
    "pack",
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
    "recovery_code",
    "brake",
    "bid_key",
    "clearance",
    "deadline",
    "leaf",
    "leaf_salt",
    "leaf_wording",
    "log_head",
];
