//! What a request asks: by whom, in which language, for which face, with what it carries.

use crate::app::App;
use crate::say::Lang;
use platform::account::SignedIn;
use platform::paging::Page;
use platform::sheet::Answers;
use platform::{Caller, Db, Look, Refusal, Result, Tx};
use std::collections::HashMap;
use std::sync::Arc;

/// HTML for people, JSON for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    Html,
    Json,
}

/// One request, read and ready.
#[derive(Clone)]
pub struct Ask {
    pub app: Arc<App>,
    pub method: actix_web::http::Method,
    /// Path without query, as asked.
    pub path: String,
    pub params: HashMap<String, String>,
    pub query: Vec<(String, String)>,
    /// What was typed or sent; empty for GET.
    pub answers: Answers,
    /// Key of the form or of the `Idempotency-Key` header.
    pub key: Option<String>,
    /// SHA-256 of what was sent, without tokens.
    pub digest: String,
    /// Faults of uploaded files, by field.
    pub faults: Vec<platform::Fault>,
    pub who: Caller,
    pub session: Option<SignedIn>,
    /// Whether an API token, not a session, speaks.
    pub by_token: bool,
    /// The API token that speaks.
    pub bearer: Option<platform::account::token::Bearer>,
    pub lang: Lang,
    pub face: Face,
    pub request_id: String,
    /// What the `Accept` header says.
    pub accept: String,
    /// Secret of this visitor's cookie, from which the form token is made.
    pub seed: String,
    /// Form token that this visitor's forms carry.
    pub csrf: String,
    pub size: &'static str,
    pub contrast: &'static str,
    /// What `Authorization: Bearer` carries.
    pub bearer_text: Option<String>,
    /// Whether a proxy asks for somebody else.
    pub forwarded: bool,
    pub address: String,
    pub agent: String,
    /// Flash key shown once.
    pub said: Option<String>,
    /// The page is made for the shelf: nothing of whoever asks stands on it.
    pub keeping: Option<crate::kept::Keeping>,
    /// htmx asks for a fragment.
    pub fragment: bool,
}

impl Ask {
    pub fn db(&self) -> &Db {
        &self.app.db
    }
    /// An article as a reader of the policy in force looks it up.
    pub fn cite(&self, article: &str) -> String {
        crate::law::cite(&self.app.db.rules().profile.id, article)
    }
    /// A part of the path, such as `id`, as typed id; `NotFound` when it is none.
    pub fn id<T: 'static>(&self, name: &str) -> Result<platform::Id<T>> {
        self.param(name).parse()
    }
    pub fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }
    /// A query value, trimmed; empty when not given.
    pub fn q(&self, name: &str) -> &str {
        self.query.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.trim())
    }
    /// A query value as a word of a set.
    pub fn q_word<W: platform::Word>(&self, name: &str) -> Option<W> {
        W::of(self.q(name))
    }
    /// The page asked for.
    pub fn page(&self) -> Page {
        Page::of_asked(self.q("page").parse().ok(), self.q("size").parse().ok())
    }
    /// The query as answers, to prefill a form.
    pub fn query_answers(&self) -> Answers {
        let mut answers = Answers::default();
        for (name, value) in &self.query {
            answers.set(name, value.clone());
        }
        answers
    }
    /// Asks the database.
    pub async fn look<T: Send + 'static>(&self, f: impl FnOnce(&mut Look, &Caller) -> Result<T> + Send + 'static) -> Result<T> {
        let who = self.who.clone();
        self.app.db.read(move |look| f(look, &who)).await
    }
    /// Does one act.
    pub async fn act<T: Send + 'static>(&self, f: impl FnOnce(&mut Tx, &Caller) -> Result<T> + Send + 'static) -> Result<T> {
        let who = self.who.clone();
        self.app.db.write(move |tx| f(tx, &who)).await
    }
    /// Does one act at most once for this request's key; the answer is an address or any short text.
    pub async fn act_once(&self, f: impl FnOnce(&mut Tx, &Caller) -> Result<String> + Send + 'static) -> Result<String> {
        let who = self.who.clone();
        let (key, route, digest) = (self.key.clone(), format!("{} {}", self.method, self.path), self.digest.clone());
        self.app
            .db
            .write(move |tx| match key {
                Some(key) => platform::once::once(tx, &who, &key, &route, &digest, |tx| f(tx, &who)),
                None => f(tx, &who),
            })
            .await
    }
    /// The session, or `SignIn`.
    pub fn session(&self) -> Result<&SignedIn> {
        self.session.as_ref().ok_or(Refusal::SignIn)
    }
    /// The secret that a new visitor's cookie carries.
    pub fn csrf_seed(&self) -> &str {
        &self.seed
    }
    pub fn t(&self, key: &str) -> String {
        self.lang.t(key)
    }
}
