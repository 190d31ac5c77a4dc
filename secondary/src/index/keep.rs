//! The index of this node: opened, made anew where it does not fit, kept up with the event log, and asked.

use super::ask::{Ask, Found};
use super::fields::{Fields, LAYOUT, schema};
use super::folder::Folder;
use super::shard::Shard;
use super::{Fault, Kind, Shown, feed, key};
use chrono::NaiveDate;
use platform::flow::Noun;
use platform::{Db, Look, Result, Word, event};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tantivy::indexer::{LogMergePolicy, NoMergePolicy};
use tantivy::schema::{Field, Value};
use tantivy::store::StoreReader;
use tantivy::{IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher, TantivyDocument, Term};

/// Most events read at a time.
const EVENTS: i64 = 1_000;
/// Memory that the writer of the index may fill before it writes a segment, in bytes. It is held only while there is something to write.
const ROOM: usize = 15_000_000;
/// The same while the whole is made anew.
const MUCH_ROOM: usize = 60_000_000;
/// Bytes of what is shown that are packed together: two or three entries, because those of a page lie far apart.
const BLOCK: usize = 4_096;
/// Blocks of what is shown that are kept unpacked for each segment.
const BLOCKS: usize = 32;

/// How far the index has read, kept with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    layout: u32,
    /// Number and hash of the last event that is in it. With another log they do not fit together.
    seq: i64,
    hash: String,
    day: NaiveDate,
    /// Whether everything there was has been read once.
    whole: bool,
}

/// The segments of one moment.
struct View {
    /// Holds the files of the segments open.
    _searcher: Searcher,
    shown: Field,
    shards: Vec<Shard>,
    stores: Vec<StoreReader>,
}

/// The index of this node.
pub struct Index {
    folder: PathBuf,
    /// Taken by whoever writes; one at a time.
    writing: Mutex<()>,
    open: RwLock<Arc<Open>>,
    view: RwLock<Arc<View>>,
    seq: AtomicI64,
    /// Days since the common era.
    day: AtomicI32,
    whole: AtomicBool,
    /// When it was last opened or begun anew.
    begun: RwLock<Instant>,
    guard: Mutex<()>,
    moved: Condvar,
}

struct Open {
    index: tantivy::Index,
    reader: IndexReader,
    fields: Fields,
}

fn days(day: NaiveDate) -> i32 {
    chrono::Datelike::num_days_from_ce(&day)
}

impl Index {
    /// Opens the index of a folder, or begins one. What it holds may be old until [`catch_up`](Self::catch_up).
    pub fn open(folder: &Path) -> Result<Self> {
        let open = Open::at(folder).or_else(|_| Open::anew(folder))?;
        let (mark, view) = (open.mark(), open.view(None)?);
        Ok(Self {
            folder: folder.to_path_buf(),
            writing: Mutex::default(),
            open: RwLock::new(Arc::new(open)),
            view: RwLock::new(Arc::new(view)),
            seq: AtomicI64::new(mark.as_ref().map_or(-1, |m| m.seq)),
            day: AtomicI32::new(mark.as_ref().map_or(0, |m| days(m.day))),
            whole: AtomicBool::new(mark.is_some_and(|m| m.whole)),
            begun: RwLock::new(Instant::now()),
            guard: Mutex::default(),
            moved: Condvar::new(),
        })
    }

    fn opened(&self) -> Arc<Open> {
        self.open.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
    fn viewed(&self) -> Arc<View> {
        self.view.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Number of the last event that every answer takes into account.
    pub fn seq(&self) -> i64 {
        self.seq.load(Ordering::Acquire)
    }
    /// Whether it holds all that is public; not while it is made anew.
    pub fn is_whole(&self) -> bool {
        self.whole.load(Ordering::Acquire)
    }

    /// Waits until that event, everything that this process committed, and this day are in every answer; for so long at most. False
    /// when they are not: what is found may then have been taken from public view. While the whole is made anew nothing stands in it
    /// that may not, and the answers say that they are incomplete; that is waited for only while it has just begun.
    pub fn wait(&self, db: &Db, seq: i64, most: Duration) -> bool {
        let (seq, day) = (db.bell().last().max(seq), days(platform::day::shanghai_date(db.clock().now())));
        let behind = || self.seq() < seq || self.day.load(Ordering::Acquire) < day;
        let held = self.guard.lock().unwrap_or_else(PoisonError::into_inner);
        let most = if self.is_whole() { most } else { most.saturating_sub(self.begun.read().unwrap_or_else(PoisonError::into_inner).elapsed()) };
        drop(self.moved.wait_timeout_while(held, most, |()| behind() || !self.is_whole()));
        !behind() || !self.is_whole()
    }

    fn reached(&self, mark: &Mark) {
        self.seq.store(mark.seq, Ordering::Release);
        self.day.store(days(mark.day), Ordering::Release);
        self.whole.store(mark.whole, Ordering::Release);
        let _held = self.guard.lock().unwrap_or_else(PoisonError::into_inner);
        self.moved.notify_all();
    }

    /// Takes in what happened since it last looked; makes the whole anew when it has another layout or read another log.
    /// Returns the number of entries that were written.
    pub fn catch_up(&self, db: &Db) -> Result<usize> {
        let _held = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mark = self.opened().mark();
        let fits = match &mark {
            Some(m) if m.whole && m.layout == LAYOUT => db.look(|look| Ok(m.seq == 0 || event::hash_of(look, m.seq)?.as_deref() == Some(&m.hash)))?,
            _ => false,
        };
        match mark.filter(|_| fits) {
            Some(mark) => self.follow(db, mark),
            None => self.make_anew(db),
        }
    }

    /// Reads everything again.
    fn make_anew(&self, db: &Db) -> Result<usize> {
        *self.begun.write().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.whole.store(false, Ordering::Release);
        let mut mark = db.look(|look| Mark::now(look, false))?;
        let open = Open::anew(&self.folder)?;
        // What stood in it before is told no more.
        *self.view.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(open.view(None)?);
        let mut writer = open.writer(MUCH_ROOM)?;
        // One merge at the end instead of many on the way.
        writer.set_merge_policy(Box::new(NoMergePolicy));
        let mut written = 0;
        for kind in Kind::ALL {
            let mut past: Option<String> = None;
            loop {
                let from = past.take();
                let (ids, entries) = db.look(move |look| {
                    let ids = feed::past(look, *kind, from.as_deref())?;
                    let entries = feed::named(look, *kind, &ids)?;
                    Ok((ids, entries))
                })?;
                for entry in &entries {
                    writer.add_document(open.fields.document(entry)).map_err(Fault::from)?;
                }
                written += entries.len();
                past = ids.last().cloned();
                if past.is_none() {
                    break;
                }
            }
        }
        mark.whole = true;
        commit(&mut writer, &mark)?;
        let segments = open.index.searchable_segment_ids().map_err(Fault::from)?;
        if segments.len() > 1 {
            writer.merge(&segments).wait().map_err(Fault::from)?;
        }
        writer.wait_merging_threads().map_err(Fault::from)?;
        let view = open.view(None)?;
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(open);
        *self.view.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(view);
        tracing::info!(entries = written, seq = mark.seq, "index made anew");
        self.reached(&mark);
        Ok(written)
    }

    /// Reads the events since the mark, and what they touch.
    fn follow(&self, db: &Db, mut mark: Mark) -> Result<usize> {
        let mut written = 0;
        // What was read but needed no writing is remembered here, not in the files.
        mark.seq = mark.seq.max(self.seq());
        loop {
            let (from, day) = (mark.seq, mark.day.max(NaiveDate::from_num_days_from_ce_opt(self.day.load(Ordering::Acquire)).unwrap_or(mark.day)));
            let view = self.viewed();
            let (now, more, entries, touched) = db.look(move |look| {
                let told = event::since(look, from, EVENTS)?;
                let entries: Vec<&str> = told.iter().filter(|t| t.noun == resources::Entry::NAME).map(|t| t.subject.as_str()).collect();
                let mut now = Mark { seq: from, hash: String::new(), layout: LAYOUT, day: look.today(), whole: true };
                if let Some(last) = told.last() {
                    now.seq = last.seq;
                }
                let mut touched = feed::touched(look, &told)?;
                // The level of what it is made of is counted with a product.
                for resource in entries {
                    for shard in &view.shards {
                        touched.extend(shard.made_of(resource)?.into_iter().map(|id| (Kind::Product, super::spelled(id))));
                    }
                }
                if now.day > day {
                    touched.extend(feed::turned(look, day, now.day)?);
                }
                let mut by_kind: BTreeMap<Kind, Vec<String>> = BTreeMap::new();
                touched.iter().for_each(|(kind, id)| by_kind.entry(*kind).or_default().push(id.clone()));
                let mut entries = Vec::new();
                for (kind, ids) in by_kind {
                    for some in ids.chunks(feed::BATCH as usize) {
                        entries.extend(feed::named(look, kind, some)?);
                    }
                }
                if !touched.is_empty() {
                    now.hash = event::hash_of(look, now.seq)?.unwrap_or_default();
                }
                Ok((now, told.len() as i64 == EVENTS, entries, touched))
            })?;
            if !touched.is_empty() {
                let open = self.opened();
                let mut writer = open.writer(ROOM)?;
                for (kind, id) in &touched {
                    writer.delete_term(Term::from_field_text(open.fields.key, &key(*kind, id)));
                }
                for entry in &entries {
                    writer.add_document(open.fields.document(entry)).map_err(Fault::from)?;
                }
                commit(&mut writer, &now)?;
                let view = open.view(Some(&*self.viewed()))?;
                *self.view.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(view);
                self.reached(&now);
                // Merging goes on while the answers are already new.
                writer.wait_merging_threads().map_err(Fault::from)?;
                written += entries.len();
            }
            self.reached(&now);
            mark = now;
            if !more {
                return Ok(written);
            }
        }
    }

    /// Answers a question from the entries as they stand now.
    pub fn ask(&self, ask: &Ask) -> Result<Found> {
        let view = self.viewed();
        let mut found = ask.answer(&view.shards, |shard, doc| view.shown(shard, doc))?;
        found.complete = self.is_whole();
        Ok(found)
    }
}

impl Mark {
    fn now(look: &mut Look, whole: bool) -> Result<Self> {
        let seq = event::last(look)?;
        Ok(Self { layout: LAYOUT, seq, hash: event::hash_of(look, seq)?.unwrap_or_default(), day: look.today(), whole })
    }
}

fn commit(writer: &mut IndexWriter, mark: &Mark) -> std::result::Result<(), Fault> {
    let mut commit = writer.prepare_commit()?;
    commit.set_payload(&serde_json::to_string(mark).unwrap_or_default());
    commit.commit()?;
    Ok(())
}

impl Open {
    fn at(folder: &Path) -> std::result::Result<Self, Fault> {
        let index = tantivy::Index::open(Folder::open(folder).map_err(tantivy::TantivyError::from)?)?;
        let (schema, fields) = schema();
        if index.schema() != schema {
            return Err(std::io::Error::other("another layout").into());
        }
        Self::of(index, fields)
    }
    fn anew(folder: &Path) -> std::result::Result<Self, Fault> {
        if folder.exists() {
            std::fs::remove_dir_all(folder)?;
        }
        std::fs::create_dir_all(folder)?;
        let (schema, fields) = schema();
        let settings = IndexSettings { docstore_blocksize: BLOCK, ..IndexSettings::default() };
        let index = tantivy::Index::builder().schema(schema).settings(settings);
        Self::of(index.open_or_create(Folder::open(folder).map_err(tantivy::TantivyError::from)?)?, fields)
    }
    fn of(index: tantivy::Index, fields: Fields) -> std::result::Result<Self, Fault> {
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { index, reader, fields })
    }
    fn mark(&self) -> Option<Mark> {
        serde_json::from_str(self.index.load_metas().ok()?.payload?.as_str()).ok()
    }
    fn writer(&self, room: usize) -> std::result::Result<IndexWriter, Fault> {
        let writer: IndexWriter = self.index.writer_with_num_threads(1, room)?;
        let mut merging = LogMergePolicy::default();
        merging.set_min_num_segments(6);
        writer.set_merge_policy(Box::new(merging));
        Ok(writer)
    }
    /// What was committed last, with what is known of its segments from before.
    fn view(&self, before: Option<&View>) -> std::result::Result<View, Fault> {
        self.reader.reload()?;
        let searcher = self.reader.searcher();
        let known: HashMap<_, &Shard> = before.iter().flat_map(|v| &v.shards).map(|s| (s.id(), s)).collect();
        let readers = searcher.segment_readers();
        let shards =
            readers.iter().map(|r| Shard::open(r, self.fields, known.get(&r.segment_id()).copied())).collect::<std::result::Result<_, _>>()?;
        let stores = readers.iter().map(|r| r.get_store_reader(BLOCKS)).collect::<std::io::Result<_>>()?;
        Ok(View { _searcher: searcher, shown: self.fields.shown, shards, stores })
    }
}

impl View {
    fn shown(&self, shard: usize, doc: u32) -> std::result::Result<Shown, Fault> {
        let stored: TantivyDocument = self.stores[shard].get(doc)?;
        let bytes = stored.get_first(self.shown).and_then(|v| v.as_bytes()).unwrap_or_default();
        serde_json::from_slice(bytes).map_err(|e| std::io::Error::other(e).into())
    }
}

#[cfg(test)]
mod exact;
