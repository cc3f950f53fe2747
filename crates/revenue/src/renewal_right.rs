use l2c_documents::{Check, Faults};
use l2c_explain::{Explanation, Figure, NoTrace, Note, Recorder, Trace};
use l2c_money::{AllocationPolicy, Currency, Decimal, Exact, Money, Price, Rounding, RoundingPolicy, dec};
use serde::{Deserialize, Serialize};

use crate::{Book, Paragraph, RevenueError};

/// The largest number of renewals.
pub const MAX_RENEWALS: usize = 100;

/// An option to renew that is a material right, by the practical alternative: instead of the price of the option, the
/// goods and services that are expected to be provided, and what is expected to be paid for them, are accounted for
/// over the first term and the expected renewals (606-10-55-45, IFRS 15.B43).
///
/// A term weighs the probability that it is reached, and earns in proportion to its weight times its cost.
///
/// ```
/// use l2c_revenue::money::{Currency, Price, dec};
/// use l2c_revenue::{Book, Renewal, RenewalAllocation, RenewalRight, RenewedTerm};
///
/// // 40 contracts for a year; four of five are expected to renew once.
/// let usd = |amount| Price::new(amount, Currency::USD);
/// let right = RenewalRight {
///     contracts: 40,
///     first: RenewedTerm { price: usd(dec!(1200))?, cost: usd(dec!(500))? },
///     renewals: vec![Renewal {
///         term: RenewedTerm { price: usd(dec!(1100))?, cost: usd(dec!(650))? },
///         likelihood: dec!(0.80),
///     }],
///     allocation: RenewalAllocation::Cohort,
///     rounding: Default::default(),
/// };
/// let figures = right.figures(Book::Asc606)?;
/// assert_eq!(figures.expected_consideration.to_string(), "83200.00 USD");
/// assert_eq!(figures.terms[0].revenue.to_string(), "40784.31 USD"); // 20,000 of 40,800 of expected cost
/// assert_eq!(figures.terms[0].contract_liability.to_string(), "7215.69 USD"); // of 48,000 received
/// # Ok::<(), l2c_revenue::RevenueError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RenewalRight {
    /// How many like contracts there are.
    pub contracts: u32,
    /// The term that is agreed.
    pub first: RenewedTerm,
    /// What may follow, in order.
    pub renewals: Vec<Renewal>,
    /// Whether figures are rounded for all contracts together or for one.
    #[serde(default)]
    pub allocation: RenewalAllocation,
    /// How figures are rounded.
    #[serde(default)]
    pub rounding: Rounding,
}

/// What a term brings and costs, for one contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RenewedTerm {
    /// What the customer pays.
    #[cfg_attr(feature = "schema", schemars(with = "Money"))]
    pub price: Price,
    /// What the entity expects to spend; zero or above.
    #[cfg_attr(feature = "schema", schemars(with = "Money"))]
    pub cost: Price,
}

/// A renewal, and how likely it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Renewal {
    /// What the term brings and costs.
    pub term: RenewedTerm,
    /// How likely a customer of the term before renews into it, from 0 to 1.
    #[serde(with = "l2c_money::decimal_string")]
    #[cfg_attr(feature = "schema", schemars(with = "l2c_money::DecimalText"))]
    pub likelihood: Decimal,
}

/// For what revenue is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RenewalAllocation {
    /// For all contracts together: what they are expected to bring is split by largest remainder.
    #[default]
    Cohort,
    /// For one contract: what it is expected to bring is rounded and split cumulatively, and each part taken times the
    /// number of contracts.
    PerContract {
        /// The decimals that are kept, at most those of the currency, which it is if nothing is said.
        #[serde(default)]
        decimals: Option<u32>,
    },
}

/// The figures of a [`RenewalRight`], for all contracts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RenewalFigures {
    /// What is expected to be received over all terms.
    pub expected_consideration: Money,
    /// The terms, in order.
    pub terms: Vec<RenewalTermFigures>,
}

/// The figures of one term, for all contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RenewalTermFigures {
    /// Its expected cost.
    pub weighted_cost: Money,
    /// What it earns.
    pub revenue: Money,
    /// What is expected to be received by its end, less what is earned by then.
    pub contract_liability: Money,
}

/// A figure of a [`RenewalRight`], to be explained. Terms are counted from 0, the term that is agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RenewalFigure {
    /// What is expected to be received over all terms.
    ExpectedConsideration,
    /// The expected cost of a term.
    WeightedCost(usize),
    /// What a term earns.
    Revenue(usize),
    /// The contract liability at the end of a term.
    ContractLiability(usize),
}

impl RenewalRight {
    /// Every figure.
    ///
    /// # Errors
    /// [`RevenueError::InvalidDocument`]: `invalid_probability`, `invalid_amount` for a cost below zero,
    /// `currency_mismatch`, `no_allocation_basis` if nothing is expected to cost anything, `invalid_rounding`, `count`
    /// for more than [`MAX_RENEWALS`]. [`RevenueError::Money`] outside the bounds of [`Money`].
    pub fn figures(&self, book: Book) -> Result<RenewalFigures, RevenueError> {
        let derived = self.derive(&mut NoTrace, book)?;
        let money = |figure: &Figure<()>| Money::try_from_exact(&figure.value, self.currency());
        let terms = derived.terms.iter().map(|term| {
            Ok(RenewalTermFigures {
                weighted_cost: money(&term.weighted_cost)?,
                revenue: money(&term.revenue)?,
                contract_liability: money(&term.contract_liability)?,
            })
        });
        Ok(RenewalFigures {
            expected_consideration: money(&derived.expected_consideration)?,
            terms: terms.collect::<Result<_, RevenueError>>()?,
        })
    }

    /// Why a figure is what it is, by the same code; nothing for a term that there is not.
    ///
    /// # Errors
    /// As [`figures`](Self::figures).
    pub fn explain(&self, figure: RenewalFigure, book: Book) -> Result<Option<Explanation>, RevenueError> {
        let mut trace = Trace::new();
        let derived = self.derive(&mut trace, book)?;
        let of = |index: usize| derived.terms.get(index);
        let figure = match figure {
            RenewalFigure::ExpectedConsideration => Some(&derived.expected_consideration),
            RenewalFigure::WeightedCost(index) => of(index).map(|term| &term.weighted_cost),
            RenewalFigure::Revenue(index) => of(index).map(|term| &term.revenue),
            RenewalFigure::ContractLiability(index) => of(index).map(|term| &term.contract_liability),
        };
        Ok(figure.map(|figure| trace.explain(figure)))
    }

    const fn currency(&self) -> Currency {
        self.first.price.currency()
    }

    fn derive<R: Recorder>(&self, rec: &mut R, book: Book) -> Result<Derived<R::Mark>, RevenueError> {
        self.check()?;
        let expected = self.expected(rec, book);
        let (expected_consideration, revenues) = self.revenues(rec, &expected, book)?;
        let mut received = rec.input(Exact::ZERO, || self.note("nothing yet"));
        let mut earned = received.clone();
        let mut terms = Vec::with_capacity(expected.len());
        for ((number, term), revenue) in (1..).zip(&expected).zip(revenues) {
            received = rec.sum(&[&received, &term.price], || {
                self.note(format!(
                    "expected to be paid for a contract through term {number}"
                ))
            });
            earned = rec.sum(&[&earned, &revenue], || {
                self.note(format!("revenue through term {number}"))
            });
            let cash = self.of_all(rec, &received, || {
                format!("expected to be received through term {number}")
            })?;
            terms.push(DerivedTerm {
                weighted_cost: self.of_all(rec, &term.cost, || format!("expected cost of term {number}"))?,
                revenue,
                contract_liability: rec.difference(&cash, &earned, || {
                    self.note(format!("contract liability at the end of term {number}"))
                        .cite(book.cite(Paragraph::LIABILITY))
                }),
            });
        }
        Ok(Derived {
            expected_consideration,
            terms,
        })
    }

    /// The terms, each weighted with the probability that it is reached.
    fn expected<R: Recorder>(&self, rec: &mut R, book: Book) -> Vec<Expected<R::Mark>> {
        let mut expected = vec![Expected {
            price: rec.input(self.first.price.exact(), || self.note("price of term 1")),
            cost: rec.input(self.first.cost.exact(), || self.note("cost of term 1")),
        }];
        let mut reached: Option<Figure<R::Mark>> = None;
        for (number, Renewal { term, likelihood }) in (2..).zip(&self.renewals) {
            let price = rec.input(term.price.exact(), || {
                self.note(format!("price of term {number}"))
            });
            let cost = rec.input(term.cost.exact(), || self.note(format!("cost of term {number}")));
            let step = rec.input(Exact::from(*likelihood), || {
                Note::new(format!("likelihood of renewing into term {number}")).percent()
            });
            let weight = match &reached {
                None => step,
                Some(before) => rec.product(before, &step, || {
                    Note::new(format!("probability that term {number} is reached")).percent()
                }),
            };
            expected.push(Expected {
                price: rec.product(&price, &weight, || {
                    self.note(format!("expected price of term {number}"))
                }),
                cost: rec.product(&cost, &weight, || {
                    self.note(format!("expected cost of term {number} for a contract"))
                        .cite(book.cite(Paragraph::RENEWAL_ALTERNATIVE))
                }),
            });
            reached = Some(weight);
        }
        expected
    }

    /// What is expected over all terms, and what each of them earns, for all contracts.
    fn revenues<R: Recorder>(
        &self,
        rec: &mut R,
        expected: &[Expected<R::Mark>],
        book: Book,
    ) -> Result<Split<R::Mark>, RevenueError> {
        let prices: Vec<_> = expected.iter().map(|term| &term.price).collect();
        let costs: Vec<_> = expected.iter().map(|term| &term.cost).collect();
        let one = rec.sum(&prices, || self.note("expected to be paid for a contract"));
        let cite = |note: Note| {
            note.cite(book.cite(Paragraph::RENEWAL_ALTERNATIVE))
                .cite(book.cite(Paragraph::PROGRESS))
        };
        let RenewalAllocation::PerContract { decimals } = self.allocation else {
            let total = self.of_all(rec, &one, || "expected consideration".to_owned())?;
            let earned = rec.shares(
                &total,
                &costs,
                AllocationPolicy::default(),
                self.currency(),
                |index| cite(self.note(format!("revenue of term {}", index.saturating_add(1)))),
            )?;
            return Ok((total, earned));
        };
        let decimals = decimals.unwrap_or(self.currency().minor_units());
        let policy = RoundingPolicy::scale(decimals, self.rounding)?;
        let one = rec.round(&one, policy, self.currency(), || {
            self.note("expected to be paid for a contract, rounded")
        })?;
        let total = self.times_contracts(rec, &one, || self.note("expected consideration"));
        let whole = rec.sum(&costs, || self.note("expected cost of a contract"));
        let mut spent = rec.input(Exact::ZERO, || self.note("nothing yet"));
        let mut before = spent.clone();
        let mut earned = Vec::with_capacity(costs.len());
        for (number, cost) in (1..).zip(costs) {
            spent = rec.sum(&[&spent, cost], || {
                self.note(format!("expected cost of a contract through term {number}"))
            });
            let progress = rec.quotient(&spent, &whole, || {
                cite(Note::new(format!("progress at the end of term {number}")).percent())
            })?;
            let exact = rec.product(&one, &progress, || {
                self.note(format!("earned by a contract through term {number}, exact"))
            });
            let through = rec.round(&exact, policy, self.currency(), || {
                self.note(format!("earned by a contract through term {number}"))
            })?;
            let part = rec.difference(&through, &before, || {
                self.note(format!("earned by a contract in term {number}"))
            });
            earned.push(self.times_contracts(rec, &part, || self.note(format!("revenue of term {number}"))));
            before = through;
        }
        Ok((total, earned))
    }

    /// A figure of one contract for all of them, rounded to the minor unit.
    fn of_all<R: Recorder>(
        &self,
        rec: &mut R,
        one: &Figure<R::Mark>,
        label: impl Fn() -> String,
    ) -> Result<Figure<R::Mark>, RevenueError> {
        let exact = self.times_contracts(rec, one, || self.note(format!("{}, exact", label())));
        let policy = RoundingPolicy::minor_unit(self.rounding);
        Ok(rec.round(&exact, policy, self.currency(), || self.note(label()))?)
    }

    fn times_contracts<R: Recorder>(
        &self,
        rec: &mut R,
        one: &Figure<R::Mark>,
        note: impl FnOnce() -> Note,
    ) -> Figure<R::Mark> {
        let contracts = rec.input(Exact::integer(i64::from(self.contracts)), || {
            Note::new("contracts")
        });
        rec.product(&contracts, one, note)
    }

    fn note(&self, label: impl Into<String>) -> Note {
        Note::new(label).money(self.currency())
    }

    fn check(&self) -> Result<(), Faults> {
        let mut check = Check::new("renewal right");
        let count = self.renewals.len();
        if count > MAX_RENEWALS {
            let message = format!("{count} renewals; expected at most {MAX_RENEWALS}");
            check.fault("renewals", "count", message);
            return check.finish(());
        }
        self.check_term(&mut check, "first", &self.first);
        let (mut weight, mut cost) = (Exact::ONE, self.first.cost.exact());
        for (index, Renewal { term, likelihood }) in self.renewals.iter().enumerate() {
            if !(dec!(0)..=dec!(1)).contains(likelihood) {
                let message = format!("{likelihood}; expected a probability, from 0 to 1");
                check.fault(
                    format!("renewals[{index}].likelihood"),
                    "invalid_probability",
                    message,
                );
            }
            self.check_term(&mut check, &format!("renewals[{index}].term"), term);
            weight = weight * Exact::from(*likelihood);
            cost += &(&term.cost.exact() * &weight);
        }
        if check.is_clean() && cost.is_zero() {
            let message = format!(
                "no term is expected to cost anything; expected a cost to weigh by ({})",
                Paragraph::RENEWAL_ALTERNATIVE
            );
            check.fault("", "no_allocation_basis", message);
        }
        let most = self.currency().minor_units();
        if let RenewalAllocation::PerContract {
            decimals: Some(decimals),
        } = self.allocation
            && decimals > most
        {
            let message = format!("{decimals}; expected at most {most}, as {} has", self.currency());
            check.fault("allocation.per_contract.decimals", "invalid_rounding", message);
        }
        check.finish(())
    }

    fn check_term(&self, check: &mut Check, path: &str, term: &RenewedTerm) {
        for (field, price) in [("price", term.price), ("cost", term.cost)] {
            if price.currency() != self.currency() {
                let (found, expected) = (price.currency(), self.currency());
                let message = format!("{found}; expected {expected}, as the price of the first term");
                check.fault(format!("{path}.{field}"), "currency_mismatch", message);
            }
        }
        if term.cost.amount() < Decimal::ZERO {
            let message = format!("{}; expected zero or above", term.cost.amount());
            check.fault(format!("{path}.cost"), "invalid_amount", message);
        }
    }
}

/// A term as it is expected of one contract: what it brings and costs, weighted.
struct Expected<M> {
    price: Figure<M>,
    cost: Figure<M>,
}

/// A total, and its parts.
type Split<M> = (Figure<M>, Vec<Figure<M>>);

/// The figures, each with its place in the derivation.
struct Derived<M> {
    expected_consideration: Figure<M>,
    terms: Vec<DerivedTerm<M>>,
}

struct DerivedTerm<M> {
    weighted_cost: Figure<M>,
    revenue: Figure<M>,
    contract_liability: Figure<M>,
}
