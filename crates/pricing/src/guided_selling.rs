use std::collections::{BTreeMap, BTreeSet};

use l2c_documents::{Check, Faults};
use l2c_rules::{Condition, FactTypes, Facts, Outcome, Predicate};
use serde::{Deserialize, Serialize};

use crate::names::{check_document, check_name};
use crate::{Catalogue, DocumentRef, ProductId};

/// Questions that narrow a catalogue, as they are written.
///
/// ```json
/// {"id": "which-laptop", "version": 1, "facts": {"seats": "number"}, "questions": [
///   {"id": "use", "text": "What is it for?", "answers": [
///     {"id": "office", "text": "Office", "keeps": {"fact": "ram_gb", "gte": "8"}},
///     {"id": "video", "text": "Video", "keeps": {"fact": "ram_gb", "gte": "32"}}]}]}
/// ```
///
/// A condition sees the attributes of a product, as the catalogue declares them, and the facts declared here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GuidedSellingDocument {
    /// Id of the document.
    pub id: String,
    /// Version of the document.
    pub version: u32,
    /// What is known of the customer or the deal, beside the attributes of a product.
    #[serde(default)]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "std::collections::BTreeMap<String, String>")
    )]
    pub facts: FactTypes,
    /// The questions, in the order in which they are asked if they narrow alike.
    pub questions: Vec<QuestionDocument>,
}

/// A question as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QuestionDocument {
    /// Its id, unique in the document.
    pub id: String,
    /// The question for people.
    pub text: String,
    /// The answers, at least one.
    pub answers: Vec<AnswerDocument>,
}

/// An answer as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AnswerDocument {
    /// Its id, unique in the question.
    pub id: String,
    /// The answer for people.
    pub text: String,
    /// The products that it keeps.
    pub keeps: Condition,
}

/// Checked questions over the products of a catalogue.
#[derive(Debug, Clone)]
pub struct GuidedSelling {
    document: DocumentRef,
    facts: FactTypes,
    questions: Vec<Question>,
    products: Vec<(ProductId, Facts)>,
}

#[derive(Debug, Clone)]
struct Question {
    id: String,
    answers: Vec<(String, Predicate)>,
}

/// What answers leave of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Narrowed {
    /// The products that every answer keeps, in the order of the catalogue.
    pub remaining: Vec<ProductId>,
    /// The others, each with every answer that excludes it.
    pub excluded: Vec<ExcludedProduct>,
    /// The question to ask next; `None` if no open question can narrow what remains.
    pub next: Option<NextQuestion>,
}

/// A product that answers exclude.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExcludedProduct {
    /// The product.
    pub product: ProductId,
    /// The answers, in the order of the questions.
    pub by: Vec<Exclusion>,
}

/// Why an answer excludes a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exclusion {
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// Its condition, test by test.
    pub why: Outcome,
}

/// The open question that narrows most: its worst answer leaves the fewest products; of several the one whose answers
/// leave fewer together; of several the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextQuestion {
    /// The question.
    pub question: String,
    /// How many products each answer leaves, in the order of the answers.
    pub leaves: Vec<(String, usize)>,
}

impl GuidedSelling {
    /// Checks a document against a catalogue.
    ///
    /// # Errors
    /// Every fault: a name that is empty, two questions or two answers of a question with one id, a question without
    /// answers, a fact that has the name of an attribute, a condition that tests what is not declared.
    pub fn new(document: &GuidedSellingDocument, catalogue: &Catalogue) -> Result<Self, Faults> {
        let mut check = check_document("guided selling", &document.id);
        let mut types = catalogue.attributes().clone();
        for (name, fact_type) in document.facts.iter() {
            if types.get(name).is_some() {
                let message = "the catalogue has an attribute of this name: call the fact something else";
                check.fault(format!("facts.{name}"), "duplicate_id", message);
            }
            types = types.with(name.to_owned(), fact_type);
        }
        let mut seen = BTreeSet::new();
        let mut questions = Vec::new();
        for (index, question) in document.questions.iter().enumerate() {
            let path = format!("questions[{index}]");
            check_name(&mut check, format!("{path}.id"), &question.id);
            if !seen.insert(&question.id) {
                let message = format!("two questions are called `{}`", question.id);
                check.fault(format!("{path}.id"), "duplicate_id", message);
            }
            if question.answers.is_empty() {
                check.fault(
                    format!("{path}.answers"),
                    "no_answers",
                    "a question needs an answer",
                );
            }
            let answers = checked_answers(&mut check, &path, question, &types);
            let id = question.id.clone();
            questions.push(Question { id, answers });
        }
        let products = catalogue.in_order();
        let products = products.map(|product| (product.id().clone(), product.attributes().clone()));
        check.finish(Self {
            document: DocumentRef::new(document.id.clone(), document.version),
            facts: document.facts.clone(),
            questions,
            products: products.collect(),
        })
    }

    /// Id and version of the document.
    #[must_use]
    pub const fn document(&self) -> &DocumentRef {
        &self.document
    }

    /// What the answers leave: question by question the id of the answer.
    ///
    /// # Errors
    /// Every fault: a question (`unknown_question`) or an answer (`unknown_answer`) that there is not, a fact that is
    /// not declared or has another type.
    pub fn narrow(&self, facts: &Facts, answers: &BTreeMap<String, String>) -> Result<Narrowed, Faults> {
        self.facts.check(facts)?;
        let mut check = Check::new(format!("answers to guided selling {}", self.document));
        let mut given: BTreeMap<&str, (&str, &Predicate)> = BTreeMap::new();
        for (question, answer) in answers {
            let Some(asked) = self.questions.iter().find(|entry| entry.id == *question) else {
                check.fault(question.as_str(), "unknown_question", "there is no such question");
                continue;
            };
            match asked.answers.iter().find(|(id, _)| id == answer) {
                None => {
                    let message = format!("`{answer}` is not an answer to this question");
                    check.fault(question.as_str(), "unknown_answer", message);
                }
                Some((id, keeps)) => {
                    given.insert(&asked.id, (id, keeps));
                }
            }
        }
        check.finish(())?;
        let mut kept = Vec::new();
        let mut excluded = Vec::new();
        for (product, attributes) in &self.products {
            let mut known = attributes.clone();
            for (name, value) in facts.iter() {
                known.set(name.to_owned(), value.clone());
            }
            let asked = self
                .questions
                .iter()
                .filter_map(|question| Some((question, given.get(question.id.as_str())?)));
            let by: Vec<Exclusion> = asked
                .filter(|(_, (_, keeps))| !keeps.holds(&known))
                .map(|(question, (answer, keeps))| Exclusion {
                    question: question.id.clone(),
                    answer: (*answer).to_owned(),
                    why: keeps.explain(&known),
                })
                .collect();
            if by.is_empty() {
                kept.push((product, known));
            } else {
                let product = product.clone();
                excluded.push(ExcludedProduct { product, by });
            }
        }
        let open = self
            .questions
            .iter()
            .filter(|question| !given.contains_key(question.id.as_str()));
        let narrowing = open.filter_map(|question| {
            let leaves: Vec<(String, usize)> = question
                .answers
                .iter()
                .map(|(id, keeps)| {
                    (
                        id.clone(),
                        kept.iter().filter(|(_, known)| keeps.holds(known)).count(),
                    )
                })
                .collect();
            let worst = leaves.iter().map(|(_, left)| *left).max()?;
            let sum = leaves
                .iter()
                .fold(0_usize, |sum, (_, left)| sum.saturating_add(*left));
            let narrows = leaves.iter().any(|(_, left)| *left < kept.len());
            let question = question.id.clone();
            narrows.then_some(((worst, sum), NextQuestion { question, leaves }))
        });
        let next = narrowing
            .min_by_key(|(narrowness, _)| *narrowness)
            .map(|(_, next)| next);
        Ok(Narrowed {
            remaining: kept.into_iter().map(|(product, _)| product.clone()).collect(),
            excluded,
            next,
        })
    }
}

fn checked_answers(
    check: &mut Check,
    path: &str,
    question: &QuestionDocument,
    types: &FactTypes,
) -> Vec<(String, Predicate)> {
    let mut seen = BTreeSet::new();
    let mut answers = Vec::new();
    for (index, answer) in question.answers.iter().enumerate() {
        let path = format!("{path}.answers[{index}]");
        check_name(check, format!("{path}.id"), &answer.id);
        if !seen.insert(&answer.id) {
            let message = format!("two answers are called `{}`", answer.id);
            check.fault(format!("{path}.id"), "duplicate_id", message);
        }
        match answer.keeps.check(types, &format!("{path}.keeps")) {
            Ok(keeps) => answers.push((answer.id.clone(), keeps)),
            Err(faults) => check.extend(faults),
        }
    }
    answers
}
