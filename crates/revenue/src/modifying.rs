//! What a modification does to a contract, obligation by obligation (606-10-25-10 to 25-13).

use l2c_calendar::{NaiveDate, Period};
use l2c_explain::{Figure, Note, Recorder};
use l2c_money::Exact;

use crate::account::Account;
use crate::contract_context::Moment;
use crate::judgement::{self, ModificationTreatment, RemainingDistinct};
use crate::performance::Measured;
use crate::reassessment::Estimates;
use crate::refusal::Flaw;
use crate::replay::Replay;
use crate::{ContractModification, ObligationChange, Paragraph, RevenueRefusal};

/// An obligation that remains when a contract is modified.
pub(crate) struct Remaining<'a, M> {
    pub(crate) place: usize,
    pub(crate) change: Option<&'a ObligationChange>,
    pub(crate) is_distinct: bool,
    /// What is recognised of it, and its progress; of a distinct service with the served part of a broken month.
    pub(crate) earned: Figure<M>,
    pub(crate) progress: Figure<M>,
}

impl<'a, M: Clone> Replay<'a, M> {
    pub(crate) fn modify<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        modification: &'a ContractModification,
        on: NaiveDate,
        estimates: &Estimates<'a>,
    ) -> Result<(), Flaw> {
        if self
            .modifications
            .iter()
            .any(|(known, _)| *known == modification.id)
        {
            return Err(RevenueRefusal::DuplicateModification {
                modification: modification.id.clone(),
            }
            .into());
        }
        for change in &modification.changes {
            self.find(&change.obligation)?;
        }
        for added in &modification.adds {
            self.check_new(added)?;
            added.check_added_period(on)?;
        }
        let more = self.price_change(rec, modification, on, estimates)?;
        let is_separate = !modification.adds.is_empty()
            && modification.changes.is_empty()
            && modification.concession.is_none();
        if is_separate && modification.added_distinct && modification.price_reflects_ssp {
            return self.add_separate_contract(rec, modification, &more);
        }
        self.concede(rec, modification, on)?;
        let remaining = self.remaining(rec, modification, on)?;
        if remaining.is_empty() && modification.adds.is_empty() {
            let is_concession = modification.concession.is_some()
                && modification.changes.is_empty()
                && modification.consideration.is_empty()
                && more.value.is_zero();
            if !is_concession {
                return Err(RevenueRefusal::NothingRemaining {
                    modification: modification.id.clone(),
                }
                .into());
            }
            self.judge(modification, is_separate, RemainingDistinct::None);
            return Ok(());
        }
        let added = modification
            .adds
            .iter()
            .filter(|_| modification.added_distinct)
            .map(|_| true);
        let each: Vec<bool> = remaining.iter().map(|remaining| remaining.is_distinct).collect();
        let treatment = if each.iter().all(|distinct| *distinct) {
            self.judge(modification, is_separate, RemainingDistinct::All)
        } else {
            let of = RemainingDistinct::of(each.into_iter().chain(added));
            self.judge(modification, is_separate, of)
        };
        match treatment {
            ModificationTreatment::CumulativeCatchUp => self.catch_up(rec, modification, &remaining, &more),
            _ => self.go_on_anew(rec, modification, &remaining, &more, on),
        }?;
        let moment = Moment::before(on);
        let ctx = self.ctx;
        for performance in &self.performances {
            performance.check_progress(rec, &ctx, moment)?;
        }
        Ok(())
    }

    /// Decides the treatment from the recorded judgements, and keeps why.
    fn judge(
        &mut self,
        modification: &'a ContractModification,
        adds_goods: bool,
        remaining_distinct: RemainingDistinct,
    ) -> ModificationTreatment {
        let judged = judgement::Modification {
            approved: true,
            adds_goods,
            added_distinct: modification.added_distinct,
            price_reflects_ssp: modification.price_reflects_ssp,
            remaining_distinct,
        }
        .judge(self.ctx.book);
        let treatment = judged.treatment;
        self.modifications.push((&modification.id, judged));
        treatment
    }

    /// What the customer promises more: the change of price and new elements that are for the whole contract.
    fn price_change<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        modification: &'a ContractModification,
        on: NaiveDate,
        estimates: &Estimates<'a>,
    ) -> Result<Figure<M>, Flaw> {
        let ctx = self.ctx;
        let id = &modification.id;
        let change = match &modification.price_change {
            Some(amount) => self.in_currency("price_change", amount)?,
            None => Exact::ZERO,
        };
        let change = rec.input(change, || {
            ctx.money(format!("change of the price by {id} on {on}"))
                .cite(ctx.book.cite(Paragraph::MODIFICATION))
        });
        let mut parts = vec![change.clone()];
        self.price_changes.push(change);
        for element in &modification.consideration {
            if self.elements.iter().any(|(known, _)| known.id() == element.id()) {
                return Err(RevenueRefusal::DuplicateElement {
                    element: element.id().to_owned(),
                }
                .into());
            }
            crate::terms::check_joining_element(element, ctx.terms)?;
            let included = self.included(rec, element, estimates)?;
            if element.allocate_to().is_empty() {
                parts.push(included.clone());
            }
            self.elements.push((element, included));
        }
        let parts: Vec<_> = parts.iter().collect();
        Ok(rec.sum(&parts, || ctx.money(format!("added to the price by {id}"))))
    }

    /// Added goods or services at their stand-alone prices are a contract of their own (606-10-25-12).
    fn add_separate_contract<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        modification: &'a ContractModification,
        more: &Figure<M>,
    ) -> Result<(), Flaw> {
        self.judge(modification, true, RemainingDistinct::All);
        // What is payable to the customer of this contract is not spread over the price of that one.
        self.separate_price_changes.extend(self.price_changes.pop());
        let contract = self.accounts.len();
        self.accounts.push(Account::new(&modification.id));
        let places = self.join(rec, modification, contract)?;
        let shares = self.split(rec, more, &places, Paragraph::SEPARATE_CONTRACT)?;
        self.give(&places, shares);
        self.target_new_elements(rec, modification)
    }

    /// Adds the obligations of a modification, with nothing allocated to them yet.
    pub(crate) fn join<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        modification: &'a ContractModification,
        contract: usize,
    ) -> Result<Vec<usize>, Flaw> {
        let mut places = Vec::with_capacity(modification.adds.len());
        for obligation in &modification.adds {
            let nothing = rec.input(Exact::ZERO, || self.ctx.money("nothing"));
            let mut performance = self.new_performance(rec, obligation, contract, nothing)?;
            for element in &modification.consideration {
                performance.price_units(element);
            }
            performance.takes_part = performance.takes_part && performance.unit_prices.is_empty();
            if performance.takes_part {
                performance.ssp = self.standalone(rec, obligation)?;
                places.push(self.performances.len());
            }
            self.performances.push(performance);
        }
        Ok(places)
    }

    pub(crate) fn give(&mut self, places: &[usize], shares: Vec<(Figure<M>, Figure<M>)>) {
        for (place, (share, exact)) in places.iter().zip(shares) {
            if let Some(performance) = self.performances.get_mut(*place) {
                performance.allocated = share;
                performance.exact = exact;
            }
        }
    }

    pub(crate) fn target_new_elements<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        modification: &'a ContractModification,
    ) -> Result<(), Flaw> {
        for element in &modification.consideration {
            if element.allocate_to().is_empty() || element.is_priced_by_use() {
                continue;
            }
            let known = self.elements.iter().find(|(known, _)| known.id() == element.id());
            if let Some((_, included)) = known {
                let included = included.clone();
                self.target(rec, element, &included)?;
            }
        }
        Ok(())
    }

    /// A price cut for what was transferred already lowers its revenue at once, and no other (606-10-55-114).
    fn concede<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        modification: &ContractModification,
        on: NaiveDate,
    ) -> Result<(), Flaw> {
        let Some(concession) = &modification.concession else {
            return Ok(());
        };
        let ctx = self.ctx;
        let amount = self.amount("concession.amount", &concession.amount)?;
        let reduction = rec.input(-&amount, || {
            ctx.money(format!("concession by {} on {on}", modification.id))
                .cite(ctx.book.cite(Paragraph::MODIFICATION))
        });
        self.find_mut(&concession.obligation)?
            .reductions
            .push(reduction.clone());
        self.concessions.push(reduction);
        Ok(())
    }

    /// The obligations of this contract that are not fully satisfied and take part in its allocation.
    fn remaining<R: Recorder<Mark = M>>(
        &self,
        rec: &mut R,
        modification: &'a ContractModification,
        on: NaiveDate,
    ) -> Result<Vec<Remaining<'a, M>>, Flaw> {
        let ctx = self.ctx;
        let moment = Moment::before(on);
        let mut remaining = Vec::new();
        for (place, performance) in self.performances.iter().enumerate() {
            let joins = match &performance.measured {
                Measured::MaterialRight { closed, .. } => {
                    closed.is_none() && ctx.policy().rights_join_modifications
                }
                _ => true,
            };
            if performance.contract != 0 || !performance.takes_part || !joins {
                continue;
            }
            let progress = performance.progress(rec, &ctx, moment)?;
            if progress.value >= Exact::ONE {
                continue;
            }
            let mut changes = modification.changes.iter();
            let change = changes.find(|change| change.obligation == performance.obligation.id);
            let is_distinct = change
                .and_then(|change| change.remaining_distinct)
                .unwrap_or(modification.remaining_distinct);
            let (progress, earned) = if is_distinct {
                performance.earned_with_broken_month(rec, &ctx, moment)?
            } else {
                (progress, performance.earned(rec, &ctx, moment)?)
            };
            remaining.push(Remaining {
                place,
                change,
                is_distinct,
                earned,
                progress,
            });
        }
        for change in &modification.changes {
            let is_remaining = remaining.iter().any(|known| {
                let performance = self.performances.get(known.place);
                performance.is_some_and(|performance| performance.id() == change.obligation)
            });
            let nothing_goes_on = remaining.is_empty() && modification.adds.is_empty();
            if !is_remaining && !nothing_goes_on {
                return Err(RevenueRefusal::AlreadySatisfied {
                    obligation: change.obligation.clone(),
                    on: self
                        .find(&change.obligation)?
                        .transfer_date(ctx.book)
                        .unwrap_or(on),
                }
                .into());
            }
        }
        Ok(remaining)
    }

    /// As if it had always been so: what is added goes to what remains, and what is caught up is revenue now.
    fn catch_up<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        modification: &'a ContractModification,
        remaining: &[Remaining<'a, M>],
        more: &Figure<M>,
    ) -> Result<(), Flaw> {
        for known in remaining {
            if let Some(change) = known.change {
                self.change_terms(change, None)?;
                self.change_price(rec, change)?;
            }
        }
        let added = self.join(rec, modification, 0)?;
        let mut places: Vec<usize> = remaining.iter().map(|known| known.place).collect();
        places.extend(&added);
        let shares = self.split(rec, more, &places, Paragraph::CATCH_UP)?;
        let ctx = self.ctx;
        for (place, (share, exact)) in places.iter().zip(shares) {
            if let Some(performance) = self.performances.get_mut(*place) {
                performance.add(rec, &ctx, &share, &exact);
            }
        }
        self.target_new_elements(rec, modification)
    }

    pub(crate) fn change_price<R: Recorder<Mark = M>>(
        &mut self,
        rec: &mut R,
        change: &ObligationChange,
    ) -> Result<(), Flaw> {
        let Some(price) = &change.ssp else { return Ok(()) };
        let ctx = self.ctx;
        let price = self.amount("changes.ssp", price)?;
        let id = &change.obligation;
        let performance = self.find_mut(id)?;
        let mut price = rec.input(price, || {
            ctx.money(format!("stand-alone price of {id}, as modified"))
        });
        if !performance.origin.value.is_zero() {
            // An earlier modification has left the price of what then remained, and so it stays.
            let one = rec.input(Exact::ONE, || Note::new("the whole").percent());
            let since = rec.difference(&one, &performance.origin, || {
                Note::new(format!("left of {id} when its allocation began")).percent()
            });
            price = rec.product(&price, &since, || {
                ctx.money(format!("stand-alone price of {id} since its allocation began"))
                    .cite(ctx.book.cite(Paragraph::STANDALONE_PRICE))
            });
        }
        performance.ssp = price;
        Ok(())
    }

    /// Whether a change fits how its obligation is satisfied; a service that begins anew ends the day before at the
    /// earliest, with which nothing of it remains.
    pub(crate) fn check_change(
        &self,
        change: &ObligationChange,
        anew: Option<NaiveDate>,
    ) -> Result<(), Flaw> {
        let id = &change.obligation;
        let Measured::Time { .. } = self.find(id)?.measured else {
            return Ok(());
        };
        if let Some(units) = change.total {
            let expected = format!(
                "nothing: `{id}` is satisfied over time and has no units; `last_day` changes its end, `price_change` what \
                 is paid for less of it"
            );
            return Err(Flaw::amount("changes.total", &Exact::from(units), &expected));
        }
        let (Some(on), Some(last)) = (anew, change.last_day) else {
            return Ok(());
        };
        let earliest = on.pred_opt().unwrap_or(on).max(self.inception);
        if last < earliest {
            return Err(RevenueRefusal::InvalidQuantity {
                field: "changes.last_day",
                value: last.to_string(),
                expected: format!(
                    "{earliest} or later: with the day before the modification of {on} nothing of `{id}` remains ({})",
                    Paragraph::PROSPECTIVE
                ),
            }
            .into());
        }
        Ok(())
    }

    /// New units, ends and estimates; a distinct service begins anew on a day.
    pub(crate) fn change_terms(
        &mut self,
        change: &ObligationChange,
        anew: Option<NaiveDate>,
    ) -> Result<(), Flaw> {
        let estimate = change
            .estimated_total
            .as_ref()
            .map(|total| self.amount("changes.estimated_total", total))
            .transpose()?;
        self.check_change(change, anew)?;
        let performance = self.find_mut(&change.obligation)?;
        let obligation = performance.obligation;
        let misfit = || Flaw::measure(obligation, "modified");
        if change.first_day.is_some() || change.last_day.is_some() {
            match &mut performance.measured {
                Measured::Time {
                    period: Some(period), ..
                } => {
                    if let Some(first) = change.first_day
                        && anew.is_none_or(|on| first < on)
                    {
                        return Err(RevenueRefusal::InvalidQuantity {
                            field: "changes.first_day",
                            value: first.to_string(),
                            expected: "a day from the modification on, of a service whose rest is distinct"
                                .to_owned(),
                        }
                        .into());
                    }
                    let last = change.last_day.unwrap_or(period.last_day());
                    let first = change.first_day.unwrap_or(period.start());
                    let mut start = anew.map_or(first, |day| day.max(first));
                    if last < start && change.first_day.is_none() {
                        // It is over when what remains begins anew.
                        start = first.min(last);
                    }
                    *period = Period::inclusive(start, last).map_err(|_| RevenueRefusal::InvalidTerm {
                        obligation: change.obligation.clone(),
                        start,
                        last,
                    })?;
                    crate::obligation::check_term(&change.obligation, period)?;
                }
                _ => return Err(misfit()),
            }
        }
        if let Some(units) = change.total {
            match &mut performance.measured {
                Measured::Units { total, delivered, .. } => {
                    let units = Exact::from(units);
                    if units < *delivered || !units.is_positive() {
                        return Err(Flaw::units(&change.obligation, delivered, &units));
                    }
                    *total = Some(units);
                }
                _ => return Err(misfit()),
            }
        }
        if estimate.is_some() {
            match &mut performance.measured {
                Measured::CostToCost(costs) => costs.estimated_total = estimate,
                _ => return Err(misfit()),
            }
        }
        Ok(())
    }
}
