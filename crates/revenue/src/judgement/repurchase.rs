use l2c_money::Money;
use serde::{Deserialize, Serialize};

use super::treatment::treatments;
use super::{Findings, Judged, Test};
use crate::{Book, Paragraph, RevenueError};

/// What a sale is whose goods the entity must, may or can be made to buy back (606-10-55-66 to 55-78,
/// IFRS 15.B64-B76).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Repurchase {
    /// Who can bring the repurchase about.
    pub right: RepurchaseRight,
    /// What the customer pays for the goods.
    pub sale_price: Money,
    /// What the entity pays for them later.
    pub repurchase_price: Money,
    /// That price as it is worth on the day of the sale: the comparison takes the time value of money into account
    /// (606-10-55-69, 55-77, IFRS 15.B67, B75).
    pub repurchase_price_at_sale: Money,
    /// It is part of a sale and leaseback.
    #[serde(default)]
    pub sale_and_leaseback: bool,
}

/// Who can bring a repurchase about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RepurchaseRight {
    /// The entity must buy back.
    Forward,
    /// The entity may buy back.
    Call,
    /// The entity must buy back if the customer asks for it.
    Put {
        /// What the goods are expected to be worth on the day of the repurchase; needed where the repurchase price
        /// is at least the sale price and the customer has no significant incentive.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected_market_value: Option<Money>,
        /// The customer has a significant economic incentive to ask for it (606-10-55-73, IFRS 15.B71).
        significant_economic_incentive: bool,
    },
}

treatments! {
    /// What a sale with a repurchase is.
    RepurchaseTreatment {
        /// A loan with the goods as security.
        Financing = "financing",
        /// A lease of the goods to the customer.
        Lease = "lease",
        /// A sale with a right of return.
        SaleWithRightOfReturn = "sale_with_right_of_return",
    }
}

const LEASEBACK: Test = Test::new("606-10-55-68(a)", "B66(a)", "it is part of a sale and leaseback");
const LEASEBACK_PUT: Test = Test::new("606-10-55-72", "B70", "it is part of a sale and leaseback");
const INCENTIVE: Test = Test::new(
    "606-10-55-72",
    "B70",
    "the customer has a significant economic incentive to sell back",
);
const INCENTIVE_AT_HIGH_PRICE: Test = Test::new(
    "606-10-55-76",
    "B74",
    "the customer has a significant economic incentive to sell back",
);
const AT_LEAST: Paragraph = Paragraph::new("606-10-55-68", "B66");
const AT_LEAST_PUT: Paragraph = Paragraph::new("606-10-55-75", "B73");

impl Repurchase {
    /// By the two prices first; of a put, then by the market value and the customer's incentive.
    ///
    /// # Errors
    /// [`RevenueError::Money`] for amounts in different currencies; [`RevenueError::MissingFact`] for a put whose
    /// expected market value would decide and is left out.
    pub fn judge(&self, book: Book) -> Result<Judged<RepurchaseTreatment>, RevenueError> {
        let mut findings = Findings::new();
        let at_least = self
            .repurchase_price_at_sale
            .checked_cmp(&self.sale_price)?
            .is_ge();
        let leaseback = |findings: &mut Findings, test| {
            if findings.test(self.sale_and_leaseback, test) {
                RepurchaseTreatment::Financing
            } else {
                RepurchaseTreatment::Lease
            }
        };
        let treatment = match self.right {
            RepurchaseRight::Forward | RepurchaseRight::Call => {
                if findings.keep(at_least, AT_LEAST, self.prices()) {
                    RepurchaseTreatment::Financing
                } else {
                    leaseback(&mut findings, LEASEBACK)
                }
            }
            RepurchaseRight::Put {
                expected_market_value,
                significant_economic_incentive,
            } => {
                if !findings.keep(at_least, AT_LEAST_PUT, self.prices()) {
                    if findings.test(significant_economic_incentive, INCENTIVE) {
                        leaseback(&mut findings, LEASEBACK_PUT)
                    } else {
                        RepurchaseTreatment::SaleWithRightOfReturn
                    }
                } else if findings.test(significant_economic_incentive, INCENTIVE_AT_HIGH_PRICE)
                    || self.is_above(expected_market_value, &mut findings)?
                {
                    RepurchaseTreatment::Financing
                } else {
                    RepurchaseTreatment::SaleWithRightOfReturn
                }
            }
        };
        Ok(findings.lead_to(treatment, book))
    }

    fn prices(&self) -> String {
        let (at_sale, sale) = (self.repurchase_price_at_sale, self.sale_price);
        let discounted = if at_sale == self.repurchase_price {
            String::new()
        } else {
            format!(" ({} discounted to the sale)", self.repurchase_price)
        };
        format!("the repurchase price, {at_sale}{discounted}, is at least the sale price, {sale}")
    }

    /// Whether the repurchase price is above the expected market value; both are of the day of the repurchase.
    fn is_above(&self, market: Option<Money>, findings: &mut Findings) -> Result<bool, RevenueError> {
        let market = market.ok_or(RevenueError::MissingFact {
            question: "repurchase",
            fact: "expected_market_value",
            paragraph: AT_LEAST_PUT,
        })?;
        let price = self.repurchase_price;
        let test = format!("the repurchase price, {price}, is above the expected market value, {market}");
        Ok(findings.keep(price.checked_cmp(&market)?.is_gt(), AT_LEAST_PUT, test))
    }
}
