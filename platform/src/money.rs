//! Money is whole fen in an `i64`; text is yuan with at most two decimals.

/// Reads yuan (`12`, `12.5`, `1,200.50`) as fen; `None` when it is no amount from 0 to 10 billion yuan.
pub fn parse_yuan(text: &str) -> Option<i64> {
    let text = text.trim().replace([',', '，'], "");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    if whole.is_empty() || whole.len() > 11 || part.len() > 2 || !whole.chars().chain(part.chars()).all(|c| c.is_ascii_digit()) {
        return None;
    }
    let fen = whole.parse::<i64>().ok()? * 100 + format!("{part:0<2}").parse::<i64>().ok()?;
    (fen <= 1_000_000_000_000).then_some(fen)
}

/// Fen as yuan with two decimals: `1250` is `12.50`.
pub fn yuan(fen: i64) -> String {
    format!("{}{}.{:02}", if fen < 0 { "-" } else { "" }, fen.abs() / 100, fen.abs() % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_yuan() {
        for (text, fen) in [("0", 0), ("12", 1200), ("12.5", 1250), ("1,200.05", 120005), ("10000000000", 1_000_000_000_000)] {
            assert_eq!(parse_yuan(text), Some(fen));
        }
        for text in ["", "-1", "1.234", "1e3", "１２", "10000000001", ".5", "NaN"] {
            assert_eq!(parse_yuan(text), None, "{text}");
        }
        assert_eq!(yuan(120005), "1200.05");
        assert_eq!(yuan(-5), "-0.05");
    }
}
