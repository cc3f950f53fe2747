//! Every reconciliation of the run.

use std::collections::BTreeMap;

use l2c::invoicing::{BillingAccountId, InvoiceKind};
use l2c::ledger::{Role, TrialBalance};
use l2c::money::{Money, MoneyError};

use crate::billing::Billing;
use crate::books::Books;
use crate::collecting::Collecting;
use crate::commissioning::Commissioning;
use crate::contracting::Contracting;
use crate::costing::Costing;
use crate::error::Failure;
use crate::import::{Crm, Outcome};
use crate::ordering::Ordered;
use crate::quoting::Deal;
use crate::recognising::{Kind, Recognising};
use crate::reconcile::Reconciliation;
use crate::terms::Terms;

/// What the stages have made.
pub struct Made<'a> {
    /// The export.
    pub crm: &'a Crm,
    /// Terms of the deals.
    pub terms: &'a Terms,
    /// Quotes.
    pub deals: &'a [Deal],
    /// Orders, one per quote.
    pub orders: &'a [Ordered],
    /// Contracts and billing accounts.
    pub contracting: &'a Contracting,
    /// Invoices.
    pub billing: &'a Billing,
    /// Customer accounts.
    pub collecting: &'a Collecting,
    /// Revenue.
    pub recognising: &'a Recognising,
    /// Commissions.
    pub commissioning: &'a Commissioning,
    /// Contract costs.
    pub costing: &'a Costing,
    /// The ledger as it was posted.
    pub books: &'a Books,
    /// The ledger as the store has it.
    pub stored: &'a TrialBalance,
}

impl Made<'_> {
    /// Compares every figure that two rooms have.
    ///
    /// # Errors
    /// Sums out of bounds.
    pub fn reconcile(&self) -> Result<Vec<Reconciliation>, Failure> {
        self.all().map_err(Failure::stage("reconciliation", "sums"))
    }

    fn all(&self) -> Result<Vec<Reconciliation>, MoneyError> {
        let mut checks = vec![
            self.won_and_quoted()?,
            self.quoted_and_ordered()?,
            self.ordered_and_invoiced()?,
            self.invoiced_and_settled()?,
        ];
        checks.extend(self.allocated_and_recognised()?);
        let commissions = self.commissioning;
        let settled = commissions.paid.checked_add(&commissions.accrued)?;
        checks.push(Reconciliation::money(
            "commission earned = paid + accrued",
            commissions.earned,
            settled,
        )?);
        let costs = self.costing;
        checks.push(Reconciliation::money(
            "commission earned = expensed + carried forward",
            commissions.earned,
            costs.expensed.checked_add(&costs.capitalised)?,
        )?);
        checks.extend(self.ledger()?);
        checks.extend(self.controls()?);
        Ok(checks)
    }

    /// The totals of the run.
    ///
    /// # Errors
    /// Sums out of bounds.
    pub fn totals(&self) -> Result<BTreeMap<&'static str, Money>, Failure> {
        let fault = Failure::stage("totals", "sums");
        let sums = || {
            let zero = self.zero();
            let mut quoted = zero;
            for priced in self
                .deals
                .iter()
                .filter_map(|deal| deal.quote.state.latest()?.priced())
            {
                quoted = quoted.checked_add(&priced.net_total())?;
            }
            let (mut invoiced, mut credited) = (zero, zero);
            for issued in self
                .billing
                .documents
                .iter()
                .filter_map(|life| life.state.issued())
            {
                let side = if issued.invoice.is_credit_note() {
                    &mut credited
                } else {
                    &mut invoiced
                };
                *side = side.checked_add(&issued.invoice.totals().gross)?;
            }
            let (mut paid, mut open) = (zero, zero);
            for item in self
                .collecting
                .accounts
                .values()
                .flat_map(|life| life.state.items())
            {
                paid = paid.checked_add(&item.paid())?;
                open = open.checked_add(&item.open())?;
            }
            Ok::<_, MoneyError>(BTreeMap::from([
                ("quoted_net", quoted),
                ("invoiced_gross", invoiced),
                ("credited_gross", credited),
                ("paid_gross", paid),
                ("open_gross", open),
                ("revenue_allocated", self.recognising.allocated),
                ("revenue_recognised", self.recognising.recognised),
                ("revenue_not_yet_performed", self.recognising.deferred),
                ("rebates_in_prices", self.recognising.rebates),
                ("revenue_caught_up", self.recognising.changed(Kind::Missed).1?),
                ("commission_earned", self.commissioning.earned),
                ("commission_paid", self.commissioning.paid),
                ("commission_accrued", self.commissioning.accrued),
            ]))
        };
        sums().map_err(fault)
    }

    fn zero(&self) -> Money {
        Money::zero(self.terms.currency)
    }

    fn won_and_quoted(&self) -> Result<Reconciliation, MoneyError> {
        let zero = self.zero();
        let mut quoted: BTreeMap<usize, Money> = BTreeMap::new();
        for deal in self.deals {
            let priced = deal.quote.state.latest().and_then(|version| version.priced());
            quoted.insert(deal.row, priced.map_or(zero, |priced| priced.net_total()));
        }
        let rows = self.crm.opportunities.iter().enumerate();
        let pairs = rows.filter_map(|(row, source)| match source.outcome {
            Outcome::Won {
                value: Some(value), ..
            } => Some((
                source.id.as_str(),
                value,
                quoted.get(&row).copied().unwrap_or(zero),
            )),
            _ => None,
        });
        Reconciliation::documents("won close values = quotes accepted", self.terms.currency, pairs)
    }

    fn quoted_and_ordered(&self) -> Result<Reconciliation, MoneyError> {
        let zero = self.zero();
        let pairs = self.deals.iter().zip(self.orders).map(|(deal, ordered)| {
            let priced = deal.quote.state.latest().and_then(|version| version.priced());
            let quoted = priced.map_or(zero, |priced| priced.net_total());
            (
                deal.quote.key.as_str(),
                quoted,
                ordered.order.state.net().unwrap_or(zero),
            )
        });
        Reconciliation::documents("quotes = orders", self.terms.currency, pairs)
    }

    /// The right side adds up documents and open charges; it does not ask the schedule for its total.
    fn ordered_and_invoiced(&self) -> Result<Reconciliation, MoneyError> {
        let zero = self.zero();
        let mut billed: BTreeMap<&str, Money> = BTreeMap::new();
        let mut add = |key, amount: Money| {
            let sum = billed.entry(key).or_insert(zero);
            *sum = sum.checked_add(&amount)?;
            Ok::<(), MoneyError>(())
        };
        for issued in self
            .billing
            .documents
            .iter()
            .filter_map(|life| life.state.issued())
        {
            let net = issued.invoice.totals().net;
            let net = if issued.invoice.is_credit_note() {
                net.negated()
            } else {
                net
            };
            add(issued.invoice.document().account.key(), net)?;
        }
        for (id, account) in &self.contracting.accounts {
            for charge in account.schedule.charges() {
                if self.billing.log.billed(&charge.key).is_none() {
                    add(BillingAccountId::key(id), charge.net)?;
                }
            }
        }
        let pairs = self.orders.iter().map(|ordered| {
            let order = &ordered.order;
            let net = order.state.net().unwrap_or(zero);
            let key = order.state.id().map(|id| id.key()).unwrap_or_default();
            // What is not delivered has no contract yet: all of it is to be invoiced.
            let right = if ordered.delivered.is_some() {
                billed.get(key).copied().unwrap_or(zero)
            } else {
                net
            };
            (order.key.as_str(), net, right)
        });
        Reconciliation::documents("orders = invoiced + to be invoiced", self.terms.currency, pairs)
    }

    fn invoiced_and_settled(&self) -> Result<Reconciliation, MoneyError> {
        let zero = self.zero();
        let mut items: BTreeMap<&str, Money> = BTreeMap::new();
        for item in self
            .collecting
            .accounts
            .values()
            .flat_map(|life| life.state.items())
        {
            let settled = item
                .paid()
                .checked_add(&item.open())?
                .checked_add(&item.credited())?;
            items.insert(item.number().as_str(), settled);
        }
        let issued = self
            .billing
            .documents
            .iter()
            .filter_map(|life| life.state.issued());
        let pairs = issued
            .filter(|issued| issued.invoice.document().kind == InvoiceKind::Invoice)
            .map(|issued| {
                let number = issued.number.as_str();
                (
                    number,
                    issued.invoice.totals().gross,
                    items.get(number).copied().unwrap_or(zero),
                )
            });
        Reconciliation::documents("invoiced = paid + open + credited", self.terms.currency, pairs)
    }

    fn allocated_and_recognised(&self) -> Result<Vec<Reconciliation>, MoneyError> {
        let figures = self.recognising;
        let prices = figures.prices.iter();
        let prices = prices.map(|(contract, agreed, price)| (contract.as_str(), *agreed, *price));
        let split = figures.recognised.checked_add(&figures.deferred)?;
        let mut by_month = self.zero();
        for row in figures.waterfall.rows() {
            by_month = by_month
                .checked_add(&row.recognised)?
                .checked_add(&row.scheduled)?;
        }
        Ok(vec![
            Reconciliation::documents(
                "contracts less rebates = transaction prices",
                self.terms.currency,
                prices,
            )?,
            Reconciliation::money("allocated = recognised + deferred", figures.allocated, split)?,
            Reconciliation::money("allocated = revenue of all months", figures.allocated, by_month)?,
        ])
    }

    fn ledger(&self) -> Result<Vec<Reconciliation>, MoneyError> {
        let sides = |balance: &TrialBalance| {
            let (mut debits, mut credits) = (self.zero(), self.zero());
            for row in balance.rows() {
                debits = debits.checked_add(&row.debits)?;
                credits = credits.checked_add(&row.credits)?;
            }
            Ok::<_, MoneyError>((debits, credits))
        };
        let (debits, credits) = sides(&self.books.balance)?;
        let (stored, _) = sides(self.stored)?;
        let differ = |row: &l2c::ledger::TrialBalanceRow| {
            self.stored.balance(row.entity, row.role, row.balance.currency()) != row.balance
        };
        let roles = self
            .books
            .balance
            .rows()
            .into_iter()
            .filter(differ)
            .map(|row| row.role.to_string());
        Ok(vec![
            Reconciliation::money("debits = credits", debits, credits)?,
            Reconciliation::money("journal as posted = journal as stored", debits, stored)?.naming(roles),
        ])
    }

    /// Each control account of the ledger against the documents of the room that it stands for.
    fn controls(&self) -> Result<Vec<Reconciliation>, MoneyError> {
        let zero = self.zero();
        let sum = |amounts: Vec<Money>| Money::sum(&amounts, self.terms.currency);
        let accounts = || self.collecting.accounts.values();
        let open = sum(accounts()
            .flat_map(|life| life.state.items())
            .map(|item| item.open())
            .collect())?;
        let held = sum(accounts()
            .flat_map(|l| l.state.sources().map(|source| l.state.held(source)))
            .collect())?;
        let taxes = self
            .billing
            .documents
            .iter()
            .filter_map(|life| life.state.issued())
            .map(|issued| {
                let tax = issued.invoice.totals().tax;
                if issued.invoice.is_credit_note() {
                    tax.negated()
                } else {
                    tax
                }
            });
        let tax = sum(taxes.collect())?;
        let received = sum(self
            .collecting
            .proposals
            .iter()
            .filter(|proposal| proposal.command().is_some())
            .map(|proposal| proposal.amount)
            .collect())?;
        let cash = received.checked_sub(&self.commissioning.paid)?;
        let figures = self.recognising;
        [
            ("bank = received - commissions paid", Role::Cash, cash),
            ("receivables = open items", Role::Receivable, open),
            (
                "customer advances = held for customers",
                Role::CustomerAdvance,
                held.negated(),
            ),
            (
                "sales tax payable = tax of the invoices",
                Role::SalesTaxPayable,
                tax.negated(),
            ),
            ("billing clearing = nothing", Role::BillingClearing, zero),
            (
                "contract assets = by contract",
                Role::ContractAsset,
                figures.contract_assets,
            ),
            (
                "contract liabilities = by contract",
                Role::ContractLiability,
                figures.contract_liabilities.negated(),
            ),
            (
                "revenue = recognised",
                Role::Revenue,
                figures.recognised.negated(),
            ),
            (
                "commissions payable = accrued",
                Role::CommissionPayable,
                self.commissioning.accrued.negated(),
            ),
            ("cost clearing = nothing", Role::CostClearing, zero),
            (
                "commission expense = expensed at once",
                Role::Expense,
                self.costing.expensed,
            ),
            (
                "costs to obtain = carried by contract",
                Role::CostToObtainAsset,
                self.costing.carried,
            ),
        ]
        .into_iter()
        .map(|(name, role, rooms)| {
            let control = self
                .books
                .balance
                .balance(self.terms.legal_entity, role, self.terms.currency);
            Reconciliation::money(name, control, rooms)
        })
        .collect()
    }
}
