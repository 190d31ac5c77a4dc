//! Checks a copy of a log, leaf by leaf: signatures, every tile, every entry, and that it has only grown since a checkpoint
//! that somebody kept. Needs nothing of the platform but the files.

use super::folder::cut;
use super::leaf::canonical;
use super::note::{Checkpoint, Note};
use super::policy::{Policy, Vouched};
use super::tree::{self, Hash, Nodes, Tile, WIDTH};
use serde_json::Value;

/// Where a log's files are, by their addresses: `checkpoint`, `tile/0/000`.
pub type Source<'a> = dyn Fn(&str) -> Result<Vec<u8>, String> + 'a;

/// What was found good.
#[derive(Clone, Debug)]
pub struct Verified {
    pub checkpoint: Checkpoint,
    pub vouched: Vouched,
    /// The signed checkpoint, to be kept for the next time.
    pub note: String,
    /// Whether the policy asks for witnesses at all.
    pub alone: bool,
}

/// Most leaves that are read: each costs 32 bytes of memory.
const MOST: u64 = 1 << 30;

/// Checks everything; the error says what does not hold and where. `since` is a signed checkpoint that was kept.
pub fn verify(get: &Source, policy: &Policy, since: Option<&str>) -> Result<Verified, String> {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| "checkpoint: no text".to_string());
    let note = text(get("checkpoint")?)?;
    let (checkpoint, vouched) = signed(&note, policy)?;
    // What is said of its size is not yet proved, and a list of all tiles is made of it.
    if checkpoint.size > MOST {
        return Err(format!("checkpoint: {} leaves are more than this program reads", checkpoint.size));
    }
    let hashes = leaves(get, checkpoint.size)?;
    for tile in Tile::all(checkpoint.size) {
        let Some(level) = tile.level else { continue };
        let found = tree::hashes(&fetch(get, tile)?).map_err(|e| format!("{}: {e}", tile.path()))?;
        let first = tile.number * WIDTH;
        let nodes: Result<Vec<Hash>, String> = (first..first + tile.width).map(|i| hashes.node(8 * level, i)).collect();
        if found != nodes? {
            return Err(format!("{}: its hashes are not those of the entries", tile.path()));
        }
    }
    if tree::root(&hashes[..], checkpoint.size)? != checkpoint.root {
        return Err(format!("the {} entries do not have the root that was signed", checkpoint.size));
    }
    if let Some(kept) = since {
        // Its signature is the log's; witnesses may have been asked for only since.
        let (before, _) = by_log(kept, policy).map_err(|e| format!("the checkpoint that was kept: {e}"))?;
        if before.size > checkpoint.size {
            return Err(format!("the log was rolled back: {} leaves were signed before, {} are shown now", before.size, checkpoint.size));
        }
        if tree::root(&hashes[..], before.size)? != before.root {
            return Err(format!("the log was rewritten: its first {} leaves are not those that were signed before", before.size));
        }
    }
    Ok(Verified { checkpoint, vouched, note, alone: policy.asks_nobody_else() })
}

/// The checkpoint of a note that the policy believes.
pub fn signed(note: &str, policy: &Policy) -> Result<(Checkpoint, Vouched), String> {
    let (checkpoint, vouched) = by_log(note, policy)?;
    if !vouched.enough {
        let names: Vec<&str> = vouched.witnesses.iter().map(|(n, _)| n.as_str()).collect();
        return Err(format!("checkpoint: too few witnesses have cosigned it ({})", if names.is_empty() { "none".into() } else { names.join(", ") }));
    }
    Ok((checkpoint, vouched))
}

/// The checkpoint of a note that a log of the policy has signed, whoever has cosigned it.
fn by_log(note: &str, policy: &Policy) -> Result<(Checkpoint, Vouched), String> {
    let note = Note::parse(note).map_err(|e| format!("checkpoint: {e}"))?;
    let checkpoint = Checkpoint::parse(&note.text).map_err(|e| format!("checkpoint: {e}"))?;
    let vouched = policy.vouched(&note, &checkpoint).ok_or("checkpoint: not signed by a log of the policy")?;
    Ok((checkpoint, vouched))
}

/// A tile, or the beginning of the full one that has meanwhile taken a partial one's place.
fn fetch(get: &Source, tile: Tile) -> Result<Vec<u8>, String> {
    get(&tile.path()).or_else(|why| {
        if tile.width == WIDTH {
            return Err(why);
        }
        get(&Tile { width: WIDTH, ..tile }.path()).map_err(|_| why).and_then(|bytes| cut(bytes, tile))
    })
}

/// Every entry's hash, each entry looked at.
fn leaves(get: &Source, size: u64) -> Result<Vec<Hash>, String> {
    let mut hashes = Vec::new();
    let mut before = Before::default();
    for tile in Tile::all(size).into_iter().filter(|t| t.level.is_none()) {
        let bytes = fetch(get, tile)?;
        let entries = tree::unbundle(&bytes).map_err(|e| format!("{}: {e}", tile.path()))?;
        if entries.len() as u64 != tile.width {
            return Err(format!("{}: {} entries instead of {}", tile.path(), entries.len(), tile.width));
        }
        for entry in entries {
            before.follow(entry).map_err(|why| format!("leaf {}: {why}", hashes.len()))?;
            hashes.push(tree::leaf_hash(entry));
        }
    }
    Ok(hashes)
}

/// What the entries before one have said.
#[derive(Default)]
struct Before {
    seq: i64,
    at: String,
    /// Leaves that receive a filing (ZJK-17: what is granted was filed before).
    filings: std::collections::HashSet<i64>,
    count: i64,
}

impl Before {
    fn follow(&mut self, entry: &[u8]) -> Result<(), String> {
        let text = std::str::from_utf8(entry).map_err(|_| "no UTF-8")?;
        let value: Value = serde_json::from_str(text).map_err(|_| "no JSON")?;
        if canonical(&value)? != text || value["v"] != 1 {
            return Err("not the one spelling of an entry".into());
        }
        let seq = value["seq"].as_i64().unwrap_or(0);
        let at = value["at"].as_str().unwrap_or("");
        if seq <= self.seq {
            return Err(format!("event {seq} after event {}", self.seq));
        }
        if at < self.at.as_str() {
            return Err(format!("{at} after {}", self.at));
        }
        match value["kind"].as_str().unwrap_or("") {
            "" => return Err("no kind".into()),
            "filing.received" => {
                self.filings.insert(self.count);
            }
            "licence.granted" | "licence.renewed" => {
                let filed = value["body"]["filing_leaf"].as_i64();
                if filed.is_some_and(|leaf| !self.filings.contains(&leaf)) {
                    return Err("granted without a filing before it".into());
                }
            }
            _ => {}
        }
        (self.seq, self.at) = (seq, at.into());
        self.count += 1;
        Ok(())
    }
}

/// The files of a folder that lies here.
pub fn folder(path: &std::path::Path) -> impl Fn(&str) -> Result<Vec<u8>, String> + '_ {
    move |name| std::fs::read(path.join(name)).map_err(|e| format!("{name}: {e}"))
}
