use std::collections::BTreeMap;

use l2c_documents::{Check, Faults};
use l2c_money::Exact;
use l2c_rating::MAX_TIERS;
use l2c_rules::{Condition, FactType, FactTypes, Predicate};

use super::document::{
    AdjustmentDocument, AdjustmentsDocument, BuyGetDocument, DiscountDocument, Measure, MeasureTestDocument,
    RoundingLevel, TierDocument,
};
use super::{Adjustments, DOCUMENT_ROUNDING, MAX_ADJUSTMENTS};
use crate::names::{check_document, check_name};
use crate::waterfall::check::check_rounding;
use crate::{Catalogue, DocumentRef, ProductId, Waterfall, WaterfallDocument};

/// A checked adjustment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Adjustment {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) path: String,
    /// The lines that it acts on; none: all.
    pub(super) lines: Option<Predicate>,
    pub(super) when: Option<MeasureTest>,
    pub(crate) op: Op,
}

impl Adjustment {
    /// The product of the line that it adds; none for one that adds no line, or does not say.
    pub(crate) const fn product(&self) -> Option<&ProductId> {
        match &self.op {
            Op::AddItem(item) => item.product.as_ref(),
            Op::PercentOfTotal(part) => part.product.as_ref(),
            _ => None,
        }
    }

    const fn adds_line(&self) -> bool {
        matches!(self.op, Op::AddItem(_) | Op::PercentOfTotal(_))
    }

    /// The sizes of a discount.
    pub(super) const fn sizes(&self) -> Option<&Sizes> {
        match &self.op {
            Op::LineDiscount(discount) | Op::OrderDiscount(discount) => Some(&discount.size),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Op {
    LineDiscount(Discount),
    OrderDiscount(Discount),
    TargetTotal(super::document::TargetTotalDocument),
    BuyGet {
        document: BuyGetDocument,
        buy: Option<Predicate>,
        get: Option<Predicate>,
    },
    AddItem(super::document::AddItemDocument),
    PercentOfTotal(super::document::PercentOfTotalDocument),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Discount {
    pub(super) document: DiscountDocument,
    pub(crate) size: Sizes,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sizes {
    One(Size),
    /// By a measure, with rising starts.
    Tiers {
        measure: Measure,
        lines: Option<Predicate>,
        steps: Vec<(Exact, Size)>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Size {
    /// A part of the whole.
    Percent(Exact),
    Amount(Exact),
    PerUnit(Exact),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MeasureTest {
    pub(super) measure: Measure,
    pub(super) lines: Option<Predicate>,
    pub(super) min: Option<Exact>,
    pub(super) max: Option<Exact>,
}

pub(super) fn checked(document: &AdjustmentsDocument) -> Result<Adjustments, Faults> {
    let mut check = check_document("adjustments", &document.id);
    let facts = WaterfallDocument {
        attributes: document.attributes.clone(),
        typed_attributes: document.typed_attributes.clone(),
        ..WaterfallDocument::default()
    };
    let types = facts.facts();
    if document.adjustments.len() > MAX_ADJUSTMENTS {
        let found = document.adjustments.len();
        let message = format!("{found} adjustments: a document has at most {MAX_ADJUSTMENTS}");
        check.fault("adjustments", "too_many", message);
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut adjustments = Vec::new();
    for (index, adjustment) in document.adjustments.iter().take(MAX_ADJUSTMENTS).enumerate() {
        let path = format!("adjustments[{index}]");
        let (id, label) = adjustment.names();
        check_name(&mut check, format!("{path}.id"), id);
        check_name(&mut check, format!("{path}.label"), label);
        if let Some(first) = seen.insert(id, index) {
            let message = format!("`{id}` stands at adjustments[{first}] already");
            check.fault(format!("{path}.id"), "duplicate_id", message);
        }
        let mut checker = Checker {
            check: &mut check,
            types: &types,
            path: &path,
        };
        let (lines, when) = adjustment.scope();
        let lines = checker.condition("lines", lines);
        let when = when.map(|when| checker.measure_test(when));
        let op = checker.op(adjustment);
        adjustments.push(Adjustment {
            id: id.to_owned(),
            label: label.to_owned(),
            path,
            lines,
            when,
            op,
        });
    }
    if let Some(tax) = &document.tax {
        check_rounding(&mut check, "tax.rounding", tax.rounding);
    }
    check.finish(Adjustments {
        document: DocumentRef::new(document.id.clone(), document.version),
        adjustments,
        attributes: document.attributes.clone(),
        typed_attributes: document.typed_attributes.clone(),
        rounding: document.rounding,
        tax: document.tax.clone(),
        floors: document.floors,
    })
}

impl Adjustments {
    /// What an engine needs beyond: every line that is added has a product of the catalogue, lines are whole
    /// minor units, and names do not clash with those of the waterfall.
    pub(crate) fn check_against(&self, catalogue: &Catalogue, waterfall: &Waterfall) -> Result<(), Faults> {
        let mut check = check_document("adjustments", &self.document().id);
        if self.rounding == RoundingLevel::Total {
            let message = "lines of a quote are whole minor units: round the `line`, or the `document`";
            check.fault("rounding", "invalid_adjustment", message);
        }
        for (name, kind) in &self.typed_attributes {
            let other = waterfall.typed_attributes.get(name).copied();
            let other = other.or_else(|| waterfall.attributes().contains(name).then_some(FactType::Text));
            if let Some(other) = other.filter(|other| other != kind) {
                let message = format!("`{name}` is a {other} in the waterfall, and a {kind} here");
                check.fault(format!("typed_attributes.{name}"), "wrong_type", message);
            }
        }
        for adjustment in &self.adjustments {
            let (id, path) = (&adjustment.id, &adjustment.path);
            let taken = waterfall.row_ids().any(|step| step == id) || id == DOCUMENT_ROUNDING;
            if taken {
                let message = format!("`{id}` is a step of the waterfall: give the adjustment its own id");
                check.fault(format!("{path}.id"), "duplicate_id", message);
            }
            match adjustment.product() {
                Some(product) if catalogue.product(product).is_none() => {
                    let message = format!("{product} is not in catalogue {}", catalogue.document());
                    check.fault(format!("{path}.product"), "unknown_product", message);
                }
                None if adjustment.adds_line() => {
                    let message = "the line that is added needs a product of the catalogue";
                    check.fault(format!("{path}.product"), "missing_product", message);
                }
                _ => {}
            }
        }
        check.finish(())
    }
}

struct Checker<'a> {
    check: &'a mut Check,
    types: &'a FactTypes,
    path: &'a str,
}

impl Checker<'_> {
    fn condition(&mut self, field: &str, condition: Option<&Condition>) -> Option<Predicate> {
        match condition?.check(self.types, &format!("{}.{field}", self.path)) {
            Ok(predicate) => Some(predicate),
            Err(faults) => {
                self.check.extend(faults);
                None
            }
        }
    }

    fn measure_test(&mut self, when: &MeasureTestDocument) -> MeasureTest {
        MeasureTest {
            measure: when.measure,
            lines: self.condition("when.lines", when.lines.as_ref()),
            min: when.min.clone(),
            max: when.max.clone(),
        }
    }

    fn op(&mut self, adjustment: &AdjustmentDocument) -> Op {
        match adjustment {
            AdjustmentDocument::LineDiscount(one) => Op::LineDiscount(self.discount(one, "amount")),
            AdjustmentDocument::OrderDiscount(one) => {
                Op::OrderDiscount(self.discount(one, "amount_per_unit"))
            }
            AdjustmentDocument::TargetTotal(one) => Op::TargetTotal(one.clone()),
            AdjustmentDocument::BuyGet(one) => {
                self.above_zero("buy.quantity", &one.buy.quantity);
                self.above_zero("get.quantity", &one.get.quantity);
                Op::BuyGet {
                    document: one.clone(),
                    buy: self.condition("buy.lines", one.buy.lines.as_ref()),
                    get: self.condition("get.lines", one.get.lines.as_ref()),
                }
            }
            AdjustmentDocument::AddItem(one) => {
                check_name(self.check, format!("{}.item", self.path), &one.item);
                if let Some(every) = &one.every {
                    self.above_zero("every", every);
                }
                Op::AddItem(one.clone())
            }
            AdjustmentDocument::PercentOfTotal(one) => {
                if one.denominator.is_zero() {
                    self.invalid("denominator", "a part of nothing: the denominator is not zero");
                }
                Op::PercentOfTotal(one.clone())
            }
        }
    }

    fn invalid(&mut self, field: &str, message: &str) {
        let path = format!("{}.{field}", self.path);
        self.check.fault(path, "invalid_adjustment", message);
    }

    fn above_zero(&mut self, field: &str, value: &Exact) {
        if !value.is_positive() {
            self.invalid(
                field,
                &format!("{value} is no quantity here: write one above zero"),
            );
        }
    }

    /// `foreign` is the size that does not fit the adjustment.
    fn discount(&mut self, one: &DiscountDocument, foreign: &str) -> Discount {
        check_rounding(self.check, &format!("{}.rounding", self.path), one.rounding);
        let plain = [&one.percent, &one.amount, &one.amount_per_unit].map(Option::as_ref);
        let size = match &one.tiers {
            Some(tiers) if plain.iter().all(Option::is_none) => {
                if tiers.steps.len() > MAX_TIERS {
                    let found = tiers.steps.len();
                    let message = format!("{found} tiers: a discount has at most {MAX_TIERS}");
                    self.check
                        .fault(format!("{}.tiers.steps", self.path), "too_many", message);
                }
                let mut steps = Vec::with_capacity(tiers.steps.len());
                for (index, tier) in tiers.steps.iter().take(MAX_TIERS).enumerate() {
                    let TierDocument {
                        from,
                        percent,
                        amount,
                        amount_per_unit,
                    } = tier;
                    let sizes = [percent, amount, amount_per_unit].map(Option::as_ref);
                    let size = self.size(&format!("tiers.steps[{index}]"), sizes, foreign);
                    steps.push((from.clone(), size));
                }
                steps.sort_by(|one, other| one.0.cmp(&other.0));
                Sizes::Tiers {
                    measure: tiers.measure,
                    lines: self.condition("tiers.lines", tiers.lines.as_ref()),
                    steps,
                }
            }
            Some(_) => {
                self.check
                    .fault(self.path, "exactly_one", "write either `tiers` or one size");
                Sizes::One(Size::Amount(Exact::ZERO))
            }
            None => Sizes::One(self.size("", plain, foreign)),
        };
        Discount {
            document: one.clone(),
            size,
        }
    }

    fn size(&mut self, field: &str, sizes: [Option<&Exact>; 3], foreign: &str) -> Size {
        match sizes {
            [Some(percent), None, None] => Size::Percent(percent * Exact::ratio(1, 100).unwrap_or_default()),
            [None, Some(amount), None] if foreign != "amount" => Size::Amount(amount.clone()),
            [None, None, Some(amount)] if foreign != "amount_per_unit" => Size::PerUnit(amount.clone()),
            _ => {
                let other = if foreign == "amount" {
                    "amount_per_unit"
                } else {
                    "amount"
                };
                let dot = if field.is_empty() { "" } else { "." };
                let path = format!("{}{dot}{field}", self.path);
                let message = format!("write exactly one of `percent` and `{other}`");
                self.check.fault(path, "exactly_one", message);
                Size::Amount(Exact::ZERO)
            }
        }
    }
}
