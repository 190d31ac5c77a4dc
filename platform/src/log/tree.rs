//! The tree of the public log: RFC 6962 with SHA-256, cut into tiles of height 8 as C2SP tlog-tiles names them. Pure
//! functions; where the hashes are kept is somebody else's business ([`Nodes`]).

use sha2::{Digest, Sha256};

/// A node's hash.
pub type Hash = [u8; 32];
/// Hashes in a full tile, and entries in a full bundle.
pub const WIDTH: u64 = 256;

/// The hash of an entry (RFC 6962, 2.1: prefix 0).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// The hash of two subtrees (prefix 1).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of a tree without leaves.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// Where the hashes of complete subtrees come from: `level` 0 are leaves, each level above pairs of the one below.
pub trait Nodes {
    /// The hash of the complete subtree that begins at leaf `index << level`.
    fn node(&self, level: u32, index: u64) -> Result<Hash, String>;
}

/// Every leaf's hash in memory.
impl Nodes for [Hash] {
    fn node(&self, level: u32, index: u64) -> Result<Hash, String> {
        let (from, count) = ((index << level) as usize, 1usize << level);
        let leaves = self.get(from..from + count).ok_or_else(|| format!("no leaf {} here", from + count - 1))?;
        Ok(reduce(leaves))
    }
}

/// The root of a complete subtree from its leaves, whose number is a power of two.
pub fn reduce(hashes: &[Hash]) -> Hash {
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| if let [l, r] = pair { node_hash(l, r) } else { pair[0] }).collect();
    }
    level.first().copied().unwrap_or_else(empty_root)
}

/// The largest power of two below `n`, for `n` above 1.
fn split(n: u64) -> u64 {
    1 << (63 - (n - 1).leading_zeros())
}

/// The hash of the leaves `from..to`; `from` is where RFC 6962 would cut.
fn range<N: Nodes + ?Sized>(nodes: &N, from: u64, to: u64) -> Result<Hash, String> {
    let n = to - from;
    if n.is_power_of_two() {
        let level = n.trailing_zeros();
        return nodes.node(level, from >> level);
    }
    let k = split(n);
    Ok(node_hash(&range(nodes, from, from + k)?, &range(nodes, from + k, to)?))
}

/// The root of the first `size` leaves.
pub fn root<N: Nodes + ?Sized>(nodes: &N, size: u64) -> Result<Hash, String> {
    if size == 0 { Ok(empty_root()) } else { range(nodes, 0, size) }
}

/// The proof that leaf `index` stands in the tree of `size` leaves, from its sibling upwards (RFC 6962, 2.1.1).
pub fn inclusion<N: Nodes + ?Sized>(nodes: &N, index: u64, size: u64) -> Result<Vec<Hash>, String> {
    if index >= size {
        return Err(format!("a tree of {size} has no leaf {index}"));
    }
    let (mut from, mut to, mut proof) = (0, size, Vec::new());
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            proof.push(range(nodes, middle, to)?);
            to = middle;
        } else {
            proof.push(range(nodes, from, middle)?);
            from = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that the tree of `new` leaves begins with that of `old` (RFC 6962, 2.1.2); empty for `old` 0 and for equals.
pub fn consistency<N: Nodes + ?Sized>(nodes: &N, old: u64, new: u64) -> Result<Vec<Hash>, String> {
    if old > new {
        return Err(format!("{old} is more than {new}"));
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let (mut from, mut to, mut proof) = (0, new, Vec::new());
    // Down to the subtree that ends where the old tree ended.
    while to != old {
        let middle = from + split(to - from);
        if old <= middle {
            proof.push(range(nodes, middle, to)?);
            to = middle;
        } else {
            proof.push(range(nodes, from, middle)?);
            from = middle;
        }
    }
    if from != 0 {
        proof.push(range(nodes, from, to)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Whether a proof shows that hash as leaf `index` of the tree with that root (RFC 9162, 2.1.3.2).
pub fn includes(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether a proof shows that the tree of `new` leaves begins with that of `old` (RFC 9162, 2.1.4.2).
pub fn consistent(old: u64, old_root: &Hash, new: u64, new_root: &Hash, proof: &[Hash]) -> bool {
    if old > new {
        return false;
    }
    if old == 0 {
        return proof.is_empty() && (new != 0 || old_root == new_root);
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    let mut hashes = proof.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { hashes.next() };
    let Some(first) = first else { return false };
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut of_old, mut of_new) = (*first, *first);
    for hash in hashes {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            of_old = node_hash(hash, &of_old);
            of_new = node_hash(hash, &of_new);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            of_new = node_hash(&of_new, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && of_old == *old_root && of_new == *new_root
}

/// One tile: `level` counts tiles, each 8 levels of the tree; `None` for a bundle of entries. A width below 256 is a
/// partial tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tile {
    pub level: Option<u32>,
    pub number: u64,
    pub width: u64,
}

impl Tile {
    /// Its address below the log's: `tile/0/x001/067`, `tile/entries/000.p/5`.
    pub fn path(&self) -> String {
        let mut groups = format!("{:03}", self.number % 1000);
        let mut rest = self.number / 1000;
        while rest > 0 {
            groups = format!("x{:03}/{groups}", rest % 1000);
            rest /= 1000;
        }
        let level = self.level.map_or_else(|| "entries".to_string(), |l| l.to_string());
        let part = if self.width == WIDTH { String::new() } else { format!(".p/{}", self.width) };
        format!("tile/{level}/{groups}{part}")
    }

    /// Reads an address; none but the one spelling of each tile is taken.
    pub fn parse(path: &str) -> Option<Self> {
        let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let level = if level == "entries" { None } else { Some(level.parse::<u32>().ok().filter(|l| *l < 64)?) };
        let (groups, width) = match rest.split_once(".p/") {
            Some((groups, width)) => (groups, width.parse().ok().filter(|w| (1..WIDTH).contains(w))?),
            None => (rest, WIDTH),
        };
        let mut number: u64 = 0;
        for group in groups.split('/') {
            let digits = group.trim_start_matches('x');
            number = number.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
        }
        let tile = Self { level, number, width };
        (tile.path() == path).then_some(tile)
    }

    /// Every tile of a tree, with the bundles of its entries.
    pub fn all(size: u64) -> Vec<Self> {
        let mut tiles = Vec::new();
        let mut put = |level: Option<u32>, count: u64| {
            tiles.extend((0..count / WIDTH).map(|number| Self { level, number, width: WIDTH }));
            if !count.is_multiple_of(WIDTH) {
                tiles.push(Self { level, number: count / WIDTH, width: count % WIDTH });
            }
        };
        put(None, size);
        let mut level = 0;
        while level < 8 && size >> (8 * level) > 0 {
            put(Some(level), size >> (8 * level));
            level += 1;
        }
        tiles
    }
}

/// Entries as a bundle holds them: each behind its length in two bytes.
pub fn bundle<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    for entry in entries {
        let length = u16::try_from(entry.len()).map_err(|_| format!("an entry of {} bytes", entry.len()))?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// The entries of a bundle; an error when it does not end where an entry ends.
pub fn unbundle(mut bytes: &[u8]) -> Result<Vec<&[u8]>, String> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<2>().ok_or("a bundle ends within a length")?;
        let length = usize::from(u16::from_be_bytes(*length));
        if rest.len() < length {
            return Err("a bundle ends within an entry".into());
        }
        let (entry, rest) = rest.split_at(length);
        entries.push(entry);
        bytes = rest;
    }
    Ok(entries)
}

/// The hashes of a tile; an error when its length is none of theirs.
pub fn hashes(bytes: &[u8]) -> Result<Vec<Hash>, String> {
    let (whole, rest) = bytes.as_chunks::<32>();
    if rest.is_empty() { Ok(whole.to_vec()) } else { Err(format!("a tile of {} bytes", bytes.len())) }
}

#[cfg(test)]
#[path = "tree_test.rs"]
mod tests;
