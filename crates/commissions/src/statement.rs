use std::collections::BTreeMap;

use l2c_calendar::{FiscalMonth, NaiveDate, Quarter};
use l2c_explain::{Figure, NoTrace};
use l2c_host::PartyId;
use l2c_money::{Exact, Money};
use serde::{Deserialize, Serialize};

use crate::earnings::{Counted, Terms};
use crate::{CommissionError, Credit, CreditId, Plan, PlanId, StatementId};

/// What a payee has earned in a quarter, and what is therefore to be paid.
///
/// Its totals follow from its lines: `earned` is the commission of all lines and adjustments, and `payable` +
/// `carried_forward` = `earned` + `brought_forward`. A statement that is read is checked for both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "StatementDocument", try_from = "StatementDocument")]
pub struct Statement {
    document: StatementDocument,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementDocument {
    id: StatementId,
    plan: PlanId,
    version: u32,
    payee: PartyId,
    quarter: Quarter,
    due: NaiveDate,
    components: Vec<ComponentResult>,
    lines: Vec<StatementLine>,
    adjustments: Vec<Adjustment>,
    earned: Money,
    brought_forward: Money,
    payable: Money,
    carried_forward: Money,
}

/// A component of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComponentResult {
    /// The component.
    pub component: String,
    /// The credits of the quarter.
    pub credited: Money,
    /// The quota of the quarter, if the component has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<Money>,
    /// Credited over quota, exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attainment: Option<Exact>,
    /// The commission of the quarter.
    pub earned: Money,
}

/// What one credit earned in its quarter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementLine {
    /// The component.
    pub component: String,
    /// The credit.
    pub credit: CreditId,
    /// Id of the document of the sale.
    pub deal: String,
    /// The day on which the credit counts.
    pub date: NaiveDate,
    /// The credit, less what was taken back by the end of the quarter.
    pub credited: Money,
    /// All credits of the component in the quarter up to and including this one.
    pub credited_to_date: Money,
    /// What they have earned, less what those before this one had.
    pub commission: Money,
}

/// What a credit of an earlier quarter earns now, less what closed statements have for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// The quarter of the credit.
    pub origin: Quarter,
    /// The component.
    pub component: String,
    /// The credit.
    pub credit: CreditId,
    /// Id of the document of the sale.
    pub deal: String,
    /// The difference; never zero.
    pub amount: Money,
}

/// What has been posted or should be, per line: quarter of origin, component, credit.
type Postings = BTreeMap<(Quarter, String, CreditId), (String, Money)>;

impl Plan {
    /// The statement of a payee for a quarter.
    ///
    /// It takes every credit and reversal dated by the end of the quarter, computes afresh what each quarter has
    /// earned, and compares that with the `closed` statements of the payee: differences of earlier quarters
    /// become adjustments. Credits of other payees and plans may be among those given, in any order.
    ///
    /// A sum below zero is not paid: it is carried forward to the next statement.
    ///
    /// # Errors
    /// [`CommissionError::NoVersion`], [`CommissionError::NoQuota`], [`CommissionError::UnknownComponent`] of a
    /// quarter with credits; [`CommissionError::DuplicateCredit`], [`CommissionError::UnknownCredit`],
    /// [`CommissionError::ReversalTooLarge`], [`CommissionError::WrongCurrency`];
    /// [`CommissionError::ForeignStatement`] unless all closed ones are of this payee, plan and earlier
    /// quarters.
    pub fn statement(
        &self,
        payee: &PartyId,
        quarter: Quarter,
        credits: &[Credit],
        closed: &[Statement],
    ) -> Result<Statement, CommissionError> {
        let closed = self.history(payee, quarter, closed)?;
        let version = self.version(quarter)?;
        let mut components = Vec::new();
        let mut lines = Vec::new();
        let mut should_be = Postings::new();
        for ((origin, component), counted) in self.counts(payee, credits, quarter.last_day())? {
            let Some(first) = counted.first() else { continue };
            let terms = self.terms(origin, &component, payee, &first.credit.id)?;
            let (result, computed) = component_lines(&terms, component, &counted, self)?;
            if origin == quarter {
                components.push(result);
                lines.extend(computed);
            } else {
                should_be.extend(computed.into_iter().map(|line| {
                    (
                        (origin, line.component, line.credit),
                        (line.deal, line.commission),
                    )
                }));
            }
        }
        let adjustments = differences(should_be, &closed)?;
        let lag = i32::try_from(version.payment_lag_months).unwrap_or(i32::MAX);
        let due = FiscalMonth::of(quarter.last_day()).plus(lag)?.last_day();
        let zero = Money::zero(self.currency());
        let amounts = lines.iter().map(|line| &line.commission);
        let earned = total(
            amounts.chain(adjustments.iter().map(|adjustment| &adjustment.amount)),
            zero,
        )?;
        let brought_forward = closed.last().map_or(zero, |last| last.carried_forward());
        let (payable, carried_forward) = settled(&earned, &brought_forward)?;
        let id = StatementId::from_key(&format!("{}:{}:{quarter}", self.id().key(), payee.key()))?;
        let (plan, payee, version) = (self.id().clone(), payee.clone(), version.number);
        Ok(Statement {
            document: StatementDocument {
                id,
                plan,
                version,
                payee,
                quarter,
                due,
                components,
                lines,
                adjustments,
                earned,
                brought_forward,
                payable,
                carried_forward,
            },
        })
    }

    /// The closed statements in order, after checking that they belong here.
    pub(crate) fn history<'a>(
        &self,
        payee: &PartyId,
        quarter: Quarter,
        closed: &'a [Statement],
    ) -> Result<Vec<&'a Statement>, CommissionError> {
        let mut sorted: Vec<&Statement> = closed.iter().collect();
        sorted.sort_by_key(|statement| statement.quarter());
        let mut before: Option<Quarter> = None;
        for statement in &sorted {
            let own = statement.payee() == payee && statement.plan() == self.id();
            if !own || statement.quarter() >= quarter || before == Some(statement.quarter()) {
                return Err(CommissionError::ForeignStatement {
                    statement: statement.id().clone(),
                    quarter: statement.quarter(),
                    before: quarter,
                });
            }
            before = Some(statement.quarter());
        }
        Ok(sorted)
    }
}

/// The lines of one component in one quarter: each credit earns what all up to it have earned less what those
/// before it had.
fn component_lines(
    terms: &Terms<'_>,
    component: String,
    counted: &[Counted<'_>],
    plan: &Plan,
) -> Result<(ComponentResult, Vec<StatementLine>), CommissionError> {
    let zero = Money::zero(plan.currency());
    let (mut credited, mut earned) = (zero, zero);
    let mut lines = Vec::with_capacity(counted.len());
    let quota = terms.quota_figure(&mut NoTrace);
    for Counted { credit, net, .. } in counted {
        credited = credited.checked_add(net)?;
        let figure = Figure {
            value: credited.exact(),
            mark: (),
        };
        let after = terms.earned(&mut NoTrace, quota.as_ref(), &figure, "")?.value;
        let after = Money::try_from_exact(&after, plan.currency())?;
        lines.push(StatementLine {
            component: component.clone(),
            credit: credit.id.clone(),
            deal: credit.deal.clone(),
            date: credit.date,
            credited: *net,
            credited_to_date: credited,
            commission: after.checked_sub(&earned)?,
        });
        earned = after;
    }
    let quota = terms.quota();
    let attainment = quota
        .map(|quota| credited.exact().checked_div(&quota.exact()))
        .transpose()?;
    Ok((
        ComponentResult {
            component,
            credited,
            quota,
            attainment,
            earned,
        },
        lines,
    ))
}

/// What should be posted for earlier quarters, less what the closed statements have.
fn differences(should_be: Postings, closed: &[&Statement]) -> Result<Vec<Adjustment>, CommissionError> {
    let mut open = should_be;
    for (key, (deal, amount)) in closed.iter().flat_map(|statement| statement.postings()) {
        let zero = Money::zero(amount.currency());
        let (_, left) = open.entry(key).or_insert((deal, zero));
        *left = left.checked_sub(&amount)?;
    }
    let changed = open.into_iter().filter(|(_, (_, amount))| !amount.is_zero());
    Ok(changed
        .map(|((origin, component, credit), (deal, amount))| Adjustment {
            origin,
            component,
            credit,
            deal,
            amount,
        })
        .collect())
}

/// A sum above zero is paid, one below zero carried forward.
fn settled(earned: &Money, brought_forward: &Money) -> Result<(Money, Money), CommissionError> {
    let balance = earned.checked_add(brought_forward)?;
    let zero = Money::zero(balance.currency());
    Ok(if balance.is_negative() {
        (zero, balance)
    } else {
        (balance, zero)
    })
}

fn total<'a>(amounts: impl IntoIterator<Item = &'a Money>, zero: Money) -> Result<Money, CommissionError> {
    amounts
        .into_iter()
        .try_fold(zero, |sum, amount| Ok(sum.checked_add(amount)?))
}

impl Statement {
    /// The statement's id. It names the plan, the payee and the quarter: `cst_sales:Ada:2017-Q1`.
    #[must_use]
    pub const fn id(&self) -> &StatementId {
        &self.document.id
    }

    /// The plan.
    #[must_use]
    pub const fn plan(&self) -> &PlanId {
        &self.document.plan
    }

    /// The version of the plan in force in the quarter.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.document.version
    }

    /// Who has earned it.
    #[must_use]
    pub const fn payee(&self) -> &PartyId {
        &self.document.payee
    }

    /// The quarter.
    #[must_use]
    pub const fn quarter(&self) -> Quarter {
        self.document.quarter
    }

    /// The day by which it is paid: the end of the month that is the plan's lag after the quarter.
    #[must_use]
    pub const fn due(&self) -> NaiveDate {
        self.document.due
    }

    /// The components with credits in the quarter, by name.
    #[must_use]
    pub fn components(&self) -> &[ComponentResult] {
        &self.document.components
    }

    /// The credits of the quarter: by component, then in the order in which they counted.
    #[must_use]
    pub fn lines(&self) -> &[StatementLine] {
        &self.document.lines
    }

    /// The differences of earlier quarters: by quarter, component and credit.
    #[must_use]
    pub fn adjustments(&self) -> &[Adjustment] {
        &self.document.adjustments
    }

    /// The commission of all lines and adjustments; below zero if more was taken back than earned.
    #[must_use]
    pub const fn earned(&self) -> Money {
        self.document.earned
    }

    /// What the statement before carried forward; zero or below.
    #[must_use]
    pub const fn brought_forward(&self) -> Money {
        self.document.brought_forward
    }

    /// What is to be paid; zero or above.
    #[must_use]
    pub const fn payable(&self) -> Money {
        self.document.payable
    }

    /// What the next statement takes over; zero or below.
    #[must_use]
    pub const fn carried_forward(&self) -> Money {
        self.document.carried_forward
    }

    /// Every line and adjustment as a posting.
    pub(crate) fn postings(
        &self,
    ) -> impl Iterator<Item = ((Quarter, String, CreditId), (String, Money))> + '_ {
        let lines = self.lines().iter().map(|line| {
            let key = (self.quarter(), line.component.clone(), line.credit.clone());
            (key, (line.deal.clone(), line.commission))
        });
        let adjustments = self.adjustments().iter().map(|adjustment| {
            let key = (
                adjustment.origin,
                adjustment.component.clone(),
                adjustment.credit.clone(),
            );
            (key, (adjustment.deal.clone(), adjustment.amount))
        });
        lines.chain(adjustments)
    }
}

impl From<Statement> for StatementDocument {
    fn from(statement: Statement) -> Self {
        statement.document
    }
}

impl TryFrom<StatementDocument> for Statement {
    type Error = CommissionError;

    fn try_from(document: StatementDocument) -> Result<Self, CommissionError> {
        let zero = Money::zero(document.earned.currency());
        let lines = document.lines.iter().map(|line| &line.commission);
        let adjustments = document.adjustments.iter().map(|adjustment| &adjustment.amount);
        let earned = total(lines.chain(adjustments), zero)?;
        let (payable, carried_forward) = settled(&earned, &document.brought_forward)?;
        for (figure, found, expected) in [
            ("earned", document.earned, earned),
            ("payable", document.payable, payable),
            ("carried_forward", document.carried_forward, carried_forward),
        ] {
            if found != expected {
                let (statement, found, expected) = (document.id, found.to_string(), expected.to_string());
                return Err(CommissionError::Inconsistent {
                    statement,
                    figure,
                    found,
                    expected,
                });
            }
        }
        Ok(Self { document })
    }
}
