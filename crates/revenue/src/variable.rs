//! Consideration that can vary: what it is expected to be, and how much of that may be included.

use l2c_documents::Fault;
use l2c_explain::{Figure, NoTrace, Note, Recorder};
use l2c_money::{Currency, Decimal, Exact, Money};
use serde::{Deserialize, Serialize};

use crate::price_context::PriceContext;
use crate::terms::fault;
use crate::{MAX_OBLIGATIONS, Paragraph, RevenueError};

/// What an amount that can vary is expected to be (606-10-32-8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum Estimate {
    /// An amount that the entity has estimated elsewhere.
    Stated {
        /// The amount, in whole minor units.
        amount: Money,
    },
    /// The sum of the possible amounts by their probabilities, rounded: for many alike.
    ExpectedValue {
        /// What can happen; the probabilities sum to 1.
        outcomes: Vec<Outcome>,
    },
    /// The amount of the highest probability, the first of several: for few that exclude each other.
    MostLikelyAmount {
        /// What can happen; the probabilities sum to 1.
        outcomes: Vec<Outcome>,
    },
}

/// One amount that is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The amount.
    pub amount: Money,
    /// How likely it is, from 0 to 1.
    #[serde(with = "l2c_money::decimal_string")]
    #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
    pub probability: Decimal,
}

/// How much of an estimate is probable not to be reversed (606-10-32-11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Constraint {
    /// All of it.
    None,
    /// No more than the worst outcome; of a stated estimate, nothing above zero.
    Full,
    /// No more than an amount in whole minor units, from the least favourable outcome to the estimate; for a discount both
    /// are below zero.
    Amount(Money),
}

impl Estimate {
    pub(crate) fn figure<R: Recorder>(
        &self,
        rec: &mut R,
        context: &PriceContext<'_>,
        id: &str,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        let note = |what: &str, paragraph| {
            context
                .note(format!("{what} {id}"), paragraph)
                .cite(context.place("consideration", id))
        };
        match self {
            Self::Stated { amount } => {
                Ok(rec.input(amount.exact(), || note("estimate of", Paragraph::VARIABLE)))
            }
            Self::ExpectedValue { outcomes } => {
                let mut parts = Vec::with_capacity(outcomes.len());
                for outcome in outcomes {
                    let amount = rec.input(outcome.amount.exact(), || {
                        note("possible amount of", Paragraph::VARIABLE)
                    });
                    let probability = rec.input(Exact::from(outcome.probability), || {
                        Note::new("its probability").percent()
                    });
                    parts.push(rec.product(&amount, &probability, || {
                        Note::new("by its probability").money(context.currency)
                    }));
                }
                let parts: Vec<_> = parts.iter().collect();
                let sum = rec.sum(&parts, || {
                    Note::new("all possible amounts").money(context.currency)
                });
                context.round(rec, &sum, || note("expected value of", Paragraph::EXPECTED_VALUE))
            }
            Self::MostLikelyAmount { outcomes } => {
                let mut likeliest: Option<&Outcome> = None;
                for outcome in outcomes {
                    if likeliest.is_none_or(|best| outcome.probability > best.probability) {
                        likeliest = Some(outcome);
                    }
                }
                let amount = likeliest
                    .map(|outcome| outcome.amount.exact())
                    .unwrap_or_default();
                Ok(rec.input(amount, || note("most likely amount of", Paragraph::MOST_LIKELY)))
            }
        }
    }

    /// The amount itself, without its derivation.
    pub(crate) fn value(&self, context: &PriceContext<'_>) -> Result<Exact, RevenueError> {
        Ok(self.figure(&mut NoTrace, context, "")?.value)
    }

    /// The smallest and the largest outcome, where outcomes are stated.
    pub(crate) fn range(&self) -> Option<(Money, Money)> {
        let mut amounts: Vec<Money> = self.outcomes().iter().map(|outcome| outcome.amount).collect();
        amounts.sort_by_key(|amount| amount.amount());
        Some((*amounts.first()?, *amounts.last()?))
    }

    fn outcomes(&self) -> &[Outcome] {
        match self {
            Self::Stated { .. } => &[],
            Self::ExpectedValue { outcomes } | Self::MostLikelyAmount { outcomes } => outcomes,
        }
    }

    pub(crate) fn faults(&self, currency: Currency, path: &str) -> Vec<Fault> {
        let outcomes = self.outcomes();
        let mut faults = Vec::new();
        let mut refuse = |field: &str, code, found: String, expected: &str, paragraph: Paragraph| {
            let expected = format!("{expected} ({paragraph})");
            faults.push(fault(format!("{path}.{field}"), code, &found, &expected));
        };
        let mut check = |field: &str, amount: &Money, whole: bool| {
            if amount.currency() != currency {
                let expected = format!("an amount in {currency}");
                refuse(
                    field,
                    "currency_mismatch",
                    amount.to_string(),
                    &expected,
                    Paragraph::VARIABLE,
                );
            } else if whole && amount.minor().is_err() {
                let expected = "whole minor units of the currency";
                refuse(
                    field,
                    "invalid_amount",
                    amount.to_string(),
                    expected,
                    Paragraph::VARIABLE,
                );
            }
        };
        if let Self::Stated { amount } = self {
            check("amount", amount, true);
            return faults;
        }
        for (index, outcome) in outcomes.iter().take(MAX_OBLIGATIONS).enumerate() {
            check(&format!("outcomes[{index}].amount"), &outcome.amount, false);
        }
        if outcomes.len() > MAX_OBLIGATIONS {
            let (found, expected) = (outcomes.len().to_string(), format!("at most {MAX_OBLIGATIONS}"));
            refuse("outcomes", "count", found, &expected, Paragraph::VARIABLE);
            return faults;
        }
        for (index, outcome) in outcomes.iter().enumerate() {
            let probability = outcome.probability;
            if probability < Decimal::ZERO || probability > Decimal::ONE {
                let field = format!("outcomes[{index}].probability");
                let expected = "a probability from 0 to 1";
                let code = "invalid_probability";
                refuse(
                    &field,
                    code,
                    probability.to_string(),
                    expected,
                    Paragraph::EXPECTED_VALUE,
                );
            }
        }
        let sum: Exact = outcomes
            .iter()
            .map(|outcome| Exact::from(outcome.probability))
            .sum();
        if sum != Exact::ONE {
            let (found, expected) = (format!("probabilities that sum to {sum}"), "a sum of 1");
            refuse(
                "outcomes",
                "probabilities_not_one",
                found,
                expected,
                Paragraph::EXPECTED_VALUE,
            );
        }
        faults
    }
}

impl Constraint {
    /// What of an estimate is in the transaction price.
    pub(crate) fn included<R: Recorder>(
        &self,
        rec: &mut R,
        context: &PriceContext<'_>,
        id: &str,
        figure: &Figure<R::Mark>,
        estimate: &Estimate,
    ) -> Figure<R::Mark> {
        let note = |what: &str| context.note(format!("{what} {id}"), Paragraph::CONSTRAINT);
        let limit = match self {
            Self::None => return figure.clone(),
            Self::Amount(amount) => rec.input(amount.exact(), || note("probable not to be reversed, of")),
            Self::Full => {
                let worst = estimate
                    .outcomes()
                    .iter()
                    .map(|outcome| outcome.amount.exact())
                    .min();
                rec.input(worst.unwrap_or_default(), || note("worst outcome of"))
            }
        };
        rec.minimum(&[figure, &limit], || note("included, of"))
    }

    /// An amount above the estimate takes nothing away, and one below the least favourable outcome takes away what cannot
    /// be lost; both are a sign or an outcome that was forgotten. Of a stated estimate no outcome is known.
    pub(crate) fn out_of_range(
        &self,
        estimate: &Estimate,
        context: &PriceContext<'_>,
        path: &str,
    ) -> Option<Fault> {
        let Self::Amount(limit) = self else { return None };
        let most = estimate.value(context).ok()?;
        let most = Money::try_from_exact(&most, context.currency).ok()?;
        let lowest = estimate.range().map(|(lowest, _)| lowest);
        let is_too_low = lowest.is_some_and(|lowest| limit.amount() < lowest.amount());
        if limit.amount() <= most.amount() && !is_too_low {
            return None;
        }
        let mut expected = match lowest {
            Some(lowest) => format!("from {lowest}, the least favourable outcome, to {most}, the estimate"),
            None => format!("at most {most}, the estimate"),
        };
        if most.is_negative() && !limit.is_negative() {
            expected += ", for what lowers the price is below zero";
        }
        let expected = format!("{expected} ({})", Paragraph::CONSTRAINT);
        Some(fault(
            format!("{path}.amount"),
            "constraint_out_of_range",
            &limit.to_string(),
            &expected,
        ))
    }

    pub(crate) fn faults(&self, currency: Currency, path: &str) -> Option<Fault> {
        let Self::Amount(amount) = self else { return None };
        let (code, expected) = if amount.currency() != currency {
            ("currency_mismatch", format!("an amount in {currency}"))
        } else if amount.minor().is_err() {
            ("invalid_amount", "whole minor units of the currency".to_owned())
        } else {
            return None;
        };
        let expected = format!("{expected} ({})", Paragraph::CONSTRAINT);
        Some(fault(
            format!("{path}.amount"),
            code,
            &amount.to_string(),
            &expected,
        ))
    }
}
