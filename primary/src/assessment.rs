//! 合规评估 — what a sound assessment of a product is: every point of ZJK-25 answered, with evidence, and how several
//! assessments make one decision. Who assesses what, and when, belongs to the secondary tier's review.

use platform::profile::Profile;
use platform::{Fault, Refusal, Result, Word, words};
use serde::{Deserialize, Serialize};

words! {
    /// What is found on one point; ordered from best to worst.
    pub enum Verdict: "verdict" { Meets = "meets", NeedsChange = "needs_change", Fails = "fails" }
}
words! {
    /// What several assessments come to.
    pub enum Outcome: "outcome" { Approved = "approved", Return = "return", Refuse = "refuse", Conflict = "conflict" }
}

/// What one reviewer finds on one point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Key of a point of the profile, such as `no_raw_exposure`.
    pub point: String,
    pub verdict: Verdict,
    /// Why; needed unless the point is met.
    #[serde(default)]
    pub reason: String,
    /// What was looked at; always needed, for a finding that rests on nothing is none.
    #[serde(default)]
    pub evidence: String,
}

/// One reviewer's findings on every point; it cannot lack one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Assessment {
    findings: Vec<Finding>,
}

impl Assessment {
    /// Takes findings when each point of the profile is answered exactly once. Faults at `points` and `points[i].…`.
    pub fn new(profile: &Profile, mut findings: Vec<Finding>) -> Result<Self> {
        let mut faults = Vec::new();
        for (i, found) in findings.iter().enumerate() {
            if profile.point(&found.point).is_none() {
                faults.push(Fault::at(format!("points[{i}].point"), "not-a-choice"));
            }
            if findings[..i].iter().any(|f| f.point == found.point) {
                faults.push(Fault::at(format!("points[{i}].point"), "point-twice"));
            }
            if found.verdict != Verdict::Meets && found.reason.trim().is_empty() {
                faults.push(Fault::at(format!("points[{i}].reason"), "required"));
            }
            if found.evidence.trim().is_empty() {
                faults.push(Fault::at(format!("points[{i}].evidence"), "required"));
            }
        }
        for point in &profile.compliance.points {
            if !findings.iter().any(|f| f.point == point.key) {
                faults.push(Fault::at("points", "point-missing").with("point", &point.name.zh).with("point_en", &point.name.en));
            }
        }
        if !faults.is_empty() {
            return Err(Refusal::Faulty(faults));
        }
        findings.sort_by_key(|f| profile.compliance.points.iter().position(|p| p.key == f.point));
        Ok(Self { findings })
    }

    /// The findings in the profile's order.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The worst finding decides.
    pub fn verdict(&self) -> Verdict {
        self.findings.iter().map(|f| f.verdict).max().unwrap_or(Verdict::Fails)
    }
}

/// What the assessments come to: what all agree on; where they do not, what more than half of at least three say; else a
/// conflict that a further reviewer must settle. No assessment approves nothing.
pub fn decide(votes: &[Verdict]) -> Outcome {
    let agreed = Verdict::ALL.iter().find(|v| {
        let count = votes.iter().filter(|vote| vote == v).count();
        count > 0 && (count == votes.len() || (votes.len() >= 3 && count * 2 > votes.len()))
    });
    match agreed {
        Some(Verdict::Meets) => Outcome::Approved,
        Some(Verdict::NeedsChange) => Outcome::Return,
        Some(Verdict::Fails) => Outcome::Refuse,
        None => Outcome::Conflict,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(verdict: Verdict) -> Vec<Finding> {
        let points = &Profile::zhangjiakou().compliance.points;
        points.iter().map(|p| Finding { point: p.key.clone(), verdict, reason: "原因".into(), evidence: "样例第3页".into() }).collect()
    }

    fn codes(refusal: Refusal) -> Vec<(String, &'static str)> {
        match refusal {
            Refusal::Faulty(faults) => faults.into_iter().map(|f| (f.field, f.code)).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn no_point_may_lack_and_none_stands_twice() {
        let profile = Profile::zhangjiakou();
        assert_eq!(Assessment::new(profile, all(Verdict::Meets)).unwrap().findings().len(), 5);
        for i in 0..5 {
            let mut findings = all(Verdict::Meets);
            findings.remove(i);
            assert_eq!(codes(Assessment::new(profile, findings).unwrap_err()), [("points".to_string(), "point-missing")]);
        }
        let mut findings = all(Verdict::Meets);
        findings[4].point = findings[0].point.clone();
        assert_eq!(
            codes(Assessment::new(profile, findings).unwrap_err()),
            [("points[4].point".to_string(), "point-twice"), ("points".to_string(), "point-missing")]
        );
    }

    #[test]
    fn evidence_is_always_needed_and_a_reason_unless_met() {
        let profile = Profile::zhangjiakou();
        let mut findings = all(Verdict::Meets);
        findings[1].reason.clear();
        findings[2].evidence = " ".into();
        findings[3] = Finding { verdict: Verdict::Fails, reason: String::new(), ..findings[3].clone() };
        assert_eq!(
            codes(Assessment::new(profile, findings).unwrap_err()),
            [("points[2].evidence".to_string(), "required"), ("points[3].reason".to_string(), "required")]
        );
    }

    #[test]
    fn the_worst_point_decides() {
        let mut findings = all(Verdict::Meets);
        findings[2].verdict = Verdict::NeedsChange;
        assert_eq!(Assessment::new(Profile::zhangjiakou(), findings).unwrap().verdict(), Verdict::NeedsChange);
    }

    #[test]
    fn votes_make_one_outcome() {
        use Verdict::{Fails as F, Meets as M, NeedsChange as N};
        for (votes, outcome) in [
            (vec![], Outcome::Conflict),
            (vec![M, M], Outcome::Approved),
            (vec![N, N], Outcome::Return),
            (vec![F, F], Outcome::Refuse),
            (vec![M, F], Outcome::Conflict),
            (vec![M, N], Outcome::Conflict),
            (vec![M, N, M], Outcome::Approved),
            (vec![M, F, F], Outcome::Refuse),
            (vec![M, N, F], Outcome::Conflict),
            (vec![M, M, N, N], Outcome::Conflict),
        ] {
            assert_eq!(decide(&votes), outcome, "{votes:?}");
        }
    }
}
