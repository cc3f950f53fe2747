use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use l2c_calendar::Validity;
use l2c_documents::Check;
use l2c_money::{Currency, Decimal, Exact, Price, RoundingPolicy, Unit};
use l2c_rating::Charge;

use crate::ProductId;
use crate::names::check_name;
use crate::price_book::{FormulaDocument, PriceEntryDocument, SoldIn};

/// A price of a checked price book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceEntry {
    /// Its id, if it has one.
    pub id: Option<String>,
    /// The product, if it is for one.
    pub product: Option<ProductId>,
    /// The attributes that a request must have, product and component among them.
    pub scope: BTreeMap<String, String>,
    /// What the price is.
    pub rule: PriceRule,
    /// The unit of its amounts and quantities.
    pub unit: Unit,
    /// In which units it is sold; `None`: in its own alone.
    pub sold_in: Option<SoldIn>,
    /// Price of one unit below which a sale needs approval.
    pub floor: Option<Price>,
    /// The least quantity, included.
    pub min_quantity: Option<Exact>,
    /// The largest quantity, included.
    pub max_quantity: Option<Exact>,
    /// Its rank under the strategy `priority`.
    pub priority: i64,
    /// When it holds.
    pub validity: Validity,
    /// When it was known.
    pub knowledge: Knowledge,
    pub(crate) position: usize,
    /// Its place among the checked entries of its book.
    pub(super) index: usize,
}

/// What a price is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PriceRule {
    /// So much for one unit.
    Fixed(Price),
    /// What a charge makes of the quantity, by the quantity.
    Charge(Box<Charge>),
    /// What follows from another price.
    Formula(Box<Formula>),
}

/// How a price follows from another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formula {
    /// The book whose price is the base; `None`: the list price of the request.
    pub base_book: Option<String>,
    /// The part of the base that is taken off.
    pub minus: Exact,
    /// Then rounded.
    pub rounding: Option<RoundingPolicy>,
    /// Then added.
    pub plus: Exact,
    /// Then raised to the base and this.
    pub min_margin: Option<Exact>,
    /// Then cut to the base and this.
    pub max_margin: Option<Exact>,
}

/// From when until when an entry was known: the first instant belongs to it, the last does not, so that an entry and
/// the one that replaces it share an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Knowledge {
    /// When it was recorded; `None`: always known.
    pub from: Option<DateTime<Utc>>,
    /// When it was withdrawn or replaced; `None`: it stands.
    pub until: Option<DateTime<Utc>>,
}

impl Knowledge {
    /// Whether it was known then; `None`: whether it is known by now.
    #[must_use]
    pub fn contains(&self, at: Option<DateTime<Utc>>) -> bool {
        match at {
            None => self.until.is_none(),
            Some(at) => self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until),
        }
    }

    pub(super) fn bounds(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        let from = self.from.unwrap_or(DateTime::<Utc>::MIN_UTC);
        (from, self.until.unwrap_or(DateTime::<Utc>::MAX_UTC))
    }

    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let ((a, b), (c, d)) = (self.bounds(), other.bounds());
        a.max(c) < b.min(d) || (self.until.is_none() && other.until.is_none())
    }
}

impl PriceEntry {
    /// Its fixed price, if it has one.
    #[must_use]
    pub const fn price(&self) -> Option<Price> {
        match self.rule {
            PriceRule::Fixed(price) => Some(price),
            PriceRule::Charge(_) | PriceRule::Formula(_) => None,
        }
    }

    /// Where it stands in its document, for citations: `entries[3]`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("entries[{}]", self.position)
    }

    /// What it is called in citations: its place and its id.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.id {
            None => self.path(),
            Some(id) => format!("{} `{id}`", self.path()),
        }
    }

    /// The one unit in which it is sold; `None`: in any.
    pub(super) const fn sold_in_unit(&self) -> Option<Unit> {
        match self.sold_in {
            None => Some(self.unit),
            Some(SoldIn::Only(unit)) => Some(unit),
            Some(SoldIn::Any) => None,
        }
    }

    /// Checks an entry; what cannot be mended here makes no entry.
    pub(super) fn new(
        check: &mut Check,
        path: &str,
        position: usize,
        entry: &PriceEntryDocument,
        currency: Currency,
    ) -> Option<Self> {
        if let Some(id) = &entry.id {
            check_name(check, format!("{path}.id"), id);
        }
        let scope = checked_scope(check, path, entry);
        let rule = checked_rule(check, path, entry, currency);
        let floor = match entry.floor {
            None => Some(None),
            Some(floor) => checked_price(check, format!("{path}.floor"), floor, currency).map(Some),
        };
        // A price that is at fault itself is no measure for its floor.
        if let (Some(PriceRule::Fixed(price)), Some(Some(floor))) = (&rule, &floor)
            && floor.amount() > price.amount()
        {
            let message = format!("the floor is above the price of {}", price.amount());
            check.fault(format!("{path}.floor"), "floor_above_price", message);
        }
        let validity = Validity {
            from: entry.valid_from,
            until: entry.valid_until,
        };
        if let (Some(from), Some(until), true) = (validity.from, validity.until, validity.is_empty()) {
            let first = if matches!(from, l2c_calendar::Moment::Day(_)) {
                "first day"
            } else {
                "first instant"
            };
            let message = format!("{until} is before the {first}, {from}");
            check.fault(format!("{path}.valid_until"), "reversed_validity", message);
            return None;
        }
        if let (Some(min), Some(max)) = (entry.min_quantity, entry.max_quantity)
            && max < min
        {
            let message = format!("{max} is below the least quantity, {min}");
            check.fault(format!("{path}.max_quantity"), "reversed_quantity", message);
            return None;
        }
        let knowledge = Knowledge {
            from: entry.known_from,
            until: entry.known_until,
        };
        if let (Some(from), Some(until)) = (knowledge.from, knowledge.until)
            && until <= from
        {
            let message = format!("{until} is not after {from}, when it was recorded");
            check.fault(format!("{path}.known_until"), "reversed_knowledge", message);
            return None;
        }
        Some(Self {
            id: entry.id.clone(),
            product: entry.product.clone(),
            scope: scope?,
            rule: rule?,
            unit: entry.unit,
            sold_in: entry.sold_in,
            floor: floor?,
            min_quantity: entry.min_quantity.map(Exact::from),
            max_quantity: entry.max_quantity.map(Exact::from),
            priority: entry.priority,
            validity,
            knowledge,
            position,
            index: 0,
        })
    }
}

/// The attributes of an entry, the short forms among them.
fn checked_scope(
    check: &mut Check,
    path: &str,
    entry: &PriceEntryDocument,
) -> Option<BTreeMap<String, String>> {
    if let Some(component) = &entry.component {
        check_name(check, format!("{path}.component"), component);
    }
    let mut scope = entry.scope.clone();
    let product = entry.product.as_ref().map(ToString::to_string);
    let mut fine = true;
    for (name, value) in [("product", product), ("component", entry.component.clone())] {
        let Some(value) = value else { continue };
        if scope.insert(name.to_owned(), value).is_some() {
            let message = format!("`{name}` stands in the entry already: leave it out of `match`");
            check.fault(format!("{path}.match.{name}"), "duplicate_attribute", message);
            fine = false;
        }
    }
    fine.then_some(scope)
}

fn checked_rule(
    check: &mut Check,
    path: &str,
    entry: &PriceEntryDocument,
    currency: Currency,
) -> Option<PriceRule> {
    match (entry.price, &entry.charge, &entry.formula) {
        (Some(price), None, None) => {
            checked_price(check, format!("{path}.price"), price, currency).map(PriceRule::Fixed)
        }
        (None, Some(charge), None) => match Charge::new(charge, currency) {
            Ok(charge) => Some(PriceRule::Charge(Box::new(charge))),
            Err(faults) => {
                let faults = faults
                    .into_iter()
                    .map(|fault| fault.under(&format!("{path}.charge")));
                check.extend(faults);
                None
            }
        },
        (None, None, Some(formula)) => {
            let formula = checked_formula(check, path, formula)?;
            Some(PriceRule::Formula(Box::new(formula)))
        }
        (None, None, None) => {
            check.fault(
                path,
                "missing_price",
                "write a `price`, a `charge` or a `formula`",
            );
            None
        }
        (_, charge, formula) => {
            let message = "write one of `price`, `charge` and `formula`, not two";
            let second = if formula.is_some() || charge.is_none() {
                "formula"
            } else {
                "charge"
            };
            check.fault(format!("{path}.{second}"), "two_prices", message);
            None
        }
    }
}

fn checked_formula(check: &mut Check, path: &str, formula: &FormulaDocument) -> Option<Formula> {
    if let (Some(min), Some(max)) = (formula.min_margin, formula.max_margin)
        && max < min
    {
        let message = format!("{max} is below the least margin, {min}");
        check.fault(format!("{path}.formula.max_margin"), "reversed_margin", message);
        return None;
    }
    Some(Formula {
        base_book: formula.base_book.clone(),
        minus: formula
            .minus_percent
            .map(|percent| percent.fraction())
            .unwrap_or_default(),
        rounding: formula.rounding,
        plus: formula.plus.map(Exact::from).unwrap_or_default(),
        min_margin: formula.min_margin.map(Exact::from),
        max_margin: formula.max_margin.map(Exact::from),
    })
}

fn checked_price(check: &mut Check, path: String, amount: Decimal, currency: Currency) -> Option<Price> {
    match Price::new(amount, currency) {
        Ok(_) if amount.is_sign_negative() && !amount.is_zero() => {
            let message = format!("{amount} is below zero: a price is zero or more");
            check.fault(path, "below_zero", message);
            None
        }
        Ok(price) => Some(price),
        Err(error) => {
            check.fault(path, error.code(), error.to_string());
            None
        }
    }
}
