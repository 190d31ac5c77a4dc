//! What is wrong with a profile besides its form.

use std::collections::BTreeSet;

use super::{Ground, Measure, Profile, Wording};

impl Profile {
    /// What the types cannot refuse: values without an origin, keys given twice, lists that are empty, units that make no sense.
    pub(super) fn check(&self) -> Result<(), String> {
        let refuse = |bad: bool, why: &str| if bad { Err(why.to_owned()) } else { Ok(()) };
        refuse(self.id.is_empty() || self.number.is_empty(), "id and number must not be empty")?;
        refuse(self.version == 0, "version: counted from 1")?;
        refuse(self.in_force.until < self.in_force.from, "in_force: until is before from")?;
        refuse(self.term_cap.value == 0 || !self.term_cap.is_long(), "term_cap: years or months, at least one")?;
        refuse(!self.log_retention.is_long() || !self.record_retention.is_long(), "retention: in years or months")?;
        refuse(self.warn_before_end.unit != Measure::Days, "warn_before_end: in days")?;
        refuse(self.correction_rounds.unit != Measure::Times, "correction_rounds: in times")?;
        refuse(self.incident_report.unit != Measure::Hours, "incident_report: in hours")?;
        refuse(!matches!(self.renewal.unit, Measure::Years | Measure::Months), "renewal: in years or months")?;
        refuse(self.panel.least == 0, "panel: at least one expert")?;
        refuse(self.compliance.reviewers.value == 0, "compliance.reviewers: at least one")?;
        refuse(self.compliance.reviewers.unit != Measure::People, "compliance.reviewers: in people")?;
        self.check_names()?;
        self.check_grounds()?;
        self.check_keys()?;
        self.clauses.iter().try_for_each(Wording::check_places)
    }

    fn check_grounds(&self) -> Result<(), String> {
        for Ground { at, article, source } in self.grounds() {
            if article.is_none() && source.is_none() {
                return Err(format!("{at}: neither article nor source"));
            }
            let Some(articles) = article else { continue };
            if articles.trim().is_empty() {
                return Err(format!("{at}: the article is empty"));
            }
            if let Some(unknown) = articles.split(' ').find(|article| self.text_of(article).is_none()) {
                return Err(format!("{at}: no [[text]] for article {unknown}"));
            }
        }
        Ok(())
    }

    fn check_names(&self) -> Result<(), String> {
        for (list, (missing, unknown)) in [("deadlines", self.deadlines.misnamed()), ("serials", self.serials.misnamed())] {
            if let Some(name) = missing.first() {
                return Err(format!("{list}: {name} is missing"));
            }
            if let Some(name) = unknown.first() {
                return Err(format!("{list}: {name} is known to nobody"));
            }
        }
        Ok(())
    }

    fn check_keys(&self) -> Result<(), String> {
        distinct("purpose", self.purposes.iter().map(|value| value.key.as_str()))?;
        distinct("condition", self.conditions.iter().map(|value| value.key.as_str()))?;
        distinct("material", self.materials.iter().map(|value| value.key.as_str()))?;
        distinct("clause", self.clauses.iter().map(|value| value.key.as_str()))?;
        distinct("compliance.point", self.compliance.points.iter().map(|value| value.key.as_str()))?;
        distinct("report", self.reports.iter().map(|value| value.key.as_str()))?;
        distinct("personal", self.personal.iter().map(|value| value.key.as_str()))?;
        distinct("personnel", self.personnel.iter().map(|value| value.key.as_str()))?;
        distinct("text", self.texts.iter().map(|value| value.prefix.as_str()))?;
        distinct("serials", self.serials.all().into_iter().map(|(_, prefix)| prefix))?;
        if self.supplies.iter().map(|supply| supply.level).ne(1..=4) {
            return Err("supply: levels 1 to 4, each once and in order".to_owned());
        }
        Ok(())
    }
}

fn distinct<'a>(list: &str, keys: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for key in keys {
        if key.is_empty() {
            return Err(format!("{list}: a key is empty"));
        }
        if !seen.insert(key) {
            return Err(format!("{list}: {key} is given twice"));
        }
    }
    if seen.is_empty() { Err(format!("{list}: nothing is listed")) } else { Ok(()) }
}
