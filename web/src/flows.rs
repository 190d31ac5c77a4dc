//! The step tables of all nouns, for the page, the golden file and the checks.

use crate::say::Lang;
use platform::flow::{Table, table};
use platform::people::Org;

/// Every noun's step table, in the order a case meets them.
pub fn tables() -> Vec<Table> {
    vec![
        table::<Org>(),
    ]
}

/// The lines of a table in a language: from, act, by whom, to, article, who is told, deadline.
pub fn lines(lang: Lang, table: &Table) -> Vec<[String; 7]> {
    let state = |s: &str| lang.t(&format!("{}-{s}", table.state_set));
    table
        .lines
        .iter()
        .map(|line| {
            let roles = line.by.iter().map(|r| lang.w(*r)).collect::<Vec<_>>().join(lang.pick("、", ", "));
            let tells = line.tells.iter().map(|t| if t == "owner" { lang.t("tell-owner") } else { lang.t(&format!("role-{t}")) }).collect::<Vec<_>>();
            [
                line.from.as_deref().map_or_else(|| lang.t("flow-begin"), state),
                lang.t(&format!("{}-{}", table.act_set, line.act)),
                roles,
                state(&line.to),
                line.article.to_string(),
                tells.join(lang.pick("、", ", ")),
                line.clock.map(|c| lang.t(&format!("clock-{c}"))).unwrap_or_default(),
            ]
        })
        .collect()
}
