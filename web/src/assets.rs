//! The style sheet, scripts and pictures, inside the binary; named by content so that browsers may keep them for ever.

use crate::answer::{Answer, PageResult};
use crate::ask::Ask;
use platform::Refusal;
use std::sync::LazyLock;

const FILES: &[(&str, &str, &[u8])] = &[
    ("tabler.css", "text/css; charset=utf-8", include_bytes!("../assets/vendor/tabler.min.css")),
    ("app.css", "text/css; charset=utf-8", include_bytes!("../assets/app.css")),
    ("htmx.js", "text/javascript; charset=utf-8", include_bytes!("../assets/vendor/htmx.min.js")),
    ("app.js", "text/javascript; charset=utf-8", include_bytes!("../assets/app.js")),
    ("icons.svg", "image/svg+xml", include_bytes!("../assets/vendor/icons.svg")),
    ("logo.svg", "image/svg+xml", include_bytes!("../assets/logo.svg")),
    ("favicon.svg", "image/svg+xml", include_bytes!("../assets/favicon.svg")),
];

/// Hash of all assets; part of each address.
pub fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let all: Vec<u8> = FILES.iter().flat_map(|f| f.2.iter().copied()).collect();
        platform::event::sha256(all).chars().take(12).collect()
    });
    &VERSION
}

/// `GET /assets/{version}/{name}`; the version only keeps old copies apart.
pub async fn get(ask: Ask) -> PageResult {
    let (_, media, bytes) = FILES.iter().find(|f| f.0 == ask.param("name")).ok_or(Refusal::NotFound)?;
    Ok(Answer::Bytes { media: media.to_string(), name: None, bytes: bytes.to_vec(), cache: true })
}

/// `GET /favicon.ico`.
pub async fn favicon(_: Ask) -> PageResult {
    Ok(Answer::Bytes { media: "image/svg+xml".into(), name: None, bytes: include_bytes!("../assets/favicon.svg").to_vec(), cache: true })
}
