//! Workload B: lines of quotes to amounts, by l2c-pricing or by the limit.

use std::error::Error;

use l2c_pricing::batch::{Batch, Columns, Figures, PlanColumns, PlanTable, PriceColumns, Schedule};
use l2c_pricing::money::{Currency, Decimal, Percent, RoundTo, RoundingPolicy};
use l2c_pricing::rating::{Charge, ModelDocument, TierDocument, TieredDocument};
use l2c_pricing::{
    ChangeStepDocument, GuardPolicy, GuardStepDocument, MarkStepDocument, Operand, PriceStepDocument,
    PricingError, ProrateStepDocument, RoundStepDocument, StepDocument, Waterfall, WaterfallDocument,
};

use crate::generator::QuoteLines;
use crate::limit::pricing as limit;
use crate::{Engine, Mode, parallel, weight};

/// How many lines a thread takes at once.
const CHUNK: usize = 16_384;

/// What is compiled before there are lines, and the columns of the lines.
#[derive(Debug)]
pub struct Prepared {
    waterfall: Waterfall,
    plans: PlanTable,
    quantity: Vec<i64>,
    first_discount: Vec<i32>,
    second_discount: Vec<i32>,
    days: Vec<i32>,
}

/// What a run leaves.
#[derive(Debug)]
pub enum Output {
    /// Prices of the crate.
    Columns(Vec<PriceColumns>),
    /// Prices of the limit.
    Prices(Vec<limit::Prices>),
    /// Minor units by decimals of the currency, and how many floors were hit.
    Totals(Vec<([i64; 4], i64)>),
}

/// The steps of a line, as a document.
#[must_use]
pub fn waterfall() -> WaterfallDocument {
    let input = |name: &str| Operand::Input(name.to_owned());
    let names = |id: &str| (id.to_owned(), id.to_owned());
    let price = |name: &str| {
        let (id, label) = names(name);
        let amount = Some(input(name));
        StepDocument::Price(PriceStepDocument {
            id,
            label,
            amount,
            currency: None,
            when: None,
        })
    };
    let four_decimals = RoundingPolicy {
        to: RoundTo::Scale(4),
        ..RoundingPolicy::HALF_UP
    };
    let round = |id: &str| {
        let (id, label) = names(id);
        StepDocument::Round(RoundStepDocument {
            id,
            label,
            rounding: four_decimals,
            when: None,
        })
    };
    let discount = |name: &str| {
        let (id, label) = names(name);
        StepDocument::Discount(ChangeStepDocument {
            id,
            label,
            percent: Some(input(name)),
            ..ChangeStepDocument::default()
        })
    };
    let (id, label) = names("amount");
    let extend = StepDocument::Extend(MarkStepDocument { id, label });
    let (id, label) = names("floor");
    let floor = StepDocument::Guard(GuardStepDocument {
        id,
        label,
        floor: None,
        min_margin_percent: None,
        max_discount_percent: Some(input("most_off")),
        of: Some("list".to_owned()),
        rounding: Some(four_decimals),
        policy: GuardPolicy::Clamp,
        when: None,
    });
    let (id, label) = names("days");
    let days = StepDocument::Prorate(ProrateStepDocument {
        id,
        label,
        factor: None,
        numerator: Some(input("days")),
        denominator: Some(Operand::Literal(365.into())),
        policy: None,
        price_term_months: None,
        when: None,
    });
    WaterfallDocument {
        id: "bulk".to_owned(),
        version: 1,
        steps: vec![
            price("list"),
            price("charge"),
            extend,
            round("charge_rounded"),
            discount("first"),
            round("first_rounded"),
            discount("second"),
            round("second_rounded"),
            floor,
            days,
        ],
        ..WaterfallDocument::default()
    }
}

/// The tiers of a tier set, as shares of the list price.
#[must_use]
pub fn tiers(lines: &QuoteLines, set: usize, list_unit_price: Decimal) -> TieredDocument {
    let tier = |(bound, factor): (&i64, &i64)| TierDocument {
        up_to: (*bound != i64::MAX).then(|| Decimal::from(*bound)),
        discount_percent: Percent::new(Decimal::new(10_000 - factor, 2)).ok(),
        ..TierDocument::default()
    };
    TieredDocument {
        list_unit_price: Some(list_unit_price),
        ..TieredDocument::from(
            lines.bound[set]
                .iter()
                .zip(&lines.factor[set])
                .map(tier)
                .collect::<Vec<_>>(),
        )
    }
}

/// The currency of a number of decimals.
#[must_use]
pub const fn currency(digits: u8) -> Currency {
    match digits {
        0 => Currency::JPY,
        3 => Currency::KWD,
        _ => Currency::USD,
    }
}

/// Checks and compiles the documents, and widens the columns.
///
/// # Errors
/// None for generated lines.
pub fn prepared(lines: &QuoteLines) -> Result<Prepared, Box<dyn Error>> {
    let mut charges = Vec::new();
    for model in [ModelDocument::Graduated, ModelDocument::Volume] {
        for set in 0..lines.bound.len() {
            let document = model(tiers(lines, set, Decimal::ONE)).into();
            charges.push(Charge::new(&document, Currency::USD)?);
        }
    }
    let schedules: Vec<_> = std::iter::once(Schedule::List)
        .chain(charges.iter().map(Schedule::OfList))
        .collect();
    let sets = lines.bound.len() as u32;
    let schedule = |(model, set): (&u8, &u8)| match model {
        0 => 0,
        model => 1 + u32::from(model - 1) * sets + u32::from(*set),
    };
    let schedule: Vec<u32> = lines.model.iter().zip(&lines.tier_set).map(schedule).collect();
    let currency: Vec<Currency> = lines.digits.iter().map(|digits| currency(*digits)).collect();
    let most_off: Vec<i32> = lines.floor.iter().map(|floor| 10_000 - *floor as i32).collect();
    let plans = PlanTable::new(
        PlanColumns {
            price: &lines.price,
            price_decimals: 4,
            schedule: &schedule,
            currency: &currency,
            quantity_decimals: 0,
            inputs: &[Figures {
                name: "most_off",
                decimals: 2,
                values: &most_off,
            }],
        },
        &schedules,
    )?;
    let wide = |values: &[i16]| values.iter().map(|value| i32::from(*value)).collect();
    Ok(Prepared {
        waterfall: Waterfall::new(&waterfall())?,
        plans,
        quantity: lines
            .quantity
            .iter()
            .map(|quantity| i64::from(*quantity))
            .collect(),
        first_discount: wide(&lines.first_discount),
        second_discount: wide(&lines.second_discount),
        days: wide(&lines.days),
    })
}

/// Runs the workload once. The checks, the compilation of the waterfall and the threads are timed; plans are there.
///
/// # Errors
/// None for generated lines.
pub fn run(
    lines: &QuoteLines,
    prepared: &Prepared,
    engine: Engine,
    mode: Mode,
    threads: usize,
) -> Result<Output, PricingError> {
    let n = lines.product.len();
    Ok(match engine {
        Engine::L2c => {
            let inputs = [
                Figures {
                    name: "first",
                    decimals: 2,
                    values: &prepared.first_discount,
                },
                Figures {
                    name: "second",
                    decimals: 2,
                    values: &prepared.second_discount,
                },
                Figures {
                    name: "days",
                    decimals: 0,
                    values: &prepared.days,
                },
            ];
            let columns = Columns {
                plan: &lines.product,
                quantity: &prepared.quantity,
                inputs: &inputs,
            };
            let batch = Batch::new(columns, &prepared.plans, &prepared.waterfall)?;
            match mode {
                Mode::Mat => Output::Columns(parallel::map(n, CHUNK, threads, |range| {
                    let mut prices = PriceColumns::default();
                    batch.append(range, &mut prices);
                    prices
                })),
                Mode::Sink => Output::Totals(parallel::map(n, CHUNK, threads, |range| {
                    let (mut totals, mut floored) = ([0; 4], 0);
                    batch.stream(range, |prices| {
                        for (amount, currency) in prices.amounts.iter().zip(prices.currency) {
                            totals[usize::from(*currency) % 4] += amount;
                        }
                        floored += prices
                            .below_floor
                            .iter()
                            .map(|below| i64::from(*below))
                            .sum::<i64>();
                    });
                    (totals, floored)
                })),
            }
        }
        Engine::Limit => match mode {
            Mode::Mat => Output::Prices(parallel::map(n, CHUNK, threads, |range| {
                limit::prices(lines, range)
            })),
            Mode::Sink => Output::Totals(parallel::map(n, CHUNK, threads, |range| {
                limit::totals(lines, range)
            })),
        },
    })
}

impl Output {
    /// The four figures that every correct run has in common: lines, minor units, weighted minor units, floors hit. Of
    /// totals the first and the third are zero.
    #[must_use]
    pub fn checksums(&self) -> [i128; 4] {
        match self {
            Self::Columns(parts) => sum(parts.iter().flat_map(|part| {
                let floored = part.below_floor.iter().map(|below| u8::from(*below));
                part.amount.iter().copied().zip(floored)
            })),
            Self::Prices(parts) => sum(parts
                .iter()
                .flat_map(|part| part.amount.iter().copied().zip(part.floored.iter().copied()))),
            Self::Totals(parts) => {
                let mut sums = [0; 4];
                for (totals, floored) in parts {
                    sums[1] += totals.iter().map(|total| i128::from(*total)).sum::<i128>();
                    sums[3] += i128::from(*floored);
                }
                sums
            }
        }
    }
}

fn sum(prices: impl Iterator<Item = (i64, u8)>) -> [i128; 4] {
    let mut sums = [0; 4];
    for (line, (amount, floored)) in prices.enumerate() {
        let amount = i128::from(amount);
        sums[0] += 1;
        sums[1] += amount;
        sums[2] += amount * weight(line as u64);
        sums[3] += i128::from(floored);
    }
    sums
}
