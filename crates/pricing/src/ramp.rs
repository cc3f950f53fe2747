use chrono::NaiveDate;
use l2c_calendar::{Period, add_months};
use l2c_documents::{Check, Faults};
use l2c_explain::{Explanation, Figure, NoTrace, Note, Recorder, StepId, Trace};
use l2c_money::{Currency, Decimal, Exact, Percent, Quantity, RoundingPolicy, Unit};
use serde::{Deserialize, Serialize};

use crate::{ListPrice, PricingError, ProductId, RequestLine};

/// The largest number of segments of a ramp.
pub const MAX_RAMP_SEGMENTS: u32 = 600;

/// A ramp as it is written: a term in segments, each with its own quantity, discount and uplift.
///
/// ```json
/// {"term_months": 36, "unit_price": "120", "segments": [
///   {"quantity": "100", "discount_percent": "10"},
///   {"quantity": "150", "uplift_percent": "5"},
///   {"quantity": "200", "discount_percent": "5", "uplift_percent": "5"}]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RampDocument {
    /// The months of the whole term.
    pub term_months: u32,
    /// The months of a segment; 12 if absent.
    #[serde(default = "twelve")]
    pub segment_months: u32,
    /// Which segment is the short one where the term is no multiple of the segment.
    #[serde(default)]
    pub partial_segment: PartialSegment,
    /// The first day of the term, for the dates of the segments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<NaiveDate>,
    /// The price of one unit for a price term, before uplifts and discounts.
    #[serde(with = "l2c_money::decimal_string")]
    #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
    pub unit_price: Decimal,
    /// The months that the price is for; those of a segment if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_term_months: Option<u32>,
    /// How many units; 1 if absent.
    #[serde(default = "one", with = "l2c_money::decimal_string")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub quantity: Decimal,
    /// The discount; none if absent.
    #[serde(default = "no_percent")]
    pub discount_percent: Percent,
    /// By how much the price rises from each segment to the next; not at all if absent.
    #[serde(default = "no_percent")]
    pub uplift_percent: Percent,
    /// Whether an uplift is taken of the price before it, or always of the first.
    #[serde(default)]
    pub uplift_mode: UpliftMode,
    /// What single segments have of their own, one for each; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<Vec<RampSegmentDocument>>,
    /// How the unit price of a segment is rounded; absent: it stays exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_rounding: Option<RoundingPolicy>,
    /// How the total of a segment is rounded; half up to the minor unit if absent.
    #[serde(default)]
    pub line_rounding: RoundingPolicy,
}

/// What a segment has of its own; what is absent is as in the ramp.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RampSegmentDocument {
    /// How many units.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "l2c_money::decimal_string::option"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
    pub quantity: Option<Decimal>,
    /// The discount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount_percent: Option<Percent>,
    /// The uplift over the segment before. The first segment has none before it: there it changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uplift_percent: Option<Percent>,
}

/// Which segment of a term is the short one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PartialSegment {
    /// The first.
    First,
    /// The last.
    #[default]
    Last,
}

/// What an uplift is taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UpliftMode {
    /// Of the price of the segment before: 5 % twice is 10.25 %.
    #[default]
    Compound,
    /// Of the price of the first segment: 5 % twice is 10 %.
    Simple,
}

/// A checked ramp.
///
/// ```
/// use l2c_pricing::{Ramp, RampDocument, money::Currency};
///
/// // 100 a year for 18 months from the last of August, 3 % more in the second segment.
/// let document: RampDocument = serde_json::from_str(r#"{"term_months": 18, "start": "2024-08-31",
///     "unit_price": "100", "quantity": "10", "uplift_percent": "3"}"#)?;
/// let ramp = Ramp::new(&document, Currency::USD)?;
/// let price = ramp.price()?;
/// let shown: Vec<String> = price.segments.iter().map(|s| format!("{}: {}", s.months, s.total)).collect();
/// assert_eq!(shown, ["12: 1000", "6: 515"]);
/// assert_eq!(ramp.explain()?.total().recompute()?, price.total);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ramp {
    currency: Currency,
    unit_price: Exact,
    price_term_months: u32,
    uplift_mode: UpliftMode,
    segments: Vec<Segment>,
    unit_rounding: Option<RoundingPolicy>,
    line_rounding: RoundingPolicy,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    months: u32,
    period: Option<Period>,
    quantity: Exact,
    discount: Percent,
    uplift: Percent,
}

/// What a ramp costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RampPrice {
    /// The currency of every figure.
    pub currency: Currency,
    /// The segments, in order.
    pub segments: Vec<RampSegment>,
    /// The sum of their totals.
    pub total: Exact,
}

/// What a segment costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RampSegment {
    /// Its months.
    pub months: u32,
    /// Its days, if the ramp has a start.
    pub period: Option<Period>,
    /// How many units.
    pub quantity: Exact,
    /// The price of a unit for a whole price term, with its uplifts, before the discount; exact.
    pub undiscounted: Exact,
    /// The price of a unit for the months of the segment, after the discount, rounded as the ramp says.
    pub unit_price: Exact,
    /// Unit price times quantity, rounded.
    pub total: Exact,
}

/// What a ramp costs, and why.
#[derive(Debug, Clone)]
pub struct ExplainedRamp {
    price: RampPrice,
    trace: Trace,
    totals: Vec<Figure<StepId>>,
    total: Figure<StepId>,
}

impl Ramp {
    /// Checks a document whose amounts are in `currency`.
    ///
    /// # Errors
    /// Every fault: a term, segment or price term of no months, more segments than [`MAX_RAMP_SEGMENTS`], own
    /// values for another number of segments, a rounding that cannot be carried out, dates out of range.
    pub fn new(document: &RampDocument, currency: Currency) -> Result<Self, Faults> {
        let mut check = Check::new("ramp");
        let price_term_months = document.price_term_months.unwrap_or(document.segment_months);
        for (path, months) in [
            ("term_months", document.term_months),
            ("segment_months", document.segment_months),
            ("price_term_months", price_term_months),
        ] {
            if months == 0 {
                check.fault(path, "invalid_period", "0 months: write 1 or more");
            }
        }
        for (path, rounding) in [
            ("unit_rounding", document.unit_rounding),
            ("line_rounding", Some(document.line_rounding)),
        ] {
            let tried = rounding.map(|rounding| rounding.round(&Exact::ZERO, currency));
            if let Some(Err(error)) = tried {
                check.fault(path, error.code(), error.to_string());
            }
        }
        let segments = if check.is_clean() {
            segments(&mut check, document)
        } else {
            Vec::new()
        };
        check.finish(Self {
            currency,
            unit_price: document.unit_price.into(),
            price_term_months,
            uplift_mode: document.uplift_mode,
            segments,
            unit_rounding: document.unit_rounding,
            line_rounding: document.line_rounding,
        })
    }

    /// What it costs.
    ///
    /// # Errors
    /// None that [`Ramp::new`] has not refused.
    pub fn price(&self) -> Result<RampPrice, PricingError> {
        Ok(self.price_with(&mut NoTrace)?.0)
    }

    /// What it costs, and why.
    ///
    /// # Errors
    /// As [`Ramp::price`].
    pub fn explain(&self) -> Result<ExplainedRamp, PricingError> {
        let mut trace = Trace::new();
        let (price, totals, total) = self.price_with(&mut trace)?;
        Ok(ExplainedRamp {
            price,
            trace,
            totals,
            total,
        })
    }

    /// The segments as lines of a request: `1-1`, `1-2`, ... for the id `1`, each with its quantity, and its days as
    /// its term. They bring the figures of the segment under these names, for a waterfall such as
    /// [`presets::RAMP`](crate::presets::RAMP):
    ///
    /// | input | what it is |
    /// |---|---|
    /// | `ramp_list_price` | the price of a unit for the months of the segment, with the uplifts; exact |
    /// | `ramp_price` | the same after the discount, rounded as the ramp says |
    ///
    /// The first is the list price of a line where no price book has one. A waterfall that does not name the second
    /// sells the segment without its discount.
    ///
    /// # Errors
    /// A quantity outside the bounds of [`Quantity`].
    pub fn request_lines(
        &self,
        id: &str,
        product: &ProductId,
        unit: Unit,
    ) -> Result<Vec<RequestLine>, PricingError> {
        let price = self.price()?;
        let mut lines = Vec::with_capacity(self.segments.len());
        for (position, (segment, priced)) in self.segments.iter().zip(&price.segments).enumerate() {
            let number = position.saturating_add(1);
            let quantity = Quantity::new(segment.quantity.to_decimal()?, unit)?;
            let months = Exact::from(segment.months);
            let of = Exact::from(self.price_term_months);
            let list = (&priced.undiscounted * months).checked_div(&of)?;
            let mut line = RequestLine::new(format!("{id}-{number}"), product.clone(), quantity)
                .with_input("ramp_list_price", list.clone())
                .with_input("ramp_price", priced.unit_price.clone());
            line.term = segment.period;
            line.list_price = Some(ListPrice {
                amount: list,
                currency: self.currency,
                unit,
            });
            lines.push(line);
        }
        Ok(lines)
    }

    fn price_with<R: Recorder>(&self, rec: &mut R) -> Result<Priced<R::Mark>, PricingError> {
        let currency = self.currency;
        let first = rec.input(self.unit_price.clone(), || {
            Note::new("unit price").money(currency)
        });
        let mut undiscounted = first.clone();
        let (mut segments, mut totals) = (Vec::new(), Vec::new());
        for (position, segment) in self.segments.iter().enumerate() {
            if position > 0 && segment.uplift != Percent::ZERO {
                let base = match self.uplift_mode {
                    UpliftMode::Compound => &undiscounted,
                    UpliftMode::Simple => &first,
                };
                let rate = rec.input(segment.uplift.fraction(), || Note::new("uplift, rate").percent());
                let uplift = rec.product(base, &rate, || Note::new("uplift").money(currency));
                undiscounted = rec.sum(&[&undiscounted, &uplift], || {
                    Note::new("unit price with uplift").money(currency)
                });
            }
            let unit_price = self.unit_price(rec, segment, &undiscounted)?;
            let total = self.total(rec, segment, &unit_price, position)?;
            segments.push(RampSegment {
                months: segment.months,
                period: segment.period,
                quantity: segment.quantity.clone(),
                undiscounted: undiscounted.value.clone(),
                unit_price: unit_price.value,
                total: total.value.clone(),
            });
            totals.push(total);
        }
        let total = rec.sum(&totals.iter().collect::<Vec<_>>(), || {
            Note::new("total of the ramp").money(currency)
        });
        let price = RampPrice {
            currency,
            segments,
            total: total.value.clone(),
        };
        Ok((price, totals, total))
    }

    /// The price of a unit for the months of a segment.
    fn unit_price<R: Recorder>(
        &self,
        rec: &mut R,
        segment: &Segment,
        undiscounted: &Figure<R::Mark>,
    ) -> Result<Figure<R::Mark>, PricingError> {
        let money = |label: &str| Note::new(label).money(self.currency);
        let mut price = undiscounted.clone();
        if segment.discount != Percent::ZERO {
            let rate = rec.input(segment.discount.fraction(), || {
                Note::new("discount, rate").percent()
            });
            let discount = rec.product(&price, &rate, || money("discount"));
            price = rec.difference(&price, &discount, || money("unit price after discount"));
        }
        if segment.months != self.price_term_months {
            let months = rec.input(segment.months.into(), || Note::new("months of the segment"));
            let term = rec.input(self.price_term_months.into(), || Note::new("months of the price"));
            let times = rec.product(&price, &months, || money("unit price times months"));
            price = rec.quotient(&times, &term, || money("unit price of the segment"))?;
        }
        match self.unit_rounding {
            None => Ok(price),
            Some(policy) => Ok(rec.round(&price, policy, self.currency, || {
                money("unit price of the segment, rounded")
            })?),
        }
    }

    fn total<R: Recorder>(
        &self,
        rec: &mut R,
        segment: &Segment,
        unit_price: &Figure<R::Mark>,
        position: usize,
    ) -> Result<Figure<R::Mark>, PricingError> {
        let number = position.saturating_add(1);
        let quantity = rec.input(segment.quantity.clone(), || Note::new("quantity"));
        let exact = rec.product(unit_price, &quantity, || {
            Note::new("unit price times quantity").money(self.currency)
        });
        let note = || Note::new(format!("total of segment {number}")).money(self.currency);
        Ok(rec.round(&exact, self.line_rounding, self.currency, note)?)
    }
}

type Priced<M> = (RampPrice, Vec<Figure<M>>, Figure<M>);

impl ExplainedRamp {
    /// What it costs.
    #[must_use]
    pub const fn price(&self) -> &RampPrice {
        &self.price
    }

    /// Why the total is what it is; all segments are in it.
    #[must_use]
    pub fn total(&self) -> Explanation {
        self.trace.explain(&self.total)
    }

    /// Why the total of a segment is what it is; the first is 0.
    #[must_use]
    pub fn segment(&self, position: usize) -> Option<Explanation> {
        Some(self.trace.explain(self.totals.get(position)?))
    }
}

/// The term cut into segments; the document has no months of zero.
fn segments(check: &mut Check, document: &RampDocument) -> Vec<Segment> {
    let (term, length) = (document.term_months, document.segment_months);
    let count = term.div_ceil(length);
    if count > MAX_RAMP_SEGMENTS {
        let message = format!("{count} segments: a ramp has at most {MAX_RAMP_SEGMENTS}");
        check.fault("term_months", "too_many", message);
        return Vec::new();
    }
    let own = document.segments.as_deref();
    let given = own.map_or(count, |own| u32::try_from(own.len()).unwrap_or(u32::MAX));
    if given != count {
        let message = format!("{given} segments: {term} months have {count} of {length}");
        check.fault("segments", "segment_mismatch", message);
        return Vec::new();
    }
    // What is left for the partial segment; the whole length where there is none.
    let partial = term.saturating_sub(count.saturating_sub(1).saturating_mul(length));
    let (mut segments, mut begun) = (Vec::new(), 0_u32);
    for position in 0..count {
        let is_partial = match document.partial_segment {
            PartialSegment::First => position == 0,
            PartialSegment::Last => position.saturating_add(1) == count,
        };
        let months = if is_partial { partial } else { length };
        let end = begun.saturating_add(months);
        let period = match document.start.map(|start| months_between(start, begun, end)) {
            None => None,
            Some(Ok(period)) => Some(period),
            Some(Err(error)) => {
                check.fault("start", error.code(), error.to_string());
                return Vec::new();
            }
        };
        let own = own.and_then(|own| own.get(usize::try_from(position).ok()?));
        segments.push(Segment {
            months,
            period,
            quantity: own
                .and_then(|own| own.quantity)
                .unwrap_or(document.quantity)
                .into(),
            discount: own
                .and_then(|own| own.discount_percent)
                .unwrap_or(document.discount_percent),
            uplift: own
                .and_then(|own| own.uplift_percent)
                .unwrap_or(document.uplift_percent),
        });
        begun = end;
    }
    segments
}

/// From one month of a term to another, each counted from its start.
fn months_between(start: NaiveDate, from: u32, to: u32) -> Result<Period, l2c_calendar::CalendarError> {
    let moved = |months: u32| add_months(start, i32::try_from(months).unwrap_or(i32::MAX));
    Period::new(moved(from)?, moved(to)?)
}

const fn twelve() -> u32 {
    12
}

const fn one() -> Decimal {
    Decimal::ONE
}

const fn no_percent() -> Percent {
    Percent::ZERO
}
