//! The log as files: tiles, bundles of entries and the checkpoint, in the places where C2SP tlog-tiles looks for them, so
//! that any web server can offer a copy. Everything follows from the leaves; a lost folder is written anew.

use super::tree::{self, Hash, Nodes, Tile, WIDTH};
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The folder of a log.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

fn said(path: &Path) -> impl Fn(std::io::Error) -> String + '_ {
    move |e| format!("{}: {e}", path.display())
}

/// Writes a file so that after a crash there is the old one or the new one, whole.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let parent = path.parent().ok_or("a file without a folder")?;
    if !parent.exists() {
        std::fs::create_dir_all(parent).map_err(said(parent))?;
    }
    let half = parent.join(format!(".{:016x}", rand::random::<u64>()));
    let done = std::fs::File::create(&half)
        .and_then(|mut f| f.write_all(bytes).and_then(|()| f.sync_all()))
        .and_then(|()| std::fs::rename(&half, path))
        .and_then(|()| std::fs::File::open(parent)?.sync_all());
    if done.is_err() {
        let _ = std::fs::remove_file(&half);
    }
    done.map_err(said(path))
}

impl Folder {
    /// The folder at that path; made when it is missing.
    pub fn open(path: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(path).map_err(said(path))?;
        Ok(Self { path: path.into() })
    }

    /// The signed checkpoint, when there is one.
    pub fn checkpoint(&self) -> Result<Option<String>, String> {
        let path = self.path.join("checkpoint");
        match std::fs::read_to_string(&path) {
            Ok(note) => Ok(Some(note)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(said(&path)(e)),
        }
    }
    /// Publishes a checkpoint in place of the one before.
    pub fn put_checkpoint(&self, note: &str) -> Result<(), String> {
        write_whole(&self.path.join("checkpoint"), note.as_bytes())
    }

    /// A tile's bytes. A narrower tile is the beginning of a wider one, so whoever asks for what has meanwhile grown gets it.
    pub fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, String> {
        for width in std::iter::once(tile.width).chain([WIDTH]).chain(self.widths(tile)) {
            let path = self.path.join(Tile { width, ..tile }.path());
            match std::fs::read(&path) {
                Ok(bytes) => return cut(bytes, tile).map(Some),
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => return Err(said(&path)(e)),
            }
        }
        Ok(None)
    }

    /// Widths above that of a partial tile that lie here.
    fn widths(&self, tile: Tile) -> Vec<u64> {
        let partial = self.path.join(Tile { width: 1, ..tile }.path());
        let names = partial.parent().and_then(|p| std::fs::read_dir(p).ok());
        let found = names.into_iter().flatten().filter_map(|n| n.ok()?.file_name().to_str()?.parse::<u64>().ok());
        found.filter(|w| *w > tile.width).collect()
    }

    fn put(&self, tile: Tile, bytes: &[u8]) -> Result<(), String> {
        write_whole(&self.path.join(tile.path()), bytes)
    }

    /// Takes away the partial tiles that full ones have made needless between two published sizes. Not before: until the new
    /// checkpoint is out, whoever copies the folder still needs them.
    pub fn prune(&self, old: u64, new: u64) -> Result<(), String> {
        for level in std::iter::once(None).chain((0..8).map(Some)) {
            let height = 8 * level.unwrap_or(0);
            for number in (old >> height) / WIDTH..(new >> height) / WIDTH {
                let partial = self.path.join(Tile { level, number, width: 1 }.path());
                if let Some(folder) = partial.parent().filter(|p| p.exists()) {
                    std::fs::remove_dir_all(folder).map_err(said(folder))?;
                }
            }
        }
        Ok(())
    }

    /// Writes what the tree of `new` leaves has and that of `old` had not. `entries` gives the entries from an index on, in
    /// order, at least up to `new` when asked again.
    pub fn extend(&self, old: u64, new: u64, entries: &mut dyn FnMut(u64, u64) -> Result<Vec<String>, String>) -> Result<(), String> {
        if new == old {
            return Ok(());
        }
        for number in old / WIDTH..=(new - 1) / WIDTH {
            let (first, end) = (number * WIDTH, new.min((number + 1) * WIDTH));
            let have = old.saturating_sub(first).min(WIDTH);
            let of = |level, width| Tile { level, number, width };
            let (mut bundle, mut hashes) = match have {
                0 => (Vec::new(), Vec::new()),
                n => (self.must(of(None, n))?, self.must(of(Some(0), n))?),
            };
            let fresh = entries(first + have, end - first - have)?;
            if fresh.len() as u64 != end - first - have {
                return Err(format!("leaves {}..{end} are not all here", first + have));
            }
            bundle.extend(tree::bundle(fresh.iter().map(String::as_bytes))?);
            hashes.extend(fresh.iter().flat_map(|e| tree::leaf_hash(e.as_bytes())));
            self.put(of(None, end - first), &bundle)?;
            self.put(of(Some(0), end - first), &hashes)?;
        }
        let mut level = 1;
        while level < 8 && new >> (8 * level) > old >> (8 * level) {
            let (from, to) = (old >> (8 * level), new >> (8 * level));
            for number in from / WIDTH..=(to - 1) / WIDTH {
                let (first, end) = (number * WIDTH, to.min((number + 1) * WIDTH));
                let have = from.saturating_sub(first).min(WIDTH);
                let of = |width| Tile { level: Some(level), number, width };
                let mut hashes = if have == 0 { Vec::new() } else { self.must(of(have))? };
                for below in first + have..end {
                    let full = self.must(Tile { level: Some(level - 1), number: below, width: WIDTH })?;
                    hashes.extend(tree::reduce(&tree::hashes(&full)?));
                }
                self.put(of(end - first), &hashes)?;
            }
            level += 1;
        }
        Ok(())
    }

    fn must(&self, tile: Tile) -> Result<Vec<u8>, String> {
        self.tile(tile)?.ok_or_else(|| format!("{} is not here", tile.path()))
    }

    /// Compares the tiles of a tree with its leaves' hashes; the first that differs, if any.
    pub fn differs(&self, hashes: &[Hash]) -> Result<Option<Tile>, String> {
        for tile in Tile::all(hashes.len() as u64) {
            let Some(bytes) = self.tile(tile)? else { return Ok(Some(tile)) };
            let first = tile.number * WIDTH;
            let good = match tile.level {
                None => tree::unbundle(&bytes)?.iter().map(|e| tree::leaf_hash(e)).eq(hashes
                    .iter()
                    .skip(first as usize)
                    .take(tile.width as usize)
                    .copied()),
                Some(level) => {
                    let found = tree::hashes(&bytes)?;
                    let nodes: Result<Vec<Hash>, String> = (first..first + tile.width).map(|i| hashes.node(8 * level, i)).collect();
                    found == nodes?
                }
            };
            if !good {
                return Ok(Some(tile));
            }
        }
        Ok(None)
    }

    /// Forgets every tile, so that they are written anew.
    pub fn clear(&self) -> Result<(), String> {
        let path = self.path.join("tile");
        if path.exists() { std::fs::remove_dir_all(&path).map_err(said(&path)) } else { Ok(()) }
    }

    /// Its hashes, each tile read once.
    pub fn nodes(&self) -> Reader<'_> {
        Reader { folder: self, read: RefCell::default() }
    }
}

/// The beginning of a tile, as wide as asked for.
pub(super) fn cut(mut bytes: Vec<u8>, tile: Tile) -> Result<Vec<u8>, String> {
    let short = || format!("{} is too short", tile.path());
    let width = tile.width as usize;
    let end = match tile.level {
        Some(_) => width * 32,
        None => tree::unbundle(&bytes)?.iter().take(width).map(|e| e.len() + 2).sum(),
    };
    let holds = match tile.level {
        Some(_) => bytes.len() >= end,
        None => tree::unbundle(&bytes)?.len() >= width,
    };
    if !holds {
        return Err(short());
    }
    bytes.truncate(end);
    Ok(bytes)
}

/// The hashes of a folder's tiles.
pub struct Reader<'a> {
    folder: &'a Folder,
    read: RefCell<HashMap<(u32, u64), Vec<Hash>>>,
}

impl Nodes for Reader<'_> {
    fn node(&self, level: u32, index: u64) -> Result<Hash, String> {
        let (of, depth) = (level / 8, level % 8);
        let (first, count) = (index << depth, 1usize << depth);
        let (number, from) = (first / WIDTH, (first % WIDTH) as usize);
        let mut read = self.read.borrow_mut();
        let known = read.entry((of, number)).or_default();
        if known.len() < from + count {
            // The widest there is, so that it is read once.
            let tile = Tile { level: Some(of), number, width: (from + count) as u64 };
            let widest = [WIDTH].into_iter().chain(self.folder.widths(tile)).chain([tile.width]);
            for width in widest {
                let path = self.folder.path.join(Tile { width, ..tile }.path());
                if let Ok(bytes) = std::fs::read(&path) {
                    *known = tree::hashes(&bytes)?;
                    break;
                }
            }
        }
        known.get(from..from + count).map(tree::reduce).ok_or_else(|| format!("hash {index} of level {level} is not here"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Temp(PathBuf);
    impl Drop for Temp {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn tiles_grow_step_by_step_as_they_would_at_once_and_damage_is_found() {
        let temp = Temp(std::env::temp_dir().join(format!("dajing-tiles-{}", std::process::id())));
        let all: Vec<String> = (0..66_000).map(|i| format!("entry {i}")).collect();
        let hashes: Vec<Hash> = all.iter().map(|e| tree::leaf_hash(e.as_bytes())).collect();
        let folder = Folder::open(&temp.0).unwrap();
        let mut give = |from: u64, n: u64| Ok(all[from as usize..(from + n) as usize].to_vec());
        let mut size = 0;
        for next in [1, 2, 255, 256, 257, 511, 700, 1024, 65_535, 65_536, 66_000] {
            folder.extend(size, next, &mut give).unwrap();
            size = next;
            let part = &hashes[..size as usize];
            assert_eq!(folder.differs(part).unwrap(), None, "{size}");
            assert_eq!(tree::root(&folder.nodes(), size), tree::root(part, size), "{size}");
            folder.prune(0, size).unwrap();
        }
        // Whoever saw an earlier checkpoint still gets its tiles.
        for tile in Tile::all(700) {
            assert!(folder.tile(tile).unwrap().is_some(), "{}", tile.path());
        }
        assert_eq!(tree::inclusion(&folder.nodes(), 300, 700), tree::inclusion(&hashes[..], 300, 700));
        assert!(temp.0.join("tile/0/256").exists() && !temp.0.join("tile/0/001.p").exists() && temp.0.join("tile/0/257.p/208").exists());
        let damaged = temp.0.join("tile/1/000");
        let mut bytes = std::fs::read(&damaged).unwrap();
        bytes[40] ^= 1;
        std::fs::write(&damaged, bytes).unwrap();
        assert_eq!(folder.differs(&hashes).unwrap().map(|t| t.path()).as_deref(), Some("tile/1/000"));
        folder.clear().unwrap();
        folder.extend(0, 1000, &mut give).unwrap();
        assert_eq!(folder.differs(&hashes[..1000]).unwrap(), None);
    }
}
