//! Golden files: what a page, a table or a schema said when somebody last read it and found it right.

use std::path::Path;

/// Compares a text with `tests/golden/NAME`. `DAJING_GOLDEN=write` writes it anew, to be read before it is committed.
pub fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name);
    if std::env::var("DAJING_GOLDEN").as_deref() == Ok("write") {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folder of golden files");
        std::fs::write(&path, text).expect("golden file");
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} is missing: run once with DAJING_GOLDEN=write", path.display()));
    if let Some((line, (old, new))) = kept
        .lines()
        .map(Some)
        .chain(std::iter::repeat(None))
        .zip(text.lines().map(Some).chain(std::iter::repeat(None)))
        .take(kept.lines().count().max(text.lines().count()))
        .enumerate()
        .find(|(_, (old, new))| old != new)
    {
        panic!(
            "{name} line {} differs\n  golden: {}\n  now:    {}\nIf the change is meant: DAJING_GOLDEN=write, then read the difference.",
            line + 1,
            old.unwrap_or("(nothing)"),
            new.unwrap_or("(nothing)")
        );
    }
}
