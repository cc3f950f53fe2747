use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use l2c_money::{Currency, Exact, Money, MoneyError, Quantity};
use serde::{Deserialize, Serialize};

use crate::waterfall::line_price::percent;
use crate::{DocumentRef, PricingError, ProductId};

/// A priced request: every line with its waterfall, and the totals.
///
/// Totals follow from the lines. One that is read from storage is checked: each waterfall must lead from its
/// list amount to its net, and the totals must be the sums of the lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "PricedQuoteDocument")]
pub struct PricedQuote {
    date: NaiveDate,
    currency: Currency,
    price_book: DocumentRef,
    catalogue: DocumentRef,
    waterfall: DocumentRef,
    #[serde(skip_serializing_if = "Option::is_none")]
    adjustments: Option<DocumentRef>,
    lines: Vec<PricedLine>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    adjusted: Vec<AdjustmentRow>,
    list_total: Money,
    net_total: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_total: Option<Money>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    violations: Vec<FloorViolation>,
}

/// A priced line: a product, or one component of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PricedLine {
    /// Its id: that of the request's line, followed by the component if there is one: `1`, `1.licence`.
    pub id: String,
    /// The line of the request that it comes from; its own id for a line that an adjustment added.
    pub request_line: String,
    /// The product.
    pub product: ProductId,
    /// The component of the product; absent where the product is one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// The name for people.
    pub name: String,
    /// How much of it; negative for what goes back.
    pub quantity: Quantity,
    /// Where the list price stands in the price book: `entries[3]`; `list_price` for one that the request brought,
    /// `adjustments[1]` for a line that an adjustment added.
    pub price_entry: String,
    /// List amount, rounded as the net is, so that a line without steps has a net of exactly its list.
    pub list: Money,
    /// The price of one unit that the steps have multiplied by the quantity, exact; absent where they work on the list
    /// amount of the line. What comes after it, such as a negotiated total, is not in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Exact>,
    /// Every step from list to net, those included that did not apply.
    pub rows: Vec<WaterfallRow>,
    /// What is charged: a whole number of minor units.
    pub net: Money,
    /// What it costs, as an amount of the line; absent where the request does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Exact>,
    /// Its tax, where tax is rounded for each line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<Money>,
}

/// What an adjustment did to the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdjustmentRow {
    /// Id of the adjustment; the lines that it changed have a row of this id.
    pub adjustment: String,
    /// Its name for people.
    pub label: String,
    /// What it adds to the total; below zero for a discount.
    pub amount: Exact,
    /// The units that it rewarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rewarded_units: Option<Exact>,
    /// Why it did not apply; absent if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
}

/// One row of a waterfall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaterfallRow {
    /// Id of the step or adjustment; `list` is the first, `line_rounding` what rounding the line added,
    /// `document_rounding` what rounding the document did.
    pub step: String,
    /// Its name for people.
    pub label: String,
    /// What the step adds; below zero for a discount. [`WaterfallRow::amount_text`] shows it.
    pub amount: Exact,
    /// The amount after the step; exact until the line is rounded.
    pub subtotal: Exact,
    /// Why the step did not apply; absent if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
    /// The rules of a step that stacks several, each with what it took off or why it did not apply. Of more than 20,
    /// those that did not match are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleRow>,
}

/// A rule of a step that stacks several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleRow {
    /// Id of the rule.
    pub rule: String,
    /// What it adds; below zero for a discount. What exceeds the line is cut from the step, not from here.
    pub amount: Exact,
    /// Why it did not apply; absent if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<String>,
}

/// A price below its floor. The figures stand; somebody has to approve them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FloorViolation {
    /// The line of the request.
    pub request_line: String,
    /// Where the floor stands in the price book: `entries[3]`.
    pub price_entry: String,
    /// The step of the waterfall that guards the floor; absent for the floor of the price book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<String>,
    /// The lowest net of the line that is on the floor.
    pub floor: Money,
    /// The net of the line.
    pub net: Money,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PricedQuoteDocument {
    date: NaiveDate,
    currency: Currency,
    price_book: DocumentRef,
    catalogue: DocumentRef,
    waterfall: DocumentRef,
    #[serde(default)]
    adjustments: Option<DocumentRef>,
    lines: Vec<PricedLine>,
    #[serde(default)]
    adjusted: Vec<AdjustmentRow>,
    list_total: Money,
    net_total: Money,
    #[serde(default)]
    tax_total: Option<Money>,
    #[serde(default)]
    violations: Vec<FloorViolation>,
}

/// What a priced quote is made of.
pub(crate) struct Parts {
    pub(crate) date: NaiveDate,
    pub(crate) currency: Currency,
    pub(crate) price_book: DocumentRef,
    pub(crate) catalogue: DocumentRef,
    pub(crate) waterfall: DocumentRef,
    pub(crate) adjustments: Option<DocumentRef>,
    pub(crate) lines: Vec<PricedLine>,
    pub(crate) adjusted: Vec<AdjustmentRow>,
    pub(crate) tax_total: Option<Money>,
    pub(crate) violations: Vec<FloorViolation>,
}

impl PricedQuote {
    pub(crate) fn new(parts: Parts) -> Result<Self, PricingError> {
        let Parts {
            date,
            currency,
            price_book,
            catalogue,
            waterfall,
            adjustments,
            lines,
            adjusted,
            tax_total,
            violations,
        } = parts;
        let list_total = Money::sum(lines.iter().map(|line| &line.list), currency)?;
        let net_total = Money::sum(lines.iter().map(|line| &line.net), currency)?;
        Ok(Self {
            date,
            currency,
            price_book,
            catalogue,
            waterfall,
            adjustments,
            lines,
            adjusted,
            list_total,
            net_total,
            tax_total,
            violations,
        })
    }

    /// The day whose prices hold.
    #[must_use]
    pub const fn date(&self) -> NaiveDate {
        self.date
    }

    /// The currency of all amounts.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The price book that the list prices come from.
    #[must_use]
    pub const fn price_book(&self) -> &DocumentRef {
        &self.price_book
    }

    /// The catalogue that the product make-up comes from.
    #[must_use]
    pub const fn catalogue(&self) -> &DocumentRef {
        &self.catalogue
    }

    /// The waterfall that was run.
    #[must_use]
    pub const fn waterfall_document(&self) -> &DocumentRef {
        &self.waterfall
    }

    /// The adjustments that were carried out, if there are any.
    #[must_use]
    pub const fn adjustments_document(&self) -> Option<&DocumentRef> {
        self.adjustments.as_ref()
    }

    /// What each adjustment did, in their order.
    #[must_use]
    pub fn adjustments(&self) -> &[AdjustmentRow] {
        &self.adjusted
    }

    /// The lines, in the order of the request; then those that adjustments added.
    #[must_use]
    pub fn lines(&self) -> &[PricedLine] {
        &self.lines
    }

    /// A line by its id.
    #[must_use]
    pub fn line(&self, id: &str) -> Option<&PricedLine> {
        self.lines.iter().find(|line| line.id == id)
    }

    /// The sum of the list amounts.
    #[must_use]
    pub const fn list_total(&self) -> Money {
        self.list_total
    }

    /// The sum of the nets.
    #[must_use]
    pub const fn net_total(&self) -> Money {
        self.net_total
    }

    /// The tax on the nets; none where no tax is stated.
    #[must_use]
    pub const fn tax_total(&self) -> Option<Money> {
        self.tax_total
    }

    /// The sum of the nets, and the tax on them.
    ///
    /// # Errors
    /// A figure outside the bounds of [`Money`].
    pub fn total_with_tax(&self) -> Result<Money, MoneyError> {
        match &self.tax_total {
            Some(tax) => self.net_total.checked_add(tax),
            None => Ok(self.net_total),
        }
    }

    /// The sum of the nets less the costs, exact; none unless every line has a cost.
    #[must_use]
    pub fn margin(&self) -> Option<Exact> {
        let costs: Option<Exact> = self.lines.iter().map(|line| line.cost.clone()).sum();
        Some(self.net_total.exact() - costs?)
    }

    /// The margin as a percentage of the net total, exact; none without a margin or a net total.
    #[must_use]
    pub fn margin_percent(&self) -> Option<Exact> {
        percent(&self.margin()?, &self.net_total.exact())
    }

    /// List less net as a percentage of list: 12.5 means 12.5 %, a price above list is negative. None without a
    /// list amount.
    ///
    /// It is exact, often a fraction; to show it, round it:
    ///
    /// ```
    /// use l2c_money::{Exact, Rounding};
    ///
    /// // 5000.00 for a list price of 5624.00
    /// let discount = Exact::ratio(62_400, 5_624)?;
    /// assert_eq!(discount.to_string(), "7800/703");
    /// assert_eq!(discount.round(2, Rounding::HalfUp).to_string(), "11.1");
    /// assert_eq!(discount.round(2, Rounding::HalfUp).text_with_decimals(2), "11.10");
    /// # Ok::<(), l2c_money::MoneyError>(())
    /// ```
    #[must_use]
    pub fn discount_percent(&self) -> Option<Exact> {
        discount_percent(&self.list_total, &self.net_total)
    }

    /// Prices below their floors.
    #[must_use]
    pub fn violations(&self) -> &[FloorViolation] {
        &self.violations
    }

    /// The waterfall of the document: each step with its sum over the lines. A step is skipped where it is in
    /// every line, for the reason that it has in the first.
    #[must_use]
    pub fn waterfall(&self) -> Vec<WaterfallRow> {
        struct Sum<'a> {
            first: &'a WaterfallRow,
            amount: Exact,
            applied: bool,
            /// How far down a waterfall it stands at most: a line is rounded after its steps, and not every line has
            /// that row.
            place: usize,
        }
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        let mut sums: Vec<Sum<'_>> = Vec::new();
        for line in &self.lines {
            for (place, row) in line.rows.iter().enumerate() {
                let next = sums.len();
                let at = *known.entry(row.step.as_str()).or_insert(next);
                if at == next {
                    sums.push(Sum {
                        first: row,
                        amount: Exact::ZERO,
                        applied: false,
                        place,
                    });
                }
                if let Some(sum) = sums.get_mut(at) {
                    sum.amount += &row.amount;
                    sum.applied |= row.skipped.is_none();
                    sum.place = sum.place.max(place);
                }
            }
        }
        sums.sort_by_key(|sum| sum.place);
        let mut subtotal = Exact::ZERO;
        let mut total = Vec::with_capacity(sums.len());
        for sum in sums {
            subtotal += &sum.amount;
            total.push(WaterfallRow {
                step: sum.first.step.clone(),
                label: sum.first.label.clone(),
                amount: sum.amount,
                subtotal: subtotal.clone(),
                skipped: sum.first.skipped.clone().filter(|_| !sum.applied),
                rules: Vec::new(),
            });
        }
        total
    }
}

impl PricedLine {
    /// List less net as a percentage of list, exact and signed: 12.5 means 12.5 %. None without a list amount. To
    /// show it, round it as at [`PricedQuote::discount_percent`].
    #[must_use]
    pub fn discount_percent(&self) -> Option<Exact> {
        discount_percent(&self.list, &self.net)
    }

    /// Net less cost, exact; none without a cost.
    #[must_use]
    pub fn margin(&self) -> Option<Exact> {
        Some(self.net.exact() - self.cost.as_ref()?)
    }

    /// The margin as a percentage of the net, exact; none without a cost or without a net.
    #[must_use]
    pub fn margin_percent(&self) -> Option<Exact> {
        percent(&self.margin()?, &self.net.exact())
    }

    /// Net for one unit, exact; none at quantity zero.
    #[must_use]
    pub fn unit_net(&self) -> Option<Exact> {
        self.net.exact().checked_div(&self.quantity.exact()).ok()
    }

    pub(crate) fn check(&self, currency: Currency) -> Result<(), PricingError> {
        let place = |row: &str| format!("line `{}`, {row}", self.id);
        let mut running = Exact::ZERO;
        for row in &self.rows {
            running += &row.amount;
            agree(|| place(&row.step), &row.subtotal, &running)?;
            if row.skipped.is_some() {
                agree(|| place(&row.step), &row.amount, &Exact::ZERO)?;
            }
        }
        agree(|| place("net"), &self.net.exact(), &running)?;
        if !is_whole(&self.net) {
            let (value, scale) = (self.net.amount().to_string(), currency.minor_units());
            return Err(MoneyError::NotInMinorUnits { value, scale }.into());
        }
        let mut seen = BTreeSet::new();
        for row in &self.rows {
            if !seen.insert(row.step.as_str()) {
                return Err(PricingError::InconsistentFigures {
                    place: place(&row.step),
                    stored: "two rows".to_owned(),
                    derived: "one".to_owned(),
                });
            }
        }
        for found in [self.net.currency(), self.list.currency()] {
            if found != currency {
                return Err(PricingError::InconsistentFigures {
                    place: place("currency"),
                    stored: found.to_string(),
                    derived: currency.to_string(),
                });
            }
        }
        Ok(())
    }
}

impl WaterfallRow {
    /// A row of a step that applied.
    pub(crate) fn applied(step: &str, label: &str, amount: Exact, subtotal: Exact) -> Self {
        Self {
            step: step.to_owned(),
            label: label.to_owned(),
            amount,
            subtotal,
            skipped: None,
            rules: Vec::new(),
        }
    }

    /// What the step adds, as text with at least the decimals of the currency: "-209.375", "12.50". Never rounded.
    #[must_use]
    pub fn amount_text(&self, currency: Currency) -> String {
        self.amount.text_with_decimals(currency.minor_units())
    }

    /// The amount after the step, written as [`WaterfallRow::amount_text`] is.
    #[must_use]
    pub fn subtotal_text(&self, currency: Currency) -> String {
        self.subtotal.text_with_decimals(currency.minor_units())
    }
}

impl FloorViolation {
    /// How far the net is below the floor, as a magnitude.
    ///
    /// # Errors
    /// A figure outside the bounds of [`Money`].
    pub fn shortfall(&self) -> Result<Money, PricingError> {
        Ok(self.floor.checked_sub(&self.net)?.abs())
    }
}

fn discount_percent(list: &Money, net: &Money) -> Option<Exact> {
    percent(&(list.exact() - net.exact()), &list.exact())
}

/// Whether an amount is a whole number of minor units.
pub(crate) fn is_whole(money: &Money) -> bool {
    money.amount().scale() <= money.currency().minor_units()
}

fn agree(place: impl FnOnce() -> String, stored: &Exact, derived: &Exact) -> Result<(), PricingError> {
    if stored == derived {
        return Ok(());
    }
    let (stored, derived) = (stored.to_string(), derived.to_string());
    Err(PricingError::InconsistentFigures {
        place: place(),
        stored,
        derived,
    })
}

impl TryFrom<PricedQuoteDocument> for PricedQuote {
    type Error = PricingError;
    fn try_from(document: PricedQuoteDocument) -> Result<Self, PricingError> {
        let (list_total, net_total) = (document.list_total, document.net_total);
        document
            .lines
            .iter()
            .try_for_each(|line| line.check(document.currency))?;
        let quote = Self::new(Parts {
            date: document.date,
            currency: document.currency,
            price_book: document.price_book,
            catalogue: document.catalogue,
            waterfall: document.waterfall,
            adjustments: document.adjustments,
            lines: document.lines,
            adjusted: document.adjusted,
            tax_total: document.tax_total,
            violations: document.violations,
        })?;
        let taxes: Option<Exact> = quote
            .lines
            .iter()
            .map(|line| line.tax.map(|tax| tax.exact()))
            .sum();
        if let (Some(stored), Some(taxes)) = (&quote.tax_total, taxes) {
            agree(|| "tax total".to_owned(), &stored.exact(), &taxes)?;
        }
        agree(
            || "list total".to_owned(),
            &list_total.exact(),
            &quote.list_total.exact(),
        )?;
        agree(
            || "net total".to_owned(),
            &net_total.exact(),
            &quote.net_total.exact(),
        )?;
        Ok(quote)
    }
}
