//! A visitor with cookies: asks for pages and sends forms as a browser without scripts would.

use reqwest::Method;
use reqwest::blocking::{Client, RequestBuilder, multipart};
use reqwest::header::HeaderMap;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    /// The body as text; odd bytes replaced.
    pub text: String,
}

impl Answer {
    /// A header, empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
    }
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|fault| panic!("{fault}: {}", self.text.chars().take(400).collect::<String>()))
    }
    /// The code of a problem; empty when it is none.
    pub fn code(&self) -> String {
        let problem: Option<Value> = serde_json::from_str(&self.text).ok();
        problem.and_then(|p| p["code"].as_str().map(str::to_string)).unwrap_or_default()
    }
    /// Values of hidden or other inputs of that name, as they stand in the page.
    pub fn inputs(&self, name: &str) -> Vec<String> {
        let needle = format!("name=\"{name}\" value=\"");
        self.text.split(&needle).skip(1).filter_map(|rest| rest.split('"').next()).map(unescape).collect()
    }
    /// Addresses of its links, as written.
    pub fn links(&self) -> Vec<String> {
        let mut links: Vec<String> = self.text.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(unescape).collect();
        links.sort();
        links.dedup();
        links
    }
}

/// A text as HTML shows it, the few references that the templates write undone.
pub fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&amp;", "&")
}

/// Somebody at a browser, or a program.
#[derive(Clone)]
pub struct Visitor {
    client: Client,
    url: String,
    name: String,
    /// The form token of this visitor's pages.
    csrf: Arc<Mutex<String>>,
}

impl Visitor {
    pub fn new(url: &str) -> Self {
        let client = Client::builder()
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            .no_proxy()
            .build()
            .expect("an HTTP client");
        Self { client, url: url.into(), name: "public".into(), csrf: Arc::default() }
    }
    /// The same under a name, with the form token of the pages that are now shown.
    pub fn named(self, name: &str) -> Self {
        self.page("/account");
        Self { name: name.into(), ..self }
    }
    /// Name in the demo's story.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// The form token of this visitor's pages.
    pub fn csrf(&self) -> String {
        self.csrf.lock().expect("form token").clone()
    }

    /// A request to be finished by hand.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }
    /// Sends it.
    pub fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().unwrap_or_else(|fault| panic!("{}: no answer: {fault:?}", self.name));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().unwrap_or_else(|fault| panic!("{}: half an answer: {fault:?}", self.name)).to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status, headers, bytes, text }
    }
    /// Asks for a page as a browser does; remembers its form token.
    pub fn get(&self, path: &str) -> Answer {
        let answer = self.send(self.request(Method::GET, path).header("accept", "text/html"));
        if let Some(token) = answer.inputs("_csrf").into_iter().next() {
            *self.csrf.lock().expect("form token") = token;
        }
        answer
    }
    /// The same; it must be there.
    pub fn page(&self, path: &str) -> Answer {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{} asks for {path}: {}", self.name, answer.text);
        answer
    }
    /// Asks for the same page as a program does.
    pub fn json(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).header("accept", "application/json"))
    }
    /// Sends a form with its token and a fresh key; the answer is a page.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_keyed(path, &key(), fields)
    }
    /// Sends a form with that key.
    pub fn post_keyed(&self, path: &str, key: &str, fields: &[(&str, &str)]) -> Answer {
        let (csrf, mut all) = (self.csrf(), fields.to_vec());
        all.extend([("_csrf", csrf.as_str()), ("_key", key)]);
        self.send(self.request(Method::POST, path).header("accept", "text/html").form(&all))
    }
    /// Sends JSON as a program within a session does; the answer is JSON.
    pub fn sends(&self, path: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, path).header("accept", "application/json").header("x-csrf-token", self.csrf());
        self.send(request.json(body))
    }
    /// Sends a form with files: field, file name, bytes.
    pub fn uploads(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Answer {
        let mut form = multipart::Form::new().text("_csrf", self.csrf()).text("_key", key());
        for (name, value) in fields {
            form = form.text(name.to_string(), value.to_string());
        }
        for (field, name, bytes) in files {
            form = form.part(field.to_string(), multipart::Part::bytes(bytes.to_vec()).file_name(name.to_string()));
        }
        self.send(self.request(Method::POST, path).header("accept", "text/html").multipart(form))
    }
}

/// A key that no other form has.
pub fn key() -> String {
    dajing::app::random_key()
}
