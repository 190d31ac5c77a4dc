use super::*;

fn leaves(n: u64) -> Vec<Hash> {
    (0..n).map(|i| leaf_hash(format!("entry {i}").as_bytes())).collect()
}

/// The tree as RFC 6962 defines it, without any cleverness.
fn defined(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [one] => *one,
        more => {
            let mut k = 1;
            while k * 2 < more.len() {
                k *= 2;
            }
            node_hash(&defined(&more[..k]), &defined(&more[k..]))
        }
    }
}

fn hex(hash: &Hash) -> String {
    super::super::leaf::hex(hash)
}

#[test]
fn roots_are_those_that_every_log_has() {
    // The eight inputs of Certificate Transparency's own tests.
    let inputs: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let hashes: Vec<Hash> = inputs.iter().map(|i| leaf_hash(i)).collect();
    for n in 1..=8 {
        assert_eq!(hex(&root(&hashes[..n], n as u64).unwrap()), roots[n - 1], "{n}");
    }
    assert_eq!(hex(&empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

#[test]
fn every_proof_up_to_three_hundred_holds_and_for_nothing_else() {
    let all = leaves(300);
    let roots: Vec<Hash> = (0..=300).map(|n| defined(&all[..n])).collect();
    for n in 1..=300u64 {
        let nodes = &all[..n as usize];
        assert_eq!(root(nodes, n).unwrap(), roots[n as usize], "{n}");
        for i in (0..n).step_by(if n < 70 { 1 } else { 13 }) {
            let proof = inclusion(nodes, i, n).unwrap();
            let (leaf, top) = (&all[i as usize], &roots[n as usize]);
            assert!(includes(leaf, i, n, &proof, top), "{i} of {n}");
            assert!(!includes(leaf, i + 1, n, &proof, top) && !includes(&roots[0], i, n, &proof, top), "{i} of {n}");
            assert!(!includes(leaf, i, n, &[&proof[..], &[*top]].concat(), top), "{i} of {n}: one hash too many");
            if let Some((_, short)) = proof.split_last() {
                assert!(!includes(leaf, i, n, short, top), "{i} of {n}: one hash too few");
            }
        }
        assert!(inclusion(nodes, n, n).is_err());
    }
}

#[test]
fn every_two_trees_up_to_six_hundred_are_consistent_and_no_forged_two() {
    let all = leaves(600);
    let roots: Vec<Hash> = (0..=600).map(|n| root(&all[..n], n as u64).unwrap()).collect();
    for new in 0..=600u64 {
        // Every pair of small trees, and of large ones those about the powers of two and every thirty-first.
        for old in (0..=new).filter(|o| new < 70 || o % 31 == 0 || (o + 1).is_power_of_two() || o.is_power_of_two() || new - o < 3) {
            let proof = consistency(&all[..new as usize], old, new).unwrap();
            let (before, after) = (&roots[old as usize], &roots[new as usize]);
            assert!(consistent(old, before, new, after, &proof), "{old} → {new}");
            if old > 0 && old < new {
                let mut forged = *before;
                forged[0] ^= 1;
                assert!(!consistent(old, &forged, new, after, &proof), "{old} → {new}: another past");
                let mut forged = *after;
                forged[0] ^= 1;
                assert!(!consistent(old, before, new, &forged, &proof), "{old} → {new}: another present");
                assert!(!consistent(old, before, new, after, &[&proof[..], &[*after]].concat()), "{old} → {new}");
                assert!(!consistent(old, before, new, after, &proof[..proof.len() - 1]), "{old} → {new}");
            }
        }
    }
    assert!(consistency(&all[..], 3, 2).is_err() && !consistent(3, &roots[3], 2, &roots[2], &[]));
}

#[test]
fn another_implementation_checks_our_proofs() {
    use tlog_tiles::{Hash as Theirs, check_record, check_tree};
    let all = leaves(600);
    let theirs = |hashes: &[Hash]| hashes.iter().map(|h| Theirs(*h)).collect::<Vec<_>>();
    for new in [1u64, 2, 3, 7, 64, 255, 256, 257, 511, 600] {
        let top = Theirs(root(&all[..], new).unwrap());
        for i in (0..new).step_by(11) {
            let proof = theirs(&inclusion(&all[..], i, new).unwrap());
            check_record(&proof, new, top, i, Theirs(all[i as usize])).unwrap();
        }
        for old in (1..=new).step_by(5) {
            let proof = theirs(&consistency(&all[..], old, new).unwrap());
            check_tree(&proof, new, top, old, Theirs(root(&all[..], old).unwrap())).unwrap();
        }
    }
    assert_eq!(tlog_tiles::record_hash(b"entry 0").0, all[0]);
}

#[test]
fn addresses_have_one_spelling() {
    for (number, groups) in [(0, "000"), (67, "067"), (999, "999"), (1000, "x001/000"), (1_234_067, "x001/x234/067")] {
        for (level, name) in [(Some(0), "0"), (Some(2), "2"), (None, "entries")] {
            for (width, part) in [(256, ""), (112, ".p/112")] {
                let tile = Tile { level, number, width };
                let path = format!("tile/{name}/{groups}{part}");
                assert_eq!(tile.path(), path);
                assert_eq!(Tile::parse(&path), Some(tile));
            }
        }
    }
    for wrong in [
        "tile/0/0",
        "tile/0/0067",
        "tile/00/067",
        "tile/64/067",
        "tile/0/x000/067",
        "tile/0/001/067",
        "tile/0/x001/x067",
        "tile/0/067.p/0",
        "tile/0/067.p/256",
        "tile/0/067.p/01",
        "tile/0/067.p/",
        "tile/0/../067",
        "tile/entries/",
        "tile/0/-67",
        "tile/0/x+01/067",
        "checkpoint",
        "tile/8/0/000",
    ] {
        assert_eq!(Tile::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn a_tree_of_seventy_thousand_has_these_tiles() {
    let all = Tile::all(70_000);
    let of = |level| all.iter().filter(|t| t.level == level).map(|t| t.width).collect::<Vec<_>>();
    for level in [None, Some(0)] {
        assert_eq!((of(level).len(), of(level)[272], of(level)[273]), (274, 256, 112), "{level:?}");
    }
    assert_eq!((of(Some(1)), of(Some(2)), of(Some(3))), (vec![256, 17], vec![1], vec![]));
    assert_eq!((Tile::all(0).len(), Tile::all(256).len()), (0, 3));
}

#[test]
fn bundles_end_where_an_entry_ends() {
    let entries: [&[u8]; 3] = [b"a", b"", b"abc"];
    let bytes = bundle(entries).unwrap();
    assert_eq!(unbundle(&bytes).unwrap(), entries);
    assert!(unbundle(&bytes[..bytes.len() - 1]).is_err() && unbundle(&[0]).is_err());
    assert!(bundle([&vec![0u8; 65_536][..]]).is_err());
    assert!(hashes(&[0; 33]).is_err());
}
