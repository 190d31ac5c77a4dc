//! Writes the public log: tiles from the leaves, then the head by compare-and-swap, then a signature, then the witnesses'
//! word, then the checkpoint. A crash between any two of these leaves files that follow from the leaves anyway, or a head
//! that is signed with the next turn; never two histories. Every node writes its own copy; the swap decides who signs.

use super::folder::Folder;
use super::leaf;
use super::note::{Checkpoint, Line, Note, Purpose};
use super::policy::Policy;
use super::signer::Signer;
use super::tree::{self, Hash};
use super::witness::{Answered, Peer};
use crate::clock::At;
use crate::db::{Db, Look};
use crate::schema::log_head;
use crate::{Refusal, Result, diesel};
use chrono::{DateTime, Duration};
use diesel::prelude::*;
use std::sync::{Mutex, PoisonError};

/// After how many minutes without the witnesses somebody is told.
const PATIENCE: i64 = 10;

/// What was last agreed to be signed, and what was published.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = log_head)]
struct Head {
    id: i32,
    origin: String,
    size: i64,
    root: String,
    published: i64,
    note: String,
    at: At,
}

fn head(look: &mut Look) -> Result<Option<Head>> {
    Ok(log_head::table.find(1).select(Head::as_select()).first(look.db()).optional()?)
}

/// The origin under which this log began, once it has.
pub fn origin(look: &mut Look) -> Result<Option<String>> {
    Ok(head(look)?.map(|h| h.origin))
}

/// How the log stands, for pages and for whoever watches the server.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Status {
    pub origin: String,
    /// Leaves in the published checkpoint.
    pub published: u64,
    /// When it was published.
    #[serde(skip)]
    pub at: Option<At>,
    /// Since when leaves have waited for a checkpoint.
    #[serde(skip)]
    pub waiting_since: Option<At>,
    /// Why they wait.
    pub trouble: String,
}

#[derive(Default)]
struct State {
    /// Leaves whose tiles lie in the folder.
    written: u64,
    /// Whether the folder was compared with the leaves.
    checked: bool,
    status: Status,
    told: Option<At>,
    /// Whether the witnesses were asked once what they have seen.
    asked: Vec<bool>,
}

/// The log of this node.
pub struct Log {
    pub folder: Folder,
    signers: Vec<Box<dyn Signer>>,
    peers: Vec<Peer>,
    quorum: usize,
    origin: String,
    state: Mutex<State>,
    /// As it stood after the last turn: pages do not wait for one that asks the witnesses.
    shown: Mutex<Status>,
}

/// Seconds since 1970.
pub(crate) fn seconds(at: At) -> u64 {
    at.and_utc().timestamp().try_into().unwrap_or(0)
}

/// An instant from seconds since 1970.
pub fn instant_of(seconds: u64) -> Option<At> {
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0).map(|t| t.naive_utc())
}

fn hex(root: &Hash) -> String {
    leaf::hex(root)
}

fn files(why: String) -> Refusal {
    Refusal::Broken(format!("public log: {why}"))
}

impl Log {
    /// The log of that origin in that folder. The first signer's key is the log's own.
    pub fn new(folder: Folder, origin: &str, signers: Vec<Box<dyn Signer>>, peers: Vec<Peer>, quorum: usize) -> std::result::Result<Self, String> {
        if !super::note::is_name(origin) {
            return Err(format!("`{origin}` cannot be the origin of a log"));
        }
        if quorum > peers.len() {
            return Err(format!("{quorum} witnesses are asked for, {} are named", peers.len()));
        }
        if signers.first().is_none_or(|s| s.vkey().name != origin) {
            return Err("the log's key is of another name".into());
        }
        let status = Status { origin: origin.into(), ..Status::default() };
        let state = State { asked: vec![false; peers.len()], status: status.clone(), ..State::default() };
        Ok(Self { folder, signers, peers, quorum, origin: origin.into(), state: Mutex::new(state), shown: Mutex::new(status) })
    }

    /// Whose name it speaks in.
    pub fn origin(&self) -> &str {
        &self.origin
    }
    /// How it stands.
    pub fn status(&self) -> Status {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
    /// Whom to believe about it.
    pub fn policy(&self) -> Policy {
        let log = self.signers.first().map(|s| s.vkey());
        let witnesses: Vec<_> = self.peers.iter().map(|p| p.vkey.clone()).collect();
        log.map(|log| Policy::of(log, &witnesses, self.quorum)).unwrap_or_default()
    }
    /// How many witnesses must have cosigned.
    pub fn quorum(&self) -> usize {
        self.quorum
    }
    /// The witnesses that are asked.
    pub fn peers(&self) -> &[Peer] {
        &self.peers
    }

    /// One turn: compares what must be compared, brings the files up to date, publishes what is new. Returns the size of the
    /// published checkpoint. What stands against the log's own past stops every write of the platform.
    pub fn turn(&self, db: &Db) -> Result<u64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let result = self.turned(db, &mut state);
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = state.status.clone();
        result
    }

    fn turned(&self, db: &Db, state: &mut State) -> Result<u64> {
        if db.is_frozen() {
            if let Some(head) = db.look(head)?.filter(|h| state.status.at.is_none() && h.published > 0) {
                state.status.published = u64::try_from(head.published).unwrap_or(0);
                state.status.at = Some(head.at);
            }
            return Err(Refusal::ReadOnly);
        }
        if !state.checked {
            self.check(db, state)?;
        }
        self.compare(db, state)?;
        let (head, count) = db.look(|look| Ok((head(look)?, leaf::count(look)?)))?;
        let head = match head {
            Some(head) => head,
            None => match self.begin(db)? {
                Some(head) => head,
                None => return Ok(0),
            },
        };
        let now = db.clock().now();
        self.follow(db, state, &head)?;
        if count > head.published || !self.is_enough(&head) {
            state.status.waiting_since.get_or_insert(now);
            match self.publish(db, state, &head, count) {
                Ok(true) => {
                    state.status.waiting_since = None;
                    state.status.trouble.clear();
                    state.told = None;
                }
                // Another node's turn.
                Ok(false) => {}
                Err(why) => {
                    state.status.trouble = why.to_string();
                    self.alarm(state, now);
                }
            }
        } else {
            state.status.waiting_since = None;
            state.status.trouble.clear();
        }
        let waited = state.status.waiting_since.map_or(0, |since| (now - since).num_seconds());
        metrics::gauge!("dajing_log_waiting_seconds").set(waited as f64);
        metrics::gauge!("dajing_log_published").set(state.status.published as f64);
        Ok(state.status.published)
    }

    /// Whether what is published satisfies the policy of now: witnesses may have been named since.
    fn is_enough(&self, head: &Head) -> bool {
        let note = Note::parse(&head.note).and_then(|note| Checkpoint::parse(&note.text).map(|checkpoint| (note, checkpoint)));
        note.is_ok_and(|(note, checkpoint)| self.policy().vouched(&note, &checkpoint).is_some_and(|v| v.enough))
    }

    fn alarm(&self, state: &mut State, now: At) {
        let waits = state.status.waiting_since.is_some_and(|since| now - since >= Duration::minutes(PATIENCE));
        if waits && state.told.is_none_or(|told| now - told >= Duration::minutes(PATIENCE)) {
            state.told = Some(now);
            tracing::error!(why = state.status.trouble, since = ?state.status.waiting_since, "public acts wait for a checkpoint");
        }
    }

    fn begin(&self, db: &Db) -> Result<Option<Head>> {
        if db.look(leaf::count)? == 0 || db.is_frozen() {
            return Ok(None);
        }
        let row = Head {
            id: 1,
            origin: self.origin.clone(),
            size: 0,
            root: hex(&tree::empty_root()),
            published: 0,
            note: String::new(),
            at: db.clock().now(),
        };
        db.act(move |tx| {
            // Acts of all nodes come one after another, so another node's row is seen.
            if head(tx)?.is_none() {
                diesel::insert_into(log_head::table).values(&row).execute(tx.db())?;
            }
            head(tx)
        })
    }

    /// Compares head, leaves, tiles and the checkpoint that lies here, once: after a restart everything is suspect.
    fn check(&self, db: &Db, state: &mut State) -> Result<()> {
        let (head, hashes) = db.look(|look| {
            // The head first: other nodes go on meanwhile.
            let (head, mut hashes) = (head(look)?, Vec::<Hash>::new());
            loop {
                let more = leaf::entries(look, hashes.len() as i64, 4096)?;
                if more.is_empty() {
                    return Ok((head, hashes));
                }
                hashes.extend(more.iter().map(|e| tree::leaf_hash(e.as_bytes())));
            }
        })?;
        let count = hashes.len() as u64;
        let root = |size: u64| tree::root(&hashes[..], size).map_err(files);
        if let Some(head) = &head {
            let size = u64::try_from(head.size).unwrap_or(0);
            if size > count || hex(&root(size)?) != head.root {
                return self.stop(db, format!("the leaves in the database are not those of which a checkpoint of {size} was signed"));
            }
        }
        // What this server itself has published binds it, whatever the database says.
        if let Some(note) = self.folder.checkpoint().map_err(files)? {
            let read = Note::parse(&note).and_then(|n| Checkpoint::parse(&n.text).map(|c| (n, c)));
            let (note, own) = read.map_err(|why| files(format!("the checkpoint in the data folder: {why}")))?;
            let ours = own.origin == self.origin && self.signers.iter().any(|s| s.vkey().signed(&note).is_some());
            if ours && (own.size > count || root(own.size)? != own.root) {
                return self
                    .stop(db, format!("this server has published a checkpoint of {}; the database holds {count} leaves and another past", own.size));
            }
        }
        let foreign = self.folder.checkpoint().map_err(files)?.is_some_and(|note| !note.starts_with(&format!("{}\n", self.origin)));
        if foreign {
            // What another log has left here beyond our leaves must never be taken for ours.
            self.folder.clear().map_err(files)?;
        }
        let written = head.as_ref().map_or(0, |h| u64::try_from(h.size).unwrap_or(0));
        let faulty = self.folder.differs(&hashes[..written as usize]);
        state.written = match faulty {
            Ok(None) => written,
            found => {
                if written > 0 {
                    tracing::warn!(?found, "the log's files are not those of its leaves: they are written anew");
                }
                self.folder.clear().map_err(files)?;
                0
            }
        };
        state.checked = true;
        Ok(())
    }

    /// Asks each witness once what it has seen; one that has seen more than the leaves here, or another past, ends all writing.
    fn compare(&self, db: &Db, state: &mut State) -> Result<()> {
        for (i, peer) in self.peers.iter().enumerate() {
            if state.asked[i] {
                continue;
            }
            match peer.seen(&self.origin) {
                Ok(None) => state.asked[i] = true,
                Ok(Some(seen)) => {
                    self.must_hold(db, state, &peer.vkey.name, &seen)?;
                    peer.remember(seen.size);
                    state.asked[i] = true;
                }
                Err(why) => tracing::warn!(witness = peer.vkey.name, why, "what the witness has seen is not known"),
            }
        }
        Ok(())
    }

    /// Whether what a witness has seen is the beginning of this log.
    fn must_hold(&self, db: &Db, state: &mut State, witness: &str, seen: &Checkpoint) -> Result<()> {
        let count = u64::try_from(db.look(leaf::count)?).unwrap_or(0);
        if seen.size > count {
            return self.stop(db, format!("witness {witness} has seen {} leaves, the database holds {count}", seen.size));
        }
        self.write(db, state, seen.size)?;
        if tree::root(&self.folder.nodes(), seen.size).map_err(files)? != seen.root {
            return self.stop(db, format!("witness {witness} has seen other first {} leaves", seen.size));
        }
        Ok(())
    }

    /// Ends all writing: nothing may be added to a past that is not the one that was shown.
    fn stop<T>(&self, db: &Db, why: String) -> Result<T> {
        db.freeze(&why);
        Err(Refusal::ReadOnly)
    }

    /// Brings this node's files up to that size.
    fn write(&self, db: &Db, state: &mut State, size: u64) -> Result<()> {
        if state.written >= size {
            return Ok(());
        }
        let mut entries = |from: u64, most: u64| db.look(|look| leaf::entries(look, from as i64, most as i64)).map_err(|e| e.to_string());
        if let Err(why) = self.folder.extend(state.written, size, &mut entries) {
            tracing::warn!(why, "the log's files are written anew");
            self.folder.clear().and_then(|()| self.folder.extend(0, size, &mut entries)).map_err(files)?;
        }
        state.written = size;
        Ok(())
    }

    /// Takes over what another node, or this one before a crash, has published.
    fn follow(&self, db: &Db, state: &mut State, head: &Head) -> Result<()> {
        let published = u64::try_from(head.published).unwrap_or(0);
        if published > 0 && (state.status.published != published || state.status.at != Some(head.at)) {
            self.write(db, state, published)?;
            if self.folder.checkpoint().map_err(files)?.as_deref() != Some(head.note.as_str()) {
                self.folder.put_checkpoint(&head.note).map_err(files)?;
            }
            self.folder.prune(state.status.published, published).map_err(files)?;
            state.status.published = published;
            state.status.at = Some(head.at);
        }
        Ok(())
    }

    /// Signs and publishes the tree of `count` leaves; false when another node was quicker.
    fn publish(&self, db: &Db, state: &mut State, head: &Head, count: i64) -> Result<bool> {
        if db.is_frozen() {
            return Err(Refusal::ReadOnly);
        }
        let size = u64::try_from(count).unwrap_or(0);
        self.write(db, state, size)?;
        let nodes = self.folder.nodes();
        let before = u64::try_from(head.size).unwrap_or(0);
        if hex(&tree::root(&nodes, before).map_err(files)?) != head.root {
            // Before anything is signed: the new tree begins with what was signed before.
            return self.stop(db, format!("the log's files do not begin with the {before} leaves that were signed"));
        }
        let checkpoint = Checkpoint { origin: self.origin.clone(), size, root: tree::root(&nodes, size).map_err(files)? };
        let (old, new) = (head.root.clone(), hex(&checkpoint.root));
        let (old_size, origin) = (head.size, self.origin.clone());
        // From here on no other tree can be signed that does not begin with this one.
        let swapped = db.act(move |tx| {
            let same = log_head::table.filter(log_head::id.eq(1).and(log_head::size.eq(old_size)).and(log_head::root.eq(old)));
            Ok(diesel::update(same).set((log_head::size.eq(count), log_head::root.eq(new), log_head::origin.eq(origin))).execute(tx.db())?)
        })?;
        if swapped == 0 {
            return Ok(false);
        }
        let text = checkpoint.text();
        let time = seconds(db.clock().now());
        let lines: std::result::Result<Vec<Line>, String> = self.signers.iter().map(|s| s.line(&text, time)).collect();
        let mut note = Note { text, lines: lines.map_err(files)? };
        let signed = note.to_string();
        let (mut heard, mut troubles) = (0, Vec::new());
        for peer in &self.peers {
            match self.ask(db, state, peer, &checkpoint, &signed)? {
                Ok(line) => {
                    heard += 1;
                    note.lines.push(line);
                }
                Err(why) => troubles.push(format!("{}: {why}", peer.vkey.name)),
            }
        }
        if heard < self.quorum {
            return Err(files(format!("{heard} of {} witnesses have cosigned; {}", self.quorum, troubles.join("; "))));
        }
        let now = db.clock().now();
        let note = note.to_string();
        let kept = note.clone();
        db.act(move |tx| {
            let older = log_head::table.filter(log_head::id.eq(1).and(log_head::published.le(count)));
            Ok(diesel::update(older).set((log_head::published.eq(count), log_head::note.eq(kept), log_head::at.eq(now))).execute(tx.db())?)
        })?;
        self.folder.put_checkpoint(&note).and_then(|()| self.folder.prune(state.status.published, size)).map_err(files)?;
        state.status.published = size;
        state.status.at = Some(now);
        Ok(true)
    }

    /// Asks a witness for its word; once more when it has seen another size than we thought. What a witness merely says stops
    /// nothing but this checkpoint; what it shows under its own signature, and is not our past, stops all writing.
    fn ask(&self, db: &Db, state: &mut State, peer: &Peer, checkpoint: &Checkpoint, signed: &str) -> Result<std::result::Result<Line, String>> {
        for _ in 0..2 {
            let old = peer.known();
            if old > checkpoint.size {
                // Another node's checkpoint came there first.
                return Ok(Err("has seen a later checkpoint already".into()));
            }
            let proof = tree::consistency(&self.folder.nodes(), old, checkpoint.size).map_err(files)?;
            let said = match peer.add(old, &proof, checkpoint, signed) {
                Ok(Answered::Cosigned(line)) => {
                    peer.remember(checkpoint.size);
                    return Ok(Ok(line));
                }
                Ok(said) => said,
                Err(why) => return Ok(Err(why)),
            };
            match peer.seen(&self.origin) {
                Ok(Some(seen)) => {
                    self.must_hold(db, state, &peer.vkey.name, &seen)?;
                    peer.remember(seen.size);
                }
                _ => match said {
                    Answered::Has(size) if size <= checkpoint.size && size != old => peer.remember(size),
                    other => return Ok(Err(format!("answers {other:?} and does not show what it has seen"))),
                },
            }
        }
        Ok(Err("refuses what begins with what it has seen".into()))
    }

    /// The receipt of an act: none before it is in a published checkpoint.
    pub fn receipt(&self, look: &mut Look, index: i64) -> Result<Option<super::proof::Proof>> {
        let leaf = leaf::find(look, index)?;
        let Some(note) = self.folder.checkpoint().map_err(files)? else { return Ok(None) };
        let size = Note::parse(&note).and_then(|n| Checkpoint::parse(&n.text)).map_err(files)?.size;
        let index = u64::try_from(index).map_err(|_| Refusal::NotFound)?;
        if index >= size {
            return Ok(None);
        }
        super::proof::Proof::make(&self.folder.nodes(), index, leaf.entry.as_bytes(), &note).map(Some).map_err(files)
    }

    /// The log's own key as others know it.
    pub fn vkey(&self) -> Option<super::note::Vkey> {
        self.signers.iter().map(|s| s.vkey()).find(|k| k.purpose == Purpose::Log)
    }
}
