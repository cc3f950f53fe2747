use std::collections::{BTreeMap, BTreeSet};

use l2c_documents::{Check, Fault};
use l2c_explain::{Explanation, Figure, NoTrace, Note, Recorder, Trace};
use l2c_money::{Currency, Money};
use serde::{Deserialize, Serialize};

use crate::{Book, Paragraph, RevenueError};

/// Revenue of a period, cut in one way for disclosure (606-10-50-5, IFRS 15.114): by product line and timing, say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DisaggregatedView {
    /// Its name.
    pub id: String,
    /// The tags that it sums by, each on its own.
    pub dimensions: Vec<String>,
    /// The revenue.
    pub lines: Vec<TaggedRevenue>,
}

/// An amount of revenue, and what is known about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TaggedRevenue {
    /// The amount; below zero it lowers revenue.
    pub amount: Money,
    /// A value for each tag: `region` is `Europe`.
    pub tags: BTreeMap<String, String>,
}

/// Revenue in several views that agree with each other.
///
/// ```
/// use l2c_revenue::money::Currency;
/// use l2c_revenue::{Disaggregation, DisaggregatedView};
///
/// let views: Vec<DisaggregatedView> = serde_json::from_str(r#"[
///     {"id": "timing", "dimensions": ["timing"], "lines": [
///         {"amount": {"amount": "70.00", "currency": "EUR"}, "tags": {"segment": "A", "timing": "over_time"}},
///         {"amount": {"amount": "30.00", "currency": "EUR"}, "tags": {"segment": "B", "timing": "point_in_time"}}]},
///     {"id": "region", "dimensions": ["region"], "lines": [
///         {"amount": {"amount": "70.00", "currency": "EUR"}, "tags": {"segment": "A", "region": "Europe"}},
///         {"amount": {"amount": "30.00", "currency": "EUR"}, "tags": {"segment": "B", "region": "Europe"}}]}]"#)?;
/// let revenue = Disaggregation::new(&views, Currency::EUR, Some("segment"))?;
/// assert_eq!(revenue.total().to_string(), "100.00 EUR");
/// assert_eq!(revenue.sum("region", "region", "Europe"), Some(revenue.total()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disaggregation {
    views: Vec<ViewSums>,
    total: Money,
}

/// One view of a [`Disaggregation`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ViewSums {
    /// Its name.
    pub id: String,
    /// The sum for each value of each dimension.
    pub dimensions: BTreeMap<String, BTreeMap<String, Money>>,
}

impl Disaggregation {
    /// Sums each view by its dimensions, and holds the views to each other: they have one total, and, where a tag is
    /// named to reconcile by, such as the segment of the segment report, one sum for each value of it that is not zero
    /// (606-10-50-6, IFRS 15.115).
    ///
    /// # Errors
    /// [`RevenueError::InvalidDocument`]: `missing_tag` for a line without a tag that is summed by, `duplicate_id` for a
    /// view named twice, `currency_mismatch`, `dimensions_disagree` for views that do not agree.
    /// [`RevenueError::Money`] for a sum outside the bounds of [`Money`].
    pub fn new(
        views: &[DisaggregatedView],
        currency: Currency,
        reconcile_by: Option<&str>,
    ) -> Result<Self, RevenueError> {
        let mut check = Check::new("disaggregation of revenue");
        let mut ids = BTreeSet::new();
        let mut sums = Vec::with_capacity(views.len());
        let mut reconciled = Vec::with_capacity(views.len());
        for (index, view) in views.iter().enumerate() {
            if !ids.insert(&view.id) {
                let message = format!("{}; expected a name used once", view.id);
                check.fault(format!("views[{index}].id"), "duplicate_id", message);
            }
            match view.faults(currency, reconcile_by) {
                faults if faults.is_empty() => {}
                faults => {
                    check.extend(
                        faults
                            .into_iter()
                            .map(|fault| fault.under(&format!("views[{index}]"))),
                    );
                    continue;
                }
            }
            let mut dimensions = BTreeMap::new();
            for dimension in &view.dimensions {
                dimensions.insert(dimension.clone(), view.sums(dimension, currency)?);
            }
            sums.push(ViewSums {
                id: view.id.clone(),
                dimensions,
            });
            let by_tag = match reconcile_by {
                Some(tag) => view.sums(tag, currency)?,
                None => BTreeMap::new(),
            };
            reconciled.push((index, view.total(currency)?, by_tag));
        }
        let mut views = reconciled.iter();
        let Some((_, total, by_tag)) = views.next() else {
            return Ok(check.finish(Self {
                views: sums,
                total: Money::zero(currency),
            })?);
        };
        for (index, other_total, other) in views {
            let mut disagree = |what: &str, found: Money, expected: Money| {
                let message = format!(
                    "{what} {found}; expected {expected}, as in the first view ({})",
                    Paragraph::DISAGGREGATION
                );
                check.fault(format!("views[{index}]"), "dimensions_disagree", message);
            };
            if other_total != total {
                disagree("total", *other_total, *total);
            }
            let values: BTreeSet<&String> = by_tag.keys().chain(other.keys()).collect();
            for value in values {
                let of = |sums: &BTreeMap<String, Money>| {
                    sums.get(value).copied().unwrap_or(Money::zero(currency))
                };
                if of(other) != of(by_tag) {
                    disagree(value, of(other), of(by_tag));
                }
            }
        }
        let total = *total;
        Ok(check.finish(Self { views: sums, total })?)
    }

    /// The views, in their order.
    #[must_use]
    pub fn views(&self) -> &[ViewSums] {
        &self.views
    }

    /// The revenue that each view cuts.
    #[must_use]
    pub const fn total(&self) -> Money {
        self.total
    }

    /// The sum for a value of a dimension of a view.
    #[must_use]
    pub fn sum(&self, view: &str, dimension: &str, value: &str) -> Option<Money> {
        let view = self.views.iter().find(|sums| sums.id == view)?;
        view.dimensions.get(dimension)?.get(value).copied()
    }
}

impl DisaggregatedView {
    /// The lines that add up to the sum for a value of a tag; nothing if no line has it.
    ///
    /// # Errors
    /// [`RevenueError::Money`] for an amount in another currency.
    pub fn explain(
        &self,
        tag: &str,
        value: &str,
        currency: Currency,
        book: Book,
    ) -> Result<Option<Explanation>, RevenueError> {
        let lines = self.lines.iter().enumerate();
        let lines: Vec<_> = lines
            .filter(|(_, line)| line.tags.get(tag).is_some_and(|found| found == value))
            .collect();
        if lines.is_empty() {
            return Ok(None);
        }
        let mut trace = Trace::new();
        let sum = add(&mut trace, &lines, currency, || {
            Note::new(format!("revenue where {tag} is {value}")).cite(book.cite(Paragraph::DISAGGREGATION))
        })?;
        Ok(Some(trace.finish(&sum)))
    }

    /// What is wrong with its lines; of many that lack a tag, the first.
    fn faults(&self, currency: Currency, reconcile_by: Option<&str>) -> Vec<Fault> {
        let mut faults = Vec::new();
        let other = |line: &TaggedRevenue| line.amount.currency() != currency;
        if let Some(index) = self.lines.iter().position(other) {
            let message = format!("expected every line in {currency}");
            faults.push(Fault::new(
                format!("lines[{index}].amount"),
                "currency_mismatch",
                message,
            ));
        }
        for tag in self.dimensions.iter().map(String::as_str).chain(reconcile_by) {
            let without = |line: &TaggedRevenue| !line.tags.contains_key(tag);
            if let Some(index) = self.lines.iter().position(without) {
                let message = format!("expected a value of `{tag}`, which is summed by");
                faults.push(Fault::new(format!("lines[{index}].tags"), "missing_tag", message));
            }
        }
        faults
    }

    /// The sum for each value of a tag that every line has.
    fn sums(&self, tag: &str, currency: Currency) -> Result<BTreeMap<String, Money>, RevenueError> {
        let mut groups: BTreeMap<&str, Vec<(usize, &TaggedRevenue)>> = BTreeMap::new();
        for (index, line) in self.lines.iter().enumerate() {
            if let Some(value) = line.tags.get(tag) {
                groups.entry(value).or_default().push((index, line));
            }
        }
        let sum = |(value, lines): (&str, Vec<_>)| {
            let sum = add(&mut NoTrace, &lines, currency, || Note::new(""))?;
            Ok((value.to_owned(), Money::try_from_exact(&sum.value, currency)?))
        };
        groups.into_iter().map(sum).collect()
    }

    fn total(&self, currency: Currency) -> Result<Money, RevenueError> {
        let amounts = self.lines.iter().map(|line| &line.amount);
        Ok(Money::sum(amounts, currency)?)
    }
}

fn add<R: Recorder>(
    rec: &mut R,
    lines: &[(usize, &TaggedRevenue)],
    currency: Currency,
    note: impl FnOnce() -> Note,
) -> Result<Figure<R::Mark>, RevenueError> {
    let mut amounts = Vec::with_capacity(lines.len());
    for (index, line) in lines {
        // Adding nothing holds the amount to the currency.
        let amount = Money::zero(currency).checked_add(&line.amount)?;
        amounts.push(rec.input(amount.exact(), || {
            Note::new(format!("line {index}")).money(currency)
        }));
    }
    let amounts: Vec<_> = amounts.iter().collect();
    Ok(rec.sum(&amounts, || note().money(currency)))
}
