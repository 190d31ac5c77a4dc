//! Reads what a request carries: query, form, multipart with files, or JSON; checks the form token.

use crate::ask::Ask;
use crate::view::form::nest;
use actix_multipart::Multipart;
use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use platform::file::{self, PutFault};
use platform::refusal::Fault;
use platform::sheet::Answers;
use platform::{Refusal, Result};
use serde_json::Value;

/// Decodes `%20` and `+`.
pub fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let raw = text.as_bytes();
    let mut i = 0;
    while i < raw.len() {
        let hex = (raw[i] == b'%').then(|| text.get(i + 1..i + 3)).flatten().and_then(|h| u8::from_str_radix(h, 16).ok());
        match (raw[i], hex) {
            (_, Some(byte)) => {
                bytes.push(byte);
                i += 3;
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            (other, _) => bytes.push(other),
        }
        i += 1;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Most name–value pairs of a query or form.
const MOST_PAIRS: usize = 5000;

/// Name–value pairs of a form; refused when there are more than anybody fills in, for what is cut off may be the token.
fn form_pairs(text: &str) -> Result<Vec<(String, String)>> {
    must_be_few(text.split('&').filter(|p| !p.is_empty()).count())?;
    Ok(pairs(text))
}

fn must_be_few(fields: usize) -> Result<()> {
    if fields > MOST_PAIRS { Err(Refusal::TooManyFields { most: MOST_PAIRS }) } else { Ok(()) }
}

/// Name–value pairs of a query; at most 5,000.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|p| !p.is_empty())
        .take(MOST_PAIRS)
        .map(|p| {
            let (name, value) = p.split_once('=').unwrap_or((p, ""));
            (unescape(name), unescape(value))
        })
        .collect()
}

async fn all(mut payload: Payload, most: usize) -> Result<Bytes> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Refusal::Unreadable)?;
        if body.len() + chunk.len() > most {
            return Err(Refusal::TooLarge { most: most as u64 });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Reads the body into the ask; refuses a form without its token and a body that is too large or cannot be read.
pub async fn body(ask: &mut Ask, request: &HttpRequest, payload: Payload, most: usize, tokenless: bool) -> Result<()> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("").to_ascii_lowercase();
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<usize>().ok());
    if declared.is_some_and(|n| n > most) {
        return Err(Refusal::TooLarge { most: most as u64 });
    }
    ask.key = request.headers().get("idempotency-key").and_then(|v| v.to_str().ok()).map(|k| k.chars().take(200).collect());
    let mut sent = None;
    let mut token = request.headers().get("x-csrf-token").and_then(|v| v.to_str().ok()).unwrap_or("").to_string();
    if kind.starts_with("application/json") {
        let bytes = all(payload, most).await?;
        let value: Value =
            if bytes.is_empty() { Value::Object(Default::default()) } else { serde_json::from_slice(&bytes).map_err(|_| Refusal::Unreadable)? };
        let Value::Object(map) = value else { return Err(Refusal::Unreadable) };
        ask.answers = Answers(map);
    } else if kind.starts_with("multipart/form-data") {
        sent = Some(multipart(ask, request, payload, most).await?);
    } else if kind.starts_with("application/x-www-form-urlencoded") || kind.is_empty() {
        let bytes = all(payload, most).await?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Refusal::Unreadable)?;
        ask.answers = nest(form_pairs(text)?);
    } else {
        return Err(Refusal::Unreadable);
    }
    if let Some(Value::String(given)) = ask.answers.0.remove("_csrf") {
        token = given;
    }
    if let Some(Value::String(key)) = ask.answers.0.remove("_key")
        && ask.key.is_none()
    {
        ask.key = Some(key.chars().take(200).collect());
    }
    // Answers to the password question are not part of what was submitted.
    let digest =
        sent.as_ref().unwrap_or(&ask.answers).0.iter().filter(|(k, _)| !k.starts_with('_')).map(|(k, v)| format!("{k}={v}\n")).collect::<String>();
    ask.digest = platform::event::sha256(digest);
    // Type size and contrast are chosen on every page, also by visitors who carry no cookie; nothing else hangs on them.
    if !ask.by_token && !tokenless && !same(&token, &ask.csrf) {
        return Err(Refusal::FormExpired);
    }
    Ok(())
}

/// Compares in a time that does not depend on where the texts differ.
pub fn same(a: &str, b: &str) -> bool {
    use subtle::ConstantTimeEq;
    !a.is_empty() && a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// Reads a form with files. What was sent is returned with each file as its own digest: sent again it is the same form,
/// though the file is then kept under another id.
async fn multipart(ask: &mut Ask, request: &HttpRequest, payload: Payload, most: usize) -> Result<Answers> {
    let mut parts = Multipart::new(request.headers(), payload);
    let mut pairs = Vec::new();
    let mut files: Vec<(String, String, Bytes)> = Vec::new();
    let mut total = 0;
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|_| Refusal::Unreadable)?;
        must_be_few(pairs.len() + files.len() + 1)?;
        let name = part.name().unwrap_or_default().to_string();
        let file_name = part.content_disposition().and_then(|d| d.get_filename()).map(str::to_string);
        let limit = if file_name.is_some() { file::MOST as usize } else { 1_048_576 };
        let mut bytes = BytesMut::new();
        let mut over = false;
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(|_| Refusal::Unreadable)?;
            total += chunk.len();
            if total > most {
                return Err(Refusal::TooLarge { most: most as u64 });
            }
            // The rest of a part that is too large is read away, so that the other answers are kept.
            over |= bytes.len() + chunk.len() > limit;
            if !over {
                bytes.extend_from_slice(&chunk);
            }
        }
        match file_name {
            Some(given) if !given.is_empty() && over => ask.faults.push(Fault::at(name, "file-too-large").with("max", file::MOST / 1_048_576)),
            Some(given) if !given.is_empty() => files.push((name, given, bytes.freeze())),
            Some(_) => {}
            None if over => return Err(Refusal::TooLarge { most: limit as u64 }),
            None => pairs.push((name, String::from_utf8(bytes.to_vec()).map_err(|_| Refusal::Unreadable)?)),
        }
    }
    ask.answers = nest(pairs.clone());
    // Files are taken in only from those who may be here and whose form is genuine.
    let genuine = ask.by_token || same(ask.answers.text("_csrf"), &ask.csrf);
    if !genuine {
        return Err(Refusal::FormExpired);
    }
    let mut sent = pairs.clone();
    for (name, given, bytes) in files {
        match ask.app.store.put(&given, bytes).await {
            Ok(upload) => {
                sent.push((name.clone(), format!("{} {}", upload.name, upload.sha256)));
                let id = ask.act(move |tx, who| file::record(tx, who, &upload)).await?;
                // With the other answers, so that a file may stand in a row.
                pairs.push((name, id.to_string()));
            }
            Err(PutFault::Fault(code)) => {
                ask.faults.push(Fault::at(name, code).with("max", file::MOST / 1_048_576).with("name", file::clean_name(&given)))
            }
            Err(PutFault::Refused(refusal)) => return Err(refusal),
        }
    }
    ask.answers = nest(pairs);
    Ok(nest(sent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_and_never_panics() {
        assert_eq!(unescape("%E5%A4%A7+%E5%A2%83%2"), "大 境%2");
        assert_eq!(unescape("%zz%"), "%zz%");
        let many = |n: usize| vec!["a=1"; n].join("&");
        assert_eq!(form_pairs(&many(5000)).map(|p| p.len()), Ok(5000));
        assert_eq!(form_pairs(&many(5001)), Err(Refusal::TooManyFields { most: 5000 }));
        assert_eq!(pairs("a=1&b&=c"), [("a".to_string(), "1".to_string()), ("b".into(), "".into()), ("".into(), "c".into())]);
    }
}
