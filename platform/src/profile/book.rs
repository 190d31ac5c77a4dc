//! Every profile that is known, each version of each policy: those built in and those in the data folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use super::Profile;

/// The built-in profiles; the first is the one that applies where none is chosen.
const BUILT_IN: [(&str, &str); 5] = [
    ("zhangjiakou.toml", include_str!("../../profiles/zhangjiakou.toml")),
    ("beijing.toml", include_str!("../../profiles/beijing.toml")),
    ("nanjing.toml", include_str!("../../profiles/nanjing.toml")),
    ("zhejiang.toml", include_str!("../../profiles/zhejiang.toml")),
    ("xicheng.toml", include_str!("../../profiles/xicheng.toml")),
];

/// Profiles by identity and version, in the order they were put in.
#[derive(Clone, Debug, Default)]
pub struct Book {
    order: Vec<Arc<Profile>>,
    by_tag: BTreeMap<String, usize>,
}

impl Book {
    /// The profiles that are part of the program. Read once.
    pub fn built_in() -> &'static Book {
        static BOOK: LazyLock<Book> = LazyLock::new(|| {
            let mut book = Book::default();
            for (name, text) in BUILT_IN {
                // Part of the program and read by its tests. Were one broken all the same, no rule could be applied: stop before any is.
                let read = Profile::parse(text).and_then(|profile| book.put(profile));
                if let Err(fault) = read {
                    eprintln!("the built-in profile {name} is broken: {fault}");
                    std::process::abort()
                }
            }
            book
        });
        &BOOK
    }

    /// The built-in profiles and those in a folder, `*.toml` by name; a folder that is not there holds none.
    pub fn with_folder(folder: &Path) -> Result<Book, String> {
        let mut book = Self::built_in().clone();
        let Ok(entries) = std::fs::read_dir(folder) else { return Ok(book) };
        let mut files: Vec<_> =
            entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
        files.sort();
        for path in files {
            let said = |fault: String| format!("{}: {fault}", path.display());
            let text = std::fs::read_to_string(&path).map_err(|error| said(error.to_string()))?;
            book.put(Profile::parse(&text).map_err(said)?).map_err(said)?;
        }
        Ok(book)
    }

    /// Adds a profile. A version that is known already may come again as it is, never changed: cases are pinned to it.
    pub fn put(&mut self, profile: Profile) -> Result<(), String> {
        let tag = profile.version_tag();
        match self.by_tag.get(&tag).map(|at| &self.order[*at]) {
            Some(known) if known.digest() == profile.digest() => return Ok(()),
            Some(_) => return Err(format!("{tag} is known already with other values; a changed value is a new version")),
            None => {}
        }
        self.by_tag.insert(tag, self.order.len());
        self.order.push(Arc::new(profile));
        Ok(())
    }

    /// A version by its tag: `zhangjiakou@1`.
    pub fn get(&self, tag: &str) -> Option<&Arc<Profile>> {
        self.by_tag.get(tag).map(|at| &self.order[*at])
    }

    /// The profile of that identity with the highest version; a tag with a version names that version.
    pub fn choose(&self, id: &str) -> Option<&Arc<Profile>> {
        self.get(id).or_else(|| self.order.iter().filter(|profile| profile.id == id).max_by_key(|profile| profile.version))
    }

    /// Every profile, the built-in ones first.
    pub fn all(&self) -> &[Arc<Profile>] {
        &self.order
    }

    /// The highest version of each policy.
    pub fn latest(&self) -> Vec<&Arc<Profile>> {
        let mut ids: Vec<&str> = Vec::new();
        for profile in &self.order {
            if !ids.contains(&profile.id.as_str()) {
                ids.push(&profile.id);
            }
        }
        ids.into_iter().filter_map(|id| self.choose(id)).collect()
    }

    pub(super) fn first(&self) -> &Profile {
        &self.order[0]
    }
}
