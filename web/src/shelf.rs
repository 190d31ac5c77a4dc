//! Public pages rendered once and kept in memory by address, language and face. They are the same for everybody, so nothing personal may
//! stand on them: whoever is signed in, has settings of his own or something to be told gets a page made for him.
//!
//! An event drops what it may have changed, before anybody is answered from the shelf again: what this process committed is taken in at
//! each question, what other nodes committed at least twice a second. A new day drops everything.

use bytes::Bytes;
use platform::event::{self, Heard};
use platform::people::Org;
use platform::{Db, Id, Refusal, Result};
use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};
use std::collections::VecDeque;
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::sync::atomic::{AtomicI32, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::ask::Face;
use crate::say::Lang;

/// What a kept page hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Any event may have changed it.
    Whole,
    /// It is about one case of an organisation: what happens to the cases of others leaves it alone.
    OfOwner,
}

/// Nouns that stand on pages of other owners: a scenario's title, a resource's level, an organisation's name.
const SHARED: [&str; 3] = ["scenario", "entry", "org"];

/// Most events remembered, so that a page that was being made while they came is not kept.
const REMEMBERED: usize = 256;
/// So long after the log was last read, nothing is answered from memory.
const OUT_OF_TOUCH: Duration = Duration::from_secs(2);
/// Longest address that is kept.
const LONGEST: usize = 400;

/// What a page is found by.
#[derive(Clone, Copy, Debug)]
pub struct Address<'a> {
    pub path: &'a str,
    pub lang: Lang,
    pub face: Face,
}

struct Key {
    path: Box<str>,
    lang: Lang,
    face: Face,
}

fn digest(state: &mut impl Hasher, path: &str, lang: Lang, face: Face) {
    path.hash(state);
    (lang as u8, face as u8).hash(state);
}
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        digest(state, &self.path, self.lang, self.face);
    }
}
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        Address { path: &other.path, lang: other.lang, face: other.face }.equivalent(self)
    }
}
impl Eq for Key {}
impl Hash for Address<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        digest(state, self.path, self.lang, self.face);
    }
}
impl Equivalent<Key> for Address<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self.path == *key.path && self.lang == key.lang && self.face == key.face
    }
}

/// A page as it is sent.
pub struct Page {
    pub media: &'static str,
    pub etag: String,
    /// When it was made, as a header has it.
    pub modified: String,
    /// Headers of its own, such as `Link`.
    pub headers: Vec<(&'static str, String)>,
    owner: Option<String>,
    /// The body in a form that is a third as long and opened within microseconds: most clients never ask for it plain.
    body: Box<[u8]>,
    gzip: OnceLock<Bytes>,
    brotli: OnceLock<Bytes>,
}

impl Page {
    /// A page just made. `at` is the moment it tells of.
    pub fn new(media: &'static str, body: &str, headers: Vec<(&'static str, String)>, owner: Option<Id<Org>>, at: platform::At) -> Self {
        Self {
            media,
            etag: format!("\"{}\"", &event::sha256(body)[..32]),
            modified: httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_secs(at.and_utc().timestamp().max(0).unsigned_abs())),
            headers,
            owner: owner.map(|o| o.to_string()),
            body: lz4_flex::block::compress_prepend_size(body.as_bytes()).as_slice().into(),
            gzip: OnceLock::new(),
            brotli: OnceLock::new(),
        }
    }
    /// The body for a client that accepts these encodings, packed for it once, with the encoding's name.
    pub fn packed(&self, accepts: &str) -> Result<(Bytes, Option<&'static str>)> {
        let takes = |name: &str| {
            accepts.split(',').any(|one| one.split(';').next().is_some_and(|n| n.trim() == name) && !one.replace(' ', "").ends_with("q=0"))
        };
        let (form, pack, name): (_, fn(&[u8]) -> Bytes, _) = match () {
            () if takes("br") => (&self.brotli, brotli, "br"),
            () if takes("gzip") => (&self.gzip, gzip, "gzip"),
            () => return Ok((self.plain()?.into(), None)),
        };
        if let Some(packed) = form.get() {
            return Ok((packed.clone(), Some(name)));
        }
        let packed = pack(&self.plain()?);
        Ok((form.get_or_init(|| packed).clone(), Some(name)))
    }
    fn plain(&self) -> Result<Vec<u8>> {
        lz4_flex::block::decompress_size_prepended(&self.body).map_err(Refusal::broken)
    }
    /// Whether a client that has these tags has this very page.
    pub fn is_known(&self, if_none_match: &str) -> bool {
        if_none_match.split(',').any(|tag| matches!(tag.trim(), "*") || tag.trim().trim_start_matches("W/") == self.etag)
    }
}

fn brotli(body: &[u8]) -> Bytes {
    let mut packed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut packed, 4096, 5, 20);
    // Writing to memory does not fail.
    let _ = writer.write_all(body);
    drop(writer);
    Bytes::copy_from_slice(&packed)
}

fn gzip(body: &[u8]) -> Bytes {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    let _ = writer.write_all(body);
    Bytes::copy_from_slice(&writer.finish().unwrap_or_default())
}

#[derive(Clone)]
struct Weigh;
impl Weighter<Key, Arc<Page>> for Weigh {
    fn weight(&self, key: &Key, page: &Arc<Page>) -> u64 {
        // The two forms that travel come later and take half as much each.
        (key.path.len() + page.body.len() * 2 + 768) as u64
    }
}

/// The pages of this node.
pub struct Shelf {
    pages: Cache<Key, Arc<Page>, Weigh>,
    seq: AtomicI64,
    /// Days since the common era.
    day: AtomicI32,
    /// When the log was last read with success.
    heard: Mutex<Instant>,
    /// The last events taken in; whoever holds it takes in.
    recent: Mutex<VecDeque<Heard>>,
}

/// A look at the shelf before a page is made: what happens afterwards is found out when it is to be kept.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    seq: i64,
    day: i32,
}

fn today(db: &Db) -> i32 {
    // Eight hours before Greenwich, without the way over a calendar: the days of Shanghai.
    (db.clock().now().and_utc().timestamp() + 8 * 3600).div_euclid(86_400) as i32
}

impl Shelf {
    /// An empty shelf for so many bytes, which has read the log up to its end.
    pub fn new(db: &Db, bytes: u64) -> Result<Self> {
        Ok(Self {
            pages: Cache::with_weighter((bytes / 16_384).max(16) as usize, bytes, Weigh),
            seq: AtomicI64::new(db.look(event::last)?),
            day: AtomicI32::new(today(db)),
            heard: Mutex::new(Instant::now()),
            recent: Mutex::default(),
        })
    }

    /// Whether the log was read a moment ago. A node that is cut off does not know what others have taken from public view, so it
    /// says nothing from memory.
    pub fn is_in_touch(&self) -> bool {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).elapsed() < OUT_OF_TOUCH
    }

    /// Whether everything that this process committed, and this day, is taken in.
    pub fn is_level(&self, db: &Db) -> bool {
        self.seq.load(Ordering::Acquire) >= db.bell().last() && self.day.load(Ordering::Acquire) == today(db)
    }

    /// Takes in what was committed since, and drops what it may have changed.
    pub fn take_in(&self, db: &Db) -> Result<()> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let from = self.seq.load(Ordering::Acquire);
            let told = db.look(|look| event::since(look, from, 500))?;
            let day = today(db);
            if self.day.load(Ordering::Acquire) != day {
                self.pages.clear();
            } else if !told.is_empty() {
                self.pages.retain(|_, page| !told.iter().any(|event| touches(event, page.owner.as_deref())));
            }
            let (last, full) = (told.last().map(|t| t.seq), told.len() == 500);
            recent.extend(told);
            let surplus = recent.len().saturating_sub(REMEMBERED);
            recent.drain(..surplus);
            if let Some(last) = last {
                self.seq.store(last, Ordering::Release);
            }
            self.day.store(day, Ordering::Release);
            *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            if !full {
                return Ok(());
            }
        }
    }

    /// Number of the last event taken in.
    pub fn seq(&self) -> i64 {
        self.seq.load(Ordering::Acquire)
    }

    /// The moment before a page is made.
    pub fn moment(&self) -> Moment {
        Moment { seq: self.seq.load(Ordering::Acquire), day: self.day.load(Ordering::Acquire) }
    }

    pub fn get(&self, address: &Address) -> Option<Arc<Page>> {
        self.pages.get(address)
    }

    /// Keeps a page, unless something happened since that moment which it may not tell of yet.
    pub fn keep(&self, address: &Address, page: Arc<Page>, since: Moment) {
        if address.path.len() > LONGEST {
            return;
        }
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let unseen = recent.front().is_some_and(|first| first.seq > since.seq + 1);
        let touched = recent.iter().filter(|t| t.seq > since.seq).any(|t| touches(t, page.owner.as_deref()));
        if !touched && !unseen && self.day.load(Ordering::Acquire) == since.day {
            self.pages.insert(Key { path: address.path.into(), lang: address.lang, face: address.face }, page);
        }
    }

    /// Pages kept.
    pub fn len(&self) -> usize {
        self.pages.len()
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Whether an event may have changed a page of that owner.
fn touches(event: &Heard, owner: Option<&str>) -> bool {
    match (owner, event.owner) {
        (Some(page), Some(of)) => SHARED.contains(&event.noun.as_str()) || of.to_string() == page,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(owner: Option<&str>) -> Page {
        let owner = owner.map(|o| o.parse().unwrap());
        Page::new("text/html; charset=utf-8", &"<p>大境</p>".repeat(100), Vec::new(), owner, platform::At::MIN)
    }
    fn told(noun: &str, owner: Option<&str>) -> Heard {
        Heard { seq: 1, noun: noun.into(), subject: String::new(), owner: owner.map(|o| o.parse().unwrap()) }
    }

    #[test]
    fn an_event_drops_what_it_may_have_changed() {
        let (a, b) = ("01930000-0000-7000-8000-00000000000a", "01930000-0000-7000-8000-00000000000b");
        assert!(touches(&told("product", Some(b)), None), "a page of no owner");
        assert!(touches(&told("product", None), Some(a)), "an event of no owner");
        assert!(touches(&told("pricing", Some(a)), Some(a)));
        assert!(touches(&told("scenario", Some(b)), Some(a)));
        assert!(!touches(&told("product", Some(b)), Some(a)));
    }

    #[test]
    fn a_page_is_packed_for_who_takes_it() {
        let page = page(None);
        let whole = "<p>大境</p>".repeat(100);
        assert_eq!(page.packed("").unwrap(), (whole.clone().into(), None));
        assert_eq!(page.packed("gzip;q=0, identity").unwrap().1, None);
        let (packed, name) = page.packed("gzip, deflate").unwrap();
        assert_eq!(name, Some("gzip"));
        let mut plain = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&packed[..]), &mut plain).unwrap();
        assert_eq!(plain, whole);
        let (packed, name) = page.packed("gzip, br").unwrap();
        assert_eq!(name, Some("br"));
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut &packed[..], &mut plain).unwrap();
        assert_eq!(plain, whole.as_bytes());
        assert!(page.is_known(&format!("\"x\", W/{}", page.etag)) && page.is_known("*") && !page.is_known("\"x\""));
    }
}
