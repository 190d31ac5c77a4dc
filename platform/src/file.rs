//! Files: bytes in an object store under their digest, a row that says whose they are and what they belong to.

use crate::caller::Caller;
use crate::db::{Look, Tx};
use crate::id::Id;
use crate::people::{Org, Person};
use crate::schema::file;
use crate::{At, Refusal, Result, diesel};
use bytes::Bytes;
use diesel::prelude::*;
use object_store::{ObjectStore, ObjectStoreExt, path::Path};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Largest file, in bytes.
pub const MOST: u64 = 20 * 1_048_576;

/// What may be uploaded: ending, media type, and how its bytes begin (empty: text, checked to be text).
const TYPES: &[(&str, &str, &[u8])] = &[
    ("pdf", "application/pdf", b"%PDF-"),
    ("ofd", "application/ofd", b"PK\x03\x04"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\x03\x04"),
    ("zip", "application/zip", b"PK\x03\x04"),
    ("png", "image/png", b"\x89PNG\r\n\x1a\n"),
    ("jpg", "image/jpeg", b"\xff\xd8\xff"),
    ("jpeg", "image/jpeg", b"\xff\xd8\xff"),
    ("csv", "text/csv", b""),
    ("txt", "text/plain", b""),
    ("md", "text/plain", b""),
    ("json", "application/json", b""),
];

/// The endings that may be uploaded, for the `accept` attribute.
pub fn endings() -> Vec<String> {
    TYPES.iter().map(|t| format!(".{}", t.0)).collect()
}

/// One file's row.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = file)]
pub struct File {
    pub id: Id<File>,
    pub owner: Option<Id<Org>>,
    pub uploader: Option<Id<Person>>,
    /// What it was attached to; `None` until an act takes it up.
    pub noun: Option<String>,
    pub subject: Option<String>,
    pub name: String,
    pub media: String,
    pub size: i64,
    pub sha256: String,
    /// Shown to everybody together with what it belongs to.
    pub public: bool,
    pub created_at: At,
}

/// Where bytes are kept. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<dyn ObjectStore>);

/// Bytes that were checked and hashed, and the name to show for them.
#[derive(Clone, Debug)]
pub struct Upload {
    pub name: String,
    pub media: &'static str,
    pub size: i64,
    pub sha256: String,
}

impl Store {
    /// A local folder, made when missing.
    pub fn folder(path: &std::path::Path) -> Result<Self> {
        std::fs::create_dir_all(path).map_err(Refusal::broken)?;
        let store = object_store::local::LocalFileSystem::new_with_prefix(path).map_err(Refusal::broken)?.with_fsync(true);
        Ok(Self(Arc::new(store)))
    }

    /// By URL: `s3://BUCKET/PREFIX` with the usual AWS_ environment settings (endpoint, keys, region), or the path of a folder.
    pub fn open(url: &str) -> Result<Self> {
        Self::open_with(url, std::env::vars())
    }

    /// The same with these settings instead of the environment's.
    pub fn open_with(url: &str, env: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        if url.starts_with("s3://") {
            return Self::s3(url, env);
        }
        Self::folder(std::path::Path::new(url.strip_prefix("file://").unwrap_or(url)))
    }

    #[cfg(feature = "s3")]
    fn s3(url: &str, env: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let (bucket, prefix) = url.trim_start_matches("s3://").split_once('/').unwrap_or((url.trim_start_matches("s3://"), ""));
        let mut builder = object_store::aws::AmazonS3Builder::new().with_bucket_name(bucket);
        for (name, value) in env {
            if let Some(key) = name.starts_with("AWS_").then(|| name.to_ascii_lowercase().parse().ok()).flatten() {
                builder = builder.with_config(key, value);
            }
        }
        let store = builder.build().map_err(Refusal::broken)?;
        Ok(match prefix.trim_matches('/') {
            "" => Self(Arc::new(store)),
            prefix => Self(Arc::new(object_store::prefix::PrefixStore::new(store, prefix))),
        })
    }

    #[cfg(not(feature = "s3"))]
    fn s3(_: &str, _: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        Err(Refusal::broken("this binary was built without the feature `s3`"))
    }

    fn path(sha256: &str) -> Path {
        Path::from(format!("{}/{}", &sha256[..2.min(sha256.len())], sha256))
    }

    /// Checks and stores bytes. Faults: empty, too large, a type that is not taken or does not match its ending.
    pub async fn put(&self, name: &str, bytes: Bytes) -> std::result::Result<Upload, PutFault> {
        let name = clean_name(name);
        let media = check(&name, &bytes)?;
        let sha256: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        let size = bytes.len() as i64;
        let path = Self::path(&sha256);
        if self.0.head(&path).await.is_err() {
            self.0.put(&path, bytes.into()).await.map_err(|e| {
                tracing::error!(error = %e, "file not stored");
                PutFault::Refused(if e.to_string().contains("No space") { Refusal::NoSpace } else { Refusal::Unavailable })
            })?;
        }
        Ok(Upload { name, media, size, sha256 })
    }

    /// Stores bytes under a digest that the caller has checked.
    pub(crate) async fn keep(&self, sha256: &str, bytes: Bytes) -> Result<()> {
        self.0.put(&Self::path(sha256), bytes.into()).await.map(drop).map_err(|e| {
            tracing::error!(error = %e, "file not stored");
            Refusal::Unavailable
        })
    }

    /// The bytes of a file whose row the caller may see.
    pub async fn get(&self, file: &File) -> Result<Bytes> {
        let got = self.0.get(&Self::path(&file.sha256)).await.map_err(|_| Refusal::NotFound)?;
        got.bytes().await.map_err(|_| Refusal::Unavailable)
    }
}

/// Why bytes were not taken: a fault to show at the field, or a refusal.
#[derive(Debug, Clone, PartialEq)]
pub enum PutFault {
    /// Message code of the fault.
    Fault(&'static str),
    Refused(Refusal),
}

fn check(name: &str, bytes: &[u8]) -> std::result::Result<&'static str, PutFault> {
    if bytes.is_empty() {
        return Err(PutFault::Fault("file-empty"));
    }
    if bytes.len() as u64 > MOST {
        return Err(PutFault::Fault("file-too-large"));
    }
    let ending = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
    let Some((_, media, start)) = TYPES.iter().find(|t| t.0 == ending) else { return Err(PutFault::Fault("file-type")) };
    // NUL bytes are no text in any encoding we read.
    let holds = if start.is_empty() { !bytes.contains(&0) } else { bytes.starts_with(start) };
    if holds { Ok(media) } else { Err(PutFault::Fault("file-mismatch")) }
}

/// A name fit to show and to send back in a header: no path, no control or direction characters, at most 120 characters.
pub fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last
        .chars()
        .filter(|c| !c.is_control() && !matches!(*c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '"' | '<' | '>' | '|' | ':' | '*' | '?'))
        .collect();
    let kept = kept.trim_matches(['.', ' ']);
    let over = kept.chars().count().saturating_sub(120);
    let short: String = kept.chars().skip(over).collect();
    if short.is_empty() { "file".into() } else { short }
}

/// Records an uploaded file, not yet attached to anything.
pub fn record(tx: &mut Tx, who: &Caller, upload: &Upload) -> Result<Id<File>> {
    let row = File {
        id: tx.id(),
        owner: who.org,
        uploader: who.person,
        noun: None,
        subject: None,
        name: upload.name.clone(),
        media: upload.media.into(),
        size: upload.size,
        sha256: upload.sha256.clone(),
        public: false,
        created_at: tx.now(),
    };
    diesel::insert_into(file::table).values(&row).execute(tx.db())?;
    Ok(row.id)
}

/// Attaches the caller's files to a case; a file that is another's, or belongs to another case, is `NotFound`. A file of
/// the caller's organisation that is attached elsewhere is attached again as a copy of its row; the new ids come back.
pub fn attach(tx: &mut Tx, who: &Caller, ids: &[String], noun: &str, subject: &str, public: bool) -> Result<Vec<String>> {
    let mut attached = Vec::new();
    for id in ids {
        let id: Id<File> = id.parse()?;
        let mut row: File = file::table.find(id).select(File::as_select()).first(tx.db())?;
        if row.owner != who.org || (row.owner.is_none() && row.uploader != who.person) {
            return Err(Refusal::NotFound);
        }
        let here = row.noun.as_deref() == Some(noun) && row.subject.as_deref() == Some(subject);
        if row.noun.is_none() || here {
            diesel::update(file::table.find(id)).set((file::noun.eq(noun), file::subject.eq(subject), file::public.eq(public))).execute(tx.db())?;
            attached.push(id.to_string());
        } else {
            row.id = tx.id();
            row.noun = Some(noun.into());
            row.subject = Some(subject.into());
            row.public = public;
            row.created_at = tx.now();
            diesel::insert_into(file::table).values(&row).execute(tx.db())?;
            attached.push(row.id.to_string());
        }
    }
    Ok(attached)
}

/// The rows of some files, whoever's they are: the caller has checked the case that names them.
pub fn rows(look: &mut Look, ids: &[String]) -> Result<Vec<File>> {
    let ids: Vec<Id<File>> = ids.iter().filter_map(|i| i.parse().ok()).collect();
    Ok(file::table.filter(file::id.eq_any(ids)).limit(500).select(File::as_select()).load(look.db())?)
}

/// One file's row; the caller must check that its case may be seen.
pub fn find(look: &mut Look, id: Id<File>) -> Result<File> {
    Ok(file::table.find(id).select(File::as_select()).first(look.db())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_paths_and_tricks() {
        for (given, kept) in [
            ("../../etc/passwd.txt", "passwd.txt"),
            ("C:\\tmp\\报告.pdf", "报告.pdf"),
            ("a\u{202e}fdp.exe", "afdp.exe"),
            ("", "file"),
            ("..", "file"),
            ("x\r\nSet-Cookie: a.txt", "xSet-Cookie a.txt"),
        ] {
            assert_eq!(clean_name(given), kept);
        }
    }

    #[test]
    fn bytes_must_match_their_ending() {
        assert_eq!(check("a.pdf", b"%PDF-1.7"), Ok("application/pdf"));
        assert_eq!(check("a.pdf", b"MZ"), Err(PutFault::Fault("file-mismatch")));
        assert_eq!(check("a.exe", b"MZ"), Err(PutFault::Fault("file-type")));
        assert_eq!(check("a.pdf", b""), Err(PutFault::Fault("file-empty")));
        assert_eq!(check("a.csv", "名称\u{0}".as_bytes()), Err(PutFault::Fault("file-mismatch")));
    }
}
