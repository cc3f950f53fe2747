//! A batch gives the figures of the document API, to the minor unit.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use std::ops::ControlFlow;

use l2c_money::{Currency, Decimal, Exact, Percent, RoundTo, Rounding, RoundingPolicy, dec};
use l2c_pricing::batch::{
    Batch, CHARGE, CHUNK, Columns, Figures, PlanColumns, PlanTable, PriceColumns, Schedule,
};
use l2c_pricing::*;
use l2c_rating::{Charge, ChargeDocument, ModelDocument, TierDocument, TieredDocument};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Strategy;

/// How the charge of a plan is written.
#[derive(Debug, Clone)]
enum Terms {
    List,
    /// With a list price of 1 for a batch, and with that of the plan for the document.
    OfList(ModelDocument),
    Amount(ChargeDocument),
}

#[derive(Debug, Clone)]
struct Plan {
    price: i64,
    currency: Currency,
    terms: Terms,
    percent: i32,
}

#[derive(Debug, Clone)]
struct Line {
    plan: usize,
    quantity: i64,
    percent: i32,
    days: i32,
    year: i32,
}

#[derive(Debug, Clone)]
struct Case {
    price_decimals: u32,
    quantity_decimals: u32,
    plans: Vec<Plan>,
    lines: Vec<Line>,
    waterfall: WaterfallDocument,
}

const MODES: [Rounding; 7] = [
    Rounding::HalfUp,
    Rounding::HalfEven,
    Rounding::HalfDown,
    Rounding::Up,
    Rounding::Down,
    Rounding::Ceiling,
    Rounding::Floor,
];

fn policy() -> impl Strategy<Value = RoundingPolicy> {
    let to = prop_oneof![
        Just(RoundTo::MinorUnit),
        (0..6_u32).prop_map(RoundTo::Scale),
        select(vec![dec!(0.05), dec!(0.5), dec!(0.25), dec!(5)]).prop_map(RoundTo::Increment),
    ];
    (select(MODES.to_vec()), to).prop_map(|(mode, to)| RoundingPolicy { mode, to })
}

/// One that leaves whole minor units in every currency.
fn line_rounding() -> impl Strategy<Value = RoundingPolicy> {
    let to = select(vec![
        RoundTo::MinorUnit,
        RoundTo::MinorUnit,
        RoundTo::Scale(0),
        RoundTo::Increment(dec!(5)),
    ]);
    (select(MODES.to_vec()), to).prop_map(|(mode, to)| RoundingPolicy { mode, to })
}

/// A percentage: written down, of the line, or of the plan.
fn percent() -> impl Strategy<Value = Operand> {
    prop_oneof![
        (0..=10_000_i64).prop_map(|points| Operand::Literal(Exact::ratio(points, 100).unwrap())),
        select(vec![
            Exact::ZERO,
            Exact::integer(100),
            Exact::ratio(100, 3).unwrap()
        ])
        .prop_map(Operand::Literal),
        Just(Operand::Input("line_percent".into())),
        Just(Operand::Input("plan_percent".into())),
    ]
}

fn change(of: &[Option<&'static str>], is_rounded: bool) -> impl Strategy<Value = StepDocument> + use<> {
    let of = select(of.to_vec());
    let rounding = prop::option::of(policy()).prop_map(move |policy| policy.filter(|_| is_rounded));
    (any::<bool>(), percent(), of, rounding).prop_map(|(raises, percent, of, rounding)| {
        let step = ChangeStepDocument {
            percent: Some(percent),
            of: of.map(Into::into),
            rounding,
            ..ChangeStepDocument::default()
        };
        if raises {
            StepDocument::Surcharge(step)
        } else {
            StepDocument::Discount(step)
        }
    })
}

fn round() -> impl Strategy<Value = StepDocument> {
    policy().prop_map(|rounding| {
        StepDocument::Round(RoundStepDocument {
            id: String::new(),
            label: String::new(),
            rounding,
            when: None,
        })
    })
}

fn prorate(
    factor: Option<Operand>,
    numerator: Option<Operand>,
    denominator: Option<Operand>,
) -> StepDocument {
    StepDocument::Prorate(ProrateStepDocument {
        id: String::new(),
        label: String::new(),
        factor,
        numerator,
        denominator,
        policy: None,
        price_term_months: None,
        when: None,
    })
}

fn part_of_a_year() -> impl Strategy<Value = StepDocument> {
    let days = Operand::Input("days".into());
    prop_oneof![
        Just(prorate(
            None,
            Some(days.clone()),
            Some(Operand::Literal(365.into()))
        )),
        (0..13_i64, 1..13_i64).prop_map(|(months, of)| {
            prorate(
                None,
                Some(Operand::Literal(months.into())),
                Some(Operand::Literal(of.into())),
            )
        }),
        Just(prorate(
            Some(Operand::Literal(Exact::ratio(7, 12).unwrap())),
            None,
            None
        )),
        Just(prorate(Some(days), None, None)),
    ]
}

fn guard() -> impl Strategy<Value = StepDocument> {
    let policies = select(vec![GuardPolicy::Clamp, GuardPolicy::Flag]);
    (percent(), policies, prop::option::of(policy())).prop_map(|(percent, policy, rounding)| {
        StepDocument::Guard(GuardStepDocument {
            id: String::new(),
            label: String::new(),
            floor: None,
            min_margin_percent: None,
            max_discount_percent: Some(percent),
            of: Some("list".into()),
            rounding,
            policy,
            when: None,
        })
    })
}

/// Steps that belong together, on the amount of a line.
fn line_steps() -> impl Strategy<Value = Vec<StepDocument>> {
    let of_year = || {
        prorate(
            None,
            Some(Operand::Input("days".into())),
            Some(Operand::Input("year".into())),
        )
    };
    prop_oneof![
        3 => change(&[None, Some("list")], true).prop_map(|step| vec![step]),
        3 => (change(&[None], false), round()).prop_map(|(change, round)| vec![change, round]),
        2 => round().prop_map(|step| vec![step]),
        2 => guard().prop_map(|step| vec![step]),
        1 => part_of_a_year().prop_map(|step| vec![step]),
        1 => round().prop_map(move |round| vec![of_year(), round]),
    ]
}

fn price(name: &str) -> StepDocument {
    StepDocument::Price(PriceStepDocument {
        id: name.into(),
        label: name.into(),
        amount: Some(Operand::Input(name.into())),
        currency: None,
        when: None,
    })
}

fn extend() -> StepDocument {
    StepDocument::Extend(MarkStepDocument {
        id: String::new(),
        label: String::new(),
    })
}

/// Gives every step a name.
fn named(steps: Vec<StepDocument>) -> Vec<StepDocument> {
    let mut steps = steps;
    for (index, step) in steps.iter_mut().enumerate() {
        let (id, label) = match step {
            StepDocument::Discount(step) | StepDocument::Surcharge(step) => (&mut step.id, &mut step.label),
            StepDocument::Round(step) => (&mut step.id, &mut step.label),
            StepDocument::Prorate(step) => (&mut step.id, &mut step.label),
            StepDocument::Guard(step) => (&mut step.id, &mut step.label),
            StepDocument::Extend(step) => (&mut step.id, &mut step.label),
            _ => continue,
        };
        *id = format!("s{index}");
        *label = format!("step {index}");
    }
    steps
}

fn waterfall() -> impl Strategy<Value = WaterfallDocument> {
    let lines = prop::collection::vec(line_steps(), 0..4).prop_map(|steps| steps.concat());
    // Of a unit: what is rounded there, and for a charge what multiplies.
    let units = prop::collection::vec(
        prop_oneof![
            change(&[None, Some("list")], true),
            round(),
            guard(),
            part_of_a_year()
        ],
        0..3,
    );
    let products = prop::collection::vec(prop_oneof![change(&[None], false), part_of_a_year()], 0..2);
    let start = prop_oneof![
        Just(Vec::new()),
        units.prop_map(|steps| [vec![price("list")], steps, vec![extend()]].concat()),
        products.prop_map(|steps| [vec![price("list"), price("charge")], steps, vec![extend()]].concat()),
        Just(vec![price("list"), price("charge"), extend()]),
    ];
    (start, lines, line_rounding()).prop_map(|(start, lines, line_rounding)| WaterfallDocument {
        id: "bulk".into(),
        version: 1,
        steps: named([start, lines].concat()),
        line_rounding,
        ..WaterfallDocument::default()
    })
}

/// Bounds of tiers, rising.
fn bounds(tiers: usize) -> impl Strategy<Value = Vec<i64>> {
    prop::collection::btree_set(1..40_i64, tiers).prop_map(|bounds| bounds.into_iter().collect())
}

fn shares() -> impl Strategy<Value = ModelDocument> {
    let tiers = (0..11_usize).prop_flat_map(|n| (bounds(n), prop::collection::vec(0..=10_000_i64, n + 1)));
    (tiers, any::<bool>()).prop_map(|((bounds, off), is_volume)| {
        let ends = bounds
            .iter()
            .map(|bound| Some(Decimal::from(*bound)))
            .chain([None]);
        let tiers = ends.zip(&off).map(|(up_to, off)| TierDocument {
            up_to,
            discount_percent: Some(Percent::new(Decimal::new(*off, 2)).unwrap()),
            ..TierDocument::default()
        });
        let document = TieredDocument {
            list_unit_price: Some(Decimal::ONE),
            ..TieredDocument::from(tiers.collect::<Vec<_>>())
        };
        if is_volume {
            ModelDocument::Volume(document)
        } else {
            ModelDocument::Graduated(document)
        }
    })
}

/// Tiers with prices and fees, written by either end, closed or open.
fn amounts(quantity_decimals: u32) -> impl Strategy<Value = ChargeDocument> {
    let tier = (
        prop::option::weighted(0.8, 0..100_000_i64),
        prop::option::weighted(0.4, 0..10_000_i64),
    );
    let tiers = (1..6_usize).prop_flat_map(move |n| (bounds(n), prop::collection::vec(tier.clone(), n)));
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let free = prop::option::of(0..30_i64);
    let unit_rounding = prop::option::of(Just(RoundingPolicy {
        mode: Rounding::HalfEven,
        to: RoundTo::Scale(1),
    }));
    (tiers, flags, free, unit_rounding).prop_map(
        move |((bounds, tiers), (is_volume, by_from, is_open, fee_at_zero), free, unit_rounding)| {
            let by_from = by_from && quantity_decimals == 0;
            let last = tiers.len() - 1;
            let of = |(index, (price, fee)): (usize, &(Option<i64>, Option<i64>))| TierDocument {
                up_to: (!by_from && (index < last || !is_open)).then(|| Decimal::from(bounds[index])),
                from: by_from.then(|| Decimal::from(if index == 0 { 0 } else { bounds[index] })),
                unit_price: price.map(|price| Decimal::new(price, 3)),
                flat_fee: fee.map(|fee| Decimal::new(fee, 2)),
                ..TierDocument::default()
            };
            let has_overage = !by_from && !is_open;
            let document = TieredDocument {
                overage_unit_price: has_overage.then_some(dec!(1.375)),
                flat_fee_at_zero: fee_at_zero,
                ..TieredDocument::from(tiers.iter().enumerate().map(of).collect::<Vec<_>>())
            };
            let model = if is_volume {
                ModelDocument::Volume(document)
            } else {
                ModelDocument::Graduated(document)
            };
            ChargeDocument {
                free_units: free.map(Decimal::from),
                unit_rounding,
                ..model.into()
            }
        },
    )
}

fn terms(quantity_decimals: u32) -> impl Strategy<Value = Terms> {
    let simple = prop_oneof![
        (0..100_000_i64).prop_map(|amount| ModelDocument::Flat {
            amount: Decimal::new(amount, 2)
        }),
        (0..100_000_i64).prop_map(|price| ModelDocument::PerUnit {
            unit_price: Decimal::new(price, 4)
        }),
    ];
    prop_oneof![
        1 => Just(Terms::List),
        3 => shares().prop_map(Terms::OfList),
        2 => amounts(quantity_decimals).prop_map(Terms::Amount),
        1 => simple.prop_map(|model| Terms::Amount(model.into())),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    let sizes = select(vec![
        (1_000_000_i64, 2_000_i64),
        (1_000_000_000_000, 200),
        (10_000, 1_000_000_000),
        (100, 10),
    ]);
    (0..5_u32, 0..3_u32, sizes).prop_flat_map(|(price_decimals, quantity_decimals, (price, quantity))| {
        let currency = select(vec![Currency::USD, Currency::JPY, Currency::KWD, Currency::USD]);
        let plan = (0..=price, currency, terms(quantity_decimals), 0..=10_000_i32).prop_map(
            |(price, currency, terms, percent)| Plan {
                price,
                currency,
                terms,
                percent,
            },
        );
        let one = 10_i64.pow(quantity_decimals);
        let quantity = prop_oneof![
            2 => (1..45_i64).prop_map(move |quantity| quantity * one),
            1 => 1..=quantity,
            1 => 1..=quantity.min(45 * one),
            1 => -quantity..=-1,
        ];
        let line = (
            0..4_usize,
            quantity,
            0..=10_000_i32,
            0..=366_i32,
            select(vec![365, 366]),
        )
            .prop_map(|(plan, quantity, percent, days, year)| Line {
                plan,
                quantity,
                percent,
                days,
                year,
            });
        (
            prop::collection::vec(plan, 4),
            prop::collection::vec(line, 1..30),
            waterfall(),
        )
            .prop_map(move |(plans, lines, waterfall)| Case {
                price_decimals,
                quantity_decimals,
                plans,
                lines,
                waterfall,
            })
    })
}

/// The same case as columns that own their values.
struct Table {
    plans: PlanTable,
    plan: Vec<u32>,
    quantity: Vec<i64>,
    percent: Vec<i32>,
    days: Vec<i32>,
    year: Vec<i32>,
}

impl Table {
    fn of(case: &Case) -> Self {
        let charges: Vec<Option<Charge>> = case
            .plans
            .iter()
            .map(|plan| match &plan.terms {
                Terms::List => None,
                Terms::OfList(model) => Some(Charge::new(&model.clone().into(), Currency::USD).unwrap()),
                Terms::Amount(document) => Some(Charge::new(document, plan.currency).unwrap()),
            })
            .collect();
        let schedules: Vec<Schedule<'_>> = case
            .plans
            .iter()
            .zip(&charges)
            .map(|(plan, charge)| match (&plan.terms, charge) {
                (Terms::OfList(_), Some(charge)) => Schedule::OfList(charge),
                (Terms::Amount(_), Some(charge)) => Schedule::Amount(charge),
                _ => Schedule::List,
            })
            .collect();
        let of_plans = |of: fn(&Plan) -> i64| case.plans.iter().map(of).collect::<Vec<_>>();
        let percents: Vec<i32> = case.plans.iter().map(|plan| plan.percent).collect();
        let plans = PlanTable::new(
            PlanColumns {
                price: &of_plans(|plan| plan.price),
                price_decimals: case.price_decimals,
                schedule: &[0, 1, 2, 3],
                currency: &case.plans.iter().map(|plan| plan.currency).collect::<Vec<_>>(),
                quantity_decimals: case.quantity_decimals,
                inputs: &[Figures {
                    name: "plan_percent",
                    decimals: 2,
                    values: &percents,
                }],
            },
            &schedules,
        )
        .unwrap();
        let of_lines = |of: fn(&Line) -> i32| case.lines.iter().map(of).collect::<Vec<_>>();
        Self {
            plans,
            plan: case.lines.iter().map(|line| line.plan as u32).collect(),
            quantity: case.lines.iter().map(|line| line.quantity).collect(),
            percent: of_lines(|line| line.percent),
            days: of_lines(|line| line.days),
            year: of_lines(|line| line.year),
        }
    }

    fn inputs(&self) -> [Figures<'_>; 3] {
        let figures = |name, decimals, values| Figures {
            name,
            decimals,
            values,
        };
        [
            figures("line_percent", 2, &self.percent),
            figures("days", 0, &self.days),
            figures("year", 0, &self.year),
        ]
    }

    fn columns<'a>(&'a self, inputs: &'a [Figures<'a>]) -> Columns<'a> {
        Columns {
            plan: &self.plan,
            quantity: &self.quantity,
            inputs,
        }
    }
}

fn scaled(value: i64, decimals: u32) -> Exact {
    Exact::integer(value)
        .checked_div(&Exact::power_of_ten(decimals))
        .unwrap()
}

/// What a quantity costs, by a document with the plan's own prices.
fn charge(case: &Case, plan: &Plan, quantity: &Exact) -> Exact {
    let document = match &plan.terms {
        Terms::List => return scaled(plan.price, case.price_decimals) * quantity,
        Terms::Amount(document) => document.clone(),
        Terms::OfList(model) => {
            let mut model = model.clone();
            let (ModelDocument::Graduated(tiers) | ModelDocument::Volume(tiers)) = &mut model else {
                panic!("tiers");
            };
            tiers.list_unit_price = Some(Decimal::from_i128_with_scale(
                plan.price.into(),
                case.price_decimals,
            ));
            model.into()
        }
    };
    Charge::new(&document, plan.currency)
        .unwrap()
        .amount(quantity)
        .unwrap()
}

/// A line by documents: its amount in minor units, and whether a floor was hit.
fn by_document(case: &Case, waterfall: &Waterfall, line: &Line) -> (i64, bool) {
    let plan = &case.plans[line.plan];
    let quantity = scaled(line.quantity, case.quantity_decimals);
    let unit = charge(case, plan, &quantity.abs())
        .checked_div(&quantity.abs())
        .unwrap();
    let input = LineInput::new("1", quantity, plan.currency)
        .with("list", scaled(plan.price, case.price_decimals))
        .with(CHARGE, unit)
        .with("plan_percent", scaled(plan.percent.into(), 2))
        .with("line_percent", scaled(line.percent.into(), 2))
        .with("days", i64::from(line.days))
        .with("year", i64::from(line.year));
    let price = waterfall.price(&input).unwrap();
    let minor = price.net() * Exact::power_of_ten(plan.currency.minor_units());
    let is_below =
        |step: &StepOutcome| matches!(&step.effect, Effect::Floor { shortfall, .. } if !shortfall.is_zero());
    (minor.to_i64().unwrap(), price.steps().iter().any(is_below))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_batch_equals_the_document_api(case in case()) {
        let table = Table::of(&case);
        let inputs = table.inputs();
        let waterfall = Waterfall::new(&case.waterfall).unwrap();
        let batch = match Batch::new(table.columns(&inputs), &table.plans, &waterfall) {
            Ok(batch) => batch,
            // Long rows of factors leave the limits.
            Err(PricingError::ColumnValue { column, .. }) if column == "quantity" => return Err(TestCaseError::reject("limits")),
            Err(error) => panic!("{error}"),
        };
        let prices = batch.prices();
        let by_batch: Vec<(i64, bool)> = prices.amount.into_iter().zip(prices.below_floor).collect();
        let by_document: Vec<(i64, bool)> = case.lines.iter().map(|line| by_document(&case, &waterfall, line)).collect();
        prop_assert_eq!(by_batch, by_document);
    }
}

/// The terms of the examples below: one plan at 100.00 USD, and one at 250 JPY in tiers.
struct Shop {
    plans: PlanTable,
}

impl Shop {
    fn new() -> Self {
        let tiers = |text: &str| serde_json::from_str::<ChargeDocument>(text).unwrap();
        let tiers = tiers(
            r#"{"model": "graduated", "tiers": [{"up_to": "10", "unit_price": "250"}, {"up_to": "20", "unit_price": "200"}]}"#,
        );
        let tiers = Charge::new(&tiers, Currency::JPY).unwrap();
        let plans = PlanTable::new(
            PlanColumns {
                price: &[10_000, 25_000],
                price_decimals: 2,
                schedule: &[0, 1],
                currency: &[Currency::USD, Currency::JPY],
                quantity_decimals: 0,
                inputs: &[],
            },
            &[Schedule::List, Schedule::Amount(&tiers)],
        );
        Self {
            plans: plans.unwrap(),
        }
    }
}

fn steps(steps: &str) -> Waterfall {
    let text = format!(r#"{{"id": "steps", "version": 1, "steps": [{steps}]}}"#);
    Waterfall::new(&serde_json::from_str(&text).unwrap()).unwrap()
}

const CHARGED: &str = r#"{"op": "price", "id": "charge", "label": "Charge", "amount": {"input": "charge"}},
    {"op": "extend", "id": "amount", "label": "Amount"}"#;

#[test]
fn each_currency_rounds_to_its_own_minor_unit() {
    let shop = Shop::new();
    let third = steps(&format!(
        r#"{CHARGED}, {{"op": "prorate", "id": "third", "label": "Third", "numerator": "1", "denominator": "3"}}"#
    ));
    let columns = Columns {
        plan: &[0, 1, 1, 1, 0],
        quantity: &[1, 1, 10, 11, -1],
        inputs: &[],
    };
    let prices = Batch::new(columns, &shop.plans, &third).unwrap().prices();
    assert_eq!(prices.amount, [33_33, 83, 833, 900, -33_33]);
    assert_eq!(prices.below_floor, [false; 5]);
    assert_eq!(shop.plans.currencies(), [Currency::USD, Currency::JPY]);
}

/// No price of a unit follows from it, but the amount is known.
#[test]
fn quantity_zero_costs_what_its_tier_says() {
    let amount = |at_zero: bool| {
        let text = format!(
            r#"{{"model": "volume", "flat_fee_at_zero": {at_zero}, "tiers": [{{"up_to": "5", "unit_price": "2", "flat_fee": "7"}}, {{"unit_price": "1"}}]}}"#
        );
        let charge = Charge::new(&serde_json::from_str(&text).unwrap(), Currency::USD).unwrap();
        let columns = PlanColumns {
            price: &[1],
            price_decimals: 0,
            schedule: &[0],
            currency: &[Currency::USD],
            quantity_decimals: 0,
            inputs: &[],
        };
        let plans = PlanTable::new(columns, &[Schedule::Amount(&charge)]).unwrap();
        let columns = lines(&[0; 4], &[0, 1, 5, 6], &[]);
        Batch::new(columns, &plans, &steps(CHARGED))
            .unwrap()
            .prices()
            .amount
    };
    assert_eq!(amount(true), [7_00, 9_00, 17_00, 6_00]);
    assert_eq!(amount(false), [0, 9_00, 17_00, 6_00]);
}

/// On a floor nothing happens, on either side of zero; below it the figure is noted, and raised where it says so.
#[test]
fn a_floor_is_noted_below_it() {
    let shop = Shop::new();
    let guarded = |policy: &str| {
        steps(&format!(
            r#"{{"op": "discount", "id": "off", "label": "Off", "percent": {{"input": "off"}}}},
            {{"op": "guard", "id": "floor", "label": "Floor", "max_discount_percent": "20", "of": "list", "policy": "{policy}"}}"#
        ))
    };
    let off = [Figures {
        name: "off",
        decimals: 2,
        values: &[19_99, 20_00, 20_01, 20_00, 20_01],
    }];
    let columns = Columns {
        plan: &[0; 5],
        quantity: &[1, 1, 1, -1, -1],
        inputs: &off,
    };
    let flagged = Batch::new(columns, &shop.plans, &guarded("flag"))
        .unwrap()
        .prices();
    assert_eq!(flagged.amount, [80_01, 80_00, 79_99, -80_00, -79_99]);
    let clamped = Batch::new(columns, &shop.plans, &guarded("clamp"))
        .unwrap()
        .prices();
    assert_eq!(clamped.amount, [80_01, 80_00, 80_00, -80_00, -80_00]);
    for prices in [flagged, clamped] {
        assert_eq!(prices.below_floor, [false, false, true, false, true]);
    }
}

/// Chunks are cut anywhere, and only there does a run end.
#[test]
fn ranges_are_parts_of_the_whole() {
    let shop = Shop::new();
    let lines = 3 * CHUNK + 17;
    let plan: Vec<u32> = (0..lines as u32).map(|line| line % 2).collect();
    let quantity: Vec<i64> = (0..lines as i64).map(|line| line % 41 - 20).collect();
    let columns = Columns {
        plan: &plan,
        quantity: &quantity,
        inputs: &[],
    };
    let waterfall = steps(CHARGED);
    let batch = Batch::new(columns, &shop.plans, &waterfall).unwrap();
    let whole = batch.prices();
    assert_eq!((batch.lines(), whole.amount.len()), (lines, lines));
    let mut parts = PriceColumns::default();
    for range in [0..1, 1..CHUNK, CHUNK..2 * CHUNK + 5, 2 * CHUNK + 5..usize::MAX] {
        batch.append(range, &mut parts);
    }
    assert_eq!(parts, whole);
    batch.stream(lines..lines + 5, |_| panic!("there are no such lines"));
    let (mut seen, mut heard) = (Vec::new(), Vec::new());
    let end = batch.run(
        1..lines,
        |prices| {
            seen.push((
                prices.first,
                prices.amounts.len(),
                prices.currency.len(),
                prices.currency[0],
            ))
        },
        |done| {
            heard.push(done);
            if heard.len() == 2 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
    );
    assert_eq!(end, ControlFlow::Break(()));
    assert_eq!(seen, [(1, CHUNK, CHUNK, 1), (1 + CHUNK, CHUNK, CHUNK, 1)]);
    assert_eq!(heard, [CHUNK, 2 * CHUNK]);
    parts.clear();
    assert_eq!(parts, PriceColumns::default());
}

#[test]
fn nothing_is_priced_of_nothing() {
    let shop = Shop::new();
    let columns = Columns {
        plan: &[],
        quantity: &[],
        inputs: &[],
    };
    assert_eq!(
        Batch::new(columns, &shop.plans, &steps("")).unwrap().prices(),
        PriceColumns::default()
    );
}

/// What is refused, with its code.
fn refused(waterfall: &Waterfall, columns: Columns<'_>) -> (&'static str, String) {
    let shop = Shop::new();
    let error = Batch::new(columns, &shop.plans, waterfall).unwrap_err();
    (error.code(), error.to_string())
}

fn lines<'a>(plan: &'a [u32], quantity: &'a [i64], inputs: &'a [Figures<'a>]) -> Columns<'a> {
    Columns {
        plan,
        quantity,
        inputs,
    }
}

#[test]
fn what_lies_outside_the_limits_is_refused_with_its_column_and_row() {
    let value = |text: &str| ("column_value", text.to_owned());
    let plain = steps(CHARGED);
    assert_eq!(
        refused(&plain, lines(&[0, 2], &[1, 1], &[])),
        value("row 1 of column `plan` is 2; expected below 2, the number of plans")
    );
    assert_eq!(
        refused(&plain, lines(&[0, 1, 1], &[21, 20, -21], &[])),
        value(
            "row 2 of column `quantity` is -21; expected 0 to 20, or below zero for a return: the schedule has no others"
        )
    );
    assert_eq!(
        refused(&plain, lines(&[0, 0], &[1, i64::MIN], &[])),
        value(
            "row 1 of column `quantity` is -9223372036854775808; expected 0 to 1000000000000000000, or below zero for a return: the schedule has no others"
        )
    );
    assert_eq!(
        refused(&plain, lines(&[0, 0], &[5, -1_000_000_000_000_000], &[])),
        value(
            "row 1 of column `quantity` is -1000000000000000; expected a magnitude of at most 99999999999999: at the largest price, step `line_rounding` would be beyond the limits"
        )
    );
    assert_eq!(
        refused(&plain, lines(&[0], &[1, 1], &[])),
        (
            "column_length",
            "column `quantity` has 2 values: it needs 1".to_owned()
        )
    );
    let discount = steps(r#"{"op": "discount", "id": "off", "label": "Off", "percent": {"input": "off"}}"#);
    let off = |values| {
        [Figures {
            name: "off",
            decimals: 1,
            values,
        }]
    };
    assert_eq!(
        refused(&discount, lines(&[0, 0, 0], &[1, 1, 1], &off(&[0, 1_000, 1_001]))),
        value("row 2 of column `off` is 1001; expected 0 to 1000")
    );
    assert_eq!(
        refused(&discount, lines(&[0, 0], &[1, 1], &off(&[-1, 5]))),
        value("row 0 of column `off` is -1; expected 0 to 1000")
    );
    assert_eq!(
        refused(&discount, lines(&[0, 0], &[1, 1], &off(&[5]))),
        (
            "column_length",
            "column `off` has 1 values: it needs 2".to_owned()
        )
    );
    let term = steps(
        r#"{"op": "prorate", "id": "term", "label": "Term", "numerator": "1", "denominator": {"input": "days"}}"#,
    );
    let days = [Figures {
        name: "days",
        decimals: 0,
        values: &[365, 0],
    }];
    assert_eq!(
        refused(&term, lines(&[0, 0], &[1, 1], &days)),
        value("row 1 of column `days` is 0; expected 1 or more")
    );
}

#[test]
fn a_waterfall_that_columns_cannot_follow_is_refused_with_its_step() {
    let one = || lines(&[0], &[1], &[]);
    let message = |steps: &Waterfall| {
        let (code, message) = refused(steps, one());
        assert_eq!(code, "not_in_batch");
        message
    };
    let cases = [
        (
            r#"{"op": "discount", "id": "off", "label": "Off", "percent": {"input": "off"}}"#,
            "step `off`: there is no column `off`",
        ),
        (
            r#"{"op": "discount", "id": "off", "label": "Off", "amount": "5"}"#,
            "step `off`: it is an amount, not a percentage",
        ),
        (
            r#"{"op": "discount", "id": "off", "label": "Off", "percent": "5", "when": {"fact": "quantity", "gte": "2"}}"#,
            "step `off`: it has a condition",
        ),
        (
            r#"{"op": "stack", "id": "rules", "label": "Rules", "mode": "additive", "rules": []}"#,
            "step `rules`: it stacks rules",
        ),
        (
            r#"{"op": "price", "id": "agreed", "label": "Agreed", "amount": "5"}"#,
            "step `agreed`: it sets another price than `list` or `charge` in the currency of the line",
        ),
        (
            r#"{"op": "price", "id": "charge", "label": "Charge", "amount": {"input": "charge"}}, {"op": "round", "id": "unit", "label": "Unit"}"#,
            "step `unit`: it rounds the price of a unit of a charge: put it behind `extend`",
        ),
        (
            r#"{"op": "guard", "id": "floor", "label": "Floor", "max_discount_percent": "5", "of": "list", "policy": "reject"}"#,
            "step `floor`: it refuses lines: flag them",
        ),
        (
            r#"{"op": "negotiated", "id": "agreed", "label": "Agreed"}"#,
            "step `agreed`: it looks at all lines of a document",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(
            message(&steps(text)),
            format!("columns are not priced by {expected}; price these lines one by one")
        );
    }
    let cents = r#"{"id": "cents", "version": 1, "line_rounding": {"to": {"scale": 2}}}"#;
    let cents = Waterfall::new(&serde_json::from_str(cents).unwrap()).unwrap();
    assert!(message(&cents).contains("`line_rounding`: it leaves parts of a minor unit"));
}

#[test]
fn plans_that_cannot_be_compiled_are_refused() {
    let charge = |text: &str| Charge::new(&serde_json::from_str(text).unwrap(), Currency::USD).unwrap();
    let error = |price: i64, schedule: u32, currency: Currency, charge: &Charge| {
        let columns = PlanColumns {
            price: &[price],
            price_decimals: 2,
            schedule: &[schedule],
            currency: &[currency],
            quantity_decimals: 1,
            inputs: &[],
        };
        let error = PlanTable::new(columns, &[Schedule::Amount(charge)]).unwrap_err();
        (error.code(), error.to_string())
    };
    let unit = charge(r#"{"model": "per_unit", "unit_price": "5"}"#);
    let value = |text: &str| ("column_value", text.to_owned());
    assert_eq!(
        error(-1, 0, Currency::USD, &unit),
        value("row 0 of column `price` is -1; expected 0 to 1000000000000000000")
    );
    assert_eq!(
        error(1, 1, Currency::USD, &unit),
        value("row 0 of column `schedule` is 1; expected below 1, the number of schedules")
    );
    assert_eq!(
        error(1, 0, Currency::EUR, &unit),
        value("row 0 of column `schedule` is 0; expected a schedule in EUR; this is in USD")
    );
    let of = |text: &str| {
        let (code, message) = error(1, 0, Currency::USD, &charge(text));
        assert_eq!(code, "not_in_batch");
        message
    };
    for text in [
        r#"{"model": "package", "package_size": "5", "package_price": "5"}"#,
        r#"{"model": "per_unit", "unit_price": "5", "rounding": {}}"#,
    ] {
        assert!(
            of(text).contains("schedule 0: it is no line between its tiers"),
            "{}",
            of(text)
        );
    }
    assert!(of(r#"{"model": "per_unit", "unit_price": "-5"}"#).contains("it has amounts below zero"));
    // Whole units only, and quantities have a decimal.
    let numbered = r#"{"model": "graduated", "tiers": [{"from": "1", "unit_price": "5"}, {"from": "10", "unit_price": "4"}]}"#;
    assert!(of(numbered).contains("schedule 0: "));
    let table = |lengths: (usize, usize)| {
        PlanTable::new(
            PlanColumns {
                price: &[1, 2],
                price_decimals: 2,
                schedule: &[0, 0][..lengths.0],
                currency: &[Currency::USD, Currency::USD][..lengths.1],
                quantity_decimals: 13,
                inputs: &[],
            },
            &[],
        )
        .unwrap_err()
        .to_string()
    };
    assert_eq!(table((1, 2)), "column `schedule` has 1 values: it needs 2");
    assert_eq!(table((2, 1)), "column `currency` has 1 values: it needs 2");
    assert!(table((2, 2)).contains("13 decimals are more than 12"));
}
