//! What is looked for in a text: every two neighbouring characters of Chinese, every word of other scripts, each at its place, so that
//! a run of Chinese is found exactly where it stands, like a search through the text itself, and never across a gap.

use tantivy::tokenizer::{PreTokenizedString, Token};

/// A stretch of one kind of characters.
#[derive(Debug, PartialEq, Eq)]
enum Run {
    /// Chinese, and scripts written like it without spaces.
    Han(Vec<char>),
    /// Letters and figures.
    Word(String),
    /// What stands between: nothing is found across it.
    Gap,
}

fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x2E80..=0x2FDF | 0x3005..=0x3007 | 0x3041..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// One character as it is compared: small letters, and full-width forms as the plain ones.
fn folded(c: char) -> impl Iterator<Item = char> {
    let plain = match u32::from(c) {
        wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(c),
        0x3000 => ' ',
        _ => c,
    };
    plain.to_lowercase()
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for c in text.chars().flat_map(folded) {
        match (is_han(c), c.is_alphanumeric(), runs.last_mut()) {
            (true, _, Some(Run::Han(run))) => run.push(c),
            (true, _, _) => runs.push(Run::Han(vec![c])),
            (false, true, Some(Run::Word(word))) => word.push(c),
            (false, true, _) => runs.push(Run::Word(c.into())),
            (false, false, Some(Run::Gap)) => {}
            (false, false, _) => runs.push(Run::Gap),
        }
    }
    runs
}

fn token(text: String, position: usize) -> Token {
    Token { offset_from: 0, offset_to: 0, position, text, position_length: 1 }
}

/// A text made ready for the index: its pairs and words, each at its place.
pub fn pairs(text: &str) -> PreTokenizedString {
    let (mut tokens, mut place) = (Vec::new(), 0);
    for run in runs(text) {
        match run {
            Run::Han(run) => {
                tokens.extend(run.windows(2).enumerate().map(|(at, pair)| token(pair.iter().collect(), place + at)));
                place += run.len();
            }
            Run::Word(word) => {
                tokens.push(token(word, place));
                place += 1;
            }
            Run::Gap => place += 1,
        }
    }
    PreTokenizedString { text: String::new(), tokens }
}

/// Each Chinese character of a text once, for those who look for a single one.
pub fn characters(text: &str) -> PreTokenizedString {
    let mut all: Vec<char> = text.chars().flat_map(folded).filter(|c| is_han(*c)).collect();
    all.sort_unstable();
    all.dedup();
    PreTokenizedString { text: String::new(), tokens: all.into_iter().map(|c| token(c.into(), 0)).collect() }
}

/// One thing that must be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// One Chinese character, anywhere.
    Character(String),
    /// A pair of Chinese characters.
    Pair(String),
    /// Pairs and words at these distances from each other.
    Phrase(Vec<(usize, String)>),
    /// A word, or the beginning of one.
    Beginning(String),
}

/// Most things that one question may look for.
const MOST: usize = 8;

/// What a question looks for: every stretch between gaps must be found.
pub fn wanted(question: &str) -> Vec<Wanted> {
    let mut all: Vec<Wanted> = runs(question).split(|run| *run == Run::Gap).flat_map(stretch).collect();
    all.dedup();
    all.truncate(MOST);
    all
}

fn stretch(runs: &[Run]) -> Vec<Wanted> {
    match runs {
        [] => Vec::new(),
        [Run::Word(word)] => vec![Wanted::Beginning(word.clone())],
        _ => {
            let (mut at, mut places, mut single) = (0, Vec::new(), Vec::new());
            for run in runs {
                match run {
                    Run::Han(run) if run.len() == 1 => {
                        single.push(Wanted::Character(run.iter().collect()));
                        at += 1;
                    }
                    Run::Han(run) => {
                        // Every other pair and the last one cover the run; their places hold them together.
                        let last = run.len() - 2;
                        places.extend((0..last).step_by(2).chain([last]).map(|from| (at + from, run[from..from + 2].iter().collect::<String>())));
                        at += run.len();
                    }
                    Run::Word(word) => {
                        places.push((at, word.clone()));
                        at += 1;
                    }
                    Run::Gap => {}
                }
            }
            match places.len() {
                0 => {}
                1 => single.extend(
                    places.pop().map(|(_, text)| if matches!(runs, [Run::Han(_)]) { Wanted::Pair(text) } else { Wanted::Phrase(vec![(0, text)]) }),
                ),
                _ => single.push(Wanted::Phrase(places)),
            }
            single
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(all: PreTokenizedString) -> Vec<(usize, String)> {
        all.tokens.into_iter().map(|t| (t.position, t.text)).collect()
    }

    #[test]
    fn pairs_stand_at_their_places_and_never_across_a_gap() {
        let expected = [(0, "医疗"), (1, "疗险"), (4, "5g"), (5, "基站"), (8, "站")];
        let found = texts(pairs("医疗险,5G基站。站"));
        assert_eq!(found, expected[..4].iter().map(|(p, t)| (*p, t.to_string())).collect::<Vec<_>>());
        assert_eq!(texts(pairs("API")), texts(pairs("api")));
        assert_eq!(texts(characters("甲乙甲a")).len(), 2);
    }

    #[test]
    fn a_question_looks_for_stretches() {
        let pair = |t: &str| Wanted::Pair(t.into());
        assert_eq!(wanted("医疗"), [pair("医疗")]);
        assert_eq!(wanted("  医疗 泊位"), [pair("医疗"), pair("泊位")]);
        assert_eq!(wanted("疗"), [Wanted::Character("疗".into())]);
        assert_eq!(wanted("GDP"), [Wanted::Beginning("gdp".into())]);
        assert_eq!(wanted("医疗险"), [Wanted::Phrase(vec![(0, "医疗".into()), (1, "疗险".into())])]);
        assert_eq!(wanted("医疗保险"), [Wanted::Phrase(vec![(0, "医疗".into()), (2, "保险".into())])]);
        assert_eq!(wanted("5G基站"), [Wanted::Phrase(vec![(0, "5g".into()), (1, "基站".into())])]);
        assert_eq!(wanted("、,"), []);
        assert!(wanted(&"医 ".repeat(50)).len() <= MOST);
    }
}
