use l2c_documents::{Check, Fault, Faults};
use l2c_explain::{Citation, Explanation, Figure, NoTrace, Note, Recorder, Trace};
use l2c_money::Exact;
use l2c_rules::{Condition, FactTypes, Facts, Outcome, Predicate};
use serde::{Deserialize, Serialize};

use crate::Thresholds;
use crate::document::{Source, condition, ids, listed};

/// A scoring model as people write it: which conditions give how many points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScoringDocument {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// Groups of rules with limits of their own: fit, engagement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Category>,
    /// The rules.
    pub rules: Vec<ScoringRule>,
    /// Conditions that rule a lead out, whatever its points.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disqualifiers: Vec<Disqualifier>,
    /// The most that the total can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Exact>,
    /// The least that the total can be. Default 0.
    #[serde(default)]
    pub floor: Exact,
    /// Grades by total, from high to low.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grades: Vec<GradeBand>,
    /// The totals that qualify a lead, and below which it is recycled.
    pub thresholds: Thresholds,
}

/// A group of rules with limits of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Its id.
    pub id: String,
    /// The most that its rules give together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Exact>,
    /// The least that its rules give together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Exact>,
}

/// Points for a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScoringRule {
    /// Its id.
    pub id: String,
    /// The category it counts in; without one it counts in the total alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// When it counts.
    pub when: Condition,
    /// What it gives; below zero it takes.
    pub points: Exact,
    /// Why, for people.
    pub reason: String,
}

/// A condition that rules a lead out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Disqualifier {
    /// Its id.
    pub id: String,
    /// When it holds.
    pub when: Condition,
    /// Why, for people.
    pub reason: String,
}

/// A grade, and the total from which it is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GradeBand {
    /// The lowest total of the grade.
    pub from: Exact,
    /// Its name: "A".
    pub grade: String,
}

/// A checked scoring model.
///
/// A score is a pure function of the model and the facts: the points of the rules that hold, summed by
/// category, each category at most its cap and then at least its floor; all of them summed, at least the
/// floor and then at most the cap of the model. A lead that a disqualifier holds for scores 0.
#[derive(Clone, Debug)]
pub struct ScoringModel {
    source: Source,
    categories: Vec<Category>,
    rules: Vec<CheckedRule>,
    disqualifiers: Vec<CheckedDisqualifier>,
    cap: Option<Exact>,
    floor: Exact,
    grades: Vec<GradeBand>,
    thresholds: Thresholds,
}

#[derive(Clone, Debug)]
struct CheckedRule {
    id: String,
    /// Position of its category.
    category: Option<usize>,
    when: Predicate,
    points: Exact,
    reason: String,
}

#[derive(Clone, Debug)]
struct CheckedDisqualifier {
    id: String,
    when: Predicate,
    reason: String,
}

/// What a lead scores, and why in brief.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scorecard {
    /// The model's id.
    pub model: String,
    /// The model's version.
    pub version: u32,
    /// Points by category, within the limits of each, in the order of the model.
    pub categories: Vec<(String, Exact)>,
    /// The total within the limits of the model.
    pub total: Exact,
    /// The grade, if the model has one for this total.
    pub grade: Option<String>,
    /// The rules that hold, in the order of the model.
    pub held: Vec<String>,
    /// The disqualifiers that hold, in the order of the model.
    pub disqualified_by: Vec<String>,
    /// Whether the total qualifies the lead and nothing rules it out.
    pub qualified: bool,
}

/// A score with its derivation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreExplanation {
    /// The score.
    pub card: Scorecard,
    /// How the total follows from the points of the rules that hold.
    pub derivation: Explanation,
    /// Every rule and disqualifier by its id, and which of its tests hold.
    pub rules: Vec<(String, Outcome)>,
}

impl ScoringModel {
    /// Checks a document against the facts that leads have.
    ///
    /// # Errors
    /// All faults: ids that are empty or stand twice, unknown categories, a floor above its cap, grades that
    /// do not fall, thresholds the wrong way round, and those of the conditions.
    pub fn new(document: &ScoringDocument, types: &FactTypes) -> Result<Self, Faults> {
        let mut check = Check::new(format!("scoring model `{}`", document.id));
        let known = ids(
            &mut check,
            "category",
            "categories",
            document.categories.iter().map(|category| category.id.as_str()),
        );
        for (index, category) in document.categories.iter().enumerate() {
            if let (Some(floor), Some(cap)) = (&category.floor, &category.cap) {
                limits(&mut check, format!("categories[{index}].floor"), floor, cap);
            }
        }
        ids(
            &mut check,
            "rule",
            "rules",
            document.rules.iter().map(|rule| rule.id.as_str()),
        );
        let mut rules = Vec::with_capacity(document.rules.len());
        for (index, rule) in document.rules.iter().enumerate() {
            let category = rule
                .category
                .as_ref()
                .and_then(|id| known.get(id.as_str()).copied());
            if let (Some(id), None) = (&rule.category, category) {
                let known: Vec<&str> = known.keys().copied().collect();
                let message = format!(
                    "no category is {id:?}; there are: {}",
                    listed(known.iter().copied())
                );
                let path = format!("rules[{index}].category");
                check.extend([Fault::new(path, "unknown_category", message).among(known)]);
            }
            rules.push(CheckedRule {
                id: rule.id.clone(),
                category,
                when: condition(&mut check, &rule.when, types, &format!("rules[{index}].when")),
                points: rule.points.clone(),
                reason: rule.reason.clone(),
            });
        }
        ids(
            &mut check,
            "disqualifier",
            "disqualifiers",
            document.disqualifiers.iter().map(|rule| rule.id.as_str()),
        );
        let mut disqualifiers = Vec::with_capacity(document.disqualifiers.len());
        for (index, rule) in document.disqualifiers.iter().enumerate() {
            let when = condition(
                &mut check,
                &rule.when,
                types,
                &format!("disqualifiers[{index}].when"),
            );
            let (id, reason) = (rule.id.clone(), rule.reason.clone());
            disqualifiers.push(CheckedDisqualifier { id, when, reason });
        }
        if let Some(cap) = &document.cap {
            limits(&mut check, "floor".to_owned(), &document.floor, cap);
        }
        for (index, pair) in document.grades.windows(2).enumerate() {
            if let [above, below] = pair
                && below.from >= above.from
            {
                let message = format!(
                    "grade {:?} begins at {}, not below the one before it; list grades from high to low",
                    below.grade, below.from
                );
                let path = format!("grades[{}].from", index.saturating_add(1));
                check.fault(path, "invalid_grade", message);
            }
        }
        check.finish(Self {
            source: Source {
                id: document.id.clone(),
                version: document.version,
            },
            categories: document.categories.clone(),
            rules,
            disqualifiers,
            cap: document.cap.clone(),
            floor: document.floor.clone(),
            grades: document.grades.clone(),
            thresholds: document.thresholds.clone(),
        })
    }

    /// The totals that qualify a lead, and below which it is recycled.
    #[must_use]
    pub const fn thresholds(&self) -> &Thresholds {
        &self.thresholds
    }

    /// The score of a lead.
    #[must_use]
    pub fn score(&self, facts: &Facts) -> Scorecard {
        self.score_with(&mut NoTrace, facts).0
    }

    /// The score of a lead, how it comes about, and which tests held.
    #[must_use]
    pub fn explain(&self, facts: &Facts) -> ScoreExplanation {
        let mut trace = Trace::new();
        let (card, total) = self.score_with(&mut trace, facts);
        let rules = self.rules.iter().map(|rule| (&rule.id, &rule.when));
        let disqualifiers = self.disqualifiers.iter().map(|rule| (&rule.id, &rule.when));
        ScoreExplanation {
            card,
            derivation: trace.finish(&total),
            rules: rules
                .chain(disqualifiers)
                .map(|(id, when)| (id.clone(), when.explain(facts)))
                .collect(),
        }
    }

    fn score_with<R: Recorder>(&self, rec: &mut R, facts: &Facts) -> (Scorecard, Figure<R::Mark>) {
        let ruled_out: Vec<&CheckedDisqualifier> = self
            .disqualifiers
            .iter()
            .filter(|rule| rule.when.holds(facts))
            .collect();
        let mut held = Vec::new();
        // Points by category; the last list holds those without one.
        let mut points: Vec<Vec<Figure<R::Mark>>> = vec![Vec::new(); self.categories.len().saturating_add(1)];
        for (index, rule) in self.rules.iter().enumerate() {
            if !rule.when.holds(facts) {
                continue;
            }
            held.push(rule.id.clone());
            let figure = rec.input(rule.points.clone(), || {
                let label = format!("{}: {} ({})", rule.id, rule.reason, rule.when);
                Note::new(label).cite(self.source.at(&format!("rules[{index}]")))
            });
            if let Some(list) = points.get_mut(rule.category.unwrap_or(self.categories.len())) {
                list.push(figure);
            }
        }
        let mut parts = Vec::with_capacity(points.len());
        let mut categories = Vec::with_capacity(self.categories.len());
        for (index, (category, points)) in self.categories.iter().zip(&points).enumerate() {
            let sum = rec.sum(&borrowed(points), || Note::new(format!("{} points", category.id)));
            let at = |field: &str| self.source.at(&format!("categories[{index}].{field}"));
            let name = category.id.as_str();
            let capped = match &category.cap {
                Some(cap) => at_most(rec, &sum, cap, name, || at("cap")),
                None => sum,
            };
            let score = match &category.floor {
                Some(floor) => at_least(rec, &capped, floor, name, || at("floor")),
                None => capped,
            };
            categories.push((category.id.clone(), score.value.clone()));
            parts.push(score);
        }
        parts.extend(points.pop().unwrap_or_default());
        let total = if let Some(rule) = ruled_out.first() {
            rec.input(Exact::ZERO, || {
                Note::new(format!("disqualified: {}", rule.reason)).cite(self.source.at("disqualifiers"))
            })
        } else {
            let sum = rec.sum(&borrowed(&parts), || Note::new("points"));
            let floored = at_least(rec, &sum, &self.floor, "total", || self.source.at("floor"));
            match &self.cap {
                Some(cap) => at_most(rec, &floored, cap, "total", || self.source.at("cap")),
                None => floored,
            }
        };
        let grade = self.grades.iter().find(|band| total.value >= band.from);
        let card = Scorecard {
            model: self.source.id.clone(),
            version: self.source.version,
            categories,
            total: total.value.clone(),
            grade: grade.map(|band| band.grade.clone()),
            held,
            disqualified_by: ruled_out.iter().map(|rule| rule.id.clone()).collect(),
            qualified: ruled_out.is_empty() && total.value >= *self.thresholds.up(),
        };
        (card, total)
    }
}

fn borrowed<M>(figures: &[Figure<M>]) -> Vec<&Figure<M>> {
    figures.iter().collect()
}

fn at_most<R: Recorder>(
    rec: &mut R,
    figure: &Figure<R::Mark>,
    cap: &Exact,
    of: &str,
    cite: impl FnOnce() -> Citation,
) -> Figure<R::Mark> {
    let cap = rec.input(cap.clone(), || Note::new(format!("cap of {of}")).cite(cite()));
    rec.minimum(&[figure, &cap], || Note::new(format!("{of}, at most its cap")))
}

fn at_least<R: Recorder>(
    rec: &mut R,
    figure: &Figure<R::Mark>,
    floor: &Exact,
    of: &str,
    cite: impl FnOnce() -> Citation,
) -> Figure<R::Mark> {
    let floor = rec.input(floor.clone(), || Note::new(format!("floor of {of}")).cite(cite()));
    rec.maximum(&[figure, &floor], || {
        Note::new(format!("{of}, at least its floor"))
    })
}

fn limits(check: &mut Check, path: String, floor: &Exact, cap: &Exact) {
    if floor > cap {
        let message = format!("the floor {floor} lies above the cap {cap}");
        check.fault(path, "floor_above_cap", message);
    }
}
