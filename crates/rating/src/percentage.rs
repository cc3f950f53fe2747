use l2c_documents::Check;
use l2c_explain::{Note, Recorder};
use l2c_money::{Currency, Exact, Money, Percent};

use crate::check::{in_order, money, not_below_zero, positive_money};
use crate::derivation::{Of, Steps};
use crate::outcome::{Outcome, Part, PartOf};
use crate::{PercentageDocument, RatingError};

/// A checked percentage of each event's amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Percentage {
    rate: Percent,
    fee: Option<Money>,
    free_events: Option<usize>,
    free_volume: Option<Exact>,
    minimum: Option<Money>,
    maximum: Option<Money>,
}

impl Percentage {
    pub(crate) fn new(document: &PercentageDocument, currency: Currency, check: &mut Check) -> Self {
        let mut bound = |path: &str, amount: Option<l2c_money::Decimal>| {
            amount.and_then(|amount| positive_money(check, path, amount, currency))
        };
        let minimum = bound("min_per_event", document.min_per_event);
        let maximum = bound("max_per_event", document.max_per_event);
        in_order(
            check,
            "min_per_event",
            document.min_per_event,
            document.max_per_event,
        );
        let fee = document
            .fixed_fee
            .and_then(|fee| money(check, || "fixed_fee".to_owned(), fee, currency));
        if let Some(volume) = document.free_volume {
            not_below_zero(check, "free_volume", volume);
        }
        // A number of events that no list can have frees them all.
        let many = |count| usize::try_from(count).unwrap_or(usize::MAX);
        Self {
            rate: document.rate_percent,
            fee,
            free_events: document.free_events.map(many),
            free_volume: document.free_volume.map(Exact::from),
            minimum,
            maximum,
        }
    }

    const fn has_allowance(&self) -> bool {
        self.free_events.is_some() || self.free_volume.is_some()
    }

    /// Whether the fee of an event is waived, given how many events and how much come with it.
    fn waives(&self, number: usize, volume: &Exact) -> bool {
        self.has_allowance()
            && self.free_events.is_none_or(|free| number <= free)
            && self.free_volume.as_ref().is_none_or(|free| volume <= free)
    }
}

impl Steps<'_> {
    pub(crate) fn percentage<R: Recorder>(
        &self,
        rec: &mut R,
        model: &Percentage,
        events: &[Exact],
    ) -> Result<Outcome<R::Mark>, RatingError> {
        if let Some(event) = events.iter().find(|event| event.is_negative()) {
            return Err(RatingError::negative(event));
        }
        let money = |label: String| Note::new(label).money(self.currency);
        let mut figures = Vec::with_capacity(events.len());
        for (index, event) in events.iter().enumerate() {
            let note = || money(format!("event {}", index.saturating_add(1)));
            figures.push(rec.input(event.clone(), note));
        }
        let mut pool = self.pool(rec, model, &figures);
        let rate = rec.input(model.rate.fraction(), || {
            Note::new("rate")
                .percent()
                .cite((self.legend.cite)("rate_percent"))
        });
        let mut volume = Exact::ZERO;
        let (mut amounts, mut parts) = (Vec::with_capacity(events.len()), Vec::with_capacity(events.len()));
        for (index, event) in figures.iter().enumerate() {
            let number = index.saturating_add(1);
            volume += &event.value;
            let base = match &pool {
                Some(left) if left.value.is_positive() => {
                    let covered = rec.minimum(&[event, left], || money(format!("event {number}, free part")));
                    let base = rec.difference(event, &covered, || money(format!("event {number}, base")));
                    pool = Some(rec.difference(left, &covered, || money("free volume left".to_owned())));
                    base
                }
                _ => event.clone(),
            };
            let waived = model.waives(number, &volume);
            let fee = model.fee.filter(|_| !waived);
            let amount = if waived && base.value.is_zero() {
                rec.product(&base, &rate, || money(format!("event {number}, free")))
            } else {
                self.event(rec, model, &base, &rate, fee, number)
            };
            let of = PartOf::Event {
                base: base.value,
                fee: fee.map(|fee| fee.exact()).unwrap_or_default(),
            };
            parts.push(Part::new(of, amount.value.clone()));
            amounts.push(amount);
        }
        Ok(Outcome {
            parts,
            ..Outcome::of(self.total(rec, &amounts))
        })
    }

    /// The smaller of the free volume and the sum of the free events, as far as they are given.
    fn pool<R: Recorder>(&self, rec: &mut R, model: &Percentage, events: &[Of<R>]) -> Option<Of<R>> {
        let money = |label: &str| Note::new(label).money(self.currency);
        let first = model.free_events.map(|count| {
            let free: Vec<&Of<R>> = events.iter().take(count).collect();
            rec.sum(&free, || {
                money("free events").cite((self.legend.cite)("free_events"))
            })
        });
        let volume = model.free_volume.clone().map(|volume| {
            rec.input(volume, || {
                money("free volume").cite((self.legend.cite)("free_volume"))
            })
        });
        match (first, volume) {
            (Some(first), Some(volume)) => Some(rec.minimum(&[&first, &volume], || money("free pool"))),
            (first, volume) => first.or(volume),
        }
    }

    /// The percentage of an event's base and its fee, within the bounds per event.
    fn event<R: Recorder>(
        &self,
        rec: &mut R,
        model: &Percentage,
        base: &Of<R>,
        rate: &Of<R>,
        fee: Option<Money>,
        number: usize,
    ) -> Of<R> {
        let note = |label: &str| Note::new(format!("event {number}, {label}")).money(self.currency);
        let mut amount = rec.product(base, rate, || note("percentage"));
        if let Some(fee) = fee {
            let fee = self.fee(rec, &fee, || "fixed fee".to_owned(), || "fixed_fee".to_owned());
            amount = rec.sum(&[&amount, &fee], || note("with fee"));
        }
        if let Some(minimum) = model.minimum.as_ref() {
            let least = self.fee(
                rec,
                minimum,
                || "minimum".to_owned(),
                || "min_per_event".to_owned(),
            );
            amount = rec.maximum(&[&amount, &least], || note("at least the minimum"));
        }
        if let Some(maximum) = model.maximum.as_ref() {
            let most = self.fee(
                rec,
                maximum,
                || "maximum".to_owned(),
                || "max_per_event".to_owned(),
            );
            amount = rec.minimum(&[&amount, &most], || note("at most the maximum"));
        }
        amount
    }
}
