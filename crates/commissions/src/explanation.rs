//! Why a line of a statement is what it is.

use l2c_calendar::Quarter;
use l2c_explain::{Citation, Explanation, Figure, Note, Recorder, Trace};
use l2c_host::PartyId;

use crate::earnings::{Counted, Terms};
use crate::{CommissionError, Credit, CreditId, Plan, Statement};

impl Plan {
    /// Why a line or an adjustment of the statement of a quarter is what it is.
    ///
    /// The arguments are those of [`Plan::statement`], and the credit in question.
    ///
    /// # Errors
    /// As [`Plan::statement`]; [`CommissionError::UnknownCredit`] if it does not count by the end of the quarter.
    pub fn explain(
        &self,
        payee: &PartyId,
        quarter: Quarter,
        credits: &[Credit],
        closed: &[Statement],
        credit: &CreditId,
    ) -> Result<Explanation, CommissionError> {
        let closed = self.history(payee, quarter, closed)?;
        let as_of = quarter.last_day();
        let counts = self.counts(payee, credits, as_of)?;
        let place = counts.iter().find_map(|((origin, component), list)| {
            let at = list.iter().position(|counted| counted.credit.id == *credit)?;
            Some((*origin, component, list.get(..=at)?))
        });
        let Some((origin, component, counted)) = place else {
            let (credit, payee) = (credit.clone(), payee.clone());
            return Err(CommissionError::UnknownCredit { credit, payee, as_of });
        };
        let terms = self.terms(origin, component, payee, credit)?;
        let mut trace = Trace::new();
        let commission = explained_line(&mut trace, &terms, counted, self)?;
        if origin == quarter {
            return Ok(trace.finish(&commission));
        }
        let key = (origin, component.clone(), credit.clone());
        let mut posted = Vec::new();
        for statement in &closed {
            let amounts = statement.postings().filter(|(posting, _)| *posting == key);
            posted.extend(amounts.map(|(_, (_, amount))| {
                trace.input(amount.exact(), || {
                    let place = Citation::new(statement.id().as_str(), credit.as_str());
                    Note::new("commission already stated")
                        .money(self.currency())
                        .cite(place)
                })
            }));
        }
        let posted: Vec<&Figure<_>> = posted.iter().collect();
        let posted = trace.sum(&posted, || Note::new("stated before").money(self.currency()));
        let adjustment = trace.difference(&commission, &posted, || {
            Note::new(format!("adjustment of {origin}")).money(self.currency())
        });
        Ok(trace.finish(&adjustment))
    }
}

/// The commission of the last of some credits.
fn explained_line<R: Recorder>(
    rec: &mut R,
    terms: &Terms<'_>,
    counted: &[Counted<'_>],
    plan: &Plan,
) -> Result<Figure<R::Mark>, CommissionError> {
    let currency = plan.currency();
    let credits: Vec<Figure<R::Mark>> = counted.iter().map(|counted| net_figure(rec, counted)).collect();
    let all: Vec<&Figure<R::Mark>> = credits.iter().collect();
    let earlier = all.split_last().map_or(&all[..], |(_, earlier)| earlier);
    let after = rec.sum(&all, || Note::new("credits with this one").money(currency));
    let quota = terms.quota_figure(rec);
    let after = terms.earned(
        rec,
        quota.as_ref(),
        &after,
        "commission of all credits with this one",
    )?;
    if earlier.is_empty() {
        return Ok(after);
    }
    let before = rec.sum(earlier, || Note::new("credits before this one").money(currency));
    let before = terms.earned(
        rec,
        quota.as_ref(),
        &before,
        "commission of the credits before this one",
    )?;
    Ok(rec.difference(&after, &before, || {
        Note::new("commission of this credit").money(currency)
    }))
}

/// A credit less what was taken back of it.
fn net_figure<R: Recorder>(rec: &mut R, counted: &Counted<'_>) -> Figure<R::Mark> {
    let currency = counted.net.currency();
    let mut input = |credit: &Credit, label: &str| {
        rec.input(credit.amount.exact(), || {
            let cited = Citation::new(credit.deal.as_str(), credit.id.as_str());
            Note::new(format!("{label} of {}", credit.date))
                .money(currency)
                .cite(cited)
        })
    };
    let credit = input(counted.credit, "credit");
    if counted.reversals.is_empty() {
        return credit;
    }
    let reversals: Vec<_> = counted
        .reversals
        .iter()
        .map(|reversal| input(reversal, "reversal"))
        .collect();
    let parts: Vec<_> = std::iter::once(&credit).chain(&reversals).collect();
    rec.sum(&parts, || Note::new("credit less reversals").money(currency))
}
