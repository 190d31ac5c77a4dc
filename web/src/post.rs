//! The words of letters, and the post: waiting letters go out by SMTP, or into a folder as `.eml`.

use crate::app::App;
use crate::say::Lang;
use lettre::message::{Mailbox, Message, header::ContentType};
use platform::event::Event;
use platform::mail::{self, Letter};
use platform::{Refusal, Result};
use std::sync::Arc;

/// The subject of a letter.
pub fn subject(lang: Lang, letter: &Letter, event: Option<&Event>) -> String {
    match event {
        Some(e) => lang.ta(
            "letter-act-subject",
            &[("noun", lang.t(&format!("noun-{}", e.noun))), ("title", e.title.clone()), ("act", lang.act(&e.noun, &e.act))],
        ),
        None if letter.kind == REMIND => lang.ta("letter-remind-subject", &reminded(lang, letter)),
        None => lang.ta(&format!("letter-{}-subject", letter.kind), &[("org", letter.arg("org"))]),
    }
}

/// The text of a letter.
pub fn body(lang: Lang, base_url: &str, letter: &Letter, event: Option<&Event>) -> String {
    match event {
        Some(e) => lang.ta(
            "letter-act-body",
            &[
                ("noun", lang.t(&format!("noun-{}", e.noun))),
                ("title", e.title.clone()),
                ("act", lang.act(&e.noun, &e.act)),
                ("state", lang.maybe(&format!("{}-state-{}", e.noun, e.to_state)).unwrap_or_else(|| e.to_state.clone())),
                ("who", if e.actor.is_some() { e.actor_name.clone() } else { lang.w(e.role) }),
                ("org", e.org_name.clone()),
                ("at", platform::clock::shanghai_text(e.at)),
                ("reason", e.reason.clone().unwrap_or_else(|| "—".into())),
                ("article", lang.cited(&crate::law::cite(&e.profile, &e.article))),
                ("link", format!("{base_url}{}", address(e))),
            ],
        ),
        None if letter.kind == REMIND => {
            let mut said = reminded(lang, letter);
            let path = crate::flows::path(&letter.arg("noun"));
            said.push((
                "link",
                if path.is_empty() { format!("{base_url}/work") } else { format!("{base_url}/work/{path}/{}", letter.arg("subject")) },
            ));
            lang.ta("letter-remind-body", &said)
        }
        None => {
            let secret = letter.arg("secret");
            let link = if secret.is_empty() { lang.t("letter-link-gone") } else { format!("{base_url}/link/{secret}") };
            lang.ta(&format!("letter-{}-body", letter.kind), &[("link", link), ("org", letter.arg("org")), ("by", letter.arg("by"))])
        }
    }
}

/// The kind of a letter that tells of a day to come.
const REMIND: &str = "remind";

fn reminded(lang: Lang, letter: &Letter) -> Vec<(&'static str, String)> {
    vec![
        ("noun", lang.t(&format!("noun-{}", letter.arg("noun")))),
        ("title", letter.arg("title")),
        ("clock", lang.t(&format!("clock-{}", letter.arg("clock")))),
        ("day", letter.arg("due_on")),
    ]
}

/// Where a case is shown.
pub fn address(e: &Event) -> String {
    let path = crate::flows::path(&e.noun);
    if path.is_empty() { "/work".into() } else { format!("/work/{path}/{}", e.subject) }
}

/// How letters leave.
pub enum Post {
    Smtp(lettre::SmtpTransport),
    Folder(std::path::PathBuf),
}

/// Sends what waits, at most 50 letters; returns how many went.
pub fn send_waiting(app: &Arc<App>, post: &Post, from: &str) -> Result<usize> {
    let letters = app.db.look(|look| mail::due(look, 50))?;
    let mut sent = Vec::new();
    for (letter, event) in letters {
        let lang = Lang::of(&letter.lang);
        match send(app, post, from, &letter, subject(lang, &letter, event.as_ref()), body(lang, &app.base_url, &letter, event.as_ref())) {
            Ok(()) => sent.push(letter.id),
            Err(why) => app.db.act(move |tx| mail::failed(tx, letter.id, &why))?,
        }
    }
    let count = sent.len();
    if count > 0 {
        app.db.act(move |tx| mail::sent(tx, &sent))?;
    }
    Ok(count)
}

fn send(_app: &App, post: &Post, from: &str, letter: &Letter, subject: String, text: String) -> std::result::Result<(), String> {
    let to: Mailbox = letter.address.parse().map_err(|_| "the address cannot be read".to_string())?;
    let from: Mailbox = from.parse().map_err(|_| "mail_from cannot be read".to_string())?;
    let message = Message::builder().from(from).to(to).subject(subject).header(ContentType::TEXT_PLAIN).body(text).map_err(|e| e.to_string())?;
    match post {
        Post::Smtp(smtp) => lettre::Transport::send(smtp, &message).map(drop).map_err(|e| e.to_string()),
        Post::Folder(folder) => {
            std::fs::create_dir_all(folder).map_err(|e| e.to_string())?;
            std::fs::write(folder.join(format!("{}.eml", letter.id)), message.formatted()).map_err(|e| e.to_string())
        }
    }
}

/// The post for these settings: SMTP by URL, or a folder.
pub fn open(smtp_url: Option<&str>, folder: std::path::PathBuf) -> Result<Post> {
    match smtp_url {
        Some(url) => {
            Ok(Post::Smtp(lettre::SmtpTransport::from_url(url).map_err(Refusal::broken)?.timeout(Some(std::time::Duration::from_secs(20))).build()))
        }
        None => Ok(Post::Folder(folder)),
    }
}
