use l2c_money::{Currency, Exact, Money, RoundingPolicy};
use l2c_pricing::{
    Engine, LINE_ROUNDING, LIST, PriceRequest, PricedLine, PricedQuote, PricingError, ProductId, RequestLine,
    WaterfallRow,
};
use serde::{Deserialize, Serialize};

use super::{Amendment, AmendmentAction, AmendmentError, AmendmentLine, AmendmentPolicy, ExplainedAmendment};
use crate::{OfferFigures, QuoteRefusal, RunningContract, RunningContractDocument};

/// The step from list to the price that the amendment agrees on.
const AGREED: &str = "agreed_price";

/// A change of a running contract, as a version of a quote offers it.
///
/// Its products are those of the catalogue: `prd_suite`, or `prd_suite/support` for a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AmendmentOffer {
    /// The contract as it runs now.
    pub contract: RunningContractDocument,
    /// What is to become of it.
    pub action: AmendmentAction,
    /// How the difference is prorated and rounded.
    #[serde(default)]
    pub policy: AmendmentPolicy,
}

impl AmendmentOffer {
    /// Why the difference is what it is.
    ///
    /// # Errors
    /// As [`RunningContract::amend`].
    pub fn explain(&self) -> Result<ExplainedAmendment, AmendmentError> {
        RunningContract::new(&self.contract)?.explain_amendment(&self.action, &self.policy)
    }

    /// The differences as lines of a quote: what is credited at the contract's price, what is charged beside its list
    /// price of today, which is for the price term of the line.
    pub(crate) fn price(
        &self,
        request: &PriceRequest,
        engine: &Engine,
    ) -> Result<OfferFigures, QuoteRefusal> {
        let contract = RunningContract::new(&self.contract).map_err(AmendmentError::from)?;
        let amendment = contract.amend(&self.action, &self.policy)?;
        let products: Vec<(ProductId, Option<String>)> =
            amendment.lines.iter().map(product).collect::<Result<_, _>>()?;
        let lists = self.lists(&amendment, &products, request, engine)?;
        let mut lines = Vec::with_capacity(amendment.lines.len());
        for (line, (product, component)) in amendment.lines.iter().zip(products) {
            let id = line_id(line);
            let found = lists.iter().flat_map(PricedQuote::lines);
            let found: Vec<&PricedLine> = found
                .filter(|list| {
                    list.request_line == id && (component.is_none() || list.component == component)
                })
                .collect();
            let list = listed(line, &found);
            let name = engine.catalogue().product(&product);
            let name = name.map_or_else(|| line.product.clone(), |product| product.name().to_owned());
            let price_entry = match found.first() {
                Some(list) => list.price_entry.clone(),
                None if line.contract == self.contract.id => format!("line {}", line.id),
                None => format!("{} line {}", line.contract, line.id),
            };
            let currency = self.contract.currency;
            let (rows, net) = rows(line, &list, currency)?;
            lines.push(PricedLine {
                request_line: id.clone(),
                id,
                product,
                component,
                name,
                quantity: line.quantity,
                price_entry,
                list: RoundingPolicy::HALF_UP
                    .money(&list, currency)
                    .map_err(PricingError::from)?,
                unit_price: Some(line.prorated_unit_price.clone()),
                rows,
                net,
                cost: None,
                tax: None,
            });
        }
        let priced = engine.quote_of_lines(request, self.contract.currency, lines)?;
        Ok(OfferFigures {
            priced,
            alternatives: std::collections::BTreeMap::new(),
            amendment: Some(Box::new(amendment)),
        })
    }

    /// What is charged, at list; none where everything is credited.
    fn lists(
        &self,
        amendment: &Amendment,
        products: &[(ProductId, Option<String>)],
        request: &PriceRequest,
        engine: &Engine,
    ) -> Result<Option<PricedQuote>, QuoteRefusal> {
        let charged = amendment
            .lines
            .iter()
            .zip(products)
            .filter(|(line, _)| line.is_charged());
        let lines: Vec<RequestLine> = charged
            .map(|(line, (product, _))| RequestLine::new(line_id(line), product.clone(), line.quantity))
            .collect();
        if lines.is_empty() {
            return Ok(None);
        }
        let lists = engine.price(&PriceRequest {
            lines,
            ..request.clone()
        })?;
        let (contract, list) = (self.contract.currency, lists.currency());
        if contract != list {
            return Err(QuoteRefusal::ListCurrency { contract, list });
        }
        Ok(Some(lists))
    }
}

impl AmendmentAction {
    /// Its name, as it is written.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Amend { .. } => "amend",
            Self::Cancel { .. } => "cancel",
            Self::Renew(_) => "renew",
            Self::Merge { .. } => "merge",
        }
    }
}

impl AmendmentLine {
    /// Whether it is charged; what is credited has a quantity below zero.
    #[must_use]
    pub fn is_charged(&self) -> bool {
        self.quantity.exact().is_positive()
    }
}

/// A line of the contract is credited and charged at most once.
fn line_id(line: &AmendmentLine) -> String {
    match line.is_charged() {
        true => line.id.clone(),
        false => format!("{}.credit", line.id),
    }
}

fn product(line: &AmendmentLine) -> Result<(ProductId, Option<String>), QuoteRefusal> {
    let (product, component) = match line.product.split_once('/') {
        Some((product, component)) => (product, Some(component.to_owned())),
        None => (line.product.as_str(), None),
    };
    let product = ProductId::new(product).map_err(|_| QuoteRefusal::ForeignProduct {
        line: line.id.clone(),
        product: line.product.clone(),
    })?;
    Ok((product, component))
}

/// The list amount of a line on its days; without a list price the amount itself.
fn listed(line: &AmendmentLine, found: &[&PricedLine]) -> Exact {
    if found.is_empty() {
        return line.total.clone();
    }
    let amounts = found.iter().filter_map(|list| list.rows.first());
    let list: Exact = amounts.map(|row| &row.amount).sum();
    list * &line.factor
}

/// From the list amount to the total of the line, in whole minor units.
fn rows(
    line: &AmendmentLine,
    list: &Exact,
    currency: Currency,
) -> Result<(Vec<WaterfallRow>, Money), PricingError> {
    let net = RoundingPolicy::HALF_UP.money(&line.total, currency)?;
    let label = if line.is_charged() {
        "List price"
    } else {
        "Credit at the price of the contract"
    };
    let steps = [
        (LIST, label, list.clone()),
        (AGREED, "Agreed price", line.total.clone()),
        (LINE_ROUNDING, "Line rounding", net.exact()),
    ];
    let mut rows = Vec::new();
    let mut before = Exact::ZERO;
    for (step, label, subtotal) in steps {
        let amount = &subtotal - &before;
        if step == LIST || !amount.is_zero() {
            rows.push(WaterfallRow {
                step: step.to_owned(),
                label: label.to_owned(),
                amount,
                subtotal: subtotal.clone(),
                skipped: None,
                rules: Vec::new(),
            });
        }
        before = subtotal;
    }
    Ok((rows, net))
}
