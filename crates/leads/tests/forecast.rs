//! Pipeline and forecast: laws, and what people read.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    missing_docs
)]

use chrono::NaiveDate;
use insta::assert_snapshot;
use l2c_calendar::Quarter;
use l2c_host::{Decider, PartyId};
use l2c_leads::*;
use l2c_money::{Currency, Exact, ExchangeRate, Money, RoundTo, RoundingPolicy};
use proptest::prelude::*;
use serde_json::json;

const USD: Currency = Currency::USD;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn process() -> SalesProcess {
    let document: SalesProcessDocument =
        serde_json::from_value(json!({"id": "process", "version": 2, "stages": [
            {"id": "talk", "win_percent": "20"},
            {"id": "offer", "win_percent": "66.67"},
            {"id": "vague"},
            {"id": "signed", "win_percent": "100", "won": true}
        ]}))
        .unwrap();
    SalesProcess::new(&document).unwrap()
}

fn document() -> ForecastDocument {
    serde_json::from_value(json!({
        "id": "forecast", "version": 1, "currency": "USD", "without_value": "estimate", "close_after_days": 60
    }))
    .unwrap()
}

fn rates() -> Vec<ExchangeRate> {
    let rate =
        |from, text: &str| ExchangeRate::new(from, USD, text.parse().unwrap(), date("2017-06-30")).unwrap();
    vec![rate(Currency::EUR, "1.0853"), rate(Currency::JPY, "0.0066")]
}

fn forecaster() -> Forecaster {
    Forecaster::new(&document(), process(), &rates()).unwrap()
}

fn item(id: usize, stage: &str, status: OpportunityStatus, value: Option<Money>) -> PipelineItem {
    PipelineItem {
        opportunity: OpportunityId::from_key(&id.to_string()).unwrap(),
        stage: stage.to_owned(),
        status,
        value,
        estimate: None,
        probability: None,
        owner: None,
        opened_on: date("2017-05-10"),
        close_on: None,
    }
}

fn usd(minor: i64) -> Option<Money> {
    Some(Money::from_minor(minor, USD).unwrap())
}

fn example() -> Vec<PipelineItem> {
    use OpportunityStatus::{Lost, Open, Won};
    vec![
        item(1, "talk", Open, usd(100_005)),
        PipelineItem {
            close_on: Some(date("2017-09-30")),
            ..item(2, "offer", Open, usd(33_333))
        },
        // Its value is not known; the list price stands in.
        PipelineItem {
            estimate: usd(55_000),
            close_on: Some(date("2017-12-31")),
            ..item(3, "talk", Open, None)
        },
        // It should have closed long ago.
        PipelineItem {
            close_on: Some(date("2017-02-01")),
            ..item(4, "offer", Open, usd(10_000))
        },
        PipelineItem {
            close_on: Some(date("2017-04-01")),
            ..item(5, "signed", Won, usd(70_000))
        },
        PipelineItem {
            close_on: Some(date("2017-05-01")),
            ..item(6, "signed", Won, None)
        },
        PipelineItem {
            close_on: Some(date("2017-05-01")),
            ..item(7, "talk", Lost, usd(999_999))
        },
        PipelineItem {
            probability: Some(Probability::new(Exact::ratio(1, 3).unwrap()).unwrap()),
            owner: Some(PartyId::from_key("ann").unwrap()),
            ..item(
                8,
                "talk",
                Open,
                Some(Money::from_minor(10_000, Currency::EUR).unwrap()),
            )
        },
    ]
}

#[test]
fn a_forecast_by_quarter() {
    let (forecaster, items) = (forecaster(), example());
    let forecast = forecaster.forecast(&items, date("2017-07-01")).unwrap();
    let money = |figure: &Exact| forecaster.money(figure).unwrap().amount_text();
    let row = |name: &str, q: &QuarterForecast<Exact>| {
        format!(
            "{name}: won {} of {} ({} without value); open {} of {} ({} estimated, {} assumed, {} overdue), weighted {}; expected {}",
            money(&q.won.unweighted),
            q.won.count,
            q.won.without_value,
            money(&q.open.unweighted),
            q.open.count,
            q.open.estimated,
            q.assumed_close,
            q.overdue,
            money(&q.open.weighted),
            money(&q.expected),
        )
    };
    let mut rows: Vec<String> = forecast
        .quarters
        .iter()
        .map(|(quarter, q)| row(&quarter.to_string(), q))
        .collect();
    rows.push(row("total", &forecast.total));
    assert_snapshot!(rows.join("\n"));
}

#[test]
fn a_forecast_explains_itself() {
    let (forecaster, items) = (forecaster(), example());
    let third: Quarter = "2017-Q3".parse().unwrap();
    let why = forecaster
        .explain_forecast(&items, date("2017-07-01"), Some(third), ForecastFigure::Expected)
        .unwrap();
    assert_snapshot!(why.text());
    let first: Quarter = "2017-Q1".parse().unwrap();
    let error = forecaster
        .explain_forecast(&items, date("2017-07-01"), Some(first), ForecastFigure::Won)
        .unwrap_err();
    assert_snapshot!(error, @"the report has no quarter 2017-Q1");
}

#[test]
fn a_pipeline_by_stage() {
    let (forecaster, items) = (forecaster(), example());
    let pipeline = forecaster.pipeline(&items, GroupBy::Stage).unwrap();
    let rows: Vec<String> = pipeline
        .groups
        .iter()
        .map(|(key, sums)| {
            let (value, weighted) = (
                forecaster.money(&sums.unweighted).unwrap(),
                forecaster.money(&sums.weighted).unwrap(),
            );
            format!(
                "{}: {} worth {value}, weighted {weighted}",
                key.as_deref().unwrap_or("(none)"),
                sums.count
            )
        })
        .collect();
    assert_snapshot!(rows.join("\n"), @r"
    offer: 2 worth 433.33 USD, weighted 288.90 USD
    signed: 2 worth 700.00 USD, weighted 700.00 USD
    talk: 4 worth 1658.58 USD, weighted 346.19 USD
    ");
    // An estimate counts as one only while the opportunity is open, and is marked.
    let estimated: Vec<bool> = pipeline.lines.iter().map(|line| line.estimated).collect();
    assert_eq!(estimated, [false, false, true, false, false, false, false, false]);
    let none: Option<String> = None;
    let why = forecaster.explain_pipeline(
        &items,
        GroupBy::Owner,
        Some(&Some("pty_ann".to_owned())),
        PipelineFigure::Weighted,
    );
    assert_snapshot!(why.unwrap().text(), @r"
    reported: 36.18 USD (rounded half up to 2 decimals, residue 1/300 (about 0.003333) USD) [forecast v1 rounding]
      pty_ann: weighted value: 10853/300 (about 36.176667) USD (sum)
        weighted value of opp_8: 10853/300 (about 36.176667) USD (product)
          value of opp_8 in USD: 108.53 USD (product)
            value of opp_8: 100.00 EUR
            USD for one EUR on 2017-06-30: 1.0853
          probability of opp_8: 100/3 (about 33.333333) %
    ");
    assert!(
        forecaster
            .explain_pipeline(&items, GroupBy::Stage, Some(&none), PipelineFigure::Weighted)
            .is_err()
    );
}

#[test]
fn without_estimates_an_unknown_value_counts_nothing() {
    let policy = ForecastDocument {
        without_value: WithoutValue::Nothing,
        ..document()
    };
    let forecaster = Forecaster::new(&policy, process(), &rates()).unwrap();
    let pipeline = forecaster.pipeline(&example(), GroupBy::Status).unwrap();
    let open = &pipeline.groups[&Some("open".to_owned())];
    assert_eq!((open.count, open.estimated, open.without_value), (5, 0, 1));
    assert_eq!(pipeline.lines[2].value, Exact::ZERO);
}

#[test]
fn what_is_refused() {
    use OpportunityStatus::{Open, Won};
    let code = |items: &[PipelineItem]| {
        forecaster()
            .forecast(items, date("2017-07-01"))
            .unwrap_err()
            .code()
    };
    let one = item(1, "talk", Open, usd(1));
    assert_eq!(code(&[one.clone(), one.clone()]), "duplicate_id");
    assert_eq!(code(&[item(1, "closing", Open, usd(1))]), "unknown_stage");
    assert_eq!(code(&[item(1, "vague", Open, usd(1))]), "missing_probability");
    assert_eq!(code(&[item(1, "signed", Won, usd(1))]), "missing_close_date");
    let francs = Some(Money::from_minor(1, Currency::CHF).unwrap());
    assert_eq!(
        code(&[item(1, "talk", OpportunityStatus::Lost, francs)]),
        "missing_rate"
    );
    let last = PipelineItem {
        opened_on: NaiveDate::MAX,
        ..one
    };
    assert_eq!(code(&[last]), "date_out_of_range");

    let euros = ExchangeRate::new(USD, Currency::EUR, "0.9".parse().unwrap(), date("2017-06-30")).unwrap();
    let twice: Vec<ExchangeRate> = [rates(), rates(), vec![euros]].concat();
    let rounding = RoundingPolicy {
        to: RoundTo::Scale(13),
        ..RoundingPolicy::HALF_UP
    };
    let faulty = ForecastDocument {
        rounding,
        ..document()
    };
    assert_snapshot!(Forecaster::new(&faulty, process(), &twice).unwrap_err());

    let stages = |json| {
        SalesProcess::new(&serde_json::from_value(json).unwrap())
            .unwrap_err()
            .to_string()
    };
    assert_snapshot!(stages(json!({"id": "p", "version": 1, "stages": [
        {"id": "a", "win_percent": "100.01"}, {"id": "a", "win_percent": "-1"}]})), @r#"
    sales process `p`, 3 faults:
      stages[1].id: the stage "a" stands twice; every one needs an id of its own
      stages[0].win_percent: the probability 100.01 % is not between 0 and 1 (0 % and 100 %)
      stages[1].win_percent: the probability -1 % is not between 0 and 1 (0 % and 100 %)
    "#);
}

#[test]
fn an_opportunity_enters_the_pipeline_as_it_stands() {
    let process = process();
    let mut opportunity = Opportunity::default();
    assert_eq!(PipelineItem::of(&opportunity, None), None);
    let profile = OpportunityProfile {
        opportunity: OpportunityId::from_key("1").unwrap(),
        lead: None,
        account: None,
        owner: None,
        product: None,
        value: None,
        expected_close: Some(date("2017-06-30")),
    };
    let act = |opportunity: &mut Opportunity, on: &str, action| {
        let events = opportunity
            .decide(&OpportunityCommand { on: date(on), action }, &process)
            .unwrap();
        *opportunity = events
            .iter()
            .fold(std::mem::take(opportunity), Opportunity::evolve);
    };
    act(
        &mut opportunity,
        "2017-05-10",
        OpportunityAction::Open {
            profile: Box::new(profile),
            stage: None,
        },
    );
    let open = PipelineItem::of(&opportunity, usd(55_000)).unwrap();
    let expected = PipelineItem {
        estimate: usd(55_000),
        probability: Some(Probability::new(Exact::ratio(1, 5).unwrap()).unwrap()),
        close_on: Some(date("2017-06-30")),
        ..item(1, "talk", OpportunityStatus::Open, None)
    };
    assert_eq!(open, expected);
    act(
        &mut opportunity,
        "2017-06-01",
        OpportunityAction::Revalue { value: usd(50_000) },
    );
    act(&mut opportunity, "2017-06-02", OpportunityAction::MarkWon);
    let won = PipelineItem::of(&opportunity, None).unwrap();
    assert_eq!(
        (won.status, won.value, won.close_on),
        (OpportunityStatus::Won, usd(50_000), Some(date("2017-06-02")))
    );
}

fn items() -> impl Strategy<Value = Vec<PipelineItem>> {
    use OpportunityStatus::{Lost, Open, Won};
    let one = (
        prop::sample::select(vec!["talk", "offer", "signed"]),
        prop::sample::select(vec![Open, Open, Won, Lost]),
        prop::option::of((
            0_i64..100_000_000,
            prop::sample::select(vec![USD, Currency::EUR, Currency::JPY]),
        )),
        prop::option::of((0_i64..=7, 7_i64..9)),
        (0_u64..700, prop::option::of(0_u64..700)),
        prop::option::of(0_usize..3),
    );
    prop::collection::vec(one, 0..20).prop_map(|list| {
        let day = |n: u64| date("2016-06-01") + chrono::Days::new(n);
        list.into_iter()
            .enumerate()
            .map(
                |(id, (stage, status, value, probability, (opened, close), owner))| PipelineItem {
                    estimate: usd(12_345),
                    probability: probability
                        .map(|(n, d)| Probability::new(Exact::ratio(n, d).unwrap()).unwrap()),
                    owner: owner.map(|n| PartyId::from_key(&n.to_string()).unwrap()),
                    opened_on: day(opened),
                    close_on: close.or((status == Won).then_some(9)).map(day),
                    ..item(
                        id,
                        stage,
                        status,
                        value.map(|(minor, c)| Money::from_minor(minor, c).unwrap()),
                    )
                },
            )
            .collect()
    })
}

fn by() -> impl Strategy<Value = GroupBy> {
    prop::sample::select(vec![
        GroupBy::Stage,
        GroupBy::Owner,
        GroupBy::Status,
        GroupBy::Currency,
    ])
}

proptest! {
    #[test]
    fn quarters_add_up_to_the_total_and_agree_with_the_pipeline(items in items()) {
        let forecaster = forecaster();
        let as_of = date("2017-07-01");
        let forecast = forecaster.forecast(&items, as_of).unwrap();
        let sum = |figure: fn(&QuarterForecast<Exact>) -> &Exact| -> Exact {
            forecast.quarters.values().map(figure).sum()
        };
        let total = &forecast.total;
        prop_assert_eq!(&sum(|q| &q.open.weighted), &total.open.weighted);
        prop_assert_eq!(&sum(|q| &q.open.unweighted), &total.open.unweighted);
        prop_assert_eq!(&sum(|q| &q.won.unweighted), &total.won.unweighted);
        prop_assert_eq!(&sum(|q| &q.expected), &total.expected);
        prop_assert_eq!(&total.expected, &(&total.won.unweighted + &total.open.weighted));
        // The same figures straight from the opportunities.
        let direct = |status| -> Exact {
            items.iter().filter(|item| item.status == status).map(|item| {
                let value = item.value.or(item.estimate.filter(|_| status == OpportunityStatus::Open));
                value.map_or(Exact::ZERO, |value| match rates().iter().find(|rate| rate.from() == value.currency()) {
                    Some(rate) => rate.convert_exact(&value).unwrap(),
                    None => value.exact(),
                })
            }).sum()
        };
        prop_assert_eq!(&direct(OpportunityStatus::Won), &total.won.unweighted);
        prop_assert_eq!(&direct(OpportunityStatus::Open), &total.open.unweighted);
        // The pipeline weighs the same opportunities.
        let pipeline = forecaster.pipeline(&items, GroupBy::Stage).unwrap();
        prop_assert_eq!(&pipeline.total.weighted, &total.expected);
        // Nothing that is open closes in the past.
        for (quarter, q) in &forecast.quarters {
            prop_assert!(*quarter >= Quarter::of(as_of) || q.open.count == 0);
        }
    }

    #[test]
    fn groups_add_up_to_the_total_whatever_the_order(items in items(), by in by(), turn in any::<prop::sample::Index>()) {
        let forecaster = forecaster();
        let pipeline = forecaster.pipeline(&items, by).unwrap();
        let weighted: Exact = pipeline.groups.values().map(|sums| &sums.weighted).sum();
        prop_assert_eq!(&weighted, &pipeline.total.weighted);
        let lines: Exact = pipeline.lines.iter().map(|line| &line.weighted).sum();
        prop_assert_eq!(&lines, &pipeline.total.weighted);
        let count: usize = pipeline.groups.values().map(|sums| sums.count).sum();
        prop_assert_eq!(count, items.len());
        prop_assert!(!pipeline.total.weighted.is_negative());
        prop_assert!(pipeline.total.weighted <= pipeline.total.unweighted);
        let mut turned = items.clone();
        if !turned.is_empty() {
            let n = turn.index(turned.len());
            turned.rotate_left(n);
        }
        let other = forecaster.pipeline(&turned, by).unwrap();
        prop_assert_eq!(other.groups, pipeline.groups);
        prop_assert_eq!(forecaster.forecast(&turned, date("2017-07-01")).unwrap(), forecaster.forecast(&items, date("2017-07-01")).unwrap());
    }
}

proptest! {
    // Every case builds a derivation per figure.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn explanations_recompute_to_the_reported_figure(items in items(), by in by()) {
        let forecaster = forecaster();
        let as_of = date("2017-07-01");
        let pipeline = forecaster.pipeline(&items, by).unwrap();
        for (key, sums) in &pipeline.groups {
            let why = forecaster.explain_pipeline(&items, by, Some(key), PipelineFigure::Weighted).unwrap();
            prop_assert_eq!(why.recompute().unwrap(), forecaster.rounded(&sums.weighted).unwrap());
        }
        let why = forecaster.explain_pipeline(&items, by, None, PipelineFigure::Unweighted).unwrap();
        prop_assert_eq!(why.recompute().unwrap(), forecaster.rounded(&pipeline.total.unweighted).unwrap());
        let forecast = forecaster.forecast(&items, as_of).unwrap();
        for (quarter, q) in &forecast.quarters {
            for (figure, exact) in [
                (ForecastFigure::Won, &q.won.unweighted),
                (ForecastFigure::Open, &q.open.unweighted),
                (ForecastFigure::Weighted, &q.open.weighted),
                (ForecastFigure::Expected, &q.expected),
            ] {
                let why = forecaster.explain_forecast(&items, as_of, Some(*quarter), figure).unwrap();
                prop_assert_eq!(why.recompute().unwrap(), forecaster.rounded(exact).unwrap());
            }
        }
    }
}
