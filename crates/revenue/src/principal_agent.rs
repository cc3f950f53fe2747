use l2c_documents::{Check, Faults};
use l2c_explain::{Explanation, Figure, NoTrace, Note, Recorder, Trace};
use l2c_money::{Currency, Decimal, Exact, Money, Price, Rounding, RoundingPolicy};
use serde::{Deserialize, Serialize};

use crate::judgement::{PrincipalAgent, PrincipalAgentTreatment};
use crate::{Book, Paragraph, RevenueError};

/// Goods or services of another party that the entity sells: gross as a principal, net as an agent
/// (606-10-55-36 to 55-40, IFRS 15.B34-B38).
///
/// ```
/// use l2c_revenue::judgement::PrincipalAgent;
/// use l2c_revenue::money::{Currency, Price, dec};
/// use l2c_revenue::{Book, SupplierTerms, ThirdPartySale};
///
/// // A marketplace keeps 10 % of what customers pay to sellers.
/// let sale = ThirdPartySale {
///     control: PrincipalAgent {
///         obtains_asset_first: false,
///         directs_service_of_other_party: false,
///         combines_into_own_output: false,
///     },
///     quantity_sold: dec!(4),
///     unit_price: Price::new(dec!(250), Currency::USD)?,
///     supplier: SupplierTerms::Commission { rate: dec!(0.10) },
///     rounding: Default::default(),
/// };
/// let figures = sale.figures(Book::Asc606)?;
/// assert_eq!(figures.role.code(), "agent");
/// assert_eq!(figures.revenue.to_string(), "100.00 USD");
/// assert_eq!(figures.payable_to_supplier.to_string(), "900.00 USD");
/// # Ok::<(), l2c_revenue::RevenueError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ThirdPartySale {
    /// What is known about control before the customer has it; it decides whether the entity is a principal.
    pub control: PrincipalAgent,
    /// How much was sold; zero or above.
    #[serde(with = "l2c_money::decimal_string")]
    #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
    pub quantity_sold: Decimal,
    /// What the customer pays for one.
    #[cfg_attr(feature = "schema", schemars(with = "Money"))]
    pub unit_price: Price,
    /// What the other party gets.
    pub supplier: SupplierTerms,
    /// How figures are rounded to the minor unit.
    #[serde(default)]
    pub rounding: Rounding,
}

/// What the party gets whose goods or services are sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SupplierTerms {
    /// A price for each.
    UnitCost {
        /// The price.
        #[cfg_attr(feature = "schema", schemars(with = "Money"))]
        unit_cost: Price,
        /// How much a principal has bought, at least what it sold; if nothing is said, just that.
        #[serde(
            with = "l2c_money::decimal_string::option",
            default,
            skip_serializing_if = "Option::is_none"
        )]
        #[cfg_attr(feature = "schema", schemars(with = "Option<l2c_money::DecimalText>"))]
        quantity_purchased: Option<Decimal>,
    },
    /// What customers pay, less a commission.
    Commission {
        /// The commission as a part of what customers pay, from 0 to 1.
        #[serde(with = "l2c_money::decimal_string")]
        #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
        rate: Decimal,
    },
}

/// The figures of a [`ThirdPartySale`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ThirdPartyFigures {
    /// Whether the entity is a principal.
    pub role: PrincipalAgentTreatment,
    /// Of a principal what customers pay, of an agent what it keeps of that.
    pub revenue: Money,
    /// What the supplier gets for what was sold; zero for an agent.
    pub cost_of_revenue: Money,
    /// What the supplier got for what was bought and not sold; zero for an agent.
    pub unsold_cost: Money,
    /// What an agent owes to the supplier; zero for a principal, whose purchases are in its payables.
    pub payable_to_supplier: Money,
    /// Revenue less both costs.
    pub gross_profit: Money,
}

/// A figure of a [`ThirdPartySale`], to be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ThirdPartyFigure {
    /// Revenue.
    Revenue,
    /// The cost of what was sold.
    CostOfRevenue,
    /// The cost of what was bought and not sold.
    UnsoldCost,
    /// What an agent owes to the supplier.
    PayableToSupplier,
    /// Revenue less both costs.
    GrossProfit,
}

impl ThirdPartySale {
    /// Every figure of the sale.
    ///
    /// # Errors
    /// [`RevenueError::InvalidDocument`]: `invalid_amount` for a quantity, price or cost below zero,
    /// `currency_mismatch`, `invalid_rate` for a commission outside 0 to 1, `quantity_exceeds_purchase` for a
    /// principal that sold more than it bought. [`RevenueError::Money`] outside the bounds of [`Money`].
    pub fn figures(&self, book: Book) -> Result<ThirdPartyFigures, RevenueError> {
        let figures = self.derive(&mut NoTrace, book)?;
        let money = |figure: &Figure<()>| Money::try_from_exact(&figure.value, self.currency());
        Ok(ThirdPartyFigures {
            role: figures.role,
            revenue: money(&figures.revenue)?,
            cost_of_revenue: money(&figures.cost_of_revenue)?,
            unsold_cost: money(&figures.unsold_cost)?,
            payable_to_supplier: money(&figures.payable_to_supplier)?,
            gross_profit: money(&figures.gross_profit)?,
        })
    }

    /// Why a figure is what it is, by the same code.
    ///
    /// # Errors
    /// As [`figures`](Self::figures).
    pub fn explain(&self, figure: ThirdPartyFigure, book: Book) -> Result<Explanation, RevenueError> {
        let mut trace = Trace::new();
        let figures = self.derive(&mut trace, book)?;
        Ok(trace.finish(&match figure {
            ThirdPartyFigure::Revenue => figures.revenue,
            ThirdPartyFigure::CostOfRevenue => figures.cost_of_revenue,
            ThirdPartyFigure::UnsoldCost => figures.unsold_cost,
            ThirdPartyFigure::PayableToSupplier => figures.payable_to_supplier,
            ThirdPartyFigure::GrossProfit => figures.gross_profit,
        }))
    }

    const fn currency(&self) -> Currency {
        self.unit_price.currency()
    }

    fn derive<R: Recorder>(&self, rec: &mut R, book: Book) -> Result<Derived<R::Mark>, RevenueError> {
        let role = self.control.judge(book).treatment;
        self.check(role)?;
        let sold = rec.input(Exact::from(self.quantity_sold), || Note::new("quantity sold"));
        let price = rec.input(self.unit_price.exact(), || self.note("price of one"));
        let paid = self.rounded_product(rec, &sold, &price, || self.note("paid by customers"))?;
        let nothing = rec.input(Exact::ZERO, || {
            self.note(match role {
                PrincipalAgentTreatment::Principal => "a principal's purchases are in its payables",
                PrincipalAgentTreatment::Agent => "an agent bears no cost of what is sold",
            })
        });
        let [kept, supplier] = self.shares(rec, &sold, &paid)?;
        let (revenue, cost_of_revenue, unsold_cost, payable_to_supplier) = match role {
            PrincipalAgentTreatment::Principal => {
                let revenue = rec.sum(&[&paid], || {
                    self.note("revenue, gross").cite(book.cite(Paragraph::GROSS))
                });
                let unsold = self.unsold(rec, &sold, &nothing)?;
                (revenue, supplier, unsold, nothing)
            }
            PrincipalAgentTreatment::Agent => {
                let revenue = rec.sum(&[&kept], || {
                    self.note("revenue, net").cite(book.cite(Paragraph::NET))
                });
                (revenue, nothing.clone(), nothing, supplier)
            }
        };
        let costs = rec.sum(&[&cost_of_revenue, &unsold_cost], || self.note("costs"));
        let gross_profit = rec.difference(&revenue, &costs, || self.note("gross profit"));
        Ok(Derived {
            role,
            revenue,
            cost_of_revenue,
            unsold_cost,
            payable_to_supplier,
            gross_profit,
        })
    }

    /// Of what customers pay, what the entity keeps and what the supplier gets.
    fn shares<R: Recorder>(
        &self,
        rec: &mut R,
        sold: &Figure<R::Mark>,
        paid: &Figure<R::Mark>,
    ) -> Result<[Figure<R::Mark>; 2], RevenueError> {
        match &self.supplier {
            SupplierTerms::UnitCost { unit_cost, .. } => {
                let cost = rec.input(unit_cost.exact(), || self.note("cost of one"));
                let supplier = self.rounded_product(rec, sold, &cost, || self.note("due to the supplier"))?;
                let kept = rec.difference(paid, &supplier, || self.note("kept"));
                Ok([kept, supplier])
            }
            SupplierTerms::Commission { rate } => {
                let rate = rec.input(Exact::from(*rate), || Note::new("commission").percent());
                let kept = self.rounded_product(rec, paid, &rate, || self.note("kept as a commission"))?;
                let supplier = rec.difference(paid, &kept, || self.note("due to the supplier"));
                Ok([kept, supplier])
            }
        }
    }

    /// What a principal paid for what it has bought and not sold.
    fn unsold<R: Recorder>(
        &self,
        rec: &mut R,
        sold: &Figure<R::Mark>,
        nothing: &Figure<R::Mark>,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        let SupplierTerms::UnitCost {
            unit_cost,
            quantity_purchased: Some(purchased),
        } = &self.supplier
        else {
            return Ok(nothing.clone());
        };
        let purchased = rec.input(Exact::from(*purchased), || Note::new("quantity purchased"));
        let unsold = rec.difference(&purchased, sold, || Note::new("quantity not sold"));
        let cost = rec.input(unit_cost.exact(), || self.note("cost of one"));
        self.rounded_product(rec, &unsold, &cost, || self.note("cost of what is not sold"))
    }

    fn rounded_product<R: Recorder>(
        &self,
        rec: &mut R,
        a: &Figure<R::Mark>,
        b: &Figure<R::Mark>,
        note: impl Fn() -> Note,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        let exact = rec.product(a, b, || {
            let Note { label, .. } = note();
            self.note(&format!("{label}, exact"))
        });
        let policy = RoundingPolicy::minor_unit(self.rounding);
        Ok(rec.round(&exact, policy, self.currency(), note)?)
    }

    fn note(&self, label: &str) -> Note {
        Note::new(label).money(self.currency())
    }

    fn check(&self, role: PrincipalAgentTreatment) -> Result<(), Faults> {
        let mut check = Check::new("sale for another party");
        let mut at_least_zero = |path: &str, value: Decimal| {
            if value.is_sign_negative() && !value.is_zero() {
                check.fault(path, "invalid_amount", format!("{value}; expected zero or above"));
            }
        };
        at_least_zero("quantity_sold", self.quantity_sold);
        at_least_zero("unit_price", self.unit_price.amount());
        match &self.supplier {
            SupplierTerms::UnitCost {
                unit_cost,
                quantity_purchased,
            } => {
                at_least_zero("supplier.unit_cost.unit_cost", unit_cost.amount());
                if unit_cost.currency() != self.currency() {
                    let (found, expected) = (unit_cost.currency(), self.currency());
                    check.fault(
                        "supplier.unit_cost.unit_cost",
                        "currency_mismatch",
                        format!("a cost in {found}; expected {expected}, as the price"),
                    );
                }
                if let Some(purchased) = quantity_purchased
                    && role == PrincipalAgentTreatment::Principal
                    && *purchased < self.quantity_sold
                {
                    let sold = self.quantity_sold;
                    check.fault(
                        "supplier.unit_cost.quantity_purchased",
                        "quantity_exceeds_purchase",
                        format!("{purchased}; expected at least {sold}, which was sold"),
                    );
                }
            }
            SupplierTerms::Commission { rate } => {
                if *rate < Decimal::ZERO || *rate > Decimal::ONE {
                    let found = format!("{rate}; expected a part of the price, from 0 to 1");
                    check.fault("supplier.commission.rate", "invalid_rate", found);
                }
            }
        }
        check.finish(())
    }
}

/// The figures of a sale, each with its place in the derivation.
struct Derived<M> {
    role: PrincipalAgentTreatment,
    revenue: Figure<M>,
    cost_of_revenue: Figure<M>,
    unsold_cost: Figure<M>,
    payable_to_supplier: Figure<M>,
    gross_profit: Figure<M>,
}
